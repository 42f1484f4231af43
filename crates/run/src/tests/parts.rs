//! A part of a tool: up to a node, or one node alone on what a run before it had seen; and which edges were taken.

use std::sync::Arc;

use graph::Graph;
use serde_json::json;

use super::sketch::graph;
use super::world::World;
use crate::{NodeIndex, Part, Run, Seen, StepId};

/// What a run told, as lines, and what it then was.
#[track_caller]
fn told(world: &World, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(world.told.join("\n"), expected.join("\n"), "what the run told");
    world.obey_the_laws();
}

#[track_caller]
fn check_until(sketch: &Graph, node: &str, script: &str, expected: &str) {
    let mut world = World::begin_part(sketch, json!({"n": 1}), Part::until(node.into()), None);
    world.play_all(script);
    told(&world, expected);
}

/// What the last execution of a node saw, or the whole run where the node did not run.
fn seen(world: &World, node: &str) -> Seen {
    let run = &world.run;
    let last = (0u32..).zip(run.steps()).filter(|(_, step)| run.plan().node(step.node).id.as_str() == node).last();
    match last {
        Some((step, _)) => Run::replay_to(run.plan().clone(), &world.events, StepId(step)).seen_by(StepId(step)).unwrap(),
        None => run.seen_at_the_end().unwrap(),
    }
}

/// Runs the whole of one sketch by a script, then one node of another alone on what it had seen.
#[track_caller]
fn check_only((before, script): (&Graph, &str), after: &Graph, node: &str, expected: &str) {
    let mut world = World::begin(before, json!({"n": 1}));
    world.play_all(script);
    let seen = Arc::new(seen(&world, node));
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), *seen, "what was seen is the same when it is read again");
    let alone = World::begin_part(after, json!({"n": 1}), Part::only(node.into()), Some(seen));
    told(&alone, expected);
}

const LINE: &str = "entry -> a\n a transform entry.n + 1 -> b\n b transform a * 10 -> exit\n exit";

#[test]
fn a_run_up_to_a_node_ends_with_its_output() {
    check_until(&graph(LINE), "a", "", "entry = {\"n\":1}\n a = 2\n done 2");
    check_until(&graph(LINE), "entry", "", "entry = {\"n\":1}\n done {\"n\":1}");
    check_until(&graph(LINE), "exit", "", "entry = {\"n\":1}\n a = 2\n b = 20\n exit = 20\n done 20");
    check_until(&graph(LINE), "nobody", "", "failed the tool `t` has no node `nobody`");
}

#[test]
fn a_run_up_to_a_node_that_it_does_not_come_to_says_so() {
    let sketch = graph("entry -> s\n s switch {\">\": [{\"var\": \"entry.n\"}, 3]} -> a | -> exit\n a transform 1 -> exit\n exit");
    check_until(
        &sketch,
        "a",
        "",
        "entry = {\"n\":1}\n s = \"exit\"\n exit = {\"n\":1}\n failed node `a`: the run came to its end by another way; \
         look at the switches on the way, or run it with other arguments",
    );
    check_until(&sketch, "s", "", "entry = {\"n\":1}\n s = \"exit\"\n done \"exit\"");
}

#[test]
fn a_run_up_to_a_node_in_a_branch_gives_the_others_up() {
    let sketch = graph("entry -> p\n p parallel x y => join\n x mcp s.t -> join\n y mcp s.t -> join\n join transform 1 -> exit\n exit");
    check_until(
        &sketch,
        "y",
        "y = 5",
        "entry = {\"n\":1}\n x calls s.t {}\n y calls s.t {}\n y = 5\n p is cancelled\n x is called off\n x is cancelled\n done 5",
    );
    check_until(
        &sketch,
        "p",
        "x = 4\n y = 5",
        "entry = {\"n\":1}\n x calls s.t {}\n y calls s.t {}\n x = 4\n y = 5\n p = {\"x\":4,\"y\":5}\n done {\"x\":4,\"y\":5}",
    );
}

#[test]
fn a_failure_of_the_node_itself_is_what_is_shown_and_not_what_mends_it() {
    let sketch = graph("entry -> m\n m mcp s.t -> exit ; onError: b\n b transform 1 -> exit\n exit");
    check_until(&sketch, "m", "m ! gone", "entry = {\"n\":1}\n m calls s.t {}\n m failed: gone\n failed node `m`: gone");
}

#[test]
fn one_node_runs_alone_on_what_it_saw_last() {
    let changed = graph("entry -> a\n a transform entry.n + 1 -> b\n b transform a * 100 -> exit\n exit");
    check_only((&graph(LINE), ""), &changed, "b", "b = 200\n done 200");
    check_only((&graph(LINE), ""), &changed, "exit", "exit = 20\n done 20");
}

#[test]
fn a_node_that_is_new_sees_all_that_the_run_gave() {
    let more = graph("entry -> a\n a transform entry.n + 1 -> c\n c transform a & b -> b\n b transform a * 10 -> exit\n exit");
    check_only((&graph(LINE), ""), &more, "c", "c = \"220\"\n done \"220\"");
}

#[test]
fn a_node_of_a_loop_sees_the_item_that_it_had_and_what_was_given_for_it() {
    let each = |body: &str| {
        graph(&format!(
            "entry -> l\n l forEach [5, 6, 7] do x => exit ; maxConcurrency: 3\n x mcp s.t -> y\n y transform {body} -> exit\n exit"
        ))
    };
    let script = "x[2] = 70\n x[1] = 60\n x[0] = 50";
    check_only((&each("x + $item"), script), &each("x & \" \" & $item & \" \" & $index"), "y", "y[0] = \"50 5 0\"\n done \"50 5 0\"");
    let fails = each("$item = 6 ? $error(\"no\") : x");
    check_only((&fails, "x[2] = 70\n x[1] = 60"), &each("x - $item"), "y", "y[1] = 54\n done 54");
}

#[test]
fn a_loop_runs_alone_with_its_body() {
    let sketch = graph("entry -> l\n l forEach [1, 2] do x => exit\n x transform $item * entry.n -> exit\n exit");
    check_only((&sketch, ""), &sketch, "l", "x[0] = 1\n x[1] = 2\n l = [1,2]\n done [1,2]");
}

#[test]
fn a_node_that_is_new_in_a_branch_sees_what_the_run_up_to_there_gave() {
    let branch = |nodes: &str| graph(&format!("entry -> p\n p parallel x => exit\n x transform 3 -> {nodes}\n exit"));
    let before = World::begin_part(&branch("exit"), json!({"n": 1}), Part::until("x".into()), None);
    let seen = Arc::new(seen(&before, "new"));
    let alone =
        World::begin_part(&branch("new\n new transform x + entry.n -> exit"), json!({"n": 1}), Part::only("new".into()), Some(seen));
    told(&alone, "new = 4\n done 4");
}

#[test]
fn what_a_node_reads_and_nobody_gave_is_known() {
    let world = World::begin_part(&graph(LINE), json!({"n": 1}), Part::until("entry".into()), None);
    let seen = seen(&world, "b");
    assert_eq!(seen.lacks(world.run.plan(), &"b".into()), ["a".into()], "the run ended before `a`");
    assert!(seen.lacks(world.run.plan(), &"a".into()).is_empty(), "the entry gave what `a` reads");
}

#[test]
fn a_node_alone_shows_as_its_input_what_was_given_before() {
    let world = World::begin(&graph(LINE), json!({"n": 1}));
    let seen = Arc::new(seen(&world, "b"));
    let alone = World::begin_part(&graph(LINE), json!({"n": 1}), Part::only("b".into()), Some(seen));
    assert_eq!(alone.run.input_of(StepId(0)), Some(json!({"a": 2})), "the output that it read is of the run before");
}

/// The edges that a run took, each with how often: `from port n`.
#[track_caller]
fn check_edges(sketch: &str, script: &str, expected: &str) {
    let mut world = World::begin(&graph(sketch), json!({"n": 1}));
    world.play_all(script);
    let mut counts = std::collections::BTreeMap::new();
    let mut take = |node: NodeIndex, port: graph::Port| {
        let edge = format!("{} {}", world.run.plan().node(node).id, port.path());
        *counts.entry(edge).or_insert(0) += 1;
    };
    for step in world.run.steps() {
        step.left_by.into_iter().for_each(|port| take(step.node, port));
        step.began_by.into_iter().for_each(|(node, port)| take(node, port));
    }
    let told: Vec<_> = counts.into_iter().map(|(edge, count)| format!("{edge} {count}")).collect();
    assert_eq!(told.join(", "), expected, "the edges that were taken");
}

#[test]
fn each_edge_that_is_taken_is_known() {
    check_edges(LINE, "", "a next 1, b next 1, entry next 1");
    check_edges(
        "entry -> a\n a transform $executionCount(\"a\") -> s\n s switch {\"<\": [{\"var\": \"a\"}, 2]} -> a | -> exit\n exit",
        "",
        "a next 3, entry next 1, s conditions[0].next 2, s next 1",
    );
    check_edges(
        "entry -> l\n l forEach [1, 2, 3] do x => exit\n x mcp s.t -> exit ; onError: y ; retry: {\"maxAttempts\": 2}\n y transform 0 -> exit\n exit",
        "x[0] = 1\n x[1] ! no\n +5000\n x[1] ! no\n x[2] = 1",
        "entry next 1, l body 3, l join 1, x next 2, x onError 1, y next 1",
    );
    check_edges(
        "entry -> p\n p parallel x y => join\n x transform 1 -> join\n y transform 2 -> join\n join transform 1 -> exit\n exit",
        "",
        "entry next 1, join next 1, p branches[0] 1, p branches[1] 1, p join 1, x next 1, y next 1",
    );
}
