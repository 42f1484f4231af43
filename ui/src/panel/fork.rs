//! Runs anew from a step of a run: as it was, or with another input or output.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{Change, RunId, StepDetail, StepId};
use serde_json::Value;

use crate::app::use_store;
use crate::icon::{self, Icon};

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Input,
    Output,
}

/// The buttons, and the field for a value that is changed.
#[component]
pub(super) fn Fork(
    /// The run.
    run: RunId,
    /// The step with its data.
    detail: StepDetail,
) -> impl IntoView {
    let store = use_store();
    let step = detail.step.id;
    let changed = RwSignal::new(None::<What>);
    let on_graph_now = RwSignal::new(false);
    let is_old = Memo::new(move |_| store.of_past(|past| !past.is_current).unwrap_or(true));
    let (input, output) = (detail.input.clone(), detail.output.clone());
    let again = move |_| store.fork(run, step, Change::Nothing, on_graph_now.get_untracked());
    view! {
        <section class="fork" aria-label="Run from here">
            <div class="buttons">
                <button id="fork-again" type="button" title="The steps before are taken over, not done again" on:click=again>
                    <Icon path=icon::FORK />"Run from here"
                </button>
                <button id="fork-input" type="button" aria-expanded=move || (changed.get() == Some(What::Input)).to_string() on:click=move |_| toggle(changed, What::Input)>
                    "Change input…"
                </button>
                <button id="fork-output" type="button" aria-expanded=move || (changed.get() == Some(What::Output)).to_string() on:click=move |_| toggle(changed, What::Output)>
                    "Change output…"
                </button>
            </div>
            <Show when=move || is_old.get()>
                <label class="check">
                    <input type="checkbox" prop:checked=move || on_graph_now.get() on:change=move |event| on_graph_now.set(event_target_checked(&event)) />
                    <span>"Go on on the graph as it is now"</span>
                </label>
            </Show>
            {move || changed.get().map(|what| {
                let value = match what {
                    What::Input => input.clone(),
                    What::Output => output.clone(),
                };
                view! { <Changed run=run step=step what=what value=value on_graph_now=on_graph_now /> }
            })}
        </section>
    }
}

fn toggle(changed: RwSignal<Option<What>>, what: What) {
    changed.update(|changed| *changed = if *changed == Some(what) { None } else { Some(what) });
}

/// The field for the new value.
#[component]
fn Changed(
    /// The run.
    run: RunId,
    /// The step.
    step: StepId,
    /// What is changed.
    what: What,
    /// What it was.
    value: Option<Value>,
    /// Whether the fork goes on on the graph as it is now.
    on_graph_now: RwSignal<bool>,
) -> impl IntoView {
    let store = use_store();
    // A value that is in memory is always written.
    let text = RwSignal::new(value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| "null".to_owned()));
    let fault = RwSignal::new(None::<String>);
    let (label, word) = match what {
        What::Input => ("Input from here on, as JSON", "input"),
        What::Output => ("Output instead, as JSON", "output"),
    };
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match serde_json::from_str::<Value>(&text.get_untracked()) {
            Ok(value) => {
                let value = Arc::new(value);
                let change = if what == What::Input { Change::Input { value } } else { Change::Output { value } };
                store.fork(run, step, change, on_graph_now.get_untracked());
            }
            Err(error) => fault.set(Some(format!("this is not JSON: {error}"))),
        }
    };
    view! {
        <form class="run-form" on:submit=go>
            <label class="field">
                <span>{label}</span>
                <textarea
                    id="fork-value"
                    class="mono"
                    rows="6"
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                ></textarea>
            </label>
            {move || fault.get().map(|fault| view! { <p class="fault" role="alert">{fault}</p> })}
            <button id="fork-go" type="submit" class="primary">{format!("Run from here with this {word}")}</button>
        </form>
    }
}
