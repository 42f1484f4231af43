//! Runs that outlive their process: what is done again, what is asked, and which time counts.

use serde_json::json;

use super::sketch::{graph, graph_of};
use super::world::check;

#[test]
fn a_call_that_was_under_way_is_uncertain_and_somebody_decides() {
    let sketch = graph("entry -> m\n m mcp s.t {\"a\": 1} -> exit ; onError: b\n b transform $error.kind -> exit\n exit");
    let begin = "entry = {}\n m calls s.t {\"a\":1}\n m is uncertain";
    check(&sketch, json!({}), "killed\n m = 1".split('\n').next().unwrap_or_default(), begin);
    check(&sketch, json!({}), "killed\n m skip 5", &format!("{begin}\n m = 5\n exit = 5\n done 5"));
    let failed = format!("{begin}\n m failed: it did not\n b = \"uncertain\"\n exit = \"uncertain\"\n done \"uncertain\"");
    check(&sketch, json!({}), "killed\n m fail it did not", &failed);
    let again = format!("{begin}\n m is calling\n m calls s.t {{\"a\":1}}\n m = 2\n exit = 2\n done 2");
    check(&sketch, json!({}), "killed\n m retry\n m = 2", &again);
}

#[test]
fn an_uncertain_step_stays_uncertain_when_the_process_dies_once_more() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit\n exit");
    check(&sketch, json!({}), "killed\n killed\n m skip 1", "entry = {}\n m calls s.t {}\n m is uncertain\n m = 1\n exit = 1\n done 1");
}

#[test]
fn a_call_is_made_again_where_the_tool_or_the_node_says_so() {
    let again = "entry = {}\n m calls s.t {}\n m calls s.t {}\n m = 1\n exit = 1\n done 1";
    check(&graph("entry -> m\n m mcp s.t -> exit\n exit"), json!({}), "killed m\n m = 1", again);
    check(&graph("entry -> m\n m mcp s.t -> exit ; onCrash: retry\n exit"), json!({}), "killed\n m = 1", again);
}

#[test]
fn what_was_done_is_not_done_again_and_an_answer_is_not_asked_for_twice() {
    let sketch = graph("entry -> m\n m mcp s.t -> n\n n mcp s.u {\"x\": {\"expr\": \"m\"}} -> exit\n exit");
    let expected = "entry = {}\n m calls s.t {}\n m = 1\n n calls s.u {\"x\":1}\n n is uncertain\n n = 3\n exit = 3\n done 3";
    check(&sketch, json!({}), "m = 1\n killed\n n skip 3", expected);
}

#[test]
fn a_wait_that_ran_out_meanwhile_ends_at_once_and_another_waits_for_the_rest() {
    let sketch = graph("entry -> w\n w wait PT1S -> x\n x transform 1 -> exit\n exit");
    let end = |at: u32| format!("w = {{\"type\":\"timer\",\"time\":{at}}}\n x = 1\n exit = 1\n done 1");
    check(&sketch, json!({}), "+400\n killed\n +600", &format!("entry = {{}}\n w waits 1000\n w waits 600\n {}", end(1000)));
}

#[test]
fn the_time_without_a_process_counts_towards_no_limit_of_what_works() {
    let limited =
        graph_of(json!({"maxExecutionTimeMs": 100}), &[("t", "entry -> m\n m mcp s.t -> exit ; timeoutMs: 60 ; onCrash: retry\n exit")]);
    // 40 ms of work, then the process is away for a while: only 20 ms are left of the node's time.
    let late = "the node was not done within its 60 ms; raise its `timeoutMs`, or find out why it takes so long";
    let begin = "entry = {}\n m calls s.t {}\n m calls s.t {}\n limit in 60";
    check(&limited, json!({}), "+40\n killed\n +59\n m = 1", &format!("{begin}\n m = 1\n exit = 1\n done 1"));
    check(&limited, json!({}), "+40\n killed\n +60", &format!("{begin}\n m is called off\n m failed: {late}\n failed node `m`: {late}"));
}

#[test]
fn retries_and_loops_go_on_where_they_were() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit ; retry: {\"maxAttempts\": 2, \"backoffMs\": 100}\n exit");
    let expected =
        "entry = {}\n m calls s.t {}\n m failed: a\n m again in 100\n m again in 70\n m calls s.t {}\n m = 1\n exit = 1\n done 1";
    check(&sketch, json!({}), "m ! a\n +30\n killed\n +70\n m = 1", expected);
    let sketch = graph("entry -> l\n l forEach [1, 2] do m => exit ; onCrash: retry\n m mcp s.t -> exit ; onCrash: retry\n exit");
    let expected = "entry = {}\n m[0] calls s.t {}\n m[0] = 5\n m[1] calls s.t {}\n m[1] calls s.t {}\n m[1] = 6\n l = [5,6]\n exit = [5,6]\n done [5,6]";
    check(&sketch, json!({}), "m[0] = 5\n killed\n m[1] = 6", expected);
}
