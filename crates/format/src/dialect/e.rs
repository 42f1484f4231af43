//! Shape E: mcpGraph from 0.1.31 on, and what Patchbay writes. Dynamic arguments are `{expr: ...}` at any depth.

use serde_json::Value;

use super::lift::Lift;
use super::{Dialect, Facts, Reading, Shape, shared};
use crate::Error;

pub(super) struct E;

impl Shape for E {
    fn dialect(&self) -> Dialect {
        Dialect::E
    }

    fn versions(&self) -> &'static str {
        "mcpGraph from 0.1.31, and Patchbay"
    }

    fn fits(&self, _: &Facts) -> bool {
        true
    }

    fn read(&self, mut value: Value) -> Reading {
        let mut lift = Lift::default();
        if let Value::Object(fields) = &mut value {
            lift.tools(fields, |lift, node| {
                for (key, value) in node.fields.get("args").and_then(Value::as_object).into_iter().flatten() {
                    if shared::is_dollar(value) {
                        let at = node.graph.clone().key("args").key(key.as_str());
                        lift.warn(
                            at,
                            "a text that starts with `$` is plain text in shape E",
                            format!("for an expression write `{{expr: {value}}}`"),
                        );
                    }
                }
                let cases = node.fields.get("conditions").and_then(Value::as_array).into_iter().flatten().enumerate();
                for (i, _) in cases.filter(|(_, case)| case.get("target").is_some()) {
                    let at = node.graph.clone().key("conditions").index(i).key("target");
                    lift.fail(at, "the file is in shape E, where a condition has `next` in place of `target`", "write `next` here");
                }
            });
        }
        Reading { value, places: lift.places, problems: lift.problems }
    }

    fn write(&self, graph: &Value, _: &Value) -> Result<Value, Error> {
        Ok(graph.clone())
    }
}
