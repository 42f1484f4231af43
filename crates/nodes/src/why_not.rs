//! Why an edge would be wrong, for showing it while it is dragged. Looks only at the drawing, so that it keeps up with a
//! pointer; what is merely unfinished is not wrong.

use std::collections::HashSet;

use graph::{Graph, Node, NodeId, Port, Tool, ToolName};

use crate::kind::Ports;

/// Why the edge from a port to a node would be wrong whatever is drawn next; none where nothing speaks against it.
#[must_use]
pub fn why_not(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, to: &NodeId) -> Option<String> {
    let Some(holder) = graph.tool(tool.as_str()) else { return Some(format!("there is no tool `{tool}`")) };
    let Some(source) = holder.node(from.as_str()) else { return Some(format!("there is no node `{from}`")) };
    let Some(target) = holder.node(to.as_str()) else { return Some(format!("there is no node `{to}`")) };
    if target.kind == "entry" {
        return Some(format!("nothing leads to `{to}`: it is where the tool begins"));
    }
    has_no_port(source, port)
        .or_else(|| to_itself(source, port, to))
        .or_else(|| at_the_join(source, port, to))
        .or_else(|| leaves(holder, source, port, to))
}

fn has_no_port(source: &Node, port: Port) -> Option<String> {
    let id = &source.id;
    let kind = crate::kind(&source.kind)?;
    if kind.ports() == Ports::None {
        return Some(format!("nothing follows `{id}`: it is where the tool ends"));
    }
    let has = match port {
        Port::OnError => kind.takes_common(),
        port => kind.ports().has(port),
    };
    (!has).then(|| format!("`{id}` has no such way out: {} is not a port of a `{}` node", port.path(), source.kind))
}

/// A way back to the very same node is never left again, unless a switch may choose another.
fn to_itself(source: &Node, port: Port, to: &NodeId) -> Option<String> {
    let is_endless = match port {
        Port::Next => source.kind != "switch",
        Port::Body | Port::Branch(_) | Port::Join => true,
        Port::Case(_) | Port::OnError | Port::OnReject => false,
    };
    (is_endless && source.id == *to).then(|| format!("`{to}` would follow itself without end"))
}

fn at_the_join(source: &Node, port: Port, to: &NodeId) -> Option<String> {
    let edges = source.edges();
    let leads = |wanted: fn(Port) -> bool| edges.iter().any(|edge| wanted(edge.port) && edge.port != port && edge.to == *to);
    let is_inner = |port: Port| matches!(port, Port::Body | Port::Branch(_));
    match port {
        Port::Body if leads(|port| port == Port::Join) => Some(format!("`{to}` is the join, and the body cannot begin there")),
        Port::Branch(_) if leads(|port| port == Port::Join) => Some(format!("`{to}` is the join, and no branch can begin there")),
        Port::Branch(_) if leads(is_inner) => Some(format!("another branch begins at `{to}` already")),
        Port::Join if leads(is_inner) => Some(format!("a branch or the body begins at `{to}`, which cannot be its own join")),
        _ => None,
    }
}

/// An edge that would leave the body of a loop, or a branch, and not by its join.
fn leaves(tool: &Tool, source: &Node, port: Port, to: &NodeId) -> Option<String> {
    let holders = tool.nodes.iter().filter(|node| {
        let ports = crate::kind(&node.kind).map(|kind| kind.ports());
        matches!(ports, Some(Ports::Body | Ports::Branches))
    });
    for holder in holders {
        let Some(join) = holder.target(Port::Join).filter(|join| join != to) else { continue };
        let inner = inner(holder);
        let inside = reach(tool, inner.clone(), |at| *at == join || *at == holder.id);
        let is_inner_edge = *source == **holder && matches!(port, Port::Body | Port::Branch(_));
        if !(inside.contains(&source.id) || is_inner_edge) || inside.contains(to) {
            continue;
        }
        // What is reached without going through the body belongs outside; what nothing leads to yet joins the body.
        let entry = tool.nodes.iter().find(|node| node.kind == "entry").map(|node| node.id.clone());
        let starts = entry.into_iter().chain([join.clone()]).collect();
        let outside = reach_by(tool, starts, |node| {
            let is_holder = node.id == holder.id;
            node.edges()
                .into_iter()
                .filter(move |edge| !is_holder || !matches!(edge.port, Port::Body | Port::Branch(_)))
                .map(|edge| edge.to)
                .collect()
        });
        let is_exit = tool.node(to.as_str()).is_some_and(|node| node.kind == "exit");
        if is_exit || *to == holder.id || outside.contains(to) {
            let what = if crate::kind(&holder.kind).is_some_and(|kind| kind.ports() == Ports::Body) { "the body" } else { "a branch" };
            return Some(format!("`{to}` is outside of {what} of `{}`, which is left only by its join `{join}`", holder.id));
        }
    }
    None
}

/// Where the body or the branches begin.
fn inner(node: &Node) -> Vec<NodeId> {
    let edges = node.edges().into_iter().filter(|edge| matches!(edge.port, Port::Body | Port::Branch(_)));
    edges.map(|edge| edge.to).collect()
}

/// What is reached from `starts` without passing what `ends`.
fn reach(tool: &Tool, starts: Vec<NodeId>, ends: impl Fn(&NodeId) -> bool) -> HashSet<NodeId> {
    let starts = starts.into_iter().filter(|at| !ends(at)).collect();
    reach_by(tool, starts, |node| node.edges().into_iter().map(|edge| edge.to).filter(|to| !ends(to)).collect())
}

fn reach_by(tool: &Tool, starts: Vec<NodeId>, next: impl Fn(&Node) -> Vec<NodeId>) -> HashSet<NodeId> {
    let by_id: std::collections::HashMap<&str, &Node> = tool.nodes.iter().map(|node| (node.id.as_str(), node.as_ref())).collect();
    let mut queue = starts;
    let mut seen: HashSet<NodeId> = queue.iter().cloned().collect();
    while let Some(at) = queue.pop() {
        let Some(node) = by_id.get(at.as_str()) else { continue };
        for to in next(node) {
            if seen.insert(to.clone()) {
                queue.push(to);
            }
        }
    }
    seen
}
