//! Forks: what is taken over, what is done anew, and what cannot be.

use std::sync::Arc;

use graph::Graph;
use serde_json::{Value, json};

use super::sketch::graph;
use super::world::{World, plan};
use crate::{Change, NoFork, Run, StepId, fork};

/// A run of a sketch by a script, and the step that is the `nth` execution of a node, from 1.
fn ran(sketch: &Graph, script: &str, node: &str, nth: usize) -> (World, StepId) {
    let mut world = World::begin(sketch, json!({"n": 1}));
    world.play_all(script);
    let of_node = (0u32..).zip(world.run.steps()).filter(|(_, step)| world.run.plan().node(step.node).id.as_str() == node);
    let step = of_node.map(|(id, _)| StepId(id)).nth(nth - 1).unwrap();
    (world, step)
}

/// Forks on `to`, and plays a script in the fork; what it told from its beginning on.
#[track_caller]
fn check((world, step): &(World, StepId), to: &Graph, change: Change, script: &str, expected: &str) {
    let events = fork(world.run.plan(), &plan(to, "t"), &world.events, *step, &change).unwrap();
    let shared = events.iter().zip(&world.events).take_while(|(one, other)| one == other).count();
    assert!(shared > 0 && shared >= events.len() - 1 - count_of_answers(&events), "it begins with what happened: {events:?}");
    let mut forked = World::further(plan(to, "t"), events);
    forked.take_up(Vec::new());
    forked.play_all(script);
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(forked.told.join("\n"), expected.join("\n"), "what the fork told");
    forked.obey_the_laws();
}

fn count_of_answers(events: &[(crate::Moment, crate::Event)]) -> usize {
    events.iter().filter(|(_, event)| matches!(event, crate::Event::Answered { .. })).count()
}

#[track_caller]
fn check_refused((world, step): &(World, StepId), to: &Graph, change: Change, expected: &str) {
    let refused: NoFork = fork(world.run.plan(), &plan(to, "t"), &world.events, *step, &change).unwrap_err();
    assert_eq!(refused.to_string(), expected);
}

fn output(value: Value) -> Change {
    Change::Output { value: Arc::new(value) }
}

fn input(value: Value) -> Change {
    Change::Input { value: Arc::new(value) }
}

const LINE: &str =
    "entry -> m\n m mcp s.t {\"a\": 1} -> n\n n mcp s.u {\"x\": {\"expr\": \"m + 1\"}} -> b\n b transform n * 10 -> exit\n exit";

#[test]
fn the_steps_before_are_taken_over_and_the_step_is_done_once_more() {
    let sketch = graph(LINE);
    let run = ran(&sketch, "m = 1\n n = 2", "n", 1);
    check(&run, &sketch, Change::Nothing, "n = 5", "n calls s.u {\"x\":2}\n n = 5\n b = 50\n exit = 50\n done 50");
    check(&run, &sketch, output(json!(7)), "", "b = 70\n exit = 70\n done 70");
    check(&run, &sketch, input(json!({"x": 9})), "", "n is uncertain");
}

#[test]
fn an_input_that_was_changed_is_what_is_asked() {
    let sketch = graph(LINE);
    let (world, step) = ran(&sketch, "m = 1\n n = 2", "n", 1);
    let events = fork(world.run.plan(), world.run.plan(), &world.events, step, &input(json!({"x": 9}))).unwrap();
    let run = Run::replay(world.run.plan().clone(), &events);
    assert_eq!(run.input_of(step), Some(json!({"x": 9})), "the step has asked with it");
    assert_eq!(run.outcome(), None, "and is not answered");
    let each = graph("entry -> l\n l forEach [1, 2] do x => exit\n x transform $item * 2 -> exit\n exit");
    let run = ran(&each, "", "l", 1);
    check(&run, &each, input(json!([5])), "", "x[0] = 10\n l = [10]\n exit = [10]\n done [10]");
}

#[test]
fn one_turn_of_a_loop_is_changed_and_those_before_it_stay() {
    let sketch = graph("entry -> a\n a mcp s.t -> s\n s switch {\"<\": [{\"var\": \"a\"}, 5]} -> a | -> exit\n exit");
    let run = ran(&sketch, "a = 1\n a = 2\n a = 3\n a = 5", "a", 3);
    check(&run, &sketch, output(json!(4)), "a = 6", "s = \"a\"\n a calls s.t {}\n a = 6\n s = \"exit\"\n exit = 6\n done 6");
    let run = ran(&sketch, "a = 1\n a = 2\n a = 3\n a = 5", "s", 2);
    check(&run, &sketch, output(json!("exit")), "", "exit = 2\n done 2");
}

#[test]
fn a_changed_graph_is_what_follows_and_not_what_was() {
    let was = graph(LINE);
    let run = ran(&was, "m = 1\n n = 2", "b", 1);
    let now = graph(&LINE.replace("n * 10", "n * 100").replace("\"a\": 1", "\"a\": 2"));
    check(&run, &now, Change::Nothing, "", "b = 200\n exit = 200\n done 200");
    let elsewhere = graph(&LINE.replace("entry -> m", "entry -> n"));
    let text = "the graph as it is now leads elsewhere before the step: at step 1, where the run came to `m`; fork an earlier step, or on the graph as it was";
    check_refused(&run, &elsewhere, Change::Nothing, text);
}

#[test]
fn what_another_branch_had_asked_is_not_asked_twice() {
    let sketch = graph("entry -> p\n p parallel x y => join\n x mcp s.t -> join\n y mcp s.u -> join\n join transform 1 -> exit\n exit");
    let run = ran(&sketch, "y = 2\n x = 1", "y", 1);
    // `x` was asked before `y` began to work.
    check(&run, &sketch, output(json!(7)), "", "x = 1\n p = {\"x\":1,\"y\":7}\n join = 1\n exit = 1\n done 1");
}

#[test]
fn what_cannot_be_changed_is_refused_with_what_can() {
    let sketch = graph("entry -> s\n s switch {\">\": [{\"var\": \"entry.n\"}, 3]} -> a | -> exit\n a transform 1 -> exit\n exit");
    let run = |node| ran(&sketch, "", node, 1);
    check_refused(&run("s"), &sketch, output(json!("b")), "`s` has no such way; its output is one of \"exit\", \"a\"");
    check_refused(&run("s"), &sketch, input(json!(1)), "`s` asks with nothing that could be changed; change its output, or the graph");
    check_refused(&run("exit"), &sketch, output(json!(1)), "`exit` gives what came before it; change the step before");
    let (world, _) = run("s");
    check_refused(&(world, StepId(9)), &sketch, Change::Nothing, "the run has no step 9");
    let line = graph(LINE);
    check_refused(&ran(&line, "", "m", 1), &line, input(json!(3)), "`m` cannot ask with that; a loop takes an array, a tool an object");
}
