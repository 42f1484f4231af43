//! The run that a `call` node starts: in memory, under the run that has the node.
//!
//! Its events are nobody's journal. For the run above it is a call as any other: what becomes of it when the process dies is
//! said by the node's `onCrash`, or by somebody.

use std::sync::Arc;

use expr::Limits;
use graph::ToolName;
use nodes::{Failure, FailureKind};
use run::{Outcome, Part, Plan, Run, StepId, StopReason};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::debug::Debug;
use crate::handle::{Listener, Start, start};
use crate::job::Job;
use crate::journal::MemoryJournal;

/// What a run below another begins with.
pub(crate) struct Child {
    pub(crate) arguments: Value,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    pub(crate) depth: usize,
    pub(crate) cancel: CancellationToken,
    pub(crate) debug: Option<Debug>,
    /// Who hears of it.
    pub(crate) listener: Listener,
}

/// Runs a tool to its end for a `call` node.
pub(crate) async fn run_child(job: Job, child: Child) -> Result<Arc<Value>, Failure> {
    let Child { arguments, seed, limits, depth, cancel, debug, listener } = child;
    let name = job.plan.tool.clone();
    admit(&job.plan, depth)?;
    let journal = Box::new(MemoryJournal::default());
    let part = Part::default();
    let child = start(Start { job, arguments, part, seen: None, trace: None, seed, limits, journal, listener, depth, parks: None, debug })?;
    let outcome = tokio::select! {
        outcome = child.outcome() => outcome,
        () = cancel.cancelled() => {
            child.stop(StopReason::Asked);
            child.outcome().await
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

/// Whether a tool may be run by another, so deep within others.
pub(crate) fn admit(plan: &Plan, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new(FailureKind::Limit, format!("`call` nodes are nested {MAX_DEPTH} deep, which is the limit"))
            .with_remedy("look for tools that call each other without end"));
    }
    if let Some(node) = plan.waits_for_others() {
        let message = format!("the tool `{}` waits at its node `{node}`, which a tool that another calls cannot do", plan.tool);
        return Err(Failure::new(FailureKind::Limit, message).with_remedy("move that node into the tool that calls it"));
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
