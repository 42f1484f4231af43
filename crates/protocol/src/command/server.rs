//! Commands about MCP servers.

use ::graph::ServerName;

use super::command;
use crate::view::{GraphId, ServerView};

command! {
    /// The servers of a graph, as they stand.
    ListServers, "server.list" -> Vec<ServerView> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Ends a server, if it runs, and starts it anew.
    RestartServer, "server.restart" -> () {
        /// The graph.
        graph: GraphId,
        /// The server.
        server: ServerName,
    }
}
