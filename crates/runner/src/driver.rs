//! The loop that carries out what a run asks and feeds it what comes back.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expr::{Cancel, Limits};
use futures::FutureExt;
use graph::ServerName;
use nodes::{Answer, Failure, FailureKind, ToolRef};
use run::{Effect, Event, Outcome, Part, Run, RunFailure, Seen, StepId, StopReason, Task, Timer};
use rustc_hash::FxHashMap;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::handle::{Listener, Start, Told, start};
use crate::held::{Held, take_back};
use crate::job::Job;
use crate::journal::{Journal, MemoryJournal};
use crate::lane;
use crate::tools::{Progress, ToolCall};

/// An expression that takes longer than this leaves the run's own task.
const AT_ONCE: Duration = Duration::from_millis(5);

/// How many events a run may take before what it keeps back is let go and others get their turn on the thread, and for how long.
const TURN: u32 = 64;
const TURN_TIME: Duration = Duration::from_millis(1);

/// How many `call` nodes may lie above a run.
const MAX_DEPTH: usize = 32;

/// What comes back to a run.
pub(crate) enum Message {
    Event(Event),
    Progress(StepId, Progress),
}

/// What is under way for a step, so that it can be cancelled.
enum UnderWay {
    Expression(Cancel),
    Call(CancellationToken),
}

pub(crate) struct Driver {
    run: Arc<Mutex<Run>>,
    job: Job,
    limits: Limits,
    quick: Limits,
    journal: Box<dyn Journal>,
    listener: Listener,
    depth: usize,
    clock: Clock,
    messages: mpsc::UnboundedSender<Message>,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// Work to be done on the spot, one after the other, so that a stop is heard in between.
    ready: VecDeque<(StepId, Task)>,
    /// Steps that were given up while their work was still to be done.
    unwanted: HashSet<StepId>,
    timers: BinaryHeap<Reverse<(Instant, u64)>>,
    timer_of: FxHashMap<u64, Timer>,
    next_timer: u64,
    /// When the latest event was taken.
    now: Instant,
    /// Since when this run has the thread, and how much it has done since.
    turn_began: Instant,
    turn: u32,
    seed: u64,
    part: Part,
    seen: Option<Arc<Seen>>,
    under_way: FxHashMap<StepId, UnderWay>,
    /// What is to be told and asked once the journal has settled, in its order.
    held: VecDeque<Held>,
    /// Whether the journal was handed events that it may not have written yet.
    is_unsettled: bool,
    outcome: Option<Outcome>,
    ended: watch::Sender<Option<Outcome>>,
}

impl Driver {
    pub(crate) fn new(
        start: Start,
        run: Arc<Mutex<Run>>,
        messages: mpsc::UnboundedSender<Message>,
        inbox: mpsc::UnboundedReceiver<Message>,
        ended: watch::Sender<Option<Outcome>>,
    ) -> Self {
        let quick = Limits { time: Some(start.limits.time.map_or(AT_ONCE, |time| time.min(AT_ONCE))), ..start.limits.clone() };
        let now = Instant::now();
        Self {
            run,
            job: start.job,
            limits: start.limits,
            quick,
            journal: start.journal,
            listener: start.listener,
            depth: start.depth,
            clock: Clock::start(now),
            messages,
            inbox,
            ready: VecDeque::new(),
            unwanted: HashSet::new(),
            timers: BinaryHeap::new(),
            timer_of: FxHashMap::default(),
            next_timer: 0,
            now,
            turn_began: now,
            turn: 0,
            seed: start.seed,
            part: start.part,
            seen: start.seen,
            under_way: FxHashMap::default(),
            held: VecDeque::new(),
            is_unsettled: false,
            outcome: None,
            ended,
        }
    }

    /// Feeds the run until it has ended.
    pub(crate) async fn drive(mut self, arguments: Arc<Value>) {
        let (part, seen) = (self.part.clone(), self.seen.take());
        let started = Event::Started { arguments, seed: self.seed, part, seen };
        let outcome = self.run_on(started).await.unwrap_or_else(|failure| {
            // What was not written is told to nobody.
            self.held.clear();
            Outcome::Failed { failure: RunFailure { node: None, failure } }
        });
        for (_, under_way) in self.under_way.drain() {
            under_way.cancel();
        }
        (self.listener)(Told::Ended(&outcome));
        self.ended.send_replace(Some(outcome));
    }

    /// Takes one event after another. A failure is the journal's.
    async fn run_on(&mut self, first: Event) -> Result<Outcome, Failure> {
        let mut event = first;
        loop {
            self.take(event);
            if let Some(outcome) = self.outcome.take() {
                self.settle().await?;
                return Ok(outcome);
            }
            self.take_turns().await?;
            event = self.next().await?;
        }
    }

    /// The next event: from outside first, so that a stop is heard while expressions follow upon each other.
    async fn next(&mut self) -> Result<Event, Failure> {
        loop {
            if let Ok(message) = self.inbox.try_recv() {
                match self.read(message) {
                    Some(event) => return Ok(event),
                    None => continue,
                }
            }
            if let Some(timer) = self.due() {
                return Ok(Event::Woke { timer });
            }
            if let Some((step, task)) = self.ready.pop_front() {
                if !self.unwanted.remove(&step)
                    && let Some(event) = self.evaluate(step, task)
                {
                    return Ok(event);
                }
                continue;
            }
            if self.is_unsettled {
                self.settle().await?;
                self.begin_turn();
                continue;
            }
            let wake = self.timers.peek().map(|Reverse((at, _))| *at);
            let message = match wake {
                Some(at) => tokio::time::timeout_at(at, self.inbox.recv()).await.ok().flatten(),
                None => self.inbox.recv().await,
            };
            self.begin_turn();
            if let Some(event) = message.and_then(|message| self.read(message)) {
                return Ok(event);
            }
        }
    }

    fn begin_turn(&mut self) {
        self.now = Instant::now();
        (self.turn_began, self.turn) = (self.now, 0);
    }

    /// Waits until the journal has all that the run was fed with, then tells and asks what was kept back.
    async fn settle(&mut self) -> Result<(), Failure> {
        self.journal.settle().await?;
        self.is_unsettled = false;
        let run = self.run.clone();
        while let Some(held) = self.held.pop_front() {
            match held {
                Held::Tell(fact) => {
                    // Facts come in rows: the run is locked once for each row, and never while something is asked.
                    let run = run.lock().unwrap_or_else(PoisonError::into_inner);
                    (self.listener)(Told::Step(&run, fact));
                    while let Some(Held::Tell(fact)) = self.held.pop_front_if(|held| matches!(held, Held::Tell(_))) {
                        (self.listener)(Told::Step(&run, fact));
                    }
                }
                Held::Call { step, server, tool, args } => self.call(step, server, tool, args),
                Held::RunTool { step, tool, args } => self.run_tool(step, tool, args),
                Held::Cancel(step) => {
                    if let Some(under_way) = self.under_way.remove(&step) {
                        under_way.cancel();
                    }
                }
            }
        }
        Ok(())
    }

    fn read(&self, message: Message) -> Option<Event> {
        match message {
            Message::Event(event) => Some(event),
            Message::Progress(step, progress) => {
                (self.listener)(Told::Progress(step, progress));
                None
            }
        }
    }

    /// Ends the turn when it has lasted long enough: what was kept back is let go, and others get the thread.
    async fn take_turns(&mut self) -> Result<(), Failure> {
        self.turn += 1;
        if self.turn >= TURN || self.now.duration_since(self.turn_began) >= TURN_TIME {
            self.settle().await?;
            tokio::task::yield_now().await;
            self.begin_turn();
        }
        Ok(())
    }

    fn due(&mut self) -> Option<Timer> {
        let Reverse((at, id)) = *self.timers.peek()?;
        if at > self.now {
            return None;
        }
        self.timers.pop();
        self.timer_of.remove(&id)
    }

    /// Hands an event to the journal, feeds it to the run, and carries out what the run then asks: at once what is pure, the
    /// rest when the journal has settled.
    fn take(&mut self, event: Event) {
        self.now = Instant::now();
        let at = self.clock.at(self.now);
        self.journal.append(at, &event);
        self.is_unsettled = true;
        if let Event::Answered { step, .. } | Event::Evaluated { step, .. } = &event {
            self.under_way.remove(step);
        }
        let effects = self.run.lock().unwrap_or_else(PoisonError::into_inner).step(at, event);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Evaluate { step, task } => self.ready.push_back((step, task)),
            Effect::Call { step, server, tool, args } => self.held.push_back(Held::Call { step, server, tool, args }),
            Effect::RunTool { step, tool, args } => self.held.push_back(Held::RunTool { step, tool, args }),
            Effect::Wake { timer, after_us } => self.wake(timer, after_us),
            Effect::Cancel { step } => self.cancel(step),
            Effect::Tell(fact) => self.held.push_back(Held::Tell(fact)),
            Effect::Finish(outcome) => self.outcome = Some(self.checked(outcome)),
        }
    }

    fn cancel(&mut self, step: StepId) {
        match self.under_way.get(&step) {
            Some(UnderWay::Call(_)) => self.held.push_back(Held::Cancel(step)),
            Some(UnderWay::Expression(_)) => {
                if let Some(under_way) = self.under_way.remove(&step) {
                    under_way.cancel();
                }
            }
            None if take_back(&mut self.held, step) => {}
            None => _ = self.unwanted.insert(step),
        }
    }

    /// A result that does not fit the tool's schema is a failure. What a part of the tool gives is another node's.
    fn checked(&self, outcome: Outcome) -> Outcome {
        if self.part.is_whole()
            && let Outcome::Done { result } = &outcome
            && let Err(failure) = self.job.schemas.check_output(&self.job.plan.tool, result)
        {
            return Outcome::Failed { failure: RunFailure { node: None, failure } };
        }
        outcome
    }

    fn wake(&mut self, timer: Timer, after_us: u64) {
        // A century is as good as never, and stays within what the clock can count.
        let after = Duration::from_micros(after_us).min(Duration::from_secs(3_153_600_000));
        let id = self.next_timer;
        self.next_timer += 1;
        self.timers.push(Reverse((self.now + after, id)));
        self.timer_of.insert(id, timer);
    }

    /// Does a node's own work here if it is quick, and on the slow lane if it is not: doing it twice gives the same.
    fn evaluate(&mut self, step: StepId, task: Task) -> Option<Event> {
        let result = task.perform(&self.quick, &Cancel::new());
        if !result.as_ref().is_err_and(|failure| failure.kind == FailureKind::Limit) {
            return Some(Event::Evaluated { step, result });
        }
        let cancel = Cancel::new();
        self.under_way.insert(step, UnderWay::Expression(cancel.clone()));
        let (limits, messages) = (self.limits.clone(), self.messages.clone());
        lane::run(move || {
            let result = task.perform(&limits, &cancel);
            // The task shares the run's scope: it goes before the run moves on.
            drop(task);
            let _ended = messages.send(Message::Event(Event::Evaluated { step, result }));
        });
        None
    }

    fn call(&mut self, step: StepId, server: ServerName, tool: String, args: Arc<Value>) {
        let cancel = CancellationToken::new();
        self.under_way.insert(step, UnderWay::Call(cancel.clone()));
        let progress = self.messages.clone();
        let call = self.job.tools.call(ToolCall {
            server,
            tool,
            args,
            cancel,
            progress: Box::new(move |told| {
                let _ended = progress.send(Message::Progress(step, told));
            }),
        });
        let messages = self.messages.clone();
        tokio::spawn(async move {
            // Whoever answers may be at fault; the run must hear of it, or it would wait for ever.
            let answered = AssertUnwindSafe(call).catch_unwind().await;
            let result = answered.unwrap_or_else(|_| Err(broken())).map(Answer::Tool);
            let _ended = messages.send(Message::Event(Event::Answered { step, result }));
        });
    }

    fn run_tool(&mut self, step: StepId, tool: ToolRef, args: Arc<Value>) {
        let cancel = CancellationToken::new();
        self.under_way.insert(step, UnderWay::Call(cancel.clone()));
        let (messages, tools, limits, depth) = (self.messages.clone(), self.job.tools.clone(), self.limits.clone(), self.depth + 1);
        let seed = self.seed.rotate_left(17) ^ u64::from(step.0);
        tokio::spawn(async move {
            let result = async {
                if depth > MAX_DEPTH {
                    return Err(Failure::new(FailureKind::Limit, format!("`call` nodes are nested {MAX_DEPTH} deep, which is the limit"))
                        .with_remedy("look for tools that call each other without end"));
                }
                let job = tools.job(tool).await?;
                run_child(job, Value::clone(&args), seed, limits, depth, cancel).await
            };
            let result = result.await.map(Answer::Value);
            let _ended = messages.send(Message::Event(Event::Answered { step, result }));
        });
    }
}

fn broken() -> Failure {
    Failure::new(FailureKind::Server, "the call broke off inside Patchbay").with_remedy("look into the log, and report it")
}

async fn run_child(
    job: Job,
    arguments: Value,
    seed: u64,
    limits: Limits,
    depth: usize,
    cancel: CancellationToken,
) -> Result<Arc<Value>, Failure> {
    let name = job.plan.tool.clone();
    let journal = Box::new(MemoryJournal::default());
    let (part, listener) = (Part::default(), Arc::new(|_: Told<'_>| {}));
    let child = start(Start { job, arguments, part, seen: None, seed, limits, journal, listener, depth })?;
    let outcome = tokio::select! {
        outcome = child.outcome() => outcome,
        () = cancel.cancelled() => {
            child.stop(StopReason::Asked);
            child.outcome().await
        }
    };
    match outcome {
        Outcome::Done { result } => Ok(result),
        Outcome::Failed { failure } => {
            let kind = if failure.failure.kind == FailureKind::Limit { FailureKind::Limit } else { FailureKind::Run };
            Err(Failure { kind, message: format!("the tool `{name}` failed: {failure}"), remedy: None })
        }
        Outcome::Stopped { .. } => Err(Failure::new(FailureKind::Cancelled, format!("the tool `{name}` was stopped"))),
    }
}

impl UnderWay {
    fn cancel(self) {
        match self {
            UnderWay::Expression(cancel) => cancel.cancel(),
            UnderWay::Call(cancel) => cancel.cancel(),
        }
    }
}
