//! `transform`: shapes data with a JSONata expression.

use std::sync::Arc;

use expr::Expression;
use graph::Path;
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Transform;

#[derive(Debug)]
struct Compiled {
    expression: Expression,
    at: Path,
}

impl Kind for Transform {
    fn name(&self) -> &'static str {
        "transform"
    }

    fn title(&self) -> &'static str {
        "Transform"
    }

    fn summary(&self) -> &'static str {
        "Shapes data with a JSONata expression"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "transform": {
                    "type": "object",
                    "description": "What the node makes",
                    "properties": {"expr": {"type": "string", "format": "jsonata", "examples": ["$previousNode()"], "description": "JSONata over the outputs so far: `$.list.content`"}},
                    "required": ["expr"]
                },
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["transform", "next"]
        })
    }
}

impl Compile for Transform {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let at = Path::root().key("transform").key("expr");
        if site.field("transform").and_then(|transform| transform.get("expr")).is_none() {
            site.fail(&Path::root(), "the transform node has no `transform.expr`", "add `transform:` with `expr:`, a JSONata expression");
        }
        let expression = site.expression(&at)?;
        Some(Arc::new(Compiled { expression, at }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let value = evaluation.eval(&self.expression, &self.at)?;
        Ok(Ask::Done { output: Arc::new(value.unwrap_or(Value::Null)) })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        vec![ReadBy::Expression(&self.expression)]
    }
}
