//! The run that a `call` node starts: in memory, under the run that has the node.
//!
//! Its events are nobody's journal. For the run above it is a call as any other: what becomes of it when the process dies is
//! said by the node's `onCrash`, or by somebody.

use std::sync::Arc;

use expr::Limits;
use nodes::{Failure, FailureKind};
use run::{Outcome, Part, StopReason};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::handle::{Start, Told, start};
use crate::job::Job;
use crate::journal::MemoryJournal;

/// Runs a tool to its end for a `call` node.
pub(crate) async fn run_child(
    job: Job,
    arguments: Value,
    seed: u64,
    limits: Limits,
    depth: usize,
    cancel: CancellationToken,
) -> Result<Arc<Value>, Failure> {
    let name = job.plan.tool.clone();
    if let Some(node) = job.plan.waits_for_others() {
        let message = format!("the tool `{name}` waits at its node `{node}`, which a tool that another calls cannot do");
        return Err(Failure::new(FailureKind::Limit, message).with_remedy("move that node into the tool that calls it"));
    }
    let journal = Box::new(MemoryJournal::default());
    let (part, listener) = (Part::default(), Arc::new(|_: Told<'_>| {}));
    let child = start(Start { job, arguments, part, seen: None, seed, limits, journal, listener, depth, parks: false })?;
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
