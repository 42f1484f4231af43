//! The world around a run in tests: it evaluates at once, and answers calls and lets time pass as a script says.

use std::collections::VecDeque;
use std::sync::Arc;

use expr::{Cancel, Limits};
use graph::Graph;
use nodes::{Answer, Failure, FailureKind, Reply, Signal, ToolResult};
use serde_json::{Value, json};

use crate::{
    Decision, Effect, Event, Fact, Moment, Outcome, Part, Plan, PlanOptions, Run, Seen, StepId, StepState, StopReason, Timer, WaitsFor,
};

/// Runs `t` of a graph with `arguments`, plays the script, and compares what was told with what is expected, line by line.
///
/// The script, one event a line: `NODE = JSON` answers the oldest open call of that node, `NODE[i] = JSON` that of item `i`;
/// `NODE ! text` lets the server fail, `NODE ? text` lets the tool say that it failed; `+MS` lets time pass; `stop`;
/// `NODE yes JSON` and `NODE no text` are what a person says; `signal TYPE JSON` is an event; `killed` lets the process die and
/// another take the run up, `killed NODE` where that node's call may be made again; `NODE retry`, `NODE skip JSON` and `NODE
/// fail text` decide about an uncertain one; `held MS` holds the run for a time; `edit NODE JSON` gives the latest step of a node
/// another output; `late STEP = JSON` answers a step by its number whether or not it is wanted.
#[track_caller]
pub(crate) fn check(graph: &Graph, arguments: Value, script: &str, expected: &str) {
    let mut world = World::begin(graph, arguments);
    world.play_all(script);
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(world.told.join("\n"), expected.join("\n"), "what the run told");
    world.obey_the_laws();
}

/// The plan of a tool.
pub(crate) fn plan(graph: &Graph, tool: &str) -> Arc<Plan> {
    Plan::compile(graph, &tool.into(), PlanOptions::default()).unwrap_or_else(|problems| panic!("it compiles: {problems:?}")).shared()
}

pub(crate) struct World {
    pub(crate) run: Run,
    pub(crate) events: Vec<(Moment, Event)>,
    pub(crate) told: Vec<String>,
    queue: VecDeque<(StepId, crate::Task)>,
    pub(crate) timers: Vec<(Moment, Timer)>,
    pub(crate) now: Moment,
}

impl World {
    pub(crate) fn begin(graph: &Graph, arguments: Value) -> Self {
        Self::begin_part(graph, arguments, Part::default(), None)
    }

    /// Begins a part of the tool, after what was seen before.
    pub(crate) fn begin_part(graph: &Graph, arguments: Value, part: Part, seen: Option<Arc<Seen>>) -> Self {
        let run = Run::new(plan(graph, "t"));
        let mut world = Self { run, events: Vec::new(), told: Vec::new(), queue: VecDeque::new(), timers: Vec::new(), now: Moment(0) };
        world.feed(Event::Started { arguments: Arc::new(arguments), seed: 7, part, seen, trace: None });
        world
    }

    /// A world in which this has happened; nobody goes on with it yet.
    pub(crate) fn further(plan: Arc<Plan>, events: Vec<(Moment, Event)>) -> Self {
        let now = events.last().map_or(Moment(0), |(at, _)| *at);
        Self { run: Run::new(plan), events, told: Vec::new(), queue: VecDeque::new(), timers: Vec::new(), now }
    }

    /// Feeds an event, and all evaluations that follow from it.
    pub(crate) fn feed(&mut self, event: Event) {
        self.step(event);
        while let Some((step, task)) = self.queue.pop_front() {
            let result = task.perform(&Limits::default(), &Cancel::new());
            drop(task);
            self.step(Event::Evaluated { step, result });
        }
    }

    fn step(&mut self, event: Event) {
        self.events.push((self.now, event.clone()));
        let effects = self.run.step(self.now, event);
        assert_eq!(self.run.audit(), Vec::<String>::new(), "after {:?}", self.events.last());
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Evaluate { step, task } => self.queue.push_back((step, task)),
            Effect::Call { step, server, tool, args } => self.tell(step, &format!("calls {server}.{tool} {args}")),
            Effect::Emit { step, signal } => self.tell(step, &format!("emits {} {} {}", signal.id, signal.event, signal.detail)),
            Effect::RunTool { step, tool, args } => self.tell(step, &format!("runs {} {args}", tool.tool)),
            Effect::Wake { timer, after_us } => {
                match timer {
                    Timer::Wait(step) => self.tell(step, &format!("waits {}", after_us / 1000)),
                    Timer::Timeout(_) if matches!(self.events.last(), Some((_, Event::TakenUp { .. } | Event::Continued { .. }))) => {
                        self.told.push(format!("limit in {}", after_us / 1000));
                    }
                    Timer::Retry(step) => self.tell(step, &format!("again in {}", after_us / 1000)),
                    Timer::Timeout(_) | Timer::Limit => {}
                }
                let at = Moment(self.now.0.saturating_add(i64::try_from(after_us).unwrap_or(i64::MAX)));
                self.timers.push((at, timer));
            }
            Effect::Cancel { step } => self.tell(step, "is called off"),
            Effect::Tell(Fact::StepStarted(_)) => {}
            Effect::Tell(Fact::StepChanged(step)) => {
                let waits = self.run.waiting().into_iter().find(|waits| waits.step == step).map(|waits| waits.on);
                match waits {
                    // Its timer is told.
                    Some(WaitsFor::Time) => {}
                    Some(WaitsFor::Event(event)) => self.tell(step, &format!("listens for {event}")),
                    _ => self.tell(step, &format!("is {:?}", self.run.steps()[step.index()].state).to_lowercase()),
                }
            }
            Effect::Tell(Fact::StepEnded(step)) => {
                let ended = &self.run.steps()[step.index()];
                let text = match (ended.state, &ended.failure) {
                    (StepState::Done, _) => format!("= {}", ended.output.as_deref().unwrap_or(&json!("no output"))),
                    (StepState::Failed, Some(failure)) => format!("failed: {failure}"),
                    (state, _) => format!("is {state:?}").to_lowercase(),
                };
                self.tell(step, &text);
            }
            Effect::Finish(outcome) => self.told.push(match outcome {
                Outcome::Done { result } => format!("done {result}"),
                Outcome::Failed { failure } => format!("failed {failure}"),
                Outcome::Stopped { reason } => format!("stopped {reason:?}"),
            }),
        }
    }

    fn tell(&mut self, step: StepId, what: &str) {
        let name = self.name(step);
        self.told.push(format!("{name} {what}"));
    }

    /// The node of a step, with the item that it works on.
    fn name(&self, step: StepId) -> String {
        let step = &self.run.steps()[step.index()];
        let id = &self.run.plan().node(step.node).id;
        step.item.map_or_else(|| id.to_string(), |item| format!("{id}[{item}]"))
    }

    /// The oldest step of this name that waits for an answer.
    pub(crate) fn open(&self, name: &str) -> Option<StepId> {
        let waits = |state| matches!(state, StepState::Calling | StepState::Asking | StepState::Uncertain);
        let is_open = |step: &StepId| waits(self.run.steps()[step.index()].state) && self.name(*step) == name;
        (0..self.run.steps().len()).filter_map(|i| u32::try_from(i).ok()).map(StepId).find(is_open)
    }

    /// Plays a script, a line for each event: see [`check`].
    pub(crate) fn play_all(&mut self, script: &str) {
        script.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| self.play(line));
    }

    fn play(&mut self, line: &str) {
        if line == "stop" {
            return self.feed(Event::Stopped { reason: StopReason::Asked });
        }
        if let Some(ms) = line.strip_prefix('+') {
            return self.pass(ms.parse().unwrap());
        }
        let mut words = line.splitn(3, ' ');
        match (words.next(), words.next(), words.next()) {
            (Some("signal"), Some(event), Some(detail)) => return self.signal(event, serde_json::from_str(detail).unwrap()),
            (Some(word @ ("rests" | "works")), Some(node), None) => {
                let step = self.open(node).unwrap();
                return self.feed(Event::Rested { step, rests: word == "rests" });
            }
            (Some("held"), Some(ms), None) => return self.held(ms.parse().unwrap()),
            (Some("edit"), Some(node), Some(output)) => return self.edit(node, serde_json::from_str(output).unwrap()),
            (Some("killed"), node, _) => {
                let repeats: Vec<StepId> = node.map(|node| self.open(node).unwrap()).into_iter().collect();
                return self.take_up(repeats);
            }
            (Some(name), Some(word), what) if ["yes", "no", "retry", "skip", "fail"].contains(&word) => {
                let step = self.open(name).unwrap_or_else(|| panic!("`{name}` waits for somebody in {:#?}", self.told));
                return self.say(step, word, what.unwrap_or_default());
            }
            _ => {}
        }
        let (name, how, what) = ["=", "!", "?"]
            .iter()
            .find_map(|how| line.split_once(&format!(" {how} ")).map(|(name, what)| (name, *how, what)))
            .unwrap_or_else(|| panic!("`{line}` is a line of a script"));
        let step = match name.strip_prefix("late ") {
            Some(number) => StepId(number.parse().unwrap()),
            None => self.open(name).unwrap_or_else(|| panic!("`{name}` waits for an answer in {:#?}", self.told)),
        };
        let calls_run = self
            .run
            .steps()
            .get(step.index())
            .map(|step| self.run.plan().node(step.node).kind)
            .is_some_and(|kind| matches!(kind, "call" | "emit"));
        let result = match how {
            "=" if calls_run => Ok(Answer::Value(Arc::new(serde_json::from_str(what).unwrap()))),
            "=" => Ok(Answer::Tool(ToolResult { structured: Some(serde_json::from_str(what).unwrap()), ..ToolResult::default() })),
            "?" => Ok(Answer::Tool(ToolResult { content: vec![json!({"type": "text", "text": what})], structured: None, is_error: true })),
            _ => Err(Failure::new(FailureKind::Server, what)),
        };
        self.feed(Event::Answered { step, result });
    }

    pub(crate) fn signal(&mut self, event: &str, detail: Value) {
        let signal = Signal { id: "s1".to_owned(), event: event.into(), detail: Arc::new(detail) };
        self.feed(Event::Signalled { signal: Arc::new(signal) });
    }

    /// The process dies, and another has only the events.
    pub(crate) fn take_up(&mut self, repeats: Vec<StepId>) {
        self.run = Run::replay(self.run.plan().clone(), &self.events);
        self.timers.clear();
        self.feed(Event::TakenUp { repeats });
    }

    /// Somebody holds the run: no timer is heard meanwhile.
    pub(crate) fn held(&mut self, ms: i64) {
        self.now = Moment(self.now.0 + ms * 1000);
        self.timers.clear();
        self.feed(Event::Continued { held_us: ms.unsigned_abs() * 1000 });
    }

    /// The latest step of this name has another output.
    pub(crate) fn edit(&mut self, name: &str, output: Value) {
        let latest =
            (0..self.run.steps().len()).rev().filter_map(|i| u32::try_from(i).ok()).map(StepId).find(|step| self.name(*step) == name);
        self.feed(Event::Edited { step: latest.unwrap(), output: Arc::new(output) });
    }

    /// What a person says to a step that waits for one.
    pub(crate) fn say(&mut self, step: StepId, word: &str, what: &str) {
        let by = Some("ann".to_owned());
        let json = || Arc::new(serde_json::from_str(what).unwrap());
        let decision = match word {
            "yes" => return self.reply(step, Reply::Approved { values: json(), by }),
            "no" => return self.reply(step, Reply::Rejected { reason: Some(what.to_owned()), by }),
            "retry" => Decision::Retry,
            "skip" => Decision::Skip { output: json() },
            _ => Decision::Fail { message: what.to_owned() },
        };
        self.feed(Event::Decided { step, decision, by });
    }

    fn reply(&mut self, step: StepId, reply: Reply) {
        self.feed(Event::Answered { step, result: Ok(Answer::Person(reply)) });
    }

    /// Lets time pass, and every timer run out that falls within it, in its order.
    pub(crate) fn pass(&mut self, ms: i64) {
        let until = Moment(self.now.0 + ms * 1000);
        while let Some(next) = (0..self.timers.len()).filter(|i| self.timers[*i].0 <= until).min_by_key(|i| (self.timers[*i].0, *i)) {
            let (at, timer) = self.timers.remove(next);
            self.now = at.max(self.now);
            self.feed(Event::Woke { timer });
        }
        self.now = until;
    }

    /// What holds of every run: its events, written down and read again, make the same run.
    #[track_caller]
    pub(crate) fn obey_the_laws(&self) {
        let text = serde_json::to_string(&self.events).unwrap();
        let read: Vec<(Moment, Event)> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, self.events, "events are the same when they are read again");
        let again = Run::replay(self.run.plan().clone(), &read);
        assert_eq!(again.steps(), self.run.steps(), "a replay makes the same steps");
        assert_eq!(again.outcome(), self.run.outcome(), "a replay ends the same way");
    }
}
