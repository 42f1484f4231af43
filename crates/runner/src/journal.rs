//! Where a run's events are written before anyone hears of them.

use std::sync::{Arc, Mutex, PoisonError};

use nodes::Failure;
use run::{Event, Moment};

/// The journal of one run.
pub trait Journal: Send {
    /// Writes an event, so that it is still there after whatever comes next.
    ///
    /// # Errors
    /// Where it cannot be written; the run then ends with this failure.
    fn append(&mut self, at: Moment, event: &Event) -> Result<(), Failure>;
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
    fn append(&mut self, at: Moment, event: &Event) -> Result<(), Failure> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push((at, event.clone()));
        Ok(())
    }
}
