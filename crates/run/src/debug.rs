//! What is said to whoever holds runs, and what is told of a run that is held: plain values, which know nothing of how it is done.

use std::sync::Arc;

use graph::{Graph, Node, NodeId, Port, Tool, ToolName};
use nodes::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fork::Change;
use crate::step::StepId;

/// Where runs are to be held.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Stops {
    /// Before the steps that these name.
    pub breakpoints: Vec<Breakpoint>,
    /// Where a step is about to fail.
    pub on_error: bool,
}

impl Stops {
    /// Keeps to nodes and tools that got another name from one state of the graph to the next. Whether any did.
    pub fn follow(&mut self, before: &Graph, after: &Graph) -> bool {
        let mut has_moved = false;
        for breakpoint in &mut self.breakpoints {
            let Some((tool, place)) = followed(breakpoint, before, after) else { continue };
            (breakpoint.tool, breakpoint.place) = (tool, place);
            has_moved = true;
        }
        has_moved
    }
}

/// Where a breakpoint is after a change; none where that is where it was, or is not known.
fn followed(breakpoint: &Breakpoint, before: &Graph, after: &Graph) -> Option<(ToolName, Place)> {
    let name = |tool: &Tool| tool.name.to_string();
    let old = before.tool(breakpoint.tool.as_str())?;
    let new = renamed(&before.tools, &after.tools, old, name, |_, _| true)?;
    let mut place = breakpoint.place.clone();
    let (Place::Node { node } | Place::Edge { node, .. }) = &mut place;
    if let Some(stood) = old.nodes.iter().find(|of| of.id == *node) {
        let is_same = |one: &Arc<Node>, other: &Arc<Node>| one.kind == other.kind;
        node.clone_from(&renamed(&old.nodes, &new.nodes, stood, |node| node.id.to_string(), is_same)?.id);
    }
    (new.name != breakpoint.tool || place != breakpoint.place).then(|| (new.name.clone(), place))
}

/// What an item has become: that of its name, or else the one in its place with a name that is new, if nothing but names can
/// have changed in the row.
fn renamed<'g, T>(before: &[T], after: &'g [T], item: &T, name: impl Fn(&T) -> String, is_same: impl Fn(&T, &T) -> bool) -> Option<&'g T> {
    let old = name(item);
    if let Some(same) = after.iter().find(|other| name(other) == old) {
        return Some(same);
    }
    let at = before.iter().position(|other| name(other) == old)?;
    let in_place = after.get(at).filter(|other| before.len() == after.len() && is_same(item, other))?;
    let new = name(in_place);
    (!before.iter().any(|other| name(other) == new)).then_some(in_place)
}

/// A place before which runs are to be held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breakpoint {
    /// Its number, which no other of the same graph has.
    pub id: u32,
    /// The tool.
    pub tool: ToolName,
    /// Where in the tool.
    #[serde(flatten)]
    pub place: Place,
    /// JSONata over what the step sees that is about to begin; it holds only where this is true. None for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// From which time on that the place is reached and the condition is true, counted from 1 in each run.
    #[serde(default = "first")]
    pub count: u32,
    /// Whether it holds at all.
    #[serde(default = "yes")]
    pub is_enabled: bool,
}

fn first() -> u32 {
    1
}

fn yes() -> bool {
    true
}

/// Where in a tool a breakpoint is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "at")]
pub enum Place {
    /// Before each step of a node.
    Node {
        /// The node.
        node: NodeId,
    },
    /// Before each step that is reached by an edge.
    Edge {
        /// The node that it leaves.
        node: NodeId,
        /// The port that it leaves by.
        port: Port,
    },
}

impl Place {
    /// The node, or the one that the edge leaves.
    #[must_use]
    pub fn node(&self) -> &NodeId {
        match self {
            Place::Node { node } | Place::Edge { node, .. } => node,
        }
    }

    /// The port that the edge leaves by; none before a node.
    #[must_use]
    pub fn port(&self) -> Option<Port> {
        match self {
            Place::Node { .. } => None,
            Place::Edge { port, .. } => Some(*port),
        }
    }
}

/// How a run that is held goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "how")]
pub enum Go {
    /// Until a breakpoint.
    Continue,
    /// To the next beginning of any step, that of a run below it among them.
    Into,
    /// To the next beginning of a step of this run, or of one above it.
    Over,
    /// To the next beginning of a step of a run above it.
    Out,
    /// To the next step of a node of this run.
    To {
        /// The node.
        node: NodeId,
    },
}

/// A run is held before a step, or where a step is about to fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// The tool of the run that is held.
    pub tool: ToolName,
    /// The step, in that run.
    pub step: StepId,
    /// The step's node.
    pub node: NodeId,
    /// The node's kind.
    pub kind: String,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The item of the innermost loop, from 0.
    pub item: Option<u32>,
    /// The steps that run it, the outermost first; empty for a run that a person or a client started.
    pub callers: Vec<Caller>,
    /// Why it is held.
    pub why: Why,
}

/// A step that runs a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// The tool of the run that it belongs to.
    pub tool: ToolName,
    /// The step.
    pub step: StepId,
    /// Its node.
    pub node: NodeId,
}

/// Why a run is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "why")]
pub enum Why {
    /// There is a breakpoint.
    Breakpoint {
        /// Its number.
        id: u32,
    },
    /// There is a breakpoint whose condition cannot be told.
    Condition {
        /// Its number.
        id: u32,
        /// Why not.
        message: String,
    },
    /// The step is about to fail.
    Error {
        /// Why it fails.
        failure: Failure,
    },
    /// Somebody let the run go on to here.
    Step,
    /// Somebody asked for it.
    Asked,
}

/// What is another in a run that is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "edit")]
pub enum Edit {
    /// A step that is done has another output, which every step from this one on sees.
    Output {
        /// The step.
        step: StepId,
        /// The output.
        value: Arc<Value>,
    },
    /// The step at which the run is held asks for something else, or is done, once the run goes on.
    Instead {
        /// What is another.
        change: Change,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A graph by its tools, each with the names and kinds of its nodes.
    fn graph(tools: &[(&str, &[(&str, &str)])]) -> Graph {
        let tools = tools.iter().map(|(name, nodes)| {
            let nodes: Vec<Value> = nodes.iter().map(|(id, kind)| serde_json::json!({"id": id, "type": kind})).collect();
            serde_json::json!({"name": name, "description": name, "inputSchema": {}, "nodes": nodes})
        });
        let tools = tools.map(|tool| serde_json::from_value(tool).unwrap()).collect();
        Graph { tools, ..Graph::default() }
    }

    #[test]
    fn breakpoints_keep_to_what_was_renamed_and_to_nothing_else() {
        let before = graph(&[("t", &[("a", "mcp"), ("b", "transform")]), ("u", &[])]);
        let check = |after: &[(&str, &[(&str, &str)])], expected: Option<(&str, &str)>, why: &str| {
            let place = Place::Edge { node: "b".into(), port: Port::Next };
            let breakpoint = Breakpoint { id: 1, tool: "t".into(), place, condition: None, count: 1, is_enabled: true };
            let mut stops = Stops { breakpoints: vec![breakpoint], on_error: false };
            let has_moved = stops.follow(&before, &graph(after));
            let stands = (stops.breakpoints[0].tool.as_str(), stops.breakpoints[0].place.node().as_str());
            assert_eq!(has_moved.then_some(stands), expected, "{why}");
        };
        check(&[("t", &[("a", "mcp"), ("c", "transform")]), ("u", &[])], Some(("t", "c")), "another name in the same place");
        check(&[("w", &[("a", "mcp"), ("b", "transform")]), ("u", &[])], Some(("w", "b")), "the tool has another name");
        check(&[("w", &[("a", "mcp"), ("c", "transform")]), ("u", &[])], Some(("w", "c")), "both");
        check(&[("t", &[("b", "transform"), ("a", "mcp")]), ("u", &[])], None, "it was moved");
        check(&[("t", &[("a", "mcp"), ("c", "switch")]), ("u", &[])], None, "another kind of node");
        check(&[("t", &[("a", "mcp")]), ("u", &[])], None, "it is gone");
        check(&[("t", &[("b", "mcp"), ("c", "transform")]), ("u", &[])], None, "the name went to another node");
        check(&[("t", &[("a", "mcp"), ("a2", "mcp"), ("b", "transform")])], None, "one was put before it");
    }
}
