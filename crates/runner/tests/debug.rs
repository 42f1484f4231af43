//! Runs that are held before their steps: where, how they go on, what is seen and changed meanwhile.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{World, options, sketch, told};
use graph::Graph;
use run::{Change, Event, Run, StepId, StopReason};
use runner::{Breakpoint, Debug, Edit, Go, Handle, MemoryJournal, Pause, Place, Start, Stops, Told, Why, start};
use serde_json::json;
use tokio::sync::mpsc;

/// A run, whoever may hold it, and where it was held.
struct Held {
    world: Arc<World>,
    run: Handle,
    debug: Debug,
    pauses: mpsc::UnboundedReceiver<Pause>,
    journal: MemoryJournal,
}

impl Held {
    fn begin(graph: Graph, stops: Stops, pauses_first: bool) -> Self {
        let debug = Debug::new(&stops).unwrap();
        if pauses_first {
            debug.pause();
        }
        let (world, journal, (told, pauses)) = (World::of(graph), MemoryJournal::default(), mpsc::unbounded_channel());
        let listener = Arc::new(move |heard: Told<'_>| {
            if let Told::Paused(pause) = heard {
                told.send(pause.clone()).unwrap();
            }
        });
        let debug_of_run = Some(debug.clone());
        let begun = options(world.job("t"), json!({"n": 1}));
        let run = start(Start { listener, journal: Box::new(journal.clone()), debug: debug_of_run, ..begun }).unwrap();
        Self { world, run, debug, pauses, journal }
    }

    /// Where it is held next, in a line; how it ended where it is held no more.
    async fn next(&mut self) -> String {
        tokio::select! {
            Some(pause) = self.pauses.recv() => {
                let why = match &pause.why {
                    Why::Breakpoint { id } => format!("breakpoint {id}"),
                    Why::Condition { id, message } => format!("condition {id}: {message}"),
                    Why::Error { failure } => format!("error: {failure}"),
                    Why::Step => "step".to_owned(),
                    Why::Asked => "asked".to_owned(),
                };
                let callers: String = pause.callers.iter().map(|caller| format!("{}.{} ", caller.tool, caller.node)).collect();
                let item = pause.item.map(|item| format!("[{item}]")).unwrap_or_default();
                format!("{callers}{}{item}: {why}", pause.node)
            }
            outcome = self.run.outcome() => told(&outcome),
        }
    }

    async fn go(&mut self, go: Go) -> String {
        self.debug.go(go).unwrap();
        self.next().await
    }
}

fn at(id: u32, node: &str) -> Breakpoint {
    Breakpoint { id, tool: "t".into(), place: Place::Node { node: node.into() }, condition: None, count: 1, is_enabled: true }
}

fn on(breakpoints: &[Breakpoint]) -> Stops {
    Stops { breakpoints: breakpoints.to_vec(), on_error: false }
}

/// Where a run is held that goes on each time, and how it ends.
#[track_caller]
fn check(graph: Graph, stops: Stops, expected: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let seen = runtime.block_on(async {
        let mut held = Held::begin(graph, stops, false);
        let mut seen = vec![held.next().await];
        while held.debug.paused().is_some() {
            seen.push(held.go(Go::Continue).await);
        }
        seen
    });
    assert_eq!(seen, expected, "where it was held");
}

const LINE: &str =
    "entry -> a\n a transform entry.n + 1 -> m\n m mcp s.echo {\"x\": {\"expr\": \"a\"}} -> b\n b transform m.x + a -> exit\n exit";
const LOOP: &str = "entry -> l\n l forEach [5, 6, 7] do x => exit\n x transform $item -> y\n y transform x -> exit\n exit";

#[test]
fn a_run_is_held_before_a_node_each_time_or_from_a_time_on_or_where_a_condition_is_true() {
    check(sketch::graph(LINE), on(&[at(1, "m")]), &["m: breakpoint 1", "done 4"]);
    check(sketch::graph(LOOP), on(&[at(1, "y")]), &["y[0]: breakpoint 1", "y[1]: breakpoint 1", "y[2]: breakpoint 1", "done [5,6,7]"]);
    let nth = Breakpoint { count: 3, ..at(1, "y") };
    check(sketch::graph(LOOP), on(&[nth]), &["y[2]: breakpoint 1", "done [5,6,7]"]);
    let when = |condition: &str| Breakpoint { condition: Some(condition.to_owned()), ..at(2, "y") };
    check(sketch::graph(LOOP), on(&[when("x = 6")]), &["y[1]: breakpoint 2", "done [5,6,7]"]);
    check(sketch::graph(LOOP), on(&[Breakpoint { is_enabled: false, ..at(1, "y") }]), &["done [5,6,7]"]);
    let other = Breakpoint { tool: "other".into(), ..at(1, "y") };
    check(sketch::graph(LOOP), on(&[other]), &["done [5,6,7]"]);
}

#[tokio::test]
async fn a_condition_that_cannot_be_told_holds_the_run_and_says_why() {
    let bad = Breakpoint { condition: Some("$number(x & \"!\") > 1".to_owned()), ..at(1, "y") };
    let mut held = Held::begin(sketch::graph(LOOP), on(&[bad]), false);
    let first = held.next().await;
    assert!(first.starts_with("y[0]: condition 1: ") && first.len() > 24, "it says why: {first}");
    let refused = Debug::new(&on(&[Breakpoint { condition: Some("1 +".to_owned()), ..at(1, "y") }])).err().unwrap();
    assert_eq!(refused.to_string(), "`1 +` is no expression", "what is no expression is refused when it is set");
}

#[test]
fn a_run_is_held_on_an_edge_and_not_where_another_leads_to_the_same_node() {
    let text = "entry -> s\n s switch {\"==\": [{\"var\": \"entry.n\"}, 1]} -> a | -> b\n a transform 1 -> c\n b transform 2 -> c\n c transform 3 -> exit\n exit";
    let edge = |node: &str, port| Breakpoint { place: Place::Edge { node: node.into(), port }, ..at(1, node) };
    check(sketch::graph(text), on(&[edge("a", graph::Port::Next)]), &["c: breakpoint 1", "done 3"]);
    check(sketch::graph(text), on(&[edge("b", graph::Port::Next)]), &["done 3"]);
    check(sketch::graph(text), on(&[edge("s", graph::Port::Case(0))]), &["a: breakpoint 1", "done 3"]);
    let body = edge("l", graph::Port::Body);
    check(sketch::graph(LOOP), on(&[body]), &["x[0]: breakpoint 1", "x[1]: breakpoint 1", "x[2]: breakpoint 1", "done [5,6,7]"]);
}

#[tokio::test]
async fn a_step_that_is_about_to_fail_is_held_and_may_be_done_by_hand() {
    let graph = || sketch::graph("entry -> m\n m mcp s.gone -> b\n b transform m.x + 1 -> exit\n exit");
    let stops = Stops { on_error: true, ..Stops::default() };
    let mut held = Held::begin(graph(), stops.clone(), false);
    assert_eq!(held.next().await, "m: error: the server `s` cannot be reached", "it is held before it fails");
    assert_eq!(held.go(Go::Continue).await, "failed node `m`: the server `s` cannot be reached", "and fails then");
    let mut held = Held::begin(graph(), stops, false);
    held.next().await;
    held.debug.edit(Edit::Instead { change: Change::Output { value: Arc::new(json!({"x": 5})) } }).await.unwrap();
    assert_eq!(held.go(Go::Continue).await, "done 6", "what is given by hand is its output");
}

#[tokio::test]
async fn breakpoints_are_set_while_a_run_goes_on() {
    let mut held = Held::begin(sketch::graph(LOOP), on(&[at(1, "x")]), false);
    assert_eq!(held.next().await, "x[0]: breakpoint 1");
    held.debug.set(&on(&[at(2, "y")])).unwrap();
    assert_eq!(held.go(Go::Continue).await, "y[0]: breakpoint 2", "the new one holds");
    held.debug.set(&Stops::default()).unwrap();
    assert_eq!(held.go(Go::Continue).await, "done [5,6,7]", "and none does that is gone");
}

fn nested() -> Graph {
    sketch::graph_of(
        json!({"maxExecutionTimeMs": 5000}),
        &[
            ("t", "entry -> c\n c call inner {\"n\": {\"expr\": \"entry.n\"}} -> d\n d transform c + 1 -> exit ; timeoutMs: 4000\n exit"),
            ("inner", "entry -> i\n i transform entry.n * 10 -> exit\n exit"),
        ],
    )
}

#[tokio::test]
async fn one_steps_into_what_a_call_runs_over_it_and_out_of_it() {
    let mut held = Held::begin(nested(), Stops::default(), true);
    assert_eq!(held.next().await, "entry: asked");
    assert_eq!(held.go(Go::Over).await, "c: step");
    assert_eq!(held.go(Go::Into).await, "t.c entry: step", "the first step of what it runs");
    assert_eq!(held.go(Go::Over).await, "t.c i: step");
    assert_eq!(held.debug.evaluate("entry.n").unwrap(), Some(json!(1)), "what the inner run sees");
    assert_eq!(held.go(Go::Out).await, "d: step", "and back where it was called");
    assert_eq!(held.go(Go::To { node: "exit".into() }).await, "exit: step");
    assert_eq!(held.go(Go::Continue).await, "done 11");
    let mut held = Held::begin(nested(), on(&[at(1, "c")]), false);
    held.next().await;
    assert_eq!(held.go(Go::Over).await, "d: step", "over it, what it runs runs through");
}

/// Only while nothing is at work: the clock would run away from it.
async fn a_minute_passes() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(60)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn the_time_in_which_a_run_is_held_counts_towards_no_limit_of_it_or_of_what_calls_it() {
    let mut held = Held::begin(nested(), on(&[Breakpoint { tool: "inner".into(), ..at(1, "i") }, at(2, "d")]), false);
    assert_eq!(held.next().await, "t.c i: breakpoint 1");
    a_minute_passes().await;
    assert_eq!(held.go(Go::Continue).await, "d: breakpoint 2");
    a_minute_passes().await;
    assert_eq!(held.go(Go::Continue).await, "done 11", "its limit is five seconds, and its step's four");
    let held_for: u64 =
        held.journal.events().iter().map(|(_, event)| if let Event::Continued { held_us } = event { *held_us } else { 0 }).sum();
    assert!(held_for >= 120_000_000, "both times are written down: {held_for}");
}

#[tokio::test]
async fn what_is_edited_is_seen_from_there_on_and_a_replay_gives_the_same() {
    let mut held = Held::begin(sketch::graph(LINE), on(&[at(1, "m"), at(2, "b")]), false);
    held.next().await;
    assert_eq!(held.debug.input().unwrap(), Some(json!({"x": 2})), "what it is about to ask with");
    held.debug.edit(Edit::Output { step: StepId(1), value: Arc::new(json!(100)) }).await.unwrap();
    assert_eq!(held.debug.input().unwrap(), Some(json!({"x": 100})), "the step that is held sees it");
    assert_eq!(held.debug.evaluate("a + 1").unwrap(), Some(json!(101)), "and so does who looks");
    held.debug.edit(Edit::Instead { change: Change::Input { value: Arc::new(json!({"x": 7})) } }).await.unwrap();
    assert_eq!(held.go(Go::Continue).await, "b: breakpoint 2");
    assert_eq!(held.debug.evaluate("m.x").unwrap(), Some(json!(7)), "it asked with what was given");
    let refused = held.debug.edit(Edit::Output { step: StepId(3), value: Arc::default() }).await.unwrap_err();
    assert_eq!(refused.to_string(), "step 3 is not done: only what is done has an output to edit");
    assert_eq!(held.go(Go::Continue).await, "done 107");
    let again = Run::replay(held.run.read(|run| run.plan().clone()), &held.journal.events());
    held.run.read(|run| assert_eq!((again.steps(), again.outcome()), (run.steps(), run.outcome()), "the journal tells it all"));
}

#[tokio::test]
async fn a_run_that_is_held_stops_at_once_and_a_step_may_be_done_by_hand() {
    let mut held = Held::begin(nested(), on(&[Breakpoint { tool: "inner".into(), ..at(1, "i") }]), false);
    held.next().await;
    held.run.stop(StopReason::Asked);
    assert_eq!(told(&held.run.outcome().await), "stopped Asked", "whichever run of the family is held");
    let mut held = Held::begin(sketch::graph(LINE), on(&[at(1, "m")]), false);
    held.next().await;
    held.debug.edit(Edit::Instead { change: Change::Output { value: Arc::new(json!({"x": 40})) } }).await.unwrap();
    assert_eq!(held.go(Go::Continue).await, "done 42", "nothing was called");
    assert!(held.world.calls.lock().unwrap().is_empty(), "nothing was called");
    assert_eq!(held.debug.go(Go::Over).unwrap_err().to_string(), "the run is not paused");
}

#[tokio::test]
async fn nothing_of_a_run_that_is_held_goes_on_beside_it() {
    let graph = sketch::graph(
        "entry -> p\n p parallel x y => exit\n x transform 1 -> z\n z transform 2 -> exit\n y mcp s.echo {\"a\": 1} -> v\n v transform 3 -> exit\n exit",
    );
    let mut held = Held::begin(graph, on(&[at(1, "z")]), false);
    assert_eq!(held.next().await, "z: breakpoint 1");
    common::until("the other's call is answered", || *held.world.calls.lock().unwrap().get("echo").unwrap_or(&0) == 1).await;
    let began: Vec<String> = held.run.read(|run| run.steps().iter().map(|step| run.plan().node(step.node).id.to_string()).collect());
    assert!(!began.contains(&"v".to_owned()), "its answer waits: {began:?}");
    assert_eq!(held.go(Go::Continue).await, "done {\"x\":2,\"y\":3}");
}
