//! `switch`: goes the way of the first rule that holds, or the default way.

use std::sync::Arc;

use expr::Rule;
use graph::{Path, Port};
use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Switch;

#[derive(Debug)]
struct Compiled {
    cases: Vec<(Rule, Path)>,
    has_default: bool,
}

impl Kind for Switch {
    fn name(&self) -> &'static str {
        "switch"
    }

    fn title(&self) -> &'static str {
        "Switch"
    }

    fn summary(&self) -> &'static str {
        "Goes the way of the first JSON Logic rule that holds"
    }

    fn ports(&self) -> Ports {
        Ports::Cases
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "conditions": {
                    "type": "array",
                    "description": "The rules, tried in their order",
                    "items": {
                        "type": "object",
                        "properties": {
                            "rule": {"format": "json-logic", "description": "JSON Logic over the outputs so far"},
                            "next": {"type": "string", "description": "The node that follows when the rule holds"}
                        },
                        "required": ["rule", "next"]
                    }
                },
                "next": {"type": "string", "description": "The node that follows when no rule holds"}
            },
            "required": ["conditions"]
        })
    }
}

impl Compile for Switch {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let list = Path::root().key("conditions");
        let Some(Value::Array(conditions)) = site.field("conditions") else {
            site.fail(&list, "the switch node has no list of `conditions`", "add `conditions:` with `- rule:` and `next:`");
            return None;
        };
        let mut cases = Vec::with_capacity(conditions.len());
        for (i, condition) in conditions.iter().enumerate() {
            let at = list.clone().index(i);
            if condition.get("next").and_then(Value::as_str).is_none() {
                site.fail(&at, "the condition has no `next`", "add `next` with the id of the node that follows");
            }
            if condition.get("rule").is_none() {
                site.fail(&at, "the condition has no `rule`", "add `rule` in JSON Logic, or make it the switch's own `next`");
            }
            let rule = at.key("rule");
            if condition.get("rule") == Some(&Value::Bool(false)) {
                site.warn(
                    &rule,
                    "the rule is `false`, so that nothing goes this way",
                    "write a rule in JSON Logic, such as `{\">\": [{\"var\": \"count\"}, 0]}`",
                );
            }
            cases.push((site.rule(&rule), rule));
        }
        let has_default = site.field("next").is_some();
        if !has_default {
            site.warn(
                &Path::root(),
                "the switch has no way to go when no rule holds",
                "add `next` with the id of the node that follows then",
            );
        }
        let cases = cases.into_iter().map(|(rule, at)| Some((rule?, at))).collect::<Option<Vec<_>>>()?;
        Some(Arc::new(Compiled { cases, has_default }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        for (i, (rule, at)) in self.cases.iter().enumerate() {
            if evaluation.decide(rule, at)? {
                return Ok(Ask::Choose { port: Port::Case(i) });
            }
        }
        if self.has_default {
            return Ok(Ask::Choose { port: Port::Next });
        }
        Err(Failure::new(FailureKind::Expression, "no rule of the switch holds, and it has no default")
            .with_remedy("add `next` with the id of the node that follows then"))
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        self.cases.iter().map(|(rule, _)| ReadBy::Rule(rule)).collect()
    }
}
