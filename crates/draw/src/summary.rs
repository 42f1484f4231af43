//! One line on what a node is set to do, for its card. Looks at the settings, not at the kind, so that a new kind has a line too.

use canvas::cut;
use graph::Node;
use serde_json::Value;

/// The longest line, in characters; the painter cuts what is wider than the card.
const LONGEST: usize = 60;

/// A way to tell a node in a line; none where the node has nothing of that sort.
type Telling = fn(&Node) -> Option<String>;

/// The ways, the most telling first.
const TELLINGS: [Telling; 6] = [server_and_tool, expression, list_lengths, waiting, text_field, kind_sentence];

/// The line; empty for a kind that is not known and has nothing to tell.
pub(crate) fn of(node: &Node) -> String {
    TELLINGS.iter().find_map(|tell| tell(node)).map(|line| cut(&one_line(&line), LONGEST)).unwrap_or_default()
}

fn text<'n>(node: &'n Node, field: &str) -> Option<&'n str> {
    node.fields.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

fn server_and_tool(node: &Node) -> Option<String> {
    let tool = text(node, "tool")?;
    Some(text(node, "server").map_or_else(|| tool.to_owned(), |server| format!("{server} · {tool}")))
}

fn expression(node: &Node) -> Option<String> {
    let nested = node.fields.values().find_map(|field| field.get("expr").and_then(Value::as_str));
    nested.or_else(|| text(node, "items")).map(str::to_owned)
}

fn list_lengths(node: &Node) -> Option<String> {
    let count = |field: &str| node.fields.get(field).and_then(Value::as_array).map(Vec::len);
    let cases = count("conditions").map(|count| if count == 1 { "1 condition".to_owned() } else { format!("{count} conditions") });
    cases.or_else(|| count("branches").map(|count| format!("{count} at once")))
}

fn waiting(node: &Node) -> Option<String> {
    text(node, "for")
        .map(|duration| format!("for {duration}"))
        .or_else(|| text(node, "until").map(|moment| format!("until {moment}")))
        .or_else(|| {
            let event = node.fields.get("event")?.get("type")?.as_str()?;
            Some(format!("for the event {event}"))
        })
}

fn text_field(node: &Node) -> Option<String> {
    ["message", "event"].iter().find_map(|field| text(node, field)).map(str::to_owned)
}

fn kind_sentence(node: &Node) -> Option<String> {
    nodes::kind(&node.kind).map(|kind| kind.summary().to_owned())
}

/// Several lines as one, with single spaces: an expression is often written over many.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_card_tells_the_settings_in_a_line() {
        for (node, expected) in [
            (json!({"id": "n", "type": "mcp", "server": "files", "tool": "list_directory", "args": {}}), "files · list_directory"),
            (json!({"id": "n", "type": "transform", "transform": {"expr": "{\n  \"count\": 1\n}\n"}}), "{ \"count\": 1 }"),
            (json!({"id": "n", "type": "switch", "conditions": [{"rule": true, "next": "a"}], "next": "b"}), "1 condition"),
            (json!({"id": "n", "type": "parallel", "branches": ["a", "b"], "join": "c"}), "2 at once"),
            (json!({"id": "n", "type": "forEach", "items": "list.items", "body": "a"}), "list.items"),
            (json!({"id": "n", "type": "call", "tool": "sum_to_n"}), "sum_to_n"),
            (json!({"id": "n", "type": "wait", "for": "PT5S"}), "for PT5S"),
            (json!({"id": "n", "type": "exit"}), "Where the tool ends: its result is the output of the node b…"),
            (json!({"id": "n", "type": "unheard-of"}), ""),
        ] {
            assert_eq!(of(&Node::from_json(&node).unwrap()), expected, "for {node}");
        }
    }
}
