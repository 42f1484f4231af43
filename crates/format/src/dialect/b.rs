//! Shape B: mcpGraph 0.1.2 to 0.1.18. Nodes stand at the top level; an entry and an exit name their `tool`.

use graph::Path;
use serde_json::{Map, Value};

use super::lift::Lift;
use super::{Dialect, Facts, Reading, Shape, lower, shared, top};
use crate::Error;

pub(super) struct B;

impl Shape for B {
    fn dialect(&self) -> Dialect {
        Dialect::B
    }

    fn versions(&self) -> &'static str {
        "mcpGraph 0.1.2 to 0.1.18"
    }

    fn fits(&self, file: &Facts) -> bool {
        file.has_top_nodes
    }

    fn binds_input(&self) -> bool {
        true
    }

    fn read(&self, mut value: Value) -> Reading {
        let mut lift = Lift::default();
        if let Value::Object(fields) = &mut value {
            unbound_ends(&mut lift, fields);
            top::lift(&mut lift, fields, ends, |lift, node| {
                lift.dollars(node);
                lift.conditions(node);
                if is_end(node.fields) {
                    node.fields.shift_remove("tool");
                }
            });
            if fields.contains_key("servers") && !fields.contains_key("mcpServers") {
                shared::rename(fields, "servers", "mcpServers");
                lift.places.put(Path::root().key("mcpServers"), Path::root().key("servers"));
            }
        }
        Reading { value, places: lift.places, problems: lift.problems }
    }

    fn write(&self, graph: &Value, like: &Value) -> Result<Value, Error> {
        let mut graph = graph.clone();
        if let Value::Object(fields) = &mut graph
            && like.get("mcpServers").is_none()
        {
            shared::rename(fields, "mcpServers", "servers");
        }
        for tool in graph.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = tool.get("name").cloned().unwrap_or_default();
            for node in tool.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Value::Object(node) = node
                    && is_end(node)
                {
                    node.insert("tool".into(), name.clone());
                }
            }
        }
        let mut file = top::lower(graph, Dialect::B)?;
        let now = like.get("nodes").unwrap_or(&Value::Null);
        for node in file.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
            let like = lower::node_of(now, shared::text(node, "id"));
            if let Value::Object(node) = node {
                lower::dollars(node, Dialect::B)?;
                lower::conditions(node, like, Dialect::B)?;
            }
        }
        Ok(file)
    }
}

fn is_end(node: &Map<String, Value>) -> bool {
    shared::is_kind(node, "entry") || shared::is_kind(node, "exit")
}

/// The entries and exits that name this tool.
fn ends(tool: &Map<String, Value>, nodes: &[(usize, Map<String, Value>)]) -> Vec<String> {
    let own = nodes.iter().filter(|(_, node)| is_end(node) && tool.get("name").is_some() && node.get("tool") == tool.get("name"));
    own.filter_map(|(_, node)| node.get("id")?.as_str().map(str::to_owned)).collect()
}

/// Says which entries and exits name no tool of the file.
fn unbound_ends(lift: &mut Lift, file: &Map<String, Value>) {
    let list = |key: &str| file.get(key).and_then(Value::as_array).into_iter().flatten();
    for (i, node) in list("nodes").enumerate() {
        let Some(fields) = node.as_object().filter(|fields| is_end(fields)) else { continue };
        if !list("tools").any(|tool| tool.get("name").is_some() && tool.get("name") == fields.get("tool")) {
            let id = shared::text(node, "id").unwrap_or_default();
            let at = Path::root().key("nodes").index(i);
            lift.fail(at, format!("`{id}` names no tool of this file"), "add `tool:` with the name of the tool that it belongs to");
        }
    }
}
