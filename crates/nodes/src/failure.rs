//! Why a node failed, as a value that is shown to people and bound to `$error`.

use serde::{Deserialize, Serialize};

/// What a failure came from; decides whether another attempt can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// An expression or a rule of the node.
    Expression,
    /// An expression or a rule that ran past a limit of time, depth or size.
    Limit,
    /// Arguments or a result that do not fit their schema.
    Schema,
    /// The tool answered that it failed.
    Tool,
    /// The server could not be reached, or died.
    Server,
    /// The node's time ran out.
    Timeout,
    /// A run that this node had started.
    Run,
    /// The run was stopped.
    Cancelled,
    /// A person said no.
    Rejected,
    /// It is not known whether what was asked for has happened.
    Uncertain,
    /// The run's events could not be written down.
    Journal,
    /// The run did not come to the node that it was to end with.
    Unreached,
}

/// Why a node failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// What it came from.
    pub kind: FailureKind,
    /// What was tried and why it failed, in lower case and without a full stop.
    pub message: String,
    /// What would mend it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Failure {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), remedy: None }
    }

    /// The same failure with what would mend it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Whether the same attempt may go another way the next time.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self.kind {
            FailureKind::Tool | FailureKind::Server | FailureKind::Timeout | FailureKind::Run => true,
            FailureKind::Expression
            | FailureKind::Limit
            | FailureKind::Schema
            | FailureKind::Cancelled
            | FailureKind::Rejected
            | FailureKind::Uncertain
            | FailureKind::Journal
            | FailureKind::Unreached => false,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)?;
        match &self.remedy {
            Some(remedy) => write!(out, "; {remedy}"),
            None => Ok(()),
        }
    }
}
