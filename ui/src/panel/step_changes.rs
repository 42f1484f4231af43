//! What an execution of a node was given and gave otherwise than the one before it.

use ::graph::{FieldDiff, diff_values};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, GetStep, RunId, StepDetail, StepId};
use serde_json::Value;

use super::comparison::field_list;
use super::trouble::Trouble;
use crate::app::use_store;
use crate::icon::{self, Icon};

/// Input and output, each with what differs.
type Changes = [(&'static str, Vec<FieldDiff>); 2];

/// The button, and what differs once it was asked for.
#[component]
pub(super) fn StepChanges(
    /// The run.
    run: RunId,
    /// The execution before.
    before: StepId,
    /// This one.
    detail: StepDetail,
) -> impl IntoView {
    let store = use_store();
    let (changes, failed) = (RwSignal::new(None::<Changes>), RwSignal::new(None::<Failed>));
    let toggle = move |_| {
        if changes.with_untracked(Option::is_some) {
            return changes.set(None);
        }
        let now = detail.clone();
        spawn_local(async move {
            match store.bridge.call(&GetStep { run, step: before }).await {
                Ok(before) => changes.set(Some(between(&before, &now))),
                Err(error) => failed.set(Some(error)),
            }
        });
    };
    view! {
        <div class="step-changes">
            <button id="step-changes" type="button" aria-expanded=move || changes.with(Option::is_some).to_string() on:click=toggle>
                <Icon path=icon::COMPARE />"Against the time before"
            </button>
            {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            {move || changes.get().map(|changes| {
                let is_same = changes.iter().all(|(_, fields)| fields.is_empty());
                let parts = changes.into_iter().filter(|(_, fields)| !fields.is_empty());
                let shown = parts.map(|(title, fields)| view! { <h4 class="small-head">{title}</h4>{field_list(&fields)} }).collect_view();
                view! {
                    {is_same.then(|| view! { <p class="muted">"It was given the same, and gave the same."</p> })}
                    {shown}
                }
            })}
        </div>
    }
}

fn between(before: &StepDetail, now: &StepDetail) -> Changes {
    let differs = |before: &Option<Value>, now: &Option<Value>| {
        let value = |side: &Option<Value>| side.clone().unwrap_or_default();
        diff_values(&value(before), &value(now))
    };
    [("Input", differs(&before.input, &now.input)), ("Output", differs(&before.output, &now.output))]
}
