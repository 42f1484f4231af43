//! `edit` and `upgrade`: only what is meant changes in the file, byte for byte.

use serde_json::json;

use crate::world::{Done, World, calling};

const FILE: &str = "# before\nversion: \"1.0\"\nserver: {name: t, version: \"1\"}   # one line\ntools:\n- name: t\n  description: 'd'\n  \
    inputSchema: {type: object}\n  nodes:\n  # the beginning\n  - {id: entry, type: entry, next: give}\n  - id: give\n    type: transform\n    \
    transform: { expr: 'entry.a' }   # the value\n    next: exit\n  - {id: exit, type: exit}\n# after";

#[track_caller]
fn check(edits: &[&str], from: &str, to: &str) -> Done {
    let world = World::new();
    world.write("g.yaml", FILE);
    let done = world.run(&[&["edit", "g.yaml"], edits].concat()).expect(0);
    assert!(FILE.contains(from), "the test replaces what is there");
    assert_eq!(world.read("g.yaml"), FILE.replace(from, to), "{edits:?} changes only what it means");
    done
}

#[test]
fn an_edit_changes_only_what_it_means() {
    check(&["set", "give.transform.expr", "\"entry.b\""], "'entry.a'", "'entry.b'");
    check(&["set", "give.timeoutMs", "-5"], "next: exit\n  - {id: exit", "next: exit\n    timeoutMs: -5\n  - {id: exit");
    check(&["set-tool t.description \"other\""], "'d'", "'other'");
    check(&[r#"{"edit": "setTool", "tool": "t", "path": "description", "value": "other"}"#], "'d'", "'other'");
}

#[test]
fn a_rename_goes_through_every_reference_and_edits_are_made_in_order() {
    let world = World::new();
    world.write("g.yaml", FILE);
    let done = world.run(&["edit", "g.yaml", "rename-node", "give", "passed", "rename-node", "entry", "start"]).expect(0);
    let expected = FILE.replace("id: entry", "id: start").replace("entry.a", "start.a").replace("give", "passed");
    assert_eq!(world.read("g.yaml"), expected, "edges and expressions follow");
    assert!(done.stdout.contains("\n-  - id: give\n") && done.stdout.contains("\n+  - id: passed\n"), "the difference: {}", done.stdout);
    done.says("g.yaml: written");
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let world = World::new();
    world.write("g.yaml", FILE);
    let done = world.run(&["edit", "g.yaml", "--dry-run", "disconnect", "give"]).expect(0);
    assert!(done.stdout.contains("\n-    next: exit\n"), "the difference: {}", done.stdout);
    assert!(!done.stdout.contains('\u{1b}'), "no colours in a pipe");
    assert_eq!(world.read("g.yaml"), FILE, "the file is as it was");

    let told = world.run(&["edit", "g.yaml", "disconnect give", "--dry-run", "--output", "json"]).expect(0).json();
    assert_eq!((&told["changed"], &told["written"]), (&json!(true), &json!(false)), "{told}");
    assert_eq!(told["text"], FILE.replace("    next: exit\n", ""), "the text that it would be");
}

#[test]
fn an_edit_that_cannot_be_made_leaves_the_file_and_ends_with_2() {
    let world = World::new();
    world.write("g.yaml", FILE);
    for (edits, expected) in [
        (&["remove-node", "gvie"][..], "did you mean `give`?"),
        (&["rename-nod", "give", "x"], "did you mean `rename-node`?"),
        (&["set", "give.transform.expr", "entry.b"], "write a text in double quotes"),
        (&["rename-node", "give"], "write `rename-node NODE NEW`"),
        (&["rename-node", "give", "passed", "remove-node", "give"], "there is no node `give`"),
        (&["{\"edit\": \"nonsense\"}"], "is not an edit"),
    ] {
        let done = world.run(&[&["edit", "g.yaml"], edits].concat()).expect(2);
        done.says(expected);
        assert_eq!(world.read("g.yaml"), FILE, "{edits:?}: all edits are made or none");
    }
}

#[test]
fn nothing_to_change_is_said_and_no_failure() {
    let done = check(&["set", "give.transform.expr", "\"entry.a\""], "entry.a", "entry.a");
    done.says("nothing to change");
    assert_eq!(done.stdout, "", "there is no difference");
}

#[test]
fn an_upgrade_writes_the_newest_shape_with_the_comments() {
    let world = World::new();
    let old = "# kept\nversion: \"1.0\"\nserver: {name: t, version: \"1\"}\nmcpServers: {kit: {command: kit}}\ntools:\n- name: t\n  \
        description: d\n  inputSchema: {type: object, properties: {n: {type: number}}}\n  nodes:\n  - {id: entry, type: entry, next: pick}\n  \
        - id: pick   # which way\n    type: switch\n    conditions:\n    - rule: {'>': [{var: entry.n}, 1]}\n      target: call\n    - target: exit\n  \
        - {id: call, type: mcp, server: kit, tool: echo, args: {text: $.entry.n}, next: exit}\n  - {id: exit, type: exit}\n";
    world.write("g.yaml", old);
    let shown = world.run(&["upgrade", "g.yaml", "--dry-run"]).expect(0);
    assert!(shown.stdout.contains("expr: $.entry.n"), "a dynamic argument says so: {}", shown.stdout);
    assert_eq!(world.read("g.yaml"), old, "a dry run writes nothing");
    let told = world.run(&["upgrade", "g.yaml", "--dry-run", "--output", "json"]).expect(0).json();
    assert_eq!((&told["changed"], &told["written"]), (&json!(true), &json!(false)), "{told}");

    world.run(&["upgrade", "g.yaml"]).expect(0).says("written");
    let new = world.read("g.yaml");
    assert!(new.starts_with("# kept\n") && new.contains("# which way"), "comments stay: {new}");
    assert!(!new.contains("target:"), "the old words are gone: {new}");
    world.run(&["check", "g.yaml"]).expect(0).says("shape E");
    world.run(&["upgrade", "g.yaml"]).expect(0).says("nothing to change");
}

#[test]
fn a_changed_file_runs_as_it_now_reads() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: old}"));
    world.run(&["edit", "graph.yaml", "set", "call.args.text", "\"new\""]).expect(0);
    assert_eq!(world.run(&["run", "graph.yaml"]).expect(0).json(), "new", "the canvas and the runner read the same file");
}
