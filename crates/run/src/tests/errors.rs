//! Failures: retry, time limits, error edges, stops, and answers that come too late.

use serde_json::json;

use super::sketch::graph;
use super::world::check;

#[test]
fn a_failure_names_the_node_and_the_cause() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit\n exit");
    check(&sketch, json!({}), "m ! it is gone", "entry = {}\n m calls s.t {}\n m failed: it is gone\n failed node `m`: it is gone");
    let refused = "the tool `t` of the server `s` failed: no such file";
    check(
        &sketch,
        json!({}),
        "m ? no such file",
        &format!("entry = {{}}\n m calls s.t {{}}\n m failed: {refused}\n failed node `m`: {refused}"),
    );
}

#[test]
fn a_node_is_tried_again_after_growing_waits_and_then_fails() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit ; retry: {\"maxAttempts\": 3, \"backoffMs\": 100, \"factor\": 3}\n exit");
    let twice = "
        entry = {}
        m calls s.t {}
        m failed: a
        m again in 100
        m calls s.t {}
        m failed: b
        m again in 300
        m calls s.t {}";
    check(&sketch, json!({}), "m ! a\n +100\n m ! b\n +299\n +1", twice);
    check(&sketch, json!({}), "m ! a\n +100\n m ! b\n +300\n m = 1", &format!("{twice}\n m = 1\n exit = 1\n done 1"));
    check(&sketch, json!({}), "m ! a\n +100\n m ! b\n +300\n m ! c", &format!("{twice}\n m failed: c\n failed node `m`: c"));
}

#[test]
fn what_cannot_go_another_way_is_not_tried_again() {
    let sketch = graph("entry -> a\n a transform $error(\"no\") -> exit ; retry: {\"maxAttempts\": 3}\n exit");
    let failure = "the expression in `transform.expr` failed: no";
    check(&sketch, json!({}), "", &format!("entry = {{}}\n a failed: {failure}\n failed node `a`: {failure}"));
}

#[test]
fn a_time_limit_holds_for_each_attempt_and_calls_off_what_was_asked() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit ; timeoutMs: 50 ; retry: {\"maxAttempts\": 2, \"backoffMs\": 10}\n exit");
    let late = "the node was not done within its 50 ms; raise its `timeoutMs`, or find out why it takes so long";
    let expected = format!(
        "
        entry = {{}}
        m calls s.t {{}}
        m is called off
        m failed: {late}
        m again in 10
        m calls s.t {{}}
        m is called off
        m failed: {late}
        failed node `m`: {late}"
    );
    check(&sketch, json!({}), "+50\n +10\n +49\n +1", &expected);
}

#[test]
fn an_answer_within_the_time_limit_keeps_it_from_striking() {
    let sketch = graph("entry -> m\n m mcp s.t -> w ; timeoutMs: 50\n w wait PT1S -> x\n x transform m -> exit\n exit");
    let expected =
        "entry = {}\n m calls s.t {}\n m = 1\n w waits 1000\n w = {\"type\":\"timer\",\"time\":1049}\n x = 1\n exit = 1\n done 1";
    check(&sketch, json!({}), "+49\n m = 1\n +1000", expected);
}

#[test]
fn a_time_limit_holds_for_waits_and_loops_too() {
    let late = |ms| format!("the node was not done within its {ms} ms; raise its `timeoutMs`, or find out why it takes so long");
    let sketch = graph("entry -> w\n w wait PT1S -> exit ; timeoutMs: 20\n exit");
    check(&sketch, json!({}), "+20", &format!("entry = {{}}\n w waits 1000\n w failed: {0}\n failed node `w`: {0}", late(20)));
    let sketch = graph("entry -> l\n l forEach [1,2] do m => exit ; timeoutMs: 30 ; maxConcurrency: 2\n m mcp s.t -> exit\n exit");
    let expected = format!(
        "
        entry = {{}}
        m[0] calls s.t {{}}
        m[1] calls s.t {{}}
        m[0] = 1
        m[1] is called off
        m[1] is cancelled
        l failed: {0}
        failed node `l`: {0}",
        late(30)
    );
    check(&sketch, json!({}), "m[0] = 1\n +30", &expected);
}

#[test]
fn an_error_edge_leads_on_with_the_failure_as_error() {
    let sketch = graph(
        "entry -> m\n m mcp s.t -> exit ; onError: h\n h transform {\"was\": $error.message, \"at\": $error.node, \"n\": $error.attempts} -> exit\n exit",
    );
    let expected = r#"
        entry = {}
        m calls s.t {}
        m failed: gone
        h = {"was":"gone","at":"m","n":1}
        exit = {"was":"gone","at":"m","n":1}
        done {"was":"gone","at":"m","n":1}"#;
    check(&sketch, json!({}), "m ! gone", expected);
}

#[test]
fn an_error_edge_is_taken_only_after_the_last_attempt() {
    let sketch = graph(
        "entry -> m\n m mcp s.t -> exit ; retry: {\"maxAttempts\": 2, \"backoffMs\": 1} ; onError: h\n h transform $error.attempts -> exit\n exit",
    );
    let expected = "entry = {}\n m calls s.t {}\n m failed: a\n m again in 1\n m calls s.t {}\n m failed: b\n h = 2\n exit = 2\n done 2";
    check(&sketch, json!({}), "m ! a\n +1\n m ! b", expected);
}

#[test]
fn a_stop_calls_off_what_is_under_way_at_any_moment() {
    let sketch = graph(
        "entry -> p\n p parallel m w r => exit\n m mcp s.t -> exit\n w wait PT1S -> exit\n r mcp s.u -> exit ; retry: {\"maxAttempts\": 2, \"backoffMs\": 9}\n exit",
    );
    let expected = "
        entry = {}
        m calls s.t {}
        w waits 1000
        r calls s.u {}
        r failed: x
        r again in 9
        p is cancelled
        m is called off
        m is cancelled
        w is cancelled
        stopped Asked";
    check(&sketch, json!({}), "r ! x\n stop\n +5000", expected);
}

#[test]
fn what_comes_after_the_end_changes_nothing() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit\n exit");
    let expected = "entry = {}\n m calls s.t {}\n m is called off\n m is cancelled\n stopped Asked";
    check(&sketch, json!({}), "stop\n late 1 = 5\n late 9 = 5\n +999999\n stop", expected);
}

#[test]
fn an_answer_to_a_step_that_was_given_up_changes_nothing() {
    let sketch = graph("entry -> p\n p parallel a b => x ; policy: \"any\"\n a mcp s.a -> x\n b mcp s.b -> x\n x mcp s.x -> exit\n exit");
    let expected = r#"
        entry = {}
        a calls s.a {}
        b calls s.b {}
        b = 2
        a is called off
        a is cancelled
        p = {"b":2}
        x calls s.x {}
        x = 3
        exit = 3
        done 3"#;
    check(&sketch, json!({}), "b = 2\n late 2 = 1\n late 1 = 1\n late 0 = 7\n x = 3", expected);
}
