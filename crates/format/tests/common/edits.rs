//! Edits of every kind for any graph, from numbers: the same numbers give the same edit.

use graph::{Edit, Graph, Node, Path, Port, Tool};
use serde_json::{Value, json};

/// A stream of numbers that is the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.roll(from.len())) }
    }
}

/// Texts that are hard to write.
pub(crate) const TEXTS: [&str; 24] = [
    "plain",
    "two words",
    "yes",
    "on",
    "1_000",
    "0o7",
    "2001-01-01",
    "null",
    "",
    " lead",
    "trail ",
    "a: b",
    "a #b",
    "- x",
    "it's",
    "say \"hi\"",
    "{a}",
    "[b",
    "é🏠",
    "tab\there",
    "line\nline",
    "line\n\n  more\n",
    "$.a.b",
    "x\r\ny",
];

/// A value that is hard to write.
pub(crate) fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth > 2 { 5 } else { 9 }) {
        0..=2 => json!(TEXTS[dice.roll(TEXTS.len())]),
        3 => [json!(0), json!(-7), json!(1.5), json!(1e30), json!(18_446_744_073_709_551_615_u64)][dice.roll(5)].clone(),
        4 => [json!(true), json!(false), json!(null)][dice.roll(3)].clone(),
        5 => {
            let expr = ["$.a", "a.b", "$sum([1, 2])\n"][dice.roll(3)];
            json!({ "expr": expr })
        }
        6 => (0..dice.roll(4)).map(|_| value(dice, depth + 1)).collect(),
        _ => Value::Object(
            (0..dice.roll(4))
                .map(|i| (["a", "b c", "yes", "d:", "7"][(i + dice.roll(5)) % 5].to_owned(), value(dice, depth + 1)))
                .collect(),
        ),
    }
}

/// Every path below a value, from it down.
fn paths(value: &Value, at: &Path, out: &mut Vec<Path>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            out.push(at.clone().key(key));
            paths(value, &at.clone().key(key), out);
        }),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| {
            out.push(at.clone().index(i));
            paths(value, &at.clone().index(i), out);
        }),
        _ => {}
    }
}

fn all_paths(value: &Value) -> Vec<Path> {
    let mut out = Vec::new();
    paths(value, &Path::root(), &mut out);
    out
}

/// How many kinds of edit [`edit`] makes.
pub(crate) const KINDS: usize = 19;

/// An edit of one kind, where the graph has something for it.
pub(crate) fn edit(graph: &Graph, kind: usize, dice: &mut Dice) -> Option<Edit> {
    let tool: &Tool = dice.pick(&graph.tools)?;
    let name = tool.name.clone();
    let node = |dice: &mut Dice| dice.pick(&tool.nodes).map(|node| Node::clone(node));
    Some(match kind {
        0 => {
            let node = node(dice)?;
            let path = dice.pick(&all_paths(&node.to_json()))?.clone();
            Edit::SetNode { tool: name, node: node.id, path, value: Some(value(dice, 0)) }
        }
        1 => {
            let node = node(dice)?;
            let path = dice.pick(&all_paths(&node.to_json()))?.clone();
            Edit::SetNode { tool: name, node: node.id, path, value: None }
        }
        2 => {
            let node = node(dice)?;
            let key = ["note", "timeoutMs", "args", "x y", "retry"][dice.roll(5)];
            Edit::SetNode { tool: name, node: node.id, path: Path::root().key(key), value: Some(value(dice, 0)) }
        }
        3 => {
            let node = node(dice)?;
            Edit::SetNode { tool: name, node: node.id, path: Path::root().key("args").key("added"), value: Some(value(dice, 1)) }
        }
        4 => Edit::SetNodeId { tool: name, from: node(dice)?.id, to: ["renamed", "with space", "yes", "é"][dice.roll(4)].into() },
        5 => {
            let fields =
                [("server", json!("s")), ("tool", json!("t")), ("args", json!({"x": {"expr": "$.a"}, "n": 1})), ("next", json!("exit"))];
            let fields = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            Edit::InsertNode {
                tool: name,
                at: dice.roll(tool.nodes.len() + 1),
                node: Node { id: "fresh".into(), kind: "mcp".into(), fields },
            }
        }
        6 => Edit::RemoveNode { tool: name, node: node(dice)?.id },
        7 => graph::remove_node(graph, &name, &node(dice)?.id).ok()?,
        8 => graph::splice_out(graph, &name, &node(dice)?.id).ok()?,
        9 => graph::duplicate_node(graph, &name, &node(dice)?.id, None).ok()?,
        10 => {
            let (from, to) = (node(dice)?, node(dice)?);
            let port = from.edges().get(dice.roll(4)).map_or(Port::Next, |edge| edge.port);
            graph::connect(graph, &name, &from.id, port, &to.id).ok()?
        }
        11 => {
            let from = node(dice)?;
            let edges = from.edges();
            graph::disconnect(graph, &name, &from.id, dice.pick(&edges)?.port).ok()?
        }
        12 => {
            let keys = ["description", "inputSchema", "outputSchema", "x-more"];
            let path = Path::root().key(keys[dice.roll(4)]);
            let value = if dice.roll(2) == 0 {
                json!({"type": "object", "properties": {"p": {"type": "string", "enum": ["a", "yes"]}}})
            } else {
                json!("text: x")
            };
            Edit::SetTool { tool: name, path, value: Some(value) }
        }
        13 => {
            let mut json = tool.to_json();
            json.as_object_mut()?.remove("nodes");
            let path = dice.pick(&all_paths(&json))?.clone();
            let value = if dice.roll(3) == 0 { None } else { Some(value(dice, 1)) };
            Edit::SetTool { tool: name, path, value }
        }
        14 => Edit::SetToolName { from: name, to: ["another", "yes", "with space"][dice.roll(3)].into() },
        15 => {
            let nodes = vec![Node::new("in", "entry", [("next", json!("out"))]).into(), Node::new("out", "exit", []).into()];
            let tool = Tool {
                name: "new_tool".into(),
                description: "A new one".into(),
                input_schema: json!({"type": "object"}),
                output_schema: None,
                nodes,
                extra: serde_json::Map::new(),
            };
            Edit::InsertTool { at: dice.roll(graph.tools.len() + 1), tool }
        }
        16 => Edit::RemoveTool { tool: name },
        17 => {
            let mut json = graph.to_json();
            json.as_object_mut()?.remove("tools");
            let mut paths = all_paths(&json);
            paths.push(Path::root().key("executionLimits").key("maxNodeExecutions"));
            paths.push(Path::root().key("mcpServers").key("extra"));
            paths.push(Path::root().key("server").key("instructions"));
            let path = dice.pick(&paths)?.clone();
            let value = match dice.roll(4) {
                0 => None,
                1 => Some(json!({"command": "npx", "args": ["-y", "x"], "env": {"A": "1"}})),
                2 => Some(json!(5)),
                _ => Some(value(dice, 1)),
            };
            Edit::SetGraph { path, value }
        }
        18 => Edit::SetServerName { from: graph.servers.keys().nth(dice.roll(graph.servers.len()))?.clone(), to: "other".into() },
        _ => return None,
    })
}
