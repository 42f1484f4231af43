//! Why an edge would be wrong, before it is made.
#![allow(clippy::unwrap_used, missing_docs)]

use graph::{Graph, Path, Port};
use serde_json::json;

fn graph() -> Graph {
    let (graph, problems) = Graph::from_json(&json!({
        "version": "1.0", "server": {"name": "s", "version": "1"},
        "tools": [{"name": "t", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
            {"id": "in", "type": "entry", "next": "each"},
            {"id": "each", "type": "forEach", "items": "in.list", "body": "first", "join": "after"},
            {"id": "first", "type": "transform", "transform": {"expr": "1"}, "next": "choose"},
            {"id": "choose", "type": "switch", "conditions": [{"rule": true, "next": "last"}], "next": "after"},
            {"id": "last", "type": "transform", "transform": {"expr": "1"}, "next": "after"},
            {"id": "after", "type": "transform", "transform": {"expr": "1"}, "next": "both"},
            {"id": "both", "type": "parallel", "branches": ["left", "right"], "join": "out"},
            {"id": "left", "type": "transform", "transform": {"expr": "1"}, "next": "out"},
            {"id": "right", "type": "transform", "transform": {"expr": "1"}, "next": "out"},
            {"id": "new", "type": "transform", "transform": {"expr": "1"}},
            {"id": "out", "type": "exit"}]}],
    }));
    assert_eq!(problems, [], "the graph can be read");
    graph
}

#[track_caller]
fn check(from: &str, to: &str, words: Option<&str>) {
    let (id, port) = from.split_once('.').unwrap_or((from, "next"));
    let path: Path = port.parse().unwrap();
    let port = Port::at(&path).or_else(|| Port::at(&path.key("next"))).unwrap();
    let why = nodes::why_not(&graph(), &"t".into(), &id.into(), port, &to.into());
    match (why, words) {
        (None, None) => {}
        (Some(why), Some(words)) => assert!(why.contains(words), "{from} to {to} says `{words}`: {why}"),
        (why, words) => panic!("{from} to {to} gives {why:?} and not {words:?}"),
    }
}

#[test]
fn nothing_leads_to_an_entry_and_an_exit_leads_nowhere() {
    check("last", "in", Some("begins"));
    check("out", "first", Some("ends"));
    check("last", "nobody", Some("no node `nobody`"));
}

#[test]
fn a_node_has_only_the_ports_of_its_kind() {
    check("both", "new", Some("next is not a port"));
    check("first.body", "new", Some("body is not a port"));
    check("in.onError", "new", Some("onError is not a port"));
    check("first.onError", "last", None);
    check("choose.conditions[7]", "last", None);
    check("both.branches[2]", "new", None);
}

#[test]
fn a_node_does_not_follow_itself_without_end() {
    check("first", "first", Some("without end"));
    check("choose", "choose", None);
    check("choose.conditions[0]", "choose", None);
}

#[test]
fn a_branch_and_a_body_begin_elsewhere_than_they_end() {
    check("each.body", "after", Some("is the join"));
    check("both.branches[0]", "out", Some("is the join"));
    check("both.branches[2]", "left", Some("another branch"));
    check("both.branches[0]", "left", None);
    check("each.join", "first", Some("its own join"));
}

#[test]
fn a_body_is_left_only_by_its_join() {
    check("first", "after", None);
    check("first", "last", None);
    check("last", "first", None);
    check("first", "new", None);
    check("first", "both", Some("left only by its join `after`"));
    check("choose.conditions[0]", "out", Some("outside of the body of `each`"));
    check("last.onError", "both", Some("outside of the body"));
    check("last", "each", Some("outside of the body"));
    check("left", "after", Some("a branch of `both`, which is left only by its join `out`"));
    check("left", "right", None);
    check("each.body", "both", Some("outside of the body"));
}

#[test]
fn what_is_outside_of_a_body_is_free_to_lead_on() {
    check("after", "each", None);
    check("in", "after", None);
    check("each.join", "out", None);
    check("each.join", "new", None);
    check("after", "new", None);
}

#[test]
fn an_edge_that_nothing_speaks_against_brings_no_error_into_a_valid_graph() {
    let graph = graph();
    let errors = |graph: &Graph| {
        nodes::check(graph, nodes::CheckOptions::default())
            .into_iter()
            .filter(graph::Problem::is_error)
            .map(|p| p.message)
            .collect::<Vec<_>>()
    };
    let before = errors(&graph);
    let tool = &graph.tools[0];
    for node in &tool.nodes {
        for edge in node.edges() {
            for to in &tool.nodes {
                if nodes::why_not(&graph, &tool.name, &node.id, edge.port, &to.id).is_some() {
                    continue;
                }
                let mut document = graph::Document::new(graph.clone());
                document.apply("connect", &graph::connect(&graph, &tool.name, &node.id, edge.port, &to.id).unwrap()).unwrap();
                let new: Vec<String> = errors(document.graph()).into_iter().filter(|error| !before.contains(error)).collect();
                // A way that is cut off is not yet drawn, and a join that moves leaves its branches behind.
                let unfinished = |error: &String| error.contains("no way leads");
                assert!(new.iter().all(unfinished), "{:?} of `{}` to `{}`: {new:?}", edge.port, node.id, to.id);
            }
        }
    }
}
