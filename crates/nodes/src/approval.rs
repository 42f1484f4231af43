//! `approval`: asks a person, who fills in a form or says no.

use std::sync::Arc;

use graph::{Node, Path};
use serde_json::{Value, json};

use crate::args::Template;
use crate::ask::{Answer, Approval, Ask, Reply};
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;
use crate::wait;

#[derive(Debug)]
pub(crate) struct Approve;

#[derive(Debug)]
struct Compiled {
    message: Template,
    schema: Option<Arc<Value>>,
    timeout_ms: Option<u64>,
    approvers: Vec<String>,
}

impl Kind for Approve {
    fn name(&self) -> &'static str {
        "approval"
    }

    fn title(&self) -> &'static str {
        "Approval"
    }

    fn summary(&self) -> &'static str {
        "Asks a person, who fills in a form or says no"
    }

    fn ports(&self) -> Ports {
        Ports::Verdict
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "message": {"description": "What the person is asked; `{expr: ...}` stands for a JSONata value", "examples": ["May this go on?"]},
                "schema": {"type": "object", "description": "JSON Schema of the form; none asks for a yes or a no alone"},
                "timeout": {"type": "string", "format": "duration", "description": "How long the answer may take, as an ISO 8601 duration; the node fails then"},
                "approvers": {"type": "array", "items": {"type": "string"}, "description": "The names of those who may answer; anyone where there are none"},
                "next": {"type": "string", "description": "The node that follows"},
                "onReject": {"type": "string", "description": "The node that follows when the person says no; the node fails then where there is none"}
            },
            "required": ["message", "next"]
        })
    }

    fn waits_for_others(&self, _node: &Node) -> bool {
        true
    }
}

impl Compile for Approve {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let at = |name: &str| Path::root().key(name);
        let message = match site.field("message") {
            None => {
                site.fail(&Path::root(), "the approval node has no `message`", "add `message`: what the person is asked");
                None
            }
            Some(Value::String(text)) if text.is_empty() => {
                site.fail(&at("message"), "`message` is empty", "say what the person is asked");
                None
            }
            Some(Value::String(_) | Value::Object(_)) => site.template(&at("message")),
            Some(other) => {
                let message = format!("`message` is {other}");
                site.fail(&at("message"), message, "write a text, or `{expr: ...}` with a JSONata expression that gives one");
                None
            }
        };
        let schema = site.field("schema").filter(|schema| !schema.is_null());
        if let Some(schema) = schema.filter(|schema| !schema.is_object()) {
            site.fail(
                &at("schema"),
                format!("`schema` is {schema}"),
                "write a JSON Schema: a mapping with `type: object` and `properties`",
            );
        }
        let timeout_ms = site.field("timeout").map(|value| wait::duration(site, "timeout", value));
        let approvers = match site.field("approvers") {
            None => Vec::new(),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) && !names.is_empty() => {
                names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(other) => {
                site.fail(
                    &at("approvers"),
                    format!("`approvers` is {other}"),
                    "write a list of names, or leave it out to let anyone answer",
                );
                Vec::new()
            }
        };
        let timeout_ms = match timeout_ms {
            None => None,
            Some(read) => Some(read?),
        };
        Some(Arc::new(Compiled { message: message?, schema: schema.cloned().map(Arc::new), timeout_ms, approvers }))
    }
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let message = self.message.fill(evaluation)?;
        let message = match &*message {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (schema, timeout_ms, approvers) = (self.schema.clone(), self.timeout_ms, self.approvers.clone());
        Ok(Ask::Approve { approval: Arc::new(Approval { message, schema, timeout_ms, approvers }) })
    }

    fn finish(&self, answer: &Answer) -> Result<Arc<Value>, Failure> {
        match answer {
            Answer::Value(value) | Answer::Person(Reply::Approved { values: value, .. }) => Ok(value.clone()),
            Answer::Person(Reply::Rejected { reason, by }) => {
                let by = by.as_deref().map_or_else(String::new, |by| format!(" by {by}"));
                let reason = reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
                Err(Failure::new(FailureKind::Rejected, format!("the approval was refused{by}{reason}")))
            }
            Answer::Tool(_) => Err(Failure::new(FailureKind::Tool, "a tool answered a node that had asked a person")),
        }
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        self.message.expressions().into_iter().map(ReadBy::Expression).collect()
    }
}
