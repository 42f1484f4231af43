//! What is wrong with a graph, and what would mend it. Not an error: a graph with problems still opens.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{NodeId, Path, ToolName};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The tool that holds it cannot run.
    Error,
    /// It runs, perhaps not as meant.
    Warning,
}

/// One thing that is wrong, with its place and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Whether the tool can still run.
    pub severity: Severity,
    /// The tool that holds it; none for what belongs to the whole file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tool: Option<ToolName>,
    /// The node that holds it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub node: Option<NodeId>,
    /// Where it is, from the root of the graph in shape E: `tools[0].nodes[2].next`.
    pub path: Path,
    /// The bytes inside the string at `path` that it is about, for an expression.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within: Option<Range<usize>>,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What would mend it, likewise.
    pub remedy: String,
}

impl Problem {
    /// An error at `path`.
    #[must_use]
    pub fn error(path: Path, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Error, tool: None, node: None, path, within: None, message: message.into(), remedy: remedy.into() }
    }

    /// A warning at `path`.
    #[must_use]
    pub fn warning(path: Path, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, message, remedy) }
    }

    /// The same problem, said to be in this tool.
    #[must_use]
    pub fn in_tool(mut self, tool: &ToolName) -> Self {
        self.tool = Some(tool.clone());
        self
    }

    /// The same problem, said to be in this node.
    #[must_use]
    pub fn in_node(mut self, node: &NodeId) -> Self {
        self.node = Some(node.clone());
        self
    }

    /// The same problem, narrowed to these bytes of the string at its path.
    #[must_use]
    pub fn within(mut self, bytes: Range<usize>) -> Self {
        self.within = Some(bytes);
        self
    }

    /// Whether the tool that holds it cannot run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
