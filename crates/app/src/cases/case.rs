//! One case: its run, played without the world, and what is claimed of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use expr::{Cancel, Expression, Fields, Limits};
use format::{Case, Fails};
use graph::{NodeId, Problem, ToolName};
use protocol::{Fault, Tested};
use run::{Event, Moment, Outcome, Part, RunFailure};
use runner::{Found, Play, Played, Request, Script, play};
use serde_json::{Map, Value, json};

use super::coverage::Walked;
use super::stubs::Stubs;
use super::{Suite, claim};
use crate::cassette::{read_cassette, tape};
use crate::error::Error;
use crate::offline::Offline;
use crate::runs::trace;

/// When a run begins whose case does not say: midnight of the first day of 2026, in microseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000_000;

/// What is wrong with a case beyond its form.
pub(super) fn check(case: &Case) -> Vec<Problem> {
    let mut problems = Vec::new();
    if case.cassette.is_some() && !(case.stubs.is_empty() && case.replies.is_empty() && case.events.is_empty()) {
        let message = "the case has a cassette, and says itself what is answered";
        problems.push(Problem::error(case.path.clone().key("cassette"), message, "keep the cassette, or the stubs, replies and events"));
    }
    if let Some(at) = &case.at
        && moment(at).is_none()
    {
        let remedy = "write a date and a time with its zone, such as `2026-05-01T10:00:00Z`";
        problems.push(Problem::error(case.path.clone().key("at"), format!("`{at}` is no point in time"), remedy));
    }
    problems
}

/// A point in time in ISO 8601.
fn moment(text: &str) -> Option<Moment> {
    let expression = Expression::parse("$toMillis(at)").ok()?;
    let context = Fields::new(json!({"at": text}));
    let millis = expression.eval(&context, &Limits::default(), &Cancel::new()).ok()??.as_f64()?;
    // Milliseconds of any year that can be written are whole numbers that both forms have.
    #[allow(clippy::cast_possible_truncation)]
    Some(Moment((millis as i64).checked_mul(1000)?))
}

/// What a case came to.
struct Ran {
    /// None where the run did not begin.
    played: Option<Played>,
    outcome: Outcome,
    /// Requests that nothing answered, with their nodes.
    unanswered: Vec<(String, Request)>,
}

/// Runs a case of a suite that has no problems.
pub(super) fn run(suite: &Suite, case: &Case) -> (Tested, Walked) {
    let (began, mut walked) = (Instant::now(), Walked::default());
    let place = suite.place(&case.path);
    let fault = |error: &Error| Fault { place, message: error.in_full(), expected: None, got: None, node: None };
    let Some(offline) = &suite.offline else {
        return (Tested { name: case.name.clone(), place, tool: None, took_us: 0, faults: Vec::new() }, walked);
    };
    let mut tool = case.tool.clone();
    let faults = match carry_out(suite, offline, case, &mut tool) {
        Ok(ran) => {
            if let Some(played) = &ran.played {
                walked.walk(played);
            }
            judge(suite, case, &ran)
        }
        Err(error) => vec![fault(&error)],
    };
    let took_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    (Tested { name: case.name.clone(), place, tool, took_us, faults }, walked)
}

fn carry_out(suite: &Suite, offline: &Arc<Offline>, case: &Case, tool: &mut Option<ToolName>) -> Result<Ran, Error> {
    let Some(name) = &case.cassette else {
        let script = choose(offline, tool, &suite.graph)?;
        return Ok(play_stubs(offline, case, script));
    };
    let mut cassette = read_cassette(&suite.file.parent().unwrap_or(Path::new("")).join(name))?;
    let of = tool.get_or_insert_with(|| ToolName::from(cassette.tool.as_str())).clone();
    if let Some(Event::Started { arguments, .. }) = cassette.takes.first_mut().map(|take| &mut take.event)
        && let Some(given) = &case.arguments
    {
        *arguments = Arc::new(given.clone());
    }
    Ok(match tape(&cassette, offline).replay(offline.script(&of)?, Limits::default()) {
        Ok(replayed) => {
            let unanswered = replayed.departures.into_iter().filter(|departure| {
                // What the player answers by itself needs no answer of a cassette.
                departure.found == Found::Nothing && matches!(departure.asked, Request::Call { .. } | Request::Ask { .. })
            });
            let unanswered = unanswered.map(|departure| (departure.node.to_string(), departure.asked)).collect();
            Ran { outcome: replayed.played.outcome.clone(), played: Some(replayed.played), unanswered }
        }
        Err(failure) => {
            Ran { played: None, outcome: Outcome::Failed { failure: RunFailure { node: None, failure } }, unanswered: Vec::new() }
        }
    })
}

/// The tool that is meant: the one that is named, or the only one.
fn choose(offline: &Offline, tool: &mut Option<ToolName>, path: &Path) -> Result<Script, Error> {
    let graph = offline.graph();
    if let (None, [only]) = (&tool, graph.tools.as_slice()) {
        *tool = Some(only.name.clone());
    }
    let missing = || Error::WhichTool { path: path.to_owned(), known: graph.tools.iter().map(|tool| tool.name.to_string()).collect() };
    offline.script(tool.as_ref().ok_or_else(missing)?)
}

fn play_stubs(offline: &Arc<Offline>, case: &Case, script: Script) -> Ran {
    let mut stubs = Stubs::new(case, offline);
    let arguments = Arc::new(case.arguments.clone().unwrap_or_else(|| Value::Object(Map::new())));
    let at = case.at.as_deref().and_then(moment).unwrap_or(Moment(BEGIN));
    let (part, seed, limits) = (Part::default(), case.seed, Limits::default());
    match play(Play { script, arguments, part, seen: None, seed, at, limits }, &mut stubs) {
        Ok(played) => Ran { outcome: played.outcome.clone(), played: Some(played), unanswered: stubs.unanswered },
        Err(failure) => {
            Ran { played: None, outcome: Outcome::Failed { failure: RunFailure { node: None, failure } }, unanswered: Vec::new() }
        }
    }
}

/// What did not hold.
fn judge(suite: &Suite, case: &Case, ran: &Ran) -> Vec<Fault> {
    let place = suite.place(&case.path);
    if !ran.unanswered.is_empty() {
        let text = |request: &Request| serde_json::to_value(request).unwrap_or_default().to_string();
        let fault = |(node, request): &(String, Request)| {
            let source = if case.cassette.is_some() { "the cassette has no answer" } else { "no stub answers" };
            let message = format!("`{node}` asked for what {source}");
            Fault { place, message, expected: None, got: Some(text(request)), node: Some(NodeId::from(node.as_str())) }
        };
        return ran.unanswered.iter().map(fault).collect();
    }
    let at = |key: &str| suite.place(&case.path.clone().key(key));
    let ended = match &ran.outcome {
        Outcome::Done { result } => format!("done: {result}"),
        Outcome::Failed { failure } => format!("failed: {failure}"),
        Outcome::Stopped { .. } => "stopped".to_owned(),
    };
    let failed_at = match &ran.outcome {
        Outcome::Failed { failure } => failure.node.clone(),
        Outcome::Done { .. } | Outcome::Stopped { .. } => None,
    };
    let fault = |place, expected: String| {
        let message = "how the run ended".to_owned();
        vec![Fault { place, message, expected: Some(expected), got: Some(ended.clone()), node: failed_at.clone() }]
    };
    match (&case.fails, &ran.outcome) {
        (Fails::No, Outcome::Done { .. }) | (Fails::Yes, Outcome::Failed { .. }) => {}
        (Fails::Saying(part), Outcome::Failed { failure }) if failure.to_string().contains(part) => {}
        (Fails::No, _) => return fault(place, "done".to_owned()),
        (Fails::Yes, _) => return fault(at("fails"), "failed".to_owned()),
        (Fails::Saying(part), _) => return fault(at("fails"), format!("failed, with `{part}` in its message")),
    }
    let context = Fields::new(context(ran, case));
    case.expect.iter().filter_map(|expect| claim::judge(expect, suite.place(&expect.path), &context)).collect()
}

/// What claims see of a run.
fn context(ran: &Ran, case: &Case) -> Value {
    let steps = ran.played.as_ref().map(|played| trace(&played.run)).unwrap_or_default();
    let path: Vec<&str> = steps.iter().map(|traced| traced.step.node.as_str()).collect();
    let mut by_node: Map<String, Value> = Map::new();
    let mut calls = Vec::new();
    for traced in &steps {
        let step = &traced.step;
        let one = json!({
            "state": step.state, "input": traced.input, "output": traced.output, "error": step.failure, "attempts": step.attempt,
            "item": step.item,
        });
        let all = by_node.entry(step.node.to_string()).or_insert_with(|| json!({"all": []}));
        let mut list = all["all"].take();
        if let Some(list) = list.as_array_mut() {
            list.push(one.clone());
        }
        *all = one;
        all["times"] = list.as_array().map_or(0, Vec::len).into();
        all["all"] = list;
    }
    if let Some(played) = &ran.played {
        collect_calls(played, &mut calls);
    }
    let (outcome, result, error) = match &ran.outcome {
        Outcome::Done { result } => ("done", Value::clone(result), Value::Null),
        Outcome::Failed { failure } => ("failed", Value::Null, serde_json::to_value(failure).unwrap_or_default()),
        Outcome::Stopped { .. } => ("stopped", Value::Null, Value::Null),
    };
    let arguments = ran.played.as_ref().map(|played| Value::clone(played.run.arguments())).or_else(|| case.arguments.clone());
    json!({
        "outcome": outcome, "result": result, "error": error, "path": path, "steps": by_node, "calls": calls, "arguments": arguments,
    })
}

/// The calls of servers' tools, those of tools within the tool among them.
fn collect_calls(played: &Played, calls: &mut Vec<Value>) {
    for (_, event) in &played.journal {
        if let Event::Evaluated { step, result: Ok(nodes::Ask::Call { server, tool, args }) } = event {
            let node = played.run.get(*step).map(|step| played.run.plan().node(step.node).id.to_string());
            calls.push(json!({"node": node, "server": server, "tool": tool, "arguments": args}));
        }
    }
    played.children.iter().for_each(|child| collect_calls(child, calls));
}
