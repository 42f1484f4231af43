//! Where a run's events are written before anyone hears of them.

use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use nodes::Failure;
use run::{Event, Moment};

/// The journal of one run. Events are handed over as they come, and are written together when the run wants to be sure of
/// them: what many events have in common, such as a disk that must be waited for, is then paid once.
pub trait Journal: Send {
    /// Takes over an event, behind those before it, and returns at once.
    fn append(&mut self, at: Moment, event: &Event);

    /// Waits until all that was taken over would survive a power cut.
    ///
    /// # Errors
    /// Where it cannot be written; the run then ends with this failure, and nobody is told of what was not written.
    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>>;

    /// Whether the run can be resumed from what is written here, and so be parked.
    fn lasts(&self) -> bool {
        true
    }
}

/// A journal in memory: gone with the process. Clones share their events.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    events: Arc<Mutex<Vec<(Moment, Event)>>>,
}

impl MemoryJournal {
    /// The events so far.
    #[must_use]
    pub fn events(&self) -> Vec<(Moment, Event)> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, at: Moment, event: &Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push((at, event.clone()));
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        std::future::ready(Ok(())).boxed()
    }
}
