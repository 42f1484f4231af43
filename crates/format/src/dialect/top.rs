//! Nodes at the top level of the file, as shapes A and B have them: which tool each belongs to, there and back.

use std::collections::{HashMap, VecDeque};

use graph::Path;
use serde_json::{Map, Value};

use super::lift::{Lift, Lifted, take_list};
use super::{Dialect, shared};
use crate::Error;

/// Moves the top-level nodes into the tools: each tool gets the nodes that are reached from its `starts`. A node that no
/// tool reaches goes to the tool of the node before it, so that nothing of the file is out of sight.
pub(super) fn lift(
    lift: &mut Lift,
    file: &mut Map<String, Value>,
    starts: impl Fn(&Map<String, Value>, &[(usize, Map<String, Value>)]) -> Vec<String>,
    mut each: impl FnMut(&mut Lift, &mut Lifted<'_>),
) {
    let (tools_at, nodes_at) = (Path::root().key("tools"), Path::root().key("nodes"));
    let Some(tools) = take_list(file, "tools") else { return };
    let tools = lift.objects(tools, &tools_at, &tools_at, "a tool");
    let nodes = match file.shift_remove("nodes") {
        Some(Value::Array(nodes)) => lift.objects(nodes, &nodes_at, &nodes_at, "a node"),
        None => Vec::new(),
        Some(_) => {
            lift.fail(nodes_at.clone(), "`nodes` is not a list", "write each node on its own lines after `- `");
            Vec::new()
        }
    };
    let owners = owners(&tools, &nodes, &starts);
    let mut lifted = Vec::with_capacity(tools.len());
    for (to, (from, mut tool)) in tools.into_iter().enumerate() {
        let at = tools_at.clone().index(to);
        if to != from {
            lift.places.put(at.clone(), tools_at.clone().index(from));
        }
        let at = at.key("nodes");
        let mut own = Vec::new();
        for ((stands, fields), _) in nodes.iter().zip(&owners).filter(|(_, owners)| owners.contains(&to)) {
            let mut fields = fields.clone();
            let mut node = Lifted { fields: &mut fields, graph: at.clone().index(own.len()), file: nodes_at.clone().index(*stands) };
            lift.places.put(node.graph.clone(), node.file.clone());
            each(lift, &mut node);
            own.push(Value::Object(fields));
        }
        lift.places.put(at, nodes_at.clone());
        tool.insert("nodes".into(), Value::Array(own));
        lifted.push(Value::Object(tool));
    }
    file.insert("tools".into(), Value::Array(lifted));
}

fn owners(
    tools: &[(usize, Map<String, Value>)],
    nodes: &[(usize, Map<String, Value>)],
    starts: &impl Fn(&Map<String, Value>, &[(usize, Map<String, Value>)]) -> Vec<String>,
) -> Vec<Vec<usize>> {
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, (_, node)) in nodes.iter().enumerate() {
        by_id.entry(node.get("id").and_then(Value::as_str).unwrap_or_default()).or_default().push(i);
    }
    let mut owners = vec![Vec::new(); nodes.len()];
    for (tool, (_, fields)) in tools.iter().enumerate() {
        let mut queue: VecDeque<String> = starts(fields, nodes).into();
        while let Some(id) = queue.pop_front() {
            for i in by_id.get(id.as_str()).into_iter().flatten() {
                if !owners[*i].contains(&tool) {
                    owners[*i].push(tool);
                    targets(&nodes[*i].1, &mut queue);
                }
            }
        }
    }
    let mut last = 0;
    for owners in &mut owners {
        match owners.first() {
            Some(first) => last = *first,
            None if last < tools.len() => owners.push(last),
            None => {}
        }
    }
    owners
}

/// The ids that a node names as what comes next, in any of the shapes' words.
fn targets(node: &Map<String, Value>, to: &mut VecDeque<String>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    to.extend(["next", "then", "else", "body", "join", "onError", "onReject"].iter().filter_map(|key| text(node.get(*key))));
    to.extend(node.get("branches").and_then(Value::as_array).into_iter().flatten().filter_map(|id| text(Some(id))));
    for case in node.get("conditions").and_then(Value::as_array).into_iter().flatten() {
        to.extend(["target", "next"].iter().filter_map(|key| text(case.get(key))));
    }
}

/// Moves the nodes out of the tools again. A node that several tools share is written once, and so must be the same in each.
pub(crate) fn lower(graph: Value, dialect: Dialect) -> Result<Value, Error> {
    let Value::Object(mut file) = graph else { return Ok(graph) };
    let mut nodes: Vec<Value> = Vec::new();
    let mut by_id: HashMap<String, (usize, usize)> = HashMap::new();
    for (i, tool) in file.get_mut("tools").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        let own = tool.as_object_mut().and_then(|tool| tool.shift_remove("nodes"));
        let Some(Value::Array(own)) = own else { continue };
        for node in own {
            let id = shared::text(&node, "id").unwrap_or_default().to_owned();
            match by_id.get(&id) {
                Some((_, owner)) if *owner == i => nodes.push(node),
                Some((at, _)) if nodes[*at] == node => {}
                Some(_) => {
                    return Err(Error::shape(dialect, id, "several tools share this node, and it cannot be different in one of them"));
                }
                None => {
                    by_id.insert(id, (nodes.len(), i));
                    nodes.push(node);
                }
            }
        }
    }
    file.insert("nodes".into(), Value::Array(nodes));
    Ok(Value::Object(file))
}
