//! Commands about graph files.

use super::command;
use crate::view::{GraphId, GraphView, Workspace};

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
