//! Commands that read a text without keeping anything of it: the window knows no YAML.

use graph::{Clip, NodeId, ToolName};

use super::command;
use crate::view::{Lines, Reading};

command! {
    /// Reads a text as a graph file of any shape.
    ReadText, "text.read" -> Reading {
        /// The text.
        text: String,
    }
}

command! {
    /// Reads nodes that were copied.
    ReadClip, "text.clip" -> Clip {
        /// What was copied: a list of nodes, one node, a tool, or a graph file with one tool.
        text: String,
    }
}

command! {
    /// Where a node stands in a text; none where it is not there, or the text cannot be read.
    FindNode, "text.find" -> Option<Lines> {
        /// The text.
        text: String,
        /// The tool.
        tool: ToolName,
        /// Its node.
        node: NodeId,
    }
}

command! {
    /// The node on a line of a text, with its tool.
    NodeAtLine, "text.node" -> Option<(ToolName, NodeId)> {
        /// The text.
        text: String,
        /// The line, from 1.
        line: usize,
    }
}
