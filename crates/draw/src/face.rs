//! What the canvas draws of a node that only its kind can tell: its line, its ports, whether anything may lead to it.

use canvas::Face;
use graph::{Node, Port};
use nodes::Ports;
use serde_json::Value;

use crate::summary;

/// The face of a node. One of a kind that is not known may lead on, as most do.
#[must_use]
pub fn face(node: &Node) -> Face {
    let kind = nodes::kind(&node.kind);
    let mut ports = usual_ports(node, kind.map_or(Ports::Next, nodes::Kind::ports));
    if kind.is_some_and(nodes::Kind::takes_common) {
        ports.push(Port::OnError);
    }
    Face { summary: summary::of(node), ports, has_input: node.kind != "entry" }
}

/// The ports besides the one for errors, with one more condition or branch than there are.
fn usual_ports(node: &Node, ports: Ports) -> Vec<Port> {
    let count = |field: &str| node.fields.get(field).and_then(Value::as_array).map_or(0, Vec::len);
    match ports {
        Ports::None => Vec::new(),
        Ports::Next => vec![Port::Next],
        Ports::Verdict => vec![Port::Next, Port::OnReject],
        Ports::Cases => (0..=count("conditions")).map(Port::Case).chain([Port::Next]).collect(),
        Ports::Branches => (0..=count("branches")).map(Port::Branch).chain([Port::Join]).collect(),
        Ports::Body => vec![Port::Body, Port::Join],
    }
}

/// What an edge from a port that leads nowhere yet would be.
#[must_use]
pub fn port_word(port: Port) -> &'static str {
    match port {
        Port::Next => "next",
        Port::Case(_) => "one more condition",
        Port::Branch(_) => "one more branch",
        Port::Body => "for each",
        Port::Join => "then",
        Port::OnError => "on error",
        Port::OnReject => "if rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_node_has_the_ports_of_its_kind_and_one_more_than_are_used() {
        for (node, expected, has_input) in [
            (json!({"id": "n", "type": "entry"}), vec![Port::Next], false),
            (json!({"id": "n", "type": "exit"}), vec![], true),
            (json!({"id": "n", "type": "mcp", "next": "m"}), vec![Port::Next, Port::OnError], true),
            (
                json!({"id": "n", "type": "switch", "conditions": [{"rule": true, "next": "m"}]}),
                vec![Port::Case(0), Port::Case(1), Port::Next, Port::OnError],
                true,
            ),
            (json!({"id": "n", "type": "parallel"}), vec![Port::Branch(0), Port::Join, Port::OnError], true),
            (json!({"id": "n", "type": "forEach"}), vec![Port::Body, Port::Join, Port::OnError], true),
            (json!({"id": "n", "type": "unheard-of"}), vec![Port::Next], true),
        ] {
            let face = face(&Node::from_json(&node).unwrap());
            assert_eq!((face.ports, face.has_input), (expected, has_input), "of {node}");
        }
    }
}
