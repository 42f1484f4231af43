//! Copied nodes into a tool: free ids, and every reference among them follows.

use std::collections::HashSet;

use graph::{Clip, Edit, Error, Graph, LayoutEdit, Node, NodeId, Path, Segment, Spot, ToolName};

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
    let copied: HashSet<&str> = clip.nodes.iter().map(|node| node.id.as_str()).collect();
    let mut taken: HashSet<NodeId> = HashSet::new();
    let (mut fresh, mut ends) = (Vec::new(), Vec::new());
    let mut nodes: Vec<Node> = Vec::new();
    let mut places = Vec::new();
    for node in &clip.nodes {
        if let Some(own) = own_end(node) {
            ends.push((node.id.clone(), own));
            continue;
        }
        let is_free = holder.node(node.id.as_str()).is_none() && !taken.contains(&node.id) && !node.id.as_str().is_empty();
        let id = if is_free {
            node.id.clone()
        } else {
            let wanted = if node.id.as_str().is_empty() { NodeId::from(node.kind.as_str()) } else { node.id.clone() };
            let id = graph::free_id_beside(holder, &wanted, |id| copied.contains(id) || taken.contains(id));
            fresh.push((node.id.clone(), id.clone()));
            id
        };
        taken.insert(id.clone());
        places.push((id.clone(), clip.places.get(&node.id).copied()));
        nodes.push(Node { id, ..node.clone() });
    }
    // The fresh names are nobody's, so that no name is followed twice; the tool's own ends come after them.
    for node in &mut nodes {
        for (from, to) in fresh.iter().chain(&ends).filter(|(from, to)| from != to && !from.as_str().is_empty()) {
            rename_in(node, from.as_str(), to.as_str());
        }
        drop_edges(node, |to| taken.contains(to) || holder.node(to.as_str()).is_some());
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
