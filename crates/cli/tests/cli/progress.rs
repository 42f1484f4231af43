//! What a run says while it goes on, and when it says nothing.

use serde_json::json;

use crate::world::{World, calling};

#[test]
fn a_pipe_gets_a_plain_line_for_each_step_and_the_words_of_the_tools() {
    let world = World::new();
    world.graph(&calling("t", "progress", "{steps: 3, ms: 1}"));
    let done = world.run(&["run", "graph.yaml"]).expect(0);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let [entry, told, call, exit] = lines[..] else { panic!("four lines: {}", done.stderr) };
    assert!(entry.starts_with("entry: done in ") && exit.starts_with("exit: done in "), "{}", done.stderr);
    assert_eq!(told, "call: 1 of 3: step 1", "quick progress is heard once a second");
    assert!(call.starts_with("call: done in "), "{call}");
    assert!(!done.stderr.contains('\u{1b}'), "no colours in a pipe: {:?}", done.stderr);
}

#[test]
fn items_and_attempts_are_told_apart() {
    let world = World::new();
    let tool = "- name: t\n  description: d\n  inputSchema: {type: object}\n  nodes:\n  - {id: entry, type: entry, next: each}\n  \
        - {id: each, type: forEach, items: '[10, 20]', body: try, join: exit}\n  \
        - {id: try, type: mcp, server: kit, tool: fail, args: {message: no}, retry: {maxAttempts: 2, backoffMs: 1}, next: exit}\n  \
        - {id: exit, type: exit}\n";
    world.graph(tool);
    let done = world.run(&["run", "graph.yaml"]).expect(1);
    done.says("try[0]: failed after ");
    done.says("try[0] (attempt 2): failed after ");
}

#[test]
fn a_quiet_run_says_only_what_went_wrong() {
    let world = World::new();
    world.graph(&format!("{}{}", calling("good", "echo", "{text: hello}"), calling("bad", "fail", "{message: no}")));
    let done = world.run(&["run", "graph.yaml", "good", "--quiet"]).expect(0);
    assert_eq!((done.json(), done.stderr.as_str()), (json!("hello"), ""), "nothing but the result");
    let done = world.run(&["run", "graph.yaml", "bad", "-q"]).expect(1);
    assert_eq!(done.stderr.lines().count(), 1, "nothing but the error: {}", done.stderr);
}

#[test]
fn text_of_a_server_cannot_steer_the_terminal_or_fake_a_line() {
    let world = World::new();
    world.graph(&calling("t", "fail", r#"{message: "one\ntwo \u001B[2J three"}"#));
    let done = world.run(&["run", "graph.yaml", "--quiet"]).expect(1);
    assert_eq!(done.stderr.lines().count(), 1, "one error, one line: {:?}", done.stderr);
    assert!(!done.stderr.contains('\u{1b}'), "no escape comes through: {:?}", done.stderr);
    done.says("one | two");
}

#[test]
fn logs_go_to_standard_error_as_asked_and_a_wrong_filter_is_bad_use() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: hello}"));
    let done = world.run_with(&["run", "graph.yaml", "-q"], &[("PATCHBAY_LOG", "trace")], "").expect(0);
    assert_eq!(done.json(), json!("hello"), "logs never mix with the result");
    done.says("patchbay starts");
    assert!(!done.stderr.contains("rmcp"), "libraries do not log: {}", done.stderr);
    world.run_with(&["list", "graph.yaml"], &[("PATCHBAY_LOG", "a=b=c")], "").expect(2).says("PATCHBAY_LOG");
}
