//! What a run has to say and to ask, kept back until the events that it follows from are written down.

use std::collections::VecDeque;
use std::sync::Arc;

use graph::ServerName;
use nodes::ToolRef;
use run::{Fact, StepId};
use serde_json::Value;

/// Something that the world must not hear of before the journal has what led to it.
pub(crate) enum Held {
    Tell(Fact),
    Call { step: StepId, server: ServerName, tool: String, args: Arc<Value> },
    RunTool { step: StepId, tool: ToolRef, args: Arc<Value> },
    Cancel(StepId),
}

impl Held {
    /// The step that it asks something for.
    fn asks_for(&self) -> Option<StepId> {
        match self {
            Held::Call { step, .. } | Held::RunTool { step, .. } => Some(*step),
            Held::Tell(_) | Held::Cancel(_) => None,
        }
    }
}

/// Takes back what was to be asked for a step; whether there was something.
pub(crate) fn take_back(held: &mut VecDeque<Held>, step: StepId) -> bool {
    let before = held.len();
    held.retain(|held| held.asks_for() != Some(step));
    held.len() < before
}
