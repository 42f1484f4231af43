//! What holds of every run, whatever the graph and whatever is answered.

use std::sync::Arc;

use nodes::{Answer, Failure, FailureKind, ToolResult};
use proptest::prelude::*;
use serde_json::json;

use super::sketch::graph_of;
use super::world::World;
use crate::{Event, StepId, StepState, StopReason};

/// A part of a graph between two nodes; `{}` in its lines is where it leads to.
#[derive(Clone, Debug)]
enum Part {
    Transform,
    Fails,
    Call { retry: bool, timeout: bool, mends: bool },
    Wait,
    Loop { again: bool },
    Parallel { parts: Vec<Vec<Part>>, policy: u8, at_once: usize },
    Each { items: usize, body: Vec<Part>, at_once: usize },
}

fn part() -> impl Strategy<Value = Part> {
    let leaf = prop_oneof![
        4 => Just(Part::Transform),
        1 => Just(Part::Fails),
        4 => any::<(bool, bool, bool)>().prop_map(|(retry, timeout, mends)| Part::Call { retry, timeout, mends }),
        1 => Just(Part::Wait),
        1 => any::<bool>().prop_map(|again| Part::Loop { again }),
    ];
    leaf.prop_recursive(3, 20, 3, |inner| {
        let parts = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (prop::collection::vec(parts.clone(), 1..4), 0u8..4, 1usize..4).prop_map(|(parts, policy, at_once)| Part::Parallel {
                parts,
                policy,
                at_once
            }),
            (0usize..4, parts, 1usize..4).prop_map(|(items, body, at_once)| Part::Each { items, body, at_once }),
        ]
    })
}

/// Writes parts one behind the other, the last leading to `end`; gives the id of the first.
fn write(parts: &[Part], end: &str, next_id: &mut usize, lines: &mut Vec<String>) -> String {
    let mut to = end.to_owned();
    for part in parts.iter().rev() {
        *next_id += 1;
        let n = *next_id;
        let id = format!("n{n}");
        match part {
            Part::Transform => lines.push(format!("{id} transform {{\"n\": {n}, \"i\": $index}} -> {to}")),
            Part::Fails => lines.push(format!("{id} transform $error(\"no\") -> {to}")),
            Part::Call { retry, timeout, mends } => {
                let retry = if *retry { " ; retry: {\"maxAttempts\": 2, \"backoffMs\": 5}" } else { "" };
                let timeout = if *timeout { " ; timeoutMs: 20" } else { "" };
                let mends = if *mends { format!(" ; onError: {to}") } else { String::new() };
                lines.push(format!("{id} mcp s.t {{\"n\": {n}}} -> {to}{retry}{timeout}{mends}"));
            }
            Part::Wait => lines.push(format!("{id} wait PT0.01S -> {to}")),
            Part::Loop { again } => {
                let least = if *again { 3 } else { 1 };
                lines.push(format!("{id} transform $executionCount(\"{id}\") -> {id}s"));
                lines.push(format!("{id}s switch {{\"<\": [{{\"var\": \"{id}\"}}, {least}]}} -> {id} | -> {to}"));
            }
            Part::Parallel { parts, policy, at_once } => {
                lines.push(format!("{id}j transform {id} -> {to}"));
                let starts: Vec<_> = parts.iter().map(|parts| write(parts, &format!("{id}j"), next_id, lines)).collect();
                let policy = match policy {
                    0 => "\"any\"".to_owned(),
                    1 => format!("{{\"atLeast\": {}}}", parts.len().min(2)),
                    _ => "\"all\"".to_owned(),
                };
                lines.push(format!("{id} parallel {} => {id}j ; policy: {policy} ; maxConcurrency: {at_once}", starts.join(" ")));
            }
            Part::Each { items, body, at_once } => {
                lines.push(format!("{id}j transform $count({id}) -> {to}"));
                let start = write(body, &format!("{id}j"), next_id, lines);
                let items: Vec<_> = (0..*items).collect();
                lines.push(format!("{id} forEach {} do {start} => {id}j ; maxConcurrency: {at_once}", json!(items)));
            }
        }
        to = id;
    }
    to
}

/// What the world does next; the number chooses among what is open.
#[derive(Clone, Debug)]
enum Act {
    Answer(usize),
    Refuse(usize),
    Fail(usize),
    Pass(u8),
    Stale(u32),
    Wake(usize),
    Stop,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => any::<usize>().prop_map(Act::Answer),
        2 => any::<usize>().prop_map(Act::Refuse),
        2 => any::<usize>().prop_map(Act::Fail),
        3 => any::<u8>().prop_map(Act::Pass),
        2 => (0u32..40).prop_map(Act::Stale),
        1 => any::<usize>().prop_map(Act::Wake),
        1 => Just(Act::Stop),
    ]
}

impl World {
    fn act(&mut self, act: &Act) {
        let open: Vec<StepId> =
            (0..).map(StepId).zip(self.run.steps()).filter(|(_, step)| step.state == StepState::Calling).map(|(id, _)| id).collect();
        let choose = |n: usize| open.get(n % open.len().max(1)).copied();
        let value = |step: StepId| Ok(Answer::Tool(ToolResult { structured: Some(json!(step.0)), ..ToolResult::default() }));
        let refused = ToolResult { content: vec![json!({"type": "text", "text": "no"})], structured: None, is_error: true };
        let answered = match act {
            Act::Pass(ms) => return self.pass(i64::from(*ms)),
            Act::Stop => return self.feed(Event::Stopped { reason: StopReason::Asked }),
            Act::Wake(n) if self.timers.is_empty() => choose(*n).map(|step| (step, value(step))),
            // A timer may run out again, long after it was wanted.
            Act::Wake(n) => {
                let (_, timer) = self.timers[n % self.timers.len()];
                return self.feed(Event::Woke { timer });
            }
            Act::Answer(n) => choose(*n).map(|step| (step, value(step))),
            Act::Refuse(n) => choose(*n).map(|step| (step, Ok(Answer::Tool(refused)))),
            Act::Fail(n) => choose(*n).map(|step| (step, Err(Failure::new(FailureKind::Server, "gone")))),
            Act::Stale(step) => Some((StepId(*step), value(StepId(*step)))),
        };
        if let Some((step, result)) = answered {
            self.feed(Event::Answered { step, result });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// `World` audits the run after every event: what is counted as busy, lines of execution, joins.
    #[test]
    fn any_run_keeps_its_books_ends_and_can_be_replayed(parts in prop::collection::vec(part(), 1..5), acts in prop::collection::vec(act(), 0..60)) {
        let mut lines = vec!["exit".to_owned()];
        let first = write(&parts, "exit", &mut 0, &mut lines);
        lines.push(format!("entry -> {first}"));
        let graph = graph_of(json!({"maxNodeExecutions": 300, "maxExecutionTimeMs": 2000}), &[("t", &lines.join("\n"))]);
        let mut world = World::begin(&graph, json!({}));
        acts.iter().for_each(|act| world.act(act));
        // Whatever is still open is answered; then nothing but time is wanting.
        for _ in 0..2000 {
            if world.run.outcome().is_some() {
                break;
            }
            world.act(&Act::Answer(0));
            world.act(&Act::Pass(50));
        }
        prop_assert!(world.run.outcome().is_some(), "it ends: {:#?}", world.told);
        let steps = world.run.steps().len();
        world.feed(Event::Answered { step: StepId(1), result: Ok(Answer::Value(Arc::new(json!(1)))) });
        prop_assert_eq!(world.run.steps().len(), steps, "nothing follows the end");
        world.obey_the_laws();
    }
}
