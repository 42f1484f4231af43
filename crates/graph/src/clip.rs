//! Nodes on their way from one tool to another. Knows nothing of how they are written or of what their expressions read.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Error, Graph, Layout, Node, NodeId, Spot, ToolName};

/// Nodes that were copied, and where they stood where that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// The nodes, with all their edges.
    pub nodes: Vec<Node>,
    /// The upper left corners.
    pub places: IndexMap<NodeId, Spot>,
}

impl Clip {
    /// The nodes of a tool, in the order of the file.
    ///
    /// # Errors
    /// Where a node is not there.
    pub fn of(graph: &Graph, tool: &ToolName, ids: &[NodeId], layout: Option<&Layout>) -> Result<Self, Error> {
        let holder = graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
        if let Some(id) = ids.iter().find(|id| holder.node(id.as_str()).is_none()) {
            return Err(Error::NoNode { tool: tool.clone(), node: id.clone() });
        }
        let nodes: Vec<Node> = holder.nodes.iter().filter(|node| ids.contains(&node.id)).map(|node| Node::clone(node)).collect();
        let drawing = layout.and_then(|layout| layout.drawing(tool.as_str()));
        let place = |node: &Node| Some((node.id.clone(), *drawing?.nodes.get(&node.id)?));
        Ok(Self { places: nodes.iter().filter_map(place).collect(), nodes })
    }

    /// The upper left corner of all of it; none where no place is known.
    #[must_use]
    pub fn corner(&self) -> Option<Spot> {
        self.places.values().copied().reduce(|a, b| Spot { x: a.x.min(b.x), y: a.y.min(b.y) })
    }
}
