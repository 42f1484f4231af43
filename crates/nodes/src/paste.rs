//! Copied nodes into a tool: free ids, and every reference among them follows.

use std::collections::HashSet;

use graph::{Clip, Edit, Error, FreeIds, Graph, LayoutEdit, Node, NodeId, Path, Segment, Spot, ToolName};
use serde_json::{Map, Value};

use crate::rename::rename_in;

/// How far copies stand from what they were copied from, in units of the canvas.
const ASIDE: f64 = 32.0;

/// What pasting comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Pasted {
    /// What happens to the graph.
    pub edit: Edit,
    /// What happens to the layout, where places are known.
    pub layout: Option<LayoutEdit>,
    /// The ids that the nodes got, in their order.
    pub ids: Vec<NodeId>,
}

/// Puts copied nodes into a tool, before a closing exit. An id that is taken is replaced by a free one, and every edge,
/// expression and rule among the copies follows. An entry or an exit that the tool has already stands for the copied one.
/// Edges to what is neither copied nor in the tool are dropped. `at` is the upper left corner of where they come to stand;
/// where none is said they keep their places, a little aside from what they were copied from.
///
/// # Errors
/// Where the tool is not there.
pub fn paste(graph: &Graph, tool: &ToolName, clip: &Clip, at: Option<Spot>) -> Result<Pasted, Error> {
    let holder = graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
    let own_end = |node: &Node| {
        let is_end = matches!(node.kind.as_str(), "entry" | "exit");
        holder.nodes.iter().find(|own| is_end && own.kind == node.kind).map(|own| own.id.clone())
    };
    let own: HashSet<&str> = holder.nodes.iter().map(|node| node.id.as_str()).collect();
    let copied: HashSet<&str> = clip.nodes.iter().map(|node| node.id.as_str()).collect();
    let mut taken: HashSet<NodeId> = HashSet::new();
    let mut free = FreeIds::default();
    let (mut fresh, mut ends) = (Vec::new(), Vec::new());
    let mut nodes: Vec<Node> = Vec::new();
    let mut places = Vec::new();
    for node in &clip.nodes {
        if let Some(own) = own_end(node) {
            ends.push((node.id.clone(), own));
            continue;
        }
        let is_free = !own.contains(node.id.as_str()) && !taken.contains(&node.id) && !node.id.as_str().is_empty();
        let id = if is_free {
            node.id.clone()
        } else {
            let wanted = if node.id.as_str().is_empty() { NodeId::from(node.kind.as_str()) } else { node.id.clone() };
            let id = free.beside(&wanted, |id| own.contains(id) || copied.contains(id) || taken.contains(id));
            fresh.push((node.id.clone(), id.clone()));
            id
        };
        taken.insert(id.clone());
        places.push((id.clone(), clip.places.get(&node.id).copied()));
        nodes.push(Node { id, ..node.clone() });
    }
    // The fresh names are nobody's, so that no name is followed twice; the tool's own ends come after them.
    for node in &mut nodes {
        let names = fresh.iter().chain(&ends).filter(|(from, to)| from != to && !from.as_str().is_empty());
        for (from, to) in names.filter(|(from, _)| may_name(&node.fields, from.as_str())).collect::<Vec<_>>() {
            rename_in(node, from.as_str(), to.as_str());
        }
        drop_edges(node, |to| taken.contains(to) || own.contains(to.as_str()));
    }
    let before_exit = usize::from(holder.nodes.last().is_some_and(|last| last.kind == "exit"));
    let first = holder.nodes.len() - before_exit;
    let ids = nodes.iter().map(|node| node.id.clone()).collect();
    let edits = nodes.into_iter().enumerate().map(|(i, node)| Edit::InsertNode { tool: tool.clone(), at: first + i, node });
    let aside = if fresh.is_empty() { 0.0 } else { ASIDE };
    let shift = match (at, clip.corner()) {
        (Some(at), Some(corner)) => Spot { x: at.x - corner.x, y: at.y - corner.y },
        _ => Spot { x: aside, y: aside },
    };
    let moved = |spot: Spot| Spot { x: spot.x + shift.x, y: spot.y + shift.y };
    let placed: Vec<_> = places
        .into_iter()
        .filter_map(|(node, spot)| Some(LayoutEdit::Place { tool: tool.clone(), node, at: Some(moved(spot?)) }))
        .collect();
    Ok(Pasted { edit: Edit::batch(edits.collect()), layout: (!placed.is_empty()).then(|| LayoutEdit::batch(placed)), ids })
}

/// Whether a field may name a node, as far as a look at the letters tells: each node of many would be read for each other one.
fn may_name(fields: &Map<String, Value>, id: &str) -> bool {
    fn holds(value: &Value, id: &str) -> bool {
        match value {
            Value::String(text) => text.contains(id),
            Value::Array(items) => items.iter().any(|item| holds(item, id)),
            Value::Object(fields) => fields.iter().any(|(key, field)| key.contains(id) || holds(field, id)),
            _ => false,
        }
    }
    // Other letters may be written otherwise in an expression.
    let is_plain = id.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ' '));
    !is_plain || fields.values().any(|field| holds(field, id))
}

/// Takes away the edges that lead nowhere; a condition goes with its rule.
fn drop_edges(node: &mut Node, is_there: impl Fn(&NodeId) -> bool) {
    let edges = node.edges();
    for edge in edges.into_iter().rev().filter(|edge| !is_there(&edge.to)) {
        match edge.port.path().segments() {
            [Segment::Key(key)] => _ = node.fields.shift_remove(key),
            [Segment::Key(list), Segment::Index(i), ..] => {
                let items = crate::rename::find_mut(node, &Path::root().key(list)).and_then(|list| list.as_array_mut());
                items.into_iter().for_each(|items| drop(items.remove(*i)));
            }
            _ => {}
        }
    }
}
