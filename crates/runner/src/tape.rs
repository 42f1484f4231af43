//! A recorded run as a source of answers, and the run played again: event for event as long as it is the same, and by what was
//! answered to the same request once it is another.

mod matching;

use std::collections::HashMap;
use std::sync::Arc;

use expr::Limits;
use graph::{NodeId, ServerName};
use nodes::{Answer, Approval, Ask, Failure, FailureKind, Reply, Signal, ToolRef};
use run::{Event, Moment, StepId, StepState};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::play::{Answered, Answers, Asked, Play, Played, Player, Script};
use matching::{State, choose};

/// Something that a run asks of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// A tool of a server.
    Call {
        /// The server.
        server: ServerName,
        /// The tool.
        tool: String,
        /// Its arguments.
        args: Arc<Value>,
    },
    /// A tool of a graph.
    Run {
        /// The tool.
        tool: ToolRef,
        /// Its arguments.
        args: Arc<Value>,
    },
    /// That an event is told.
    Emit {
        /// The event.
        signal: Arc<Signal>,
    },
    /// A person's word.
    Ask {
        /// The question.
        message: String,
    },
}

impl Request {
    /// Whether it asks the same. An event is the same by its type and what is told with it.
    #[must_use]
    pub fn is_as(&self, other: &Request) -> bool {
        match (self, other) {
            (Request::Emit { signal: a }, Request::Emit { signal: b }) => a.event == b.event && a.detail == b.detail,
            _ => self == other,
        }
    }
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Request::Call { server, tool, args } => json!({"server": server, "tool": tool, "arguments": args}),
            Request::Run { tool: ToolRef { file, tool }, args } => {
                let name = file.as_ref().map_or_else(|| tool.to_string(), |file| format!("{file}#{tool}"));
                json!({"call": name, "arguments": args})
            }
            Request::Emit { signal } => json!({"emit": signal.event, "detail": signal.detail}),
            Request::Ask { message } => json!({"approval": message}),
        };
        value.serialize(to)
    }
}

/// How a request was answered that was not made so before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Found {
    /// By what was answered to the same request elsewhere in the recording.
    Elsewhere,
    /// By what was answered to the same request, once more.
    Again,
    /// Nothing was recorded for it.
    Nothing,
}

/// A request that is not the recorded one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Departure {
    /// The node that asks.
    pub node: NodeId,
    /// How often it had asked by then, this time included.
    pub count: usize,
    /// What it asked for that time when it was recorded; none where it did not ask.
    pub recorded: Option<Request>,
    /// What it asks for now.
    pub asked: Request,
    /// How that was answered.
    pub found: Found,
}

/// A request of a recording, with its answer.
#[derive(Debug)]
struct Recorded {
    node: NodeId,
    request: Request,
    asked: Moment,
    answer: Option<(Moment, Result<Answer, Failure>)>,
    is_used: bool,
}

impl Recorded {
    fn state(&self) -> State {
        match (&self.answer, self.is_used) {
            (None, _) => State::Unanswered,
            (Some(_), true) => State::Used,
            (Some(_), false) => State::Free,
        }
    }
}

/// Where the tools of `call` nodes are found.
type Scripts = Box<dyn Fn(&ToolRef) -> Result<Script, Failure> + Send>;

/// A recorded run.
pub struct Tape {
    takes: Vec<(Moment, Option<NodeId>, Event)>,
    recorded: Vec<Recorded>,
    /// The latest request of each step.
    of_step: HashMap<StepId, usize>,
    signals: Vec<(Arc<Signal>, bool)>,
    /// How often each node has asked so far.
    counts: HashMap<NodeId, usize>,
    departures: Vec<Departure>,
    scripts: Scripts,
}

/// A recorded run, played again.
#[derive(Debug)]
pub struct Replayed {
    /// The run.
    pub played: Played,
    /// Whether every event is the recorded one.
    pub is_same: bool,
    /// The requests that are not the recorded ones.
    pub departures: Vec<Departure>,
    /// The recorded requests that were not made.
    pub unasked: Vec<(NodeId, Request)>,
}

impl Tape {
    /// A recording: the events of a finished run with the nodes that they are about, and where the tools of `call` nodes are found
    /// whose answers it lacks.
    #[must_use]
    pub fn new(takes: Vec<(Moment, Option<NodeId>, Event)>, scripts: Scripts) -> Self {
        let mut recorded: Vec<Recorded> = Vec::new();
        let mut of_step: HashMap<StepId, usize> = HashMap::new();
        let mut signals = Vec::new();
        for (at, node, event) in &takes {
            match (event, node) {
                (Event::Evaluated { step, result: Ok(ask) }, Some(node)) => {
                    if let Some(request) = request(ask) {
                        of_step.insert(*step, recorded.len());
                        recorded.push(Recorded { node: node.clone(), request, asked: *at, answer: None, is_used: false });
                    }
                }
                (Event::Answered { step, result }, _) => {
                    if let Some(of) = of_step.get(step).and_then(|at| recorded.get_mut(*at)) {
                        of.answer = Some((*at, result.clone()));
                    }
                }
                (Event::Signalled { signal }, _) => signals.push((signal.clone(), false)),
                _ => {}
            }
        }
        Self { takes, recorded, of_step, signals, counts: HashMap::new(), departures: Vec::new(), scripts }
    }

    /// Plays the recorded run again, on a tool that may have changed since.
    ///
    /// # Errors
    /// Where the recording does not begin with a run's beginning, or the arguments do not fit the tool's schema any more.
    pub fn replay(mut self, script: Script, limits: Limits) -> Result<Replayed, Failure> {
        let Some((at, _, Event::Started { arguments, seed, part, seen, trace: _ })) = self.takes.first() else {
            return Err(Failure::new(FailureKind::Journal, "the recording does not begin with the start of a run"));
        };
        let (arguments, part, seen) = (arguments.clone(), part.clone(), seen.clone());
        let mut player = Player::begin(Play { script, arguments, part, seen, seed: *seed, at: *at, limits }, 0)?;
        let takes = std::mem::take(&mut self.takes);
        let followed = 1 + takes.iter().skip(1).take_while(|take| self.follow(&mut player, take)).count();
        self.hand_over(&mut player);
        player.go_on(&mut self);
        let played = player.played();
        let is_same = followed == takes.len() && played.journal.len() == takes.len();
        let unasked = self.recorded.iter().filter(|recorded| !recorded.is_used);
        let unasked = unasked.map(|recorded| (recorded.node.clone(), recorded.request.clone())).collect();
        Ok(Replayed { played, is_same, departures: self.departures, unasked })
    }

    /// What was answered to a request, whichever node asks: each answer once, in their order, then the last of them again.
    pub fn answer_to(&mut self, request: &Request) -> Option<Result<Answer, Failure>> {
        let answered = self.recorded.iter_mut().filter(|recorded| recorded.answer.is_some() && recorded.request.is_as(request));
        let mut last = None;
        for recorded in answered {
            let is_free = !recorded.is_used;
            recorded.is_used = true;
            last = recorded.answer.clone().map(|(_, answer)| answer);
            if is_free {
                break;
            }
        }
        last
    }

    /// Feeds the run the next recorded event, if it is what happens next here as well.
    fn follow(&mut self, player: &mut Player, (at, node, event): &(Moment, Option<NodeId>, Event)) -> bool {
        if player.run.outcome().is_some() {
            return false;
        }
        let state = |step: StepId| player.run.get(step).map(|step| step.state);
        let fits = match event {
            Event::Started { .. } => false,
            Event::Evaluated { step, result } => {
                player.node(*step) == node.as_ref() && player.work_out(*step).is_some_and(|worked_out| worked_out == *result)
            }
            Event::Answered { step, result: Ok(Answer::Person(_)) } => state(*step) == Some(StepState::Asking),
            // That it was asked the same is known from the evaluation. An answer that nobody wants any more is part of a journal, too.
            Event::Answered { step, .. } => state(*step).is_some(),
            Event::Decided { step, .. } | Event::Edited { step, .. } => state(*step).is_some(),
            Event::Woke { timer } => player.is_due(*timer, *at),
            Event::Signalled { .. } | Event::TakenUp { .. } | Event::Continued { .. } | Event::Rested { .. } | Event::Stopped { .. } => {
                true
            }
        };
        if !fits {
            return false;
        }
        match event {
            Event::Evaluated { step, result } => {
                player.worked_out(*step);
                if result.as_ref().is_ok_and(|ask| request(ask).is_some()) {
                    self.use_up(*step);
                }
            }
            Event::Signalled { signal } => {
                if let Some((_, is_used)) = self.signals.iter_mut().find(|(known, is_used)| !is_used && known == signal) {
                    *is_used = true;
                }
            }
            _ => {}
        }
        player.feed(*at, event.clone());
        true
    }

    /// A step asks for what it asked for when it was recorded.
    fn use_up(&mut self, step: StepId) {
        let Some(recorded) = self.of_step.get(&step).and_then(|at| self.recorded.get_mut(*at)) else { return };
        recorded.is_used = true;
        *self.counts.entry(recorded.node.clone()).or_default() += 1;
    }

    /// What was asked before the run became another is answered as it was recorded.
    fn hand_over(&mut self, player: &mut Player) {
        let open: Vec<(StepId, Moment)> = player.open.iter().map(|(step, (asked, _))| (*step, *asked)).collect();
        for (step, asked) in open {
            let Some(recorded) = self.of_step.get(&step).and_then(|at| self.recorded.get(*at)) else { continue };
            if let Some((at, answer)) = recorded.answer.clone() {
                player.answer_after(step, asked, Answered { answer, after_us: at.since(recorded.asked) });
            }
        }
    }

    /// Finds what was answered to a request, and notes where it is not the recorded one.
    fn find(&mut self, node: &NodeId, request: &Request) -> Option<Answered<Result<Answer, Failure>>> {
        let count = self.counts.entry(node.clone()).or_default();
        *count += 1;
        let count = *count;
        let table = self.recorded.iter().map(|recorded| (&recorded.node, &recorded.request, recorded.state()));
        let chosen = choose(table, node, request);
        if let Some(found) = chosen.departs {
            let recorded = self.recorded.iter().filter(|recorded| recorded.node == *node).nth(count - 1);
            let recorded = recorded.map(|recorded| recorded.request.clone());
            self.departures.push(Departure { node: node.clone(), count, recorded, asked: request.clone(), found });
        }
        let recorded = self.recorded.get_mut(chosen.at?)?;
        recorded.is_used = true;
        let (at, answer) = recorded.answer.clone()?;
        Some(Answered { answer, after_us: at.since(recorded.asked) })
    }
}

impl Answers for Tape {
    fn answer(&mut self, asked: Asked<'_>) -> Option<Answered<Result<Answer, Failure>>> {
        let found = self.find(asked.node, asked.request);
        match asked.request {
            Request::Call { server, tool, .. } => found.or_else(|| {
                let message = format!("the cassette has no answer of the tool `{tool}` of the server `{server}` to these arguments");
                let failure = Failure::new(FailureKind::Server, message).with_remedy("record it anew on the graph as it is now");
                Some(Answered::at_once(Err(failure)))
            }),
            Request::Run { .. } | Request::Emit { .. } | Request::Ask { .. } => found,
        }
    }

    fn reply(&mut self, asked: Asked<'_>, _: &Approval) -> Option<Answered<Reply>> {
        match self.find(asked.node, asked.request)? {
            Answered { answer: Ok(Answer::Person(answer)), after_us } => Some(Answered { answer, after_us }),
            _ => None,
        }
    }

    fn signal(&mut self, event: &str) -> Option<Answered<Arc<Signal>>> {
        let (signal, is_used) = self.signals.iter_mut().find(|(signal, is_used)| !is_used && *signal.event == *event)?;
        *is_used = true;
        Some(Answered::at_once(signal.clone()))
    }

    fn script(&mut self, tool: &ToolRef) -> Result<Script, Failure> {
        (self.scripts)(tool)
    }
}

/// What a node asks of the world; none where that is only time, or of its own run.
fn request(ask: &Ask) -> Option<Request> {
    match ask {
        Ask::Call { server, tool, args } => Some(Request::Call { server: server.clone(), tool: tool.clone(), args: args.clone() }),
        Ask::Run { tool, args } => Some(Request::Run { tool: tool.clone(), args: args.clone() }),
        Ask::Emit { event, detail } => {
            let signal = Signal { id: String::new(), event: event.clone(), detail: detail.clone() };
            Some(Request::Emit { signal: Arc::new(signal) })
        }
        Ask::Approve { approval } => Some(Request::Ask { message: approval.message.clone() }),
        Ask::Done { .. } | Ask::Choose { .. } | Ask::Wait { .. } | Ask::Hear { .. } => None,
        Ask::Fork { .. } | Ask::Each { .. } | Ask::End => None,
    }
}
