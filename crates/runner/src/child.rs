//! The run that a `call` node starts, under the run that has the node.
//!
//! For the run above it is a call as any other. Where it is kept it goes on with the run above after their process has died;
//! where it is in memory alone, what becomes of it then is said by the node's `onCrash`, or by somebody.

use std::sync::Arc;

use expr::Limits;
use graph::ToolName;
use nodes::{Failure, FailureKind};
use run::{Fact, Outcome, Part, Plan, Run, StepId, StopReason};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::debug::Debug;
use crate::handle::{Listener, Start, Told, start};
use crate::journal::MemoryJournal;
use crate::resume::{Resume, resume};
use crate::tools::{Beneath, Kept};

/// What a run below another begins with.
pub(crate) struct Child {
    pub(crate) arguments: Value,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    pub(crate) depth: usize,
    pub(crate) cancel: CancellationToken,
    /// Cancelled when it is to be let go of: it goes on when the run above does.
    pub(crate) leave: CancellationToken,
    pub(crate) debug: Option<Debug>,
    /// Who hears of it above.
    pub(crate) listener: Listener,
}

/// Runs a tool to its end for a `call` node, or goes on with it.
pub(crate) async fn run_child(beneath: Beneath, child: Child) -> Result<Arc<Value>, Failure> {
    let (job, kept) = match beneath {
        Beneath::InMemory(job) => (job, None),
        Beneath::Kept(job, kept) => (job, Some(kept)),
        Beneath::Ended(name, outcome) => return answer(&name, outcome),
    };
    let Child { arguments, seed, limits, depth, cancel, leave, debug, listener: above } = child;
    let name = job.plan.tool.clone();
    admit(&job.plan, depth, kept.is_some())?;
    let handle = match kept {
        None => {
            let (journal, part) = (Box::new(MemoryJournal::default()), Part::default());
            let (seen, trace, parks, listener) = (None, None, None, above);
            start(Start { job, arguments, part, seen, trace, seed, limits, journal, listener, depth, parks, debug })?
        }
        Some(Kept { events, journal, listener: own, begun }) => {
            let listener: Listener = Arc::new(move |told| {
                if !matches!(told, Told::Paused(_) | Told::Continued) {
                    own(told.clone());
                }
                above(told);
            });
            if leave.is_cancelled() {
                // What is to be written now would be written nowhere.
                return Err(Failure::new(FailureKind::Cancelled, format!("the run above `{name}` was let go of")));
            }
            let (held_by, tell) = (debug.clone(), listener.clone());
            let handle = match events.is_empty() {
                true => {
                    let (part, seen, trace, parks) = (Part::default(), None, None, None);
                    start(Start { job, arguments, part, seen, trace, seed, limits, journal, listener, depth, parks, debug })?
                }
                false => resume(Resume { job, events, limits, journal, listener, depth, parks: None, debug })?,
            };
            begun(&handle, held_by.as_ref());
            // Of one that is gone on with nothing is told that it waits for already.
            handle.read(|run| run.waiting().iter().for_each(|waits| tell(Told::Step(run, Fact::StepChanged(waits.step)))));
            handle
        }
    };
    let outcome = tokio::select! {
        outcome = handle.outcome() => outcome,
        () = cancel.cancelled() => {
            handle.stop(StopReason::Asked);
            handle.outcome().await
        }
        () = leave.cancelled() => {
            handle.leave();
            handle.outcome().await
        }
    };
    answer(&name, outcome)
}

/// How many `call` nodes may lie above a run.
const MAX_DEPTH: usize = 32;

/// What `$random` comes from in a run that a step starts.
pub(crate) fn seed_of(run: &Run, step: StepId) -> u64 {
    run.seed().rotate_left(17) ^ u64::from(step.0)
}

/// Whether a tool may be run by another, so deep within others. One that is not kept cannot wait: nobody would find what it asks.
pub(crate) fn admit(plan: &Plan, depth: usize, is_kept: bool) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new(FailureKind::Limit, format!("`call` nodes are nested {MAX_DEPTH} deep, which is the limit"))
            .with_remedy("look for tools that call each other without end"));
    }
    if let Some(node) = plan.waits_for_others().filter(|_| !is_kept) {
        let message =
            format!("the tool `{}` waits at its node `{node}`, which a tool that another calls can do only where runs are kept", plan.tool);
        return Err(Failure::new(FailureKind::Limit, message).with_remedy("have them kept, or move that node into the tool that calls it"));
    }
    Ok(())
}

/// What the node that ran a tool is told of its end.
pub(crate) fn answer(name: &ToolName, outcome: Outcome) -> Result<Arc<Value>, Failure> {
    match outcome {
        Outcome::Done { result } => Ok(result),
        Outcome::Failed { failure } => {
            let kind = if failure.failure.kind == FailureKind::Limit { FailureKind::Limit } else { FailureKind::Run };
            Err(Failure { kind, message: format!("the tool `{name}` failed: {failure}"), remedy: None })
        }
        Outcome::Stopped { .. } => Err(Failure::new(FailureKind::Cancelled, format!("the tool `{name}` was stopped"))),
    }
}
