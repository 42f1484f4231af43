//! Every example graph of the project reads, can be edited and taken back, and says the same in shape E and written anew.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use format::{Dialect, Source, new_text};

fn graphs(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            graphs(&entry, into);
        } else if entry.extension().is_some_and(|end| end == "yaml") && !is_beside(&entry) {
            into.push(entry);
        }
    }
}

/// Whether a file belongs to a graph without being one: its layout, its tests.
fn is_beside(path: &Path) -> bool {
    [".canvas.yaml", ".test.yaml"].iter().any(|ending| path.to_string_lossy().ends_with(ending))
}

#[test]
fn every_example_reads_writes_and_reads_equal() {
    let mut files = Vec::new();
    graphs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphs"), &mut files);
    files.sort();
    assert!(!files.is_empty(), "there are examples");
    for file in files {
        let name = file.display();
        let mut source = Source::parse(std::fs::read_to_string(&file).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let errors: Vec<_> = source.problems().iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{name} reads without an error: {errors:?}");
        let upgraded = Source::parse(source.upgrade().unwrap_or_else(|error| panic!("{name}: {error}"))).unwrap();
        assert_eq!(upgraded.dialect(), Dialect::E, "{name} in shape E");
        if !source.input_alias() {
            assert_eq!(upgraded.graph(), source.graph(), "{name} in shape E says the same");
        }
        let anew = Source::parse(new_text(upgraded.graph()).unwrap()).unwrap();
        assert_eq!(anew.graph(), upgraded.graph(), "{name} written anew says the same");
        let before = source.text().to_owned();
        let edit = graph::Edit::SetGraph { path: "server.title".parse().unwrap(), value: Some("Another title".into()) };
        let change = source.apply(&edit).unwrap_or_else(|error| panic!("{name}: {error}"));
        source.splice(&change.inverse()).unwrap();
        assert_eq!(source.text(), before, "{name} is back as it was");
    }
}
