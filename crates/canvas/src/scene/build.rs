//! A scene of a tool: its nodes where they were placed or where the layout puts them, and its edges with their labels.

use std::collections::{BTreeMap, HashMap};

use graph::{Edge, Node, NodeId, Port, Tool};

use super::{CARD_WIDTH, NodeSpec, Scene, columns::card_height, route::label_room};
use crate::{Point, edge_label, layout, layout::Link};

/// Where a person has put nodes: the upper left corner of each.
pub type Places = BTreeMap<NodeId, Point>;

impl Scene {
    /// The scene of a tool. Nodes without a place get one that disturbs no other; `summarize` says in one line what a node
    /// is set to do. An edge to a node that is not there is left out: the graph's checks name it.
    #[must_use]
    pub fn from_tool(tool: &Tool, places: &Places, summarize: impl Fn(&Node) -> String) -> Self {
        let edges: Vec<_> = tool.nodes.iter().map(edges_from_the_top).collect();
        let sizes: Vec<_> = edges.iter().map(|edges| (CARD_WIDTH, card_height(edges.len()))).collect();
        let positions: HashMap<&NodeId, usize> = tool.nodes.iter().enumerate().rev().map(|(at, node)| (&node.id, at)).collect();
        let mut links = Vec::new();
        for (from, (node, edges)) in tool.nodes.iter().zip(&edges).enumerate() {
            for edge in edges {
                if let Some(to) = positions.get(&edge.to) {
                    links.push(Link { from, to: *to, room: label_room(&edge_label(node, edge.port)) });
                }
            }
        }
        let placed: Vec<Option<Point>> = tool.nodes.iter().map(|node| places.get(&node.id).copied()).collect();
        let points = layout::arrange(&sizes, &links, &placed);

        let mut scene = Scene::default();
        let mut keys = Vec::with_capacity(tool.nodes.len());
        for ((node, edges), at) in tool.nodes.iter().zip(&edges).zip(points) {
            keys.push(scene.add_node(NodeSpec {
                id: node.id.clone(),
                kind: node.kind.clone(),
                summary: summarize(node),
                at,
                ports: edges.iter().map(|edge| edge.port).collect(),
            }));
        }
        for ((node, edges), from) in tool.nodes.iter().zip(&edges).zip(&keys) {
            for edge in edges {
                if let Some(to) = scene.find(edge.to.as_str()) {
                    scene.add_edge(*from, edge.port, to, &edge_label(node, edge.port));
                }
            }
        }
        scene
    }

    /// Where each node is, to be kept.
    #[must_use]
    pub fn places(&self) -> Places {
        let nodes = &self.nodes;
        (0..nodes.len()).map(|row| (nodes.texts[row].id.clone(), nodes.rect(row).origin())).collect()
    }
}

/// The edges out of a node in the order in which a person would read them: what is decided first is first, the default
/// after it, and what is not hoped for last.
#[must_use]
pub fn edges_from_the_top(node: &Node) -> Vec<Edge> {
    let mut edges = node.edges();
    edges.sort_by_key(|edge| match edge.port {
        Port::Case(i) | Port::Branch(i) => (0, i),
        Port::Body => (1, 0),
        Port::Next => (2, 0),
        Port::Join => (3, 0),
        Port::OnReject => (4, 0),
        Port::OnError => (5, 0),
    });
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::pt;
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

    #[test]
    fn a_tool_is_drawn_with_its_conditions() {
        let scene = Scene::from_tool(&looping(), &Places::new(), |node| format!("a {}", node.kind));
        let edges: Vec<String> = scene
            .edges()
            .rows
            .iter()
            .map(|edge| format!("{} -> {} [{}]", scene.id(edge.from).unwrap(), scene.id(edge.to).unwrap(), edge.label))
            .collect();
        assert_eq!(edges, ["entry -> inc []", "inc -> check []", "check -> inc [inc.n < 3]", "check -> exit [otherwise]"]);
        assert_eq!(scene.nodes().texts[1].summary, "a transform");
        let xs: Vec<f64> = ["entry", "inc", "check", "exit"].iter().map(|id| scene.rect(scene.find(id).unwrap()).unwrap().x).collect();
        assert!(xs.is_sorted_by(|a, b| a + CARD_WIDTH < *b), "it reads from left to right: {xs:?}");
    }

    #[test]
    fn a_place_that_was_chosen_is_kept() {
        let places = Places::from([("check".into(), pt(-3000.0, 17.0))]);
        let scene = Scene::from_tool(&looping(), &places, |_| String::new());
        assert_eq!(scene.places()[&NodeId::from("check")], pt(-3000.0, 17.0));
        let again = Scene::from_tool(&looping(), &scene.places(), |_| String::new());
        assert_eq!(again.places(), scene.places(), "a scene with all places is drawn as it was");
    }

    #[test]
    fn an_edge_into_the_void_and_a_doubled_id_still_make_a_scene() {
        let tool = tool(json!([
            {"id": "a", "type": "entry", "next": "nowhere"},
            {"id": "a", "type": "exit"},
            {"id": "b", "type": "transform", "next": "a"},
        ]));
        let scene = Scene::from_tool(&tool, &Places::new(), |_| String::new());
        assert_eq!(scene.nodes().len(), 3, "each node is drawn");
        assert_eq!(scene.edges().rows.len(), 1, "the edge that has an end is drawn");
    }
}
