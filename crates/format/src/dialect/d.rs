//! Shape D: mcpGraph 0.1.28 to 0.1.30. As E, but an argument that starts with `$` is an expression.

use graph::Problem;
use serde_json::Value;

use super::lift::Lift;
use super::{Dialect, Facts, Reading, Shape, lower};
use crate::Error;

pub(super) struct D;

impl Shape for D {
    fn dialect(&self) -> Dialect {
        Dialect::D
    }

    fn versions(&self) -> &'static str {
        "mcpGraph 0.1.28 to 0.1.30"
    }

    fn fits(&self, file: &Facts) -> bool {
        file.has_dollar && !file.has_expr
    }

    fn read(&self, mut value: Value) -> Reading {
        let mut lift = Lift::default();
        if let Value::Object(fields) = &mut value {
            let mut is_said = false;
            lift.tools(fields, |lift, node| {
                lift.dollars(node);
                let first = node.fields.get("args").and_then(Value::as_object).and_then(|args| {
                    args.iter().find(|(_, value)| super::shared::expr_of(value).is_some()).map(|(key, _)| key.clone())
                });
                if let Some(key) = first.filter(|_| !std::mem::replace(&mut is_said, true)) {
                    lift.problems.push(Problem::warning(
                        node.graph.clone().key("args").key(key),
                        "the file is read as shape D, where a text that starts with `$` is an expression; from mcpGraph 0.1.31 on it is plain text",
                        "`patchbay upgrade FILE` writes it as `{expr: ...}`",
                    ));
                }
            });
        }
        Reading { value, places: lift.places, problems: lift.problems }
    }

    fn write(&self, graph: &Value, like: &Value) -> Result<Value, Error> {
        lower::tools(graph, like, |node, _| lower::dollars(node, Dialect::D))
    }
}
