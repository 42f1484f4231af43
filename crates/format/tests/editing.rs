//! Edits of the text: only the lines change that must, whatever the shape and the style of the file.
#![allow(clippy::unwrap_used)]

mod common;

use common::{FIXTURES, fixture};
use format::{Error, Source};
use graph::{Document, Edit, Node, NodeId, Path, ToolName};
use serde_json::{Value, json};

/// The lines that an edit takes away (`-`) and puts in (`+`).
fn lines(source: &Source, edit: &Edit) -> String {
    let mut after = Source::parse(source.text().to_owned()).unwrap();
    let change = after.apply(edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
    let diff = format::diff(source.text(), after.text());
    let shown = diff.split('\n').filter(|line| line.starts_with(['-', '+']) && !line.starts_with("---") && !line.starts_with("+++"));
    let shown = shown.map(str::to_owned).collect::<Vec<_>>().join("\n");
    after.splice(&change.inverse()).unwrap();
    assert_eq!(after.text(), source.text(), "the inverse of {edit:?} gives the same bytes");
    shown
}

#[track_caller]
fn check(name: &str, edit: Value, expected: &str) {
    let edit: Edit = serde_json::from_value(edit).unwrap();
    assert_eq!(lines(&fixture(name), &edit), expected.trim_matches('\n'), "{edit:?} in `{name}`");
}

fn set(tool: &str, node: &str, path: &str, value: Value) -> Value {
    json!({"edit": "setNode", "tool": tool, "node": node, "path": path, "value": value})
}

fn unset(tool: &str, node: &str, path: &str) -> Value {
    json!({"edit": "setNode", "tool": tool, "node": node, "path": path})
}

#[test]
fn a_scalar_changes_in_its_own_style() {
    check("a", set("dim", "read_lamp", "args.mode", json!("some")), "-      mode: \"all\"\n+      mode: \"some\"");
    check("a", set("dim", "set_lamp", "args.level", json!(60)), "-      level: 50\n+      level: 60");
    check("a", set("dim", "set_lamp", "args.level", json!("high")), "-      level: 50\n+      level: \"high\"");
    check("c", set("sum_to_n", "add", "tool", json!("plus")), "-        tool: add\n+        tool: plus");
    check("c", set("sum_to_n", "add", "tool", json!("yes")), "-        tool: add\n+        tool: \"yes\"");
    check("c", set("sum_to_n", "add", "tool", json!("1_000")), "-        tool: add\n+        tool: \"1_000\"");
    check("d", set("greet", "echo", "tool", json!("it's")), "-            tool: 'echo'\n+            tool: 'it''s'");
    check("crlf", set("t", "a", "next", json!("c")), "-        next: b # go\r\n+        next: c # go\r");
    check("json", set("t", "b", "tool", json!("say \"hi\"")), "-          \"tool\": \"list\",\n+          \"tool\": \"say \\\"hi\\\"\",");
}

#[test]
fn the_comment_behind_a_value_stays_behind_it() {
    let old = "-        body: dim        # each room";
    check("e", set("evening", "rooms", "body", json!("left")), &format!("{old}\n+        body: left        # each room"));
    let object = "+        body:        # each room\n+          a:\n+            - [1]\n+          b: 2";
    check("e", set("evening", "rooms", "body", json!({"a": [[1]], "b": 2})), &format!("{old}\n{object}"));
}

#[test]
fn a_block_scalar_stays_a_block_and_changes_only_the_lines_that_differ() {
    let expr = "{ \"lamp\": $.input.lamp,\n\n  \"text\": $trim(read_lamp) }\n";
    check(
        "a",
        set("dim", "shape_answer", "transform.expr", json!(expr)),
        "-          \"text\": read_lamp }\n+          \"text\": $trim(read_lamp) }",
    );
    check(
        "a",
        set("dim", "shape_answer", "transform.expr", json!("{ \"lamp\": $.input.lamp,\n\n  \"text\": read_lamp }")),
        "-      expr: |\n+      expr: |-",
    );
    check(
        "e",
        set("evening", "right", "before", json!("$merge([$, {\"side\": \"right\"}])\nand less\n")),
        "-          and more\n+          and less",
    );
    check("crlf", set("t", "b", "transform.expr", json!("a.x +\n  2\n")), "-              1\r\n+              2\r");
}

#[test]
fn a_new_field_is_written_as_its_neighbours_are() {
    check("a", set("dim", "set_lamp", "timeoutMs", json!(5)), "+    timeoutMs: 5");
    check("a", set("dim", "set_lamp", "onError", json!("exit_dim")), "+    onError: \"exit_dim\"");
    check("a", set("dim", "read_lamp", "args.more", json!({"expr": "$.input.x"})), "+      more: \"$.input.x\"");
    check("c", set("sum_to_n", "add", "args.c", json!({"expr": "$.x"})), "+          c: $.x");
    check("e", set("evening", "dim", "args.c", json!({"expr": "x"})), "+          c: {expr: x}");
    check(
        "b",
        set("sort_out", "high", "note", json!("a, b")),
        "-- {id: high, type: transform, transform: {expr: '{\"result\": \"high\"}'}, next: exit_sort}\n+- {id: high, type: transform, transform: {expr: '{\"result\": \"high\"}'}, next: exit_sort, note: \"a, b\"}",
    );
    check(
        "json",
        set("t", "b", "timeoutMs", json!(5)),
        "-          \"next\": \"c\"\n+          \"next\": \"c\",\n+          \"timeoutMs\": 5",
    );
    check("commented", set("t", "s", "conditions[1].note", json!("n")), "+            note: \"n\"");
    check("crlf", set("t", "c", "note", json!("last")), "-        type: exit\n+        type: exit\r\n+        note: last");
}

#[test]
fn what_goes_takes_its_own_comments_along_and_no_others() {
    check("a", unset("dim", "read_lamp", "args.lamp"), "-      lamp: \"$.input.lamp\" # JSONata");
    check(
        "commented",
        unset("t", "s", "conditions[0]"),
        "-          # case one\n-          - rule: true # r\n-            next: z # z\n-            # end of case one",
    );
    check("commented", unset("t", "a", "next"), "-        # before next\n-        next: s # an");
    check(
        "c",
        json!({"edit": "removeNode", "tool": "sum_to_n", "node": "increment_node"}),
        "-      # The loop's body: one more round\n-      - id: increment_node\n-        type: transform\n-        transform:\n-          expr: |-\n-            $executionCount(\"increment_node\") = 0\n-              ? { \"counter\": 1, \"sum\": 1 }\n-\n-              : { \"counter\": $previousNode().counter + 1 }  # JSONata, no comment\n-        next: check_condition\n-",
    );
    check(
        "json",
        json!({"edit": "removeNode", "tool": "t", "node": "c"}),
        "-        },\n-        { \"id\": \"c\", \"type\": \"exit\" }\n+        }",
    );
    check("e", unset("evening", "both", "branches[0]"), "-          - left     # the left side");
}

#[test]
fn a_node_is_renamed_in_its_place() {
    let rename = json!({"edit": "batch", "edits": [
        {"edit": "setNodeId", "tool": "dim", "from": "read_lamp", "to": "look"},
        set("dim", "entry_dim", "next", json!("look")),
        set("dim", "shape_answer", "transform.expr", json!("{ \"lamp\": $.input.lamp,\n\n  \"text\": look }\n")),
    ]});
    check(
        "a",
        rename,
        "-    next: \"read_lamp\"\n+    next: \"look\"\n-  - id: \"read_lamp\"\n+  - id: \"look\"\n-          \"text\": read_lamp }\n+          \"text\": look }",
    );
    check(
        "d",
        json!({"edit": "setNodeId", "tool": "greet", "from": "echo", "to": "say"}),
        "-          - id: 'echo'\n+          - id: 'say'",
    );
}

#[test]
fn a_switch_of_the_older_shapes_is_edited_in_its_own_words() {
    check("c", set("sum_to_n", "check_condition", "next", json!("exit_sum")), "-          - target: add\n+          - target: exit_sum");
    check(
        "b",
        set("sort_out", "which", "conditions[0].next", json!("none")),
        "-    target: high   # above ten\n+    target: none   # above ten",
    );
    check("a", set("dim", "is_bright", "conditions[0].next", json!("exit_dim")), "-    then: \"set_lamp\"\n+    then: \"exit_dim\"");
    check("a", set("dim", "is_bright", "next", json!("exit_dim")), "-    else: \"shape_answer\"\n+    else: \"exit_dim\"");
    check("a", set("dim", "read_lamp", "after", json!("$uppercase($)")), "-      after: \"$trim($)\"\n+      after: \"$uppercase($)\"");
    check("d", unset("greet", "pick", "next"), "-            next: 'end'");
}

#[test]
fn a_node_joins_the_list_in_the_lists_style() {
    let node = |fields: Value| Node::from_json(&fields).unwrap();
    let insert = |tool: &str, at: usize, node: Node| serde_json::to_value(Edit::InsertNode { tool: tool.into(), at, node }).unwrap();
    let call = node(json!({"id": "new", "type": "mcp", "output": "text", "server": "house", "tool": "x", "args": {"a": {"expr": "$.b"}}}));
    check(
        "a",
        insert("dim", 2, call),
        "+  - id: \"new\"\n+    type: \"mcp_tool\"\n+    server: \"house\"\n+    tool: \"x\"\n+    args:\n+      a: \"$.b\"\n+",
    );
    check("c", insert("echo", 1, node(json!({"id": "m", "type": "exit"}))), "+      - {id: m, type: exit}");
    check(
        "json",
        insert("t", 3, node(json!({"id": "m", "type": "exit"}))),
        "-        { \"id\": \"c\", \"type\": \"exit\" }\n+        { \"id\": \"c\", \"type\": \"exit\" },\n+        {\"id\": \"m\", \"type\": \"exit\"}",
    );
    check("wild", insert("wild", 0, node(json!({"id": "m", "type": "exit"}))), "+     - {id: m, type: exit}");
}

#[test]
fn tools_servers_and_the_head_of_the_file_change_too() {
    check("b", json!({"edit": "setServerName", "from": "files", "to": "disk"}), "-  files: # reads a folder\n+  disk: # reads a folder");
    check(
        "c",
        json!({"edit": "setGraph", "path": "mcpServers.math.env.LEVEL", "value": "2"}),
        "-  math: {command: node, args: [math.js], env: {LEVEL: \"1\"}}\n+  math: {command: node, args: [math.js], env: {LEVEL: \"2\"}}",
    );
    check(
        "c",
        json!({"edit": "setGraph", "path": "executionLimits.maxNodeExecutions", "value": 7}),
        "-  maxNodeExecutions: 500   # plenty\n+  maxNodeExecutions: 7   # plenty",
    );
    check("c", json!({"edit": "setGraph", "path": "executionLimits"}), "-executionLimits:\n-  maxNodeExecutions: 500   # plenty");
    check("c", json!({"edit": "setToolName", "from": "echo", "to": "say"}), "-  - name: echo\n+  - name: say");
    check(
        "c",
        json!({"edit": "setTool", "tool": "echo", "path": "description", "value": "Says: it"}),
        "-    description: \"Echoes: what it gets\"\n+    description: \"Says: it\"",
    );
    check(
        "b",
        json!({"edit": "setToolName", "from": "list", "to": "ls"}),
        "-- name: list\n+- name: ls\n-  tool: list\n+  tool: ls\n-  tool: list\n+  tool: ls",
    );
    check(
        "c",
        json!({"edit": "removeTool", "tool": "echo"}),
        "-\n-  # a second tool\n-  - name: echo\n-    description: \"Echoes: what it gets\"\n-    inputSchema: {type: object}\n-    nodes:\n-      - {id: entry, type: entry, next: exit}\n-      - {id: exit, type: exit}",
    );
}

#[test]
fn what_an_alias_or_a_merge_key_brings_is_written_out_where_it_must_differ() {
    check("e", set("evening", "dim", "retry", json!({"maxAttempts": 9})), "-        retry: *retry\n+        retry: {maxAttempts: 9}");
    check(
        "e",
        json!({"edit": "setGraph", "path": "mcpServers.lamps.command", "value": "node"}),
        "-    command: npx\n+    command: node\n+    command: npx",
    );
    check(
        "wild",
        json!({"edit": "setNodeId", "tool": "wild", "from": "in", "to": "start"}),
        "-     - id: &first in\n+     - id: &first start\n-       seen: *first\n+       seen: in",
    );
}

#[test]
fn what_a_shape_cannot_hold_is_refused_with_the_way_out() {
    let table = [
        ("c", set("sum_to_n", "add", "args.nested.deep", json!({"expr": "$.a"}))),
        ("c", set("sum_to_n", "add", "args.a", json!({"expr": "a.b"}))),
        ("d", set("greet", "echo", "args.x", json!("$5"))),
        ("a", set("dim", "read_lamp", "args.lamp", json!({"expr": "input"}))),
        ("c", set("sum_to_n", "check_condition", "conditions[0]", json!({"next": "add"}))),
        ("a", json!({"edit": "removeNode", "tool": "dim", "node": "entry_dim"})),
    ];
    for (name, edit) in table {
        let mut source = fixture(name);
        let before = (source.text().to_owned(), source.graph().clone());
        let error = source.apply(&serde_json::from_value(edit.clone()).unwrap()).unwrap_err();
        assert!(matches!(error, Error::Shape { .. }), "{edit} in `{name}`: {error}");
        assert!(error.to_string().contains("patchbay upgrade FILE"), "the remedy is named: {error}");
        assert_eq!((source.text().to_owned(), source.graph().clone()), before, "nothing changed after {edit}");
    }
}

#[test]
fn a_text_with_a_dollar_sign_needs_an_expression_beside_it() {
    let mut source = fixture("crlf");
    let edit = serde_json::from_value(set("t", "b", "args", json!({"price": "$5"}))).unwrap();
    let error = source.apply(&edit).unwrap_err().to_string();
    assert!(error.contains("write it as `{expr:"), "alone it would read as an expression: {error}");
    let edit = serde_json::from_value(set("evening", "dim", "args.price", json!("$5"))).unwrap();
    let mut source = fixture("e");
    source.apply(&edit).unwrap();
    assert_eq!(source.graph().tools[0].node("dim").unwrap().fields["args"]["price"], json!("$5"), "beside one it is plain text");
}

#[test]
fn a_file_with_errors_of_reading_is_not_edited() {
    let mut source = Source::parse("version: '1'\nserver: {name: s, version: '1'}\ntools: 7\n".to_owned()).unwrap();
    let edit = Edit::SetGraph { path: "server.title".parse().unwrap(), value: Some(json!("t")) };
    assert!(matches!(source.apply(&edit), Err(Error::Unreadable(_))), "its graph is not all of it");
}

#[test]
fn every_kind_of_edit_works_in_every_shape() {
    for (name, _) in FIXTURES {
        let source = fixture(name);
        let graph = source.graph();
        let tool: ToolName = graph.tools[0].name.clone();
        let middle: NodeId = graph.tools[0].nodes[1].id.clone();
        let first: NodeId = graph.tools[0].nodes[0].id.clone();
        let server = graph.servers.keys().next().cloned();
        let spare = Node::new("spare_one", "transform", [("transform", json!({"expr": "1"})), ("next", json!(middle.as_str()))]);
        let mut edits = vec![
            Edit::SetNode { tool: tool.clone(), node: middle.clone(), path: "x.y[0]".parse().unwrap(), value: Some(json!(1)) },
            Edit::SetNode { tool: tool.clone(), node: first.clone(), path: "next".parse().unwrap(), value: Some(json!(middle.as_str())) },
            Edit::SetNodeId { tool: tool.clone(), from: middle.clone(), to: "middle".into() },
            Edit::InsertNode { tool: tool.clone(), at: 2, node: spare },
            Edit::RemoveNode { tool: tool.clone(), node: middle.clone() },
            Edit::SetTool { tool: tool.clone(), path: Path::root().key("outputSchema"), value: Some(json!({"type": "object"})) },
            Edit::SetToolName { from: tool.clone(), to: "other_name".into() },
            Edit::SetGraph { path: "server.title".parse().unwrap(), value: Some(json!("A title: with a colon")) },
            Edit::SetGraph { path: "mcpServers.extra".parse().unwrap(), value: Some(json!({"command": "x", "args": ["-y"]})) },
            graph::remove_node(graph, &tool, &middle).unwrap(),
            graph::splice_out(graph, &tool, &middle).unwrap(),
            graph::duplicate_node(graph, &tool, &middle, None).unwrap(),
            graph::connect(graph, &tool, &first, graph::Port::Next, &first).unwrap(),
            graph::disconnect(graph, &tool, &first, graph::Port::Next).unwrap(),
        ];
        edits.extend(server.map(|from| Edit::SetServerName { from, to: "another".into() }));
        let new_tool = graph::Tool {
            name: "new_tool".into(),
            description: "New".to_owned(),
            input_schema: json!({"type": "object"}),
            output_schema: None,
            nodes: vec![Node::new("new_in", "entry", [("next", json!("new_out"))]).into(), Node::new("new_out", "exit", []).into()],
            extra: serde_json::Map::new(),
        };
        edits.push(Edit::InsertTool { at: graph.tools.len(), tool: new_tool });
        if graph.tools.len() > 1 {
            edits.push(Edit::RemoveTool { tool: tool.clone() });
        }
        for edit in edits {
            let mut after = fixture(name);
            let mut document = Document::new(graph.clone());
            document.apply("", &edit).unwrap();
            after.apply(&edit).unwrap_or_else(|error| panic!("{edit:?} in `{name}`: {error}"));
            assert_eq!(after.graph(), document.graph(), "{edit:?} in `{name}` does what it does to the graph");
            lines(&source, &edit);
        }
    }
}
