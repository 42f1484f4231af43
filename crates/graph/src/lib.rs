//! The document and its edits, with undo. Knows nothing of files, of expressions, or of what a kind of node does.
//!
//! A [`Graph`] is the content of one graph file in the newest shape (shape E). It changes only through
//! [`Document::apply`], which takes an [`Edit`] and keeps its inverse. The fields of a node stay the JSON that the file
//! holds, so that nothing unknown is lost; what a field means is for `nodes` to say.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod check;
mod clip;
mod compose;
mod diff;
mod document;
mod edge;
mod edit;
mod id;
mod layout;
mod model;
mod path;
mod problem;
mod server;

pub use check::{check, nearest};
pub use clip::Clip;
pub use compose::{
    FreeIds, add_node, connect, disconnect, duplicate_node, free_id, insert_on_edge, reconnect, remove_node, remove_nodes, route_through,
    splice_out,
};
pub use diff::{Diff, Fate, FieldDiff, NodeDiff, ToolDiff, diff, diff_values, edit_between};
pub use document::Document;
pub use edge::{Edge, Port};
pub use edit::{Edit, Error};
pub use id::{ItemId, NodeId, ServerName, ToolName};
pub use layout::{Bookmark, Drawing, Item, ItemContent, Layout, LayoutEdit, Spot};
pub use model::{About, ExecutionLimits, Fields, Graph, Node, NotShapeE, Tool};
pub use path::{Path, PathError, Segment};
pub use problem::{Problem, Severity};
pub use server::{Remote, ServerEntry, Transport, Treat};
