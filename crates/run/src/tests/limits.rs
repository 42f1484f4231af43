//! Limits of a run: how many nodes, how much time, and which time counts.

use graph::Graph;
use serde_json::{Value, json};

use super::sketch::graph_of;
use super::world::{World, check};
use crate::{Plan, PlanOptions};

fn limited(limits: Value, text: &str) -> Graph {
    graph_of(limits, &[("t", text)])
}

const ENDLESS: &str = "entry -> a\n a transform 1 -> s\n s switch false -> exit | -> a\n exit";

#[test]
fn a_run_ends_when_it_has_executed_its_number_of_nodes() {
    let sketch = limited(json!({"maxNodeExecutions": 3}), ENDLESS);
    let limit =
        "the run executed 3 nodes, which is its limit; look for a loop that does not end, or raise `executionLimits.maxNodeExecutions`";
    check(&sketch, json!({}), "", &format!("entry = {{}}\n a = 1\n s = \"a\"\n failed node `a`: {limit}"));
}

#[test]
fn a_thousand_nodes_are_the_limit_where_none_is_given() {
    let world = World::begin(&limited(json!({}), ENDLESS), json!({}));
    assert_eq!(world.run.steps().len(), 1000, "the default limit");
}

#[test]
fn time_in_a_call_counts_and_ends_the_run() {
    let sketch = limited(json!({"maxExecutionTimeMs": 100}), "entry -> m\n m mcp s.t -> exit\n exit");
    let limit = "the run took its whole time of 100 ms; find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`";
    let expected = format!("entry = {{}}\n m calls s.t {{}}\n m is called off\n m is cancelled\n failed node `m`: {limit}");
    check(&sketch, json!({}), "+99\n +1", &expected);
}

#[test]
fn time_that_is_only_waited_does_not_count() {
    let sketch = limited(json!({"maxExecutionTimeMs": 100}), "entry -> w\n w wait PT1H -> m\n m mcp s.t -> exit\n exit");
    let woke = "entry = {}\n w waits 3600000\n w = {\"type\":\"timer\",\"time\":3600000}\n m calls s.t {}";
    check(&sketch, json!({}), "+3600000\n +99\n m = 1", &format!("{woke}\n m = 1\n exit = 1\n done 1"));
    let limit = "the run took its whole time of 100 ms; find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`";
    check(&sketch, json!({}), "+3600000\n +100", &format!("{woke}\n m is called off\n m is cancelled\n failed node `m`: {limit}"));
}

#[test]
fn the_time_in_which_a_run_that_a_step_has_started_only_waits_does_not_count() {
    let tools = [("t", "entry -> c\n c call other -> m\n m mcp s.t -> exit\n exit"), ("other", "entry -> exit\n exit")];
    let sketch = graph_of(json!({"maxExecutionTimeMs": 100}), &tools);
    let rested = "entry = {}\n c runs other {}\n c is calling";
    let limit = "the run took its whole time of 100 ms; find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`";
    check(
        &sketch,
        json!({}),
        "+90\n rests c\n +3600000\n c = 1\n +9\n m = 2",
        &format!("{rested}\n c = 1\n m calls s.t {{}}\n m = 2\n exit = 2\n done 2"),
    );
    check(
        &sketch,
        json!({}),
        "rests c\n +3600000\n works c\n +100",
        &format!("{rested}\n c is calling\n c is called off\n c is cancelled\n failed node `c`: {limit}"),
    );
    check(
        &sketch,
        json!({}),
        "rests c\n killed c\n +100",
        &format!("{rested}\n c is calling\n c runs other {{}}\n c is called off\n c is cancelled\n failed node `c`: {limit}"),
    );
}

#[test]
fn a_long_wait_is_not_disturbed_by_the_time_limit() {
    let sketch = limited(json!({"maxExecutionTimeMs": 10}), "entry -> w\n w wait P30D -> exit\n exit");
    let mut world = World::begin(&sketch, json!({}));
    world.pass(31 * 24 * 3_600_000);
    assert!(world.run.outcome().is_some_and(|outcome| matches!(outcome, crate::Outcome::Done { .. })), "{:?}", world.told);
    assert!(world.events.len() < 12, "the journal of a wait stays short: {} events", world.events.len());
}

#[test]
fn a_wait_beside_a_call_does_not_stop_the_clock() {
    let sketch =
        limited(json!({"maxExecutionTimeMs": 100}), "entry -> p\n p parallel w m => exit\n w wait PT1H -> exit\n m mcp s.t -> exit\n exit");
    let mut world = World::begin(&sketch, json!({}));
    world.pass(100);
    assert!(world.told.last().is_some_and(|last| last.starts_with("failed node `m`: the run took its whole time")), "{:?}", world.told);
}

#[test]
fn waits_between_attempts_count() {
    let sketch = limited(
        json!({"maxExecutionTimeMs": 100}),
        "entry -> m\n m mcp s.t -> exit ; retry: {\"maxAttempts\": 9, \"backoffMs\": 1000}\n exit",
    );
    let limit = "the run took its whole time of 100 ms; find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`";
    check(
        &sketch,
        json!({}),
        "m ! no\n +100",
        &format!("entry = {{}}\n m calls s.t {{}}\n m failed: no\n m again in 1000\n failed {limit}"),
    );
}

#[test]
fn a_tool_that_shares_its_name_is_refused() {
    let sketch = graph_of(json!({}), &[("t", "entry -> exit\n exit"), ("t", "entry -> exit\n exit")]);
    let problems = Plan::compile(&sketch, &"t".into(), PlanOptions::default()).err().unwrap_or_default();
    assert!(problems.iter().any(|problem| problem.message == "there are two tools named `t`"), "{problems:?}");
}

#[test]
fn two_nodes_of_one_id_are_refused() {
    let sketch = limited(json!({}), "entry -> a\n a transform 1 -> exit\n a transform 2 -> exit\n exit");
    let problems = Plan::compile(&sketch, &"t".into(), PlanOptions::default()).err().unwrap_or_default();
    assert!(problems.iter().any(|problem| problem.message == "there are two nodes `a`"), "{problems:?}");
}
