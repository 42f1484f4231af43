//! How much of its tool a run does, and what stood before its first node where that is not the entry. Plain values: they are
//! written down with the event that begins the run.

use std::sync::Arc;

use graph::NodeId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Plan;
use crate::scope::Item;

/// How much of its tool a run does. The default is the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// The node that it begins at; none for the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<NodeId>,
    /// The node that it ends with, as soon as that has finished once; none for the exit. Its output is the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NodeId>,
}

impl Part {
    /// From the entry up to a node.
    #[must_use]
    pub fn until(node: NodeId) -> Self {
        Self { from: None, until: Some(node) }
    }

    /// One node alone, with the branches or the body that belong to it.
    #[must_use]
    pub fn only(node: NodeId) -> Self {
        Self { from: Some(node.clone()), until: Some(node) }
    }

    /// Whether it is the whole tool.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

/// What a line of execution has seen at one moment: all that a node can read there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The outputs that nodes gave, in their order.
    pub given: Vec<(NodeId, Arc<Value>)>,
    /// The output of the last node that was not a switch: what an exit would give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Arc<Value>>,
    /// The item of the innermost loop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// The error that led here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<Value>>,
}

impl Seen {
    /// The latest output of a node.
    #[must_use]
    pub fn latest(&self, node: &NodeId) -> Option<&Arc<Value>> {
        self.given.iter().rev().find(|(of, _)| of == node).map(|(_, value)| value)
    }

    /// The nodes that a node of the plan reads and of which there is no output, in the order of the file.
    #[must_use]
    pub fn lacks(&self, plan: &Plan, node: &NodeId) -> Vec<NodeId> {
        plan.reads(node).into_iter().filter(|read| self.latest(read).is_none()).collect()
    }
}
