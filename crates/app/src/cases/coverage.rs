//! Which nodes and edges of a graph its cases walked through.

use std::collections::BTreeMap;

use graph::{Graph, NodeId, Port, ToolName};
use protocol::{EdgeCoverage, NodeCoverage, ToolCoverage};
use runner::Played;

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
