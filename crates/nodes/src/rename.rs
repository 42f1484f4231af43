//! Renaming with every reference: edges, expressions and rules are changed with the name.

use expr::{Expression, Rule};
use graph::{Edit, Error, Graph, Node, NodeId, Path, Segment, ServerName, Tool, ToolName};
use serde_json::Value;

/// Gives a node another id, and follows it in every edge, expression and rule of its tool.
///
/// # Errors
/// Where the tool or the node is not there.
pub fn rename_node(graph: &Graph, tool: &ToolName, from: &NodeId, to: &NodeId) -> Result<Edit, Error> {
    let holder = graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
    if holder.node(from.as_str()).is_none() {
        return Err(Error::NoNode { tool: tool.clone(), node: from.clone() });
    }
    let mut edits = vec![Edit::SetNodeId { tool: tool.clone(), from: from.clone(), to: to.clone() }];
    for node in &holder.nodes {
        let id = if node.id == *from { to } else { &node.id };
        let set = |path: Path, value: Value| Edit::SetNode { tool: tool.clone(), node: id.clone(), path, value: Some(value) };
        for edge in node.edges().into_iter().filter(|edge| edge.to == *from) {
            edits.push(set(edge.port.path(), to.as_str().into()));
        }
        for (path, value) in renamed(node, from.as_str(), to.as_str()) {
            edits.push(set(path, value));
        }
    }
    Ok(Edit::batch(edits))
}

/// Gives a tool another name, and follows it in every `call` of the graph.
///
/// # Errors
/// Where the tool is not there.
pub fn rename_tool(graph: &Graph, from: &ToolName, to: &ToolName) -> Result<Edit, Error> {
    if graph.tool(from.as_str()).is_none() {
        return Err(Error::NoTool(from.clone()));
    }
    let mut edits = vec![Edit::SetToolName { from: from.clone(), to: to.clone() }];
    edits.extend(field_edits(graph, from, to, "call", "tool", from.as_str(), to.as_str()));
    // `#name` is a tool of the same file too.
    edits.extend(field_edits(graph, from, to, "call", "tool", &format!("#{from}"), &format!("#{to}")));
    Ok(Edit::batch(edits))
}

/// Gives a server another name, and follows it in every `mcp` node of the graph.
///
/// # Errors
/// Where the server is not there.
pub fn rename_server(graph: &Graph, from: &ServerName, to: &ServerName) -> Result<Edit, Error> {
    if !graph.servers.contains_key(from) {
        return Err(Error::NoServer(from.clone()));
    }
    let mut edits = vec![Edit::SetServerName { from: from.clone(), to: to.clone() }];
    // No tool is renamed here.
    let none = ToolName::from("");
    edits.extend(field_edits(graph, &none, &none, "mcp", "server", from.as_str(), to.as_str()));
    Ok(Edit::batch(edits))
}

/// Edits that set `field` of every node of `kind` from one text to another; `tool_from` is called `tool_to` by then.
fn field_edits<'g>(
    graph: &'g Graph,
    tool_from: &'g ToolName,
    tool_to: &'g ToolName,
    kind: &'g str,
    field: &'g str,
    from: &'g str,
    to: &'g str,
) -> impl Iterator<Item = Edit> + 'g {
    let named = move |tool: &Tool| if tool.name == *tool_from { tool_to.clone() } else { tool.name.clone() };
    graph.tools.iter().flat_map(move |tool| {
        let nodes = tool.nodes.iter().filter(move |node| node.kind == kind && node.fields.get(field).and_then(Value::as_str) == Some(from));
        nodes.map(move |node| Edit::SetNode {
            tool: named(tool),
            node: node.id.clone(),
            path: Path::root().key(field),
            value: Some(to.into()),
        })
    })
}

/// Follows another node's new id in a node's edges, expressions and rules.
pub(crate) fn rename_in(node: &mut Node, from: &str, to: &str) {
    let edges: Vec<Path> = node.edges().into_iter().filter(|edge| edge.to.as_str() == from).map(|edge| edge.port.path()).collect();
    let read = renamed(node, from, to);
    for (path, value) in edges.into_iter().map(|path| (path, Value::from(to))).chain(read) {
        if let Some(place) = find_mut(node, &path) {
            *place = value;
        }
    }
}

/// A place in a node's fields.
pub(crate) fn find_mut<'n>(node: &'n mut Node, path: &Path) -> Option<&'n mut Value> {
    let (first, rest) = path.segments().split_first()?;
    let Segment::Key(key) = first else { return None };
    rest.iter().try_fold(node.fields.get_mut(key)?, |at, segment| match segment {
        Segment::Key(key) => at.get_mut(key),
        Segment::Index(index) => at.get_mut(index),
    })
}

/// The expressions and rules of a node that read `from`, with `to` in its place.
fn renamed(node: &Node, from: &str, to: &str) -> Vec<(Path, Value)> {
    let mut found = Vec::new();
    for field in ["before", "after"] {
        let text = node.fields.get(field).and_then(Value::as_str);
        let renamed = text.and_then(|text| Expression::parse(text).ok()?.rename_outputs(from, to));
        found.extend(renamed.map(|renamed| (Path::root().key(field), renamed.into())));
    }
    let mut take = |path: Path, text: &str| {
        let renamed = Expression::parse(text).ok().and_then(|expression| expression.rename(from, to));
        if let Some(renamed) = renamed {
            found.push((path, Value::from(renamed)));
        }
    };
    for field in ["items", "until"] {
        if let Some(Value::String(text)) = node.fields.get(field) {
            take(Path::root().key(field), text);
        }
    }
    if let Some(Value::String(text)) = node.fields.get("transform").and_then(|transform| transform.get("expr")) {
        take(Path::root().key("transform").key("expr"), text);
    }
    if let Some(args) = node.fields.get("args") {
        in_args(args, Path::root().key("args"), &mut take);
    }
    let conditions = node.fields.get("conditions").and_then(Value::as_array);
    for (i, condition) in conditions.into_iter().flatten().enumerate() {
        let renamed = condition.get("rule").and_then(|rule| Rule::parse(rule).ok()).and_then(|rule| rule.rename(from, to));
        if let Some(renamed) = renamed {
            found.push((Path::root().key("conditions").index(i).key("rule"), renamed));
        }
    }
    found
}

fn in_args(value: &Value, at: Path, take: &mut impl FnMut(Path, &str)) {
    match value {
        Value::Object(fields) => match (fields.len(), fields.get("expr")) {
            (1, Some(Value::String(text))) => take(at.key("expr"), text),
            _ => fields.iter().for_each(|(key, value)| in_args(value, at.clone().key(key), take)),
        },
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| in_args(item, at.clone().index(i), take)),
        _ => {}
    }
}
