//! Copied nodes as text: whatever part of a graph file somebody copies can be pasted.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FIXTURES, fixture};
use format::{clip_text, copy, read_clip};
use graph::{Clip, Node, NodeId, Spot};
use serde_json::{Value, json};

/// What the nodes of a text are, or where it is wrong.
#[track_caller]
fn check(text: &str, expected: Value) {
    let clip = read_clip(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(clip.nodes.iter().map(graph::Node::to_json).collect::<Value>(), expected, "the nodes of:\n{text}");
}

#[test]
fn copied_nodes_read_as_they_stand_in_a_file() {
    let source = fixture("e");
    let tool = &source.graph().tools[0];
    let ids: Vec<NodeId> = tool.nodes.iter().take(2).map(|node| node.id.clone()).collect();
    let mut clip = Clip::of(source.graph(), &tool.name, &ids, None).unwrap();
    clip.places = [(ids[1].clone(), Spot { x: 240.0, y: -12.5 })].into();
    let text = clip_text(&clip);
    assert!(text.starts_with(&format!("nodes:\n  - id: {}\n", ids[0])), "a list of nodes: {text}");
    assert!(text.ends_with(&format!("places:\n  {}: [240, -12.5]\n", ids[1])), "and their places: {text}");
}

#[test]
fn all_nodes_of_every_fixture_survive_the_clipboard() {
    for (name, _) in FIXTURES {
        let source = fixture(name);
        for tool in &source.graph().tools {
            let ids: Vec<NodeId> = tool.nodes.iter().map(|node| node.id.clone()).collect();
            let text = copy(source.graph(), &tool.name, &ids, None).unwrap();
            let nodes: Vec<Node> = tool.nodes.iter().map(|node| Node::clone(node)).collect();
            assert_eq!(read_clip(&text).unwrap().nodes, nodes, "`{}` of `{name}`:\n{text}", tool.name);
        }
    }
}

#[test]
fn a_text_that_starts_with_a_dollar_is_still_one_after_pasting() {
    let node = graph::Node::new("a", "mcp", [("server", "s".into()), ("tool", "t".into()), ("args", json!({"price": "$5"}))]);
    let clip = Clip { nodes: vec![node], ..Clip::default() };
    let text = clip_text(&clip);
    assert!(text.starts_with("shape: E\n"), "it says its shape: {text}");
    assert_eq!(read_clip(&text).unwrap(), clip, "and so is read as it was meant");
}

#[test]
fn any_part_of_a_file_of_any_shape_can_be_pasted() {
    let b = json!({"id": "b", "type": "transform", "transform": {"expr": "a.x"}, "next": "c"});
    let list = "- id: a\n  type: entry\n  next: b\n# why\n- id: b\n  type: transform\n  transform: {expr: a.x}\n  next: c\n";
    let both = json!([{"id": "a", "type": "entry", "next": "b"}, b]);
    check(list, both.clone());
    check(&format!("nodes:\n{list}"), both.clone());
    check(&format!("name: t\ndescription: d\ninputSchema: {{}}\nnodes:\n{list}"), both.clone());
    check(
        &format!("version: '1'\ntools:\n- name: t\n  description: d\n  inputSchema: {{}}\n  nodes:\n{list}")
            .replace("\n- id", "\n  - id")
            .replace("\n  type", "\n    type")
            .replace("\n  next", "\n    next")
            .replace("\n  transform", "\n    transform"),
        both.clone(),
    );
    check("id: b\ntype: transform\ntransform: {expr: a.x}\nnext: c", json!([b]));
    check("        - id: b\n          type: transform\n          transform: {expr: a.x}\n          next: c\n", json!([b]));
    check(
        "- id: b\n          type: transform\n          transform: {expr: a.x}\n          next: c\n        - id: z\n          type: exit\n",
        json!([b, {"id": "z", "type": "exit"}]),
    );
    check("id: b\n    type: transform\n    transform: {expr: a.x}\n    next: c", json!([b]));
    check(&both.to_string(), both);
    check(
        "- id: s\n  type: switch\n  conditions: [{rule: true, target: x}, {target: y}]",
        json!([{"id": "s", "type": "switch", "conditions": [{"rule": true, "next": "x"}], "next": "y"}]),
    );
    check("- id: m\n  type: mcp\n  args: {path: $.in.path}", json!([{"id": "m", "type": "mcp", "args": {"path": {"expr": "$.in.path"}}}]));
    check(
        "- id: m\n  type: mcp_tool\n  tool: t\n- id: n\n  type: mcp_tool\n  tool: u",
        json!([{"id": "m", "type": "mcp", "tool": "t", "output": "text"}, {"id": "n", "type": "mcp", "tool": "u", "output": "text"}]),
    );
}

#[test]
fn places_are_read_as_pairs_or_by_name() {
    let clip = read_clip("nodes: [{id: a, type: exit}, {id: b, type: exit}]\nplaces:\n  a: [1, 2.5]\n  b: {x: 3, y: 4}\n").unwrap();
    assert_eq!(clip.places, [("a".into(), Spot { x: 1.0, y: 2.5 }), ("b".into(), Spot { x: 3.0, y: 4.0 })].into());
}

#[test]
fn what_is_wrong_with_a_pasted_text_has_its_place() {
    for (text, place, words) in [
        ("", (1, 1), "no nodes"),
        ("hello", (1, 1), "no nodes"),
        ("nodes: []", (1, 1), "no nodes"),
        ("- id: a\n  type: [", (2, 9), ""),
        ("nodes:\n  - id: a\n    type: exit\n  - type: exit\n", (4, 5), "no `id`"),
        ("- id: a\n- id: b\n  type: {}\n", (1, 3), "no `type`"),
        ("id: b\ntype: [x]\n", (2, 1), "not a text"),
        ("nodes: [{id: a, type: exit}]\nplaces:\n  a: 3\n", (3, 6), "the place of `a`"),
        ("tools: [{name: a, nodes: [{id: x, type: exit}]}, {name: b}]", (1, 1), "several tools"),
    ] {
        let error = read_clip(text).unwrap_err();
        assert!(error.to_string().contains(words), "{text:?} says `{words}`: {error}");
        assert_eq!((error.line, error.column), place, "the place in {text:?}: {error}");
    }
}
