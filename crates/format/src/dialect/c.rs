//! Shape C: mcpGraph 0.1.20 to 0.1.27. A switch's conditions have a `target`, and the one without a `rule` is the default.

use serde_json::Value;

use super::lift::Lift;
use super::{Dialect, Facts, Reading, Shape, lower};
use crate::Error;

pub(super) struct C;

impl Shape for C {
    fn dialect(&self) -> Dialect {
        Dialect::C
    }

    fn versions(&self) -> &'static str {
        "mcpGraph 0.1.20 to 0.1.27"
    }

    fn fits(&self, file: &Facts) -> bool {
        file.has_target && !file.has_expr
    }

    fn read(&self, mut value: Value) -> Reading {
        let mut lift = Lift::default();
        if let Value::Object(fields) = &mut value {
            lift.tools(fields, |lift, node| {
                lift.dollars(node);
                lift.conditions(node);
            });
        }
        Reading { value, places: lift.places, problems: lift.problems }
    }

    fn write(&self, graph: &Value, like: &Value) -> Result<Value, Error> {
        lower::tools(graph, like, |node, like| {
            lower::dollars(node, Dialect::C)?;
            lower::conditions(node, like, Dialect::C)
        })
    }
}
