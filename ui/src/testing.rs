//! What a person looks at of a graph's tests, and how a dry run is to be made, as signals.

use std::collections::HashMap;
use std::sync::Arc;

use graph::{NodeId, Port, ToolName, Treat};
use leptos::prelude::*;
use protocol::{Failed, GraphId, GraphTests, RunId, ToolCoverage, Treated};

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Testing {
    /// What the tests came to that were run last.
    pub(crate) told: RwSignal<Option<TestsOf>>,
    /// Why they could not be run.
    pub(crate) failed: RwSignal<Option<Failed>>,
    /// The graph whose tests are being run; none while none are.
    pub(crate) running: RwSignal<Option<GraphId>>,
    /// Whether no further case is to be begun of those.
    pub(crate) is_stopping: RwSignal<bool>,
    /// Whether the canvas shows what they walked through.
    pub(crate) is_covered: RwSignal<bool>,
    /// How tools are taken in the next dry run of a graph, whatever anybody else says.
    treats: RwSignal<Vec<(GraphId, Treated)>>,
    /// The run whose answers stand in, of a tool.
    answers: RwSignal<Vec<(GraphId, ToolName, RunId)>>,
}

/// What the tests of a graph came to. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TestsOf {
    /// The graph.
    pub(crate) graph: GraphId,
    /// What it was when they were run: something else may be there by now.
    pub(crate) revision: u64,
    /// What they came to.
    pub(crate) tests: Arc<GraphTests>,
}

impl Testing {
    /// As it is before any test.
    pub(crate) fn new() -> Self {
        Self {
            told: RwSignal::new(None),
            failed: RwSignal::new(None),
            running: RwSignal::new(None),
            is_stopping: RwSignal::new(false),
            is_covered: RwSignal::new(false),
            treats: RwSignal::new(Vec::new()),
            answers: RwSignal::new(Vec::new()),
        }
    }

    /// How the next dry run of a graph takes a tool; none where a person has not said.
    pub(crate) fn treat(self, graph: GraphId, server: &str, tool: &str) -> Option<Treat> {
        let is_of = |(of, treated): &&(GraphId, Treated)| *of == graph && treated.server.as_str() == server && treated.tool == tool;
        self.treats.with(|treats| treats.iter().find(is_of).map(|(_, treated)| treated.treat))
    }

    /// Says how the next dry runs of a graph take a tool.
    pub(crate) fn set_treat(self, graph: GraphId, server: &str, tool: &str, treat: Option<Treat>) {
        self.treats.update(|treats| {
            treats.retain(|(of, treated)| !(*of == graph && treated.server.as_str() == server && treated.tool == tool));
            treats.extend(treat.map(|treat| (graph, Treated { server: server.into(), tool: tool.to_owned(), treat })));
        });
    }

    /// All that a person has said of a graph's tools.
    pub(crate) fn treats(self, graph: GraphId) -> Vec<Treated> {
        self.treats.with(|treats| treats.iter().filter(|(of, _)| *of == graph).map(|(_, treated)| treated.clone()).collect())
    }

    /// The run whose answers stand in for what a dry run of a tool holds back.
    pub(crate) fn answers(self, graph: GraphId, tool: &ToolName) -> Option<RunId> {
        self.answers.with(|answers| answers.iter().find(|(of, named, _)| *of == graph && named == tool).map(|(_, _, run)| *run))
    }

    /// Chooses that run.
    pub(crate) fn set_answers(self, graph: GraphId, tool: &ToolName, run: Option<RunId>) {
        self.answers.update(|answers| {
            answers.retain(|(of, named, _)| !(*of == graph && named == tool));
            answers.extend(run.map(|run| (graph, tool.clone(), run)));
        });
    }
}

/// How often tests walked through the nodes of a tool and along its edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Walked {
    nodes: HashMap<NodeId, u32>,
    edges: HashMap<(NodeId, String), u32>,
}

impl Walked {
    /// As it was told.
    pub(crate) fn of(coverage: &ToolCoverage) -> Self {
        let times = |times: u64| u32::try_from(times).unwrap_or(u32::MAX);
        Self {
            nodes: coverage.nodes.iter().map(|node| (node.node.clone(), times(node.times))).collect(),
            edges: coverage.edges.iter().map(|edge| ((edge.from.clone(), edge.port.clone()), times(edge.times))).collect(),
        }
    }

    /// How often a node was executed; none for one that was not there when the tests were run.
    pub(crate) fn node(&self, id: &NodeId) -> Option<u32> {
        self.nodes.get(id).copied()
    }

    /// How often the edge was taken that leaves a node by a port.
    pub(crate) fn edge(&self, from: &NodeId, port: Port) -> Option<u32> {
        self.edges.get(&(from.clone(), port.path().to_string())).copied()
    }
}

/// A share as one says it: `5 of 6 nodes`.
pub(crate) fn share((covered, all): (usize, usize), thing: &str) -> String {
    format!("{covered} of {}", crate::text::count(all, thing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{EdgeCoverage, NodeCoverage};

    #[test]
    fn an_edge_is_found_by_the_port_that_it_leaves_by() {
        let coverage = ToolCoverage {
            tool: "t".into(),
            nodes: vec![NodeCoverage { node: "a".into(), times: 2 }],
            edges: vec![EdgeCoverage { from: "a".into(), port: "conditions[0].next".to_owned(), to: "b".into(), times: 0 }],
        };
        let walked = Walked::of(&coverage);
        let found =
            [walked.edge(&"a".into(), Port::Case(0)), walked.edge(&"a".into(), Port::Next), walked.edge(&"b".into(), Port::Case(0))];
        assert_eq!(found, [Some(0), None, None], "never is something else than unknown");
        assert_eq!((walked.node(&"a".into()), walked.node(&"new".into())), (Some(2), None));
        assert_eq!(share(coverage.edges_covered(), "edge"), "0 of 1 edge");
    }
}
