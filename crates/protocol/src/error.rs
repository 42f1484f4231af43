//! An error as the window sees it.

use serde::{Deserialize, Serialize};

/// What the window acts on. Most errors are only shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    /// To be shown as it is.
    Failed,
    /// The graph or the run is not there any more: drop it.
    Gone,
    /// The arguments do not fit the tool's schema: show it at the form.
    Arguments,
    /// The graph has problems that keep it from running: show them.
    Problems,
    /// The file is a workflow that can be imported: offer that.
    Workflow,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// What the window does about it.
    pub code: Code,
    /// What could not be done, and what would mend it.
    pub message: String,
    /// The causes, a line each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}
