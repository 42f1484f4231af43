//! The journal of one run: takes its events one by one, and tells when they are safe. The shape is that of a runner's journal, with an
//! error of this crate's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use run::{Event, Moment, State, StepId};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::record::{Approval, End, NewRun};
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
    next: Mutex<Next>,
}

/// What is handed to the writer next, together.
struct Next {
    /// The run, where the store does not have it yet: it is never there without its first events.
    begin: Option<Box<NewRun>>,
    lot: Lot,
}

impl Next {
    fn take(&mut self) -> impl Iterator<Item = Op> + use<> {
        let next = self.lot.next();
        let lot = Some(std::mem::replace(&mut self.lot, next)).filter(|lot| !lot.is_empty());
        self.begin.take().map(Op::Begin).into_iter().chain(lot.map(|lot| Op::Events(Box::new(lot))))
    }
}

impl Page {
    fn next(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, at: Moment, event: &Event) {
        let mut next = self.next();
        let alone = next.lot.add(at.0, event);
        if alone.is_some() || next.lot.is_full() {
            let before: Vec<Op> = next.take().collect();
            let alone = alone.map(|alone| {
                next.lot = alone.next();
                Op::Events(Box::new(alone))
            });
            self.shared.hand_over_all(before.into_iter().chain(alone));
        }
    }

    /// Hands something over behind all events.
    fn tell(&self, op: Op) {
        let ops = self.next().take();
        self.shared.hand_over_all(ops.chain([op]));
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let next = self.next.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !next.lot.is_empty() {
            self.shared.hand_over_all(next.take());
        }
    }
}

impl RunJournal {
    /// The journal of a new run.
    pub(crate) fn begin(shared: Arc<Shared>, run: NewRun, is_void: bool) -> Self {
        Self::new(shared, run.id.cast_signed(), Reach::default(), Some(Box::new(run)), is_void)
    }

    /// A journal that goes on behind what there is.
    pub(crate) fn further(shared: Arc<Shared>, run: i64, reach: Reach) -> Self {
        Self::new(shared, run, reach, None, false)
    }

    fn new(shared: Arc<Shared>, run: i64, reach: Reach, begin: Option<Box<NewRun>>, is_void: bool) -> Self {
        let next = Mutex::new(Next { begin, lot: Lot::behind(run, reach) });
        Self { page: Arc::new(Page { shared, run, next }), is_open: true, is_void }
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
            let (events, bytes) = self.page.next().lot.end();
            self.page.tell(Op::End { run: self.page.run, end: Box::new(end), events, bytes });
        }
    }
}
