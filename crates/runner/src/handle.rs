//! Starting a run, and what one can do with it while it goes on and after it has ended.

use std::sync::{Arc, Mutex, PoisonError};

use expr::Limits;
use nodes::{Failure, FailureKind};
use run::{Event, Fact, Outcome, Part, Run, Seen, StepId, StopReason};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::driver::{Driver, Message};
use crate::job::Job;
use crate::journal::Journal;
use crate::tools::Progress;

/// What is told of a run while it goes on, after it was written down.
pub enum Told<'r> {
    /// A step began or ended. The run may be further on by then, by what came together with it: all that it shows is written.
    Step(&'r Run, Fact),
    /// A tool says how far it is.
    Progress(StepId, Progress),
    /// The run ended.
    Ended(&'r Outcome),
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
}

/// A run: a cheap handle. The run goes on when it is dropped.
#[derive(Clone)]
pub struct Handle {
    run: Arc<Mutex<Run>>,
    messages: mpsc::UnboundedSender<Message>,
    outcome: watch::Receiver<Option<Outcome>>,
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
    let run = Arc::new(Mutex::new(Run::new(start.job.plan.clone())));
    let (messages, inbox) = mpsc::unbounded_channel();
    let (ended, outcome) = watch::channel(None);
    let handle = Handle { run: run.clone(), messages: messages.clone(), outcome };
    let arguments = Arc::new(std::mem::take(&mut start.arguments));
    tokio::spawn(Driver::new(start, run, messages, inbox, ended).drive(arguments));
    Ok(handle)
}

impl Handle {
    /// Asks the run to stop. It ends at once, and what it was waiting for is cancelled.
    pub fn stop(&self, reason: StopReason) {
        // A run that has ended has closed its inbox: there is nothing to stop.
        let _ended = self.messages.send(Message::Event(Event::Stopped { reason }));
    }

    /// Waits for the end.
    pub async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.clone();
        let ended = outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        // The sender goes only with the runtime, which ends whatever was running.
        ended.unwrap_or(Outcome::Stopped { reason: StopReason::Shutdown })
    }

    /// How it ended, as its caller is told; none while it goes on.
    #[must_use]
    pub fn outcome_now(&self) -> Option<Outcome> {
        self.outcome.borrow().clone()
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
