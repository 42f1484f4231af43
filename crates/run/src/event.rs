//! What has happened: the only thing that moves a run on, and all that has to be kept to rebuild it.

use std::sync::Arc;

use graph::NodeId;
use nodes::{Answer, Ask, Failure, Signal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::Timer;
use crate::part::{Part, Seen};
use crate::step::StepId;
use crate::trace::TraceContext;

/// A point in time, in microseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How many microseconds lie between an earlier moment and this one; 0 where it was not earlier.
    #[must_use]
    pub fn since(self, earlier: Moment) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
pub enum Event {
    /// The run begins. Always the first event, and only the first.
    Started {
        /// The tool's arguments.
        arguments: Arc<Value>,
        /// What `$random` comes from.
        seed: u64,
        /// How much of the tool is done.
        #[serde(default, skip_serializing_if = "Part::is_whole")]
        part: Part,
        /// What stood before the node that it begins at, where that is not the entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Arc<Seen>>,
        /// Where in a trace its caller stands, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace: Option<TraceContext>,
    },
    /// A node's own work is done.
    Evaluated {
        /// The step.
        step: StepId,
        /// What it asks for, or why it failed.
        result: Result<Ask, Failure>,
    },
    /// What a step had asked for is there.
    Answered {
        /// The step.
        step: StepId,
        /// The answer, or why there is none.
        result: Result<Answer, Failure>,
    },
    /// An event was told.
    Signalled {
        /// The event.
        signal: Arc<Signal>,
    },
    /// A process goes on with the run: the one before it has ended, or the run was parked.
    TakenUp {
        /// The steps whose calls were under way and may be made again, or whose runs go on; of the others nobody knows whether they happened.
        repeats: Vec<StepId>,
    },
    /// Somebody says what is to become of a step that is uncertain.
    Decided {
        /// The step.
        step: StepId,
        /// What is to become of it.
        decision: Decision,
        /// Who it was, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// The run goes on that somebody had held, or whose machine had slept.
    Continued {
        /// For how many microseconds nobody worked on it: they count towards no limit.
        held_us: u64,
    },
    /// The run that a step has started only waits, or does more than that again. While it only waits the step spends none of the
    /// run's time.
    Rested {
        /// The step.
        step: StepId,
        /// Whether it only waits.
        rests: bool,
    },
    /// Somebody gives a step another output. One that is done has had this output from now on; one that is at work is done with it.
    Edited {
        /// The step.
        step: StepId,
        /// The output.
        output: Arc<Value>,
    },
    /// A timer has run out.
    Woke {
        /// The timer.
        timer: Timer,
    },
    /// Somebody wants the run to end.
    Stopped {
        /// Why.
        reason: StopReason,
    },
}

/// What is to become of a step of which nobody knows whether what it asked for has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "decision")]
pub enum Decision {
    /// It asks again.
    Retry,
    /// It is taken for done.
    Skip {
        /// Its output.
        output: Arc<Value>,
    },
    /// It has failed.
    Fail {
        /// Why.
        message: String,
    },
}

/// Why a run was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StopReason {
    /// A person or a client asked for it.
    Asked,
    /// The program ends.
    Shutdown,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "outcome")]
pub enum Outcome {
    /// With a result.
    Done {
        /// The result.
        result: Arc<Value>,
    },
    /// With a failure.
    Failed {
        /// What failed.
        failure: RunFailure,
    },
    /// Before its end.
    Stopped {
        /// Why.
        reason: StopReason,
    },
}

/// What made a run fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunFailure {
    /// The node that failed; none where the run itself did.
    pub node: Option<NodeId>,
    /// Why.
    #[serde(flatten)]
    pub failure: Failure,
}

impl std::fmt::Display for RunFailure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.node {
            Some(node) => write!(out, "node `{node}`: {}", self.failure),
            None => write!(out, "{}", self.failure),
        }
    }
}
