//! How the last run stands or ended.

use canvas::Status;
use leptos::prelude::*;
use protocol::{Outcome, Part, RunFailure, StopReason};

use super::dry::DryCalls;
use super::trouble::Failing;
use crate::app::use_store;
use crate::icon::{self, Icon, status_word};
use crate::model::RunState;
use crate::text;
use crate::value_view::ValueView;

/// The outcome; nothing before the first run.
#[component]
pub(crate) fn RunOutcome() -> impl IntoView {
    let store = use_store();
    let outcome = Memo::new(move |_| store.of_run(|run| (run.id, run.outcome.clone(), run.part.clone(), run.dry.is_some())));
    let duration = move || {
        let now = store.now_us.get();
        let us = store.of_run(|run| run.duration_us().or_else(|| u64::try_from(now - run.started_us).ok())).flatten();
        us.map(text::duration)
    };
    let steps = move || store.of_run(|run| text::count(run.steps().len(), "step"));
    move || {
        outcome.get().map(|(_, outcome, part, is_dry)| {
            let (status, word) = standing(outcome.as_ref());
            let of = part_word(&part);
            view! {
                <section class="outcome" aria-label="Last run" data-outcome=status_word(status)>
                    <p class="outcome-line" role="status">
                        <span class="badge" data-status=status_word(status)>
                            {icon::of_status(status).map(|path| view! { <Icon path=path /> })}
                        </span>
                        <strong>{word}</strong>
                        {is_dry.then(|| view! { <span class="chip dry-chip">"Dry run"</span> })}
                        {of.map(|of| view! { <span>{of}</span> })}
                        <span class="muted">{duration} " · " {steps}</span>
                    </p>
                    {outcome.map(ending)}
                    {is_dry.then(|| view! { <DryCalls /> })}
                </section>
            }
        })
    }
}

/// Which part of its tool a run does, in words; none for the whole.
fn part_word(part: &Part) -> Option<String> {
    match (&part.from, &part.until) {
        (None, None) => None,
        (None, Some(until)) => Some(format!("up to {until}")),
        (Some(from), Some(until)) if from == until => Some(format!("{from} alone")),
        (Some(from), Some(until)) => Some(format!("from {from} up to {until}")),
        (Some(from), None) => Some(format!("from {from}")),
    }
}

/// The state of a whole run, and the word for it.
fn standing(outcome: Option<&Outcome>) -> (Status, &'static str) {
    match outcome {
        None => (Status::Running, "Running"),
        Some(Outcome::Done { .. }) => (Status::Done, "Done"),
        Some(Outcome::Failed { .. }) => (Status::Failed, "Failed"),
        Some(Outcome::Stopped { reason: StopReason::Asked }) => (Status::Skipped, "Stopped"),
        Some(Outcome::Stopped { reason: StopReason::Shutdown }) => (Status::Skipped, "Stopped, since Patchbay was closed"),
    }
}

fn ending(outcome: Outcome) -> AnyView {
    match outcome {
        Outcome::Done { result } => view! {
            <h3 class="small-head">"Result"</h3>
            <div id="result">
                <ValueView value=result label="Result" />
            </div>
        }
        .into_any(),
        Outcome::Failed { failure } => view! { <RunFailing failure=failure /> }.into_any(),
        Outcome::Stopped { .. } => ().into_any(),
    }
}

/// Why a run failed, and the way to where it did.
#[component]
fn RunFailing(
    /// Why.
    failure: RunFailure,
) -> impl IntoView {
    let store = use_store();
    let node = failure.node.or_else(|| store.of_run(|run| RunState::failed_step(run).map(|step| step.node.clone())).flatten());
    view! {
        <div id="result">
            {node.map(|node| {
                let label = node.to_string();
                view! {
                    <p>
                        "At "
                        <button type="button" class="link" on:click=move |_| store.stage.select(&node)>{label}</button>
                    </p>
                }
            })}
            <Failing failure=failure.failure />
        </div>
    }
}
