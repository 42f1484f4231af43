//! What is kept of a run beside its events, as plain values.

use std::sync::Arc;

use run::{Moment, Outcome, Part, State, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The text of a graph, with the hash that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphText {
    pub(crate) hash: String,
    pub(crate) text: Arc<str>,
}

impl GraphText {
    /// A text, hashed.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { hash: crate::body::hash(text.as_bytes()), text }
    }

    /// SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A run that begins.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its number, which no other run has; the microseconds since 1970 at which it began, or a few more.
    pub id: u64,
    /// The graph's file, absolute.
    pub file: String,
    /// The tool.
    pub tool: String,
    /// The graph that it runs.
    pub graph: GraphText,
    /// How much of the tool it does.
    pub part: Part,
    /// The run, and the step in it, that it was forked from.
    pub parent: Option<(u64, StepId)>,
    /// The run that it is a part of, where it is one.
    pub caller: Option<Caller>,
    /// When it began.
    pub started: Moment,
}

/// Whose part a run is that a step of another has started: it is kept as long as that one, and goes on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// The run.
    pub run: u64,
    /// The step.
    pub step: StepId,
    /// The run that nobody has called, above all these.
    pub family: u64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct End {
    /// When.
    pub at: Moment,
    /// What came of it.
    pub outcome: Outcome,
    /// How many steps it had.
    pub steps: u64,
}

/// What is kept of a run beside its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// Its number.
    pub id: u64,
    /// The graph's file, absolute.
    pub file: String,
    /// The tool.
    pub tool: String,
    /// The hash of the graph that it ran.
    pub graph: String,
    /// Where it stands.
    pub state: State,
    /// How much of the tool it does.
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    pub part: Part,
    /// The run that it was forked from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
    /// The step of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_step: Option<StepId>,
    /// The run that it is a part of, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
    /// When it began.
    pub started: Moment,
    /// When it ended; none while it goes on.
    pub ended: Option<Moment>,
    /// How many steps it had; none while it goes on.
    pub steps: Option<u64>,
    /// How many events are kept of it.
    pub events: u64,
    /// How many bytes of JSON they are; none while it goes on.
    pub bytes: Option<u64>,
    /// Whether no process drives it, though it has not ended.
    #[serde(default)]
    pub is_adrift: bool,
}

/// Which runs are wanted. The default is the latest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of the graph in this file.
    pub file: Option<String>,
    /// Of this tool.
    pub tool: Option<String>,
    /// In one of these states; empty for all.
    pub states: Vec<State>,
    /// Begun then or later.
    pub since: Option<Moment>,
    /// Begun then or before.
    pub until: Option<Moment>,
    /// With words in their inputs or outputs that begin so.
    pub text: Option<String>,
    /// Started by steps of this run. Without it those that are a part of another are found by their words alone.
    pub caller: Option<u64>,
    /// Older than this one, to go on with a list.
    pub before: Option<u64>,
    /// At most so many; 0 for all.
    pub limit: u64,
}

/// A question to a person that a run waits for, or an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// The run.
    pub run: u64,
    /// The step that asks.
    pub step: StepId,
    /// Its node.
    pub node: String,
    /// Whether it asks what is to become of a call of which nobody knows whether it happened; otherwise it asks what its
    /// node says.
    #[serde(default)]
    pub is_uncertain: bool,
    /// The type of the event, where it is one that is waited for: nobody is asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Who may answer; anyone where nobody is named.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// What is asked.
    pub message: String,
    /// The form, as JSON Schema; none for yes or no.
    pub schema: Option<Value>,
    /// Until when it can be answered.
    pub deadline: Option<Moment>,
    /// When it was asked.
    pub opened: Moment,
}

/// Something that a run was told from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    /// The run.
    pub run: u64,
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: Value,
    /// When it came.
    pub at: Moment,
}
