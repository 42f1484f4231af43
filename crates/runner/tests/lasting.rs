//! Runs that outlive their process or are parked, and what people say to runs that wait for them.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::{World, options, sketch, told, until};
use nodes::{Reply, Signal};
use run::{Decision, Event, Moment, Run, StepId, StepState, WaitsFor};
use runner::{Handle, MemoryJournal, Parked, Refused, Rest, Resume, Start, resume, start};
use serde_json::{Value, json};

fn begin(world: &Arc<World>, journal: &MemoryJournal) -> Handle {
    start(Start { journal: Box::new(journal.clone()), parks: Some(std::time::Duration::ZERO), ..options(world.job("t"), json!({})) })
        .unwrap()
}

/// Another process goes on with what a journal holds.
fn go_on(world: &Arc<World>, journal: &MemoryJournal) -> Handle {
    let events = journal.events();
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    resume(Resume {
        job,
        events,
        limits,
        journal: Box::new(journal.clone()),
        listener,
        depth: 0,
        parks: Some(std::time::Duration::ZERO),
        debug: None,
    })
    .unwrap()
}

async fn parked(run: &Handle) -> Parked {
    match run.rest().await {
        Rest::Parked(parked) => parked,
        Rest::Ended(outcome) => panic!("it is parked, and not {outcome:?}"),
    }
}

fn yes(values: Value, by: &str) -> Reply {
    Reply::Approved { values: Arc::new(values), by: Some(by.to_owned()) }
}

fn signal(event: &str, detail: Value) -> Arc<Signal> {
    Arc::new(Signal { id: "1".to_owned(), event: event.into(), detail: Arc::new(detail) })
}

/// A journal as it was when the process died in the middle of the call of `m`.
async fn killed_in_a_call(world: &Arc<World>) -> MemoryJournal {
    let journal = MemoryJournal::default();
    let run = begin(world, &journal);
    until("the call is under way", || world.under_way.load(Ordering::SeqCst) == 1).await;
    run.leave();
    assert_eq!(told(&run.outcome().await), "stopped Shutdown", "its callers are told that the program ends");
    let stopped = journal.events().iter().any(|(_, event)| matches!(event, Event::Stopped { .. }));
    assert!(!stopped, "its journal is not told that it was stopped");
    journal
}

#[tokio::test]
async fn a_call_that_was_under_way_asks_what_to_do_and_a_decision_is_kept() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 60000} -> exit\n exit"));
    let journal = killed_in_a_call(&world).await;
    let run = go_on(&world, &journal);
    let waits = parked(&run).await.waits;
    assert!(matches!(waits.as_slice(), [waits] if waits.on == WaitsFor::Decision && waits.node.as_str() == "m"), "{waits:?}");
    assert_eq!(run.decide(StepId(1), Decision::Retry, None).await, Err(Refused::Gone), "a parked run has to be taken up first");
    let run = go_on(&world, &journal);
    let refused = run.reply(StepId(1), yes(json!(1), "ann")).await;
    assert!(refused.is_err(), "it asks for a decision, not for an answer");
    drop(run);
}

#[tokio::test]
async fn a_decision_lets_an_uncertain_run_go_on() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 60000} -> exit\n exit"));
    let journal = killed_in_a_call(&world).await;
    let events = journal.events();
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    let run =
        resume(Resume { job, events, limits, journal: Box::new(journal.clone()), listener, depth: 0, parks: None, debug: None }).unwrap();
    until("it is uncertain", || run.read(|run| run.steps()[1].state == StepState::Uncertain)).await;
    let skip = Decision::Skip { output: Arc::new(json!("done by hand")) };
    assert_eq!(run.decide(StepId(1), skip.clone(), Some("ann".to_owned())).await, Ok(()), "somebody decides");
    assert_eq!(told(&run.outcome().await), "done \"done by hand\"", "and it goes on");
    let again = go_on(&world, &journal);
    assert_eq!(told(&again.outcome().await), "done \"done by hand\"", "the journal knows how it ended");
    assert_eq!(world.calls.lock().unwrap()["slow"], 1, "nothing was called twice");
}

#[tokio::test]
async fn a_call_is_made_again_where_the_tool_or_the_node_says_so() {
    let cut = |journal: &MemoryJournal| {
        // The process died before the answer was written.
        let events: Vec<_> = journal.events().into_iter().take_while(|(_, event)| !matches!(event, Event::Answered { .. })).collect();
        events
    };
    for (node, again) in [
        ("mcp s.echo {\"a\": 1} -> exit", true),
        ("mcp s.answer {\"structured\": 1} -> exit ; onCrash: retry", true),
        ("mcp s.answer {\"structured\": 1} -> exit", false),
    ] {
        let world = World::of(sketch::graph(&format!("entry -> m\n m {node}\n exit")));
        let journal = MemoryJournal::default();
        let first = told(&begin(&world, &journal).outcome().await);
        let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
        let run = resume(Resume {
            job,
            events: cut(&journal),
            limits,
            journal: Box::new(journal),
            listener,
            depth: 0,
            parks: Some(std::time::Duration::ZERO),
            debug: None,
        })
        .unwrap();
        match run.rest().await {
            Rest::Ended(outcome) => assert_eq!((told(&outcome), again), (first, true), "`{node}` ends as it did"),
            Rest::Parked(_) => assert!(!again, "`{node}` is made again"),
        }
    }
}

#[tokio::test]
async fn the_end_of_a_run_is_told_again_where_its_process_died_right_after_it() {
    let world = World::of(sketch::graph("entry -> exit\n exit"));
    let journal = MemoryJournal::default();
    let outcome = told(&begin(&world, &journal).outcome().await);
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let ears = heard.clone();
    let listener = Arc::new(move |heard: runner::Told<'_>| {
        if let runner::Told::Ended(outcome) = heard {
            ears.lock().unwrap().push(told(outcome));
        }
    });
    let (job, events, limits) = (world.job("t"), journal.events(), expr::Limits::default());
    let run = resume(Resume { job, events, limits, journal: Box::new(journal), listener, depth: 0, parks: None, debug: None }).unwrap();
    assert_eq!(told(&run.outcome().await), outcome, "it is not run again");
    assert_eq!(*heard.lock().unwrap(), [outcome], "and whoever keeps it hears how it ended");
}

#[tokio::test]
async fn an_approval_is_parked_checked_and_answered_once() {
    let mut graph = sketch::graph("entry -> y\n y approval Pay? -> e\n e mcp s.slow {\"ms\": 1} -> z\n z transform y.sum -> exit\n exit");
    let fields = &mut std::sync::Arc::make_mut(&mut graph.tools[0].nodes[1]).fields;
    fields.insert("schema".into(), json!({"type": "object", "properties": {"sum": {"type": "number"}}, "required": ["sum"]}));
    fields.insert("approvers".into(), json!(["ann", "bob"]));
    let world = World::of(graph);
    let journal = MemoryJournal::default();
    let parked = parked(&begin(&world, &journal)).await;
    let asked = parked.waits.iter().find_map(|waits| match &waits.on {
        WaitsFor::Person(approval) => Some((waits.step, approval.message.clone())),
        WaitsFor::Time | WaitsFor::Event(_) | WaitsFor::Decision => None,
    });
    assert_eq!((asked, parked.until), (Some((StepId(1), "Pay?".to_owned())), None), "what is kept says who is asked what");
    let events = journal.events();
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    let run = resume(Resume { job, events, limits, journal: Box::new(journal), listener, depth: 0, parks: None, debug: None }).unwrap();
    let say = async |reply| run.reply(StepId(1), reply).await.err().map(|refused| refused.to_string());
    assert_eq!(say(yes(json!({"sum": 1}), "eve")).await.as_deref(), Some("eve may not answer the node `y`: it asks ann, bob"));
    let unfit = "the answer does not fit the form of the node `y`: `sum`: \"much\" is not of type \"number\"";
    assert_eq!(say(yes(json!({"sum": "much"}), "ann")).await.as_deref(), Some(unfit));
    assert_eq!(say(yes(json!({"sum": 7}), "ann")).await, None, "one who may answers what fits");
    let twice = "the node `y` does not wait any more: it was answered already, or its time was over";
    assert_eq!(say(yes(json!({"sum": 8}), "bob")).await.as_deref(), Some(twice));
    assert_eq!(told(&run.outcome().await), "done 7", "the first answer counts");
}

#[tokio::test]
async fn an_event_that_one_run_tells_wakes_another() {
    let graph = sketch::graph_of(
        json!({}),
        &[
            (
                "t",
                "entry -> v\n v wait event paid {\">\": [{\"var\": \"$event.detail.sum\"}, 5]} -> x\n x transform v.detail.sum -> exit\n exit",
            ),
            ("pays", "entry -> z\n z emit paid {\"sum\": {\"expr\": \"entry.sum\"}} -> exit\n exit"),
        ],
    );
    let world = World::of(graph);
    let waiting = world.start(json!({}));
    world.signals.add(&waiting);
    until("it waits", || waiting.read(|run| run.hears("paid"))).await;
    assert_eq!(waiting.signal(signal("sent", json!(1))).await, Err(Refused::NotHeard("sent".to_owned())), "nobody waits for this");
    for sum in [5, 6] {
        start(options(world.job("pays"), json!({"sum": sum}))).unwrap().outcome().await;
    }
    assert_eq!(told(&waiting.outcome().await), "done 6", "the first that is the one it waits for");
}

#[tokio::test]
async fn a_long_wait_is_parked_until_its_time_and_a_short_one_is_not() {
    let world = World::of(sketch::graph("entry -> w\n w wait PT2H -> exit ; after: type\n exit"));
    let journal = MemoryJournal::default();
    let until = parked(&begin(&world, &journal)).await.until.unwrap();
    let began = journal.events()[0].0;
    assert!((7_199_000_000..7_201_000_000).contains(&until.since(began)), "it is to be taken up after two hours: {until:?}");
    // Three hours later by the wall: the journal is as old as that.
    let aged: Vec<(Moment, Event)> = journal.events().into_iter().map(|(at, event)| (Moment(at.0 - 10_800_000_000), event)).collect();
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    let run = resume(Resume {
        job,
        events: aged,
        limits,
        journal: Box::new(MemoryJournal::default()),
        listener,
        depth: 0,
        parks: Some(std::time::Duration::ZERO),
        debug: None,
    })
    .unwrap();
    assert_eq!(told(&run.outcome().await), "done \"timer\"", "its time has come meanwhile");
    let short = World::of(sketch::graph("entry -> w\n w wait PT0.01S -> exit ; after: type\n exit"));
    assert_eq!(told(&begin(&short, &MemoryJournal::default()).outcome().await), "done \"timer\"", "it waits where it is");
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_lead_a_run_into_its_past() {
    let world = World::of(sketch::graph("entry -> y\n y approval Go? -> exit\n exit"));
    let journal = MemoryJournal::default();
    parked(&begin(&world, &journal)).await;
    // The journal was written by a clock that was an hour ahead.
    let ahead: Vec<(Moment, Event)> = journal.events().into_iter().map(|(at, event)| (Moment(at.0 + 3_600_000_000), event)).collect();
    let last = ahead.last().unwrap().0;
    let kept = MemoryJournal::default();
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    let run = resume(Resume { job, events: ahead, limits, journal: Box::new(kept.clone()), listener, depth: 0, parks: None, debug: None })
        .unwrap();
    until("it asks again", || !kept.events().is_empty()).await;
    run.reply(StepId(1), yes(json!(1), "ann")).await.unwrap();
    assert_eq!(told(&run.outcome().await), "done 1", "it goes on");
    assert!(kept.events().iter().all(|(at, _)| *at >= last), "behind what was: {:?}", kept.events());
}

#[tokio::test]
async fn a_stop_that_comes_while_a_run_is_parked_ends_it_or_finds_it_gone() {
    let world = World::of(sketch::graph("entry -> y\n y approval Go? -> exit\n exit"));
    let journal = MemoryJournal::default();
    parked(&begin(&world, &journal)).await;
    let run = go_on(&world, &journal);
    run.stop(run::StopReason::Asked);
    assert_eq!(run.rest().await, Rest::Ended(run::Outcome::Stopped { reason: run::StopReason::Asked }), "it is taken up to be stopped");
}

#[tokio::test]
async fn a_tool_that_another_calls_does_not_wait_for_a_person_where_it_is_not_kept() {
    let graph = sketch::graph_of(
        json!({}),
        &[("t", "entry -> c\n c call other -> exit\n exit"), ("other", "entry -> y\n y approval Go? -> exit\n exit")],
    );
    let outcome = told(&World::of(graph).start(json!({})).outcome().await);
    let expected = "failed node `c`: the tool `other` waits at its node `y`, which a tool that another calls can do only where runs are kept; \
                    have them kept, or move that node into the tool that calls it";
    assert_eq!(outcome, expected, "it says where and what to do");
}

/// A world in which the runs that steps start are kept.
fn keeping(called: &str) -> Arc<World> {
    let graph = sketch::graph_of(json!({}), &[("t", "entry -> c\n c call other -> exit\n exit"), ("other", called)]);
    Arc::new(World { graph, kept: Some(common::Family::default()), ..World::default() })
}

#[tokio::test]
async fn a_run_beneath_goes_on_with_the_run_above_and_does_nothing_twice() {
    let world = keeping(
        "entry -> a\n a mcp s.answer {\"structured\": 1} -> m\n m mcp s.slow {\"ms\": 60000} -> b\n b mcp s.echo {\"b\": 2} -> exit\n exit",
    );
    let journal = killed_in_a_call(&world).await;
    let family = world.kept.as_ref().unwrap();
    let run = go_on(&world, &journal);
    until("it is uncertain beneath", || family.last().is_some_and(|run| run.read(|run| run.waiting().len() == 1))).await;
    assert!(run.read(|run| run.waiting().is_empty()), "the run above knows of no doubt");
    until("the run above spends no time", || run.read(Run::only_waits)).await;
    let beneath = family.last().unwrap();
    beneath.decide(StepId(2), Decision::Skip { output: Arc::new(json!(0)) }, None).await.unwrap();
    assert_eq!(told(&run.outcome().await), "done {\"b\":2}", "both go on to the end");
    let calls = world.calls.lock().unwrap().clone();
    assert_eq!((calls["answer"], calls["slow"], calls["echo"]), (1, 1, 1), "nothing was called twice");
}

#[tokio::test]
async fn a_run_beneath_that_ended_unheard_gives_its_end_and_one_that_did_not_begin_begins() {
    for is_begun in [true, false] {
        let world = keeping("entry -> a\n a mcp s.answer {\"structured\": 1} -> exit\n exit");
        let journal = MemoryJournal::default();
        assert_eq!(told(&begin(&world, &journal).outcome().await), "done 1");
        let unheard = MemoryJournal::default();
        let before = journal.events().into_iter().take_while(|(_, event)| !matches!(event, Event::Answered { .. }));
        before.for_each(|(at, event)| runner::Journal::append(&mut unheard.clone(), at, &event));
        if !is_begun {
            world.kept.as_ref().unwrap().forget();
        }
        assert_eq!(told(&go_on(&world, &unheard).outcome().await), "done 1", "it ends as it did, where it had begun: {is_begun}");
        assert_eq!(world.calls.lock().unwrap()["answer"], if is_begun { 1 } else { 2 }, "its calls are made once: {is_begun}");
    }
}

#[tokio::test]
async fn a_tool_that_another_calls_waits_for_a_person_where_it_is_kept() {
    let world = keeping("entry -> y\n y approval Go? -> exit\n exit");
    let run = begin(&world, &MemoryJournal::default());
    let family = world.kept.as_ref().unwrap();
    until("it asks", || family.last().is_some_and(|run| run.read(|run| run.waiting().len() == 1))).await;
    until("the run above spends no time", || run.read(Run::only_waits)).await;
    family.last().unwrap().reply(StepId(1), yes(json!(7), "ann")).await.unwrap();
    assert_eq!(told(&run.outcome().await), "done 7", "the answer is the tool's");
}

#[test]
fn what_is_no_journal_is_not_taken_up() {
    let world = World::of(sketch::graph("entry -> exit\n exit"));
    let (job, limits, listener) = (world.job("t"), expr::Limits::default(), Arc::new(|_: runner::Told<'_>| {}));
    let journal = Box::new(MemoryJournal::default());
    let refused = resume(Resume {
        job,
        events: Vec::new(),
        limits,
        journal,
        listener,
        depth: 0,
        parks: Some(std::time::Duration::ZERO),
        debug: None,
    })
    .err()
    .unwrap();
    assert_eq!(refused.message, "the journal of this run of `t` does not begin with its start", "it says what is missing");
}
