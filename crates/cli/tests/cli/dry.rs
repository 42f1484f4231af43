//! `run --dry-run`: what reads happens, what writes is shown and nothing else.

use serde_json::{Value, json};

use crate::world::World;

const TOOL: &str = r#"
- name: mixed
  description: Reads, writes, and adds
  inputSchema: {type: object, properties: {path: {type: string}}, required: [path]}
  nodes:
  - {id: entry, type: entry, next: look}
  - {id: look, type: mcp, server: kit, tool: rich, args: {}, next: write}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: one}, next: add}
  - {id: add, type: mcp, server: kit, tool: add, args: {a: 2, b: 3}, next: tell}
  - {id: tell, type: emit, event: done, detail: {n: 1}, next: all}
  - {id: all, type: transform, transform: {expr: "{\"look\": look, \"write\": write, \"sum\": add.sum}"}, next: exit}
  - {id: exit, type: exit}
"#;

/// Runs dry, holds that nothing was written and nothing is kept, and gives the report.
fn dry(world: &World, more: &[&str]) -> Value {
    let path = format!("path={}", world.path("lines").display());
    let args = [&["run", "graph.yaml", "--arg", &path, "--dry-run", "--output", "json"], more].concat();
    let report = world.run(&args).expect(0).json();
    assert!(!world.path("lines").exists(), "nothing was written");
    assert_eq!(world.run(&["runs", "list", "--output", "json"]).expect(0).json(), json!([]), "and it is not kept");
    report
}

#[test]
fn reads_happen_and_writes_are_shown_as_they_would_be_made() {
    let world = World::new();
    world.graph(TOOL);
    let report = dry(&world, &[]);
    let calls = report["dryRun"].as_array().unwrap();
    let told: Vec<_> = calls.iter().map(|call| (&call["tool"], &call["happened"], &call["because"], &call["answered"])).collect();
    assert_eq!(
        told,
        [
            (&json!("rich"), &json!(true), &json!("hint"), &json!(null)),
            (&json!("append"), &json!(false), &json!("unknown"), &json!("text")),
            (&json!("add"), &json!(false), &json!("unknown"), &json!("schema")),
            (&json!(null), &json!(false), &json!("unknown"), &json!(null)),
        ],
        "{report:#}"
    );
    assert_eq!(calls[1]["arguments"], json!({"path": world.path("lines"), "line": "one"}), "the exact request");
    assert_eq!(report["result"], json!({"look": "ok", "write": "not called: this is a dry run", "sum": 0}), "and what came of it");
    let done = world.run(&["run", "graph.yaml", "--arg", "path=x", "--dry-run"]).expect(0);
    done.says("nothing was written; 1 read, 3 shown");
    done.says(r#"would {"server":"kit","tool":"append","arguments":{"path":"x","line":"one"}}"#);
}

#[test]
fn how_a_tool_is_taken_can_be_said_in_its_servers_entry_and_for_one_run() {
    let world = World::new();
    world.graph_with("    treat: {add: read, rich: write}\n", TOOL);
    world.run(&["check", "graph.yaml"]).expect(0).says("no problems");
    let report = dry(&world, &[]);
    assert_eq!(report["result"]["sum"], 5.0, "the entry says that it reads, so it was called");
    assert_eq!(report["dryRun"][0]["because"], "entry", "and that this one writes: {report:#}");
    let report = dry(&world, &["--treat", "kit.add=write", "--treat", "kit.rich=read"]);
    assert_eq!((&report["result"]["sum"], &report["result"]["look"]), (&json!(0), &json!("ok")), "the command line has the last word");
    world.run(&["run", "graph.yaml", "--dry-run", "--treat", "add=maybe"]).expect(2).says("SERVER.TOOL=read");
    world.graph_with("    treat: {add: maybe}\n", TOOL);
    let done = world.run(&["check", "graph.yaml"]).expect(2);
    assert!(done.stdout.contains("cannot be treated as \"maybe\"; write `TOOL: read` or `TOOL: write`"), "{}", done.stdout);
}

#[test]
fn a_cassette_answers_in_place_of_what_is_not_called() {
    let world = World::new();
    world.graph(TOOL);
    let path = format!("path={}", world.path("lines").display());
    world.run(&["record", "graph.yaml", "--arg", &path, "-o", "x.cassette"]).expect(0);
    std::fs::remove_file(world.path("lines")).unwrap();
    let runs = world.run(&["runs", "list", "--output", "json"]).expect(0).json();
    let report =
        world.run(&["run", "graph.yaml", "--arg", &path, "--dry-run", "--answers", "x.cassette", "--output", "json"]).expect(0).json();
    assert_eq!(report["result"], json!({"look": "ok", "write": "written", "sum": 5.0}), "what was recorded");
    assert!(!world.path("lines").exists(), "and nothing was written");
    assert_eq!(world.run(&["runs", "list", "--output", "json"]).expect(0).json(), runs, "nor kept");
}
