//! Every fixture reads as it was meant, whatever its shape; and each part of a graph is found at its place in the text.
#![allow(clippy::unwrap_used)]

mod common;

use std::ops::Range;

use common::{FIXTURES, fixture};
use format::{Dialect, Source};
use graph::Problem;
use serde_json::json;

#[test]
fn each_fixture_is_read_in_its_own_shape_without_an_error() {
    for (name, dialect) in FIXTURES {
        let source = fixture(name);
        assert_eq!(source.dialect(), dialect, "the shape of `{name}`");
        let checks = graph::check(source.graph());
        let errors: Vec<_> = source.problems().iter().chain(&checks).filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "`{name}` has nothing wrong, but: {errors:?}");
    }
}

#[test]
fn only_the_oldest_shapes_bind_input() {
    for (name, dialect) in FIXTURES {
        assert_eq!(fixture(name).input_alias(), dialect <= Dialect::B, "`$.input` in `{name}`");
    }
}

/// A node of a fixture, as shape E has it.
#[track_caller]
fn node_is(name: &str, tool: &str, id: &str, expected: &serde_json::Value) {
    let source = fixture(name);
    let node = source.graph().tool(tool).and_then(|tool| tool.node(id)).unwrap_or_else(|| panic!("`{name}` has `{id}` in `{tool}`"));
    assert_eq!(&node.to_json(), expected, "`{id}` of `{name}` in shape E");
}

#[test]
fn the_design_documents_words_become_those_of_shape_e() {
    node_is(
        "a",
        "dim",
        "read_lamp",
        &json!({"id": "read_lamp", "type": "mcp", "server": "house", "tool": "read", "args": {"lamp": {"expr": "$.input.lamp"}, "mode": "all"},
                "next": "is_bright", "output": "text", "before": "$merge([$, {\"quiet\": true}])", "after": "$trim($)"}),
    );
    node_is(
        "a",
        "dim",
        "is_bright",
        &json!({"id": "is_bright", "type": "switch", "next": "shape_answer",
                "conditions": [{"rule": {">": [{"var": "$.input.level"}, 50]}, "next": "set_lamp"}]}),
    );
    node_is(
        "a",
        "check",
        "choose",
        &json!({"id": "choose", "type": "switch", "next": "exit_check",
                "conditions": [{"rule": {"==": [{"var": "read_check"}, "on"]}, "next": "say_on"}]}),
    );
}

#[test]
fn a_default_without_a_rule_becomes_next() {
    node_is(
        "b",
        "sort_out",
        "which",
        &json!({"id": "which", "type": "switch", "next": "none", "conditions": [
            {"rule": {">": [{"var": "$.input.value"}, 10]}, "next": "high"},
            {"rule": {">": [{"var": "$.input.value"}, 0]}, "next": "low"}]}),
    );
}

#[test]
fn only_texts_at_the_top_of_the_arguments_are_expressions_in_the_older_shapes() {
    node_is(
        "c",
        "sum_to_n",
        "add",
        &json!({"id": "add", "type": "mcp", "server": "math", "tool": "add", "x-note": "kept", "next": "exit_sum",
                "args": {"a": {"expr": "$.increment_node.sum"}, "b": {"expr": "$.entry_sum.n"}, "note": "costs 5$",
                         "nested": {"deep": "$.not.an.expression"}}}),
    );
}

#[test]
fn a_node_that_no_tool_reaches_stays_in_sight() {
    let source = fixture("b");
    let ids: Vec<_> = source.graph().tools[1].nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["entry_list", "ask", "exit_list", "spare"], "`spare` is in the tool of the node before it");
}

#[test]
fn anchors_aliases_and_merge_keys_are_followed() {
    let source = fixture("e");
    let more = &source.graph().servers["more_lamps"].fields;
    assert_eq!(more["command"], json!("npx"), "a merged field");
    assert_eq!(more["env"], json!({"MODE": "yes"}), "a quoted `yes` is a text");
    node_is(
        "wild",
        "wild",
        "mid",
        &json!({"id": "mid", "type": "transform", "transform": {"expr": "  indented\nless\n\n"}, "next": "out",
                "notes": [["a", "b"], ["c", ["d", "e"], "f"], null], "empty": null}),
    );
}

/// Finds a place: the line it is on, without blanks around it, and the text that is located.
#[track_caller]
fn place(name: &str, path: &str, within: Option<Range<usize>>, line: &str, slice: &str) {
    let source = fixture(name);
    let found = source.locate(&path.parse().unwrap(), within);
    let text = &source.text()[found.offset..found.offset + found.length];
    assert_eq!(text, slice, "`{path}` in `{name}`");
    let on = source.text().lines().nth(found.line - 1).unwrap();
    assert_eq!(on.trim(), line, "the line of `{path}` in `{name}`, {}", found.line);
    let from: String = on.chars().skip(found.column - 1).collect();
    assert!(from.starts_with(slice.lines().next().unwrap()), "column {} of `{on}` begins `{slice}`", found.column);
    assert_eq!(found.end_line - found.line, slice.matches('\n').count(), "the lines of `{path}` in `{name}`");
}

#[test]
fn each_part_of_a_graph_is_found_in_the_text_of_any_shape() {
    place("a", "tools[0].nodes[0].next", None, "next: \"read_lamp\"", "\"read_lamp\"");
    place("a", "tools[0].nodes[1].args.lamp.expr", None, "lamp: \"$.input.lamp\" # JSONata", "\"$.input.lamp\"");
    place("a", "tools[0].nodes[1].after", None, "after: \"$trim($)\"", "\"$trim($)\"");
    place("a", "tools[0].nodes[2].conditions[0].next", None, "then: \"set_lamp\"", "\"set_lamp\"");
    place("a", "tools[0].nodes[2].next", None, "else: \"shape_answer\"", "\"shape_answer\"");
    place("a", "tools[1].nodes[2].next", None, "- target: \"exit_check\"", "\"exit_check\"");
    place("b", "mcpServers.files.command", None, "command: npx", "npx");
    place("b", "tools[0].nodes[1].conditions[1].next", None, "target: low", "low");
    place("b", "tools[0].nodes[1].next", None, "- target: none   # the rest", "none");
    let remote =
        "far:\n    type: streamableHttp\n    url: https://example.org/mcp\n    headers:\n      Authorization: Bearer ${secret:FAR}";
    place("c", "mcpServers.far", None, "far:", remote);
    place("c", "tools[1].nodes[1]", None, "- {id: exit, type: exit}", "{id: exit, type: exit}");
    place("c", "tools[0].nodes[3].args.a.expr", None, "a: $.increment_node.sum     # dynamic", "$.increment_node.sum");
    place("e", "server.title", None, "title: Das Häuschen 🏠   # unicode", "Das Häuschen 🏠");
    place("e", "mcpServers.more_lamps.command", None, "command: npx", "npx");
    place("e", "tools[0].nodes[2].retry", None, "retry: *retry", "*retry");
    place("wild", "version", None, ": \"1.0\"", "\"1.0\"");
    place("wild", "tools[0].nodes[2].seen", None, "seen: *first", "*first");
}

#[test]
fn what_is_not_there_is_located_at_what_is_around_it() {
    place("c", "tools[1].nodes[1].next", None, "- {id: exit, type: exit}", "{id: exit, type: exit}");
    place("c", "nothing.at.all[3]", None, "version: \"1.0\"", "version: \"1.0\"");
    place(
        "b",
        "tools[0].nodes[1].conditions[1].more",
        None,
        "- rule: {'>': [{var: $.input.value}, 0]}",
        "rule: {'>': [{var: $.input.value}, 0]}\n    target: low",
    );
}

/// Finds the bytes of a word inside of a text.
#[track_caller]
fn word(name: &str, path: &str, nth: usize, line: &str, word: &str) {
    let source = fixture(name);
    let json = source.graph().to_json();
    let path_in_graph: graph::Path = path.parse().unwrap();
    let text = path_in_graph.find(&json).and_then(serde_json::Value::as_str).unwrap().to_owned();
    let (at, _) = text.match_indices(word).nth(nth).unwrap();
    place(name, path, Some(at..at + word.len()), line, word);
}

#[test]
fn bytes_inside_of_an_expression_are_found_through_escapes_and_blocks() {
    let expr = "tools[0].nodes[1].transform.expr";
    word("c", expr, 0, "? { \"counter\": 1, \"sum\": 1 }", "counter");
    word("c", expr, 2, ": { \"counter\": $previousNode().counter + 1 }  # JSONata, no comment", "counter");
    word("b", "tools[0].nodes[4].transform.expr", 0, "expr: \"{\\\"result\\\": \\\"none\\\"}\"", "none");
    word("e", "tools[0].nodes[5].before", 0, "{\"side\": \"right\"}])", "right");
    word("e", "tools[0].nodes[5].before", 0, "and more", "more");
    word("crlf", expr, 0, "1", "1");
    word("wild", expr, 0, "indented", "indented");
    word("wild", expr, 0, "less", "less");
    word("wild", "tools[0].inputSchema.properties.plain.description", 0, "text over lines}", "text");
    word("wild", "server.title", 0, "title: 'It''s \"wild\"'}", "wild");
    word("wild", "tools[0].description", 0, "over lines, with \\u00e9 and \\t tabs\"", "over");
    word("wild", "tools[0].description", 0, "over lines, with \\u00e9 and \\t tabs\"", "tabs");
}

#[test]
fn a_file_that_is_not_yaml_is_refused_at_its_fault() {
    let table = [
        ("a: [1, 2\n", 1, "unclosed"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("a: 1\n\"a\": 2\n", 2, "twice"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: *nope\n", 1, "anchor"),
        ("a: &x [*x]\n", 1, "part of"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: !!int x\n", 1, "does not fit"),
        ("? [a]\n: b\n", 1, "key"),
    ];
    for (text, line, word) in table {
        let error = Source::parse(text.to_owned()).unwrap_err();
        assert_eq!(error.line, line, "the line of {text:?}: {error}");
        assert!(error.message.contains(word) || error.remedy.contains(word), "{text:?} says `{word}`: {error}");
    }
}

#[test]
fn aliases_cannot_blow_a_file_up() {
    let big = "x".repeat(100_000);
    let many = "- *a\n".repeat(5_000);
    let error = Source::parse(format!("- &a {big}\n{many}")).unwrap_err();
    assert!(error.message.contains("grow"), "500 MB out of 125 KB are refused: {error}");
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        let from = i - 1;
        laughs
            .push_str(&format!("a{i}: &a{i} [*a{from}, *a{from}, *a{from}, *a{from}, *a{from}, *a{from}, *a{from}, *a{from}, *a{from}]\n"));
    }
    assert!(Source::parse(laughs).unwrap_err().message.contains("grow"), "a billion laughs are refused");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Source::parse(deep).is_err(), "a hundred thousand brackets are refused");
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let text = "version: 1.0\nserver: {name: s, version: '1', port: 3}\ntools:\n- 7\n- name: t\n  description: d\n  inputSchema: {}\n  nodes:\n  - hello\n  - {id: a, type: switch, conditions: [{rule: true, target: x}, {target: y}, {target: z}]}\n";
    let source = Source::parse(text.to_owned()).unwrap();
    let said: Vec<_> =
        source.problems().iter().map(|problem| (source.locate(&problem.path, None).line, problem.message.as_str())).collect();
    let has = |line: usize, words: &str| said.iter().any(|(at, message)| *at == line && message.contains(words));
    assert!(has(1, "`version` is the number"), "a number as version: {said:?}");
    assert!(has(2, "`port` is not a field"), "an unknown key: {said:?}");
    assert!(has(4, "a tool is a mapping"), "a tool that is none: {said:?}");
    assert!(has(9, "a node is a mapping"), "a node that is none: {said:?}");
    assert!(has(10, "second way without"), "two defaults: {said:?}");
}

#[test]
fn empty_files_read_as_empty_graphs_with_a_problem() {
    for text in ["", "# only a comment\n", "---\n...\n", "null", "[]", "7"] {
        let source = Source::parse(text.to_owned()).unwrap();
        assert!(source.problems().iter().any(Problem::is_error), "{text:?} is no graph");
        assert!(source.locate(&"tools[0]".parse().unwrap(), None).line >= 1, "and still has places");
    }
}
