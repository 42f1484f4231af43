//! Where the edges of a node are written. The places are the same whatever the node's kind, so that a graph can be drawn
//! and rewired without knowing what its nodes do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Node, NodeId, Path};

/// A place in a node that names the node to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Port {
    /// `next`: after the node is done; a switch's default.
    Next,
    /// `conditions[i].next`: when the rule is the first that holds.
    Case(usize),
    /// `branches[i]`: one of the branches that run at once.
    Branch(usize),
    /// `body`: for each item.
    Body,
    /// `join`: when the branches or the items are done.
    Join,
    /// `onError`: when the node fails.
    OnError,
    /// `onReject`: when the person says no.
    OnReject,
}

/// The ports that are one string field of the node.
const SINGLE: [(&str, Port); 5] =
    [("next", Port::Next), ("body", Port::Body), ("join", Port::Join), ("onError", Port::OnError), ("onReject", Port::OnReject)];

/// An edge out of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// Where it leaves.
    pub port: Port,
    /// Where it goes.
    pub to: NodeId,
}

impl Port {
    /// Where the port is written, from the node down.
    #[must_use]
    pub fn path(self) -> Path {
        match self {
            Port::Case(i) => Path::root().key("conditions").index(i).key("next"),
            Port::Branch(i) => Path::root().key("branches").index(i),
            Port::Next => Path::root().key("next"),
            Port::Body => Path::root().key("body"),
            Port::Join => Path::root().key("join"),
            Port::OnError => Path::root().key("onError"),
            Port::OnReject => Path::root().key("onReject"),
        }
    }
}

impl Node {
    /// The edges out of this node, in the order of the ports.
    #[must_use]
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        let mut push = |port, value: Option<&Value>| {
            if let Some(to) = value.and_then(Value::as_str) {
                edges.push(Edge { port, to: to.into() });
            }
        };
        for (i, case) in self.list("conditions").iter().enumerate() {
            push(Port::Case(i), case.get("next"));
        }
        for (i, branch) in self.list("branches").iter().enumerate() {
            push(Port::Branch(i), Some(branch));
        }
        for (field, port) in SINGLE {
            push(port, self.fields.get(field));
        }
        edges.sort_by_key(|edge| edge.port);
        edges
    }

    /// Where the edge out of `port` goes.
    #[must_use]
    pub fn target(&self, port: Port) -> Option<NodeId> {
        port.path().find(&Value::Object(self.fields.clone())).and_then(Value::as_str).map(NodeId::from)
    }

    fn list(&self, field: &str) -> &[Value] {
        self.fields.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
