//! A scene of a tool: its nodes where they were placed or where the layout puts them, its edges with their labels, and what
//! stands beside them. Another version of the tool changes only what differs.

use std::sync::Arc;

use graph::{Drawing, Edge, Node, NodeId, Port, Tool};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{CARD_WIDTH, EdgeKey, ItemKey, NodeKey, NodeSpec, Scene, columns::card_height, route::label_room};
use crate::{Point, Rect, edge_label, geometry::pt, layout, layout::Link};

/// What is drawn of a node that only its kind can tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    /// One line on what it is set to do; empty where there is nothing to say.
    pub summary: String,
    /// The ports that it has, whether they lead somewhere or not; those that do are drawn in any case.
    pub ports: Vec<Port>,
    /// Whether edges may lead to it.
    pub has_input: bool,
}

/// An edge as the tool has it.
struct Wanted {
    from: usize,
    port: Port,
    to: usize,
    label: String,
}

impl Scene {
    /// The scene of a tool. Nodes without a place get one that disturbs no other. An edge to a node that is not there is left
    /// out: the graph's checks name it.
    #[must_use]
    pub fn from_tool(tool: &Tool, drawing: &Drawing, face: impl Fn(&Node) -> Face) -> Self {
        let mut scene = Scene::default();
        scene.follow(tool, drawing, (&[], &[]), face);
        scene
    }

    /// Becomes the scene of another version of the tool, and says whether anything changed. What is there in both keeps its
    /// key, its state and, unless the drawing says otherwise, its place; `held` nodes and items are left where they are.
    pub fn follow(&mut self, tool: &Tool, drawing: &Drawing, held: (&[NodeKey], &[ItemKey]), face: impl Fn(&Node) -> Face) -> bool {
        let (known, gone) = self.recognize(tool);
        let said = places(tool, drawing);
        // Where nobody has placed anything, a drawing with another node in it is laid out as if it had always been there.
        let is_free = drawing.nodes.is_empty() && held.0.is_empty() && held.1.is_empty();
        let is_laid_out_anew = is_free && (!gone.is_empty() || known.iter().any(Option::is_none));
        let points = if is_laid_out_anew { vec![None; tool.nodes.len()] } else { self.points(&said, held.0, &known) };
        let is_arranged = points.iter().any(Option::is_none);
        let is_news = self.news(tool, &known, is_arranged || self.dangles);
        let news = || is_news.iter().enumerate().filter(|(_, is_new)| **is_new).map(|(at, _)| at);
        let mut faces: Vec<Option<Face>> = Vec::new();
        faces.resize_with(tool.nodes.len(), Option::default);
        news().for_each(|at| faces[at] = Some(with_used_ports(face(&tool.nodes[at]), &tool.nodes[at])));
        let wanted = self.wanted_edges(tool, news(), &gone);
        let points = if is_arranged { arranged(&faces, &wanted, &points) } else { points.into_iter().flatten().collect() };

        let (mut touched, mut stale) = (Vec::new(), FxHashSet::default());
        touched.extend(gone.iter().filter_map(|key| self.rect(*key)));
        self.remove_nodes(&gone);
        let mut changes = !touched.is_empty();
        changes |= self.drop_edges(&wanted, news(), &known);
        let mut keys = Vec::with_capacity(tool.nodes.len());
        for (at, ((node, face), point)) in tool.nodes.iter().zip(faces).zip(points).enumerate() {
            let key = match (known[at], face) {
                (Some(key), face) => {
                    touched.extend(self.refresh(key, node, face, point, &mut stale));
                    key
                }
                (None, face) => {
                    let Face { summary, ports, has_input } = face.unwrap_or_default();
                    let spec = NodeSpec { id: node.id.clone(), kind: node.kind.clone(), summary, at: point, ports, has_input };
                    let key = self.add_node(spec);
                    touched.extend(self.rect(key));
                    key
                }
            };
            if let Some(row) = self.row(key) {
                self.nodes.placed[row] = said[at].is_some();
                self.nodes.drawn_from[row] = Some(node.clone());
            }
            keys.push(key);
        }
        changes |= !touched.is_empty();
        let known = self.edges.rows.len();
        changes |= self.add_edges(&wanted, &keys);
        self.clear_ways(&touched, known, stale);
        changes | self.set_items(&drawing.items, held.1)
    }

    /// Which nodes of the tool have to be looked at: those that are not what they were drawn from, or all.
    fn news(&self, tool: &Tool, known: &[Option<NodeKey>], all: bool) -> Vec<bool> {
        let is_news = |(node, key): (&Arc<Node>, &Option<NodeKey>)| {
            let drawn_from = key.and_then(|key| self.nodes.drawn_from[self.row(key)?].as_ref());
            // Versions share what is the same in both, so that this looks into few.
            all || drawn_from.is_none_or(|before| before != node)
        };
        tool.nodes.iter().zip(known).map(is_news).collect()
    }

    /// Where each node is that has no place of its own: to be kept with the first that gets one, so that the drawing stays as
    /// it is seen.
    #[must_use]
    pub fn unplaced(&self) -> Vec<(NodeId, Point)> {
        let rows = (0..self.nodes.len()).filter(|row| !self.nodes.placed[*row]);
        rows.map(|row| (self.nodes.texts[row].id.clone(), self.nodes.rect(row).origin())).collect()
    }

    /// The node of the scene that each node of the tool is, by id and then by order, and those that are none any more.
    fn recognize(&self, tool: &Tool) -> (Vec<Option<NodeKey>>, Vec<NodeKey>) {
        let mut is_taken = vec![false; self.nodes.len()];
        let has_no_twins = self.by_id.len() == self.nodes.len();
        // Where the search for a further node of an id that a faulty file has twice goes on.
        let mut after: FxHashMap<&NodeId, usize> = FxHashMap::default();
        // Most stand where the one before them leads one to look.
        let mut likely = 0;
        let known = tool.nodes.iter().map(|node| {
            let is_likely = self.nodes.texts.get(likely).is_some_and(|text| text.id == node.id) && !is_taken[likely];
            let first = if is_likely && has_no_twins { likely } else { self.row(self.find(node.id.as_str())?)? };
            let row = if is_taken[first] {
                let from = after.entry(&node.id).or_default();
                let found = (*from..is_taken.len()).find(|row| !is_taken[*row] && self.nodes.texts[*row].id == node.id);
                *from = found.map_or(is_taken.len(), |row| row + 1);
                found?
            } else {
                first
            };
            is_taken[row] = true;
            likely = row + 1;
            Some(self.nodes.keys[row])
        });
        let known = known.collect();
        let mut gone: Vec<NodeKey> =
            self.nodes.keys.iter().zip(&is_taken).filter(|(_, is_taken)| !**is_taken).map(|(key, _)| *key).collect();
        gone.sort_unstable();
        (known, gone)
    }

    /// Removes the edges of these nodes that are not wanted any more, or lead elsewhere.
    fn drop_edges(&mut self, wanted: &[Wanted], news: impl Iterator<Item = usize>, known: &[Option<NodeKey>]) -> bool {
        let ends = wanted.iter().filter_map(|edge| Some(((known[edge.from]?, edge.port), known[edge.to]?)));
        let ends: FxHashMap<(NodeKey, Port), NodeKey> = ends.collect();
        let mut stale: Vec<EdgeKey> = Vec::new();
        for (key, row) in news.filter_map(|at| Some((known[at]?, self.row(known[at]?)?))) {
            let leaving = self.nodes.edges[row].iter().filter_map(|edge| Some(&self.edges.rows[self.edge_row(*edge)?]));
            let leaving = leaving.filter(|edge| edge.from == key && ends.get(&(edge.from, edge.port)) != Some(&edge.to));
            stale.extend(leaving.map(|edge| edge.key));
        }
        self.remove_edges(&stale);
        !stale.is_empty()
    }

    /// A place for each node: where it is said to be, otherwise where it is; none where one has to be found. A node whose place was
    /// taken back has none.
    fn points(&self, said: &[Option<Point>], held: &[NodeKey], known: &[Option<NodeKey>]) -> Vec<Option<Point>> {
        let point = |(said, key): (&Option<Point>, &Option<NodeKey>)| {
            let row = key.and_then(|key| self.row(key));
            let is_held = !held.is_empty() && key.is_some_and(|key| held.contains(&key));
            let here = || row.filter(|row| is_held || !self.nodes.placed[*row]).map(|row| self.nodes.rect(row).origin());
            said.filter(|_| !is_held).or_else(here)
        };
        said.iter().zip(known).map(point).collect()
    }

    /// Brings a node that was there before in line; returns where it was and is, if it is drawn otherwise than before. Without a face
    /// it looks as it did. The edges whose ways are to be found anew once everything stands are added to `stale`.
    fn refresh(&mut self, key: NodeKey, node: &Node, face: Option<Face>, at: Point, stale: &mut FxHashSet<EdgeKey>) -> Vec<Rect> {
        let Some(row) = self.row(key) else { return Vec::new() };
        let before = self.nodes.rect(row);
        let Some(face) = face else {
            if before.origin() == at {
                return Vec::new();
            }
            stale.extend(self.put_node(key, at));
            return vec![before, self.nodes.rect(row)];
        };
        let kind = self.kind_number(&node.kind);
        let is_same = self.nodes.kind[row] == kind
            && self.nodes.texts[row].summary == face.summary
            && self.nodes.has_input[row] == face.has_input
            && before.origin() == at;
        if is_same && self.nodes.ports[row] == face.ports {
            return Vec::new();
        }
        (self.nodes.kind[row], self.nodes.has_input[row]) = (kind, face.has_input);
        self.nodes.texts[row].summary = face.summary;
        if self.nodes.ports[row] != face.ports {
            for edge in self.nodes.edges[row].clone() {
                let Some(edge) = self.edge_row(edge).map(|row| &mut self.edges.rows[row]).filter(|edge| edge.from == key) else { continue };
                edge.port_at = face.ports.iter().position(|port| *port == edge.port).unwrap_or_default();
            }
            self.nodes.set_ports(row, face.ports);
        }
        stale.extend(self.put_node(key, at));
        vec![before, self.nodes.rect(row)]
    }

    /// Adds the edges that are not there yet, and writes anew what changed at those that are.
    fn add_edges(&mut self, wanted: &[Wanted], keys: &[NodeKey]) -> bool {
        let mut changes = false;
        for edge in wanted {
            let (from, to) = (keys[edge.from], keys[edge.to]);
            match self.edge_from(from, edge.port).and_then(|key| self.edge_row(key)) {
                Some(row) if self.edges.rows[row].label == edge.label => {}
                Some(row) => {
                    self.edges.rows[row].label.clone_from(&edge.label);
                    self.reroute(self.edges.rows[row].key);
                    changes = true;
                }
                None => changes |= self.add_edge(from, edge.port, to, &edge.label).is_some(),
            }
        }
        changes
    }

    /// The edges of these nodes that lead to a node, by position; to the first, where a faulty file has two of an id.
    fn wanted_edges(&mut self, tool: &Tool, news: impl Iterator<Item = usize>, gone: &[NodeKey]) -> Vec<Wanted> {
        let news: Vec<usize> = news.collect();
        let mut wanted = Vec::new();
        // Who leads to a node that goes must be looked at when one of its name comes again.
        self.dangles = news.len() < tool.nodes.len() && gone.iter().any(|key| self.is_led_to(*key, gone));
        if news.is_empty() {
            return wanted;
        }
        let positions: FxHashMap<&NodeId, usize> = tool.nodes.iter().enumerate().rev().map(|(at, node)| (&node.id, at)).collect();
        self.dangles |= positions.len() < tool.nodes.len();
        for from in news {
            let node = &tool.nodes[from];
            for edge in edges_from_the_top(node) {
                match positions.get(&edge.to) {
                    Some(to) => wanted.push(Wanted { from, port: edge.port, to: *to, label: edge_label(node, edge.port) }),
                    None => self.dangles = true,
                }
            }
        }
        wanted
    }

    /// Whether an edge leads to a node from one that is not among `others`, which are in order.
    fn is_led_to(&self, key: NodeKey, others: &[NodeKey]) -> bool {
        self.neighbours(key, false).any(|(_, from)| others.binary_search(&from).is_err())
    }

    /// Finds the ways anew of the edges that are `stale`, and of those that lead past what was changed, of the first `known` edges: the
    /// others have just found theirs.
    fn clear_ways(&mut self, touched: &[Rect], known: usize, stale: FxHashSet<EdgeKey>) {
        let edges = &self.edges.rows[..known];
        let mut keys = stale;
        if touched.len() > known {
            keys.extend(edges.iter().map(|edge| edge.key));
        } else {
            let fresh: FxHashSet<EdgeKey> = self.edges.rows[known..].iter().map(|edge| edge.key).collect();
            keys.extend(touched.iter().flat_map(|area| self.passing(area)).filter(|key| !fresh.contains(key)));
        }
        let mut keys: Vec<EdgeKey> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.into_iter().for_each(|key| self.reroute(key));
    }
}

/// Where the drawing says that each node is.
fn places(tool: &Tool, drawing: &Drawing) -> Vec<Option<Point>> {
    // Most stand in the order of the nodes there, too.
    let mut likely = 0;
    let spot = |node: &Arc<Node>| {
        let (at, _, spot) = match drawing.nodes.get_index(likely) {
            Some((id, spot)) if *id == node.id => (likely, id, spot),
            _ => drawing.nodes.get_full(&node.id)?,
        };
        likely = at + 1;
        Some(pt(spot.x, spot.y))
    };
    tool.nodes.iter().map(spot).collect()
}

/// The face with the ports in their order, those that edges leave from included.
fn with_used_ports(mut face: Face, node: &Node) -> Face {
    face.ports.extend(node.edges().into_iter().map(|edge| edge.port));
    face.ports.sort_by_key(|port| from_the_top(*port));
    face.ports.dedup();
    face
}

/// A place for each node: the one that it has, or one where there is room.
fn arranged(faces: &[Option<Face>], wanted: &[Wanted], placed: &[Option<Point>]) -> Vec<Point> {
    let height = |face: &Option<Face>| card_height(face.as_ref().map_or(&[], |face| &face.ports));
    let sizes: Vec<_> = faces.iter().map(|face| (CARD_WIDTH, height(face))).collect();
    let links: Vec<Link> = wanted.iter().map(|edge| Link { from: edge.from, to: edge.to, room: label_room(&edge.label) }).collect();
    layout::arrange(&sizes, &links, placed)
}

/// The edges out of a node in the order in which a person would read them: what is decided first is first, the default
/// after it, and what is not hoped for last.
#[must_use]
pub fn edges_from_the_top(node: &Node) -> Vec<Edge> {
    let mut edges = node.edges();
    edges.sort_by_key(|edge| from_the_top(edge.port));
    edges
}

fn from_the_top(port: Port) -> (usize, usize) {
    match port {
        Port::Case(i) | Port::Branch(i) => (0, i),
        Port::Body => (1, 0),
        Port::Next => (2, 0),
        Port::Join => (3, 0),
        Port::OnReject => (4, 0),
        Port::OnError => (5, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::Spot;
    use proptest::prelude::*;
    use serde_json::json;

    fn tool(nodes: serde_json::Value) -> Tool {
        Tool::from_json(&json!({"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes})).unwrap()
    }

    fn looping() -> Tool {
        tool(json!([
            {"id": "entry", "type": "entry", "next": "inc"},
            {"id": "inc", "type": "transform", "transform": {"expr": "1"}, "next": "check"},
            {"id": "check", "type": "switch", "conditions": [{"rule": {"<": [{"var": "inc.n"}, 3]}, "next": "inc"}], "next": "exit"},
            {"id": "exit", "type": "exit"},
        ]))
    }

    fn face(node: &Node) -> Face {
        let ports = if node.kind == "exit" { Vec::new() } else { vec![Port::Next, Port::OnError] };
        Face { summary: format!("a {}", node.kind), ports, has_input: node.kind != "entry" }
    }

    fn places(scene: &Scene) -> Vec<(String, Point)> {
        let nodes = scene.nodes();
        (0..nodes.len()).map(|row| (nodes.texts[row].id.to_string(), nodes.rect(row).origin())).collect()
    }

    fn at(ids: &[(&str, f64, f64)]) -> Drawing {
        let spots = ids.iter().map(|(id, x, y)| (NodeId::from(*id), Spot { x: *x, y: *y }));
        Drawing { nodes: spots.collect(), ..Drawing::default() }
    }

    /// All that is drawn, in an order of its own.
    fn told(scene: &Scene) -> (Vec<String>, Vec<String>) {
        let (nodes, id) = (scene.nodes(), |key| scene.id(key).map(ToString::to_string).unwrap());
        let mut cards: Vec<String> = (0..nodes.len())
            .map(|row| format!("{} {:?} {:?} {}", nodes.texts[row].id, nodes.rect(row), nodes.ports[row], nodes.texts[row].summary))
            .collect();
        let edges = scene.edges().rows.iter();
        let mut edges: Vec<String> = edges
            .map(|edge| {
                let (start, end) = (edge.line.first().unwrap(), edge.line.last().unwrap());
                format!("{} {:?} {} [{}] {start:?} {end:?}", id(edge.from), edge.port, id(edge.to), edge.label)
            })
            .collect();
        cards.sort();
        edges.sort();
        (cards, edges)
    }

    #[test]
    fn a_tool_is_drawn_with_its_conditions_and_its_free_ports() {
        let scene = Scene::from_tool(&looping(), &Drawing::default(), face);
        let edges: Vec<String> = scene
            .edges()
            .rows
            .iter()
            .map(|edge| format!("{} -> {} [{}]", scene.id(edge.from).unwrap(), scene.id(edge.to).unwrap(), edge.label))
            .collect();
        assert_eq!(edges, ["entry -> inc []", "inc -> check []", "check -> inc [inc.n < 3]", "check -> exit [otherwise]"]);
        assert_eq!(scene.nodes().texts[1].summary, "a transform");
        assert_eq!(scene.nodes().ports[2], [Port::Case(0), Port::Next, Port::OnError], "each port once, in order");
        assert!(!scene.nodes().has_input[0] && scene.nodes().has_input[1], "nothing leads to the entry");
        let xs: Vec<f64> = ["entry", "inc", "check", "exit"].iter().map(|id| scene.rect(scene.find(id).unwrap()).unwrap().x).collect();
        assert!(xs.is_sorted_by(|a, b| a + CARD_WIDTH < *b), "it reads from left to right: {xs:?}");
    }

    #[test]
    fn a_place_that_was_chosen_is_kept() {
        let scene = Scene::from_tool(&looping(), &at(&[("check", -3000.0, 17.0)]), face);
        assert_eq!(scene.rect(scene.find("check").unwrap()).unwrap().origin(), pt(-3000.0, 17.0));
        assert_eq!(scene.unplaced().len(), 3, "the others have none of their own");
        let all: Vec<_> = places(&scene);
        let all: Vec<_> = all.iter().map(|(id, p)| (id.as_str(), p.x, p.y)).collect();
        let again = Scene::from_tool(&looping(), &at(&all), face);
        assert_eq!(places(&again), places(&scene), "a scene with all places is drawn as it was");
        assert!(again.unplaced().is_empty(), "and none is without");
    }

    fn with_extra() -> Tool {
        let mut more = looping();
        more.nodes.insert(3, Node::new("extra", "transform", [("next", json!("exit"))]).into());
        more
    }

    #[test]
    fn a_new_node_moves_no_other_where_one_was_placed() {
        let one = at(&[("inc", 40.0, 300.0)]);
        let mut scene = Scene::from_tool(&looping(), &one, face);
        let first = places(&scene);
        assert!(scene.follow(&with_extra(), &one, (&[], &[]), face), "that is a change");
        assert_eq!(places(&scene)[..4], first[..], "the others stay");
        assert!(!scene.follow(&with_extra(), &one, (&[], &[]), face), "the same again is none");
    }

    #[test]
    fn a_drawing_without_places_is_laid_out_as_if_every_node_had_always_been_there() {
        let sorted = |scene: &Scene| {
            let mut all = places(scene);
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        let mut scene = Scene::from_tool(&looping(), &Drawing::default(), face);
        let first = places(&scene);
        scene.follow(&with_extra(), &Drawing::default(), (&[], &[]), face);
        assert_eq!(sorted(&scene), sorted(&Scene::from_tool(&with_extra(), &Drawing::default(), face)), "with the new one");
        scene.follow(&looping(), &Drawing::default(), (&[], &[]), face);
        assert_eq!(places(&scene), first, "and without it as at first");
        let pinned: Vec<_> = first.iter().map(|(id, p)| (id.as_str(), p.x + 500.0, p.y)).collect();
        scene.follow(&looping(), &at(&pinned), (&[], &[]), face);
        assert_ne!(places(&scene), first, "they stand where they were put");
        scene.follow(&looping(), &Drawing::default(), (&[], &[]), face);
        assert_eq!(places(&scene), first, "and when that is undone, as at first");
    }

    #[test]
    fn what_is_held_stays_at_the_pointer() {
        let mut scene = Scene::from_tool(&looping(), &at(&[("inc", 0.0, 0.0)]), face);
        let key = scene.find("inc").unwrap();
        scene.move_node(key, pt(77.0, 7.0));
        scene.follow(&looping(), &at(&[("inc", 0.0, 0.0)]), (&[key], &[]), face);
        assert_eq!(scene.rect(key).unwrap().origin(), pt(77.0, 7.0));
    }

    #[test]
    fn an_edge_into_the_void_and_a_doubled_id_still_make_a_scene() {
        let tool = tool(json!([
            {"id": "a", "type": "entry", "next": "nowhere"},
            {"id": "a", "type": "exit"},
            {"id": "b", "type": "transform", "next": "a"},
        ]));
        let mut scene = Scene::from_tool(&tool, &Drawing::default(), face);
        assert_eq!(scene.nodes().len(), 3, "each node is drawn");
        assert_eq!(scene.edges().rows.len(), 1, "the edge that has an end is drawn");
        assert!(!scene.follow(&tool, &Drawing::default(), (&[], &[]), face), "and found again");
    }

    /// A node of a tool that changes: its id, where it leads by two ways, and where it is.
    type Sketch = (usize, usize, usize, u8);

    /// The tool of these nodes, all of them placed.
    fn sketched(nodes: &[Sketch]) -> (Tool, Drawing) {
        let mut drawing = Drawing::default();
        let nodes: Vec<_> = nodes
            .iter()
            .map(|(id, next, case, x)| {
                drawing.nodes.insert(format!("n{id}").as_str().into(), Spot { x: f64::from(*x) * 60.0, y: f64::from(x % 7) * 50.0 });
                json!({"id": format!("n{id}"), "type": if *case > 6 { "odd" } else { "switch" }, "next": format!("n{next}"),
                    "conditions": [{"rule": case, "next": format!("n{case}")}]})
            })
            .collect();
        (tool(json!(nodes)), drawing)
    }

    /// Tools of up to eight nodes with ends anywhere.
    fn any_nodes() -> impl Strategy<Value = Vec<Sketch>> {
        prop::collection::vec((0usize..8, 0usize..9, 0usize..9, 0u8..40), 1..8)
    }

    /// As a person would change a tool: a node goes, comes, is doubled, leads elsewhere, has another name or another place.
    fn change(nodes: &mut Vec<Sketch>, (how, at, what): (usize, usize, usize)) {
        let row = at % nodes.len().max(1);
        match how {
            0 if nodes.len() > 1 => drop(nodes.remove(row)),
            1 => nodes.insert(row, (what, at % 9, what, (at * 7 % 40) as u8)),
            2 => nodes[row].1 = what,
            3 => nodes[row].2 = what,
            4 => nodes[row].0 = what,
            5 => nodes[row].3 = (what * 5) as u8,
            6 => nodes.swap(0, row),
            _ => {
                let renamed = nodes[row].0;
                nodes.iter_mut().flat_map(|(id, next, case, _)| [id, next, case]).filter(|id| **id == renamed).for_each(|id| *id = what);
            }
        }
    }

    proptest! {
        #[test]
        fn a_scene_that_follows_is_the_scene_that_is_made_anew(versions in prop::collection::vec(any_nodes(), 1..5)) {
            let mut scene = Scene::default();
            for (tool, drawing) in versions.iter().map(|nodes| sketched(nodes)) {
                scene.follow(&tool, &drawing, (&[], &[]), face);
                prop_assert_eq!(told(&scene), told(&Scene::from_tool(&tool, &drawing, face)));
            }
        }

        #[test]
        fn a_scene_that_follows_single_changes_is_the_scene_that_is_made_anew(
            count in 2usize..9,
            changes in prop::collection::vec((0usize..8, 0usize..72, 0usize..9), 1..24),
        ) {
            // Nothing leads nowhere at first, so that the scene looks only into what is new.
            let mut nodes: Vec<Sketch> = (0..count).map(|id| (id, (id + 1) % count, (id + 3) % count, id as u8 * 4)).collect();
            let mut scene = Scene::default();
            for one in [None].into_iter().chain(changes.into_iter().map(Some)) {
                one.into_iter().for_each(|one| change(&mut nodes, one));
                let (tool, drawing) = sketched(&nodes);
                scene.follow(&tool, &drawing, (&[], &[]), face);
                prop_assert_eq!(told(&scene), told(&Scene::from_tool(&tool, &drawing, face)), "after {:?}", one);
            }
        }
    }
}
