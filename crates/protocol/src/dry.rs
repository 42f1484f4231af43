//! Dry runs: what one asked for, whether it happened, who says so, and what stood in for the answer.

use std::sync::Arc;

use graph::{ServerName, Treat};
use run::StepId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a tool is taken in a dry run, whatever anybody else says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treated {
    /// The server.
    pub server: ServerName,
    /// The tool's name on that server.
    pub tool: String,
    /// As what it is taken.
    pub treat: Treat,
}

/// Something that a dry run asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryCall {
    /// The request, as it would have been made.
    #[serde(flatten)]
    pub request: DryRequest,
    /// The step that asked; in a tool that the run calls, the step that called it. None where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    /// Whether it happened, since it only reads.
    pub happened: bool,
    /// Who says so.
    pub because: Because,
    /// What it was answered with, where it did not happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<StandIn>,
    /// That answer: the structured value, the text, or MCP's items; of a failure its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Arc<Value>>,
}

/// A request that may change something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DryRequest {
    /// A tool of a server.
    Call {
        /// The server.
        server: ServerName,
        /// The tool's name on that server.
        tool: String,
        /// Its arguments.
        arguments: Arc<Value>,
    },
    /// That an event is told.
    Emit {
        /// Its type.
        emit: Arc<str>,
        /// What is told with it.
        detail: Arc<Value>,
    },
}

/// Who says whether a tool reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Because {
    /// Whoever started the run.
    Asked,
    /// `treat` in the server's entry.
    Entry,
    /// The server, by `readOnlyHint`.
    Hint,
    /// Nobody.
    Unknown,
}

/// What stands in for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StandIn {
    /// An answer of the cassette.
    Cassette,
    /// A value that fits the tool's output schema.
    Schema,
    /// A text that says that it was not called.
    Text,
    /// Nothing could be found; the step failed.
    Nothing,
}
