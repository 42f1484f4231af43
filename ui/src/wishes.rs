//! What is asked for on the canvas, as changes of the graph and its layout. Pure: it looks at the graph and says what would
//! have to change.

use graph::{Edit, Error, Graph, Item, LayoutEdit, NodeId, ToolName};
use protocol::GraphView;
use serde_json::Value;

use crate::adding::Adding;
use crate::model::{Change, apply};
use crate::rule::Row;
use crate::text::count;
use crate::wish::{Moved, Outlet, Wish};

/// What becomes of a wish.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// This change.
    Change(Box<Change>),
    /// The person is asked what is to be added.
    Ask(Adding),
}

/// Several edits of a graph, each made on what the ones before it left.
pub(crate) struct Draft {
    graph: Graph,
    edits: Vec<Edit>,
}

impl Draft {
    /// Nothing is changed yet.
    pub(crate) fn new(graph: &Graph) -> Self {
        Self { graph: graph.clone(), edits: Vec::new() }
    }

    /// The graph with what was made so far.
    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Makes one more edit.
    ///
    /// # Errors
    /// Where it does not fit.
    pub(crate) fn make(&mut self, edit: Edit) -> Result<(), Error> {
        apply(&mut self.graph, &edit)?;
        self.edits.push(edit);
        Ok(())
    }

    /// All of them as one.
    pub(crate) fn edit(self) -> Edit {
        Edit::batch(self.edits)
    }
}

/// Connects a port, as [`graph::connect`] does. A condition that is added begins with a row to be filled in.
///
/// # Errors
/// Where a node is not there.
pub(crate) fn connect(graph: &Graph, tool: &ToolName, from: &Outlet, to: &NodeId) -> Result<Edit, Error> {
    let mut edit = graph::connect(graph, tool, &from.node, from.port, to)?;
    if let Edit::SetNode { value: Some(Value::Object(case)), .. } = &mut edit {
        case.insert("rule".to_owned(), Row::first().write());
    }
    Ok(edit)
}

/// What becomes of a wish for a tool of a graph.
///
/// # Errors
/// Where what it names is not there any more.
pub(crate) fn answer(view: &GraphView, tool: &ToolName, wish: Wish) -> Result<Answer, Error> {
    let graph = &view.graph;
    let (label, edit, layout) = match wish {
        Wish::Connect { from, to } => (format!("connected {} to {to}", from.node), Some(connect(graph, tool, &from, &to)?), None),
        // Its other end: the port stays.
        Wish::Reconnect { was, from, to } if was == from => {
            (format!("connected {} to {to}", from.node), Some(connect(graph, tool, &from, &to)?), None)
        }
        Wish::Reconnect { was, from, to } => {
            let edit = graph::reconnect(graph, tool, &was.node, was.port, &from.node, from.port)?;
            (format!("connected {} to {to}", from.node), Some(edit), None)
        }
        Wish::Disconnect { edge } => {
            let to = graph.tool(tool.as_str()).and_then(|tool| tool.node(edge.node.as_str())?.target(edge.port));
            let edit = graph::disconnect(graph, tool, &edge.node, edge.port)?;
            let label = to.map_or_else(|| format!("disconnected {}", edge.node), |to| format!("disconnected {} from {to}", edge.node));
            (label, Some(edit), None)
        }
        Wish::Remove { nodes, items } => {
            let mut layout = Vec::new();
            for node in &nodes {
                if view.layout.drawing(tool.as_str()).is_some_and(|drawing| drawing.nodes.contains_key(node)) {
                    layout.push(LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at: None });
                }
            }
            layout.extend(items.iter().map(|item| LayoutEdit::SetItem { tool: tool.clone(), item: item.clone(), value: None, at: None }));
            let edit = Some(&nodes).filter(|nodes| !nodes.is_empty()).map(|nodes| graph::remove_nodes(graph, tool, nodes)).transpose()?;
            (format!("deleted {}", things(nodes.len(), items.len(), nodes.first())), edit, Some(layout))
        }
        Wish::Add { at, after } => return Ok(Answer::Ask(Adding { at: Some(at), after })),
        Wish::InsertOn { edge, to, node, moved, .. } => {
            let edit = nodes::route_through(graph, tool, &edge.node, edge.port, &node)?;
            (format!("put {node} between {} and {to}", edge.node), Some(edit), Some(places(view, tool, &moved)))
        }
        Wish::Moved(moved) => {
            let (nodes, items) = (moved.nodes.len(), moved.items.len());
            (format!("moved {}", things(nodes, items, moved.nodes.first().map(|(id, _)| id))), None, Some(places(view, tool, &moved)))
        }
    };
    let layout = layout.filter(|edits| !edits.is_empty()).map(LayoutEdit::batch);
    Ok(Answer::Change(Box::new(Change { label, edit, layout, gesture: None })))
}

/// The edits that put everything where it was moved.
fn places(view: &GraphView, tool: &ToolName, moved: &Moved) -> Vec<LayoutEdit> {
    let nodes = moved.nodes.iter().map(|(node, at)| LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at: Some(*at) });
    let drawing = view.layout.drawing(tool.as_str());
    let items = moved.items.iter().filter_map(|(id, rect)| {
        let before = drawing?.items.get(id)?.clone();
        let (x, y, w, h) = (rect.x, rect.y, rect.w, rect.h);
        Some(LayoutEdit::SetItem { tool: tool.clone(), item: id.clone(), value: Some(Item { x, y, w, h, ..before }), at: None })
    });
    nodes.chain(items).collect()
}

/// A number of nodes and items in words; a single node by its id.
fn things(nodes: usize, items: usize, only: Option<&NodeId>) -> String {
    match (nodes, items, only) {
        (1, 0, Some(only)) => only.to_string(),
        (_, 0, _) => count(nodes, "node"),
        (0, _, _) => count(items, "item"),
        (_, _, _) => format!("{} and {}", count(nodes, "node"), count(items, "item")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use graph::{Port, Spot};
    use protocol::GraphId;
    use serde_json::json;

    /// A graph with one tool `t` of these nodes.
    pub(crate) fn view(nodes: Value) -> GraphView {
        let tool = json!({"name": "t", "description": "", "inputSchema": {"type": "object"}, "nodes": nodes});
        let value = json!({"version": "1", "server": {"name": "g", "version": "1"}, "tools": [tool]});
        GraphView {
            id: GraphId(1),
            path: "/g.yaml".to_owned(),
            dialect: String::new(),
            graph: Graph::from_json(&value).0.into(),
            layout: std::sync::Arc::default(),
            problems: Vec::new(),
            revision: 1,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        }
    }

    fn out(node: &str, port: Port) -> Outlet {
        Outlet { node: node.into(), port }
    }

    /// Answers a wish on a graph of a switch; its label and the edges that there are then, a line each.
    fn check(wish: Wish, label: &str, edges: &str) {
        let mut view = view(json!([
            {"id": "a", "type": "transform", "transform": {"expr": "1"}, "next": "s"},
            {"id": "s", "type": "switch", "conditions": [{"rule": 1, "next": "x"}, {"rule": 2, "next": "y"}], "next": "z"},
            {"id": "x", "type": "exit"}, {"id": "y", "type": "exit"}, {"id": "z", "type": "exit"},
        ]));
        let Answer::Change(change) = answer(&view, &"t".into(), wish).unwrap() else { panic!("it is a change") };
        assert_eq!(change.label, label);
        apply(std::sync::Arc::make_mut(&mut view.graph), &change.edit.unwrap()).unwrap();
        let nodes = &view.graph.tool("t").unwrap().nodes;
        let found: Vec<_> = nodes
            .iter()
            .flat_map(|node| {
                node.edges().into_iter().map(|edge| {
                    let rule = match edge.port {
                        Port::Case(at) => node.fields["conditions"][at]["rule"].to_string(),
                        port => port.path().to_string(),
                    };
                    format!("{} {rule} {}", node.id, edge.to)
                })
            })
            .collect();
        assert_eq!(found.join(", "), edges, "the edges after `{label}`");
    }

    #[test]
    fn edges_are_made_moved_and_taken_away() {
        check(Wish::Connect { from: out("a", Port::Next), to: "x".into() }, "connected a to x", "a next x, s next z, s 1 x, s 2 y");
        check(
            Wish::Connect { from: out("s", Port::Case(2)), to: "z".into() },
            "connected s to z",
            r#"a next s, s next z, s 1 x, s 2 y, s {"==":[{"var":""},""]} z"#,
        );
        check(Wish::Disconnect { edge: out("s", Port::Case(0)) }, "disconnected s from x", "a next s, s next z, s 2 y");
        check(
            Wish::Reconnect { was: out("s", Port::Case(0)), from: out("s", Port::Case(2)), to: "x".into() },
            "connected s to x",
            "a next s, s next z, s 2 y, s 1 x",
        );
        check(
            Wish::Reconnect { was: out("s", Port::Case(1)), from: out("s", Port::Case(1)), to: "z".into() },
            "connected s to z",
            "a next s, s next z, s 1 x, s 2 z",
        );
    }

    #[test]
    fn what_is_deleted_takes_its_edges_along() {
        let wish = Wish::Remove { nodes: vec!["x".into(), "y".into()], items: Vec::new() };
        check(wish, "deleted 2 nodes", "a next s, s next z");
        let wish = Wish::Remove { nodes: vec!["x".into()], items: Vec::new() };
        check(wish, "deleted x", "a next s, s next z, s 2 y");
    }

    #[test]
    fn what_is_moved_is_only_in_the_layout() {
        let moved = Moved { nodes: vec![("a".into(), Spot { x: 1.0, y: 2.0 }), ("x".into(), Spot::default())], items: Vec::new() };
        let mut view = view(json!([]));
        let Answer::Change(change) = answer(&view, &"t".into(), Wish::Moved(moved)).unwrap() else { panic!("it is a change") };
        assert_eq!((change.label.as_str(), change.edit), ("moved 2 nodes", None));
        std::sync::Arc::make_mut(&mut view.layout).apply(&change.layout.unwrap());
        assert_eq!(view.layout.drawing("t").unwrap().nodes["a"], Spot { x: 1.0, y: 2.0 });
    }
}
