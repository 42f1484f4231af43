//! YAML as a tree in which every node knows its bytes. Knows nothing of graphs.
//!
//! Scalars are read by the core schema of YAML 1.2, exactly: `on`, `yes` and `1_000` are texts. Written text is quoted
//! wherever a reader of YAML 1.1 or 1.2 would take it for something else.

mod load;
mod marks;
mod offsets;
mod scalar;
mod tree;
mod write;

pub(crate) use load::parse;
pub(crate) use marks::{line_end, skip_blank, without_break};
pub(crate) use offsets::{bytes_in_source, column, position};
pub(crate) use tree::{At, Content, Entry, Item, Node, Note, Style, Tree};
pub(crate) use write::{Manner, Quotes, block_lines, is_plain, key_text, literal, scalar_text};

/// Text that is not YAML, or that no reader should take in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}; {remedy}")]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What would mend it, likewise.
    pub remedy: String,
}

impl SyntaxError {
    /// An error at a byte of the text.
    pub(crate) fn at(text: &str, byte: usize, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (line, column) = position(text, byte);
        Self { line, column, message: message.into(), remedy: remedy.into() }
    }
}
