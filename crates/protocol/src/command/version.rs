//! Commands about the versions of a graph file.

use super::command;
use crate::view::{GraphId, VersionDetail, VersionId, VersionView};

command! {
    /// Keeps the graph as it stands under a name, for good.
    MakeCheckpoint, "version.checkpoint" -> VersionView {
        /// The graph.
        graph: GraphId,
        /// The name.
        name: String,
    }
}

command! {
    /// The versions of a graph, the latest first.
    ListVersions, "version.list" -> Vec<VersionView> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// A version with what is in it.
    GetVersion, "version.get" -> VersionDetail {
        /// The graph.
        graph: GraphId,
        /// The version.
        version: VersionId,
    }
}

command! {
    /// Makes the graph and its layout what they were in a version, as a step of undo. The reply is the revision that it
    /// led to.
    RestoreVersion, "version.restore" -> u64 {
        /// The graph.
        graph: GraphId,
        /// The version.
        version: VersionId,
    }
}
