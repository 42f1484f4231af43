//! Which nodes and edges of a graph its cases walked through.

use std::collections::BTreeMap;

use graph::{Graph, NodeId, Port, ToolName};
use runner::Played;
use serde::Serialize;

/// How much of a tool was walked through.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCoverage {
    /// The tool.
    pub tool: ToolName,
    /// Its nodes, in the order of the file.
    pub nodes: Vec<NodeCoverage>,
    /// Its edges, in the order of the file; each way of a switch is one.
    pub edges: Vec<EdgeCoverage>,
}

/// How often a node was executed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeCoverage {
    /// The node.
    pub node: NodeId,
    /// How often.
    pub times: u64,
}

/// How often an edge was taken.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EdgeCoverage {
    /// The node that it leaves.
    pub from: NodeId,
    /// Where it is written in that node.
    pub port: String,
    /// Where it leads.
    pub to: NodeId,
    /// How often.
    pub times: u64,
}

impl ToolCoverage {
    /// How many nodes were executed, of how many.
    #[must_use]
    pub fn nodes_covered(&self) -> (usize, usize) {
        (self.nodes.iter().filter(|node| node.times > 0).count(), self.nodes.len())
    }

    /// How many edges were taken, of how many.
    #[must_use]
    pub fn edges_covered(&self) -> (usize, usize) {
        (self.edges.iter().filter(|edge| edge.times > 0).count(), self.edges.len())
    }
}

/// Nodes and edges that runs went through, and how often.
#[derive(Debug, Default)]
pub(super) struct Walked {
    nodes: BTreeMap<(ToolName, NodeId), u64>,
    edges: BTreeMap<(ToolName, NodeId, Port), u64>,
}

impl Walked {
    /// Counts a run, and those that it started.
    pub(super) fn walk(&mut self, played: &Played) {
        let plan = played.run.plan();
        let id = |node| plan.node(node).id.clone();
        for step in played.run.steps() {
            *self.nodes.entry((plan.tool.clone(), id(step.node))).or_default() += 1;
            let left = step.left_by.map(|port| (step.node, port));
            for (node, port) in left.into_iter().chain(step.began_by) {
                *self.edges.entry((plan.tool.clone(), id(node), port)).or_default() += 1;
            }
        }
        played.children.iter().for_each(|child| self.walk(child));
    }

    pub(super) fn add(&mut self, other: Walked) {
        other.nodes.into_iter().for_each(|(node, times)| *self.nodes.entry(node).or_default() += times);
        other.edges.into_iter().for_each(|(edge, times)| *self.edges.entry(edge).or_default() += times);
    }

    /// What of a graph that is.
    pub(super) fn coverage(&self, graph: &Graph) -> Vec<ToolCoverage> {
        let tools = graph.tools.iter().map(|tool| {
            let node = |id: &NodeId| self.nodes.get(&(tool.name.clone(), id.clone())).copied().unwrap_or_default();
            let edge = |id: &NodeId, port| self.edges.get(&(tool.name.clone(), id.clone(), port)).copied().unwrap_or_default();
            let edges = tool.nodes.iter().flat_map(|node| node.edges().into_iter().map(move |edge| (&node.id, edge)));
            ToolCoverage {
                tool: tool.name.clone(),
                nodes: tool.nodes.iter().map(|at| NodeCoverage { node: at.id.clone(), times: node(&at.id) }).collect(),
                edges: edges
                    .map(|(from, at)| EdgeCoverage {
                        from: from.clone(),
                        port: at.port.path().to_string(),
                        times: edge(from, at.port),
                        to: at.to,
                    })
                    .collect(),
            }
        });
        tools.collect()
    }
}
