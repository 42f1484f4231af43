//! What a change of a graph means for its layout: a renamed node keeps its place, one that goes leaves none behind. Knows
//! nothing of files.

use graph::{Edit, Graph, Layout, LayoutEdit, NodeId, ToolName};

/// The change of the layout that goes with an edit; none where nothing that has a place is concerned. `after` is the graph
/// with the edit made.
pub(crate) fn carried(edit: &Edit, after: &Graph, layout: &Layout) -> Option<LayoutEdit> {
    let mut carrier = Carrier { after, layout: layout.clone(), edits: Vec::new() };
    carrier.edit(edit);
    (!carrier.edits.is_empty()).then(|| LayoutEdit::batch(carrier.edits))
}

struct Carrier<'g> {
    after: &'g Graph,
    layout: Layout,
    edits: Vec<LayoutEdit>,
}

impl Carrier<'_> {
    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::SetNodeId { tool, from, to } if from != to => {
                let at = self.place(tool, from);
                if at.is_some() || self.place(tool, to).is_some() {
                    self.make(LayoutEdit::Place { tool: tool.clone(), node: to.clone(), at });
                    self.make(LayoutEdit::Place { tool: tool.clone(), node: from.clone(), at: None });
                }
            }
            Edit::SetToolName { from, to } if from != to => {
                if let Some(drawing) = self.layout.drawing(from.as_str()).cloned() {
                    self.make(LayoutEdit::SetDrawing { tool: from.clone(), value: None });
                    self.make(LayoutEdit::SetDrawing { tool: to.clone(), value: Some(drawing) });
                }
            }
            // What is taken out and put in again, as to be moved in the list, keeps its place.
            Edit::RemoveNode { tool, node } => {
                let is_back = self.after.tool(tool.as_str()).is_some_and(|tool| tool.node(node.as_str()).is_some());
                if !is_back && self.place(tool, node).is_some() {
                    self.make(LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at: None });
                }
            }
            Edit::RemoveTool { tool } => {
                if self.after.tool(tool.as_str()).is_none() && self.layout.drawing(tool.as_str()).is_some() {
                    self.make(LayoutEdit::SetDrawing { tool: tool.clone(), value: None });
                }
            }
            Edit::Batch { edits } => edits.iter().for_each(|edit| self.edit(edit)),
            Edit::SetNodeId { .. }
            | Edit::SetToolName { .. }
            | Edit::SetNode { .. }
            | Edit::InsertNode { .. }
            | Edit::SetTool { .. }
            | Edit::InsertTool { .. }
            | Edit::SetGraph { .. }
            | Edit::SetServerName { .. } => {}
        }
    }

    fn place(&self, tool: &ToolName, node: &NodeId) -> Option<graph::Spot> {
        self.layout.drawing(tool.as_str())?.nodes.get(node).copied()
    }

    fn make(&mut self, edit: LayoutEdit) {
        self.layout.apply(&edit);
        self.edits.push(edit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::{Document, Spot};
    use serde_json::json;

    /// `places` and `expected` are `tool.node` at its number.
    #[track_caller]
    fn check(edits: serde_json::Value, places: &[(&str, &str, f64)], expected: &[(&str, &str, f64)]) {
        let tool = |name: &str, nodes: &[&str]| {
            let nodes: Vec<_> = nodes.iter().map(|id| json!({"id": id, "type": "exit"})).collect();
            json!({"name": name, "description": "", "inputSchema": {}, "nodes": nodes})
        };
        let tools = json!([tool("t", &["a", "b"]), tool("u", &["a"])]);
        let json = json!({"version": "1", "server": {"name": "s", "version": "1"}, "tools": tools});
        let edit = Edit::Batch { edits: serde_json::from_value(edits).unwrap() };
        let mut document = Document::new(Graph::from_json(&json).0);
        document.apply("", &edit).unwrap();
        let mut layout = Layout::default();
        for (tool, node, x) in places {
            layout.apply(&LayoutEdit::Place { tool: (*tool).into(), node: (*node).into(), at: Some(Spot { x: *x, y: 0.0 }) });
        }
        if let Some(change) = carried(&edit, document.graph(), &layout) {
            layout.apply(&change);
        }
        let mut found: Vec<_> = Vec::new();
        for (tool, drawing) in &layout.tools {
            found.extend(drawing.nodes.iter().map(|(node, at)| (tool.as_str(), node.as_str(), at.x)));
        }
        assert_eq!(found, expected, "after {edit:?}");
    }

    #[test]
    fn places_follow_names_and_go_with_what_goes() {
        let rename = |from: &str, to: &str| json!({"edit": "setNodeId", "tool": "t", "from": from, "to": to});
        check(json!([rename("a", "z")]), &[("t", "a", 1.0), ("u", "a", 2.0)], &[("t", "z", 1.0), ("u", "a", 2.0)]);
        check(json!([rename("a", "x"), rename("b", "a"), rename("x", "b")]), &[("t", "a", 1.0)], &[("t", "b", 1.0)]);
        let tool = json!({"edit": "setToolName", "from": "t", "to": "v"});
        let inside = json!({"edit": "setNodeId", "tool": "v", "from": "a", "to": "z"});
        check(json!([tool, inside]), &[("t", "a", 1.0)], &[("v", "z", 1.0)]);
        let remove = json!({"edit": "removeNode", "tool": "t", "node": "a"});
        check(json!([remove]), &[("t", "a", 1.0), ("t", "b", 2.0)], &[("t", "b", 2.0)]);
        let back = json!({"edit": "insertNode", "tool": "t", "at": 1, "node": {"id": "a", "type": "exit"}});
        check(json!([remove, back]), &[("t", "a", 1.0)], &[("t", "a", 1.0)]);
        check(json!([{"edit": "removeTool", "tool": "t"}]), &[("t", "a", 1.0), ("u", "a", 2.0)], &[("u", "a", 2.0)]);
    }
}
