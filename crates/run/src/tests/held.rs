//! Runs that somebody holds: which time counts, and what an edit changes.

use serde_json::json;

use super::sketch::{graph, graph_of};
use super::world::check;

#[test]
fn the_time_in_which_a_run_is_held_counts_towards_no_limit_of_what_works() {
    let limited = graph_of(json!({"maxExecutionTimeMs": 100}), &[("t", "entry -> m\n m mcp s.t -> exit ; timeoutMs: 60\n exit")]);
    let late = "the node was not done within its 60 ms; raise its `timeoutMs`, or find out why it takes so long";
    let begin = "entry = {}\n m calls s.t {}\n limit in 20";
    check(&limited, json!({}), "+40\n held 5000\n +19\n m = 1", &format!("{begin}\n m = 1\n exit = 1\n done 1"));
    let failed = format!("{begin}\n m is called off\n m failed: {late}\n failed node `m`: {late}");
    check(&limited, json!({}), "+40\n held 5000\n +20", &failed);
    let limited = graph_of(json!({"maxExecutionTimeMs": 100}), &[("t", "entry -> m\n m mcp s.t -> exit\n exit")]);
    let begin = "entry = {}\n m calls s.t {}";
    check(&limited, json!({}), "+90\n held 999\n held 999\n +9\n m = 1", &format!("{begin}\n m = 1\n exit = 1\n done 1"));
    let over = "the run took its whole time of 100 ms; find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`";
    let ended = format!("{begin}\n m is called off\n m is cancelled\n failed node `m`: {over}");
    check(&limited, json!({}), "+90\n held 999\n +10", &ended);
}

#[test]
fn a_wait_by_the_wall_goes_on_while_a_run_is_held() {
    let sketch = graph("entry -> w\n w wait PT1S -> x\n x transform 1 -> exit\n exit");
    let end = "w = {\"type\":\"timer\",\"time\":1000}\n x = 1\n exit = 1\n done 1";
    check(&sketch, json!({}), "held 400\n +600", &format!("entry = {{}}\n w waits 1000\n w waits 600\n {end}"));
}

#[test]
fn an_edited_output_is_what_every_later_step_sees() {
    let sketch = graph("entry -> a\n a transform 1 -> m\n m mcp s.t {\"a\": {\"expr\": \"a\"}} -> x\n x transform a + m -> exit\n exit");
    let expected = "entry = {}\n a = 1\n m calls s.t {\"a\":1}\n m = 3\n x = 13\n exit = 13\n done 13";
    check(&sketch, json!({}), "edit a 10\n m = 3", expected);
}

#[test]
fn an_output_is_edited_within_branches_and_what_they_have_gathered() {
    let sketch = graph(
        "entry -> p\n p parallel x y => z\n x mcp s.t -> z\n y mcp s.t {\"e\": 1} -> v\n v transform p2.a -> z\n z transform $string(p) -> exit\n exit\n p2 transform 1 -> p",
    );
    let sketch = {
        let mut sketch = sketch;
        let entry = std::sync::Arc::make_mut(&mut sketch.tools[0].nodes[0]);
        entry.fields.insert("next".into(), json!("p2"));
        sketch
    };
    let expected = "entry = {}\n p2 = 1\n x calls s.t {}\n y calls s.t {\"e\":1}\n x = 5\n y = 1\n v = 7\n p = {\"x\":6,\"y\":7}\n \
        z = \"{\\\"x\\\":6,\\\"y\\\":7}\"\n exit = \"{\\\"x\\\":6,\\\"y\\\":7}\"\n done \"{\\\"x\\\":6,\\\"y\\\":7}\"";
    check(&sketch, json!({}), "x = 5\n edit x 6\n edit p2 {\"a\": 7}\n y = 1", expected);
}

#[test]
fn a_step_at_work_is_done_by_hand_and_its_call_is_called_off() {
    let sketch = graph("entry -> m\n m mcp s.t -> x\n x transform m.n + 1 -> exit\n exit");
    let expected = "entry = {}\n m calls s.t {}\n m is called off\n m = {\"n\":4}\n x = 5\n exit = 5\n done 5";
    check(&sketch, json!({}), "edit m {\"n\": 4}", expected);
}
