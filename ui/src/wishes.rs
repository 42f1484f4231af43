//! What is asked for on the canvas, as changes of the graph and its layout. Pure: it looks at the graph and says what would
//! have to change.

use graph::{Edit, Error, Graph, Item, LayoutEdit, Node, NodeId, Port, Tool, ToolName};
use protocol::GraphView;
use serde_json::{Value, json};

use crate::adding::Adding;
use crate::model::{Change, apply};
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

    fn node(&self, tool: &ToolName, id: &NodeId) -> Result<&Node, Error> {
        let holder = self.graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
        holder.node(id.as_str()).ok_or_else(|| Error::NoNode { tool: tool.clone(), node: id.clone() })
    }

    /// Connects a port; a condition or a branch past the last is added.
    ///
    /// # Errors
    /// Where a node is not there.
    pub(crate) fn connect(&mut self, tool: &ToolName, from: &Outlet, to: &NodeId) -> Result<(), Error> {
        let rule = json!({"==": [{"var": ""}, ""]});
        self.connect_case(tool, from, to, json!({"rule": rule}))
    }

    /// As [`Draft::connect`], with the condition that is added where one is.
    fn connect_case(&mut self, tool: &ToolName, from: &Outlet, to: &NodeId, mut case: Value) -> Result<(), Error> {
        let length = self.node(tool, &from.node)?.fields.get("conditions").and_then(Value::as_array).map_or(0, Vec::len);
        match from.port {
            Port::Case(at) if at >= length => {
                case["next"] = to.as_str().into();
                let path = graph::Path::root().key("conditions").index(length);
                self.make(Edit::SetNode { tool: tool.clone(), node: from.node.clone(), path, value: Some(case) })
            }
            port => self.make(graph::connect(&self.graph, tool, &from.node, port, to)?),
        }
    }
}

/// What becomes of a wish for a tool of a graph.
///
/// # Errors
/// Where what it names is not there any more.
pub(crate) fn answer(view: &GraphView, tool: &ToolName, wish: Wish) -> Result<Answer, Error> {
    let mut draft = Draft::new(&view.graph);
    let (label, layout) = match wish {
        Wish::Connect { from, to } => {
            draft.connect(tool, &from, &to)?;
            (format!("connected {} to {to}", from.node), None)
        }
        Wish::Reconnect { was, from, to } => {
            reconnect(&mut draft, tool, &was, from.clone(), &to)?;
            (format!("connected {} to {to}", from.node), None)
        }
        Wish::Disconnect { edge } => {
            let to = draft.node(tool, &edge.node)?.target(edge.port);
            draft.make(graph::disconnect(&view.graph, tool, &edge.node, edge.port)?)?;
            (to.map_or_else(|| format!("disconnected {}", edge.node), |to| format!("disconnected {} from {to}", edge.node)), None)
        }
        Wish::Remove { nodes, items } => {
            let mut layout = Vec::new();
            for node in &nodes {
                draft.make(graph::remove_node(draft.graph(), tool, node)?)?;
                if view.layout.drawing(tool.as_str()).is_some_and(|drawing| drawing.nodes.contains_key(node)) {
                    layout.push(LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at: None });
                }
            }
            layout.extend(items.iter().map(|item| LayoutEdit::SetItem { tool: tool.clone(), item: item.clone(), value: None, at: None }));
            (format!("deleted {}", things(nodes.len(), items.len(), nodes.first())), Some(layout))
        }
        Wish::Add { at, after } => return Ok(Answer::Ask(Adding { at: Some(at), after })),
        Wish::InsertOn { edge, to, node, port, moved } => {
            draft.connect(tool, &Outlet { node: node.clone(), port }, &to)?;
            draft.connect(tool, &edge, &node)?;
            (format!("put {node} between {} and {to}", edge.node), Some(places(view, tool, &moved)))
        }
        Wish::Moved(moved) => {
            let (nodes, items) = (moved.nodes.len(), moved.items.len());
            (format!("moved {}", things(nodes, items, moved.nodes.first().map(|(id, _)| id))), Some(places(view, tool, &moved)))
        }
    };
    let edit = Some(draft.edits).filter(|edits| !edits.is_empty()).map(Edit::batch);
    let layout = layout.filter(|edits| !edits.is_empty()).map(LayoutEdit::batch);
    Ok(Answer::Change(Box::new(Change { label, edit, layout, gesture: None })))
}

/// Takes an edge off one port and puts it to another; a condition moves with its rule.
fn reconnect(draft: &mut Draft, tool: &ToolName, was: &Outlet, from: Outlet, to: &NodeId) -> Result<(), Error> {
    if *was == from {
        return draft.connect(tool, &from, to);
    }
    let case = match was.port {
        Port::Case(at) => draft.node(tool, &was.node)?.fields.get("conditions").and_then(|cases| cases.get(at)).cloned(),
        _ => None,
    };
    draft.make(graph::disconnect(&draft.graph, tool, &was.node, was.port)?)?;
    // What was taken out of a list moved the later ones up.
    let port = match (was.node == from.node, was.port, from.port) {
        (true, Port::Case(gone), Port::Case(at)) if at > gone => Port::Case(at - 1),
        (true, Port::Branch(gone), Port::Branch(at)) if at > gone => Port::Branch(at - 1),
        (_, _, port) => port,
    };
    let from = Outlet { port, ..from };
    match case {
        Some(case) => draft.connect_case(tool, &from, to, case),
        None => draft.connect(tool, &from, to),
    }
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

/// An id that no node of the tool has: the stem, or the stem with a number.
pub(crate) fn free_id(tool: &Tool, stem: &str) -> NodeId {
    let numbered = (2usize..).map(|n| format!("{stem}_{n}"));
    std::iter::once(stem.to_owned()).chain(numbered).find(|id| tool.node(id).is_none()).unwrap_or_default().into()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use graph::{Layout, Spot};
    use protocol::GraphId;

    /// A graph with one tool `t` of these nodes.
    pub(crate) fn view(nodes: Value) -> GraphView {
        let tool = json!({"name": "t", "description": "", "inputSchema": {"type": "object"}, "nodes": nodes});
        let value = json!({"version": "1", "server": {"name": "g", "version": "1"}, "tools": [tool]});
        GraphView {
            id: GraphId(1),
            path: "/g.yaml".to_owned(),
            dialect: String::new(),
            graph: Graph::from_json(&value).0,
            layout: Layout::default(),
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
        apply(&mut view.graph, &change.edit.unwrap()).unwrap();
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
        view.layout.apply(&change.layout.unwrap());
        assert_eq!(view.layout.drawing("t").unwrap().nodes["a"], Spot { x: 1.0, y: 2.0 });
    }
}
