//! What a kind of node is. The laws that hold for all of them are tests at the end.

use std::fmt::Debug;
use std::sync::Arc;

use graph::{Node, Port};
use serde_json::{Value, json};

use crate::program::Program;
use crate::site::Site;

/// Which ports a kind has besides `onError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// None: the tool ends here.
    None,
    /// `next`.
    Next,
    /// `next`, and `onReject` for a no.
    Verdict,
    /// A port for each condition, and `next` as the default.
    Cases,
    /// A port for each branch, and `join`.
    Branches,
    /// `body`, and `join`.
    Body,
}

impl Ports {
    /// The port by which a node leads on in a line of nodes; none where the line ends with it.
    #[must_use]
    pub fn onward(self) -> Option<Port> {
        match self {
            Ports::None => None,
            Ports::Next | Ports::Verdict | Ports::Cases => Some(Port::Next),
            Ports::Branches | Ports::Body => Some(Port::Join),
        }
    }

    /// Whether a port, `onError` aside, is one of them.
    #[must_use]
    pub fn has(self, port: Port) -> bool {
        match self {
            Ports::None => false,
            Ports::Next => port == Port::Next,
            Ports::Verdict => matches!(port, Port::Next | Port::OnReject),
            Ports::Cases => matches!(port, Port::Next | Port::Case(_)),
            Ports::Branches => matches!(port, Port::Branch(_) | Port::Join),
            Ports::Body => matches!(port, Port::Body | Port::Join),
        }
    }
}

/// A kind of node.
pub trait Kind: Sync + Debug {
    /// Its name in the file: the node's `type`.
    fn name(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> &'static str;

    /// One sentence on what it does.
    fn summary(&self) -> &'static str;

    /// Its ports besides `onError`.
    fn ports(&self) -> Ports;

    /// JSON Schema of its own fields: `properties` and `required`, each with a `description`. The fields that any node may
    /// carry are [`common_schema`]'s. What a new node begins with is the first of a field's `examples`.
    fn settings(&self) -> Value;

    /// Whether any node's fields (`retry`, `timeoutMs`, `onCrash`, `onError`, `after`) may stand on it too.
    fn takes_common(&self) -> bool {
        true
    }

    /// Whether it has arguments, which `before` may shape.
    fn has_arguments(&self) -> bool {
        false
    }

    /// Whether a node of it waits for somebody or something outside, for as long as that takes.
    fn waits_for_others(&self, _node: &Node) -> bool {
        false
    }
}

/// What a kind of node does. Apart from [`Kind`], so that who only draws and edits graphs does not bring along what runs them.
pub(crate) trait Compile: Sync {
    /// Reads a node's settings. What is wrong is said to `site`; none where that keeps the node from running.
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>>;
}

/// JSON Schema of the fields that any node but entry and exit may carry.
#[must_use]
pub fn common_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "retry": {
                "type": "object",
                "description": "Tries again when a tool, a server or a time limit failed it",
                "properties": {
                    "maxAttempts": {"type": "integer", "minimum": 1, "description": "How often it is tried in all"},
                    "backoffMs": {"type": "integer", "minimum": 0, "default": 500, "description": "How long it waits before the second attempt, in milliseconds"},
                    "factor": {"type": "number", "minimum": 1, "default": 2, "description": "By how much each wait is longer than the one before"}
                },
                "required": ["maxAttempts"]
            },
            "timeoutMs": {"type": "integer", "minimum": 1, "description": "How long one attempt may take, in milliseconds"},
            "onCrash": {"enum": ["ask", "retry"], "default": "ask", "description": "What becomes of a call that was under way when Patchbay was killed: `ask` lets a person decide, `retry` calls again"},
            "onError": {"type": "string", "description": "The node to go to when this one fails; the failure is its `$error`"},
            "before": {"type": "string", "format": "jsonata", "description": "Shapes the arguments: `$` is the arguments, `$context` the outputs so far"},
            "after": {"type": "string", "format": "jsonata", "description": "Shapes the output: `$` is the output, `$context` the outputs so far"}
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ALL;

    #[test]
    fn each_kind_has_its_own_name_and_describes_itself() {
        let mut names = HashSet::new();
        for kind in ALL {
            assert!(names.insert(kind.name()), "`{}` is there once", kind.name());
            assert!(!kind.title().is_empty() && kind.summary().len() > 10, "`{}` can be shown in the palette", kind.name());
        }
    }

    #[test]
    fn each_setting_says_what_it_is_and_each_required_one_exists() {
        for kind in ALL {
            let settings = kind.settings();
            let properties = settings["properties"].as_object().unwrap();
            for (name, schema) in properties {
                assert!(schema["description"].as_str().is_some_and(|text| !text.is_empty()), "`{}.{name}` is described", kind.name());
            }
            for required in settings["required"].as_array().into_iter().flatten() {
                assert!(properties.contains_key(required.as_str().unwrap()), "`{}` requires a field that it has", kind.name());
            }
        }
    }

    #[test]
    fn no_kind_gives_another_meaning_to_a_common_field() {
        let common = common_schema();
        for kind in ALL {
            for name in kind.settings()["properties"].as_object().unwrap().keys() {
                assert!(common["properties"].get(name).is_none(), "`{}.{name}` is a common field", kind.name());
            }
        }
    }
}
