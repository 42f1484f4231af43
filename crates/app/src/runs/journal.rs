//! Joins a run's journal in memory to the one that outlives the process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

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
    /// A run that is to be kept once something happens in it: one that cannot begin is none.
    begins: Option<(Store, Box<NewRun>)>,
    kept: Option<RunJournal>,
    ending: Arc<OnceLock<store::Ending>>,
}

/// Tells the store how a run ends.
pub(super) struct Ending {
    kept: Arc<OnceLock<store::Ending>>,
    steps: AtomicU64,
}

impl Both {
    /// The journal of a run, and who is to hear of its end. In memory alone where it is kept nowhere. `steps` is how many it
    /// takes over from another.
    pub(super) fn new(memory: MemoryJournal, begins: Option<(Store, NewRun)>, steps: u64) -> (Self, Ending) {
        let (mut both, ending) = Self::joined(memory, None, steps);
        both.begins = begins.map(|(store, run)| (store, Box::new(run)));
        (both, ending)
    }

    /// The same for a run that goes on, with what its journal held so far in memory, and how many steps it has had.
    pub(super) fn further(memory: MemoryJournal, kept: RunJournal, steps: u64) -> (Self, Ending) {
        Self::joined(memory, Some(kept), steps)
    }

    fn joined(memory: MemoryJournal, kept: Option<RunJournal>, steps: u64) -> (Self, Ending) {
        let ending = Arc::new(OnceLock::new());
        let mut both = Self { memory, begins: None, kept: None, ending: ending.clone() };
        both.keep(kept);
        (both, Ending { kept: ending, steps: AtomicU64::new(steps) })
    }

    fn keep(&mut self, kept: Option<RunJournal>) {
        if let Some(kept) = kept {
            self.ending.get_or_init(|| kept.ending());
            self.kept = Some(kept);
        }
    }
}

impl Journal for Both {
    fn append(&mut self, at: Moment, event: &Event) {
        self.memory.append(at, event);
        if let Some((store, run)) = self.begins.take() {
            self.keep(Some(store.begin(*run)));
        }
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
        let Some(kept) = self.kept.get() else { return };
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
