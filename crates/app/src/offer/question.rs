//! What a run asks, put so that the person at an MCP client can answer it, and the answers read back. Knows nothing of calls.

use std::sync::Arc;

use mcp::endpoint::{Filled, Form};
use nodes::Reply;
use protocol::RunId;
use run::{Decision, Waiting, WaitsFor};
use runner::Said;
use serde_json::{Map, Value, json};

/// What becomes of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    /// It is said to the run.
    Said(Said),
    /// The person does not want to answer here.
    PutOff,
    /// It cannot be read; why.
    Unfit(String),
}

/// The question, for the person; none where others are to answer it than this client.
pub(super) fn form(waits: &Waiting, client: Option<&str>) -> Option<Form> {
    match &waits.on {
        WaitsFor::Person(approval) => {
            let is_named = client.is_some_and(|client| approval.approvers.iter().any(|name| name == client));
            let may_answer = approval.approvers.is_empty() || is_named;
            may_answer.then(|| Form::new(&approval.message, approval.schema.as_deref()))
        }
        WaitsFor::Decision => {
            let node = &waits.node;
            let message =
                format!("It is not known whether what `{node}` called was done: its process ended meanwhile. What shall become of it?");
            Some(Form::new(message, Some(&decisions())))
        }
        WaitsFor::Time | WaitsFor::Event(_) => None,
    }
}

fn decisions() -> Value {
    json!({"type": "object", "required": ["decision"], "properties": {
        "decision": {"type": "string", "title": "Decision", "enum": ["retry", "skip", "fail"],
            "description": "Call it again, take it for done, or take it for failed"},
        "output": {"type": "string", "title": "Output", "description": "With `skip`: what it gave, as JSON"},
    }})
}

/// What an answer says to the run.
pub(super) fn read(waits: &Waiting, form: &Form, filled: Filled, client: Option<&str>) -> Read {
    let by = client.map(str::to_owned);
    let value = match filled {
        Filled::Accepted(filled) => form.read(filled),
        // No is no answer to what became of a call.
        Filled::Declined if waits.on == WaitsFor::Decision => return Read::PutOff,
        Filled::Declined => return Read::Said(Said::Reply { step: waits.step, reply: Reply::Rejected { reason: None, by } }),
        Filled::Dismissed => return Read::PutOff,
    };
    let word = value.and_then(|value| match waits.on {
        WaitsFor::Decision => Ok(Said::Decision { step: waits.step, decision: decision(value)?, by }),
        WaitsFor::Person(_) | WaitsFor::Time | WaitsFor::Event(_) => {
            Ok(Said::Reply { step: waits.step, reply: Reply::Approved { values: Arc::new(value), by } })
        }
    });
    word.map_or_else(Read::Unfit, Read::Said)
}

fn decision(value: Value) -> Result<Decision, String> {
    let filled: Map<String, Value> = if let Value::Object(filled) = value { filled } else { Map::new() };
    match filled.get("decision").and_then(Value::as_str) {
        Some("retry") => Ok(Decision::Retry),
        Some("fail") => Ok(Decision::Fail { message: "it was uncertain, and a person said that it failed".to_owned() }),
        Some("skip") => {
            let text = filled.get("output").and_then(Value::as_str).filter(|text| !text.trim().is_empty()).unwrap_or("null");
            let output = serde_json::from_str(text).map_err(|error| format!("`output` is not JSON: {error}"))?;
            Ok(Decision::Skip { output: Arc::new(output) })
        }
        _ => Err("choose `retry`, `skip` or `fail`".to_owned()),
    }
}

/// Where a question is to be answered that is not asked at the client, for its user.
pub(super) fn elsewhere(run: RunId, waits: &Waiting) -> String {
    let node = &waits.node;
    match &waits.on {
        WaitsFor::Person(approval) => {
            let of = if approval.approvers.is_empty() { String::new() } else { format!(" by {}", approval.approvers.join(", ")) };
            format!("`{node}` waits for an approval{of}: answer it in Patchbay's window, or with `patchbay approvals approve {run}`")
        }
        WaitsFor::Decision | WaitsFor::Time | WaitsFor::Event(_) => {
            format!("`{node}` is uncertain: decide it in Patchbay's window, or with `patchbay runs decide {run}`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nodes::Approval;
    use run::StepId;

    fn approval(approvers: &[&str]) -> Waiting {
        let approvers = approvers.iter().map(|name| (*name).to_owned()).collect();
        let schema = Some(Arc::new(json!({"type": "number"})));
        let approval = Approval { message: "How much?".to_owned(), schema, timeout_ms: None, approvers };
        Waiting { step: StepId(1), node: "ask".into(), on: WaitsFor::Person(Arc::new(approval)), until: None }
    }

    fn uncertain() -> Waiting {
        Waiting { step: StepId(1), node: "pay".into(), on: WaitsFor::Decision, until: None }
    }

    #[track_caller]
    fn check(waits: &Waiting, filled: Filled, expected: Value) {
        let form = form(waits, Some("c")).unwrap();
        let told = match read(waits, &form, filled.clone(), Some("c")) {
            Read::Said(word) => serde_json::to_value(word).unwrap(),
            Read::PutOff => json!("put off"),
            Read::Unfit(why) => json!(why),
        };
        assert_eq!(told, expected, "{filled:?}");
    }

    fn accepted(value: Value) -> Filled {
        Filled::Accepted(value.as_object().unwrap().clone())
    }

    #[test]
    fn an_answer_is_a_word_of_the_client() {
        let approved = json!({"word": "reply", "step": 1, "reply": {"reply": "approved", "values": 7, "by": "c"}});
        check(&approval(&[]), accepted(json!({"value": 7})), approved);
        check(&approval(&[]), accepted(json!({})), json!("`value` is missing"));
        check(&approval(&[]), Filled::Declined, json!({"word": "reply", "step": 1, "reply": {"reply": "rejected", "by": "c"}}));
        check(&approval(&[]), Filled::Dismissed, json!("put off"));
    }

    #[test]
    fn what_is_uncertain_is_decided_and_a_no_decides_nothing() {
        let decided = |decision: Value| json!({"word": "decision", "step": 1, "decision": decision, "by": "c"});
        let decision = |filled: Value| match read(&uncertain(), &form(&uncertain(), None).unwrap(), accepted(filled), None) {
            Read::Said(Said::Decision { decision, .. }) => Ok(decision),
            other => Err(other),
        };
        assert_eq!(decision(json!({"decision": "retry"})), Ok(Decision::Retry));
        assert_eq!(decision(json!({"decision": "skip", "output": "{\"a\": 1}"})), Ok(Decision::Skip { output: Arc::new(json!({"a": 1})) }));
        assert_eq!(decision(json!({"decision": "skip"})), Ok(Decision::Skip { output: Arc::new(json!(null)) }), "nothing is null");
        check(
            &uncertain(),
            accepted(json!({"decision": "skip", "output": "{"})),
            json!("`output` is not JSON: EOF while parsing an object at line 1 column 1"),
        );
        check(&uncertain(), accepted(json!({"decision": "maybe"})), json!("choose `retry`, `skip` or `fail`"));
        check(&uncertain(), Filled::Declined, json!("put off"));
        let retry = serde_json::to_value(Decision::Retry).unwrap();
        check(&uncertain(), accepted(json!({"decision": "retry"})), decided(retry));
    }

    #[test]
    fn only_a_client_that_is_named_is_asked_where_names_are_given() {
        for (client, expected) in [(None, false), (Some("c"), false), (Some("anna"), true)] {
            assert_eq!(form(&approval(&["anna"]), client).is_some(), expected, "{client:?}");
        }
        assert!(form(&approval(&[]), None).is_some(), "anybody else");
        let told = elsewhere(RunId(9), &approval(&["anna", "ben"]));
        assert!(told.contains("by anna, ben") && told.contains("patchbay approvals approve 9"), "{told}");
    }
}
