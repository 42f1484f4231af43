//! Runs anew from a step of a run: as it was, or with another input or output.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{Change, RunId, StepDetail};
use serde_json::Value;

use super::value_form::ValueForm;
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
                let (value, label, button) = match what {
                    What::Input => (input.clone(), "Input from here on, as JSON", "Run from here with this input"),
                    What::Output => (output.clone(), "Output instead, as JSON", "Run from here with this output"),
                };
                let go = move |value: Arc<Value>| {
                    let change = if what == What::Input { Change::Input { value } } else { Change::Output { value } };
                    store.fork(run, step, change, on_graph_now.get_untracked());
                };
                view! { <ValueForm name="fork" label=label button=button value=value on_value=Callback::new(go) /> }
            })}
        </section>
    }
}

fn toggle(changed: RwSignal<Option<What>>, what: What) {
    changed.update(|changed| *changed = if *changed == Some(what) { None } else { Some(what) });
}
