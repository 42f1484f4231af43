//! Carries a run out without the world: answers come from a recording or are made up, and time passes as fast as it is asked for.
//! Knows no tools, no clock and no other tasks; the same answers give the same run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use expr::{Cancel, Limits};
use graph::{Graph, NodeId, Problem, ToolName};
use nodes::{Answer, Approval, Failure, FailureKind, Reply, Signal, ToolRef};
use run::{Effect, Event, Moment, Outcome, Part, Plan, PlanOptions, Run, RunFailure, Seen, StepId, StepState, Task, Timer, WaitsFor};
use serde_json::Value;

use crate::child;
use crate::schema::Schemas;
use crate::tape::Request;

/// A tool that can be played: all of a [`crate::Job`] but the tools that it calls.
#[derive(Clone, Debug)]
pub struct Script {
    /// What a run walks through.
    pub plan: Arc<Plan>,
    /// What goes in and comes out.
    pub schemas: Arc<Schemas>,
}

impl Script {
    /// Freezes and compiles a tool.
    ///
    /// # Errors
    /// The problems that keep it from running.
    pub fn compile(graph: &Graph, tool: &ToolName, options: PlanOptions) -> Result<Self, Vec<Problem>> {
        let plan = Plan::compile(graph, tool, options)?;
        Ok(Self { plan: plan.shared(), schemas: Arc::new(Schemas::of(graph, tool)?) })
    }
}

/// What a step asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The tool whose node it is.
    pub tool: &'a ToolName,
    /// The node.
    pub node: &'a NodeId,
    /// What it asks for.
    pub request: &'a Request,
}

/// What it is answered.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The answer.
    pub answer: T,
    /// After how many microseconds it comes.
    pub after_us: u64,
}

impl<T> Answered<T> {
    /// An answer that comes at once.
    pub fn at_once(answer: T) -> Self {
        Self { answer, after_us: 0 }
    }
}

/// Where a played run gets its answers.
pub trait Answers {
    /// What a call, a `call` node or an `emit` is answered. None leaves it to the player: a `call` node's tool is then played, an
    /// event is told to nobody but this run, and a server's tool fails.
    fn answer(&mut self, asked: Asked<'_>) -> Option<Answered<Result<Answer, Failure>>>;

    /// What a person says to an approval; none where nobody says anything.
    fn reply(&mut self, asked: Asked<'_>, approval: &Approval) -> Option<Answered<Reply>>;

    /// The next event of a type that is told to the run; none where none is.
    fn signal(&mut self, event: &str) -> Option<Answered<Arc<Signal>>>;

    /// The tool that a `call` node runs.
    ///
    /// # Errors
    /// Where there is none.
    fn script(&mut self, tool: &ToolRef) -> Result<Script, Failure>;
}

/// What is played.
pub struct Play {
    /// The tool.
    pub script: Script,
    /// Its arguments.
    pub arguments: Arc<Value>,
    /// How much of it is done.
    pub part: Part,
    /// What stood before the node that it begins at, where that is not the entry.
    pub seen: Option<Arc<Seen>>,
    /// What `$random` comes from.
    pub seed: u64,
    /// When it begins.
    pub at: Moment,
    /// How far each expression may go.
    pub limits: Limits,
}

/// A run that was played to its end.
#[derive(Debug)]
pub struct Played {
    /// The run.
    pub run: Run,
    /// How it ended, as its caller is told.
    pub outcome: Outcome,
    /// Its journal.
    pub journal: Vec<(Moment, Event)>,
    /// The runs that its `call` nodes started, in the order of their beginning.
    pub children: Vec<Played>,
}

/// Plays a run to its end.
///
/// # Errors
/// Where the arguments do not fit the tool's schema; nothing has happened then.
pub fn play(play: Play, answers: &mut dyn Answers) -> Result<Played, Failure> {
    let mut player = Player::begin(play, 0)?;
    player.go_on(answers);
    Ok(player.played())
}

/// Something that is due at a time.
#[derive(Debug)]
enum Due {
    Timer(Timer),
    Event(Event),
}

/// A run on its way.
pub(crate) struct Player {
    pub(crate) run: Run,
    script: Script,
    limits: Limits,
    depth: usize,
    now: Moment,
    pub(crate) journal: Vec<(Moment, Event)>,
    /// Work of nodes that is to be done, in its order.
    ready: VecDeque<(StepId, Task)>,
    /// What was asked and not answered, with when.
    pub(crate) open: BTreeMap<StepId, (Moment, Request)>,
    /// What is due, by time and then in the order in which it was asked for.
    agenda: BinaryHeap<Reverse<(Moment, u64)>>,
    due: HashMap<u64, Due>,
    next: u64,
    /// The steps whose question a person was asked.
    asked_people: HashSet<StepId>,
    /// The steps for which the next event was asked for.
    listening: HashSet<StepId>,
    children: Vec<Played>,
}

impl Player {
    pub(crate) fn begin(play: Play, depth: usize) -> Result<Self, Failure> {
        let Play { script, arguments, part, seen, seed, at, limits } = play;
        // What begins in the middle does not take them as they come from a caller.
        if part.from.is_none() {
            script.schemas.check_input(&script.plan.tool, &arguments)?;
        }
        let mut player = Self {
            run: Run::new(script.plan.clone()),
            script,
            limits,
            depth,
            now: at,
            journal: Vec::new(),
            ready: VecDeque::new(),
            open: BTreeMap::new(),
            agenda: BinaryHeap::new(),
            due: HashMap::new(),
            next: 0,
            asked_people: HashSet::new(),
            listening: HashSet::new(),
            children: Vec::new(),
        };
        player.feed(at, Event::Started { arguments, seed, part, seen, trace: None });
        Ok(player)
    }

    pub(crate) fn played(self) -> Played {
        let broken_off = || Failure::new(FailureKind::Unreached, "the run waits for what nobody gives it");
        let outcome = self.run.outcome().cloned();
        let outcome = outcome.unwrap_or_else(|| Outcome::Failed { failure: RunFailure { node: self.waits_at(), failure: broken_off() } });
        Played { outcome: self.script.schemas.checked(&self.run, outcome), run: self.run, journal: self.journal, children: self.children }
    }

    fn waits_at(&self) -> Option<NodeId> {
        let open = self.run.steps().iter().rev().find(|step| !step.state.has_ended());
        open.map(|step| self.run.plan().node(step.node).id.clone())
    }

    /// The node of a step.
    pub(crate) fn node(&self, step: StepId) -> Option<&NodeId> {
        self.run.get(step).map(|step| &self.run.plan().node(step.node).id)
    }

    /// Takes an event at a time, and notes what the run then wants.
    pub(crate) fn feed(&mut self, at: Moment, event: Event) {
        self.now = at.max(self.now);
        match &event {
            Event::Answered { step, .. } => _ = self.open.remove(step),
            // Whoever goes on waiting after this one waits for the next.
            Event::Signalled { .. } => self.listening.clear(),
            _ => {}
        }
        self.journal.push((at, event.clone()));
        let is_edit = matches!(event, Event::Edited { .. });
        let effects = self.run.step(at, event);
        if is_edit {
            self.ready.iter_mut().for_each(|(step, task)| self.run.renew(*step, task));
        }
        for effect in effects {
            match effect {
                Effect::Evaluate { step, task } => {
                    self.ready.retain(|(other, _)| *other != step);
                    self.ready.push_back((step, task));
                }
                Effect::Call { step, server, tool, args } => self.ask(step, Request::Call { server, tool, args }),
                Effect::RunTool { step, tool, args } => self.ask(step, Request::Run { tool, args }),
                Effect::Emit { step, signal } => self.ask(step, Request::Emit { signal }),
                Effect::Wake { timer, after_us } => self.plan(after_us, Due::Timer(timer)),
                Effect::Cancel { step } => {
                    self.open.remove(&step);
                    self.ready.retain(|(other, _)| *other != step);
                }
                Effect::Tell(_) | Effect::Finish(_) => {}
            }
        }
    }

    fn ask(&mut self, step: StepId, request: Request) {
        self.open.insert(step, (self.now, request));
    }

    fn plan(&mut self, after_us: u64, due: Due) {
        let at = Moment(self.now.0.saturating_add(i64::try_from(after_us).unwrap_or(i64::MAX)));
        self.agenda.push(Reverse((at, self.next)));
        self.due.insert(self.next, due);
        self.next += 1;
    }

    /// Has an answer come to a step that was asked for at some time before.
    pub(crate) fn answer_after(&mut self, step: StepId, asked: Moment, answer: Answered<Result<Answer, Failure>>) {
        let passed = self.now.since(asked);
        self.plan(answer.after_us.saturating_sub(passed), Due::Event(Event::Answered { step, result: answer.answer }));
    }

    /// What a node's own work comes to that is to be done now; none where nothing is to be done for it.
    pub(crate) fn work_out(&self, step: StepId) -> Option<Result<nodes::Ask, Failure>> {
        let (_, task) = self.ready.iter().find(|(ready, _)| *ready == step)?;
        Some(task.perform(&self.limits, &Cancel::new()))
    }

    /// Takes a step's work for done: what it came to is fed next.
    pub(crate) fn worked_out(&mut self, step: StepId) {
        self.ready.retain(|(ready, _)| *ready != step);
    }

    /// Whether a timer was set that has run out by then.
    pub(crate) fn is_due(&mut self, timer: Timer, by: Moment) -> bool {
        let found = self
            .agenda
            .iter()
            .find(|Reverse((at, number))| *at <= by && matches!(self.due.get(number), Some(Due::Timer(known)) if *known == timer));
        let Some(Reverse((_, number))) = found else { return false };
        let number = *number;
        self.agenda.retain(|Reverse((_, other))| *other != number);
        self.due.remove(&number);
        true
    }

    /// Goes on to the end, or until nothing can happen any more.
    pub(crate) fn go_on(&mut self, answers: &mut dyn Answers) {
        let before: Vec<StepId> = self.open.keys().copied().collect();
        // Steps that had asked before have been seen to by whoever began.
        let mut asked: HashSet<StepId> = before.into_iter().collect();
        while self.run.outcome().is_none() {
            if let Some((step, task)) = self.ready.pop_front() {
                let result = task.perform(&self.limits, &Cancel::new());
                drop(task);
                self.feed(self.now, Event::Evaluated { step, result });
                asked.remove(&step);
                self.call_out(&mut asked, answers);
                continue;
            }
            self.call_out(&mut asked, answers);
            self.ask_people(answers);
            let Some(Reverse((at, number))) = self.agenda.pop() else { return };
            match self.due.remove(&number) {
                Some(Due::Timer(timer)) => self.feed(at, Event::Woke { timer }),
                Some(Due::Event(event)) if self.is_wanted(&event) => self.feed(at, event),
                Some(Due::Event(_)) | None => {}
            }
        }
    }

    /// Whether somebody still waits for it.
    fn is_wanted(&self, event: &Event) -> bool {
        match event {
            Event::Answered { step, .. } => {
                self.run.get(*step).is_some_and(|step| matches!(step.state, StepState::Calling | StepState::Asking))
            }
            Event::Signalled { signal } => self.run.hears(&signal.event),
            _ => true,
        }
    }

    /// Has everything answered that was asked and not seen to yet.
    fn call_out(&mut self, asked: &mut HashSet<StepId>, answers: &mut dyn Answers) {
        let new: Vec<(StepId, Request)> =
            self.open.iter().filter(|(step, _)| !asked.contains(step)).map(|(step, (_, request))| (*step, request.clone())).collect();
        for (step, request) in new {
            asked.insert(step);
            let Some(node) = self.node(step).cloned() else { continue };
            let tool = self.script.plan.tool.clone();
            let answered = answers.answer(Asked { tool: &tool, node: &node, request: &request });
            if let Request::Emit { signal } = &request
                && self.run.hears(&signal.event)
            {
                self.plan(0, Due::Event(Event::Signalled { signal: signal.clone() }));
            }
            let answered = answered.unwrap_or_else(|| self.by_itself(step, &request, answers));
            self.plan(answered.after_us, Due::Event(Event::Answered { step, result: answered.answer }));
        }
    }

    /// What is answered where nobody has an answer ready.
    fn by_itself(&mut self, step: StepId, request: &Request, answers: &mut dyn Answers) -> Answered<Result<Answer, Failure>> {
        match request {
            Request::Run { tool, args } => {
                let seed = child::seed_of(&self.run, step);
                let (result, after_us) = self.play_child(tool, args.clone(), seed, answers);
                Answered { answer: result.map(Answer::Value), after_us }
            }
            Request::Emit { signal } => Answered::at_once(Ok(Answer::Value(Arc::new(Value::from(signal.id.as_str()))))),
            Request::Call { server, tool, .. } => {
                let message = format!("there is no answer for the tool `{tool}` of the server `{server}`");
                Answered::at_once(Err(Failure::new(FailureKind::Server, message)))
            }
            Request::Ask { .. } => Answered::at_once(Err(Failure::new(FailureKind::Tool, "nobody can be asked here"))),
        }
    }

    /// Plays the tool of a `call` node, and says how long it took.
    fn play_child(&mut self, tool: &ToolRef, args: Arc<Value>, seed: u64, answers: &mut dyn Answers) -> (Result<Arc<Value>, Failure>, u64) {
        let begun = answers.script(tool).and_then(|script| {
            child::admit(&script.plan, self.depth + 1, true)?;
            let (part, at, limits) = (Part::default(), self.now, self.limits.clone());
            Player::begin(Play { script, arguments: args, part, seen: None, seed, at, limits }, self.depth + 1)
        });
        let mut child = match begun {
            Ok(child) => child,
            Err(failure) => return (Err(failure), 0),
        };
        child.go_on(answers);
        let took = child.now.since(self.now);
        let played = child.played();
        let result = child::answer(&played.run.plan().tool.clone(), played.outcome.clone());
        self.children.push(played);
        (result, took)
    }

    /// Asks whoever the run waits for, each once.
    fn ask_people(&mut self, answers: &mut dyn Answers) {
        let tool = self.script.plan.tool.clone();
        for waits in self.run.waiting() {
            match waits.on {
                WaitsFor::Person(approval) if self.asked_people.insert(waits.step) => {
                    let request = Request::Ask { message: approval.message.clone() };
                    let asked = Asked { tool: &tool, node: &waits.node, request: &request };
                    if let Some(Answered { answer, after_us }) = answers.reply(asked, &approval) {
                        let answer = self.checked(&waits.node, answer);
                        self.plan(after_us, Due::Event(Event::Answered { step: waits.step, result: answer.map(Answer::Person) }));
                    }
                }
                WaitsFor::Event(event) if self.listening.insert(waits.step) => {
                    if let Some(Answered { answer, after_us }) = answers.signal(&event) {
                        self.plan(after_us, Due::Event(Event::Signalled { signal: answer }));
                    }
                }
                WaitsFor::Person(_) | WaitsFor::Event(_) | WaitsFor::Time | WaitsFor::Decision => {}
            }
        }
    }

    /// What a person filled in must fit the form, as it must in a window.
    fn checked(&self, node: &NodeId, reply: Reply) -> Result<Reply, Failure> {
        if let Reply::Approved { values, .. } = &reply {
            self.script.schemas.check_form(node, values)?;
        }
        Ok(reply)
    }
}
