//! Joins a run's journal in memory to the one that outlives the process.

use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use nodes::{Failure, FailureKind};
use run::{Event, Fact, Moment, Outcome, StopReason};
use runner::{Journal, MemoryJournal, Told};
use store::{End, NewRun, RunJournal, Store};

use crate::clock;
use crate::error::Error;

/// A journal in memory, for who looks back while the process lives, and one in the store.
pub(super) struct Both {
    memory: MemoryJournal,
    kept: Option<RunJournal>,
}

/// Tells the store how a run ends.
pub(super) struct Ending {
    kept: Option<store::Ending>,
    steps: AtomicU64,
}

impl Both {
    /// The journal of a run, and who is to hear of its end. In memory alone where it is kept nowhere.
    pub(super) fn new(memory: MemoryJournal, kept: Option<(Store, NewRun)>) -> (Self, Ending) {
        let kept = kept.map(|(store, run)| store.begin(run));
        Self::joined(memory, kept, 0)
    }

    /// The same for a run that goes on, with what its journal held so far in memory, and how many steps it has had.
    pub(super) fn further(memory: MemoryJournal, kept: RunJournal, steps: u64) -> (Self, Ending) {
        Self::joined(memory, Some(kept), steps)
    }

    /// The same for one that begins with what another run did, with how many steps that were.
    pub(super) fn joined(memory: MemoryJournal, kept: Option<RunJournal>, steps: u64) -> (Self, Ending) {
        let ending = Ending { kept: kept.as_ref().map(RunJournal::ending), steps: AtomicU64::new(steps) };
        (Self { memory, kept }, ending)
    }
}

impl Journal for Both {
    fn append(&mut self, at: Moment, event: &Event) {
        self.memory.append(at, event);
        if let Some(kept) = &mut self.kept {
            kept.append(at, event);
        }
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        let Some(kept) = &mut self.kept else { return self.memory.settle() };
        let settled = kept.settle();
        async move {
            settled.await.map_err(|error| {
                let text = Error::in_full_of(&*error);
                Failure::new(FailureKind::Journal, format!("what had happened could not be written down: {text}"))
            })
        }
        .boxed()
    }
}

impl Ending {
    /// Takes in what is told of the run.
    pub(super) fn hear(&self, told: &Told<'_>) {
        let Some(kept) = &self.kept else { return };
        match told {
            Told::Step(_, Fact::StepStarted(step)) => _ = self.steps.fetch_max(u64::from(step.0) + 1, Ordering::Relaxed),
            // Nothing here parks.
            Told::Step(_, Fact::StepEnded(_) | Fact::StepChanged(_)) | Told::Progress(..) | Told::Parked(_) => {}
            // It was let go of, and goes on with the next start.
            Told::Ended(Outcome::Stopped { reason: StopReason::Shutdown }) => {}
            Told::Ended(outcome) => {
                let steps = self.steps.load(Ordering::Relaxed);
                kept.end(End { at: Moment(clock::now_us()), outcome: Outcome::clone(outcome), steps });
            }
        }
    }
}
