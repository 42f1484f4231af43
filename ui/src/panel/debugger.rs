//! The debugger: how the run goes on, what its step works on, what is watched, where runs are held.

use leptos::prelude::*;
use serde_json::Value;

use super::breakpoints::Breakpoints;
use super::held::HeldStep;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::debug_bar::{Controls, said};
use crate::icon::{self, Icon};
use crate::value_view::ValueView;

/// The panel.
#[component]
pub(crate) fn DebuggerPanel() -> impl IntoView {
    let store = use_store();
    let is_active = Memo::new(move |_| store.of_run(crate::model::RunState::is_active).unwrap_or(false) || store.is_held.get());
    view! {
        <div class="side-body debugger">
            <section class="debug-part" aria-label="How it goes on">
                <Show
                    when=move || is_active.get()
                    fallback=move || view! {
                        <button id="debug-begin" type="button" class="primary" title=Action::Debug.title(is_mac()) on:click=move |_| Action::Debug.perform(store)>
                            <Icon path=icon::GO_ON />
                            "Run step by step"
                        </button>
                    }
                >
                    <div class="debug-controls" role="group" aria-label="Steps"><Controls /></div>
                    <p class="debug-where">{move || said(store)}</p>
                </Show>
            </section>
            <HeldStep />
            <Watches />
            <Breakpoints />
        </div>
    }
}

/// Expressions over all that the step sees, with what they come to.
#[component]
fn Watches() -> impl IntoView {
    let store = use_store();
    let typed = RwSignal::new(String::new());
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let expression = typed.get_untracked().trim().to_owned();
        if !expression.is_empty() {
            typed.set(String::new());
            store.watch(expression);
        }
    };
    let rows = move || store.debugger.watches.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <section class="debug-part" aria-label="Watches">
            <h3 class="small-head">"Watches"</h3>
            <ol class="watches">
                <For each=rows key=Clone::clone let:row>
                    <Watch at=row.0 expression=row.1 />
                </For>
            </ol>
            <form class="watch-add" on:submit=add>
                <input
                    id="watch-new"
                    type="text"
                    class="mono"
                    aria-label="Expression to watch, JSONata"
                    placeholder="$.node.field"
                    autocomplete="off"
                    spellcheck="false"
                    bind:value=typed
                />
                <button type="submit" class="small">"Watch"</button>
            </form>
        </section>
    }
}

#[component]
fn Watch(
    /// Its place among all.
    at: usize,
    /// What is watched.
    expression: String,
) -> impl IntoView {
    let store = use_store();
    let text = RwSignal::new(expression.clone());
    let done = move || {
        let typed = text.get_untracked().trim().to_owned();
        let is_new = store.debugger.watches.with_untracked(|watches| watches.get(at) != Some(&typed));
        if is_new {
            store.watch_instead(at, Some(typed).filter(|typed| !typed.is_empty()));
        }
    };
    let is_name = expression.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$'));
    let root = if is_name { expression.clone() } else { format!("({expression})") };
    let value = Memo::new(move |_| store.debugger.looked.with(|looked| looked.get(at).cloned()));
    view! {
        <li class="watch">
            <input
                type="text"
                class="mono"
                aria-label="Watched expression"
                autocomplete="off"
                spellcheck="false"
                bind:value=text
                on:change=move |_| done()
            />
            <button
                type="button"
                class="plain"
                aria-label=format!("Watch {expression} no more")
                title="Watch it no more"
                on:click=move |_| store.watch_instead(at, None)
            >
                <Icon path=icon::CLOSE />
            </button>
            <div class="watch-value" aria-live="polite">
                {move || match value.get() {
                    Some(looked) => match (looked.error, looked.value) {
                        (Some(error), _) => view! { <p class="fault">{error}</p> }.into_any(),
                        (None, Some(value)) => view! { <Shown value=value root=root.clone() /> }.into_any(),
                        (None, None) => view! { <p class="muted">"nothing"</p> }.into_any(),
                    },
                    None => view! { <p class="muted">"—"</p> }.into_any(),
                }}
            </div>
        </li>
    }
}

/// A value: in a line where it fits, and whole otherwise.
#[component]
fn Shown(
    /// The value.
    value: Value,
    /// What it is called in an expression.
    root: String,
) -> impl IntoView {
    match value {
        Value::Object(_) | Value::Array(_) => view! { <ValueView value=value label="Watched value" root=root /> }.into_any(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            view! { <code class="mono">{value.to_string()}</code> }.into_any()
        }
    }
}
