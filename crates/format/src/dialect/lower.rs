//! From shape E to the older shapes: the steps that several of them share. What a shape cannot hold is refused by name.

use serde_json::{Map, Value};

use super::{Dialect, shared};
use crate::Error;

/// Writes each node inside of each tool, with one function for every node. The function gets the node of the same id that
/// the file has now.
pub(super) fn tools(
    graph: &Value,
    like: &Value,
    mut each: impl FnMut(&mut Map<String, Value>, Option<&Value>) -> Result<(), Error>,
) -> Result<Value, Error> {
    let mut graph = graph.clone();
    let written = like.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (i, tool) in graph.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        let own = shared::text(tool, "name").and_then(|name| written.iter().find(|tool| shared::text(tool, "name") == Some(name)));
        let own = own.or_else(|| written.get(i)).and_then(|tool| tool.get("nodes"));
        for node in tool.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
            let like = own.and_then(|nodes| node_of(nodes, shared::text(node, "id")));
            if let Value::Object(fields) = node {
                each(fields, like)?;
            }
        }
    }
    Ok(graph)
}

/// The node of an id in a list of nodes.
pub(super) fn node_of<'v>(nodes: &'v Value, id: Option<&str>) -> Option<&'v Value> {
    nodes.as_array()?.iter().find(|node| id.is_some() && shared::text(node, "id") == id)
}

fn id_of(node: &Map<String, Value>) -> &str {
    node.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// `{expr: "$..."}` arguments become texts that start with `$`.
pub(super) fn dollars(node: &mut Map<String, Value>, dialect: Dialect) -> Result<(), Error> {
    let id = id_of(node).to_owned();
    let Some(args) = node.get_mut("args").and_then(Value::as_object_mut) else { return Ok(()) };
    for (key, value) in args.iter_mut() {
        let place = || format!("{id}: args.{key}");
        if shared::is_dollar(value) {
            return Err(Error::shape(dialect, place(), "a text that starts with `$` is an expression there"));
        }
        match shared::expr_of(value) {
            Some(expr) if expr.starts_with('$') => *value = Value::from(expr),
            Some(_) => return Err(Error::shape(dialect, place(), "an expression starts with `$` there")),
            None if shared::holds_expr(value) => {
                return Err(Error::shape(dialect, place(), "an expression inside of a list or a mapping has no form there"));
            }
            None => {}
        }
    }
    Ok(())
}

/// `conditions: [{rule, next}]` and `next` become `conditions: [{rule, target}, {target}]`.
pub(super) fn conditions(node: &mut Map<String, Value>, like: Option<&Value>, dialect: Dialect) -> Result<(), Error> {
    let id = id_of(node).to_owned();
    if !shared::is_kind(node, "switch") {
        return Ok(());
    }
    let Some(Value::Array(mut cases)) = node.get("conditions").cloned() else { return Ok(()) };
    for (i, case) in cases.iter_mut().enumerate() {
        if let Value::Object(case) = case {
            if !case.contains_key("rule") {
                let place = format!("{id}: conditions[{i}]");
                return Err(Error::shape(dialect, place, "a condition without a `rule` is the default there"));
            }
            shared::rename(case, "next", "target");
        }
    }
    let now = like.and_then(|like| like.get("conditions")).and_then(Value::as_array);
    let default_at = now.and_then(|now| now.iter().position(|case| case.is_object() && case.get("rule").is_none()));
    let is_own_field = default_at.is_none() && like.is_some_and(|like| like.get("next").is_some());
    if !is_own_field && let Some(next) = node.shift_remove("next") {
        let default = Value::Object([("target".to_owned(), next)].into_iter().collect());
        cases.insert(default_at.unwrap_or(cases.len()).min(cases.len()), default);
    }
    node.insert("conditions".into(), Value::Array(cases));
    Ok(())
}
