//! What is on the canvas: nodes and edges as dense columns, found by stable keys and by place. Knows no camera, and of a
//! node's meaning only what is drawn.

mod board;
mod build;
mod columns;
mod compare;
mod hit;
mod items;
mod keys;
mod room;
mod route;
mod rules;

use std::collections::BTreeSet;

use graph::{NodeId, Port};
use rustc_hash::FxHashMap;

use crate::{Cubic, Point, Rect, geometry::line_touches, index::Index};

pub use board::{SERVER_KIND, Sheet, Spot as BoardSpot, board_id, board_spot, title_of};
pub use build::{Face, edges_from_the_top};
pub use columns::{EdgeRow, Edges, NodeText, Nodes, Status, Stop};
pub use hit::{End, Hit, PORT_REACH};
pub use items::{FRAME_BAR, Handle, ItemKey, ItemRow, LEAST_ITEM};
pub use keys::{EdgeKey, NodeKey};
pub use route::EdgeStyle;
pub use rules::Refusal;

use items::Items;
use keys::Slots;

/// The width of a card.
pub const CARD_WIDTH: f64 = 208.0;
/// The height of a card with few ports.
pub const CARD_HEIGHT: f64 = 72.0;
/// The least distance between two ports.
pub const PORT_STEP: f64 = 24.0;

/// How far a flattened edge may leave its curve.
const FLATNESS: f64 = 0.5;

/// A node to add.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    /// Its id in the graph.
    pub id: NodeId,
    /// The name of its kind.
    pub kind: String,
    /// One line on what it is set to do; empty where there is nothing to say.
    pub summary: String,
    /// Its upper left corner.
    pub at: Point,
    /// The ports that edges leave from or could, from top to bottom.
    pub ports: Vec<Port>,
    /// Whether edges may lead to it.
    pub has_input: bool,
}

/// Where a scene's nodes and edges are kept.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    nodes: Nodes,
    node_slots: Slots,
    node_index: Index,
    edges: Edges,
    edge_slots: Slots,
    edge_index: Index,
    edge_style: EdgeStyle,
    items: Items,
    /// There while two versions are compared.
    marks: Option<compare::Marks>,
    /// Whether nothing in it can be moved or joined, though it compares nothing.
    is_still: bool,
    kinds: Vec<String>,
    by_id: FxHashMap<NodeId, NodeKey>,
    /// Whether an edge may have been left out that would lead to a node which could come, or to one of two of the same id.
    dangles: bool,
    /// The nodes that run now: few, and asked for at every frame.
    running: BTreeSet<NodeKey>,
    /// The node before which the run is held that is shown.
    held: Option<NodeKey>,
}

impl Scene {
    /// The columns of the nodes, by row. Rows are in the order of painting and change when a node is removed.
    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// The columns of the edges, by row.
    #[must_use]
    pub fn edges(&self) -> &Edges {
        &self.edges
    }

    /// The row of a node; none if it is no longer there.
    #[must_use]
    pub fn row(&self, key: NodeKey) -> Option<usize> {
        self.node_slots.row(key.0)
    }

    /// The row of an edge; none if it is no longer there.
    #[must_use]
    pub fn edge_row(&self, key: EdgeKey) -> Option<usize> {
        self.edge_slots.row(key.0)
    }

    /// The node of this id; the first, where a faulty file has two.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<NodeKey> {
        self.by_id.get(id).copied()
    }

    /// The id of a node.
    #[must_use]
    pub fn id(&self, key: NodeKey) -> Option<&NodeId> {
        self.row(key).map(|row| &self.nodes.texts[row].id)
    }

    /// The name of a kind, by the number in the nodes' column.
    #[must_use]
    pub fn kind(&self, number: u16) -> &str {
        self.kinds.get(usize::from(number)).map_or("", String::as_str)
    }

    /// The names of the kinds, by number.
    #[must_use]
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// The card of a node.
    #[must_use]
    pub fn rect(&self, key: NodeKey) -> Option<Rect> {
        self.row(key).map(|row| self.nodes.rect(row))
    }

    /// The rectangle around everything, edges and items included; none around nothing.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        let nodes = (0..self.nodes.len()).map(|row| self.nodes.rect(row));
        let edges = self.edges.rows.iter().map(|edge| edge.bounds);
        nodes.chain(edges).chain(self.items.rows.iter().map(|item| item.rect)).reduce(|all, rect| all.union(&rect))
    }

    /// The rows of the nodes whose card touches `area`, in the order of painting.
    #[must_use]
    pub fn nodes_in(&self, area: &Rect) -> Vec<usize> {
        if self.node_index.is_wide(area) {
            return (0..self.nodes.len()).filter(|row| self.nodes.rect(*row).touches(area)).collect();
        }
        let mut found = Vec::new();
        self.node_index.query(area, &mut found);
        let mut rows: Vec<usize> = found.into_iter().filter_map(|slot| self.node_slots.row_of_slot(slot)).collect();
        rows.sort_unstable();
        rows
    }

    /// The rows of the edges whose bounds touch `area`, in the order of painting.
    #[must_use]
    pub fn edges_in(&self, area: &Rect) -> Vec<usize> {
        if self.edge_index.is_wide(area) {
            return (0..self.edges.rows.len()).filter(|row| self.edges.rows[*row].bounds.touches(area)).collect();
        }
        let mut found = Vec::new();
        self.edge_index.query(area, &mut found);
        let mut rows: Vec<usize> = found.into_iter().filter_map(|slot| self.edge_slots.row_of_slot(slot)).collect();
        rows.sort_unstable();
        rows
    }

    /// Adds a node above all others.
    pub fn add_node(&mut self, spec: NodeSpec) -> NodeKey {
        let kind = self.kind_number(&spec.kind);
        let key = NodeKey(self.node_slots.add());
        self.by_id.entry(spec.id.clone()).or_insert(key);
        self.nodes.push(key, kind, spec);
        let row = self.nodes.len() - 1;
        self.node_index.put(key.0.slot, self.nodes.rect(row));
        key
    }

    /// Adds an edge from a port of one node to another node. None if a node or the port is not there.
    pub fn add_edge(&mut self, from: NodeKey, port: Port, to: NodeKey, label: &str) -> Option<EdgeKey> {
        let (from_row, to_row) = (self.row(from)?, self.row(to)?);
        let port_at = self.nodes.ports[from_row].iter().position(|other| *other == port)?;
        let key = EdgeKey(self.edge_slots.add());
        self.edges.rows.push(EdgeRow {
            key,
            from,
            to,
            port,
            port_at,
            label: label.to_owned(),
            count: 0,
            stop: None,
            walked: None,
            curve: Vec::new(),
            line: Vec::new(),
            label_box: None,
            bounds: Rect::default(),
        });
        self.nodes.edges[from_row].push(key);
        if from_row != to_row {
            self.nodes.edges[to_row].push(key);
        }
        self.reroute(key);
        Some(key)
    }

    /// Removes a node and its edges.
    pub fn remove_node(&mut self, key: NodeKey) {
        self.remove_nodes(&[key]);
    }

    /// Removes nodes and their edges.
    fn remove_nodes(&mut self, keys: &[NodeKey]) {
        let (keys, rows): (Vec<NodeKey>, Vec<usize>) = keys.iter().filter_map(|key| Some((*key, self.row(*key)?))).unzip();
        let mut edges: Vec<EdgeKey> = rows.iter().flat_map(|row| self.nodes.edges[*row].iter().copied()).collect();
        edges.sort_unstable();
        edges.dedup();
        self.remove_edges(&edges);
        let ids: Vec<NodeId> = rows.iter().map(|row| self.nodes.texts[*row].id.clone()).collect();
        for key in &keys {
            self.running.remove(key);
            self.held.take_if(|held| held == key);
            self.node_index.remove(key.0.slot);
        }
        let had_twins = self.by_id.len() < self.nodes.len();
        self.nodes.keep(&self.node_slots.remove(keys.iter().map(|key| key.0)));
        for id in ids {
            self.by_id.remove(&id);
            if had_twins && let Some(other) = self.nodes.texts.iter().position(|text| text.id == id) {
                self.by_id.insert(id, self.nodes.keys[other]);
            }
        }
    }

    /// Removes an edge.
    pub fn remove_edge(&mut self, key: EdgeKey) {
        self.remove_edges(&[key]);
    }

    /// Removes edges.
    fn remove_edges(&mut self, keys: &[EdgeKey]) {
        let known = keys.iter().filter_map(|key| self.edge_row(*key).map(|row| (*key, row)));
        for (key, row) in known.collect::<Vec<_>>() {
            for node in [self.edges.rows[row].from, self.edges.rows[row].to] {
                if let Some(node) = self.row(node) {
                    self.nodes.edges[node].retain(|other| *other != key);
                }
            }
            self.edge_index.remove(key.0.slot);
        }
        columns::keep(&mut self.edges.rows, &self.edge_slots.remove(keys.iter().map(|key| key.0)));
    }

    /// Puts a node's upper left corner to a place; its edges follow.
    pub fn move_node(&mut self, key: NodeKey, to: Point) {
        for edge in self.put_node(key, to) {
            self.reroute(edge);
        }
    }

    /// Puts a node to a place, and gives its edges, whose ways are still the old ones.
    pub(crate) fn put_node(&mut self, key: NodeKey, to: Point) -> Vec<EdgeKey> {
        let Some(row) = self.row(key) else { return Vec::new() };
        (self.nodes.x[row], self.nodes.y[row]) = (to.x, to.y);
        self.node_index.put(key.0.slot, self.nodes.rect(row));
        self.nodes.edges[row].clone()
    }

    /// Sets the state of a node in the present run, and a word on it. Says whether that is a change.
    pub fn set_status(&mut self, key: NodeKey, status: Status, note: &str) -> bool {
        let Some(row) = self.row(key) else { return false };
        let text = &mut self.nodes.texts[row];
        let changes = self.nodes.status[row] != status || text.note != note;
        if changes {
            self.nodes.status[row] = status;
            note.clone_into(&mut text.note);
            if status == Status::Running {
                self.running.insert(key);
            } else {
                self.running.remove(&key);
            }
        }
        changes
    }

    /// The rows of the nodes that run now and whose card touches `area`, in the order of painting.
    #[must_use]
    pub fn running_in(&self, area: &Rect) -> Vec<usize> {
        let rows = self.running.iter().filter_map(|key| self.row(*key));
        let mut rows: Vec<usize> = rows.filter(|row| self.nodes.rect(*row).touches(area)).collect();
        rows.sort_unstable();
        rows
    }

    /// Writes at an edge how often it was taken; nothing for 0. Gives what has to be painted anew; none where nothing changed.
    pub fn set_count(&mut self, key: EdgeKey, count: u32) -> Option<Rect> {
        self.change_edge(key, |edge| std::mem::replace(&mut edge.count, count) != count)
    }

    /// Marks a node as one that a problem was found in, or not.
    pub fn set_faulty(&mut self, key: NodeKey, faulty: bool) {
        if let Some(row) = self.row(key) {
            self.nodes.faulty[row] = faulty;
        }
    }

    /// Draws a breakpoint before a node, or none. Says whether that is a change.
    pub fn set_stop(&mut self, key: NodeKey, stop: Option<Stop>) -> bool {
        self.row(key).is_some_and(|row| std::mem::replace(&mut self.nodes.stop[row], stop) != stop)
    }

    /// Draws a breakpoint on an edge, or none. Says whether that is a change.
    pub fn set_edge_stop(&mut self, key: EdgeKey, stop: Option<Stop>) -> bool {
        self.edge_row(key).is_some_and(|row| std::mem::replace(&mut self.edges.rows[row].stop, stop) != stop)
    }

    /// Shows how often tests walked through a node; none where that is not shown. Says whether that is a change.
    pub fn set_walked(&mut self, key: NodeKey, times: Option<u32>) -> bool {
        self.row(key).is_some_and(|row| std::mem::replace(&mut self.nodes.walked[row], times) != times)
    }

    /// Shows how often tests walked along an edge; none where that is not shown. Gives what has to be painted anew; none where
    /// nothing changed.
    pub fn set_edge_walked(&mut self, key: EdgeKey, times: Option<u32>) -> Option<Rect> {
        self.change_edge(key, |edge| std::mem::replace(&mut edge.walked, times) != times)
    }

    /// Changes what is written at an edge, and so how far it reaches.
    fn change_edge(&mut self, key: EdgeKey, change: impl FnOnce(&mut EdgeRow) -> bool) -> Option<Rect> {
        let row = self.edge_row(key)?;
        let edge = &mut self.edges.rows[row];
        if !change(edge) {
            return None;
        }
        let before = edge.bounds;
        edge.bounds = edge.extent();
        let now = edge.bounds;
        self.edge_index.put(key.0.slot, now);
        Some(before.union(&now))
    }

    /// Draws a run as held before this node, or before none.
    pub fn set_held(&mut self, key: Option<NodeKey>) {
        self.held = key;
    }

    /// The node before which the run is held that is shown.
    #[must_use]
    pub fn held(&self) -> Option<NodeKey> {
        self.held
    }

    /// The neighbours of a node along its edges, with the edge: those that it leads to, or those that lead to it.
    pub fn neighbours(&self, key: NodeKey, forward: bool) -> impl Iterator<Item = (EdgeKey, NodeKey)> {
        let edges = self.row(key).map_or(&[][..], |row| &self.nodes.edges[row]);
        edges.iter().filter_map(move |edge| {
            let row = &self.edges.rows[self.edge_row(*edge)?];
            let (own, other) = if forward { (row.from, row.to) } else { (row.to, row.from) };
            (own == key).then_some((*edge, other))
        })
    }

    /// A node's rectangle with those of its edges: what must be repainted when it moves.
    #[must_use]
    pub fn reach(&self, key: NodeKey) -> Option<Rect> {
        let row = self.row(key)?;
        let edges = self.nodes.edges[row].iter().filter_map(|edge| Some(self.edges.rows[self.edge_row(*edge)?].bounds));
        Some(edges.fold(self.nodes.rect(row), |all, bounds| all.union(&bounds)))
    }

    fn kind_number(&mut self, name: &str) -> u16 {
        let known = self.kinds.iter().position(|kind| kind == name).unwrap_or_else(|| {
            self.kinds.push(name.to_owned());
            self.kinds.len() - 1
        });
        // More kinds than fit are drawn as the last that fits.
        u16::try_from(known).unwrap_or(u16::MAX)
    }

    /// How edges that lead on are drawn.
    #[must_use]
    pub fn edge_style(&self) -> EdgeStyle {
        self.edge_style
    }

    /// Draws edges in another style.
    pub fn set_edge_style(&mut self, style: EdgeStyle) {
        if self.edge_style != style {
            self.edge_style = style;
            self.reroute_all();
        }
    }

    /// The curve from a port of a node to a point, or from a point to a node's input, while an edge is being drawn.
    #[must_use]
    pub fn sketch(&self, start: Point, end: Point) -> Vec<Cubic> {
        let around = |p: Point| Rect { x: p.x, y: p.y - CARD_HEIGHT / 2.0, w: 0.0, h: CARD_HEIGHT };
        let ends = route::Ends { start, end, from: around(start), to: around(end), port: 0, label: 0.0, style: self.edge_style };
        route::route(ends, |_| None)
    }

    /// Where edges leave a node by a port; none if it has no such port.
    #[must_use]
    pub fn output(&self, node: NodeKey, port: Port) -> Option<Point> {
        let row = self.row(node)?;
        let at = self.nodes.ports[row].iter().position(|other| *other == port)?;
        Some(self.nodes.output(row, at))
    }

    /// Where edges enter a node.
    #[must_use]
    pub fn input(&self, node: NodeKey) -> Option<Point> {
        self.row(node).map(|row| self.nodes.input(row))
    }

    /// An edge; none if it is no longer there.
    #[must_use]
    pub fn edge(&self, key: EdgeKey) -> Option<&EdgeRow> {
        self.edge_row(key).map(|row| &self.edges.rows[row])
    }

    fn reroute_all(&mut self) {
        let keys: Vec<EdgeKey> = self.edges.rows.iter().map(|edge| edge.key).collect();
        keys.into_iter().for_each(|key| self.reroute(key));
    }

    /// Finds the ways anew of all edges that pass `area`, or went around something near it: after a node was put down there, or
    /// taken from there. And those of edges that are `stale`.
    pub fn reroute_in(&mut self, area: &Rect, stale: Vec<EdgeKey>) {
        let mut keys = stale;
        keys.extend(self.passing(area));
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().for_each(|key| self.reroute(key));
    }

    /// The edges that pass `area`, or went around something near it.
    fn passing(&self, area: &Rect) -> impl Iterator<Item = EdgeKey> + '_ {
        let near = area.grown(BERTH);
        let rows = self.edges_in(area).into_iter().map(|row| &self.edges.rows[row]);
        // An edge that leads back keeps to its own lane, whatever stands there.
        let onward = rows.filter(|edge| !edge.leads_back());
        onward.filter(move |edge| edge.curve.len() > 1 || line_touches(&edge.line, &near)).map(|edge| edge.key)
    }

    /// The rectangle around the cards that a curve passes through, its own two aside.
    fn in_the_way(&self, curve: &[Cubic], from: usize, to: usize) -> Option<Rect> {
        let line = flatten(curve);
        let cards = self.nodes_in(&Rect::around(&line)?.grown(BERTH));
        let touched = |line: &[Point], cards: Vec<usize>| {
            let others = cards.into_iter().filter(|row| *row != from && *row != to).map(|row| self.nodes.rect(row));
            others.filter(|card| line_touches(line, &card.grown(BERTH))).reduce(|all, card| all.union(&card))
        };
        if cards.len() <= FEW_CARDS {
            return touched(&line, cards);
        }
        // The rectangle around a long way holds many cards that are nowhere near it: those along it are looked for.
        let along = line.windows(2).filter_map(|ends| touched(ends, self.nodes_in(&Rect::spanning(ends[0], ends[1]).grown(BERTH))));
        along.reduce(|all, card| all.union(&card))
    }

    fn reroute(&mut self, key: EdgeKey) {
        let Some(row) = self.edge_row(key) else { return };
        let edge = &self.edges.rows[row];
        let (Some(from), Some(to)) = (self.row(edge.from), self.row(edge.to)) else { return };
        let ends = route::Ends {
            start: self.nodes.output(from, edge.port_at),
            end: self.nodes.input(to),
            from: self.nodes.rect(from),
            to: self.nodes.rect(to),
            port: edge.port_at,
            label: route::label_width(&edge.label),
            style: self.edge_style,
        };
        let curve = route::route(ends, |curve| self.in_the_way(curve, from, to));
        let line = flatten(&curve);
        let label_box = route::label_box(&edge.label, &curve);
        let edge = &mut self.edges.rows[row];
        (edge.curve, edge.line, edge.label_box) = (curve, line, label_box);
        edge.bounds = edge.extent();
        self.edge_index.put(key.0.slot, edge.bounds);
    }
}

/// How near an edge may come to a card that it does not join.
const BERTH: f64 = 8.0;

/// How many cards are tried against a whole way, before those along it are looked for piece by piece.
const FEW_CARDS: usize = 16;

fn flatten(curve: &[Cubic]) -> Vec<Point> {
    let mut line: Vec<Point> = curve.first().map(|first| first.from).into_iter().collect();
    for piece in curve {
        piece.flatten(FLATNESS, &mut line);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::pt;
    use proptest::prelude::*;

    fn spec(id: &str, at: Point) -> NodeSpec {
        NodeSpec { id: id.into(), kind: "transform".to_owned(), summary: String::new(), at, ports: vec![Port::Next], has_input: true }
    }

    #[test]
    fn a_key_of_a_removed_node_finds_nothing_even_when_its_slot_is_taken_again() {
        let mut scene = Scene::default();
        let first = scene.add_node(spec("a", pt(0.0, 0.0)));
        let other = scene.add_node(spec("b", pt(300.0, 0.0)));
        scene.remove_node(first);
        let second = scene.add_node(spec("c", pt(600.0, 0.0)));
        assert_eq!(scene.rect(first), None, "the removed node is gone");
        assert_eq!(scene.find("a"), None, "its id too");
        assert_eq!(scene.id(other).map(NodeId::as_str), Some("b"), "the other node kept its key");
        assert_eq!(scene.id(second).map(NodeId::as_str), Some("c"), "the new node has its own key");
    }

    #[test]
    fn edges_follow_a_moved_node_and_go_with_a_removed_one() {
        let mut scene = Scene::default();
        let (a, b) = (scene.add_node(spec("a", pt(0.0, 0.0))), scene.add_node(spec("b", pt(400.0, 0.0))));
        let edge = scene.add_edge(a, Port::Next, b, "").unwrap();
        scene.move_node(b, pt(9000.0, 9000.0));
        let end = *scene.edges().rows[0].line.last().unwrap();
        assert_eq!(end, scene.nodes().input(scene.row(b).unwrap()), "the edge ends at the moved port");
        assert_eq!(scene.edges_in(&Rect::new(8990.0, 9030.0, 20.0, 20.0)), [0], "the index has its new place");
        assert!(scene.reach(a).unwrap().contains(end), "the other end's reach includes it");
        scene.remove_node(b);
        assert_eq!(scene.edge_row(edge), None, "the edge is gone");
        assert_eq!(scene.neighbours(a, true).count(), 0, "the other node does not remember it");
        assert!(scene.edges_in(&Rect::new(-1e5, -1e5, 2e5, 2e5)).is_empty(), "the index forgot it");
    }

    #[test]
    fn a_second_node_of_the_same_id_takes_over_when_the_first_goes() {
        let mut scene = Scene::default();
        let (first, second) = (scene.add_node(spec("a", pt(0.0, 0.0))), scene.add_node(spec("a", pt(400.0, 0.0))));
        assert_eq!(scene.find("a"), Some(first), "the first has the name");
        scene.remove_node(first);
        assert_eq!(scene.find("a"), Some(second), "then the second");
    }

    #[test]
    fn an_edge_from_a_port_that_is_not_there_is_refused() {
        let mut scene = Scene::default();
        let a = scene.add_node(spec("a", pt(0.0, 0.0)));
        assert_eq!(scene.add_edge(a, Port::Case(3), a, ""), None);
        assert!(scene.edges().rows.is_empty(), "nothing was added");
    }

    proptest! {
        #[test]
        fn what_is_in_an_area_is_found_however_large_it_is(
            places in prop::collection::vec((-3000.0..3000.0f64, -3000.0..3000.0f64), 1..40),
            x in -4000.0..4000.0f64, y in -4000.0..4000.0f64, w in 0.0..9000.0f64, h in 0.0..9000.0f64,
        ) {
            let mut scene = Scene::default();
            let keys: Vec<NodeKey> =
                places.iter().enumerate().map(|(i, (x, y))| scene.add_node(spec(&format!("n{i}"), pt(*x, *y)))).collect();
            for ends in keys.windows(2) {
                scene.add_edge(ends[0], Port::Next, ends[1], "");
            }
            let area = Rect::new(x, y, w, h);
            let nodes: Vec<usize> = (0..keys.len()).filter(|row| scene.nodes().rect(*row).touches(&area)).collect();
            prop_assert_eq!(scene.nodes_in(&area), nodes, "nodes");
            let edges: Vec<usize> = (0..keys.len() - 1).filter(|row| scene.edges().rows[*row].bounds.touches(&area)).collect();
            prop_assert_eq!(scene.edges_in(&area), edges, "edges");
        }

        #[test]
        fn keys_stay_with_their_nodes(steps in prop::collection::vec((0usize..3, 0usize..12, -900.0..900.0f64), 1..80)) {
            let mut scene = Scene::default();
            let mut kept: Vec<(NodeKey, String)> = Vec::new();
            for (step, (what, which, x)) in steps.into_iter().enumerate() {
                match what {
                    0 => { let id = format!("n{step}"); kept.push((scene.add_node(spec(&id, pt(x, 0.0))), id)); }
                    1 if !kept.is_empty() => { let (key, _) = kept.remove(which % kept.len()); scene.remove_node(key); }
                    2 if kept.len() > 1 => {
                        let (from, to) = (kept[which % kept.len()].0, kept[(which + 1) % kept.len()].0);
                        scene.add_edge(from, Port::Next, to, "");
                    }
                    _ => {}
                }
            }
            for (key, id) in &kept {
                prop_assert_eq!(scene.id(*key).map(NodeId::as_str), Some(id.as_str()));
                let rect = scene.rect(*key).unwrap();
                prop_assert!(scene.nodes_in(&rect).contains(&scene.row(*key).unwrap()), "it is found where it is");
            }
            for edge in &scene.edges().rows {
                prop_assert!(scene.rect(edge.from).is_some() && scene.rect(edge.to).is_some(), "no edge outlives its nodes");
            }
        }
    }
}
