//! Brings an event to the runs of this process that wait for it. Knows nothing of runs that are parked: those are found where
//! they are kept.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use nodes::Signal;

use crate::handle::Handle;

/// The runs that go on in this process.
#[derive(Default)]
pub struct Signals(Mutex<Vec<Handle>>);

impl Signals {
    /// Lets a run hear of events until it ends or is parked.
    pub fn add(&self, run: &Handle) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(Handle::goes_on);
        runs.push(run.clone());
    }

    /// Tells an event to every run that waits for its type, and waits until their journals have it. Gives how many there were.
    pub async fn tell(&self, signal: &Arc<Signal>) -> usize {
        let runs = {
            let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            runs.retain(Handle::goes_on);
            runs.clone()
        };
        let told = join_all(runs.iter().map(|run| run.signal(signal.clone()))).await;
        told.iter().filter(|told| told.is_ok()).count()
    }
}
