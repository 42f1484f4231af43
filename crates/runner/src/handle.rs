//! Starting a run, and what one can do with it while it goes on and after it has ended.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use expr::Limits;
use nodes::{Failure, FailureKind, Reply, Signal};
use run::{Decision, Event, Fact, Moment, Outcome, Part, Run, Seen, StepId, StopReason, TraceContext, Waiting};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

use crate::debug::{Debug, Pause};
use crate::driver::{Driver, Host, Message};
use crate::job::Job;
use crate::journal::Journal;
use crate::said::{Refused, Said};
use crate::tools::Progress;

/// What is told of a run while it goes on, after it was written down.
#[derive(Clone)]
pub enum Told<'r> {
    /// A step began or ended. The run may be further on by then, by what came together with it: all that it shows is written.
    Step(&'r Run, Fact),
    /// A tool says how far it is.
    Progress(StepId, Progress),
    /// Something is told of the run that a step has started.
    Below(StepId, &'r Told<'r>),
    /// The run only waits and was parked: its task has ended, and it goes on when it is resumed.
    Parked(&'r Parked),
    /// Somebody holds the run, or one below it, before a step.
    Paused(&'r Pause),
    /// It goes on.
    Continued,
    /// The run ended.
    Ended(&'r Outcome),
}

/// A run that only waits: all that has to be kept of it beside its journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    /// What it waits for.
    pub waits: Vec<Waiting>,
    /// When it has to be taken up again at the latest; none where only others can wake it.
    pub until: Option<Moment>,
}

/// How the task of a run has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// The run has ended.
    Ended(Outcome),
    /// The run is parked.
    Parked(Parked),
}

/// Who is told. Called on the run's own task: it must be quick.
pub type Listener = Arc<dyn Fn(Told<'_>) + Send + Sync>;

/// What is needed to start a run.
pub struct Start {
    /// What to run.
    pub job: Job,
    /// The tool's arguments.
    pub arguments: Value,
    /// How much of the tool is done.
    pub part: Part,
    /// What stood before the node that it begins at, where that is not the entry.
    pub seen: Option<Arc<Seen>>,
    /// Where in a trace its caller stands; it is written down with the run's beginning.
    pub trace: Option<TraceContext>,
    /// What `$random` comes from.
    pub seed: u64,
    /// How far each expression may go.
    pub limits: Limits,
    /// Where its events are written.
    pub journal: Box<dyn Journal>,
    /// Who is told.
    pub listener: Listener,
    /// How many `call` nodes lie above it: 0 for a run that a person or a client started.
    pub depth: usize,
    /// How long it may only wait before it is parked, where the wait will be a long one and its journal lasts; none where it never is.
    pub parks: Option<Duration>,
    /// Who may hold it before its steps; none where nobody may.
    pub debug: Option<Debug>,
}

/// A run: a cheap handle. The run goes on when it is dropped.
#[derive(Clone)]
pub struct Handle {
    run: Arc<Mutex<Run>>,
    messages: mpsc::UnboundedSender<Message>,
    rest: watch::Receiver<Option<Rest>>,
}

/// Starts a run on the present tokio runtime.
///
/// # Errors
/// Where the arguments do not fit the tool's schema, or the tool lacks a node that the part names; nothing has happened then.
pub fn start(mut start: Start) -> Result<Handle, Failure> {
    let plan = &start.job.plan;
    let named = [&start.part.from, &start.part.until].into_iter().flatten();
    if let Some(missing) = named.into_iter().find(|node| plan.find(node).is_none()) {
        let failure = Failure::new(FailureKind::Unreached, format!("the tool `{}` has no node `{missing}`", plan.tool));
        let near = graph::nearest(missing.as_str(), plan.ids());
        return Err(match near {
            Some(near) => failure.with_remedy(format!("did you mean `{near}`?")),
            None => failure,
        });
    }
    // What begins in the middle does not take them as they come from a caller.
    if start.part.from.is_none() {
        start.job.schemas.check_input(&plan.tool, &start.arguments)?;
    }
    let run = Run::new(start.job.plan.clone());
    let arguments = Arc::new(std::mem::take(&mut start.arguments));
    let started = Event::Started { arguments, seed: start.seed, part: start.part.clone(), seen: start.seen, trace: start.trace };
    let Start { job, limits, journal, listener, depth, parks, debug, .. } = start;
    let (driver, handle) = drive(run, Host { job, limits, journal, listener, depth, parks, debug });
    tokio::spawn(driver.drive(Some(started)));
    Ok(handle)
}

/// What carries a run out, and the handle to it.
pub(crate) fn drive(run: Run, host: Host) -> (Driver, Handle) {
    let run = Arc::new(Mutex::new(run));
    let (messages, inbox) = mpsc::unbounded_channel();
    let (rests, rest) = watch::channel(None);
    let handle = Handle { run: run.clone(), messages: messages.clone(), rest };
    (Driver::new(host, run, messages, inbox, rests), handle)
}

impl Handle {
    /// Asks the run to stop. It ends at once, and what it was waiting for is cancelled.
    pub fn stop(&self, reason: StopReason) {
        // A run that has ended has closed its inbox: there is nothing to stop.
        let _ended = self.messages.send(Message::Event(Event::Stopped { reason }));
    }

    /// Lets go of the run without ending it: its task ends once the journal has settled, what is under way is called off, and
    /// the run goes on when it is resumed from its journal. Its callers here are told that the program ends.
    pub fn leave(&self) {
        let _ended = self.messages.send(Message::Leave);
    }

    /// Gives a person's answer to a step that asks for one. It is in the journal when this returns.
    ///
    /// # Errors
    /// Where the step does not ask, was answered already, asks somebody else, or the values do not fit its form.
    pub async fn reply(&self, step: StepId, reply: Reply) -> Result<(), Refused> {
        self.say(Said::Reply { step, reply }).await
    }

    /// Says what is to become of an uncertain step. It is in the journal when this returns.
    ///
    /// # Errors
    /// Where the step is not uncertain, or no longer.
    pub async fn decide(&self, step: StepId, decision: Decision, by: Option<String>) -> Result<(), Refused> {
        self.say(Said::Decision { step, decision, by }).await
    }

    /// Tells the run an event. It is in the journal when this returns.
    ///
    /// # Errors
    /// Where no step waits for an event of its type.
    pub async fn signal(&self, signal: Arc<Signal>) -> Result<(), Refused> {
        self.say(Said::Event { signal }).await
    }

    /// Says something to the run. It is in the journal when this returns.
    ///
    /// # Errors
    /// Where the run does not want to hear it.
    pub async fn say(&self, said: Said) -> Result<(), Refused> {
        let (done, taken) = oneshot::channel();
        self.messages.send(Message::Said(said, done)).map_err(|_| Refused::Gone)?;
        // Whoever does not answer has ended, is parked, or could not write it down.
        taken.await.unwrap_or(Err(Refused::Gone))
    }

    /// Whether its task is still there.
    pub(crate) fn goes_on(&self) -> bool {
        !self.messages.is_closed()
    }

    /// Waits until the run has ended or is parked.
    pub async fn rest(&self) -> Rest {
        let mut rest = self.rest.clone();
        let rests = rest.wait_for(Option::is_some).await.ok().and_then(|rest| rest.clone());
        // The sender goes only with the runtime, which ends whatever was running.
        rests.unwrap_or(Rest::Ended(Outcome::Stopped { reason: StopReason::Shutdown }))
    }

    /// Waits for the end. Of a run that may be parked this is no use: who resumes it has another handle. See [`Handle::rest`].
    pub async fn outcome(&self) -> Outcome {
        match self.rest().await {
            Rest::Ended(outcome) => outcome,
            Rest::Parked(_) => std::future::pending().await,
        }
    }

    /// How it ended, as its caller is told; none while it goes on, and where it is parked.
    #[must_use]
    pub fn outcome_now(&self) -> Option<Outcome> {
        match &*self.rest.borrow() {
            Some(Rest::Ended(outcome)) => Some(outcome.clone()),
            Some(Rest::Parked(_)) | None => None,
        }
    }

    /// Looks at the run as it stands.
    ///
    /// A look may be ahead of the journal by one turn: what the run took in within the last millisecond and is being written
    /// just now. It never waits, so that it can be had anywhere, and it is of use only while this process lives; what must not
    /// be taken back after a power cut is known from the listener and from [`Handle::outcome`], which hear of nothing that is
    /// not written. After a failure of the journal, which is then the outcome, what it shows last may not be in the journal.
    pub fn read<T>(&self, look: impl FnOnce(&Run) -> T) -> T {
        look(&self.run.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
