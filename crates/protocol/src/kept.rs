//! Runs that are kept, as they are listed, looked at and compared.

use std::sync::Arc;

use graph::{Graph, NodeId, ToolName};
use run::{Part, State, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::view::{GraphId, RunId, RunView, StepDetail};

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSummary {
    /// The run.
    pub id: RunId,
    /// The file of its graph, absolute.
    pub path: String,
    /// The graph, if that file is open.
    pub graph: Option<GraphId>,
    /// The tool.
    pub tool: ToolName,
    /// Where it stands.
    pub state: State,
    /// How much of the tool it does.
    #[serde(default)]
    pub part: Part,
    /// The run that it was forked from, and the step where it left it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<(RunId, StepId)>,
    /// The run, and the step in it, that has started it by `call`; none for one that a person or a client started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<(RunId, StepId)>,
    /// When it began, in microseconds since 1970; of a fork, when it left its run.
    pub started_us: i64,
    /// When it ended, in microseconds since 1970; none while it goes on.
    pub ended_us: Option<i64>,
    /// How many steps it had; none while it goes on.
    pub steps: Option<u64>,
    /// Whether no process drives it, though it has not ended.
    #[serde(default)]
    pub is_adrift: bool,
}

/// A run as it was, with the graph that it ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastRun {
    /// Its line in the list.
    pub summary: RunSummary,
    /// Its steps, as far as it had come when it was asked for.
    pub run: RunView,
    /// The graph that it ran.
    pub graph: Arc<Graph>,
    /// Whether the graph's file still says the same.
    pub is_current: bool,
}

/// What a run asks a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The run.
    pub run: RunId,
    /// The step that asks.
    pub step: StepId,
    /// The file of its graph, absolute.
    pub path: String,
    /// The graph, if that file is open.
    pub graph: Option<GraphId>,
    /// The tool.
    pub tool: ToolName,
    /// The node.
    pub node: NodeId,
    /// Whether it asks what is to become of a call of which nobody knows whether it happened; otherwise it asks for approval.
    pub is_uncertain: bool,
    /// What is asked; empty for an uncertain call.
    pub message: String,
    /// JSON Schema of the form; none where a yes or a no is all.
    pub schema: Option<Value>,
    /// Who may answer; anyone where nobody is named.
    pub approvers: Vec<String>,
    /// When it was asked, in microseconds since 1970.
    pub opened_us: i64,
    /// When it ends by itself, in microseconds since 1970; none where it does not.
    pub deadline_us: Option<i64>,
}

/// An event that a run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Awaited {
    /// The run.
    pub run: RunId,
    /// The step that waits.
    pub step: StepId,
    /// The file of its graph, absolute.
    pub path: String,
    /// The graph, if that file is open.
    pub graph: Option<GraphId>,
    /// The tool.
    pub tool: ToolName,
    /// The node.
    pub node: NodeId,
    /// The event's type.
    pub event: String,
    /// Since when it waits, in microseconds since 1970.
    pub opened_us: i64,
    /// When it ends by itself, in microseconds since 1970; none where it does not.
    pub deadline_us: Option<i64>,
}

/// A node that did something else in one run than in another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeDifference {
    /// The node.
    pub node: NodeId,
    /// How often it ran in each of them.
    pub times: (usize, usize),
    /// The first of its executions that differ, from 1.
    pub at: usize,
    /// That execution in the first run; none where there was none.
    pub one: Option<StepDetail>,
    /// The same in the second.
    pub other: Option<StepDetail>,
}

/// A cassette as the text of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CassetteText {
    /// What the file may be called.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A test that was made of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MadeTest {
    /// The name of the case.
    pub name: String,
    /// The test file, which has one case more.
    pub file: String,
    /// The cassette beside it.
    pub cassette: String,
}
