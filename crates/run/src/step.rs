//! The record of one execution of one node, kept for the whole run.

use std::sync::Arc;

use graph::Port;
use nodes::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Moment;
use crate::plan::NodeIndex;

/// A step's number in its run, from 0 in the order in which they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

impl StepId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Its own work is being done.
    Evaluating,
    /// A server or another run is at work for it.
    Calling,
    /// It lets time pass, or waits for an event.
    Waiting,
    /// It waits for a person's answer.
    Asking,
    /// What it asked for was under way when the process died, and nobody knows whether it happened: somebody has to decide.
    Uncertain,
    /// Its branches or items are at work.
    Joining,
    /// It has its output.
    Done,
    /// It failed.
    Failed,
    /// It was given up.
    Cancelled,
}

impl StepState {
    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(self) -> bool {
        match self {
            StepState::Done | StepState::Failed | StepState::Cancelled => true,
            StepState::Evaluating
            | StepState::Calling
            | StepState::Waiting
            | StepState::Asking
            | StepState::Uncertain
            | StepState::Joining => false,
        }
    }

    /// Whether it spends the run's time: what only waits does not, and what joins leaves that to its branches.
    pub(crate) fn is_busy(self) -> bool {
        matches!(self, StepState::Evaluating | StepState::Calling)
    }
}

/// One execution of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The node.
    pub node: NodeIndex,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The item of the innermost `forEach` that it belongs to, from 0.
    pub item: Option<u32>,
    /// Where it stands.
    pub state: StepState,
    /// What it asked with: the arguments of a tool, the items of a loop.
    pub input: Option<Arc<Value>>,
    /// The steps whose outputs its expressions read.
    pub reads: Box<[StepId]>,
    /// Its output.
    pub output: Option<Arc<Value>>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The edge by which its branch or its loop's body began; none for a step that is not the first of one.
    pub began_by: Option<(NodeIndex, Port)>,
    /// The port that it was left by; none while it goes on, and where nothing followed.
    pub left_by: Option<Port>,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    pub ended: Option<Moment>,
}
