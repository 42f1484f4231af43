//! What is wrong with a drawing: a sketch in, problems out.
#![allow(clippy::unwrap_used)]

use graph::{Graph, check};
use serde_json::{Value, json};

/// A graph of one tool from a sketch: `id kind -> to, to; id kind -> to`. What a kind does with its edges follows from it:
/// the first is `next`, others are conditions; `!to` is `onError`, `&to` a branch, `=to` the join.
fn sketch(text: &str) -> Graph {
    let mut nodes = Vec::new();
    for line in text.split(';').map(str::trim).filter(|line| !line.is_empty()) {
        let (head, edges) = line.split_once("->").unwrap_or((line, ""));
        let (id, kind) = head.trim().split_once(' ').unwrap();
        let mut node = json!({"id": id, "type": kind.trim()});
        for to in edges.split(',').map(str::trim).filter(|to| !to.is_empty()) {
            match to.split_at(1) {
                ("!", to) => node["onError"] = to.into(),
                ("=", to) => node["join"] = to.into(),
                ("&", to) => push(&mut node, "branches", to.into()),
                _ if node.get("next").is_none() => node["next"] = to.into(),
                _ => push(&mut node, "conditions", json!({"rule": true, "next": to})),
            }
        }
        nodes.push(node);
    }
    let tool = json!({"name": "t", "description": "d", "inputSchema": {}, "nodes": nodes});
    let (graph, problems) = Graph::from_json(&json!({"version": "1", "server": {"name": "s", "version": "1"}, "tools": [tool]}));
    assert!(problems.is_empty(), "the sketch `{text}` reads well: {problems:?}");
    graph
}

fn push(node: &mut Value, list: &str, item: Value) {
    match node.get_mut(list).and_then(Value::as_array_mut) {
        Some(items) => items.push(item),
        None => node[list] = json!([item]),
    }
}

/// Each problem as `path: message; remedy`.
fn problems(graph: &Graph) -> Vec<String> {
    check(graph).into_iter().map(|problem| format!("{}: {}; {}", problem.path, problem.message, problem.remedy)).collect()
}

#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    assert_eq!(problems(&sketch(text)), expected, "what is wrong with `{text}`");
}

#[test]
fn a_sound_drawing_has_no_problems() {
    finds("a entry -> b; b mcp -> c; c exit", &[]);
    finds("a entry -> b; b switch -> c, b; c exit", &[]);
    finds("a entry -> p; p parallel -> &x, &y, =j; x mcp -> j; y mcp -> j; j mcp -> z, !z; z exit", &[]);
    finds("a entry -> f; f mcp -> z, !e; e transform -> z; z exit", &[]);
}

#[test]
fn edges_that_lead_nowhere_are_found_with_the_nearest_name() {
    finds(
        "a entry -> lits; list mcp -> z; z exit",
        &[
            "tools[0].nodes[0].next: there is no node `lits` to go to; did you mean `list`?",
            "tools[0].nodes[0]: no way leads from the entry to the exit; connect the last node to the exit",
            "tools[0].nodes[1]: nothing leads to `list`; connect a node to it, or remove it",
            "tools[0].nodes[2]: nothing leads to `z`; connect a node to it, or remove it",
        ],
    );
    finds(
        "a entry -> b; b switch -> z, nowhere; z exit",
        &["tools[0].nodes[1].conditions[0].next: there is no node `nowhere` to go to; connect it to a node of this tool"],
    );
}

#[test]
fn missing_and_second_ends_are_found() {
    finds("b exit", &["tools[0].nodes: the tool has no `entry` node; add a node of type `entry`, with `next`"]);
    finds("a entry -> a", &["tools[0].nodes: the tool has no `exit` node; add a node of type `exit`"]);
    finds("a entry -> z; b entry -> z; z exit", &["tools[0].nodes[1].type: the tool has a second `entry` node; keep one of them"]);
}

#[test]
fn dead_ends_and_strangers_are_found() {
    finds(
        "a entry -> b, b; b mcp; z exit",
        &[
            "tools[0].nodes[1]: nothing follows `b`; add `next` with the id of the node that follows",
            "tools[0].nodes[0]: no way leads from the entry to the exit; connect the last node to the exit",
            "tools[0].nodes[2]: nothing leads to `z`; connect a node to it, or remove it",
        ],
    );
    finds(
        "a entry -> s; s switch -> z, loop; loop mcp -> loop; z exit",
        &["tools[0].nodes[2]: no way leads from `loop` to the exit; connect it to a node that leads there"],
    );
    finds("a entry -> z; x mcp -> z; z exit", &["tools[0].nodes[1]: nothing leads to `x`; connect a node to it, or remove it"]);
}

#[test]
fn an_error_edge_alone_does_not_lead_on() {
    finds(
        "a entry -> b; b mcp -> z; c mcp; z exit",
        &[
            "tools[0].nodes[2]: nothing follows `c`; add `next` with the id of the node that follows",
            "tools[0].nodes[2]: nothing leads to `c`; connect a node to it, or remove it",
        ],
    );
}

#[test]
fn names_that_are_there_twice_are_found_and_the_tool_and_node_are_named() {
    let mut graph = sketch("a entry -> b; b mcp -> z; b mcp -> z; z exit");
    graph.tools.push(graph.tools[0].clone());
    let found = check(&graph);
    let twice: Vec<_> = found.iter().filter(|problem| problem.message.contains("two")).map(|problem| problem.path.to_string()).collect();
    assert_eq!(twice, ["tools[0].nodes[2].id", "tools[1].name", "tools[1].nodes[2].id"], "each name that is there twice");
    let node = found.iter().find(|problem| problem.path.to_string() == "tools[1].nodes[2].id").unwrap();
    assert_eq!(node.tool.as_ref().map(ToString::to_string).as_deref(), Some("t"), "its tool");
    assert_eq!(node.node.as_ref().map(ToString::to_string).as_deref(), Some("b"), "its node");
}
