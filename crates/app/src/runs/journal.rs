//! Joins a run's journal in memory to the one that outlives the process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use nodes::{Failure, FailureKind};
use run::{Event, Fact, Moment, Outcome, Run, State, StepId, StopReason, Waiting, WaitsFor};
use runner::{Journal, MemoryJournal, Told};
use store::{Approval, End, NewRun, RunJournal, Store};

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

/// Tells the store where a run stands, what it asks people, and how it ends.
pub(super) struct Ending {
    kept: Arc<OnceLock<store::Ending>>,
    run: u64,
    steps: AtomicU64,
    /// The steps that wait, and whose waiting is kept, each with where the run stands by it.
    asks: Mutex<BTreeMap<StepId, State>>,
}

impl Both {
    /// The journal of a run, and who is to hear of its end. In memory alone where it is kept nowhere. `steps` is how many it
    /// takes over from another.
    pub(super) fn new(memory: MemoryJournal, begins: Option<(Store, NewRun)>, steps: u64) -> (Self, Ending) {
        let run = begins.as_ref().map(|(_, run)| run.id).unwrap_or_default();
        let (mut both, ending) = Self::joined(memory, None, run, steps);
        both.begins = begins.map(|(store, run)| (store, Box::new(run)));
        (both, ending)
    }

    /// The same for a run that goes on from what its journal held so far.
    pub(super) fn further(memory: MemoryJournal, kept: RunJournal, id: u64, run: &Run) -> (Self, Ending) {
        let (both, ending) = Self::joined(memory, Some(kept), id, run.steps().len() as u64);
        let rest = (0u32..).map(StepId).take(run.steps().len()).filter(|step| run.rests(*step));
        let waits = run.waiting().into_iter().filter(|waits| is_kept(run, waits)).map(|waits| (waits.step, stands_by(&waits)));
        ending.asks().extend(rest.map(|step| (step, State::Waiting)).chain(waits));
        (both, ending)
    }

    fn joined(memory: MemoryJournal, kept: Option<RunJournal>, run: u64, steps: u64) -> (Self, Ending) {
        let ending = Arc::new(OnceLock::new());
        let mut both = Self { memory, begins: None, kept: None, ending: ending.clone() };
        both.keep(kept);
        (both, Ending { kept: ending, run, steps: AtomicU64::new(steps), asks: Mutex::default() })
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

    fn lasts(&self) -> bool {
        self.kept.as_ref().is_some_and(RunJournal::is_kept)
    }
}

impl Ending {
    fn asks(&self) -> MutexGuard<'_, BTreeMap<StepId, State>> {
        self.asks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what is told of the run.
    pub(super) fn hear(&self, told: &Told<'_>) {
        let Some(kept) = self.kept.get() else { return };
        match told {
            Told::Step(_, Fact::StepStarted(step)) => _ = self.steps.fetch_max(u64::from(step.0) + 1, Ordering::Relaxed),
            Told::Step(run, Fact::StepChanged(step)) => match standing(run, *step) {
                Some((state, waits)) => {
                    if let Some(waits) = waits.filter(|waits| waits.on != WaitsFor::Time) {
                        kept.ask(approval(self.run, run, waits));
                    }
                    self.mark(kept, |asks| _ = asks.insert(*step, state));
                }
                None => self.answered(kept, *step),
            },
            Told::Step(_, Fact::StepEnded(step)) => self.answered(kept, *step),
            Told::Progress(..) | Told::Below(..) | Told::Parked(_) | Told::Paused(_) | Told::Continued => {}
            // It was let go of, and goes on with the next start.
            Told::Ended(Outcome::Stopped { reason: StopReason::Shutdown }) => {}
            Told::Ended(outcome) => {
                let steps = self.steps.load(Ordering::Relaxed);
                kept.end(End { at: Moment(clock::now_us()), outcome: Outcome::clone(outcome), steps });
            }
        }
    }

    /// A step waits no more.
    fn answered(&self, kept: &store::Ending, step: StepId) {
        self.mark(kept, |asks| {
            if asks.remove(&step).is_some() {
                kept.answered(step);
            }
        });
    }

    /// Keeps where the run stands where that has changed.
    fn mark(&self, kept: &store::Ending, change: impl FnOnce(&mut BTreeMap<StepId, State>)) {
        let mut asks = self.asks();
        let before = stands(&asks);
        change(&mut asks);
        let state = stands(&asks);
        if state != before {
            kept.mark(state);
        }
    }
}

/// A shorter wait for time is not worth a write.
const SHORT_US: u64 = 1_000_000;

/// Whether it is kept that a step waits so.
fn is_kept(run: &Run, waits: &Waiting) -> bool {
    waits.on != WaitsFor::Time || waits.until.is_none_or(|until| until.since(run.now()) >= SHORT_US)
}

/// Where a run stands by what its steps wait for.
fn stands(asks: &BTreeMap<StepId, State>) -> State {
    match asks.values().any(|state| *state == State::Uncertain) {
        true => State::Uncertain,
        false if asks.is_empty() => State::Running,
        false => State::Waiting,
    }
}

/// Where a run stands by a step, and what that waits for where it waits itself; none where it does not wait.
fn standing(run: &Run, step: StepId) -> Option<(State, Option<Waiting>)> {
    if run.rests(step) {
        return Some((State::Waiting, None));
    }
    let waits = run.waiting().into_iter().find(|waits| waits.step == step).filter(|waits| is_kept(run, waits))?;
    Some((stands_by(&waits), Some(waits)))
}

fn stands_by(waits: &Waiting) -> State {
    if waits.on == WaitsFor::Decision { State::Uncertain } else { State::Waiting }
}

fn approval(id: u64, run: &Run, waits: Waiting) -> Approval {
    let is_uncertain = waits.on == WaitsFor::Decision;
    let (asked, event) = match waits.on {
        WaitsFor::Person(approval) => (Some(approval), None),
        WaitsFor::Event(event) => (None, Some(event.to_string())),
        WaitsFor::Decision | WaitsFor::Time => (None, None),
    };
    Approval {
        run: id,
        step: waits.step,
        node: waits.node.to_string(),
        is_uncertain,
        event,
        message: asked.as_ref().map(|asked| asked.message.clone()).unwrap_or_default(),
        schema: asked.as_ref().and_then(|asked| asked.schema.as_deref().cloned()),
        approvers: asked.map(|asked| asked.approvers.clone()).unwrap_or_default(),
        deadline: waits.until,
        opened: run.now(),
    }
}
