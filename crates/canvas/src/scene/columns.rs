//! The columns: what every frame reads is dense, what only a near look reads is beside it.

use std::sync::Arc;

use graph::{Node, NodeId, Port};

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

/// A breakpoint, as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Runs are held there.
    Always,
    /// They are where a condition is true, or from some time on.
    Sometimes,
    /// They are not: it is switched off.
    Off,
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
    /// The breakpoint before each node.
    pub stop: Vec<Option<Stop>>,
    /// How often tests walked through each node; none where that is not shown.
    pub walked: Vec<Option<u32>>,
    /// What a near look reads.
    pub texts: Vec<NodeText>,
    /// What each node was last drawn from, where that is known.
    pub drawn_from: Vec<Option<Arc<Node>>>,
    /// Whether each node stands where the layout file says; otherwise where it found room.
    pub placed: Vec<bool>,
    /// Whether edges may lead to each node.
    pub has_input: Vec<bool>,
    /// The ports that edges leave from or could, from top to bottom.
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
    /// How often it was taken in the present run, where that is to be seen; 0 otherwise.
    pub count: u32,
    /// The breakpoint on it.
    pub stop: Option<Stop>,
    /// How often tests walked along it; none where that is not shown.
    pub walked: Option<u32>,
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

    /// Where the number stands that says how often it was taken: at its label's upper right corner, or in the middle of the way.
    #[must_use]
    pub fn count_at(&self) -> Option<Point> {
        let middle =
            || self.curve.get(self.curve.len() / 2).map(|piece| piece.at(if self.curve.len().is_multiple_of(2) { 0.0 } else { 0.5 }));
        self.label_box.map(|label| pt(label.right(), label.y)).or_else(middle)
    }

    /// Where the breakpoint on it is drawn: a little way from where it begins.
    #[must_use]
    pub fn stop_at(&self) -> Option<Point> {
        let mut way = STOP_WAY;
        for piece in self.line.windows(2) {
            let (from, to) = (piece[0], piece[1]);
            let length = (to.x - from.x).hypot(to.y - from.y);
            if length >= way {
                return Some(pt(from.x + (to.x - from.x) * way / length, from.y + (to.y - from.y) * way / length));
            }
            way -= length;
        }
        self.line.last().copied()
    }

    /// The rectangle around all that is drawn of it.
    pub(crate) fn extent(&self) -> Rect {
        let line = Rect::around(&self.line).unwrap_or_default();
        let all = self.label_box.map_or(line, |label| line.union(&label));
        if self.count > 0 || self.walked.is_some() { all.grown(COUNT_REACH) } else { all }
    }

    /// How much room what is written at it needs between its two cards.
    pub(crate) fn label_room(&self) -> f64 {
        route::label_room(&self.label)
    }
}

/// The edges, in the order of painting.
#[derive(Clone, Debug, Default)]
pub struct Edges {
    /// One row each.
    pub rows: Vec<EdgeRow>,
}

/// How far from its beginning an edge's breakpoint is drawn.
const STOP_WAY: f64 = 18.0;

/// How far the number of how often an edge was taken reaches over the edge and its label.
const COUNT_REACH: f64 = 24.0;

/// How far the port for errors is above the lower side of its card, apart from the others.
const ERROR_PORT: f64 = 12.0;

/// The height of a card with these ports.
pub(crate) fn card_height(ports: &[Port]) -> f64 {
    let usual = usual_ports(ports);
    let has_error = usual < ports.len();
    body_height(usual) + if has_error && usual > 1 { ERROR_PORT } else { 0.0 }
}

/// How many ports share the height of the card: all but the one for errors, which is the last.
fn usual_ports(ports: &[Port]) -> usize {
    ports.len() - usize::from(ports.last() == Some(&Port::OnError))
}

fn body_height(usual: usize) -> f64 {
    CARD_HEIGHT.max(PORT_STEP * (usual as f64 + 1.0))
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

    /// Where edges leave the node in this row by its port at this position. A node with one port beside the one for errors
    /// has it level with its input, so that a chain is drawn straight.
    #[must_use]
    pub fn output(&self, row: usize, port: usize) -> Point {
        let ports = &self.ports[row];
        let (x, top) = (self.x[row] + f64::from(self.w[row]), self.y[row]);
        let usual = usual_ports(ports);
        if port >= usual {
            return pt(x, top + f64::from(self.h[row]) - ERROR_PORT);
        }
        if usual == 1 {
            return pt(x, top + CARD_HEIGHT / 2.0);
        }
        pt(x, top + body_height(usual) / (usual as f64 + 1.0) * (port as f64 + 1.0))
    }

    pub(super) fn set_ports(&mut self, row: usize, ports: Vec<Port>) {
        self.h[row] = card_height(&ports) as f32;
        self.ports[row] = ports;
    }

    pub(super) fn push(&mut self, key: NodeKey, kind: u16, spec: NodeSpec) {
        self.keys.push(key);
        self.x.push(spec.at.x);
        self.y.push(spec.at.y);
        self.w.push(CARD_WIDTH as f32);
        self.h.push(card_height(&spec.ports) as f32);
        self.kind.push(kind);
        self.status.push(Status::Idle);
        self.faulty.push(false);
        self.stop.push(None);
        self.walked.push(None);
        self.texts.push(NodeText { id: spec.id, summary: spec.summary, note: String::new() });
        self.drawn_from.push(None);
        self.placed.push(false);
        self.has_input.push(spec.has_input);
        self.ports.push(spec.ports);
        self.edges.push(Vec::new());
    }

    /// Removes the rows of which `stays` says no.
    pub(super) fn keep(&mut self, stays: &[bool]) {
        keep(&mut self.keys, stays);
        keep(&mut self.x, stays);
        keep(&mut self.y, stays);
        keep(&mut self.w, stays);
        keep(&mut self.h, stays);
        keep(&mut self.kind, stays);
        keep(&mut self.status, stays);
        keep(&mut self.faulty, stays);
        keep(&mut self.stop, stays);
        keep(&mut self.walked, stays);
        keep(&mut self.texts, stays);
        keep(&mut self.drawn_from, stays);
        keep(&mut self.placed, stays);
        keep(&mut self.has_input, stays);
        keep(&mut self.ports, stays);
        keep(&mut self.edges, stays);
    }
}

/// Removes the rows of which `stays` says no.
pub(super) fn keep<T>(column: &mut Vec<T>, stays: &[bool]) {
    let mut stays = stays.iter();
    column.retain(|_| stays.next().is_none_or(|stays| *stays));
}
