//! `patchbay runs resume`: goes on with runs whose process is gone, and waits for their ends. What is uncertain is decided as the
//! person said beforehand, or left as it is.

use std::sync::Arc;

use app::{App, Recorded};
use protocol::{Decision, Event, Outcome, StepId, StepState};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::args::{RunsResume, Uncertain};
use crate::error::Error;
use crate::out;

/// How a run that was gone on with came to rest.
enum Rest {
    Ended(Outcome),
    /// A step asks what is to become of it, and nobody said.
    Uncertain(String),
}

pub(super) async fn resume(app: &App, args: RunsResume) -> Result<(), Error> {
    let mut events = app.subscribe();
    let runs = if args.runs.is_empty() {
        app.take_up_runs(&[]).await?
    } else {
        let mut runs = Vec::new();
        for id in &args.runs {
            match app.take_up_run(*id).await? {
                Some(run) => runs.push(run),
                None => out::say(format_args!("run {id} has ended, or another process drives it")),
            }
        }
        runs
    };
    if runs.is_empty() && args.runs.is_empty() {
        out::say("no run is waiting to go on");
    }
    for run in &runs {
        tell_rest(app, run, &mut events, decision(&args)).await;
    }
    Ok(())
}

/// Waits until a run has come to rest, and says how. An uncertain step is decided so, if that was said.
pub(super) async fn tell_rest(app: &App, run: &Recorded, events: &mut Receiver<Event>, decision: Option<Decision>) {
    match rest(app, run, events, decision).await {
        Rest::Ended(outcome) => out::say(format_args!("run {} {}", run.id, told(&outcome))),
        Rest::Uncertain(node) => out::say_warning(&format!(
            "run {}: whether the call of `{node}` happened before its process died is not known; look, and then say \
             `patchbay runs resume {} --uncertain retry`, `skip` (with `--value JSON`) or `fail`",
            run.id, run.id
        )),
    }
}

/// Waits until a run has ended, or asks what nobody has answered.
async fn rest(app: &App, run: &Recorded, events: &mut Receiver<Event>, decision: Option<Decision>) -> Rest {
    loop {
        // What it has started by `call` asks in its place.
        for run in app.family(run.id).unwrap_or_default() {
            for (step, node) in uncertain(&run) {
                let Some(decision) = decision.clone() else { return Rest::Uncertain(node) };
                // Refused where it was decided a moment ago: then it is no longer uncertain.
                run.handle.decide(step, decision, None).await.unwrap_or_default();
            }
        }
        tokio::select! {
            outcome = run.handle.outcome() => return Rest::Ended(outcome),
            () = changed(events) => {}
        }
    }
}

/// Waits until a step of some run waits for somebody.
async fn changed(events: &mut Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(Event::StepChanged { .. }) => return,
            Ok(_) => {}
            // What was missed may have been it.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

/// The steps of which nobody knows whether what they asked for happened, with their nodes.
fn uncertain(run: &Recorded) -> Vec<(StepId, String)> {
    run.handle.read(|run| {
        let steps = (0u32..).zip(run.steps()).filter(|(_, step)| step.state == StepState::Uncertain);
        steps.map(|(id, step)| (StepId(id), run.plan().node(step.node).id.to_string())).collect()
    })
}

fn decision(args: &RunsResume) -> Option<Decision> {
    Some(match args.uncertain? {
        Uncertain::Retry => Decision::Retry,
        Uncertain::Skip => Decision::Skip { output: Arc::new(args.value.clone()) },
        Uncertain::Fail => Decision::Fail { message: "it was uncertain, and a person said that it failed".to_owned() },
    })
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done { result } => format!("is done: {result}"),
        Outcome::Failed { failure } => format!("failed: {failure}"),
        Outcome::Stopped { .. } => "was stopped".to_owned(),
    }
}
