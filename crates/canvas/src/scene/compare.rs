//! Two versions of a tool in one scene: what is new, what is gone, what is otherwise, each with its mark.

use std::collections::HashMap;

use graph::{Drawing, Edge, Fate, Node, Port, Tool};

use super::{EdgeKey, Face, ItemKey, NodeKey, Scene};
use crate::label::edge_label;

/// What became of each thing in a scene that compares; what is the same has no mark.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    nodes: HashMap<NodeKey, Fate>,
    edges: HashMap<EdgeKey, Fate>,
    items: HashMap<ItemKey, Fate>,
}

impl Scene {
    /// Both versions of a tool: the later one as it stands, and from the earlier one what is not there any more, where it stood.
    #[must_use]
    pub fn compared(before: (&Tool, &Drawing), after: (&Tool, &Drawing), face: impl Fn(&Node) -> Face) -> Self {
        let ((old, old_drawing), (new, new_drawing)) = (before, after);
        let mut tool = new.clone();
        tool.nodes.extend(old.nodes.iter().filter(|node| new.node(node.id.as_str()).is_none()).cloned());
        let mut drawing = new_drawing.clone();
        for node in tool.nodes.iter().skip(new.nodes.len()) {
            if let Some(at) = old_drawing.nodes.get(&node.id) {
                drawing.nodes.insert(node.id.clone(), *at);
            }
        }
        let gone = old_drawing.items.iter().filter(|(id, _)| !new_drawing.items.contains_key(*id));
        drawing.items.extend(gone.map(|(id, item)| (id.clone(), item.clone())));
        // A port that only the earlier version used is there for its edge.
        let with_old_ports = |node: &Node| {
            let mut face = face(node);
            face.ports.extend(old.node(node.id.as_str()).into_iter().flat_map(Node::edges).map(|edge| edge.port));
            face
        };
        let mut scene = Scene::from_tool(&tool, &drawing, with_old_ports);
        let mut marks = Marks::default();
        for node in &tool.nodes {
            let fate = fate(old.node(node.id.as_str()), new.node(node.id.as_str()));
            marks.nodes.extend(scene.find(node.id.as_str()).zip(fate));
        }
        scene.mark_edges(old, new, &mut marks);
        for id in drawing.items.keys() {
            let fate = fate(old_drawing.items.get(id), new_drawing.items.get(id));
            marks.items.extend(scene.find_item(id.as_str()).map(|row| row.key).zip(fate));
        }
        scene.marks = Some(marks);
        scene
    }

    /// Whether it shows two versions; then nothing in it can be moved or joined.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.marks.is_some()
    }

    /// What became of a node; none where it is the same, or nothing is compared.
    #[must_use]
    pub fn fate(&self, node: NodeKey) -> Option<Fate> {
        self.marks.as_ref()?.nodes.get(&node).copied()
    }

    /// What became of an edge.
    #[must_use]
    pub fn edge_fate(&self, edge: EdgeKey) -> Option<Fate> {
        self.marks.as_ref()?.edges.get(&edge).copied()
    }

    /// What became of an item.
    #[must_use]
    pub fn item_fate(&self, item: ItemKey) -> Option<Fate> {
        self.marks.as_ref()?.items.get(&item).copied()
    }

    /// Marks the edges, and adds those that only the earlier version has.
    fn mark_edges(&mut self, old: &Tool, new: &Tool, marks: &mut Marks) {
        let (was, is) = (edges(old), edges(new));
        for edge in self.edges.rows.clone() {
            let (Some(from), Some(to)) = (self.id(edge.from).cloned(), self.id(edge.to).cloned()) else { continue };
            let way = (from.as_str(), edge.port, to.as_str());
            let fate = match (was.get(&way), is.get(&way)) {
                (None, Some(_)) => Some(Fate::Added),
                (Some(before), Some(now)) if before != now => Some(Fate::Changed),
                (Some(_), None) => Some(Fate::Removed),
                (Some(_), Some(_)) | (None, None) => None,
            };
            marks.edges.extend(fate.map(|fate| (edge.key, fate)));
        }
        let mut gone: Vec<_> = was.iter().filter(|(way, _)| !is.contains_key(*way)).collect();
        gone.sort_by_key(|(way, _)| (way.0, way.2));
        for ((from, port, to), label) in gone {
            let (Some(from), Some(to)) = (self.find(from), self.find(to)) else { continue };
            let is_there = self.edges.rows.iter().any(|edge| (edge.from, edge.port, edge.to) == (from, *port, to));
            if !is_there {
                marks.edges.extend(self.add_edge(from, *port, to, label).map(|key| (key, Fate::Removed)));
            }
        }
    }
}

fn fate<T: PartialEq>(before: Option<&T>, after: Option<&T>) -> Option<Fate> {
    match (before, after) {
        (None, Some(_)) => Some(Fate::Added),
        (Some(_), None) => Some(Fate::Removed),
        (Some(before), Some(after)) => (before != after).then_some(Fate::Changed),
        (None, None) => None,
    }
}

/// Each edge of a tool by where it leaves and leads, with what is written at it.
fn edges(tool: &Tool) -> HashMap<(&str, Port, &str), String> {
    let ids: HashMap<&str, &str> = tool.nodes.iter().map(|node| (node.id.as_str(), node.id.as_str())).collect();
    let mut found = HashMap::new();
    for node in &tool.nodes {
        for Edge { port, to } in node.edges() {
            if let Some(to) = ids.get(to.as_str()) {
                found.insert((node.id.as_str(), port, *to), edge_label(node, port));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::{Item, ItemContent, Spot};
    use serde_json::json;

    fn tool(nodes: serde_json::Value) -> Tool {
        Tool::from_json(&json!({"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": nodes})).unwrap()
    }

    fn face(node: &Node) -> Face {
        let ports = if node.kind == "exit" { Vec::new() } else { vec![Port::Next] };
        Face { summary: String::new(), ports, has_input: node.kind != "entry" }
    }

    fn sign(fate: Option<Fate>) -> &'static str {
        match fate {
            None => " ",
            Some(Fate::Added) => "+",
            Some(Fate::Removed) => "-",
            Some(Fate::Changed) => "~",
        }
    }

    /// What is in a scene, each with its sign, sorted.
    fn told(scene: &Scene) -> Vec<String> {
        let id = |key| scene.id(key).map(ToString::to_string).unwrap();
        let nodes = scene.nodes().keys.iter().map(|key| format!("{} {}", sign(scene.fate(*key)), id(*key)));
        let edges = scene.edges().rows.iter();
        let edges = edges.map(|edge| format!("{} {} to {}", sign(scene.edge_fate(edge.key)), id(edge.from), id(edge.to)));
        let items = scene.items().iter().map(|item| format!("{} {}", sign(scene.item_fate(item.key)), item.id));
        let mut told: Vec<String> = nodes.chain(edges).chain(items).collect();
        told.sort();
        told
    }

    #[test]
    fn what_is_new_gone_or_otherwise_is_marked_and_the_rest_is_not() {
        let old = tool(json!([
            {"id": "entry", "type": "entry", "next": "old"},
            {"id": "old", "type": "transform", "transform": {"expr": "1"}, "next": "exit"},
            {"id": "kept", "type": "transform", "transform": {"expr": "1"}, "next": "exit"},
            {"id": "exit", "type": "exit"},
        ]));
        let new = tool(json!([
            {"id": "entry", "type": "entry", "next": "new"},
            {"id": "new", "type": "transform", "transform": {"expr": "1"}, "next": "kept"},
            {"id": "kept", "type": "transform", "transform": {"expr": "2"}, "next": "exit"},
            {"id": "exit", "type": "exit"},
        ]));
        let note = |text: &str| {
            let content = ItemContent::Note { text: text.to_owned(), color: None };
            Item { x: 0.0, y: -200.0, w: 100.0, h: 60.0, content, extra: graph::Fields::new() }
        };
        let (mut before, mut after) = (Drawing::default(), Drawing::default());
        before.nodes.insert("old".into(), Spot { x: 700.0, y: 800.0 });
        before.items.extend([("a".into(), note("1")), ("b".into(), note("1"))]);
        after.items.extend([("b".into(), note("2")), ("c".into(), note("1"))]);
        let scene = Scene::compared((&old, &before), (&new, &after), face);
        assert_eq!(
            told(&scene),
            [
                "  exit",
                "  kept to exit",
                "+ c",
                "+ entry to new",
                "+ new",
                "+ new to kept",
                "- a",
                "- entry to old",
                "- old",
                "- old to exit",
                "~ b",
                "~ entry",
                "~ kept",
            ]
        );
        let old = scene.rect(scene.find("old").unwrap()).unwrap();
        assert_eq!((old.x, old.y), (700.0, 800.0), "what is gone stands where it stood");
    }

    #[test]
    fn an_edge_with_another_rule_is_changed_and_a_condition_that_is_gone_keeps_its_way() {
        let switch = |conditions: serde_json::Value| {
            tool(json!([
                {"id": "s", "type": "switch", "conditions": conditions, "next": "b"},
                {"id": "a", "type": "exit"}, {"id": "b", "type": "exit"},
            ]))
        };
        let rule = |n: u32| json!({"rule": {"<": [{"var": "n"}, n]}, "next": "a"});
        let none = Drawing::default();
        let scene = Scene::compared((&switch(json!([rule(1), rule(2)])), &none), (&switch(json!([rule(3)])), &none), face);
        assert_eq!(told(&scene), ["  a", "  b", "  s to b", "- s to a", "~ s", "~ s to a"]);
    }
}
