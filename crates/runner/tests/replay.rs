//! Runs that were recorded, played again without the world: the same run gives the same journal, another says where it departs.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use common::{World, options, sketch, told};
use expr::Limits;
use graph::NodeId;
use nodes::{Failure, FailureKind};
use run::{Event, Moment, Outcome, PlanOptions};
use runner::{Departure, MemoryJournal, Replayed, Script, Tape, start};
use serde_json::{Value, json};

type Takes = Vec<(Moment, Option<NodeId>, Event)>;

/// Runs the tool `t` against the world of tests, and gives how it ended and what was recorded of it.
fn record(text: &str, arguments: Value) -> (Outcome, Takes) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (world, journal) = (World::of(sketch::graph(text)), MemoryJournal::default());
        let handle = start(runner::Start { journal: Box::new(journal.clone()), ..options(world.job("t"), arguments) }).unwrap();
        world.signals.add(&handle);
        let outcome = handle.outcome().await;
        let node = |event: &Event| {
            let (Event::Evaluated { step, .. } | Event::Answered { step, .. }) = event else { return None };
            handle.read(|run| Some(run.plan().node(run.get(*step)?.node).id.clone()))
        };
        let takes = journal.events().into_iter().map(|(at, event)| (at, node(&event), event)).collect();
        (outcome, takes)
    })
}

fn replay(takes: Takes, text: &str) -> Replayed {
    let script = Script::compile(&sketch::graph(text), &"t".into(), PlanOptions::default()).unwrap();
    let missing = |tool: &nodes::ToolRef| Err(Failure::new(FailureKind::Run, format!("there is no tool `{}`", tool.tool)));
    Tape::new(takes, Box::new(missing)).replay(script, Limits::default()).unwrap()
}

#[track_caller]
fn check(text: &str, arguments: Value) {
    let (outcome, takes) = record(text, arguments);
    let replayed = replay(takes.clone(), text);
    assert_eq!(told(&replayed.played.outcome), told(&outcome), "`{text}` ends as it ended");
    let recorded: Vec<(Moment, Event)> = takes.into_iter().map(|(at, _, event)| (at, event)).collect();
    assert_eq!(replayed.played.journal, recorded, "`{text}` has the same journal, times included");
    assert!(replayed.is_same, "and that is said");
    assert_eq!((replayed.departures, replayed.unasked), (vec![], vec![]), "nothing departs");
}

#[test]
fn the_same_graph_gives_the_same_journal_and_the_same_result() {
    check(
        "entry -> a\na m s.echo {\"x\": {\"expr\": \"$random()\"}, \"at\": {\"expr\": \"$now()\"}} -> exit\nexit"
            .replace(" m ", " mcp ")
            .as_str(),
        json!({}),
    );
    check(
        "entry -> p\np parallel a b c => j\na mcp s.slow {\"ms\": 30} -> j\nb mcp s.slow {\"ms\": 5} -> j\nc mcp s.echo {} -> j\nj transform p -> exit\nexit",
        json!({}),
    );
    check(
        "entry -> p\np parallel a b => j ; policy: \"any\"\na mcp s.slow {\"ms\": 9000} -> j\nb mcp s.echo {} -> j\nj transform p -> exit\nexit",
        json!({}),
    );
    check("entry -> a\na mcp s.flaky {\"n\": 3} -> exit ; retry: {\"maxAttempts\": 3, \"backoffMs\": 2}\nexit", json!({}));
    check("entry -> a\na mcp s.slow {\"ms\": 9000} -> exit ; timeoutMs: 20 ; onError: b\nb transform $error.kind -> exit\nexit", json!({}));
    check(
        "entry -> l\nl forEach entry.items do a => j ; maxConcurrency: 2\na mcp s.echo {\"i\": {\"expr\": \"$item\"}} -> j\nj transform l -> exit\nexit",
        json!({"items": [1, 2, 3]}),
    );
    check("entry -> w\nw wait PT0.01S -> a\na emit paid {\"n\": 2} -> exit\nexit", json!({}));
    check("entry -> a\na mcp s.answer {\"error\": true} -> exit\nexit", json!({}));
    check("entry -> a\na mcp s.gone {} -> exit\nexit", json!({}));
}

#[test]
fn an_event_that_came_from_outside_comes_again() {
    let text = "entry -> p\np parallel h e => j\nh wait event paid {\">\": [{\"var\": \"$event.detail.n\"}, 1]} -> j\ne wait PT0.02S -> f\nf emit paid {\"n\": 2} -> j\nj transform h.detail.n -> exit\nexit";
    check(text, json!({}));
}

/// Records a run of one graph, plays it on another, and compares the result and what departs: `node: recorded > asked, found`.
#[track_caller]
fn check_other(recorded: &str, text: &str, outcome: &str, departs: &[&str]) {
    let (_, takes) = record(recorded, json!({"n": 1}));
    let replayed = replay(takes, text);
    assert_eq!(told(&replayed.played.outcome), outcome, "how `{text}` ends");
    assert!(!replayed.is_same, "it is another run");
    let line = |departure: &Departure| {
        let text = |request: &runner::Request| serde_json::to_value(request).unwrap()["arguments"].to_string();
        let recorded = departure.recorded.as_ref().map_or_else(|| "nothing".to_owned(), text);
        format!("{} {}: {recorded} > {}, {:?}", departure.node, departure.count, text(&departure.asked), departure.found)
    };
    assert_eq!(replayed.departures.iter().map(line).collect::<Vec<_>>(), departs, "where `{text}` departs");
}

const TWO: &str = "entry -> a\na mcp s.echo {\"x\": 1} -> b\nb mcp s.echo {\"x\": 2} -> exit\nexit";

#[test]
fn a_graph_that_only_shapes_data_otherwise_does_not_depart() {
    let shaped = TWO.replace("b mcp s.echo {\"x\": 2} -> exit", "b mcp s.echo {\"x\": 2} -> c\nc transform b.x * 10 -> exit");
    check_other(TWO, &shaped, "done 20", &[]);
    let more = TWO.replace("entry -> a", "entry -> z\nz transform 5 -> a");
    check_other(TWO, &more, "done {\"x\":2}", &[]);
}

#[test]
fn the_first_request_that_differs_is_shown_and_the_run_goes_on_where_an_answer_is_found() {
    let swapped = TWO.replace("\"x\": 1", "\"x\": 2");
    check_other(TWO, &swapped, "done {\"x\":2}", &["a 1: {\"x\":1} > {\"x\":2}, Elsewhere", "b 1: {\"x\":2} > {\"x\":2}, Again"]);
    let renamed = TWO.replace("a mcp", "first mcp").replace("-> a", "-> first");
    check_other(TWO, &renamed, "done {\"x\":2}", &["first 1: nothing > {\"x\":1}, Elsewhere"]);
}

#[test]
fn a_request_that_was_never_answered_fails_and_may_be_mended_by_the_graph() {
    let other = TWO.replace("\"x\": 2", "\"x\": 3");
    let failed = "failed node `b`: the cassette has no answer of the tool `echo` of the server `s` to these arguments; record it anew on the \
                  graph as it is now";
    check_other(TWO, &other, failed, &["b 1: {\"x\":2} > {\"x\":3}, Nothing"]);
    let mended = other.replace("{\"x\": 3} -> exit", "{\"x\": 3} -> exit ; onError: exit");
    let (_, takes) = record(TWO, json!({"n": 1}));
    assert!(matches!(replay(takes, &mended).played.outcome, Outcome::Done { .. }), "the error edge is taken");
}

#[test]
fn what_is_no_longer_asked_is_told() {
    let (_, takes) = record(TWO, json!({}));
    let replayed = replay(takes, "entry -> b\nb mcp s.echo {\"x\": 2} -> exit\nexit");
    let unasked: Vec<String> = replayed.unasked.iter().map(|(node, _)| node.to_string()).collect();
    assert_eq!((unasked, replayed.departures), (vec!["a".to_owned()], vec![]), "one request less");
}

#[test]
fn waiting_takes_no_time() {
    let (_, takes) = record("entry -> a\na mcp s.echo {} -> exit\nexit", json!({}));
    let began = takes[0].0;
    let replayed = replay(takes, "entry -> a\na mcp s.echo {} -> w\nw wait P7D -> exit\nexit");
    assert!(matches!(replayed.played.outcome, Outcome::Done { .. }), "a week is over");
    assert!(replayed.played.run.now().since(began) >= 7 * 24 * 3_600_000_000, "by the clock of the run");
}
