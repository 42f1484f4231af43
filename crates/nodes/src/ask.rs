//! What a node asks of the world, and what the world answers: values that can be stored and replayed.

use std::sync::Arc;

use graph::{Port, ServerName, ToolName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a node asks for when its turn has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "ask")]
pub enum Ask {
    /// Nothing: this is its output.
    Done {
        /// The output.
        output: Arc<Value>,
    },
    /// To go on by one of its ports.
    Choose {
        /// The port.
        port: Port,
    },
    /// A tool of an MCP server.
    Call {
        /// The server.
        server: ServerName,
        /// The tool's name on that server.
        tool: String,
        /// Its arguments, an object.
        args: Arc<Value>,
    },
    /// A tool of a graph, run as a run of its own.
    Run {
        /// Which tool.
        tool: ToolRef,
        /// Its arguments, an object.
        args: Arc<Value>,
    },
    /// Time to pass.
    Wait {
        /// Until when.
        until: Until,
    },
    /// An event.
    Hear {
        /// Its type.
        event: Arc<str>,
    },
    /// A person's word.
    Approve {
        /// What is asked.
        approval: Arc<Approval>,
    },
    /// An event to be told to whoever waits for it.
    Emit {
        /// Its type.
        event: Arc<str>,
        /// What is told with it.
        detail: Arc<Value>,
    },
    /// All its branches.
    Fork {
        /// When they are enough.
        policy: Policy,
        /// How many may be under way at once.
        at_once: usize,
    },
    /// Its body, once for each item.
    Each {
        /// The items.
        items: Arc<Vec<Value>>,
        /// How many may be under way at once.
        at_once: usize,
    },
    /// The end of the tool.
    End,
}

/// The tool that a `call` node runs: `tool`, or `file#tool`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolRef {
    /// The graph file, relative to the one that calls; none for the same file.
    pub file: Option<String>,
    /// The tool.
    pub tool: ToolName,
}

/// Until when a node waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Until {
    /// For so many milliseconds from now.
    For(u64),
    /// For a point in time, in milliseconds since 1970.
    At(i64),
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// The question.
    pub message: String,
    /// JSON Schema of the form; none where a yes or a no is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Arc<Value>>,
    /// How long the answer may take, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Who may answer; anyone where nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
}

/// What a person says to an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "reply")]
pub enum Reply {
    /// Yes.
    Approved {
        /// What was filled in.
        values: Arc<Value>,
        /// Who it was, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// No.
    Rejected {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who it was, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
}

impl Reply {
    /// Who it was, where that is known.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        match self {
            Reply::Approved { by, .. } | Reply::Rejected { by, .. } => by.as_deref(),
        }
    }
}

/// An event that was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    /// What tells it from others; the same where it is told once more after a crash.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event: Arc<str>,
    /// What was told with it.
    #[serde(default)]
    pub detail: Arc<Value>,
}

/// When the branches of a `parallel` node are enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Policy {
    /// When all have succeeded; the first failure is the node's.
    All,
    /// When one has succeeded; the others are cancelled.
    Any,
    /// When so many have succeeded; the others are cancelled.
    AtLeast(usize),
}

impl Policy {
    /// How many of `branches` must succeed.
    #[must_use]
    pub fn needed(self, branches: usize) -> usize {
        match self {
            Policy::All => branches,
            Policy::Any => 1.min(branches),
            Policy::AtLeast(n) => n.min(branches),
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "answer", content = "value")]
pub enum Answer {
    /// From a server's tool.
    Tool(ToolResult),
    /// From a run, a join, or a wait.
    Value(Arc<Value>),
    /// From a person.
    Person(Reply),
}

/// The result of a tool of an MCP server, whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolResult {
    /// All content items, as MCP's JSON.
    pub content: Vec<Value>,
    /// `structuredContent`. `null` is a value of it, so that a journal gives back what it was given.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub structured: Option<Value>,
    /// Whether the tool says that it failed.
    #[serde(default)]
    pub is_error: bool,
}

/// A field that is there, `null` included.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl ToolResult {
    /// The text items, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.content.iter().filter_map(|item| item.get("text").and_then(Value::as_str)).collect();
        texts.join("\n")
    }
}
