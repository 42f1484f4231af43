//! A place in a graph that a field on the page shows and changes: a node's setting, a tool's schema, a server's command.

use graph::{Edit, Graph, Node, NodeId, Path, Segment, Tool, ToolName};
use leptos::prelude::*;
use serde_json::Value;

use crate::store::Store;

/// What holds the place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A node of a tool.
    Node(ToolName, NodeId),
    /// A tool.
    Tool(ToolName),
    /// The graph.
    Graph,
}

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    /// What holds it.
    pub(crate) target: Target,
    /// From there down.
    pub(crate) path: Path,
}

impl Slot {
    /// A field of a node.
    pub(crate) fn of_node(tool: &ToolName, node: &NodeId) -> Self {
        Self { target: Target::Node(tool.clone(), node.clone()), path: Path::root() }
    }

    /// A field of a tool.
    pub(crate) fn of_tool(tool: &ToolName) -> Self {
        Self { target: Target::Tool(tool.clone()), path: Path::root() }
    }

    /// A field of the graph.
    pub(crate) fn of_graph() -> Self {
        Self { target: Target::Graph, path: Path::root() }
    }

    /// The place one key further down.
    pub(crate) fn key(&self, key: &str) -> Self {
        Self { target: self.target.clone(), path: self.path.clone().key(key) }
    }

    /// The place one index further down.
    pub(crate) fn index(&self, index: usize) -> Self {
        Self { target: self.target.clone(), path: self.path.clone().index(index) }
    }

    /// The id of the element that changes it.
    pub(crate) fn element_id(&self) -> String {
        let holder = match &self.target {
            Target::Node(..) => "node",
            Target::Tool(_) => "tool",
            Target::Graph => "graph",
        };
        format!("set-{holder}-{}", self.path)
    }

    /// The value, as it is now. Follows the graph that is shown.
    pub(crate) fn read(&self, store: Store) -> Option<Value> {
        store.graph.with(|view| view.as_ref().and_then(|view| self.read_in(&view.0.graph, |tool, id| store.node_of(tool, id))))
    }

    /// The value, followed.
    pub(crate) fn memo(&self, store: Store) -> Memo<Option<Value>> {
        let slot = self.clone();
        Memo::new(move |_| slot.read(store))
    }

    fn read_in(&self, graph: &Graph, find: impl for<'t> Fn(&'t Tool, &NodeId) -> Option<&'t Node>) -> Option<Value> {
        let (first, rest) = self.path.segments().split_first()?;
        let Segment::Key(first) = first else { return None };
        match &self.target {
            Target::Node(tool, node) => {
                let node = find(graph.tool(tool.as_str())?, node)?;
                below(node.fields.get(first)?, rest).cloned()
            }
            Target::Tool(tool) => {
                let tool = graph.tool(tool.as_str())?;
                let field = match first.as_str() {
                    "description" => return rest.is_empty().then(|| tool.description.clone().into()),
                    "inputSchema" => &tool.input_schema,
                    "outputSchema" => tool.output_schema.as_ref()?,
                    other => tool.extra.get(other)?,
                };
                below(field, rest).cloned()
            }
            Target::Graph => {
                // Without its tools, which may be large.
                let (about, limits, servers) = (graph.about.clone(), graph.limits.clone(), graph.servers.clone());
                let head = Graph { version: graph.version.clone(), about, limits, servers, tools: Vec::new(), extra: graph.extra.clone() };
                below(head.to_json().get(first)?, rest).cloned()
            }
        }
    }

    /// As [`Slot::write`], for who need not know whether it could be done.
    pub(crate) fn set(&self, store: Store, gesture: Option<u64>, value: Option<Value>) {
        self.write(store, gesture, value);
    }

    /// Gives the place a value, or removes what is there. Says whether it could be done; where not, the person has been told.
    pub(crate) fn write(&self, store: Store, gesture: Option<u64>, value: Option<Value>) -> bool {
        let verb = if value.is_some() { "changed" } else { "removed" };
        let path = self.path.clone();
        let (label, edit) = match &self.target {
            Target::Node(tool, node) => {
                (format!("{verb} {path} of {node}"), Edit::SetNode { tool: tool.clone(), node: node.clone(), path, value })
            }
            Target::Tool(tool) => (format!("{verb} {path} of {tool}"), Edit::SetTool { tool: tool.clone(), path, value }),
            Target::Graph => (format!("{verb} {path}"), Edit::SetGraph { path, value }),
        };
        store.change(label, Some(edit), None, gesture)
    }
}

fn below<'v>(value: &'v Value, path: &[Segment]) -> Option<&'v Value> {
    path.iter().try_fold(value, |at, segment| match segment {
        Segment::Key(key) => at.get(key),
        Segment::Index(index) => at.get(index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wishes::tests::view;
    use serde_json::json;

    #[test]
    fn each_place_has_its_value() {
        let graph = view(json!([{"id": "a", "type": "mcp", "args": {"list": [1, {"x": 2}]}}])).graph;
        let (tool, node) = ("t".into(), "a".into());
        let args = Slot::of_node(&tool, &node).key("args");
        for (slot, expected) in [
            (args.key("list").index(1).key("x"), Some(json!(2))),
            (args.key("other"), None),
            (Slot::of_tool(&tool).key("inputSchema").key("type"), Some(json!("object"))),
            (Slot::of_tool(&tool).key("description"), Some(json!(""))),
            (Slot::of_graph().key("server").key("name"), Some(json!("g"))),
            (Slot::of_graph().key("executionLimits").key("maxNodeExecutions"), None),
        ] {
            assert_eq!(slot.read_in(&graph, |tool, id| tool.node(id.as_str())), expected, "at {}", slot.path);
        }
    }
}
