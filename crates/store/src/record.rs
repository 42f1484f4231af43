//! What is kept of a run beside its events, as plain values.

use std::sync::Arc;

use run::{Moment, Outcome, Part, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// It is under way.
    Running,
    /// It waits for a time, a person or a signal.
    Waiting,
    /// A call was in flight when the process died, and somebody has to say what became of it.
    Uncertain,
    /// It has its result.
    Done,
    /// It failed.
    Failed,
    /// It was stopped.
    Stopped,
}

impl State {
    /// All of them, those that go on first.
    pub const ALL: [State; 6] = [State::Running, State::Waiting, State::Uncertain, State::Done, State::Failed, State::Stopped];

    /// The state as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::Running => "running",
            State::Waiting => "waiting",
            State::Uncertain => "uncertain",
            State::Done => "done",
            State::Failed => "failed",
            State::Stopped => "stopped",
        }
    }

    /// The state that a word names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state that an outcome leaves.
    #[must_use]
    pub fn after(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done { .. } => State::Done,
            Outcome::Failed { .. } => State::Failed,
            Outcome::Stopped { .. } => State::Stopped,
        }
    }
}

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
    /// When it began.
    pub started: Moment,
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
    /// Older than this one, to go on with a list.
    pub before: Option<u64>,
    /// At most so many; 0 for all.
    pub limit: u64,
}

/// A question to a person that a run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// The run.
    pub run: u64,
    /// The step that asks.
    pub step: StepId,
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
