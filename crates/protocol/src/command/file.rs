//! Commands about files beside the open ones: examples, imports, what lies in the same folder, what was open lately.

use ::graph::ToolName;

use super::command;
use crate::view::{Example, GraphId, GraphView, Imported};

command! {
    /// The graphs that come with Patchbay.
    ListExamples, "example.list" -> Vec<Example> {}
}

command! {
    /// Makes a copy of an example that the person owns, and opens it.
    OpenExample, "example.open" -> GraphView {
        /// The example's name.
        name: String,
        /// The copy's path; none for a free name in the folder where new graphs go.
        path: Option<String>,
    }
}

command! {
    /// Makes a graph file of a canvas workflow in JSON, and opens it. The workflow's file stays as it is.
    ImportGraph, "graph.import" -> Imported {
        /// The workflow's path; relative to the app's working folder.
        path: String,
        /// The graph's path; none for a free name beside the workflow.
        into: Option<String>,
    }
}

command! {
    /// The other graph files in a graph's folder, by their paths, with the names of their tools; a hundred at most.
    ListBeside, "graph.beside" -> Vec<(String, Vec<ToolName>)> {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Takes a file from the list of those that were open lately. The file itself stays.
    ForgetFile, "recent.forget" -> () {
        /// The file's path, as the list has it.
        path: String,
    }
}
