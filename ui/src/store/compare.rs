//! Two versions of a graph side by side on one canvas. While they are, nothing can be changed.

use std::sync::Arc;

use graph::{Diff, Fate, Graph, Layout, ToolName, diff};
use leptos::prelude::*;
use protocol::GraphId;

use super::Store;
use crate::toast::Toast;

/// A version with what is in it, as a person knows it.
#[derive(Debug)]
pub(crate) struct Version {
    /// Its name, or the last change in it.
    pub(crate) title: String,
    /// The graph.
    pub(crate) graph: Arc<Graph>,
    /// Where things stood.
    pub(crate) layout: Arc<Layout>,
}

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// The graph that both are of.
    pub(crate) graph: GraphId,
    /// The earlier one.
    pub(crate) before: Arc<Version>,
    /// The later one.
    pub(crate) after: Arc<Version>,
    /// What differs between them.
    pub(crate) diff: Arc<Diff>,
    /// The tool that is drawn.
    pub(crate) tool: ToolName,
}

impl Comparison {
    /// The comparison, drawn at `tool` if that differs, or else at the first tool that does.
    pub(crate) fn of(graph: GraphId, before: Version, after: Version, tool: Option<ToolName>) -> Self {
        let diff = diff(&before.graph, &after.graph);
        let differs = |name: &ToolName| diff.tools.iter().any(|tool| tool.tool == *name);
        let tool = tool.filter(|name| diff.tools.is_empty() || differs(name)).or_else(|| diff.tools.first().map(|tool| tool.tool.clone()));
        let tool = tool.unwrap_or_else(|| ToolName::from(""));
        Self { graph, before: Arc::new(before), after: Arc::new(after), diff: Arc::new(diff), tool }
    }

    /// How many nodes of the tool that is drawn were added, removed and changed.
    pub(crate) fn counts(&self) -> [(Fate, usize); 3] {
        let nodes = self.diff.tools.iter().filter(|tool| tool.tool == self.tool).flat_map(|tool| &tool.nodes);
        let of = |fate: Fate| nodes.clone().filter(|node| node.fate == fate).count();
        [Fate::Added, Fate::Removed, Fate::Changed].map(|fate| (fate, of(fate)))
    }
}

impl Store {
    /// Compares two versions on the canvas.
    pub(crate) fn compare(self, before: Version, after: Version) {
        self.leave_past();
        let (Some(graph), tool) = (self.shown_id(), self.of_tool_now()) else { return };
        self.comparison.set(Some(Comparison::of(graph, before, after, tool)));
        self.draw();
    }

    /// Draws another tool of what is compared.
    pub(crate) fn compare_tool(self, tool: &ToolName) {
        let is_new = self.comparison.with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.tool != *tool));
        if is_new {
            self.comparison.update(|shown| {
                if let Some(shown) = shown {
                    shown.tool = tool.clone();
                }
            });
            self.draw();
        }
    }

    /// Shows the graph again as it is.
    pub(crate) fn leave_comparison(self) {
        if self.comparison.with_untracked(Option::is_some) {
            self.comparison.set(None);
            self.draw();
        }
    }

    /// Draws what is compared; says whether anything is.
    pub(super) fn draw_comparison(self) -> bool {
        let Some(shown) = self.comparison.get_untracked() else { return false };
        let Comparison { graph, before, after, tool, .. } = shown;
        if self.shown_id() != Some(graph) {
            self.comparison.set(None);
            return false;
        }
        let bare = |tool: &graph::Tool| graph::Tool { nodes: Vec::new(), ..tool.clone() };
        let (old, new) = (before.graph.tool(tool.as_str()).cloned(), after.graph.tool(tool.as_str()).cloned());
        // A tool that only one of them has was empty in the other.
        let (Some(old), Some(new)) = (old.clone().or_else(|| new.as_ref().map(bare)), new.or_else(|| old.as_ref().map(bare))) else {
            return true;
        };
        let none = graph::Drawing::default();
        let places = |layout: &Layout| layout.drawing(tool.as_str()).cloned().unwrap_or_else(|| none.clone());
        self.stage.show_compared((&old, &places(&before.layout)), (&new, &places(&after.layout)));
        true
    }

    /// Whether versions are compared or a run is looked back at, and so nothing is changed; the person is told.
    pub(super) fn only_compares(self) -> bool {
        if self.is_on_board() {
            return true;
        }
        let is_so = self.comparison.with_untracked(Option::is_some);
        if is_so {
            self.toast.set(Some(Toast::note("Two versions are compared: nothing is changed here. Escape leaves the comparison.")));
        }
        let is_past = self.is_past();
        if is_past {
            self.toast.set(Some(Toast::note("A run is looked back at: nothing is changed here. Escape goes back to the graph.")));
        }
        is_so || is_past
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn version(tools: serde_json::Value) -> Version {
        let value = json!({"version": "1", "server": {"name": "g", "version": "1"}, "tools": tools});
        Version { title: String::new(), graph: Graph::from_json(&value).0.into(), layout: Arc::default() }
    }

    fn tool(name: &str, nodes: &[&str]) -> serde_json::Value {
        let nodes: Vec<_> = nodes.iter().map(|id| json!({"id": id, "type": "exit"})).collect();
        json!({"name": name, "description": "", "inputSchema": {}, "nodes": nodes})
    }

    #[test]
    fn the_tool_that_was_shown_is_drawn_unless_only_others_differ() {
        let both = |one: &[&str], two: &[&str]| version(json!([tool("one", one), tool("two", two)]));
        let check = |before: Version, after: Version, expected: &str, counts: [usize; 3]| {
            let shown = Comparison::of(GraphId(1), before, after, Some("one".into()));
            assert_eq!((shown.tool.as_str(), shown.counts().map(|(_, count)| count)), (expected, counts));
        };
        check(both(&["a"], &["a"]), both(&["b", "c"], &["b"]), "one", [2, 1, 0]);
        check(both(&["a"], &["a"]), both(&["a"], &["a", "b"]), "two", [1, 0, 0]);
        check(both(&["a"], &["a"]), both(&["a"], &["a"]), "one", [0, 0, 0]);
    }
}
