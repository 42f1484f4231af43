//! What differs between two graphs, and the edit that leads from one to the other.
#![allow(clippy::unwrap_used)]

use graph::{Document, Graph, diff, edit_between};
use proptest::prelude::*;
use serde_json::{Value, json};

fn graph(tools: Value) -> Graph {
    let (graph, problems) = Graph::from_json(&json!({"version": "1", "server": {"name": "s", "version": "1"}, "tools": tools}));
    assert!(problems.is_empty(), "the graph reads well: {problems:?}");
    graph
}

fn tool(name: &str, nodes: Value) -> Value {
    json!({"name": name, "description": "d", "inputSchema": {}, "nodes": nodes})
}

#[track_caller]
fn check(old: &Graph, new: &Graph, expected: &str) {
    let lines = expected.lines().filter(|line| !line.trim().is_empty());
    let expected: String = lines.map(|line| format!("{}\n", line.strip_prefix("        ").unwrap_or(line))).collect();
    assert_eq!(diff(old, new).to_string(), expected, "what differs");
    let mut document = Document::new(old.clone());
    document.apply("all of it", &edit_between(old, new)).unwrap();
    assert_eq!(document.graph(), new, "the edit leads to the new graph");
}

#[test]
fn each_difference_is_a_line_with_what_it_was_and_is() {
    let old = graph(json!([
        tool(
            "t",
            json!([
            {"id": "a", "type": "entry", "next": "b"},
            {"id": "b", "type": "mcp", "tool": "x", "args": {"path": "/", "list": [1, 2]}, "next": "c"},
            {"id": "c", "type": "transform"}, {"id": "z", "type": "exit"}])
        ),
        tool("old", json!([{"id": "a", "type": "entry"}])),
    ]));
    let mut new = graph(json!([
        tool("new", json!([{"id": "a", "type": "entry"}])),
        tool(
            "t",
            json!([
            {"id": "a", "type": "entry", "next": "z"},
            {"id": "d", "type": "switch"},
            {"id": "b", "type": "mcp", "tool": "y", "args": {"path": "/", "list": [1, 3], "deep": null}},
            {"id": "z", "type": "exit"}])
        ),
    ]));
    new.about.title = Some("T".into());
    new.tools[1].description = "other".into();
    check(
        &old,
        &new,
        r#"
        server.title: + "T"
        + tool new
          + a (entry)
        ~ tool t
            description: "d" -> "other"
          ~ a (entry)
              next: "b" -> "z"
          + d (switch)
          ~ b (mcp)
              tool: "x" -> "y"
              args.list[1]: 2 -> 3
              args.deep: + null
              next: - "c"
          - c (transform)
        - tool old
          - a (entry)
        "#,
    );
}

#[test]
fn only_what_stands_elsewhere_has_moved() {
    let nodes = |ids: &str| ids.chars().map(|id| json!({"id": id.to_string(), "type": "mcp"})).collect::<Value>();
    let check = |old: &str, new: &str, moved: &str| {
        let (a, b) = (graph(json!([tool("t", nodes(old))])), graph(json!([tool("t", nodes(new))])));
        let found = diff(&a, &b);
        let found: String =
            found.tools.iter().flat_map(|tool| &tool.nodes).filter(|node| node.is_moved).map(|node| node.node.to_string()).collect();
        assert_eq!(found, moved, "from {old} to {new}");
        let mut document = Document::new(a.clone());
        document.apply("all of it", &edit_between(&a, &b)).unwrap();
        assert_eq!(document.graph(), &b, "from {old} to {new}");
    };
    check("abcde", "abcde", "");
    check("abcde", "bcdea", "a");
    check("abcde", "eabcd", "e");
    check("abcde", "xacy", "");
    check("abcde", "acbed", "ce");
}

#[test]
fn equal_graphs_differ_in_nothing() {
    let one = graph(json!([tool("t", json!([{"id": "a", "type": "entry"}]))]));
    assert!(diff(&one, &one).is_empty(), "nothing differs");
    assert_eq!(diff(&one, &one).to_string(), "", "and there is nothing to show");
}

fn any_graph() -> impl Strategy<Value = Graph> {
    let value = prop_oneof![
        Just(json!(null)),
        (0..3).prop_map(|n| json!(n)),
        prop::collection::vec(0..3, 0..3).prop_map(|list| json!(list)),
        prop::collection::btree_map("[xy]", 0..3, 0..3).prop_map(|map| json!(map)),
    ];
    let node = ("[a-e]", prop::sample::select(vec!["mcp", "exit"]), prop::collection::btree_map("[p-r]", value, 0..3));
    let node = node.prop_map(|(id, kind, fields)| {
        let mut node = json!({"id": id, "type": kind});
        node.as_object_mut().unwrap().extend(fields);
        node
    });
    let distinct = |key: &'static str| {
        move |items: Vec<Value>| {
            let mut kept: Vec<Value> = Vec::new();
            for item in items {
                if kept.iter().all(|other| other[key] != item[key]) {
                    kept.push(item);
                }
            }
            Value::Array(kept)
        }
    };
    let nodes = prop::collection::vec(node, 0..6).prop_map(distinct("id"));
    let tool = ("[t-w]", nodes).prop_map(|(name, nodes)| tool(&name, nodes));
    (prop::collection::vec(tool, 0..4).prop_map(distinct("name")), prop::option::of("[a-c]")).prop_map(|(tools, title)| {
        let mut graph = graph(tools);
        graph.about.title = title;
        graph
    })
}

proptest! {
    #[test]
    fn the_edit_between_any_two_graphs_leads_from_one_to_the_other(old in any_graph(), new in any_graph()) {
        let mut document = Document::new(old.clone());
        document.apply("all of it", &edit_between(&old, &new)).unwrap();
        prop_assert_eq!(document.graph(), &new);
        prop_assert_eq!(diff(&old, &new).is_empty(), old == new);
    }
}
