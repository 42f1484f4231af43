//! Runs beside each other, stops, time limits, and expressions without an end.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{World, failure, options, sketch, told, until};
use futures::future::join_all;
use nodes::FailureKind;
use run::{Decision, Event, Outcome, Run, StepId, StepState, StopReason};
use runner::{MemoryJournal, Told, start};
use serde_json::json;

const ENDLESS: &str = "entry -> e\n e transform ($f := function($x) { $f($x + 1) }; $f(0)) -> exit\n exit";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_at_once_do_not_share_anything() {
    let text =
        "entry -> a\n a mcp s.slow {\"ms\": 5} -> b\n b transform {\"n\": entry.n, \"count\": $executionCount(\"a\")} -> exit\n exit";
    let world = World::of(sketch::graph(text));
    let runs: Vec<_> = (0..50).map(|n| world.start(json!({"n": n}))).collect();
    for (n, run) in runs.iter().enumerate() {
        assert_eq!(told(&run.outcome().await), format!("done {{\"n\":{n},\"count\":1}}"), "run {n} has its own result");
    }
}

#[tokio::test(start_paused = true)]
async fn branches_wait_at_the_same_time() {
    let text = "entry -> p\n p parallel a b c => exit\n a mcp s.slow {\"ms\": 1000} -> exit\n b mcp s.slow {\"ms\": 1000} -> exit\n c mcp s.slow {\"ms\": 1000} -> exit\n exit";
    let world = World::of(sketch::graph(text));
    let began = tokio::time::Instant::now();
    assert!(matches!(world.start(json!({})).outcome().await, Outcome::Done { .. }), "it is done");
    assert!(began.elapsed() < Duration::from_millis(1500), "three waits of a second took {:?}", began.elapsed());
    assert_eq!(world.most_at_once.load(Ordering::SeqCst), 3, "all three were under way at once");
}

#[tokio::test]
async fn no_more_items_are_under_way_than_are_allowed() {
    let text = "entry -> l\n l forEach [1..20] do m => exit ; maxConcurrency: 4\n m mcp s.slow {\"ms\": 10} -> exit\n exit";
    let world = World::of(sketch::graph(text));
    assert!(matches!(world.start(json!({})).outcome().await, Outcome::Done { .. }), "it is done");
    assert_eq!(world.most_at_once.load(Ordering::SeqCst), 4, "`maxConcurrency` is kept, and used");
}

#[tokio::test]
async fn a_stop_is_there_at_once_and_the_call_is_cancelled() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 600000} -> exit\n exit"));
    let run = world.start(json!({}));
    until("the call is under way", || world.under_way.load(Ordering::SeqCst) == 1).await;
    let began = Instant::now();
    run.stop(StopReason::Asked);
    assert_eq!(told(&run.outcome().await), "stopped Asked", "it stopped");
    assert!(began.elapsed() < Duration::from_millis(100), "it took {:?}", began.elapsed());
    until("the call heard of it", || world.cancelled.load(Ordering::SeqCst) == 1).await;
    assert_eq!(run.read(|run| run.steps()[1].state), StepState::Cancelled, "the step says so");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_tool_that_does_not_listen() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.deaf -> exit\n exit"));
    let run = world.start(json!({}));
    until("the call is under way", || world.under_way.load(Ordering::SeqCst) == 1).await;
    let began = Instant::now();
    run.stop(StopReason::Shutdown);
    assert_eq!(told(&run.outcome().await), "stopped Shutdown", "it stopped");
    assert!(began.elapsed() < Duration::from_millis(100), "it took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_is_heard_between_the_expressions_of_a_busy_run() {
    // Each item takes a while and all may run at once: there is always work that could be done before the stop.
    let text = "entry -> l\n l forEach [1..5000] do b => exit ; maxConcurrency: 5000\n b transform $sum($map([1..300], function($x) { $x * $x })) -> exit\n exit";
    let mut graph = sketch::graph(text);
    graph.limits.max_node_executions = Some(100_000);
    let run = World::of(graph).start(json!({}));
    until("the loop is under way", || run.read(|run| run.steps().iter().filter(|step| step.state == StepState::Done).count() > 2)).await;
    let began = Instant::now();
    run.stop(StopReason::Asked);
    assert_eq!(told(&run.outcome().await), "stopped Asked", "it stopped before its work was done");
    assert!(began.elapsed() < Duration::from_secs(2), "it took {:?}, and all of its work takes far longer", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_wait_goes_by_the_wall_while_the_machine_sleeps() {
    let world = World::of(sketch::graph("entry -> w\n w wait PT1H -> exit\n exit"));
    let journal = MemoryJournal::default();
    let run = start(runner::Start { journal: Box::new(journal.clone()), ..options(world.job("t"), json!({})) }).unwrap();
    until("it waits", || run.read(|run| run.waiting().len() == 1)).await;
    let began = tokio::time::Instant::now();
    // The machine's own clock stands still here, as it does in a machine that sleeps; the wall's goes on.
    let slept = Duration::from_secs(4);
    std::thread::sleep(slept);
    assert!(run.decide(StepId(1), Decision::Retry, None).await.is_err(), "whatever comes has it look at both");
    assert!(matches!(run.outcome().await, Outcome::Done { .. }), "it is done");
    let waited = began.elapsed();
    assert!(waited <= Duration::from_secs(3600).saturating_sub(slept), "the time asleep is a part of the wait: {waited:?}");
    let away: Vec<u64> = journal
        .events()
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Continued { held_us } => Some(*held_us),
            _ => None,
        })
        .collect();
    assert!(
        matches!(away.as_slice(), [us] if u128::from(*us) >= slept.as_micros() - 100_000),
        "the journal says for how long nobody worked on it: {away:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_reaches_the_run_that_a_call_had_started() {
    let inner = "entry -> m\n m mcp s.slow {\"ms\": 600000} -> exit\n exit";
    let world = World::of(sketch::graph_of(json!({}), &[("t", "entry -> c\n c call other -> exit\n exit"), ("other", inner)]));
    let run = world.start(json!({}));
    until("the inner call is under way", || world.under_way.load(Ordering::SeqCst) == 1).await;
    run.stop(StopReason::Asked);
    assert_eq!(told(&run.outcome().await), "stopped Asked", "it stopped");
    until("the inner call heard of it", || world.cancelled.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_interrupts_a_call() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 600000} -> exit ; timeoutMs: 50\n exit"));
    let failed = failure(world.start(json!({})).outcome().await);
    assert_eq!(
        (failed.node.as_ref().map(|node| node.as_str()), failed.failure.kind),
        (Some("m"), FailureKind::Timeout),
        "the node ran out of time"
    );
    until("the call heard of it", || world.cancelled.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_of_a_run_interrupts_a_call() {
    let mut graph = sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 600000} -> exit\n exit");
    graph.limits.max_execution_time_ms = Some(200);
    let world = World::of(graph);
    let began = tokio::time::Instant::now();
    let failed = failure(world.start(json!({})).outcome().await);
    assert_eq!(failed.failure.kind, FailureKind::Limit, "the run ran out of time: {failed}");
    assert!(began.elapsed() < Duration::from_millis(300), "after {:?}", began.elapsed());
    until("the call heard of it", || world.cancelled.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test(start_paused = true)]
async fn branches_that_are_no_longer_needed_are_cancelled() {
    let text = "entry -> p\n p parallel a b => exit ; policy: any\n a mcp s.slow {\"ms\": 600000} -> exit\n b mcp s.slow {\"ms\": 5} -> exit\n exit";
    let world = World::of(sketch::graph(text));
    assert_eq!(told(&world.start(json!({})).outcome().await), "done {\"b\":{\"slept\":true}}", "the quick one is enough");
    until("the slow one heard of it", || world.cancelled.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_expression_is_an_error_of_its_node_and_can_be_handled() {
    let text = ENDLESS.replace("-> exit\n exit", "-> exit ; onError: h\n h transform $error.kind & \" in \" & $error.node -> exit\n exit");
    assert_eq!(told(&World::of(sketch::graph(&text)).start(json!({})).outcome().await), "done \"limit in e\"", "its error edge is taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_an_endless_expression() {
    let world = World::of(sketch::graph(ENDLESS));
    let limits = expr::Limits { time: Some(Duration::from_secs(600)), ..expr::Limits::default() };
    let run = start(runner::Start { limits, ..options(world.job("t"), json!({})) }).unwrap();
    until("it is at work", || run.read(|run| run.steps().len() == 2)).await;
    run.stop(StopReason::Asked);
    let ended = tokio::time::timeout(Duration::from_secs(60), run.outcome()).await;
    assert_eq!(ended.map(|outcome| told(&outcome)), Ok("stopped Asked".to_owned()), "long before the expression's limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_expressions_hold_up_no_other_run() {
    let quick = "entry -> a\n a mcp s.slow {\"ms\": 5} -> b\n b transform entry.n * 2 -> s\n s switch {\">\": [{\"var\": \"b\"}, -1]} -> c | -> exit\n c mcp s.echo {\"n\": {\"expr\": \"b\"}} -> exit\n exit";
    let (quick, endless) = (World::of(sketch::graph(quick)), World::of(sketch::graph(ENDLESS)));
    // Nothing but a stop ends them while the others have to be done.
    let limits = expr::Limits { time: Some(Duration::from_secs(3600)), ..expr::Limits::default() };
    let endless: Vec<_> =
        (0..12).map(|_| start(runner::Start { limits: limits.clone(), ..options(endless.job("t"), json!({})) }).unwrap()).collect();
    let runs: Vec<_> = (0..100).map(|n| quick.start(json!({"n": n}))).collect();
    let hundred = join_all(runs.iter().map(|run| run.outcome()));
    // Were they held up, they would be for an hour.
    let outcomes = tokio::time::timeout(Duration::from_secs(300), hundred).await.unwrap();
    let right = outcomes.iter().enumerate().filter(|(n, outcome)| told(outcome) == format!("done {{\"n\":{}}}", 2 * n)).count();
    assert_eq!(right, 100, "all hundred are right beside endless ones");
    for run in endless {
        assert!(run.outcome_now().is_none(), "the endless ones were at work all the while");
        run.stop(StopReason::Asked);
        assert_eq!(run.outcome().await, Outcome::Stopped { reason: StopReason::Asked }, "and hear a stop");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_expression_ends_at_its_time_limit() {
    let endless = World::of(sketch::graph(ENDLESS));
    let limits = expr::Limits { time: Some(Duration::from_millis(50)), ..expr::Limits::default() };
    let failed = failure(start(runner::Start { limits, ..options(endless.job("t"), json!({})) }).unwrap().outcome().await);
    assert_eq!((failed.node.as_ref().map(|node| node.as_str()), failed.failure.kind), (Some("e"), FailureKind::Limit), "{failed}");
}

#[tokio::test]
async fn the_journal_has_what_is_needed_to_make_the_run_again() {
    let text = "entry -> l\n l forEach [1..3] do p => j ; maxConcurrency: 2\n p parallel a b => q\n a mcp s.echo {\"i\": {\"expr\": \"$item\"}} -> q\n b transform $random() -> q\n q transform p -> j\n j transform {\"all\": l, \"at\": $now()} -> exit\n exit";
    let world = World::of(sketch::graph(text));
    let journal = MemoryJournal::default();
    let run = start(runner::Start { journal: Box::new(journal.clone()), ..options(world.job("t"), json!({})) }).unwrap();
    let outcome = run.outcome().await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{}", told(&outcome));
    let again = Run::replay(world.job("t").plan, &journal.events());
    assert_eq!(again.outcome(), Some(&outcome), "it ends the same way");
    run.read(|run| assert_eq!(again.steps(), run.steps(), "step by step"));
}

#[tokio::test]
async fn a_listener_hears_of_each_step_of_progress_and_of_the_end_in_their_order() {
    let world = World::of(sketch::graph("entry -> m\n m mcp s.slow {\"ms\": 1} -> exit\n exit"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = heard.clone();
    let listener = Arc::new(move |told: Told<'_>| {
        let line = match told {
            Told::Step(run, run::Fact::StepStarted(step)) => format!("+{}", run.plan().node(run.steps()[step.0 as usize].node).id),
            Told::Step(run, run::Fact::StepEnded(step)) => format!("-{}", run.plan().node(run.steps()[step.0 as usize].node).id),
            Told::Step(_, run::Fact::StepChanged(_)) | Told::Below(..) | Told::Parked(_) | Told::Paused(_) | Told::Continued => return,
            Told::Progress(_, progress) => format!("{} {}", progress.progress, progress.message.unwrap_or_default()),
            Told::Ended(outcome) => common::told(outcome),
        };
        ears.lock().unwrap().push(line);
    });
    start(runner::Start { listener, ..options(world.job("t"), json!({})) }).unwrap().outcome().await;
    let expected = ["+entry", "-entry", "+m", "0.5 half", "-m", "+exit", "-exit", "done {\"slept\":true}"];
    assert_eq!(*heard.lock().unwrap(), expected, "everything, once, in order");
}
