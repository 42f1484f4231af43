//! Going on with a run from its journal: after its process died, or after it was parked.

use std::time::Duration;

use expr::Limits;
use nodes::{Failure, FailureKind};
use run::{Event, Moment, Run};

use crate::debug::Debug;
use crate::driver::Host;
use crate::handle::{Handle, Listener, drive};
use crate::job::Job;
use crate::journal::Journal;

/// What is needed to go on with a run.
pub struct Resume {
    /// What it runs: the tool as it was when the run began.
    pub job: Job,
    /// All that its journal holds, in its order.
    pub events: Vec<(Moment, Event)>,
    /// How far each expression may go.
    pub limits: Limits,
    /// Where its further events are written, behind those.
    pub journal: Box<dyn Journal>,
    /// Who is told of what happens from now on.
    pub listener: Listener,
    /// How many `call` nodes lie above it: 0 for a run that a person or a client started.
    pub depth: usize,
    /// How long it may only wait before it is parked, where the wait will be a long one and its journal lasts; none where it never is.
    pub parks: Option<Duration>,
    /// Who may hold it before its steps; none where nobody may.
    pub debug: Option<Debug>,
}

/// Goes on with a run where its journal left it, on the present tokio runtime. What was done is not done again: evaluations are
/// repeated, since they are pure; timers run on by the wall's time, and one that ran out meanwhile wakes the run at once; a call
/// that was under way is made again where the tool or the node allows it, and is uncertain otherwise. A run that had ended
/// gives its outcome, and nothing is written.
///
/// # Errors
/// Where the journal does not begin with a run's beginning; nothing has happened then.
pub fn resume(resume: Resume) -> Result<Handle, Failure> {
    let Resume { job, events, limits, journal, listener, depth, parks, debug } = resume;
    if !matches!(events.first(), Some((_, Event::Started { .. }))) {
        let message = format!("the journal of this run of `{}` does not begin with its start", job.plan.tool);
        return Err(Failure::new(FailureKind::Journal, message));
    }
    let mut run = Run::new(job.plan.clone());
    for (at, event) in events {
        run.step(at, event);
    }
    let ended = run.outcome().map(|outcome| job.checked(&run, outcome.clone()));
    let (driver, handle) = drive(run, Host { job, limits, journal, listener, depth, parks, debug });
    match ended {
        Some(outcome) => driver.rest(outcome),
        None => _ = tokio::spawn(driver.drive(None)),
    }
    Ok(handle)
}
