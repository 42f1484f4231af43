//! The journal of one run: takes its events one by one, and tells when they are safe. The shape is that of a runner's journal, with an
//! error of this crate's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use run::{Event, Moment, State, StepId};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::record::{Approval, End};
use crate::table::event::{Lot, Reach};
use crate::writer::{Op, Shared};

/// The journal of one run.
pub struct RunJournal {
    page: Arc<Page>,
    /// Whether something was handed over that nobody has waited for.
    is_open: bool,
    /// Whether the store could not be opened, so that there is nothing to wait for.
    is_void: bool,
}

/// What the journal of a run and those who tell of its run otherwise write on, so that all is in one order.
struct Page {
    shared: Arc<Shared>,
    run: i64,
    /// The events that are handed to the writer next, together.
    lot: Mutex<Lot>,
}

impl Page {
    fn lot(&self) -> MutexGuard<'_, Lot> {
        self.lot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, at: Moment, event: &Event) {
        let mut lot = self.lot();
        let alone = lot.add(at.0, event);
        if alone.is_some() || lot.is_full() {
            self.hand_over(&mut lot);
        }
        if let Some(alone) = alone {
            *lot = alone;
            self.hand_over(&mut lot);
        }
    }

    fn hand_over(&self, lot: &mut Lot) {
        if !lot.is_empty() {
            let next = lot.next();
            self.shared.hand_over(Op::Events(Box::new(std::mem::replace(lot, next))));
        }
    }

    /// Hands something over behind all events.
    fn tell(&self, op: Op) {
        self.hand_over(&mut self.lot());
        self.shared.hand_over(op);
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.hand_over(&mut self.lot());
    }
}

impl RunJournal {
    /// A journal that goes on behind what there is.
    pub(crate) fn new(shared: Arc<Shared>, run: i64, reach: Reach, is_void: bool) -> Self {
        let lot = Mutex::new(Lot::behind(run, reach));
        Self { page: Arc::new(Page { shared, run, lot }), is_open: true, is_void }
    }

    /// Writes an event down, behind those before it. It goes to the store with the next [`settle`](Self::settle) at the latest, together
    /// with those before it.
    pub fn append(&mut self, at: Moment, event: &Event) {
        if !self.is_void {
            self.page.write(at, event);
            self.is_open = true;
        }
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
        self.page.tell(Op::Settle(self.page.run, settled));
        async move {
            let is_kept = answer.await.unwrap_or_else(|_| Err(Arc::new(self.page.shared.closed())))?;
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
        Ending { page: self.page.clone(), is_void: self.is_void }
    }
}

/// What is told to the store of a run beside its events. A cheap handle.
#[derive(Clone)]
pub struct Ending {
    page: Arc<Page>,
    is_void: bool,
}

impl Ending {
    /// Says where the run stands that has not ended.
    pub fn mark(&self, state: State) {
        if !self.is_void {
            self.page.tell(Op::Mark(self.page.run, state));
        }
    }

    /// Opens a question to a person that the run waits for. Asked twice, it is open once.
    pub fn ask(&self, approval: Approval) {
        if !self.is_void {
            self.page.tell(Op::Ask(Box::new(approval)));
        }
    }

    /// Closes a question.
    pub fn answered(&self, step: StepId) {
        if !self.is_void {
            self.page.tell(Op::Answered(self.page.run, step));
        }
    }

    /// Ends the run. It is handed over at once, behind the run's events.
    pub fn end(&self, end: End) {
        if !self.is_void {
            let (events, bytes) = self.page.lot().end();
            self.page.tell(Op::End { run: self.page.run, end: Box::new(end), events, bytes });
        }
    }
}
