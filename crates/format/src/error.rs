//! Why a graph file could not be changed. Problems of a file that can still be read are `graph::Problem`s instead.

use graph::Problem;

use crate::{Dialect, SyntaxError};

/// A change that could not be made. Graph and text are as they were.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The edit does not fit the graph.
    #[error(transparent)]
    Edit(#[from] graph::Error),
    /// The text is not YAML.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The file was read with errors, so that the graph is not all of it.
    #[error("the file has an error that must be mended first: {}: {}; {}", .0.path, .0.message, .0.remedy)]
    Unreadable(Box<Problem>),
    /// The file's own shape has no form for it.
    #[error("`{place}` cannot be written in {dialect}: {reason}; `patchbay upgrade FILE` rewrites the file in shape E, which can hold it")]
    Shape {
        /// The file's shape.
        dialect: Dialect,
        /// The node, and the field in it.
        place: String,
        /// What the shape says instead.
        reason: &'static str,
    },
    /// The text cannot be changed without a loss.
    #[error("the text cannot be changed to mean this without touching more than it must: {reason}; make the change in the text itself")]
    Text {
        /// What stands in the way.
        reason: String,
    },
    /// A change made for another text.
    #[error("this change was made for another text: byte {at} does not hold what it takes away; read the file again")]
    Stale {
        /// The byte, in the text that was given.
        at: usize,
    },
    /// A version of a file that is merged.
    #[error("{side} cannot be read")]
    Side {
        /// `base`, `ours` or `theirs`.
        side: &'static str,
        /// Why not.
        source: Box<Error>,
    },
    /// A file to be imported that is none.
    #[error("this is not a canvas workflow: {reason}; it is one object with `nodes` and `connections`")]
    Import {
        /// What is wrong.
        reason: String,
    },
    /// A list of servers that is not one.
    #[error("this is not a list of MCP servers: {reason}; write `{{\"mcpServers\": {{\"name\": {{\"command\": \"...\"}}}}}}`")]
    Servers {
        /// What is wrong.
        reason: String,
    },
}

impl Error {
    pub(crate) fn shape(dialect: Dialect, place: impl Into<String>, reason: &'static str) -> Self {
        Self::Shape { dialect, place: place.into(), reason }
    }

    pub(crate) fn text(reason: impl Into<String>) -> Self {
        Self::Text { reason: reason.into() }
    }
}
