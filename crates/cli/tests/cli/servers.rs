//! `servers`, and the files server.

use serde_json::json;

use crate::world::{World, calling};

#[test]
fn each_server_is_started_and_shown_with_its_tools() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{}"));
    let done = world.run(&["servers", "graph.yaml"]).expect(0);
    let first = done.stdout.lines().next().unwrap();
    assert!(first.starts_with("kit  ready  ") && first.contains("MCP "), "state and version: {first}");
    assert!(done.stdout.lines().any(|line| line.starts_with("  echo ") && line.contains("Gives `text` back")), "{}", done.stdout);

    let told = world.run(&["servers", "graph.yaml", "--output", "json"]).expect(0).json();
    assert_eq!((&told[0]["name"], &told[0]["state"]["state"]), (&json!("kit"), &json!("ready")), "{told}");
    let add = told[0]["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "add").unwrap().clone();
    assert_eq!(add["outputSchema"]["required"], json!(["sum"]), "definitions are whole: {add}");
}

#[test]
fn a_server_that_does_not_start_is_told_with_its_last_words_and_the_others_are_shown() {
    let world = World::new();
    world.write("mcp.json", r#"{"mcpServers": {"gone": {"command": "no-such-program", "args": ["x"]}}}"#);
    world.graph(&calling("t", "echo", "{}"));
    let done = world.run(&["servers", "graph.yaml", "-m", "mcp.json"]).expect(1);
    assert!(done.stdout.contains("kit  ready"), "{}", done.stdout);
    let line = done.stdout.lines().find(|line| line.starts_with("gone  failed")).unwrap();
    assert!(line.contains("no-such-program"), "the command is named: {line}");
}

#[test]
fn a_file_without_servers_is_no_failure() {
    let world = World::new();
    world.write("g.yaml", "version: \"1\"\nserver: {name: t, version: \"1\"}\ntools: []\n");
    let done = world.run(&["servers", "g.yaml"]).expect(0);
    assert_eq!(done.stdout, "", "nothing to show");
    done.says("no servers");
    assert_eq!(world.run(&["servers", "g.yaml", "--output", "json"]).expect(0).json(), json!([]), "an empty list");
}

#[test]
fn the_files_server_refuses_a_folder_that_is_not_there() {
    let world = World::new();
    world.run(&["mcp", "files", "nowhere"]).expect(2).says("nowhere");
}
