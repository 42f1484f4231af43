//! Everything that can be wrong with a graph and be seen without running it or asking a server.

use graph::{Graph, Path, Problem};

/// How a graph is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Whether `input` is the tool's arguments in every expression (shapes A and B).
    pub input_alias: bool,
}

/// What is wrong with the drawing, the settings, the expressions and the rules, in the order of the file.
#[must_use]
pub fn check(graph: &Graph, options: CheckOptions) -> Vec<Problem> {
    let mut problems = graph::check(graph);
    for (i, tool) in graph.tools.iter().enumerate() {
        let at = Path::root().key("tools").index(i);
        problems.extend(crate::compile(graph, tool, &at, options.input_alias).1);
    }
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    problems.dedup();
    problems
}
