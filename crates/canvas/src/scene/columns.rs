//! The columns: what every frame reads is dense, what only a near look reads is beside it.

use graph::{NodeId, Port};

use super::{CARD_HEIGHT, CARD_WIDTH, EdgeKey, NodeKey, NodeSpec, PORT_STEP, route};
use crate::{Cubic, Point, Rect, geometry::pt};

/// The state of a node in the present run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It has not run.
    #[default]
    Idle,
    /// It runs now.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// The run ended without it.
    Skipped,
}

/// What a near look at a node reads.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeText {
    /// Its id in the graph.
    pub id: NodeId,
    /// One line on what it is set to do.
    pub summary: String,
    /// A word on its present run, such as how long it took; empty where there is nothing to say.
    pub note: String,
}

/// The nodes, one row each, in the order of painting.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// The key of each row.
    pub keys: Vec<NodeKey>,
    /// The left side of each card.
    pub x: Vec<f64>,
    /// The upper side of each card.
    pub y: Vec<f64>,
    /// The width of each card.
    pub w: Vec<f32>,
    /// The height of each card.
    pub h: Vec<f32>,
    /// The number of each node's kind.
    pub kind: Vec<u16>,
    /// The state of each node in the present run.
    pub status: Vec<Status>,
    /// Whether a problem was found in the node.
    pub faulty: Vec<bool>,
    /// What a near look reads.
    pub texts: Vec<NodeText>,
    /// The ports that edges leave from, from top to bottom.
    pub ports: Vec<Vec<Port>>,
    /// The edges that begin or end at each node.
    pub edges: Vec<Vec<EdgeKey>>,
}

/// One edge.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeRow {
    /// Its key.
    pub key: EdgeKey,
    /// Where it begins.
    pub from: NodeKey,
    /// Where it ends.
    pub to: NodeKey,
    /// The port that it leaves from.
    pub port: Port,
    /// The position of that port among its node's, from the top.
    pub port_at: usize,
    /// What is written at it; empty where there is nothing to say.
    pub label: String,
    /// What is drawn.
    pub curve: Vec<Cubic>,
    /// The curve as short straight lines, for hits.
    pub line: Vec<Point>,
    /// The box that the label is written in; none where there is none.
    pub label_box: Option<Rect>,
    /// The rectangle around the curve and the label.
    pub bounds: Rect,
}

impl EdgeRow {
    /// Whether the edge leads back, to a node on the left of its own.
    #[must_use]
    pub fn leads_back(&self) -> bool {
        route::leads_back(&self.curve)
    }
}

/// The edges, in the order of painting.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    /// One row each.
    pub rows: Vec<EdgeRow>,
}

/// The height of a card with this many ports.
pub(crate) fn card_height(ports: usize) -> f64 {
    CARD_HEIGHT.max(PORT_STEP * (ports as f64 + 1.0))
}

impl Nodes {
    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The card of the node in this row.
    #[must_use]
    pub fn rect(&self, row: usize) -> Rect {
        Rect::new(self.x[row], self.y[row], f64::from(self.w[row]), f64::from(self.h[row]))
    }

    /// Where edges enter the node in this row.
    #[must_use]
    pub fn input(&self, row: usize) -> Point {
        pt(self.x[row], self.y[row] + CARD_HEIGHT / 2.0)
    }

    /// Where edges leave the node in this row by its port at this position. A node with one port has it level with its
    /// input, so that a chain is drawn straight.
    #[must_use]
    pub fn output(&self, row: usize, port: usize) -> Point {
        let count = self.ports[row].len();
        let x = self.x[row] + f64::from(self.w[row]);
        if count <= 1 {
            return pt(x, self.y[row] + CARD_HEIGHT / 2.0);
        }
        let step = f64::from(self.h[row]) / (count as f64 + 1.0);
        pt(x, self.y[row] + step * (port as f64 + 1.0))
    }

    pub(super) fn push(&mut self, key: NodeKey, kind: u16, spec: NodeSpec) {
        self.keys.push(key);
        self.x.push(spec.at.x);
        self.y.push(spec.at.y);
        self.w.push(CARD_WIDTH as f32);
        self.h.push(card_height(spec.ports.len()) as f32);
        self.kind.push(kind);
        self.status.push(Status::Idle);
        self.faulty.push(false);
        self.texts.push(NodeText { id: spec.id, summary: spec.summary, note: String::new() });
        self.ports.push(spec.ports);
        self.edges.push(Vec::new());
    }

    pub(super) fn remove(&mut self, row: usize) {
        self.keys.remove(row);
        self.x.remove(row);
        self.y.remove(row);
        self.w.remove(row);
        self.h.remove(row);
        self.kind.remove(row);
        self.status.remove(row);
        self.faulty.remove(row);
        self.texts.remove(row);
        self.ports.remove(row);
        self.edges.remove(row);
    }
}
