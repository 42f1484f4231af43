//! Graph files as text: every dialect, no comment lost. Knows nothing of what a kind of node does.
//!
//! [`Source::parse`] reads a file of any published shape into a [`graph::Graph`]; [`Source::locate`] finds the lines of
//! any part of it again. [`Source::apply`] makes an edit in graph and text at once, and only changes
//! the lines that it must.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod apply;
mod bundle;
mod cases;
mod change;
mod clip;
mod dialect;
mod edit;
mod error;
mod import;
mod layout;
mod locate;
mod merge;
mod servers;
mod source;
mod upgrade;
mod yaml;

pub use bundle::{Bundle, File, bundle};
pub use cases::{Case, Claim, Expect, Fails, Reply, Stub, StubAnswer, TestFile, Told, is_test_name};
pub use change::{Splice, TextChange, diff};
pub use clip::{clip_text, copy, read_clip};
pub use dialect::Dialect;
pub use error::Error;
pub use import::{Import, Line, import};
pub use layout::{LayoutFault, LayoutSource};
pub use locate::Location;
pub use merge::{Conflict, LineMerge, LinePiece, Merge, Take, merge_lines, merge3};
pub use servers::{merge_servers, servers_from_mcp_json};
pub use source::Source;
pub use upgrade::new_text;
pub use yaml::SyntaxError;
