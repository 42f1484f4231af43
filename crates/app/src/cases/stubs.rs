//! Answers that a case makes up: of servers' tools, of people, and the events that are told.

use std::sync::Arc;

use format::{Case, Reply, Stub, StubAnswer, Told};
use nodes::{Answer, Approval, Failure, FailureKind, Signal, ToolRef, ToolResult};
use runner::{Answered, Answers, Asked, Request, Script};
use serde_json::{Value, json};

use crate::offline::Offline;

/// The answers of a case.
pub(super) struct Stubs<'c> {
    /// With whether each was given.
    stubs: Vec<(&'c Stub, bool)>,
    replies: Vec<(&'c Told<Reply>, bool)>,
    events: Vec<(&'c Told<(String, Value)>, bool)>,
    offline: Arc<Offline>,
    /// What nothing answers, with the nodes that asked.
    pub(super) unanswered: Vec<(String, Request)>,
}

impl<'c> Stubs<'c> {
    pub(super) fn new(case: &'c Case, offline: &Arc<Offline>) -> Self {
        Self {
            stubs: case.stubs.iter().map(|stub| (stub, false)).collect(),
            replies: case.replies.iter().map(|reply| (reply, false)).collect(),
            events: case.events.iter().map(|event| (event, false)).collect(),
            offline: offline.clone(),
            unanswered: Vec::new(),
        }
    }

    /// The first that fits and was not given yet; where all were, the last that fits.
    fn choose(&mut self, server: &str, tool: &str, args: &Value) -> Option<&'c Stub> {
        let fits =
            |stub: &Stub| stub.server.as_str() == server && stub.tool == tool && stub.with.as_ref().is_none_or(|with| holds(args, with));
        let places: Vec<usize> = (0..self.stubs.len()).filter(|at| fits(self.stubs[*at].0)).collect();
        let chosen = places.iter().find(|at| !self.stubs[**at].1).or(places.last())?;
        let (stub, is_given) = &mut self.stubs[*chosen];
        *is_given = true;
        Some(*stub)
    }
}

/// Whether a value has all that another has: of an object each key, of anything else the whole.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| value.get(key).is_some_and(|value| holds(value, wanted)))
        }
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => value == wanted,
    }
}

/// What a stub says. Nothing for silence.
fn answer(stub: &Stub) -> Option<Result<Answer, Failure>> {
    let text = |text: &str| vec![json!({"type": "text", "text": text})];
    Some(
        match &stub.answer {
            StubAnswer::Value(value) => Ok(ToolResult {
                content: text(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
                structured: Some(value).filter(|value| value.is_object()).cloned(),
                is_error: false,
            }),
            StubAnswer::Content(items) => Ok(ToolResult { content: items.clone(), ..ToolResult::default() }),
            StubAnswer::Error(message) => Ok(ToolResult { content: text(message), structured: None, is_error: true }),
            StubAnswer::Unreachable(message) => Err(Failure::new(FailureKind::Server, message.clone())),
            StubAnswer::Silence => return None,
        }
        .map(Answer::Tool),
    )
}

/// A century: who never answers does so after it.
const NEVER_US: u64 = 3_153_600_000_000_000;

impl Answers for Stubs<'_> {
    fn answer(&mut self, asked: Asked<'_>) -> Option<Answered<Result<Answer, Failure>>> {
        let Request::Call { server, tool, args } = asked.request else { return None };
        let Some(stub) = self.choose(server.as_str(), tool, args) else {
            self.unanswered.push((asked.node.to_string(), asked.request.clone()));
            return None;
        };
        let silent = || Err(Failure::new(FailureKind::Timeout, "the tool never answered"));
        Some(match answer(stub) {
            Some(answer) => Answered { answer, after_us: stub.after_ms.saturating_mul(1000) },
            None => Answered { answer: silent(), after_us: NEVER_US },
        })
    }

    fn reply(&mut self, asked: Asked<'_>, _: &Approval) -> Option<Answered<nodes::Reply>> {
        let is_for = |told: &Told<Reply>| told.node.as_ref().is_none_or(|node| node == asked.node);
        let (told, is_given) = self.replies.iter_mut().find(|(told, is_given)| !is_given && is_for(told))?;
        *is_given = true;
        let answer = match &told.what {
            Reply::Approve(values) => nodes::Reply::Approved { values: Arc::new(values.clone()), by: None },
            Reply::Reject(reason) => nodes::Reply::Rejected { reason: reason.clone(), by: None },
        };
        Some(Answered { answer, after_us: told.after_ms.saturating_mul(1000) })
    }

    fn signal(&mut self, event: &str) -> Option<Answered<Arc<Signal>>> {
        let at = self.events.iter().position(|(told, is_given)| !is_given && told.what.0 == event)?;
        let (told, is_given) = &mut self.events[at];
        *is_given = true;
        let (event, detail) = &told.what;
        let signal = Signal { id: format!("{at:016x}"), event: event.as_str().into(), detail: Arc::new(detail.clone()) };
        Some(Answered { answer: Arc::new(signal), after_us: told.after_ms.saturating_mul(1000) })
    }

    fn script(&mut self, tool: &ToolRef) -> Result<Script, Failure> {
        self.offline.called(tool)
    }
}
