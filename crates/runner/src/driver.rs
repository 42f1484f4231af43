//! The loop that carries out what a run asks and feeds it what comes back.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expr::{Cancel, Limits};
use futures::FutureExt;
use futures::future::join_all;
use graph::ServerName;
use nodes::{Answer, Failure, FailureKind, Signal, ToolRef};
use run::{Effect, Event, Moment, Outcome, Run, RunFailure, StepId, StopReason, Task, Timer};
use rustc_hash::FxHashMap;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::child::{Child, run_child, seed_of};
use crate::clock::{Clock, wall};
use crate::debug::Debug;
use crate::handle::{Listener, Parked, Rest, Told};
use crate::held::Held;
use crate::job::Job;
use crate::journal::Journal;
use crate::lane;
use crate::said::{Refused, Said};
use crate::tools::{Progress, ToolCall, Tools};

mod pausing;

use pausing::Begun;

/// An expression that takes longer than this leaves the run's own task.
const AT_ONCE: Duration = Duration::from_millis(5);

/// How many events a run may take before what it keeps back is let go and others get their turn on the thread, and for how long.
const TURN: u32 = 64;
const TURN_TIME: Duration = Duration::from_millis(1);

/// How far the next timer of a run that is parked must lie ahead.
const LONG_WAIT: Duration = Duration::from_secs(60);

/// How often a run that waits for a time looks whether the machine has slept meanwhile: its timers stood still then.
const LOOK: Duration = Duration::from_secs(10);

/// How long it may take to find out whether a call can be made again.
const HINT: Duration = Duration::from_secs(30);

/// What comes to a run.
pub(crate) enum Message {
    Event(Event),
    Progress(StepId, Progress),
    Said(Said, oneshot::Sender<Result<(), Refused>>),
    Leave,
}

/// What a run is carried out with.
pub(crate) struct Host {
    pub(crate) job: Job,
    pub(crate) limits: Limits,
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) listener: Listener,
    pub(crate) depth: usize,
    pub(crate) parks: Option<Duration>,
    pub(crate) debug: Option<Debug>,
}

/// What a run's task does next.
enum Next {
    Event(Event),
    Park,
    Leave,
}

/// How a run's task ends.
enum End {
    Ended(Outcome),
    Parked,
    Left,
}

/// What is under way for a step, so that it can be cancelled.
enum UnderWay {
    Expression(Cancel),
    Call(CancellationToken),
    /// A run, which can be let go of, too.
    Run {
        cancel: CancellationToken,
        leave: CancellationToken,
    },
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
    /// What came while the run was held, in its order: it is read before the inbox.
    aside: VecDeque<Message>,
    debug: Option<Debug>,
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
    parks: Option<Duration>,
    under_way: FxHashMap<StepId, UnderWay>,
    /// What is to be told and asked once the journal has settled, in its order.
    held: VecDeque<Held>,
    /// The steps for which something is kept back that is still to be asked.
    to_ask: HashSet<StepId>,
    /// Whether the journal was handed events that it may not have written yet.
    is_unsettled: bool,
    outcome: Option<Outcome>,
    rests: watch::Sender<Option<Rest>>,
}

impl Driver {
    pub(crate) fn new(
        host: Host,
        run: Arc<Mutex<Run>>,
        messages: mpsc::UnboundedSender<Message>,
        inbox: mpsc::UnboundedReceiver<Message>,
        rests: watch::Sender<Option<Rest>>,
    ) -> Self {
        let Host { job, limits, journal, listener, depth, parks, debug } = host;
        let quick = Limits { time: Some(limits.time.map_or(AT_ONCE, |time| time.min(AT_ONCE))), ..limits.clone() };
        let now = Instant::now();
        let last = run.lock().unwrap_or_else(PoisonError::into_inner).now();
        Self {
            run,
            job,
            limits,
            quick,
            journal,
            listener,
            depth,
            clock: Clock::start(now, wall(), last),
            messages,
            inbox,
            aside: VecDeque::new(),
            debug,
            ready: VecDeque::new(),
            unwanted: HashSet::new(),
            timers: BinaryHeap::new(),
            timer_of: FxHashMap::default(),
            next_timer: 0,
            now,
            turn_began: now,
            turn: 0,
            parks,
            under_way: FxHashMap::default(),
            held: VecDeque::new(),
            to_ask: HashSet::new(),
            is_unsettled: false,
            outcome: None,
            rests,
        }
    }

    /// Feeds the run until it has ended, is parked, or was let go. Without a first event it is taken up from where its journal
    /// left it.
    pub(crate) async fn drive(mut self, first: Option<Event>) {
        let first = match first {
            Some(started) => started,
            None => {
                let (calls, runs) = {
                    let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
                    (run.calls_under_way(), run.runs_under_way())
                };
                taken_up(self.job.tools.clone(), calls, runs).await
            }
        };
        let end = self.run_on(first).await.unwrap_or_else(|failure| {
            // What was not written is told to nobody.
            self.held.clear();
            End::Ended(Outcome::Failed { failure: RunFailure { node: None, failure } })
        });
        for (_, under_way) in self.under_way.drain() {
            match (under_way, &end) {
                (UnderWay::Run { leave, .. }, End::Left) => leave.cancel(),
                (under_way, _) => under_way.cancel(),
            }
        }
        let rest = match end {
            End::Ended(outcome) => Rest::Ended(outcome),
            End::Parked => Rest::Parked(self.parked()),
            End::Left => Rest::Ended(Outcome::Stopped { reason: StopReason::Shutdown }),
        };
        match &rest {
            Rest::Ended(outcome) => (self.listener)(Told::Ended(outcome)),
            Rest::Parked(parked) => (self.listener)(Told::Parked(parked)),
        }
        self.rests.send_replace(Some(rest));
    }

    /// The run had ended before, and whoever heard of that may be gone.
    pub(crate) fn rest(self, outcome: Outcome) {
        (self.listener)(Told::Ended(&outcome));
        self.rests.send_replace(Some(Rest::Ended(outcome)));
    }

    /// Takes one event after another. A failure is the journal's.
    async fn run_on(&mut self, first: Event) -> Result<End, Failure> {
        let mut next = Next::Event(first);
        loop {
            if let (Next::Event(event), true) = (&next, self.is_watched())
                && let Some(instead) = self.before(event).await?
            {
                next = instead;
            }
            let event = match next {
                Next::Event(event) => event,
                Next::Leave => {
                    self.settle().await?;
                    return Ok(End::Left);
                }
                Next::Park => match self.stopped_at_the_last_moment() {
                    None => return Ok(End::Parked),
                    Some(stopped) => stopped,
                },
            };
            self.take(event);
            if let Some(outcome) = self.outcome.take() {
                self.settle().await?;
                return Ok(End::Ended(outcome));
            }
            self.take_turns().await?;
            next = self.next().await?;
        }
    }

    /// Lets nobody say anything any more; a stop that was said already is heard. Everybody else is told that the run is gone.
    fn stopped_at_the_last_moment(&mut self) -> Option<Event> {
        self.inbox.close();
        std::iter::from_fn(|| self.inbox.try_recv().ok()).find_map(|message| match message {
            Message::Event(stopped @ Event::Stopped { .. }) => Some(stopped),
            Message::Event(_) | Message::Progress(..) | Message::Said(..) | Message::Leave => None,
        })
    }

    /// How long the run may go on waiting before it is parked; none where it does more than wait, or not for long.
    fn may_park(&self) -> Option<Duration> {
        let linger = self.parks.filter(|_| self.under_way.is_empty() && self.journal.lasts())?;
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        let long = i64::try_from(LONG_WAIT.as_micros()).unwrap_or(i64::MAX);
        let is_far = |at: Moment| at.0.saturating_sub(self.clock.at(self.now).0) >= long;
        (run.only_waits() && run.wakes_at().is_none_or(is_far)).then_some(linger)
    }

    fn parked(&self) -> Parked {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        Parked { waits: run.waiting(), until: run.wakes_at() }
    }

    /// The next event: from outside first, so that a stop is heard while expressions follow upon each other.
    async fn next(&mut self) -> Result<Next, Failure> {
        loop {
            if self.is_watched()
                && let Some(next) = self.while_another_is_held().await?
            {
                return Ok(next);
            }
            if let Some(message) = self.aside.pop_front().or_else(|| self.inbox.try_recv().ok()) {
                match self.read(message) {
                    Some(next) => return Ok(next),
                    None => continue,
                }
            }
            if let Some(timer) = self.due() {
                return Ok(Next::Event(Event::Woke { timer }));
            }
            if let Some((step, task)) = self.ready.pop_front() {
                if self.unwanted.remove(&step) {
                    continue;
                }
                let task = match self.is_watched() && task.begins() {
                    false => task,
                    true => match self.ask_debugger(step, task).await? {
                        Begun::Evaluate(task) => task,
                        Begun::Next(next) => return Ok(next),
                    },
                };
                if let Some(event) = self.evaluate(step, task) {
                    return Ok(Next::Event(event));
                }
                continue;
            }
            if self.is_unsettled {
                self.settle().await?;
                self.begin_turn();
                continue;
            }
            if let Some(linger) = self.may_park() {
                let Ok(message) = tokio::time::timeout(linger.min(LONG_WAIT), self.inbox.recv()).await else { return Ok(Next::Park) };
                self.begin_turn();
                match message.and_then(|message| self.read(message)) {
                    Some(next) => return Ok(next),
                    None => continue,
                }
            }
            let wake = self.timers.peek().map(|Reverse((at, _))| (*at).min(self.now + LOOK));
            let held = held(self.debug.as_ref());
            let message = tokio::select! {
                message = self.inbox.recv() => message,
                () = until(wake) => None,
                () = held => None,
            };
            self.begin_turn();
            if let Some(held_us) = self.clock.slept(self.now, wall()) {
                // What came while it woke comes after it.
                self.aside.extend(message);
                return Ok(Next::Event(Event::Continued { held_us }));
            }
            if let Some(next) = message.and_then(|message| self.read(message)) {
                return Ok(next);
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
            if held.asks_for().is_some_and(|step| !self.to_ask.remove(&step)) {
                // It was given up before it was asked for.
                continue;
            }
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
                Held::Emit { step, signal } => self.emit(step, signal),
                Held::Taken(done) => {
                    // Whoever does not wait for the answer needs none.
                    let _gone = done.send(Ok(()));
                }
                Held::Cancel(step) => {
                    if let Some(under_way) = self.under_way.remove(&step) {
                        under_way.cancel();
                    }
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, message: Message) -> Option<Next> {
        match message {
            Message::Event(event) => Some(Next::Event(event)),
            Message::Progress(step, progress) => {
                (self.listener)(Told::Progress(step, progress));
                None
            }
            Message::Said(said, done) => {
                let admitted = said.admitted(&self.run.lock().unwrap_or_else(PoisonError::into_inner), &self.job);
                match admitted {
                    Ok(event) => {
                        // The event is taken before the journal settles the next time.
                        self.held.push_back(Held::Taken(done));
                        Some(Next::Event(event))
                    }
                    Err(refused) => {
                        // Whoever does not wait for the answer needs none.
                        let _gone = done.send(Err(refused));
                        None
                    }
                }
            }
            Message::Leave => Some(Next::Leave),
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
        if matches!(event, Event::Continued { .. }) {
            // The run sets them anew.
            self.timers.clear();
            self.timer_of.clear();
        }
        let effects = self.run.lock().unwrap_or_else(PoisonError::into_inner).step(at, event);
        for effect in effects {
            self.carry_out(effect);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Evaluate { step, task } => self.ready.push_back((step, task)),
            Effect::Call { step, server, tool, args } => self.ask(Held::Call { step, server, tool, args }, step),
            Effect::RunTool { step, tool, args } => self.ask(Held::RunTool { step, tool, args }, step),
            Effect::Emit { step, signal } => self.ask(Held::Emit { step, signal }, step),
            Effect::Wake { timer, after_us } => self.wake(timer, after_us),
            Effect::Cancel { step } => self.cancel(step),
            Effect::Tell(fact) => self.held.push_back(Held::Tell(fact)),
            Effect::Finish(outcome) => {
                self.outcome = Some(self.job.checked(&self.run.lock().unwrap_or_else(PoisonError::into_inner), outcome))
            }
        }
    }

    fn ask(&mut self, asks: Held, step: StepId) {
        self.to_ask.insert(step);
        self.held.push_back(asks);
    }

    fn cancel(&mut self, step: StepId) {
        match self.under_way.get(&step) {
            Some(UnderWay::Call(_) | UnderWay::Run { .. }) => self.held.push_back(Held::Cancel(step)),
            Some(UnderWay::Expression(_)) => {
                if let Some(under_way) = self.under_way.remove(&step) {
                    under_way.cancel();
                }
            }
            None if self.to_ask.remove(&step) => {}
            None => _ = self.unwanted.insert(step),
        }
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
            step,
            trace: None,
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
        let (cancel, leave) = (CancellationToken::new(), CancellationToken::new());
        self.under_way.insert(step, UnderWay::Run { cancel: cancel.clone(), leave: leave.clone() });
        let (messages, tools, limits, depth) = (self.messages.clone(), self.job.tools.clone(), self.limits.clone(), self.depth + 1);
        let (seed, debug) = {
            let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
            let debug = self.debug.as_ref().and_then(|debug| Some(debug.within(pausing::caller(&run, step)?)));
            (seed_of(&run, step), debug)
        };
        let (above, to, rested) = (self.listener.clone(), self.messages.clone(), AtomicBool::new(false));
        let listener: Listener = Arc::new(move |told| {
            if let Told::Step(run, _) = &told {
                let rests = run.only_waits();
                if rested.swap(rests, Ordering::Relaxed) != rests {
                    let _ended = to.send(Message::Event(Event::Rested { step, rests }));
                }
            }
            match told {
                // Whoever holds runs hears of a whole family alike.
                Told::Paused(_) | Told::Continued => above(told),
                told => above(Told::Below(step, &told)),
            }
        });
        tokio::spawn(async move {
            let result = async {
                let beneath = tools.job(step, tool).await?;
                let child = Child { arguments: Value::clone(&args), seed, limits, depth, cancel, leave, debug, listener };
                run_child(beneath, child).await
            };
            let result = result.await.map(Answer::Value);
            let _ended = messages.send(Message::Event(Event::Answered { step, result }));
        });
    }

    fn emit(&mut self, step: StepId, signal: Arc<Signal>) {
        self.under_way.insert(step, UnderWay::Call(CancellationToken::new()));
        let (messages, id) = (self.messages.clone(), Value::from(signal.id.as_str()));
        let told = self.job.tools.emit(signal);
        tokio::spawn(async move {
            let told = AssertUnwindSafe(told).catch_unwind().await;
            let result = told.unwrap_or_else(|_| Err(broken())).map(|()| Answer::Value(Arc::new(id)));
            let _ended = messages.send(Message::Event(Event::Answered { step, result }));
        });
    }
}

/// The event by which a run goes on from its journal: of each call that was under way the tool is asked whether it may be made
/// again, and of each run beneath whether it goes on.
async fn taken_up(tools: Arc<dyn Tools>, calls: Vec<(StepId, ServerName, String)>, runs: Vec<(StepId, ToolRef)>) -> Event {
    let runs = runs.into_iter().map(|(step, tool)| {
        let goes_on = tokio::time::timeout(HINT, tools.goes_on(step, tool));
        async move { goes_on.await.unwrap_or(false).then_some(step) }
    });
    let calls = calls.into_iter().map(|(step, server, tool)| {
        let may_repeat = tokio::time::timeout(HINT, tools.may_repeat(&server, &tool));
        async move { may_repeat.await.unwrap_or(false).then_some(step) }
    });
    let (calls, runs) = futures::join!(join_all(calls), join_all(runs));
    Event::TakenUp { repeats: calls.into_iter().chain(runs).flatten().collect() }
}

/// Waits for a point in time; for ever where there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits until somebody holds a run of the same family.
fn held(debug: Option<&Debug>) -> impl Future<Output = ()> + use<> {
    let debug = debug.cloned();
    async move {
        match debug {
            Some(debug) => debug.held().await,
            None => std::future::pending().await,
        }
    }
}

fn broken() -> Failure {
    Failure::new(FailureKind::Server, "the call broke off inside Patchbay").with_remedy("look into the log, and report it")
}

impl UnderWay {
    fn cancel(self) {
        match self {
            UnderWay::Expression(cancel) => cancel.cancel(),
            UnderWay::Call(cancel) | UnderWay::Run { cancel, .. } => cancel.cancel(),
        }
    }
}
