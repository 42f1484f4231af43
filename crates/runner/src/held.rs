//! What a run has to say and to ask, kept back until the events that it follows from are written down.

use std::sync::Arc;

use graph::ServerName;
use nodes::{Signal, ToolRef};
use run::{Fact, StepId};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::said::Refused;

/// Something that the world must not hear of before the journal has what led to it.
pub(crate) enum Held {
    Tell(Fact),
    Call {
        step: StepId,
        server: ServerName,
        tool: String,
        args: Arc<Value>,
    },
    RunTool {
        step: StepId,
        tool: ToolRef,
        args: Arc<Value>,
    },
    Emit {
        step: StepId,
        signal: Arc<Signal>,
    },
    Cancel(StepId),
    /// Whoever said something is told that it was taken.
    Taken(oneshot::Sender<Result<(), Refused>>),
}

impl Held {
    /// The step that it asks something for.
    pub(crate) fn asks_for(&self) -> Option<StepId> {
        match self {
            Held::Call { step, .. } | Held::RunTool { step, .. } | Held::Emit { step, .. } => Some(*step),
            Held::Tell(_) | Held::Cancel(_) | Held::Taken(_) => None,
        }
    }
}
