//! Commands about MCP servers.

use ::graph::ServerName;

use super::command;
use crate::view::{GraphId, ServerMessage, ServerTool, ServerView};
use serde_json::Value;

command! {
    /// The servers of a graph, as they stand.
    ListServers, "server.list" -> Vec<ServerView> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// The last messages between us and a server, oldest first, with nothing secret in them.
    ListTraffic, "server.traffic" -> Vec<ServerMessage> {
        /// The graph.
        graph: GraphId,
        /// The server.
        server: ServerName,
        /// Only those after this number; 0 for all that are kept.
        after: u64,
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

command! {
    /// The tools of a server, which is started where it does not run.
    ListServerTools, "server.tools" -> Vec<ServerTool> {
        /// The graph.
        graph: GraphId,
        /// The server.
        server: ServerName,
    }
}

command! {
    /// Calls a tool of a server, outside any run. The reply is MCP's `CallToolResult`.
    CallServerTool, "server.call" -> Value {
        /// The graph.
        graph: GraphId,
        /// The server.
        server: ServerName,
        /// The tool.
        tool: String,
        /// Its arguments, an object.
        arguments: Value,
    }
}
