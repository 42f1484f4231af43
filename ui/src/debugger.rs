//! What a person looks at while a run is held, as signals: the step, and what is watched.

use leptos::prelude::*;
use protocol::{Looked, Paused, RunId};

use crate::model::Held;

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Debugger {
    /// Where the run is held, as it is shown: it stays for a moment when the run goes on, so that nothing flickers between two steps.
    pub(crate) shown: RwSignal<Option<Held>>,
    /// The run that is held, and the step with what it works on, once that is known.
    pub(crate) paused: RwSignal<Option<(RunId, Paused)>>,
    /// The expressions that are watched.
    pub(crate) watches: RwSignal<Vec<String>>,
    /// What they come to at the step, in their order; empty while no run is held.
    pub(crate) looked: RwSignal<Vec<Looked>>,
    /// The run that a person began step by step, or that was held: as long as it goes on, it can be held again at once.
    pub(crate) run: RwSignal<Option<RunId>>,
}

impl Debugger {
    /// As it is before any run.
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(None),
            paused: RwSignal::new(None),
            watches: RwSignal::new(Vec::new()),
            looked: RwSignal::new(Vec::new()),
            run: RwSignal::new(None),
        }
    }
}
