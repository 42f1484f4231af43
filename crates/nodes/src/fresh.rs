//! New nodes, as they are before anybody has set anything: drawn from what each kind says of its settings.

use graph::{Edit, Error, Graph, Node, NodeId, Path, Port, Segment, ServerName, ToolName};
use serde_json::{Map, Value, json};

use crate::kind::{Kind, Ports};

/// How deep a schema is followed for what must be filled in.
const DEEPEST: usize = 8;

/// A node of a kind, with what the kind cannot do without and without edges. What has no sensible value yet is empty, so
/// that `check` names it. A kind that this version lacks has no fields.
#[must_use]
pub fn fresh(kind: &str, id: &NodeId) -> Node {
    let fields = crate::kind(kind).map(|kind| begin(&kind.settings())).unwrap_or_default();
    Node { id: id.clone(), kind: kind.to_owned(), fields }
}

/// An `mcp` node that calls a tool of a server, with the arguments that its schema requires.
#[must_use]
pub fn fresh_tool_call(id: &NodeId, server: &ServerName, tool: &str, input_schema: &Value) -> Node {
    let mut node = Node::new(id.as_str(), "mcp", [("server", server.as_str().into()), ("tool", tool.into())]);
    let args = required(input_schema, input_schema, 0);
    if !args.is_empty() {
        node.fields.insert("args".into(), Value::Object(args));
    }
    node
}

/// A `call` node that runs a tool of a graph, with the arguments that its schema requires.
#[must_use]
pub fn fresh_call(id: &NodeId, tool: &ToolName, input_schema: &Value) -> Node {
    let mut node = Node::new(id.as_str(), "call", [("tool", tool.as_str().into())]);
    let args = required(input_schema, input_schema, 0);
    if !args.is_empty() {
        node.fields.insert("args".into(), Value::Object(args));
    }
    node
}

/// Adds a node in the middle of an edge, by the port that its kind leads on by.
///
/// # Errors
/// Where a node is not there, nothing leaves the port, or nothing can follow the new node.
pub fn insert_on_edge(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, node: Node) -> Result<Edit, Error> {
    let onward = onward(&node)?;
    graph::insert_on_edge(graph, tool, from, port, node, onward)
}

/// Leads an edge through a node that is there already, by the port that its kind leads on by.
///
/// # Errors
/// As [`insert_on_edge`].
pub fn route_through(graph: &Graph, tool: &ToolName, from: &NodeId, port: Port, id: &NodeId) -> Result<Edit, Error> {
    let holder = graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
    let node = holder.node(id.as_str()).ok_or_else(|| Error::NoNode { tool: tool.clone(), node: id.clone() })?;
    graph::route_through(graph, tool, from, port, id, onward(node)?)
}

fn onward(node: &Node) -> Result<Port, Error> {
    let ports = crate::kind(&node.kind).map_or(Ports::Next, Kind::ports);
    let is_in_a_line = node.kind != "entry";
    ports
        .onward()
        .filter(|_| is_in_a_line)
        .ok_or_else(|| Error::Path { path: Path::root().key("type"), reason: "an entry or an exit cannot stand in the middle of an edge" })
}

/// Makes a node one of another kind. Its id stays, and so do the edges and the fields that the other kind has too; where
/// it led on it leads on still.
///
/// # Errors
/// Where the node is not there.
pub fn replace_kind(graph: &Graph, tool: &ToolName, id: &NodeId, kind: &str) -> Result<Edit, Error> {
    let holder = graph.tool(tool.as_str()).ok_or_else(|| Error::NoTool(tool.clone()))?;
    let node = holder.node(id.as_str()).ok_or_else(|| Error::NoNode { tool: tool.clone(), node: id.clone() })?;
    let set = |path: Path, value: Option<Value>| Edit::SetNode { tool: tool.clone(), node: id.clone(), path, value };
    let mut wanted = fresh(kind, id).fields;
    let (old, new) = (crate::kind(&node.kind), crate::kind(kind));
    if let Some(new) = new {
        let (own, common) = (new.settings(), crate::common_schema());
        let before = old.map(|old| old.settings());
        for (key, value) in &node.fields {
            let schema = own["properties"].get(key);
            let is_same = schema.is_some() && before.as_ref().is_none_or(|before| is_alike(before["properties"].get(key), schema));
            let is_common = new.takes_common() && common["properties"].get(key).is_some() && (key != "before" || new.has_arguments());
            if is_same || is_common {
                wanted.insert(key.clone(), value.clone());
            }
        }
        let onward = old.map_or(Ports::Next, Kind::ports).onward().and_then(|port| node.target(port));
        if let (Some(port), Some(to)) = (new.ports().onward(), onward)
            && let [Segment::Key(key)] = port.path().segments()
        {
            wanted.insert(key.clone(), to.as_str().into());
        }
    } else {
        wanted.clone_from(&node.fields);
    }
    let mut edits = vec![set(Path::root().key("type"), Some(kind.into()))];
    edits.extend(node.fields.keys().filter(|key| !wanted.contains_key(*key)).map(|key| set(Path::root().key(key), None)));
    let changed = wanted.into_iter().filter(|(key, value)| node.fields.get(key) != Some(value));
    edits.extend(changed.map(|(key, value)| set(Path::root().key(key), Some(value))));
    Ok(Edit::batch(edits))
}

/// Whether a field means the same in two kinds: the names of a server's tool and of a graph's tool do not.
fn is_alike(a: Option<&Value>, b: Option<&Value>) -> bool {
    let part = |schema: Option<&Value>, key: &str| schema.and_then(|schema| schema.get(key)).cloned();
    part(a, "type") == part(b, "type") && part(a, "format") == part(b, "format")
}

/// What a node begins with: the fields that it must have and those with an example, edges left out.
fn begin(settings: &Value) -> Map<String, Value> {
    let is_required = |key: &str| settings["required"].as_array().into_iter().flatten().any(|name| name == key);
    let mut fields = Map::new();
    for (key, schema) in settings["properties"].as_object().into_iter().flatten() {
        let is_edge = Port::at(&Path::root().key(key)).is_some();
        if !is_edge && (is_required(key) || schema.get("examples").is_some()) {
            fields.insert(key.clone(), value(schema, settings, 0));
        }
    }
    fields
}

/// The required fields of an object.
fn required(schema: &Value, root: &Value, depth: usize) -> Map<String, Value> {
    let schema = resolved(schema, root);
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names
        .map(|name| (name.to_owned(), schema["properties"].get(name).map_or(Value::Null, |schema| value(schema, root, depth + 1))))
        .collect()
}

/// A value that a schema allows where that is easily found: what it names itself, or the empty value of its type.
fn value(schema: &Value, root: &Value, depth: usize) -> Value {
    let schema = resolved(schema, root);
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|items| items.first());
    let named = first("examples").or_else(|| schema.get("default")).or_else(|| schema.get("const")).or_else(|| first("enum"));
    if let Some(named) = named {
        return named.clone();
    }
    if depth < DEEPEST
        && let Some(one) = first("oneOf").or_else(|| first("anyOf"))
    {
        return value(one, root, depth + 1);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.as_array()?.first()?.as_str()));
    match kind {
        Some("string") => "".into(),
        Some("number" | "integer") => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
        Some("boolean") => false.into(),
        Some("array") => json!([]),
        Some("object") if depth < DEEPEST => Value::Object(required(schema, root, depth)),
        Some("object") => json!({}),
        None if schema.get("properties").is_some() && depth < DEEPEST => Value::Object(required(schema, root, depth)),
        _ => Value::Null,
    }
}

/// The schema that a `$ref` into the same document stands for.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut at = schema;
    for _ in 0..DEEPEST {
        let pointer = at.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
        match pointer.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
