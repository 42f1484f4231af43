//! Each kind of node alone, and the three graphs that every dialect is compared by.

use serde_json::json;

use super::sketch::{graph, graph_of};
use super::world::check;

const SUM: &str = r#"
    entry -> increment
    increment transform $executionCount("increment") = 0 ? {"i": 1, "sum": 1} : {"i": increment.i + 1, "sum": increment.sum + increment.i + 1} -> check
    check switch {"<": [{"var": "increment.i"}, {"var": "entry.n"}]} -> increment | -> exit_sum
    exit_sum transform {"sum": increment.sum} -> exit
    exit
"#;

#[test]
fn a_loop_goes_round_until_its_switch_says_otherwise() {
    let expected = r#"
        entry = {"n":2}
        increment = {"i":1,"sum":1}
        check = "increment"
        increment = {"i":2,"sum":3}
        check = "exit_sum"
        exit_sum = {"sum":3}
        exit = {"sum":3}
        done {"sum":3}
    "#;
    check(&graph(SUM), json!({"n": 2}), "", expected);
}

#[test]
fn a_tool_is_called_with_its_arguments_filled_in_and_its_answer_is_the_output() {
    let sketch = graph(
        r#"
        entry -> list
        list mcp files.list {"path": {"expr": "entry.directory"}, "deep": [1, {"expr": "entry.no"}]} -> count
        count transform {"count": $count(list.names)} -> exit
        exit
    "#,
    );
    let expected = r#"
        entry = {"directory":"/tmp"}
        list calls files.list {"path":"/tmp","deep":[1,null]}
        list = {"names":["a","b"]}
        count = {"count":2}
        exit = {"count":2}
        done {"count":2}
    "#;
    check(&sketch, json!({"directory": "/tmp"}), r#"list = {"names": ["a", "b"]}"#, expected);
}

#[test]
fn falsy_results_come_back_as_they_are() {
    for value in ["0", "false", r#""""#, "null", "[]", "{}"] {
        let expected = format!("entry = {{}}\n m calls s.t {{}}\n m = {value}\n exit = {value}\n done {value}");
        check(&graph("entry -> m\n m mcp s.t -> exit\n exit"), json!({}), &format!("m = {value}"), &expected);
    }
}

#[test]
fn an_edge_from_a_switch_to_the_exit_gives_the_output_before_the_switch() {
    let sketch = graph("entry -> a\n a transform 5 -> s\n s switch true -> exit | -> a\n exit");
    check(&sketch, json!({}), "", "entry = {}\n a = 5\n s = \"exit\"\n exit = 5\n done 5");
}

#[test]
fn a_switch_whose_rules_do_not_hold_and_that_has_no_default_fails_and_says_what_to_add() {
    let sketch = graph("entry -> s\n s switch false -> exit\n exit");
    let expected = "
        entry = {}
        s failed: no rule of the switch holds, and it has no default; add `next` with the id of the node that follows then
        failed node `s`: no rule of the switch holds, and it has no default; add `next` with the id of the node that follows then";
    check(&sketch, json!({}), "", expected);
}

#[test]
fn a_call_runs_another_tool_and_goes_on_with_its_result() {
    let other = "entry -> exit\n exit";
    let sketch =
        graph_of(json!({}), &[("t", "entry -> c\n c call other {\"n\": {\"expr\": \"entry.n * 2\"}} -> exit\n exit"), ("other", other)]);
    check(&sketch, json!({"n": 2}), "c = 9", "entry = {\"n\":2}\n c runs other {\"n\":4}\n c = 9\n exit = 9\n done 9");
}

#[test]
fn a_wait_lets_its_time_pass_and_says_what_woke_it() {
    let sketch = graph("entry -> w\n w wait PT2S -> exit\n exit");
    let done = r#"entry = {}
        w waits 2000
        w = {"type":"timer","time":2000}
        exit = {"type":"timer","time":2000}
        done {"type":"timer","time":2000}"#;
    check(&sketch, json!({}), "+1999", "entry = {}\n w waits 2000");
    check(&sketch, json!({}), "+2000", done);
}

#[test]
fn a_wait_until_a_moment_that_has_passed_goes_on_at_once() {
    let sketch = graph("entry -> w\n w wait until entry.at -> x\n x transform 1 -> exit\n exit");
    let expected =
        |ms: u64| format!("entry = {{\"at\":{ms}}}\n w waits {ms}\n w = {{\"type\":\"timer\",\"time\":{ms}}}\n x = 1\n exit = 1\n done 1");
    check(&sketch, json!({"at": 500}), "+500", &expected(500));
    check(&sketch, json!({"at": 0}), "+0", &expected(0));
}

#[test]
fn before_shapes_the_arguments_and_after_the_output() {
    let sketch = graph(
        r#"
        entry -> m
        m mcp s.t {"a": 1} -> exit ; before: {"b": a + $context.entry.n} ; after: n * 2
        exit
    "#,
    );
    let expected = r#"
        entry = {"n":2}
        m calls s.t {"b":3}
        m = 20
        exit = 20
        done 20
    "#;
    check(&sketch, json!({"n": 2}), r#"m = {"n": 10}"#, expected);
}

#[test]
fn arguments_that_are_no_object_are_a_failure_of_the_node() {
    let sketch = graph("entry -> m\n m mcp s.t {\"expr\": \"entry.x\"} -> exit\n exit");
    let failure =
        "the expression in `args` gave a number for the arguments, which are an object; let it give an object of names and values";
    check(&sketch, json!({"x": 5}), "", &format!("entry = {{\"x\":5}}\n m failed: {failure}\n failed node `m`: {failure}"));
}

#[test]
fn the_history_of_a_node_can_be_asked_in_an_expression() {
    let sketch = graph(
        r#"
        entry -> a
        a transform $executionCount("a") -> s
        s switch {"<": [{"var": "a"}, 2]} -> a | -> r
        r transform {"all": $nodeExecutions("a"), "last": $nodeExecution("a", -1), "first": $nodeExecution("a", 0), "previous": $previousNode()} -> exit
        exit
    "#,
    );
    let expected = r#"
        entry = {}
        a = 0
        s = "a"
        a = 1
        s = "a"
        a = 2
        s = "r"
        r = {"all":[0,1,2],"last":2,"first":0,"previous":"r"}
        exit = {"all":[0,1,2],"last":2,"first":0,"previous":"r"}
        done {"all":[0,1,2],"last":2,"first":0,"previous":"r"}
    "#;
    check(&sketch, json!({}), "", expected);
}

#[test]
fn a_stray_field_does_not_change_where_a_node_leads() {
    check(&graph("entry -> a\n a transform 1 -> exit ; join: a\n exit"), json!({}), "", "entry = {}\n a = 1\n exit = 1\n done 1");
}
