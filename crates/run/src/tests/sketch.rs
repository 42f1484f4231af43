//! Graphs as a few lines of text, for tests. One node a line, `id kind settings -> next`, common fields after `;`:
//!
//! ```text
//! entry -> a
//! a transform entry.n + 1 -> s
//! s switch {">": [{"var": "a"}, 3]} -> big | -> small
//! m mcp server.tool {"path": "/"} -> exit ; timeoutMs: 50 ; onError: b
//! p parallel x y => join ; policy: "any"
//! l forEach entry.items do x => join ; maxConcurrency: 2
//! c call other {"n": 1} -> exit
//! w wait PT1S -> exit
//! u wait until entry.at -> exit
//! v wait event paid {">": [{"var": "$event.detail.n"}, 1]} -> exit
//! y approval May it go on? -> exit ; onReject: b
//! z emit paid {"n": 2} -> exit
//! exit
//! ```

use graph::{Graph, Node};
use serde_json::{Map, Value, json};

/// A graph with one tool, `t`, and the servers that its nodes name.
pub(crate) fn graph(text: &str) -> Graph {
    graph_of(json!({}), &[("t", text)])
}

/// A graph with these tools and `executionLimits`.
pub(crate) fn graph_of(limits: Value, tools: &[(&str, &str)]) -> Graph {
    let read = |text: &str| -> Vec<Node> { text.lines().map(str::trim).filter(|line| !line.is_empty()).map(node).collect() };
    let tools: Vec<(&str, Vec<Node>)> = tools.iter().map(|(name, text)| (*name, read(text))).collect();
    let servers = tools.iter().flat_map(|(_, nodes)| nodes).filter_map(|node| node.fields.get("server")?.as_str());
    let servers: Map<String, Value> = servers.map(|name| (name.to_owned(), json!({"command": "none"}))).collect();
    let tools = tools.iter().map(|(name, nodes)| {
        let nodes: Vec<Value> = nodes.iter().map(Node::to_json).collect();
        json!({"name": name, "description": "a sketch", "inputSchema": {}, "nodes": nodes})
    });
    let value = json!({
        "version": "1.0", "server": {"name": "sketch", "version": "1.0"}, "executionLimits": limits,
        "mcpServers": servers, "tools": tools.collect::<Vec<_>>()
    });
    let (graph, problems) = Graph::from_json(&value);
    assert!(problems.is_empty(), "the sketch is a graph: {problems:?}");
    graph
}

fn node(line: &str) -> Node {
    let mut parts = line.split(" ; ");
    let head = parts.next().unwrap_or_default();
    let mut fields = Map::new();
    let (id, kind, rest) = match head.split_once(' ') {
        None => (head, head, ""),
        Some((id, rest)) if rest.starts_with("->") => (id, id, rest),
        Some((id, rest)) => match rest.split_once(' ') {
            Some((kind, rest)) => (id, kind, rest.trim()),
            None => (id, rest, ""),
        },
    };
    settings(kind, rest, &mut fields);
    for part in parts {
        let (key, value) = part.split_once(':').unwrap_or_else(|| panic!("`{part}` is `key: value`"));
        let value = value.trim();
        fields.insert(key.trim().to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into()));
    }
    Node { id: id.into(), kind: kind.to_owned(), fields }
}

fn settings(kind: &str, rest: &str, fields: &mut Map<String, Value>) {
    let mut set = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    let parsed = |text: &str| -> Value { serde_json::from_str(text).unwrap_or_else(|error| panic!("`{text}` is JSON: {error}")) };
    let arrow = if matches!(kind, "parallel" | "forEach") { "=>" } else { "->" };
    if kind == "switch" {
        let ways: Vec<_> = rest.split(" | ").map(|way| way.rsplit_once("->").unwrap_or((way, ""))).collect();
        let cases = ways.iter().filter(|(rule, _)| !rule.trim().is_empty());
        set("conditions", cases.map(|(rule, next)| json!({"rule": parsed(rule.trim()), "next": next.trim()})).collect());
        if let Some((_, next)) = ways.iter().find(|(rule, _)| rule.trim().is_empty()) {
            set("next", next.trim().into());
        }
        return;
    }
    let (own, next) = rest.rsplit_once(arrow).map_or((rest.trim(), None), |(own, next)| (own.trim(), Some(next.trim())));
    let call = |own: &str| -> (String, Option<Value>) {
        own.split_once(' ').map_or((own.to_owned(), None), |(name, args)| (name.to_owned(), Some(parsed(args))))
    };
    match kind {
        "transform" => _ = set("transform", json!({"expr": own})),
        "mcp" => {
            let (name, args) = call(own);
            let (server, tool) = name.split_once('.').unwrap_or_else(|| panic!("`{name}` is `server.tool`"));
            set("server", server.into());
            set("tool", tool.into());
            args.map(|args| set("args", args));
        }
        "call" => {
            let (name, args) = call(own);
            set("tool", name.into());
            args.map(|args| set("args", args));
        }
        "parallel" => _ = set("branches", own.split_whitespace().collect()),
        "forEach" => {
            let (items, body) = own.rsplit_once(" do ").unwrap_or_else(|| panic!("`{own}` is `items do body`"));
            set("items", items.trim().into());
            set("body", body.trim().into());
        }
        "wait" => match own.strip_prefix("until ") {
            None if own.starts_with("event ") => {
                let (event, filter) = call(&own["event ".len()..]);
                let filter = filter.map(|filter| ("where".to_owned(), filter));
                set("event", Value::Object([("type".to_owned(), event.into())].into_iter().chain(filter).collect()));
            }
            Some(until) => _ = set("until", until.into()),
            None => _ = set("for", own.into()),
        },
        "approval" => _ = set("message", own.into()),
        "emit" => {
            let (event, detail) = call(own);
            set("event", event.into());
            detail.map(|detail| set("detail", detail));
        }
        _ => {}
    }
    if let Some(next) = next {
        set(if arrow == "=>" { "join" } else { "next" }, next.into());
    }
}
