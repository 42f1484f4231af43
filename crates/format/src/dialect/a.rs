//! Shape A: the design document's. Nodes stand at the top level, a tool names its `entryNode` and `exitNode`, and a call is
//! an `mcp_tool`, whose output is the text that the tool answered: shape E says that as `output: text`.

use graph::Path;
use serde_json::{Map, Value};

use super::lift::{Lift, Lifted};
use super::{Dialect, Facts, Reading, Shape, lower, shared, top};
use crate::Error;

pub(super) struct A;

/// What a tool names, and the kind of the node that it names.
const ENDS: [(&str, &str); 2] = [("entryNode", "entry"), ("exitNode", "exit")];

impl Shape for A {
    fn dialect(&self) -> Dialect {
        Dialect::A
    }

    fn versions(&self) -> &'static str {
        "the design document"
    }

    fn fits(&self, file: &Facts) -> bool {
        file.has_entry_node
    }

    fn binds_input(&self) -> bool {
        true
    }

    fn read(&self, mut value: Value) -> Reading {
        let mut lift = Lift::default();
        if let Value::Object(fields) = &mut value {
            check_ends(&mut lift, fields);
            top::lift(&mut lift, fields, ends, |lift, node| {
                lift.dollars(node);
                call(lift, node);
                if !condition(lift, node) {
                    lift.conditions(node);
                }
            });
            for tool in fields.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
                for (key, _) in ENDS {
                    tool.as_object_mut().and_then(|tool| tool.shift_remove(key));
                }
            }
        }
        Reading { value, places: lift.places, problems: lift.problems }
    }

    fn write(&self, graph: &Value, like: &Value) -> Result<Value, Error> {
        let mut graph = graph.clone();
        for tool in graph.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
            let Value::Object(tool) = tool else { continue };
            for (key, kind) in ENDS {
                let nodes = tool.get("nodes").and_then(Value::as_array).into_iter().flatten();
                let own = nodes.filter(|node| shared::text(node, "type") == Some(kind)).find_map(|node| node.get("id").cloned());
                if let Some(id) = own {
                    tool.insert(key.into(), id);
                }
            }
        }
        let mut file = top::lower(graph, Dialect::A)?;
        let now = like.get("nodes").unwrap_or(&Value::Null);
        for node in file.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
            let like = lower::node_of(now, shared::text(node, "id"));
            if let Value::Object(node) = node {
                lower::dollars(node, Dialect::A)?;
                lower_call(node, like);
                if !lower_condition(node, like) {
                    lower::conditions(node, like, Dialect::A)?;
                }
            }
        }
        Ok(file)
    }
}

fn ends(tool: &Map<String, Value>, _: &[(usize, Map<String, Value>)]) -> Vec<String> {
    ENDS.iter().filter_map(|(key, _)| tool.get(*key)?.as_str().map(str::to_owned)).collect()
}

/// Says which tools do not name an entry and an exit, or name something else.
fn check_ends(lift: &mut Lift, file: &Map<String, Value>) {
    let list = |key: &str| file.get(key).and_then(Value::as_array).into_iter().flatten();
    for (i, tool) in list("tools").enumerate().filter(|(_, tool)| tool.is_object()) {
        let at = Path::root().key("tools").index(i);
        for (key, kind) in ENDS {
            let Some(id) = shared::text(tool, key) else {
                lift.fail(at.clone(), format!("the tool has no `{key}`"), format!("add `{key}:` with the id of its `{kind}` node"));
                continue;
            };
            match list("nodes").find(|node| shared::text(node, "id") == Some(id)) {
                Some(node) if shared::text(node, "type") == Some(kind) => {}
                Some(_) => lift.fail(
                    at.clone().key(key),
                    format!("the node `{id}` is not of type `{kind}`"),
                    format!("name the `{kind}` node here"),
                ),
                None => lift.fail(at.clone().key(key), format!("there is no node `{id}`"), format!("name the `{kind}` node here")),
            }
        }
    }
}

/// `mcp_tool`, with `transform: {before, after}`, becomes `mcp` with `before` and `after`.
fn call(lift: &mut Lift, node: &mut Lifted<'_>) {
    if !shared::is_kind(node.fields, "mcp_tool") {
        return;
    }
    node.fields.insert("type".into(), "mcp".into());
    node.fields.entry("output").or_insert_with(|| "text".into());
    let Some(Value::Object(mut transform)) = node.fields.get("transform").cloned() else { return };
    for key in ["before", "after"] {
        if !node.fields.contains_key(key)
            && let Some(expr) = transform.shift_remove(key)
        {
            node.fields.insert(key.into(), expr);
            lift.places.put(node.graph.clone().key(key), node.file.clone().key("transform").key(key));
        }
    }
    if transform.is_empty() {
        node.fields.shift_remove("transform");
    } else {
        node.fields.insert("transform".into(), Value::Object(transform));
    }
}

fn lower_call(node: &mut Map<String, Value>, like: Option<&Value>) {
    if !shared::is_kind(node, "mcp") || node.get("output").and_then(Value::as_str) != Some("text") {
        return;
    }
    node.insert("type".into(), "mcp_tool".into());
    node.shift_remove("output");
    let mut transform = Map::new();
    for key in ["before", "after"] {
        let is_direct = like.is_some_and(|like| like.get(key).is_some());
        if !is_direct && let Some(expr) = node.shift_remove(key) {
            transform.insert(key.into(), expr);
        }
    }
    match node.get_mut("transform") {
        Some(Value::Object(own)) => own.extend(transform),
        _ if transform.is_empty() => {}
        _ => {
            node.insert("transform".into(), Value::Object(transform));
        }
    }
}

/// `condition`, `then`, `else` become one condition and `next`. Says whether the node is written so.
fn condition(lift: &mut Lift, node: &mut Lifted<'_>) -> bool {
    if !shared::is_kind(node.fields, "switch") || node.fields.contains_key("conditions") || node.fields.contains_key("next") {
        return false;
    }
    let Some(rule) = node.fields.shift_remove("condition") else { return false };
    let mut case: Map<String, Value> = [("rule".to_owned(), rule)].into_iter().collect();
    if let Some(then) = node.fields.shift_remove("then") {
        case.insert("next".into(), then);
    }
    node.fields.insert("conditions".into(), Value::Array(vec![Value::Object(case)]));
    let first = node.graph.clone().key("conditions").index(0);
    lift.places.put(first.clone(), node.file.clone());
    lift.places.put(first.clone().key("rule"), node.file.clone().key("condition"));
    lift.places.put(first.key("next"), node.file.clone().key("then"));
    if let Some(other) = node.fields.shift_remove("else") {
        node.fields.insert("next".into(), other);
        lift.places.put(node.graph.clone().key("next"), node.file.clone().key("else"));
    }
    true
}

/// The way back, where the node is written so now and still has just one condition.
fn lower_condition(node: &mut Map<String, Value>, like: Option<&Value>) -> bool {
    let is_single = like.is_some_and(|like| like.get("condition").is_some() && like.get("conditions").is_none());
    let Some([Value::Object(case)]) = node.get("conditions").and_then(Value::as_array).map(Vec::as_slice) else { return false };
    if !is_single || !case.contains_key("rule") || case.keys().any(|key| key != "rule" && key != "next") {
        return false;
    }
    let case = case.clone();
    node.shift_remove("conditions");
    for (key, value) in case {
        node.insert(if key == "rule" { "condition".into() } else { "then".into() }, value);
    }
    if let Some(next) = node.shift_remove("next") {
        node.insert("else".into(), next);
    }
    true
}
