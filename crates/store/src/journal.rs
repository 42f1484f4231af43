//! The journal of one run: takes its events one by one, and tells when they are safe. The shape is that of a runner's journal, with an
//! error of this crate's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use run::{Event, Moment, State, StepId};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::record::{Approval, End};
use crate::table::event::{NOWHERE, NewEvent};
use crate::writer::{Op, Shared};

/// What is counted of a run while it goes on.
#[derive(Debug)]
pub(crate) struct Counts {
    events: AtomicI64,
    bytes: AtomicI64,
    /// Where its last lot lies that is safe. The writer's own.
    pub(crate) last: AtomicI64,
}

impl Counts {
    pub(crate) fn new(events: i64, bytes: i64, last: i64) -> Self {
        Self { events: events.into(), bytes: bytes.into(), last: last.into() }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self::new(0, 0, NOWHERE)
    }
}

/// The journal of one run.
pub struct RunJournal {
    shared: Arc<Shared>,
    run: i64,
    counts: Arc<Counts>,
    /// Whether something was handed over that nobody has waited for.
    is_open: bool,
    /// Whether the store could not be opened, so that there is nothing to wait for.
    is_void: bool,
}

impl RunJournal {
    /// A journal that goes on after the events that there are.
    pub(crate) fn new(shared: Arc<Shared>, run: i64, counts: Counts, is_void: bool) -> Self {
        Self { shared, run, counts: Arc::new(counts), is_open: true, is_void }
    }

    /// Hands an event over, behind those before it, at once.
    pub fn append(&mut self, at: Moment, event: &Event) {
        if self.is_void {
            return;
        }
        // An event is made of values that JSON has.
        let body = serde_json::to_string(event).unwrap_or_default();
        let number = self.counts.events.fetch_add(1, Ordering::Relaxed);
        let length = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let bytes = self.counts.bytes.fetch_add(length, Ordering::Relaxed) + length;
        self.is_open = true;
        let counts = self.counts.clone();
        self.shared.hand_over(Op::Event(NewEvent { run: self.run, number, at: at.0, body, bytes, counts }));
    }

    /// Waits until all that was handed over would survive a power cut. Where the store could not be opened there is nothing to wait
    /// for: [`Store::trouble`](crate::Store::trouble) says so.
    ///
    /// # Errors
    /// Where it could not be written; what comes after it is not written either.
    pub fn settle(&mut self) -> BoxFuture<'_, Result<(), Arc<Error>>> {
        if !self.is_open || self.is_void {
            return futures::future::ready(Ok(())).boxed();
        }
        let (settled, answer) = oneshot::channel();
        self.shared.hand_over(Op::Settle(self.run, settled));
        async move {
            let is_kept = answer.await.unwrap_or_else(|_| Err(Arc::new(self.shared.closed())))?;
            self.is_open = false;
            self.is_void = !is_kept;
            Ok(())
        }
        .boxed()
    }

    /// Whether what was waited for is written; it is not where the store could not be opened.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        !self.is_void
    }

    /// What ends the run in the store, for whoever hears of the end.
    #[must_use]
    pub fn ending(&self) -> Ending {
        Ending { shared: self.shared.clone(), run: self.run, counts: self.counts.clone(), is_void: self.is_void }
    }
}

/// What is told to the store of a run beside its events. A cheap handle.
#[derive(Clone)]
pub struct Ending {
    shared: Arc<Shared>,
    run: i64,
    counts: Arc<Counts>,
    is_void: bool,
}

impl Ending {
    /// Says where the run stands that has not ended.
    pub fn mark(&self, state: State) {
        if !self.is_void {
            self.shared.hand_over(Op::Mark(self.run, state));
        }
    }

    /// Opens a question to a person that the run waits for. Asked twice, it is open once.
    pub fn ask(&self, approval: Approval) {
        if !self.is_void {
            self.shared.hand_over(Op::Ask(Box::new(approval)));
        }
    }

    /// Closes a question.
    pub fn answered(&self, step: StepId) {
        if !self.is_void {
            self.shared.hand_over(Op::Answered(self.run, step));
        }
    }

    /// Ends the run. It is handed over at once, behind the run's events.
    pub fn end(&self, end: End) {
        if !self.is_void {
            let (events, bytes) = (self.counts.events.load(Ordering::Relaxed), self.counts.bytes.load(Ordering::Relaxed));
            self.shared.hand_over(Op::End { run: self.run, end: Box::new(end), events, bytes });
        }
    }
}
