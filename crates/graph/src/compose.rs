//! What a person does to a drawing, as edits: each function only looks at the graph and says what would have to change.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use crate::{Document, Edit, Error, Graph, Node, NodeId, Path, Port, Segment, Tool, ToolName};

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

/// Connects a port to a node, in place of where it went before. [`Port::Case`] past the last adds a case whose rule is
/// `false`: nothing goes that way until somebody writes the rule. [`Port::Branch`] past the last adds a branch.
///
/// # Errors
/// Where a node is not there.
pub fn connect(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, to: &NodeId) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let node = find_node(holder, from)?;
    find_node(holder, to)?;
    let length = |list: &str| node.fields.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    let (path, value) = match port {
        Port::Case(i) if i >= length("conditions") => {
            (Path::root().key("conditions").index(length("conditions")), json!({"rule": false, "next": to.as_str()}))
        }
        Port::Branch(i) => (Port::Branch(i.min(length("branches"))).path(), to.as_str().into()),
        _ => (port.path(), to.as_str().into()),
    };
    Ok(Edit::SetNode { tool: tool.clone(), node: from.clone(), path, value: Some(value) })
}

/// Lets the edge out of `port` leave another port, or another node. A case that becomes a new case of a switch takes its
/// rule along.
///
/// # Errors
/// Where a node is not there or nothing leaves the port.
pub fn reconnect(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, to_from: &NodeId, to_port: Port) -> Result<Edit, Error> {
    if (from, port) == (to_from, to_port) {
        return Ok(Edit::batch(Vec::new()));
    }
    let node = find_node(find(graph, tool)?, from)?;
    let gone = disconnect(graph, tool, from, port)?;
    let to = node.target(port).ok_or_else(|| Error::Path { path: port.path(), reason: "nothing is connected there" })?;
    let mut edge = connect(graph, tool, to_from, to_port, &to)?;
    if let (Port::Case(i), Port::Case(_), Edit::SetNode { value: Some(Value::Object(case)), .. }) = (port, to_port, &mut edge)
        && let Some(Value::Object(own)) = node.fields.get("conditions").and_then(|cases| cases.get(i))
    {
        case.clone_from(own);
    }
    // A new place in a list comes after the old one, so that it is still there when the old one goes.
    Ok(Edit::batch(vec![edge, gone]))
}

/// Adds a node in the middle of an edge: the edge leads to it, and it leads on by its port `onward` to where the edge went.
/// In the middle of a `join` it becomes the join, to which the branches and the body lead too.
///
/// # Errors
/// Where a node is not there or nothing leaves the port.
pub fn insert_on_edge(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, node: Node, onward: Port) -> Result<Edit, Error> {
    let id = node.id.clone();
    let insert = add_node(graph, tool, node)?;
    let mut document = Document::new(graph.clone());
    document.apply("insert", &insert)?;
    let route = route_through(document.graph(), tool, from, port, &id, onward)?;
    Ok(Edit::batch(vec![insert, route]))
}

/// Leads an edge through a node that is there already; otherwise as [`insert_on_edge`].
///
/// # Errors
/// Where a node is not there or nothing leaves the port.
pub fn route_through(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, id: &NodeId, onward: Port) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let node = find_node(holder, from)?;
    let to = node.target(port).ok_or_else(|| Error::Path { path: port.path(), reason: "nothing is connected there" })?;
    let mut edits = vec![connect(graph, tool, from, port, id)?];
    if port == Port::Join {
        for inner in body(holder, node, &to).into_iter().filter(|inner| inner.id != *id) {
            for edge in inner.edges().into_iter().filter(|edge| edge.to == to) {
                edits.push(connect(graph, tool, &inner.id, edge.port, id)?);
            }
        }
    }
    edits.push(connect(graph, tool, id, onward, &to)?);
    Ok(Edit::batch(edits))
}

/// The nodes between a node's body or branches and its join, in the order of the file.
fn body<'g>(tool: &'g Tool, node: &Node, join: &NodeId) -> Vec<&'g Node> {
    let starts = node.edges().into_iter().filter(|edge| matches!(edge.port, Port::Body | Port::Branch(_)));
    let mut queue: Vec<NodeId> = starts.map(|edge| edge.to).collect();
    let mut inside = HashSet::new();
    while let Some(at) = queue.pop() {
        if at != *join && at != node.id && inside.insert(at.clone()) {
            queue.extend(tool.node(at.as_str()).into_iter().flat_map(Node::edges).map(|edge| edge.to));
        }
    }
    tool.nodes.iter().map(AsRef::as_ref).filter(|node: &&Node| inside.contains(&node.id)).collect()
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
    remove_nodes(graph, tool, std::slice::from_ref(id))
}

/// Removes nodes and every edge to them.
///
/// # Errors
/// Where one is not there.
pub fn remove_nodes(graph: &Graph, tool: &ToolName, ids: &[NodeId]) -> Result<Edit, Error> {
    remove_and_route(graph, tool, ids, None)
}

/// Removes a node and sends every edge to it on to where its `next` goes.
///
/// # Errors
/// Where the node is not there.
pub fn splice_out(graph: &Graph, tool: &ToolName, id: &NodeId) -> Result<Edit, Error> {
    let node = find_node(find(graph, tool)?, id)?;
    let onward = node.target(Port::Next).filter(|next| next != id);
    remove_and_route(graph, tool, std::slice::from_ref(id), onward.as_ref())
}

/// Adds a copy of a node, with a free id and without edges to it. Its own edges are kept.
///
/// # Errors
/// Where the node is not there.
pub fn duplicate_node(graph: &Graph, tool: &ToolName, id: &NodeId, copy: Option<NodeId>) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let node = find_node(holder, id)?;
    let copy = copy.unwrap_or_else(|| free_id_beside(holder, id));
    let at = holder.node_index(id.as_str()).map_or(holder.nodes.len(), |at| at + 1);
    Ok(Edit::InsertNode { tool: tool.clone(), at, node: Node { id: copy, ..node.clone() } })
}

fn remove_and_route(graph: &Graph, tool: &ToolName, ids: &[NodeId], onward: Option<&NodeId>) -> Result<Edit, Error> {
    let holder = find(graph, tool)?;
    let mut gone: HashSet<&NodeId> = ids.iter().collect();
    let mut edits = Vec::new();
    for node in holder.nodes.iter().filter(|node| !gone.contains(&node.id)) {
        let mut edges: Vec<_> = node.edges().into_iter().filter(|edge| gone.contains(&edge.to)).collect();
        // From the last to the first, so that taking one out of a list does not move the next.
        edges.sort_by_key(|edge| std::cmp::Reverse(edge.port));
        for edge in edges {
            edits.push(match onward {
                Some(to) => connect(graph, tool, &node.id, edge.port, to)?,
                None => disconnect(graph, tool, &node.id, edge.port)?,
            });
        }
    }
    for id in ids.iter().filter(|id| gone.remove(id)) {
        find_node(holder, id)?;
        edits.push(Edit::RemoveNode { tool: tool.clone(), node: id.clone() });
    }
    Ok(Edit::batch(edits))
}

/// The id itself where the tool has no such node, and one like it where it does.
#[must_use]
pub fn free_id(tool: &Tool, id: &NodeId) -> NodeId {
    if tool.node(id.as_str()).is_none() { id.clone() } else { free_id_beside(tool, id) }
}

/// An id like this one that no node of the tool has: `list_2` beside `list`.
fn free_id_beside(tool: &Tool, id: &NodeId) -> NodeId {
    FreeIds::default().beside(id, |id| tool.node(id).is_some())
}

/// Finds free ids for many nodes, one after the other.
#[derive(Debug, Default)]
pub struct FreeIds {
    /// The last number that a stem got: those below it are taken.
    last: HashMap<String, usize>,
}

impl FreeIds {
    /// An id like this one that is not `taken`, and that was not given before: `list_2` beside `list`. What is taken once has to stay
    /// so.
    pub fn beside(&mut self, id: &NodeId, taken: impl Fn(&str) -> bool) -> NodeId {
        let stem = id.as_str().trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let stem = if stem.is_empty() { id.as_str() } else { stem };
        let last = self.last.entry(stem.to_owned()).or_insert(1);
        loop {
            *last += 1;
            let free = format!("{stem}_{last}");
            if !taken(&free) {
                return NodeId::from(free);
            }
        }
    }
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
    pub fn at(path: &Path) -> Option<Port> {
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
