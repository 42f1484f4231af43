//! The one task that writes. All that waits goes into one transaction, so the disk is asked once for many runs; while it is busy, the
//! next lot gathers.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use run::{State, StepId};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::Instant;

use crate::connection::Connection;
use crate::error::Error;
use crate::keeping::{Keeping, prune};
use crate::owner::Owner;
use crate::place::Place;
use crate::record::{Approval, End, NewRun};
use crate::store;
use crate::table;
use crate::table::event::{Lot, Places};

/// After so long without anything to write, there is time for the index and for what need not be kept any more.
const QUIET: Duration = Duration::from_millis(200);
/// How long a store that could not be opened is left alone.
const RETRY: Duration = Duration::from_secs(30);
/// How long those are waited for who were let go together: their next events most often come together, too.
const COMPANY: Duration = Duration::from_millis(1);
/// After so many runs that have ended, old ones are looked for.
const RUNS_BETWEEN: u64 = 32;

/// Whether something is safe: `false` where there is no store, so that nothing can be.
pub(crate) type Settled = Result<bool, Arc<Error>>;

/// Something done with the writer's connection, outside of the group's transaction.
pub(crate) type Work = Box<dyn for<'c> FnOnce(&'c mut Connection, &'c mut Desk) -> BoxFuture<'c, ()> + Send>;

/// What is handed to the writer, in its order.
pub(crate) enum Op {
    Begin(Box<NewRun>),
    Events(Box<Lot>),
    Mark(i64, State),
    Ask(Box<Approval>),
    Answered(i64, StepId),
    End { run: i64, end: Box<End>, events: i64, bytes: i64 },
    Settle(i64, oneshot::Sender<Settled>),
    Work(Work),
    Close(oneshot::Sender<()>),
}

/// What the writer and the handles share.
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) keeping: Keeping,
    queue: Mutex<Queue>,
    work: Notify,
    pub(crate) trouble: watch::Sender<Option<Arc<Error>>>,
}

#[derive(Default)]
struct Queue {
    ops: Vec<Op>,
    phase: Phase,
}

#[derive(Clone, Copy, Default)]
enum Phase {
    /// Nobody has wanted anything yet.
    #[default]
    Idle,
    Writing,
    /// It could not be opened at that time.
    Refused(Instant),
    Closed,
}

/// What the writer knows beside its connection.
#[derive(Default)]
pub(crate) struct Desk {
    owner: Option<Owner>,
    /// Places in the table of events that are this process's to use.
    room: Range<i64>,
    /// Runs of which something could not be written: nothing after it may be.
    broken: HashMap<i64, Arc<Error>>,
    /// How many runs have ended since old ones were looked for.
    ended: u64,
    may_index: bool,
    /// How many were let go together the last time.
    company: usize,
}

impl Desk {
    /// The number under which this process drives runs.
    pub(crate) async fn owner(&mut self, at: &mut Connection, place: &Place) -> Result<i64, Error> {
        if let Some(owner) = &self.owner {
            return Ok(owner.number);
        }
        let owner = Owner::become_one(at, place).await?;
        Ok(self.owner.insert(owner).number)
    }
}

impl Shared {
    pub(crate) fn new(place: Place, keeping: Keeping) -> Self {
        Self { place, keeping, queue: Mutex::default(), work: Notify::new(), trouble: watch::Sender::new(None) }
    }

    pub(crate) fn closed(&self) -> Error {
        Error::Closed { place: self.place.to_string() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that there is a writer; false where there is none and should be none now.
    pub(crate) fn is_writing(self: &Arc<Self>) -> bool {
        let mut queue = self.queue();
        match queue.phase {
            Phase::Writing => return true,
            Phase::Closed => return false,
            Phase::Refused(since) if since.elapsed() < RETRY => return false,
            Phase::Refused(_) | Phase::Idle => queue.phase = Phase::Writing,
        }
        tokio::spawn(write(self.clone()));
        true
    }

    /// Whether there is a writer, who may have something before him that was handed over.
    pub(crate) fn has_writer(&self) -> bool {
        matches!(self.queue().phase, Phase::Writing)
    }

    /// Hands something to the writer. Where there is none, nobody is told: who waits finds that nobody answers.
    pub(crate) fn hand_over(&self, op: Op) {
        self.hand_over_all([op]);
    }

    /// Hands several things to the writer, who takes all of them up together.
    pub(crate) fn hand_over_all(&self, ops: impl IntoIterator<Item = Op>) {
        let mut queue = self.queue();
        if matches!(queue.phase, Phase::Writing) {
            queue.ops.extend(ops);
            drop(queue);
            self.work.notify_one();
            return;
        }
        for op in ops {
            let Op::Settle(_, settled) = op else { continue };
            // What is closed has written all that it was given before.
            let answer = if matches!(queue.phase, Phase::Closed) { Err(Arc::new(self.closed())) } else { Ok(false) };
            let _gone = settled.send(answer);
        }
    }

    /// Ends the writer after all that it was given.
    pub(crate) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        {
            let mut queue = self.queue();
            match queue.phase {
                Phase::Writing => queue.ops.push(Op::Close(closed)),
                Phase::Idle | Phase::Refused(_) | Phase::Closed => {
                    queue.phase = Phase::Closed;
                    return;
                }
            }
        }
        self.work.notify_one();
        let _broken = done.await;
    }

    /// Waits a moment for those who were let go together the last time, so that one transaction does for all.
    async fn gather(&self, mut ops: Vec<Op>, company: usize) -> Vec<Op> {
        let (began, mut counted, mut come) = (std::time::Instant::now(), 0, 0);
        loop {
            come += ops[counted..].iter().filter(|op| matches!(op, Op::Settle(..))).count();
            counted = ops.len();
            if come >= company || began.elapsed() >= COMPANY {
                return ops;
            }
            tokio::task::yield_now().await;
            ops.append(&mut self.queue().ops);
        }
    }

    /// Takes all that waits; waits itself where there is nothing, for as long as it may.
    async fn take(&self, patience: Option<Duration>) -> Vec<Op> {
        loop {
            let ops = std::mem::take(&mut self.queue().ops);
            if !ops.is_empty() {
                return ops;
            }
            match patience {
                Some(patience) if tokio::time::timeout(patience, self.work.notified()).await.is_err() => return Vec::new(),
                Some(_) => {}
                None => self.work.notified().await,
            }
        }
    }
}

async fn write(shared: Arc<Shared>) {
    let mut at = match store::open(&shared.place, true).await {
        Ok(at) => {
            shared.trouble.send_replace(None);
            at
        }
        Err(error) => return refuse(&shared, error),
    };
    let mut desk = Desk { may_index: true, ended: RUNS_BETWEEN, ..Desk::default() };
    loop {
        let patience = (desk.may_index || desk.ended >= RUNS_BETWEEN).then_some(QUIET);
        let ops = shared.take(patience).await;
        if ops.is_empty() {
            tidy(&mut at, &mut desk, &shared).await;
            continue;
        }
        let ops = shared.gather(ops, desk.company).await;
        desk.company = 0;
        let mut batch = Batch::default();
        let mut closed = None;
        for op in ops {
            match op {
                Op::Work(work) => {
                    std::mem::take(&mut batch).carry_out(&mut at, &mut desk, &shared).await;
                    work(&mut at, &mut desk).await;
                }
                Op::Close(done) => closed = Some(done),
                op => batch.push(op, &desk),
            }
        }
        batch.carry_out(&mut at, &mut desk, &shared).await;
        if let Some(done) = closed {
            return close(&shared, at, desk, done).await;
        }
    }
}

/// Says that there is no store, and lets go of all that waited for it.
fn refuse(shared: &Shared, error: Error) {
    let ops = {
        let mut queue = shared.queue();
        queue.phase = Phase::Refused(Instant::now());
        std::mem::take(&mut queue.ops)
    };
    shared.trouble.send_replace(Some(Arc::new(error)));
    for op in ops {
        if let Op::Settle(_, settled) = op {
            let _gone = settled.send(Ok(false));
        }
    }
}

async fn close(shared: &Shared, mut at: Connection, mut desk: Desk, done: oneshot::Sender<()>) {
    // A program that is started for each run alone has no quiet time: its share is done when it ends.
    let count = "SELECT count(*) FROM run";
    if desk.owner.is_some() && at.number(count, Vec::new()).await.unwrap_or_default().cast_unsigned() % RUNS_BETWEEN == 0 {
        desk.ended = RUNS_BETWEEN;
        desk.may_index = false;
        tidy(&mut at, &mut desk, shared).await;
    }
    let ops = {
        let mut queue = shared.queue();
        queue.phase = Phase::Closed;
        std::mem::take(&mut queue.ops)
    };
    for op in ops {
        if let Op::Settle(_, settled) = op {
            let _gone = settled.send(Err(Arc::new(shared.closed())));
        }
    }
    if let Some(owner) = &desk.owner {
        // A server hears late that a connection was closed; whoever looks now shall find the runs adrift.
        owner.let_go(&mut at).await;
    }
    if let Err(error) = at.close().await {
        tracing::warn!(error = store::in_full(&error), "the store was not closed well; it loses nothing by that");
    }
    drop(desk);
    let _gone = done.send(());
}

/// A little of what has time.
async fn tidy(at: &mut Connection, desk: &mut Desk, shared: &Shared) {
    let done = if desk.may_index {
        store::index(at, 4, false).await.map(|indexed| desk.may_index = indexed > 0)
    } else {
        desk.ended = 0;
        prune(at, shared.keeping, store::now()).await.map(drop)
    };
    if let Err(error) = done {
        (desk.may_index, desk.ended) = (false, 0);
        tracing::warn!(error = store::in_full(&error), "the store could not be tidied up");
    }
}

/// What became of a question to a person.
enum Question {
    Open(Approval),
    Closed(i64, StepId),
}

impl Question {
    fn run(&self) -> i64 {
        match self {
            Question::Open(approval) => approval.run.cast_signed(),
            Question::Closed(run, _) => *run,
        }
    }
}

/// What goes into one transaction.
#[derive(Default)]
struct Batch {
    begins: Vec<NewRun>,
    lots: Vec<Lot>,
    marks: Vec<(i64, State)>,
    questions: Vec<Question>,
    ends: Vec<(i64, End, i64, i64)>,
    settles: Vec<(i64, oneshot::Sender<Settled>)>,
}

impl Batch {
    fn push(&mut self, op: Op, desk: &Desk) {
        match op {
            Op::Begin(run) => self.begins.push(*run),
            Op::Events(lot) if desk.broken.contains_key(&lot.run) => {}
            Op::Events(lot) => self.lots.push(*lot),
            Op::Ask(approval) => self.questions.push(Question::Open(*approval)),
            Op::Answered(run, step) => self.questions.push(Question::Closed(run, step)),
            Op::Mark(run, state) => self.marks.push((run, state)),
            Op::End { run, end, events, bytes } => self.ends.push((run, *end, events, bytes)),
            Op::Settle(run, settled) => self.settles.push((run, settled)),
            // They are no part of a group.
            Op::Work(_) | Op::Close(_) => {}
        }
    }

    fn is_empty(&self) -> bool {
        let has_none = self.begins.is_empty() && self.lots.is_empty() && self.marks.is_empty() && self.ends.is_empty();
        has_none && self.questions.is_empty()
    }

    fn runs(&self) -> HashSet<i64> {
        let begun = self.begins.iter().map(|run| run.id.cast_signed());
        let rest = self.lots.iter().map(|lot| lot.run).chain(self.marks.iter().map(|(run, _)| *run));
        let asked = self.questions.iter().map(Question::run);
        begun.chain(rest).chain(asked).chain(self.ends.iter().map(|(run, ..)| *run)).collect()
    }

    async fn carry_out(mut self, at: &mut Connection, desk: &mut Desk, shared: &Shared) {
        if !self.is_empty()
            && let Err(error) = self.commit(at, desk, shared, None).await
        {
            let runs = self.runs();
            if runs.len() == 1 {
                let error = Arc::new(error);
                desk.broken.extend(runs.into_iter().map(|run| (run, error.clone())));
            } else {
                // One run's fault must not be another's: each by itself.
                for run in runs {
                    if let Err(error) = self.commit(at, desk, shared, Some(run)).await {
                        desk.broken.insert(run, Arc::new(error));
                    }
                }
            }
            reopen(at, shared, desk).await;
        }
        desk.company += self.settles.len();
        for (run, settled) in self.settles.drain(..) {
            let _gone = settled.send(desk.broken.get(&run).map_or(Ok(true), |error| Err(error.clone())));
        }
        desk.ended += self.ends.len() as u64;
        desk.may_index |= !self.ends.is_empty();
        for (run, ..) in &self.ends {
            desk.broken.remove(run);
        }
    }

    async fn commit(&self, at: &mut Connection, desk: &mut Desk, shared: &Shared, only: Option<i64>) -> Result<(), Error> {
        let owner = if self.begins.is_empty() { 0 } else { desk.owner(at, &shared.place).await? };
        table::event::make_room(at, &mut desk.room, self.lots.len()).await?;
        at.begin().await?;
        let done = self.write(at, owner, &mut desk.room, only).await;
        at.end(done).await?.are_safe();
        Ok(())
    }

    async fn write(&self, at: &mut Connection, owner: i64, room: &mut Range<i64>, only: Option<i64>) -> Result<Places<'_>, Error> {
        let is_meant = |run: i64| only.is_none_or(|only| only == run);
        for run in self.begins.iter().filter(|run| is_meant(run.id.cast_signed())) {
            table::version::add(at, &run.graph, run.started).await?;
            table::run::add(at, run, owner).await?;
        }
        for lot in self.lots.iter().filter(|lot| is_meant(lot.run)) {
            table::blob::add(at, lot.run, &lot.blobs).await?;
        }
        let places = table::event::add(at, room, self.lots.iter().filter(|lot| is_meant(lot.run))).await?;
        for question in self.questions.iter().filter(|question| is_meant(question.run())) {
            match question {
                Question::Open(approval) => table::approval::open(at, approval).await?,
                Question::Closed(run, step) => table::approval::close(at, *run, *step).await?,
            }
        }
        for (run, state) in self.marks.iter().filter(|(run, _)| is_meant(*run)) {
            table::run::mark(at, *run, *state).await?;
        }
        for (run, end, events, bytes) in self.ends.iter().filter(|(run, ..)| is_meant(*run)) {
            table::run::end(at, *run, end, *events, *bytes).await?;
        }
        Ok(places)
    }
}

/// A server that was away is asked anew for what comes next.
async fn reopen(at: &mut Connection, shared: &Shared, desk: &mut Desk) {
    let is_away = desk.broken.values().any(|error| matches!(**error, Error::Unreachable { .. } | Error::Database { .. }));
    if !is_away || !matches!(shared.place, Place::Postgres(_)) {
        return;
    }
    if let Ok(mut fresh) = store::open(&shared.place, false).await {
        if let Some(owner) = &desk.owner {
            // The lock went with the old connection, once the server knows of its end.
            if owner.hold(&mut fresh).await.is_err() {
                return;
            }
        }
        *at = fresh;
    }
}
