//! What is told and asked only when the journal has it, how often that is waited for, and a journal that cannot be written.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]

mod common;

use std::sync::{Arc, Mutex};

use common::{World, options, sketch, told};
use futures::FutureExt;
use futures::future::BoxFuture;
use nodes::{Failure, FailureKind};
use run::{Event, Moment};
use runner::{Journal, Told, start};
use serde_json::json;

/// What happened, line by line: events that were written, and what was heard of the run.
type Lines = Arc<Mutex<Vec<String>>>;

/// A journal that says when it writes, and fails at its `fails_at`th settling.
struct Slow {
    lines: Lines,
    taken: usize,
    settled: usize,
    fails_at: usize,
}

impl Journal for Slow {
    fn append(&mut self, _: Moment, _: &Event) {
        self.taken += 1;
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        async {
            // Others have their turn meanwhile, as they have while a disk is waited for.
            tokio::task::yield_now().await;
            self.settled += 1;
            if self.settled == self.fails_at {
                return Err(Failure::new(FailureKind::Run, "the disk is full"));
            }
            self.lines.lock().unwrap().push(format!("{} written", std::mem::take(&mut self.taken)));
            Ok(())
        }
        .boxed()
    }
}

/// Runs a sketch and compares the order in which things were written and told.
async fn check(text: &str, fails_at: usize, expected: &[&str]) {
    let lines = Lines::default();
    let ears = lines.clone();
    let listener = Arc::new(move |told: Told<'_>| {
        let line = match told {
            Told::Step(run, fact) => match fact {
                run::Fact::StepStarted(step) => format!("+{}", run.plan().node(run.steps()[step.0 as usize].node).id),
                run::Fact::StepChanged(_) => return,
                run::Fact::StepEnded(step) => format!("-{}", run.plan().node(run.steps()[step.0 as usize].node).id),
            },
            Told::Progress(..) | Told::Below(..) | Told::Parked(_) | Told::Paused(_) | Told::Continued => return,
            Told::Ended(outcome) => common::told(outcome),
        };
        ears.lock().unwrap().push(line);
    });
    let journal = Box::new(Slow { lines: lines.clone(), taken: 0, settled: 0, fails_at });
    let world = World::of(sketch::graph(text));
    let outcome = start(runner::Start { listener, journal, ..options(world.job("t"), json!({})) }).unwrap().outcome().await;
    assert_eq!(lines.lock().unwrap().last(), Some(&told(&outcome)), "the caller is told what the listener is told");
    assert_eq!(*lines.lock().unwrap(), expected, "what was written and told, in its order");
    let called: Vec<String> = world.calls.lock().unwrap().keys().cloned().collect();
    assert_eq!(called.is_empty(), fails_at == 1 || !text.contains("mcp"), "a tool is called only when that is written: {called:?}");
}

// The clock stands still: a turn that a busy machine makes long is let go sooner, and here that would show.
#[tokio::test(start_paused = true)]
async fn a_chain_of_transforms_is_written_once_and_told_afterwards() {
    let text = "entry -> a\n a transform 1 -> b\n b transform 2 -> exit\n exit";
    check(text, 0, &["5 written", "+entry", "-entry", "+a", "-a", "+b", "-b", "+exit", "-exit", "done 2"]).await;
}

// The clock stands still: a turn that a busy machine makes long is let go sooner, and here that would show.
#[tokio::test(start_paused = true)]
async fn a_call_waits_for_what_led_to_it_and_its_answer_is_written_before_it_is_told() {
    let text = "entry -> m\n m mcp s.echo -> exit\n exit";
    check(text, 0, &["3 written", "+entry", "-entry", "+m", "3 written", "-m", "+exit", "-exit", "done {}"]).await;
}

// The clock stands still: a turn that a busy machine makes long is let go sooner, and here that would show.
#[tokio::test(start_paused = true)]
async fn a_journal_that_cannot_be_written_ends_the_run_and_nobody_hears_of_what_was_lost() {
    let text = "entry -> m\n m mcp s.echo -> exit\n exit";
    check(text, 1, &["failed the disk is full"]).await;
    check(text, 2, &["3 written", "+entry", "-entry", "+m", "failed the disk is full"]).await;
}
