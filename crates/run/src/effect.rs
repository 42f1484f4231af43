//! What a run wants done: values for the runner to carry out, in their order.

use std::sync::Arc;

use graph::ServerName;
use nodes::{Signal, ToolRef};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Outcome;
use crate::step::StepId;
use crate::task::Task;

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Do a node's own work; answered by [`crate::Event::Evaluated`].
    Evaluate {
        /// The step.
        step: StepId,
        /// The work.
        task: Task,
    },
    /// Call a tool of a server; answered by [`crate::Event::Answered`].
    Call {
        /// The step.
        step: StepId,
        /// The server.
        server: ServerName,
        /// The tool.
        tool: String,
        /// Its arguments.
        args: Arc<Value>,
    },
    /// Run a tool of a graph; answered by [`crate::Event::Answered`].
    RunTool {
        /// The step.
        step: StepId,
        /// The tool.
        tool: ToolRef,
        /// Its arguments.
        args: Arc<Value>,
    },
    /// Tell an event to whoever waits for it; answered by [`crate::Event::Answered`].
    Emit {
        /// The step.
        step: StepId,
        /// The event.
        signal: Arc<Signal>,
    },
    /// Wake the run after so many microseconds, by [`crate::Event::Woke`]. A timer that is no longer wanted may still wake it.
    Wake {
        /// The timer.
        timer: Timer,
        /// After how many microseconds.
        after_us: u64,
    },
    /// Cancel what was asked for a step; its answer is no longer wanted.
    Cancel {
        /// The step.
        step: StepId,
    },
    /// Something that others may want to know.
    Tell(Fact),
    /// The run has ended; nothing follows.
    Finish(Outcome),
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Timer {
    /// A `wait` node's time has come, or the time for an approval's answer is over.
    Wait(StepId),
    /// A step's time limit.
    Timeout(StepId),
    /// The wait between a failed step and the next attempt.
    Retry(StepId),
    /// The run's own time limit.
    Limit,
}

impl Timer {
    /// A place among the timers of a run, so that those of one moment have an order.
    pub(crate) fn place(self) -> (u32, u8) {
        match self {
            Timer::Wait(step) => (step.0, 0),
            Timer::Timeout(step) => (step.0, 1),
            Timer::Retry(step) => (step.0, 2),
            Timer::Limit => (u32::MAX, 3),
        }
    }
}

/// What has changed in a run; look the step up in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A step began.
    StepStarted(StepId),
    /// A step waits, or goes on after that: for time or an event, for a person whom it asks, or for somebody to decide.
    StepChanged(StepId),
    /// A step ended: done, failed or cancelled.
    StepEnded(StepId),
}
