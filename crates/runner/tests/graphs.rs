//! The example graphs: each is read and checked without a word, and does what it says against tools that are made up.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::path::{Path, PathBuf};

use common::{World, options, told};
use format::{Dialect, Source};
use graph::ServerEntry;
use run::PlanOptions;
use runner::start;
use serde_json::{Value, json};

fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphs")
}

/// A graph file as it is read; where it has no servers of its own, with `filesystem`, as a second file would give it.
fn read(name: &str) -> Source {
    let text = std::fs::read_to_string(graphs().join(name)).unwrap();
    Source::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn world(source: &Source) -> std::sync::Arc<World> {
    let mut graph = source.graph().clone();
    if source.dialect() == Dialect::A {
        let fields = json!({"command": "none"}).as_object().unwrap().clone();
        graph.servers.insert("filesystem".into(), ServerEntry { fields });
    }
    World::with(graph, PlanOptions { input_alias: source.input_alias() })
}

#[track_caller]
fn check(name: &str, tool: &str, arguments: Value, expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let world = world(&read(name));
    let outcome = runtime.block_on(async { start(options(world.job(tool), arguments.clone())).unwrap().outcome().await });
    assert_eq!(told(&outcome), expected, "`{tool}` of {name} with {arguments}");
}

const DIALECTS: [&str; 4] = ["dialects/a.yaml", "dialects/b.yaml", "dialects/c.yaml", "dialects/d.yaml"];

#[test]
fn every_example_is_read_and_checked_without_a_word() {
    let mut found = 0;
    for folder in [graphs(), graphs().join("dialects")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(graphs()).unwrap().to_string_lossy().into_owned();
            if path.extension().is_none_or(|extension| extension != "yaml")
                || name.ends_with(".canvas.yaml")
                || name.ends_with(".test.yaml")
            {
                continue;
            }
            found += 1;
            let source = read(&name);
            // An older shape may be read with a word of warning, for what later versions would take otherwise.
            let faults = source.problems().iter().filter(|problem| problem.is_error() || source.dialect() == Dialect::E);
            assert_eq!(faults.collect::<Vec<_>>(), Vec::<&graph::Problem>::new(), "{name} is read");
            let world = world(&source);
            let problems = nodes::check(&world.graph, nodes::CheckOptions { input_alias: source.input_alias() });
            assert_eq!(problems, [], "{name} is checked");
            for tool in &world.graph.tools {
                let _compiled = world.job(tool.name.as_str());
            }
            // A file of `dialects` begins with the letter of its shape, or is named for the design document, which is shape A.
            let expected = match name.strip_prefix("dialects/").and_then(|name| name.split(['.', '_']).next()) {
                Some("a" | "design") => Dialect::A,
                Some("b") => Dialect::B,
                Some("c") => Dialect::C,
                Some("d") => Dialect::D,
                _ => Dialect::E,
            };
            assert_eq!(source.dialect(), expected, "{name} is in its shape");
        }
    }
    assert!(found >= 12, "all examples were found: {found}");
}

#[test]
fn the_goldens_are_the_same_in_every_shape() {
    let own = [("count_files.yaml", "count_files"), ("loop.yaml", "sum_to_n"), ("switch.yaml", "test_switch")];
    let files = |tool: &str| -> Vec<String> {
        let own = own.iter().filter(|(_, has)| *has == tool).map(|(name, _)| (*name).to_owned());
        own.chain(DIALECTS.map(str::to_owned)).collect()
    };
    for name in files("count_files") {
        check(&name, "count_files", json!({"directory": "/tmp"}), r#"done {"count":7}"#);
    }
    for name in files("sum_to_n") {
        for (n, sum) in [(1, 1), (2, 3), (5, 15), (10, 55)] {
            check(&name, "sum_to_n", json!({"n": n}), &format!("done {{\"sum\":{sum}}}"));
        }
    }
    for name in files("test_switch") {
        for (value, result) in [(11, "high"), (10, "low"), (1, "low"), (0, "zero_or_negative"), (-3, "zero_or_negative")] {
            check(&name, "test_switch", json!({"value": value}), &format!("done {{\"result\":\"{result}\"}}"));
        }
    }
}

#[test]
fn branches_items_retries_and_error_edges_do_what_the_examples_say() {
    let described = r#"done {"entries":7,"configuration_files":2,"about":"get_file_info of /etc"}"#;
    check("parallel.yaml", "describe_folder", json!({"directory": "/etc"}), described);
    let lines = r#"done {"files":[{"path":"/a","text":"read_text_file of /a"},{"path":"/missing","text":null,"error":"the tool `read_text_file` of the server `files` failed: Some(\"/missing\") is not there"}]}"#;
    check("for_each.yaml", "first_lines", json!({"paths": ["/a", "/missing"]}), lines);
    check("for_each.yaml", "first_lines", json!({"paths": []}), r#"done {"files":[]}"#);
    check("retry.yaml", "read_when_there", json!({"path": "/a"}), r#"done {"content":"read_text_file of /a"}"#);
    check(
        "retry.yaml",
        "read_when_there",
        json!({"path": "/missing"}),
        r#"failed node `read`: the tool `read_text_file` of the server `files` failed: Some("/missing") is not there"#,
    );
    check("errors.yaml", "read_or_explain", json!({"path": "/a"}), r#"done {"found":true,"text":"read_text_file of /a"}"#);
    let why = r#"done {"found":false,"why":"the tool `read_text_file` of the server `files` failed: Some(\"/missing\") is not there"}"#;
    check("errors.yaml", "read_or_explain", json!({"path": "/missing"}), why);
}
