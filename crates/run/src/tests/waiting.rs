//! Runs that wait for a person or an event, and events that are told.

use serde_json::json;

use super::sketch::graph;
use super::world::{World, check};
use crate::{Moment, StepState, WaitsFor};

#[test]
fn an_approval_asks_and_goes_on_with_what_was_filled_in() {
    let sketch = graph("entry -> y\n y approval Pay? -> exit\n exit");
    check(&sketch, json!({}), "y yes {\"sum\": 5}", "entry = {}\n y is asking\n y = {\"sum\":5}\n exit = {\"sum\":5}\n done {\"sum\":5}");
}

#[test]
fn a_no_is_a_failure_or_leads_another_way() {
    let said = "the approval was refused by ann: too dear";
    let sketch = graph("entry -> y\n y approval Pay? -> exit ; retry: {\"maxAttempts\": 3}\n exit");
    check(&sketch, json!({}), "y no too dear", &format!("entry = {{}}\n y is asking\n y failed: {said}\n failed node `y`: {said}"));
    let sketch = graph("entry -> y\n y approval Pay? -> exit ; onReject: b\n b transform y.reason -> exit\n exit");
    let expected = r#"
        entry = {}
        y is asking
        y = {"rejected":true,"reason":"too dear","by":"ann"}
        b = "too dear"
        exit = "too dear"
        done "too dear""#;
    check(&sketch, json!({}), "y no too dear", expected);
}

#[test]
fn an_approval_that_nobody_answers_in_time_fails() {
    let sketch = graph("entry -> y\n y approval Pay? -> exit ; timeout: PT1H ; onError: b\n b transform $error.kind -> exit\n exit");
    let late = "nobody answered the approval in time; answer sooner, or raise its `timeout`";
    let expected = |waits: &str| {
        format!("entry = {{}}\n y is asking\n {waits}y failed: {late}\n b = \"timeout\"\n exit = \"timeout\"\n done \"timeout\"")
    };
    check(&sketch, json!({}), "+3600000", &expected("y waits 3600000\n "));
    check(&sketch, json!({}), "+600000\n killed\n +3000000", &expected("y waits 3600000\n y waits 3000000\n "));
}

#[test]
fn a_second_answer_changes_nothing() {
    let sketch = graph("entry -> y\n y approval Pay? -> m\n m mcp s.t -> exit\n exit");
    let mut world = World::begin(&sketch, json!({}));
    world.play_all("y yes 1");
    let told = world.told.len();
    world.say(crate::StepId(1), "no", "after all");
    assert_eq!(world.told.len(), told, "it was answered");
    world.obey_the_laws();
}

#[test]
fn a_wait_goes_on_with_the_first_event_that_it_waits_for() {
    let sketch = graph(
        "entry -> v\n v wait event paid {\"==\": [{\"var\": \"$event.detail.id\"}, {\"var\": \"entry.id\"}]} -> x\n x transform v.detail.sum -> exit\n exit",
    );
    let script = "signal sent {\"id\": 7}\n signal paid {\"id\": 6, \"sum\": 1}\n +10\n signal paid {\"id\": 7, \"sum\": 2}\n signal paid {\"id\": 7, \"sum\": 3}";
    let expected = r#"
        entry = {"id":7}
        v listens for paid
        v listens for paid
        v = {"type":"paid","detail":{"id":7,"sum":2},"id":"s1","time":10}
        x = 2
        exit = 2
        done 2"#;
    check(&sketch, json!({"id": 7}), script, expected);
}

#[test]
fn an_event_reaches_everyone_who_waits_for_its_type() {
    let sketch = graph("entry -> p\n p parallel a b => exit\n a wait event go -> exit\n b wait event go -> exit\n exit");
    let mut world = World::begin(&sketch, json!({}));
    world.play_all("signal go 1");
    assert!(world.told.last().is_some_and(|last| last.starts_with("done")), "{:?}", world.told);
}

#[test]
fn an_event_is_told_with_an_id_of_its_own_that_stays_the_same() {
    let sketch = graph("entry -> z\n z emit paid {\"n\": {\"expr\": \"entry.n + 1\"}} -> exit\n exit");
    let emits = "z emits 044c3cd7f43c661c paid {\"n\":2}";
    let expected = format!("entry = {{\"n\":1}}\n {emits}\n {emits}\n z = \"x\"\n exit = \"x\"\n done \"x\"");
    check(&sketch, json!({"n": 1}), "killed\n z = \"x\"", &expected);
}

#[test]
fn who_waits_for_what_and_until_when_is_known() {
    let sketch =
        graph("entry -> p\n p parallel y v w => exit\n y approval Pay? -> exit\n v wait event paid -> exit\n w wait PT1S -> exit\n exit");
    let world = World::begin(&sketch, json!({}));
    let waits: Vec<_> = world.run.waiting().into_iter().map(|waits| (waits.node.to_string(), waits.until, waits.on)).collect();
    assert!(
        matches!(
            waits.as_slice(),
            [(y, None, WaitsFor::Person(approval)), (v, None, WaitsFor::Event(event)), (w, Some(Moment(1_000_000)), WaitsFor::Time)]
                if y == "y" && v == "v" && w == "w" && approval.message == "Pay?" && &**event == "paid"
        ),
        "{waits:?}"
    );
    assert!(world.run.only_waits(), "nothing is at work");
    assert_eq!(world.run.wakes_at(), Some(Moment(1_000_000)), "the wait ends first");
    assert!(world.run.steps().iter().any(|step| step.state == StepState::Asking), "the approval asks");
}
