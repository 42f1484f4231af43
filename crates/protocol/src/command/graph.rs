//! Commands about graph files.

use ::graph::{Edit, LayoutEdit};
use serde::{Deserialize, Serialize};

use super::command;
use crate::view::{GraphId, GraphView, Side, TextView, VersionId, Workspace};

command! {
    /// What is open, and what was open lately.
    GetWorkspace, "workspace.get" -> Workspace {}
}

command! {
    /// Opens a graph file, or gives the one that is open.
    OpenGraph, "graph.open" -> GraphView {
        /// The file's path; relative to the app's working folder.
        path: String,
    }
}

command! {
    /// Closes a graph. Its runs are stopped.
    CloseGraph, "graph.close" -> () {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Makes a change that a person made on the canvas or in the inspector: in the graph's text, in its layout, or in both,
    /// as one step of undo. It is saved within a second. The reply is the revision that it led to.
    EditGraph, "graph.edit" -> u64 {
        /// The graph.
        graph: GraphId,
        /// What a person would call it, such as `move 3 nodes`.
        label: String,
        /// The change of the graph.
        edit: Option<Edit>,
        /// The change of the layout.
        layout: Option<LayoutEdit>,
        /// Changes with the same number are one step of undo, such as the letters typed into one field.
        gesture: Option<u64>,
    }
}

/// A step of undo or redo that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stepped {
    /// What it took back, or made again, as a person calls it.
    pub label: String,
    /// The revision that it led to.
    pub revision: u64,
}

command! {
    /// Takes the last change back; the reply is what it was, none where there is nothing to take back.
    UndoGraph, "graph.undo" -> Option<Stepped> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Makes the last change again that was taken back.
    RedoGraph, "graph.redo" -> Option<Stepped> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// The text of a graph's file.
    GetText, "graph.text" -> TextView {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Replaces the text of a graph's file by what a person typed, as a step of undo. A text that is not YAML is refused
    /// with its place. Where the graph has changed since, both changes are kept; in lines that both changed, what was typed
    /// wins. The reply is the text that came of it.
    SetText, "graph.setText" -> TextView {
        /// The graph.
        graph: GraphId,
        /// The whole text.
        text: String,
        /// The revision that the person saw.
        base: u64,
        /// As for [`EditGraph`].
        gesture: Option<u64>,
    }
}

command! {
    /// Makes a new graph file, and opens it. An existing file is refused.
    NewGraph, "graph.new" -> GraphView {
        /// The file's path; relative to the app's working folder.
        path: String,
        /// What it holds; none for one tool that does nothing yet.
        text: Option<String>,
    }
}

command! {
    /// Makes a graph file of a version of another, or of the other as it stands, and opens it. An existing file is refused.
    ForkGraph, "graph.fork" -> GraphView {
        /// The graph.
        graph: GraphId,
        /// The version; none for the graph as it stands.
        version: Option<VersionId>,
        /// The new file's path; relative to the app's working folder.
        path: String,
    }
}

command! {
    /// Chooses between what was changed here and what another program wrote, as a step of undo. The reply is the revision
    /// that it led to.
    ResolveConflict, "graph.resolve" -> u64 {
        /// The graph.
        graph: GraphId,
        /// The revision that the person saw; another is refused, since its hunks are others.
        revision: u64,
        /// One for each hunk, in their order.
        sides: Vec<Side>,
    }
}
