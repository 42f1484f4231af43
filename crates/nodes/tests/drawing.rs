//! What a person draws: new nodes, other kinds, copies. What comes of it is valid or is named by the checks.
#![allow(clippy::unwrap_used, missing_docs)]

use graph::{Clip, Document, Edit, Graph, LayoutEdit, Node, NodeId, Port, Spot, ToolName};
use serde_json::{Value, json};

fn graph() -> Graph {
    let (graph, problems) = Graph::from_json(&json!({
        "version": "1.0", "server": {"name": "s", "version": "1"}, "mcpServers": {"files": {"command": "files"}},
        "tools": [
            {"name": "main", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "in", "type": "entry", "next": "list"},
                {"id": "list", "type": "mcp", "server": "files", "tool": "list", "args": {"path": {"expr": "$.in.path"}},
                    "retry": {"maxAttempts": 2}, "next": "s"},
                {"id": "s", "type": "switch", "conditions": [{"rule": {">": [{"var": "list.n"}, 1]}, "next": "t"}], "next": "out"},
                {"id": "t", "type": "transform", "transform": {"expr": "list.names & in.path"}, "next": "out"},
                {"id": "out", "type": "exit"}]},
            {"name": "other", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "start", "type": "entry", "next": "list"},
                {"id": "list", "type": "mcp", "server": "files", "tool": "x", "next": "end"},
                {"id": "end", "type": "exit"}]}],
    }));
    assert_eq!(problems, [], "the graph can be read");
    graph
}

fn main() -> ToolName {
    "main".into()
}

fn after(graph: &Graph, edit: &Edit) -> Graph {
    let mut document = Document::new(graph.clone());
    document.apply("edit", edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
    document.into_graph()
}

fn errors(graph: &Graph) -> Vec<String> {
    let problems = nodes::check(graph, nodes::CheckOptions::default());
    problems.into_iter().filter(graph::Problem::is_error).map(|problem| problem.message).collect()
}

fn node(graph: &Graph, tool: &str, id: &str) -> Value {
    graph.tool(tool).unwrap().node(id).map_or(Value::Null, Node::to_json)
}

#[test]
fn a_new_node_lacks_only_what_nobody_but_a_person_knows() {
    for (kind, lacks) in [
        ("transform", &[][..]),
        ("wait", &[]),
        ("approval", &[]),
        ("emit", &["`event` is empty"]),
        ("switch", &[]),
        ("mcp", &["`server` is empty", "`tool` is empty"]),
        ("call", &["`tool` is empty"]),
        ("parallel", &["the parallel node has no `branches`"]),
        ("forEach", &["the forEach node has no `body`"]),
    ] {
        let graph = graph();
        let edit = nodes::insert_on_edge(&graph, &main(), &"t".into(), Port::Next, nodes::fresh(kind, &"new".into())).unwrap();
        assert_eq!(errors(&after(&graph, &edit)), lacks, "a new `{kind}` on an edge");
    }
    for kind in ["entry", "exit"] {
        let new = nodes::fresh(kind, &"new".into());
        assert!(nodes::insert_on_edge(&graph(), &main(), &"t".into(), Port::Next, new).is_err(), "no `{kind}` stands in the middle");
    }
}

#[test]
fn every_kind_begins_with_all_that_its_settings_require() {
    for kind in nodes::ALL {
        let new = nodes::fresh(kind.name(), &"new".into());
        let settings = kind.settings();
        let ports = ["next", "body", "join"];
        for required in settings["required"].as_array().into_iter().flatten().filter_map(Value::as_str).filter(|key| !ports.contains(key)) {
            assert!(new.fields.contains_key(required), "a new `{}` has `{required}`", kind.name());
        }
        assert_eq!(new.edges(), [], "and no edges");
    }
}

#[test]
fn a_new_tool_call_has_the_arguments_that_the_tool_requires() {
    let schema = json!({
        "type": "object", "$defs": {"mode": {"enum": ["r", "w"]}, "loop": {"type": "object", "properties": {"l": {"$ref": "#/$defs/loop"}}, "required": ["l"]}},
        "properties": {
            "path": {"type": "string"}, "depth": {"type": "integer", "minimum": 1}, "mode": {"$ref": "#/$defs/mode"}, "all": {"type": "boolean"},
            "filter": {"type": "object", "properties": {"ext": {"type": "array"}, "not": {}}, "required": ["ext"]},
            "limit": {"type": "number", "default": 20}, "either": {"oneOf": [{"const": 7}, {"type": "null"}]}, "extra": {"type": "string"}
        },
        "required": ["path", "depth", "mode", "all", "filter", "limit", "either", "free"]
    });
    let call = nodes::fresh_tool_call(&"read".into(), &"files".into(), "read_file", &schema);
    assert_eq!(
        call.to_json(),
        json!({"id": "read", "type": "mcp", "server": "files", "tool": "read_file", "args": {
            "path": "", "depth": 1, "mode": "r", "all": false, "filter": {"ext": []}, "limit": 20, "either": 7, "free": null}}),
        "required fields, each with what its schema suggests"
    );
    let endless = json!({"$ref": "#/$defs/loop", "$defs": schema["$defs"]});
    let nested = nodes::fresh_tool_call(&"x".into(), &"files".into(), "x", &endless).fields["args"].to_string();
    assert!(nested.len() < 200, "a schema that holds itself is followed only so far: {nested}");
    assert!(
        !nodes::fresh_tool_call(&"x".into(), &"files".into(), "x", &json!(true)).fields.contains_key("args"),
        "none where none is required"
    );
}

#[test]
fn another_kind_keeps_what_both_have_and_leads_on() {
    let graph = graph();
    let changed = |id: &str, kind: &str| node(&after(&graph, &nodes::replace_kind(&graph, &main(), &id.into(), kind).unwrap()), "main", id);
    assert_eq!(
        changed("list", "call"),
        json!({"id": "list", "type": "call", "tool": "", "args": {"path": {"expr": "$.in.path"}}, "retry": {"maxAttempts": 2}, "next": "s"}),
        "arguments and retry stay; a server's tool is no graph's tool"
    );
    assert_eq!(
        changed("t", "forEach"),
        json!({"id": "t", "type": "forEach", "items": "$previousNode()", "join": "out"}),
        "what followed follows the loop"
    );
    assert_eq!(changed("s", "transform"), json!({"id": "s", "type": "transform", "transform": {"expr": "$previousNode()"}, "next": "out"}));
    assert_eq!(changed("list", "exit"), json!({"id": "list", "type": "exit"}), "an exit leads nowhere");
    assert_eq!(changed("t", "transform"), node(&graph, "main", "t"), "the same kind changes nothing");
}

/// Copies nodes of `main`, pastes them into `into`, and gives the nodes that came.
#[track_caller]
fn paste(ids: &[&str], into: &str, expected: Value) {
    let graph = graph();
    let ids: Vec<NodeId> = ids.iter().map(|id| NodeId::from(*id)).collect();
    let clip = Clip::of(&graph, &main(), &ids, None).unwrap();
    let pasted = nodes::paste(&graph, &into.into(), &clip, None).unwrap();
    let after = after(&graph, &pasted.edit);
    let nodes: Vec<Value> = pasted.ids.iter().map(|id| node(&after, into, id.as_str())).collect();
    assert_eq!(Value::Array(nodes), expected, "{ids:?} in `{into}`");
    assert_eq!(errors(&after), Vec::<String>::new(), "and the graph is as valid as it was");
    assert_eq!(after.tool(into).unwrap().nodes.last().unwrap().kind, "exit", "the exit stays last");
}

#[test]
fn copies_beside_the_originals_refer_to_each_other_and_lead_to_where_these_led() {
    paste(
        &["list", "s", "t"],
        "main",
        json!([
            {"id": "list_2", "type": "mcp", "server": "files", "tool": "list", "args": {"path": {"expr": "$.in.path"}},
                "retry": {"maxAttempts": 2}, "next": "s_2"},
            {"id": "s_2", "type": "switch", "conditions": [{"rule": {">": [{"var": "list_2.n"}, 1]}, "next": "t_2"}], "next": "out"},
            {"id": "t_2", "type": "transform", "transform": {"expr": "list_2.names & in.path"}, "next": "out"}
        ]),
    );
}

#[test]
fn a_whole_tool_pasted_into_another_begins_and_ends_with_what_that_has() {
    paste(
        &["in", "list", "s", "t", "out"],
        "other",
        json!([
            {"id": "list_2", "type": "mcp", "server": "files", "tool": "list", "args": {"path": {"expr": "$.start.path"}},
                "retry": {"maxAttempts": 2}, "next": "s"},
            {"id": "s", "type": "switch", "conditions": [{"rule": {">": [{"var": "list_2.n"}, 1]}, "next": "t"}], "next": "end"},
            {"id": "t", "type": "transform", "transform": {"expr": "list_2.names & start.path"}, "next": "end"}
        ]),
    );
}

#[test]
fn copies_of_numbered_nodes_get_the_next_free_numbers() {
    let mut graph = graph();
    let step = |n: u32| {
        let next = if n < 40 { format!("step_{}", n + 1) } else { "out".to_owned() };
        let fields = json!({"transform": {"expr": format!("$.step_{}", n.max(2) - 1)}, "next": next});
        let node = Node { id: format!("step_{n}").into(), kind: "transform".into(), fields: fields.as_object().unwrap().clone() };
        Edit::InsertNode { tool: main(), at: n as usize, node }
    };
    graph = after(&graph, &Edit::batch((1..=40).map(step).collect()));
    let ids: Vec<NodeId> = (1..=40).map(|n| format!("step_{n}").into()).collect();
    let clip = Clip::of(&graph, &main(), &ids, None).unwrap();
    let pasted = nodes::paste(&graph, &main(), &clip, None).unwrap();
    let expected: Vec<NodeId> = (41..=80).map(|n| format!("step_{n}").into()).collect();
    assert_eq!(pasted.ids, expected, "in their order, above those that are taken");
    let after = after(&graph, &pasted.edit);
    for n in 42..80 {
        let copy = node(&after, "main", &format!("step_{n}"));
        let expected = (json!({"expr": format!("$.step_{}", n - 1)}), json!(format!("step_{}", n + 1)));
        assert_eq!((copy["transform"].clone(), copy["next"].clone()), expected, "`step_1` is not taken for a part of `step_11`");
    }
}

#[test]
fn edges_to_what_is_not_there_are_dropped_with_their_rules() {
    let graph = graph();
    let clip = Clip::of(&graph, &main(), &["s".into()], None).unwrap();
    let pasted = nodes::paste(&graph, &"other".into(), &clip, None).unwrap();
    let after = after(&graph, &pasted.edit);
    assert_eq!(node(&after, "other", "s"), json!({"id": "s", "type": "switch", "conditions": []}), "neither `t` nor `out` is there");
}

#[test]
fn copies_keep_their_places_to_each_other() {
    let graph = graph();
    let mut clip = Clip::of(&graph, &main(), &["list".into(), "t".into()], None).unwrap();
    clip.places = [("list".into(), Spot { x: 10.0, y: 40.0 }), ("t".into(), Spot { x: 100.0, y: 20.0 })].into();
    let placed = |at| match nodes::paste(&graph, &main(), &clip, at).unwrap().layout {
        Some(LayoutEdit::Batch { edits }) => {
            serde_json::to_value(edits).unwrap().as_array().unwrap().iter().map(|edit| edit["at"].clone()).collect()
        }
        other => panic!("two places: {other:?}"),
    };
    let at: Vec<Value> = placed(Some(Spot { x: 0.0, y: 0.0 }));
    assert_eq!(at, [json!({"x": 0.0, "y": 20.0}), json!({"x": 90.0, "y": 0.0})], "the corner of both comes to the given place");
    let at: Vec<Value> = placed(None);
    assert_eq!(at, [json!({"x": 42.0, "y": 72.0}), json!({"x": 132.0, "y": 52.0})], "or they stand a little aside");
}
