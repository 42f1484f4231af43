//! What a person does to a drawing, as edits: each function only looks at the graph and says what would have to change.

use serde_json::Value;

use crate::{Edit, Error, Graph, Node, NodeId, Port, Segment, Tool, ToolName};

/// Adds a node at the end of its tool, before a closing `exit`.
///
/// # Errors
/// Where the tool is not there.
pub fn add_node(graph: &Graph, tool: &ToolName, node: Node) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let ends_with_exit = holder.nodes.last().is_some_and(|last| last.kind == "exit");
    let at = holder.nodes.len() - usize::from(ends_with_exit);
    Ok(Edit::InsertNode { tool: tool.clone(), at, node })
}

/// Connects a port to a node, in place of where it went before. [`Port::Case`] past the last adds nothing: a case has a
/// rule too, so set `conditions[i]` as a whole.
///
/// # Errors
/// Where a node is not there, or the port's list has no such place.
pub fn connect(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, to: &NodeId) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let node = find_node(holder, from)?;
    find_node(holder, to)?;
    if let Port::Case(i) = port
        && node.fields.get("conditions").and_then(|cases| cases.get(i)).is_none()
    {
        return Err(Error::Path { path: port.path(), reason: "the switch has no such condition; add it with its rule" });
    }
    Ok(Edit::SetNode { tool: tool.clone(), node: from.clone(), path: port.path(), value: Some(to.as_str().into()) })
}

/// Takes an edge away. A branch goes from its list, a condition goes with its rule.
///
/// # Errors
/// Where the node is not there or nothing leaves the port.
pub fn disconnect(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port) -> Result<Edit, Error> {
    let node = find_node(find(graph, tool)?, from)?;
    if node.target(port).is_none() {
        return Err(Error::Path { path: port.path(), reason: "nothing is connected there" });
    }
    let path = match (port, port.path().split_last()) {
        (Port::Case(_), Some((case, _))) => case,
        (_, _) => port.path(),
    };
    Ok(Edit::SetNode { tool: tool.clone(), node: from.clone(), path, value: None })
}

/// Removes a node and every edge to it.
///
/// # Errors
/// Where the node is not there.
pub fn remove_node(graph: &Graph, tool: &ToolName, id: &NodeId) -> Result<Edit, Error> {
    remove_and_route(graph, tool, id, None)
}

/// Removes a node and sends every edge to it on to where its `next` goes.
///
/// # Errors
/// Where the node is not there.
pub fn splice_out(graph: &Graph, tool: &ToolName, id: &NodeId) -> Result<Edit, Error> {
    let node = find_node(find(graph, tool)?, id)?;
    let onward = node.target(Port::Next).filter(|next| next != id);
    remove_and_route(graph, tool, id, onward.as_ref())
}

/// Adds a copy of a node, with a free id and without edges to it. Its own edges are kept.
///
/// # Errors
/// Where the node is not there.
pub fn duplicate_node(graph: &Graph, tool: &ToolName, id: &NodeId, copy: Option<NodeId>) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let node = find_node(holder, id)?;
    let copy = copy.unwrap_or_else(|| free_id(holder, id));
    let at = holder.node_index(id.as_str()).map_or(holder.nodes.len(), |at| at + 1);
    Ok(Edit::InsertNode { tool: tool.clone(), at, node: Node { id: copy, ..node.clone() } })
}

fn remove_and_route(graph: &Graph, tool: &ToolName, id: &NodeId, onward: Option<&NodeId>) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    find_node(holder, id)?;
    let mut edits = Vec::new();
    for node in holder.nodes.iter().filter(|node| node.id != *id) {
        let mut edges: Vec<_> = node.edges().into_iter().filter(|edge| edge.to == *id).collect();
        // From the last to the first, so that taking one out of a list does not move the next.
        edges.sort_by_key(|edge| std::cmp::Reverse(edge.port));
        for edge in edges {
            edits.push(match onward {
                Some(to) => connect(graph, tool, &node.id, edge.port, to)?,
                None => disconnect(graph, tool, &node.id, edge.port)?,
            });
        }
    }
    edits.push(Edit::RemoveNode { tool: tool.clone(), node: id.clone() });
    Ok(Edit::batch(edits))
}

fn free_id(tool: &Tool, id: &NodeId) -> NodeId {
    let stem = id.as_str().trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    let stem = if stem.is_empty() { id.as_str() } else { stem };
    (2usize..).map(|n| format!("{stem}_{n}")).find(|free| tool.node(free).is_none()).map_or_else(|| id.clone(), NodeId::from)
}

fn find<'g>(graph: &'g Graph, tool: &ToolName) -> Result<&'g Tool, Error> {
    graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))
}

fn find_node<'g>(tool: &'g Tool, id: &NodeId) -> Result<&'g Node, Error> {
    tool.node(id.as_str()).ok_or_else(|| Error::NoNode { tool: tool.name.clone(), node: id.clone() })
}

impl Port {
    /// The port that is written at this path of a node, if one is.
    #[must_use]
    pub fn at(path: &crate::Path) -> Option<Port> {
        let key = |segment: &Segment| match segment {
            Segment::Key(key) => Some(key.clone()),
            Segment::Index(_) => None,
        };
        match path.segments() {
            [only] => match key(only)?.as_str() {
                "next" => Some(Port::Next),
                "body" => Some(Port::Body),
                "join" => Some(Port::Join),
                "onError" => Some(Port::OnError),
                "onReject" => Some(Port::OnReject),
                _ => None,
            },
            [list, Segment::Index(i)] if key(list)? == "branches" => Some(Port::Branch(*i)),
            [list, Segment::Index(i), last] if key(list)? == "conditions" && key(last)? == "next" => Some(Port::Case(*i)),
            _ => None,
        }
    }
}

impl Node {
    /// A node with no fields but these.
    #[must_use]
    pub fn new(id: &str, kind: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        Self { id: id.into(), kind: kind.to_owned(), fields: fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect() }
    }
}
