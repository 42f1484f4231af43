//! Whether an edge may be drawn, by what every graph has in common; what a kind makes of an edge is found by the graph's
//! checks.

use graph::Port;

use super::{EdgeKey, NodeKey, Scene};

/// Why an edge may not be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The node has no input.
    NoInput,
    /// The node is the edge's own.
    Itself,
    /// What runs at once or for each item would begin where it ends.
    BeginsAtJoin,
    /// The node has no such port.
    NoPort,
}

impl Refusal {
    /// The refusal as a sentence.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Refusal::NoInput => "The tool begins here: nothing leads to an entry",
            Refusal::Itself => "A node cannot lead to itself",
            Refusal::BeginsAtJoin => "A branch cannot begin where the branches join",
            Refusal::NoPort => "The tool ends here: nothing leads on from an exit",
        }
    }
}

impl Scene {
    /// Why no edge may lead from this port to this node; none where it may.
    #[must_use]
    pub fn refusal(&self, from: NodeKey, port: Port, to: NodeKey) -> Option<Refusal> {
        let to_row = self.row(to)?;
        if from == to {
            return Some(Refusal::Itself);
        }
        if !self.nodes.has_input[to_row] {
            return Some(Refusal::NoInput);
        }
        let is_begin = |port: Port| matches!(port, Port::Branch(_) | Port::Body);
        let from_row = self.row(from)?;
        let others = self.nodes.edges[from_row].iter().filter_map(|edge| self.edge_row(*edge)).map(|row| &self.edges.rows[row]);
        let mut beside = others.filter(|edge| edge.from == from && edge.to == to).map(|edge| edge.port);
        let meets = beside.any(|other| (is_begin(port) && other == Port::Join) || (port == Port::Join && is_begin(other)));
        meets.then_some(Refusal::BeginsAtJoin)
    }

    /// The edge that leaves a node by a port.
    #[must_use]
    pub fn edge_from(&self, node: NodeKey, port: Port) -> Option<EdgeKey> {
        let row = self.row(node)?;
        self.nodes.edges[row]
            .iter()
            .copied()
            .find(|edge| self.edge_row(*edge).is_some_and(|at| self.edges.rows[at].from == node && self.edges.rows[at].port == port))
    }

    /// The port that a next node would follow: the first that leads nowhere yet, otherwise the first at all. Never the one
    /// for errors.
    #[must_use]
    pub fn next_port(&self, node: NodeKey) -> Option<Port> {
        let ports = &self.nodes.ports[self.row(node)?];
        let mut usual = ports.iter().copied().filter(|port| !matches!(port, Port::OnError | Port::OnReject));
        usual.clone().find(|port| self.edge_from(node, *port).is_none()).or_else(|| usual.next())
    }

    /// Whether nothing leads to a node, and it leads nowhere.
    #[must_use]
    pub fn is_loose(&self, node: NodeKey) -> bool {
        self.row(node).is_some_and(|row| self.nodes.edges[row].is_empty())
    }
}
