//! What holds of every run, whatever the graph and whatever is answered.

use std::sync::Arc;

use nodes::{Answer, Failure, FailureKind, ToolResult};
use proptest::prelude::*;
use serde_json::json;

use super::sketch::graph_of;
use super::world::World;
use crate::{Event, Outcome, Run, StepId, StepState, StopReason, WaitsFor};

/// A part of a graph between two nodes; `{}` in its lines is where it leads to.
#[derive(Clone, Debug)]
enum Part {
    Transform,
    Fails,
    Call { retry: bool, timeout: bool, mends: bool },
    Wait,
    Hear,
    Approve { rejects: bool },
    Emit,
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
        1 => Just(Part::Hear),
        1 => any::<bool>().prop_map(|rejects| Part::Approve { rejects }),
        1 => Just(Part::Emit),
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
            Part::Wait => lines.push(format!("{id} wait PT0.01S -> {to} ; after: (1)")),
            Part::Hear => lines.push(format!("{id} wait event go {{\">\": [{{\"var\": \"$event.detail\"}}, 0]}} -> {to} ; after: (2)")),
            Part::Approve { rejects } => {
                let reject = if *rejects { format!(" ; onReject: {to}") } else { String::new() };
                lines.push(format!("{id} approval {n}? -> {to}{reject}"));
            }
            Part::Emit => lines.push(format!("{id} emit told {{\"n\": {n}}} -> {to}")),
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
    Say(usize, bool),
    Signal(u8),
    Kill(bool),
    Hold(u8),
    Edit(usize),
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
        3 => any::<(usize, bool)>().prop_map(|(n, yes)| Act::Say(n, yes)),
        1 => (0u8..3).prop_map(Act::Signal),
        1 => any::<bool>().prop_map(Act::Kill),
        1 => any::<u8>().prop_map(Act::Hold),
        2 => any::<usize>().prop_map(Act::Edit),
        1 => Just(Act::Stop),
    ]
}

impl World {
    fn in_state(&self, state: StepState) -> Vec<StepId> {
        (0..).map(StepId).zip(self.run.steps()).filter(|(_, step)| step.state == state).map(|(id, _)| id).collect()
    }

    /// Somebody says something to one of those who wait for a person.
    fn decide(&mut self, n: usize, yes: bool) {
        let (asking, uncertain) = (self.in_state(StepState::Asking), self.in_state(StepState::Uncertain));
        if let Some(step) = asking.get(n % asking.len().max(1)) {
            return self.say(*step, if yes { "yes" } else { "no" }, "1");
        }
        if let Some(step) = uncertain.get(n % uncertain.len().max(1)) {
            self.say(*step, ["retry", "skip", "fail"][n % 3], "1");
        }
    }

    /// Lets the world answer, always the same way, until the run has ended: what a step is answered depends only on its node
    /// and its item.
    fn go_on(&mut self) {
        for _ in 0..5000 {
            if self.run.outcome().is_some() {
                return;
            }
            if let Some(step) = self.in_state(StepState::Calling).first() {
                let of = &self.run.steps()[step.index()];
                let structured = Some(json!({"node": of.node, "item": of.item}));
                self.feed(Event::Answered { step: *step, result: Ok(Answer::Tool(ToolResult { structured, ..ToolResult::default() })) });
            } else if let Some(step) = self.in_state(StepState::Uncertain).first() {
                self.say(*step, "retry", "");
            } else if let Some(step) = self.in_state(StepState::Asking).first() {
                self.say(*step, "yes", "true");
            } else if !self.timers.is_empty() && self.run.waiting().iter().any(|waits| waits.on == WaitsFor::Time) {
                self.pass(20);
            } else {
                self.signal("go", json!(1));
            }
        }
        panic!("it ends: {:#?}", self.told);
    }

    fn act(&mut self, act: &Act) {
        let open: Vec<StepId> = self.in_state(StepState::Calling);
        let choose = |n: usize| open.get(n % open.len().max(1)).copied();
        let value = |step: StepId| Ok(Answer::Tool(ToolResult { structured: Some(json!(step.0)), ..ToolResult::default() }));
        let refused = ToolResult { content: vec![json!({"type": "text", "text": "no"})], structured: None, is_error: true };
        let answered = match act {
            Act::Pass(ms) => return self.pass(i64::from(*ms)),
            Act::Say(n, yes) => return self.decide(*n, *yes),
            Act::Signal(n) => return self.signal("go", json!(n)),
            Act::Kill(may_repeat) => return self.take_up(if *may_repeat { open } else { Vec::new() }),
            Act::Hold(ms) => return self.held(i64::from(*ms)),
            Act::Edit(n) => {
                let step = StepId(u32::try_from(n % self.run.steps().len()).unwrap());
                return self.feed(Event::Edited { step, output: Arc::new(json!({"by": "hand"})) });
            }
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
            world.act(&Act::Say(0, true));
            world.act(&Act::Signal(1));
            world.act(&Act::Pass(50));
        }
        prop_assert!(world.run.outcome().is_some(), "it ends: {:#?}", world.told);
        let steps = world.run.steps().len();
        world.feed(Event::Answered { step: StepId(1), result: Ok(Answer::Value(Arc::new(json!(1)))) });
        prop_assert_eq!(world.run.steps().len(), steps, "nothing follows the end");
        world.obey_the_laws();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// A journal may end anywhere, since a process may die anywhere.
    #[test]
    fn a_journal_cut_anywhere_is_the_beginning_of_the_run_and_goes_on_to_the_same_end(
        parts in prop::collection::vec(part(), 1..5),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..4),
    ) {
        let mut lines = vec!["exit".to_owned()];
        let first = write(&parts, "exit", &mut 0, &mut lines);
        lines.push(format!("entry -> {first}"));
        // Which branch is the first depends on the order of events, which need not be the same.
        let text = lines.join("\n").replace("policy: \"any\"", "policy: \"all\"").replace("policy: {\"atLeast\": 2}", "policy: \"all\"")
            .replace("policy: {\"atLeast\": 1}", "policy: \"all\"");
        let graph = graph_of(json!({"maxNodeExecutions": 300}), &[("t", &text)]);
        let mut whole = World::begin(&graph, json!({}));
        whole.go_on();
        let result = |world: &World| match world.run.outcome() {
            Some(Outcome::Done { result }) => Some(result.clone()),
            // Of several failures the first is told, and which is the first may differ.
            _ => None,
        };
        for (cut, may_repeat) in cuts {
            let cut = cut.index(whole.events.len() - 1) + 1;
            let mut resumed = World::begin(&graph, json!({}));
            resumed.events = whole.events[..cut].to_vec();
            resumed.run = Run::replay(whole.run.plan().clone(), &resumed.events);
            resumed.timers.clear();
            resumed.now = resumed.run.now();
            for (was, is) in resumed.run.steps().iter().zip(whole.run.steps()) {
                prop_assert_eq!((was.node, was.attempt, was.item, was.started), (is.node, is.attempt, is.item, is.started), "it is a prefix");
                prop_assert!(!was.state.has_ended() || was == is, "what had ended stays as it was: {:?} {:?}", was, is);
            }
            if resumed.run.outcome().is_none() {
                let repeats = if may_repeat { resumed.in_state(StepState::Calling) } else { Vec::new() };
                resumed.feed(Event::TakenUp { repeats });
                resumed.go_on();
            }
            prop_assert_eq!(result(&resumed), result(&whole), "after a cut at {} of {}: {:#?}", cut, whole.events.len(), resumed.told);
            resumed.obey_the_laws();
        }
    }
}
