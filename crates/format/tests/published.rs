//! The example files that mcpGraph 0.1.23 was published with, as they are on npm.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::Command;

use format::{Dialect, Source};

/// The folder of the examples; none where npm cannot be had.
fn examples() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mcpgraph-0.1.23");
    let examples = folder.join("node_modules/mcpgraph/examples");
    if !examples.is_dir() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let mut install = Command::new(npm);
        install.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(&folder).arg("mcpgraph@0.1.23");
        if !install.output().is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: npm could not install mcpgraph@0.1.23");
            return None;
        }
    }
    Some(examples)
}

#[test]
fn every_published_example_reads_edits_and_upgrades() {
    let Some(folder) = examples() else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    assert!(files.len() >= 4, "the package carries its examples: {files:?}");
    for file in files {
        let name = file.display();
        let mut source = Source::parse(std::fs::read_to_string(&file).unwrap()).unwrap();
        // Without a switch or a dynamic argument a file fits every shape from C on.
        let has_switch = source.text().contains("target:");
        assert_eq!(source.dialect() == Dialect::C, has_switch, "{name} is read in {}", source.dialect());
        let checks = graph::check(source.graph());
        let errors: Vec<_> = source.problems().iter().chain(&checks).filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{name} has nothing wrong, but: {errors:?}");
        let upgraded = Source::parse(source.upgrade().unwrap()).unwrap();
        assert_eq!((upgraded.graph(), upgraded.dialect()), (source.graph(), Dialect::E), "{name} in shape E says the same");
        let before = source.text().to_owned();
        for tool in source.graph().tools.clone() {
            for node in &tool.nodes {
                let edit = graph::remove_node(source.graph(), &tool.name, &node.id).unwrap();
                let change = source.apply(&edit).unwrap_or_else(|error| panic!("{name} without `{}`: {error}", node.id));
                source.splice(&change.inverse()).unwrap();
                assert_eq!(source.text(), before, "{name}: `{}` is back as it was", node.id);
            }
        }
    }
}
