//! Renaming follows a name wherever it stands, and touches nothing else.
#![allow(clippy::unwrap_used, missing_docs)]

use graph::{Document, Graph, NodeId, ServerName, ToolName};
use serde_json::{Value, json};

fn graph() -> Value {
    json!({
        "version": "1.0", "server": {"name": "s", "version": "1"},
        "mcpServers": {"files": {"command": "files"}, "other": {"command": "other"}},
        "tools": [
            {"name": "main", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "in", "type": "entry", "next": "list"},
                {"id": "list", "type": "mcp", "server": "files", "tool": "list", "onError": "list",
                    "args": {"list": "list", "a": [{"expr": "list.list & $.list & `list`.x & $executionCount('list') & other.list"}]},
                    "retry": {"maxAttempts": 2}, "next": "s",
                    "after": "list & $context.list[0].list & $context.'list' & $nodeExecution('list', 0).list"},
                {"id": "s", "type": "switch", "conditions": [
                    {"rule": {"some": [{"var": "list.items"}, {"==": [{"var": "list"}, "list"]}]}, "next": "list"},
                    {"rule": {">": [{"var": "$count(list)"}, 1]}, "next": "p"}], "next": "p"},
                {"id": "p", "type": "parallel", "branches": ["list", "t"], "join": "each"},
                {"id": "t", "type": "transform", "transform": {"expr": "{'list': list}"}, "next": "each"},
                {"id": "each", "type": "forEach", "items": "list.names", "body": "c", "join": "w"},
                {"id": "c", "type": "call", "tool": "helper", "args": {"x": {"expr": "list"}}, "next": "w"},
                {"id": "w", "type": "wait", "until": "list.when", "next": "out"},
                {"id": "out", "type": "exit"}
            ]},
            {"name": "helper", "description": "d", "inputSchema": {"type": "object"}, "nodes": [
                {"id": "in", "type": "entry", "next": "list"},
                {"id": "list", "type": "call", "tool": "#helper", "next": "m"},
                {"id": "m", "type": "mcp", "server": "other", "tool": "files", "next": "out"},
                {"id": "out", "type": "exit"}
            ]}
        ]
    })
}

/// The places whose values differ, as `path: before > after`.
fn difference(before: &Value, after: &Value, at: &str, told: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().for_each(|(key, value)| difference(value, &b[key], &format!("{at}.{key}"), told));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| difference(a, b, &format!("{at}[{i}]"), told));
        }
        (a, b) if a == b => {}
        (a, b) => told.push(format!("{at}: {a} > {b}")),
    }
}

#[track_caller]
fn check(edit: impl FnOnce(&Graph) -> graph::Edit, expected: &[&str]) {
    let (before, problems) = Graph::from_json(&graph());
    assert_eq!(problems, [], "the graph can be read");
    let edit = edit(&before);
    let mut document = Document::new(before.clone());
    document.apply("rename", &edit).unwrap();
    let mut told = Vec::new();
    difference(&before.to_json(), &document.graph().to_json(), "", &mut told);
    assert_eq!(told, expected, "what the renaming changed");
}

#[test]
fn a_node_is_renamed_in_edges_expressions_and_rules_of_its_own_tool() {
    let expected = [
        r#".tools[0].nodes[0].next: "list" > "a-b""#,
        r#".tools[0].nodes[1].id: "list" > "a-b""#,
        r#".tools[0].nodes[1].onError: "list" > "a-b""#,
        r#".tools[0].nodes[1].args.a[0].expr: "list.list & $.list & `list`.x & $executionCount('list') & other.list" > "`a-b`.list & $.`a-b` & `a-b`.x & $executionCount('a-b') & other.list""#,
        r#".tools[0].nodes[1].after: "list & $context.list[0].list & $context.'list' & $nodeExecution('list', 0).list" > "list & $context.`a-b`[0].list & $context.'a-b' & $nodeExecution('a-b', 0).list""#,
        r#".tools[0].nodes[2].conditions[0].rule.some[0].var: "list.items" > "`a-b`.items""#,
        r#".tools[0].nodes[2].conditions[0].next: "list" > "a-b""#,
        r#".tools[0].nodes[2].conditions[1].rule.>[0].var: "$count(list)" > "$count(`a-b`)""#,
        r#".tools[0].nodes[3].branches[0]: "list" > "a-b""#,
        r#".tools[0].nodes[4].transform.expr: "{'list': list}" > "{'list': `a-b`}""#,
        r#".tools[0].nodes[5].items: "list.names" > "`a-b`.names""#,
        r#".tools[0].nodes[6].args.x.expr: "list" > "`a-b`""#,
        r#".tools[0].nodes[7].until: "list.when" > "`a-b`.when""#,
    ];
    check(|graph| nodes::rename_node(graph, &"main".into(), &NodeId::from("list"), &"a-b".into()).unwrap(), &expected);
}

#[test]
fn a_tool_is_renamed_in_every_call() {
    let expected = [
        r#".tools[0].nodes[6].tool: "helper" > "aide""#,
        r#".tools[1].name: "helper" > "aide""#,
        r##".tools[1].nodes[1].tool: "#helper" > "#aide""##,
    ];
    check(|graph| nodes::rename_tool(graph, &ToolName::from("helper"), &"aide".into()).unwrap(), &expected);
}

#[test]
fn a_server_is_renamed_in_every_node_that_calls_it() {
    let (before, _) = Graph::from_json(&graph());
    let edit = nodes::rename_server(&before, &ServerName::from("files"), &"disk".into()).unwrap();
    let mut document = Document::new(before.clone());
    document.apply("rename", &edit).unwrap();
    let after = document.graph();
    assert_eq!(after.servers.keys().map(ServerName::as_str).collect::<Vec<_>>(), ["disk", "other"], "in its place");
    assert_eq!(after.tools[0].nodes[1].fields["server"], "disk", "the node that called it");
    assert_eq!(after.tools[0].nodes[1].fields["tool"], "list", "its tool keeps its name");
    assert_eq!(after.tools[1], before.tools[1], "a tool of the same name on another server is another thing");
}

#[test]
fn what_is_not_there_cannot_be_renamed() {
    let (graph, _) = Graph::from_json(&graph());
    assert_eq!(
        nodes::rename_node(&graph, &"main".into(), &"no".into(), &"x".into()).unwrap_err(),
        graph::Error::NoNode { tool: "main".into(), node: "no".into() },
        "a node"
    );
    assert_eq!(nodes::rename_tool(&graph, &"no".into(), &"x".into()).unwrap_err(), graph::Error::NoTool("no".into()), "a tool");
    assert_eq!(nodes::rename_server(&graph, &"no".into(), &"x".into()).unwrap_err(), graph::Error::NoServer("no".into()), "a server");
}
