//! The step at which a run is held: what calls it, what it works on, and what it is to do instead.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::debug::{Edit, Pause, Why};
use protocol::{Change, StepId};
use serde_json::Value;

use super::trouble::Failing;
use super::value_form::ValueForm;
use crate::app::use_store;
use crate::value_view::ValueView;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Input,
    Output,
}

/// The step; nothing while no run is held.
#[component]
pub(super) fn HeldStep() -> impl IntoView {
    let store = use_store();
    let pause = Memo::new(move |_| store.debugger.shown.with(|held| held.as_ref().map(|held| (held.run, held.pause.clone()))));
    let input = Memo::new(move |_| {
        // Until it is told what the step works on, that of the step before stays: it is a moment.
        let (held, _) = pause.get()?;
        store.debugger.paused.with(|paused| paused.as_ref().filter(|(run, _)| *run == held)?.1.input.clone())
    });
    move || {
        pause.get().map(|(_, pause)| {
            let (is_failing, why) = (matches!(pause.why, Why::Error { .. }), pause.why.clone());
            view! {
                <section class="debug-part" aria-label="Step">
                    <Callers pause=pause />
                    {match why {
                        Why::Error { failure } => Some(view! { <Failing failure=failure /> }.into_any()),
                        Why::Condition { message, .. } => Some(view! { <p class="fault">{message}</p> }.into_any()),
                        Why::Breakpoint { .. } | Why::Step | Why::Asked => None,
                    }}
                    {move || input.get().map(|value| view! {
                        <h3 class="small-head">"Works on"</h3>
                        <div id="held-input"><ValueView value=value label="Works on" /></div>
                    })}
                    <Instead input=input is_failing=is_failing />
                </section>
            }
        })
    }
}

/// What calls the step, the outermost first; each can be looked at.
#[component]
fn Callers(
    /// Where the run is held.
    pause: Pause,
) -> impl IntoView {
    let store = use_store();
    let own = (pause.tool.clone(), pause.node.clone());
    let places: Vec<_> = pause.callers.into_iter().map(|caller| (caller.tool, caller.node)).chain([own]).collect();
    let last = places.len() - 1;
    let one = move |(at, (tool, node)): (usize, (::graph::ToolName, ::graph::NodeId))| {
        let label = format!("{tool} · {node}");
        view! {
            <li aria-current=(at == last).then_some("step")>
                <button type="button" class="plain" title="Show it on the canvas" on:click=move |_| store.go_to_node(&tool, &node)>{label}</button>
            </li>
        }
    };
    view! { <ol class="callers" aria-label="What calls it">{places.into_iter().enumerate().map(one).collect_view()}</ol> }
}

/// Lets the step ask with something else, or takes it for done.
#[component]
fn Instead(
    /// What it works on.
    input: Memo<Option<Value>>,
    /// Whether it is about to fail: then it has asked already.
    is_failing: bool,
) -> impl IntoView {
    let store = use_store();
    let changed = RwSignal::new(None::<What>);
    let button = move |id: &'static str, what: What, label: &'static str| {
        view! {
            <button
                id=id
                type="button"
                class="small"
                aria-expanded=move || (changed.get() == Some(what)).to_string()
                on:click=move |_| changed.update(|now| *now = if *now == Some(what) { None } else { Some(what) })
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="buttons" role="group" aria-label="Change the step">
            {(!is_failing).then(|| button("held-change", What::Input, "Change input…"))}
            {button("held-done", What::Output, "Take as done with…")}
        </div>
        {move || changed.get().map(|what| {
            let (value, label, button) = match what {
                What::Input => (input.get_untracked(), "Input instead, as JSON", "Ask with this"),
                What::Output => (None, "Output, as JSON", "Take as done with this"),
            };
            let take = move |value: Arc<Value>| {
                changed.set(None);
                let (change, done) = match what {
                    What::Input => (Change::Input { value }, "The step asks with that when the run goes on"),
                    What::Output => (Change::Output { value }, "The step is done with that when the run goes on"),
                };
                store.edit_held(Edit::Instead { change }, done);
            };
            view! { <ValueForm name="held" label=label button=button value=value on_value=Callback::new(take) /> }
        })}
    }
}

/// Gives a step of the run that is held another output; nothing where the run is not, or the step is not done.
#[component]
pub(super) fn OutputInstead(
    /// The step.
    step: StepId,
    /// Whether it is done.
    is_done: bool,
    /// What it gave.
    output: Option<Value>,
) -> impl IntoView {
    let store = use_store();
    let is_shown = RwSignal::new(false);
    // The steps of a run below are not in the window.
    let may = Memo::new(move |_| {
        store.model.with(|model| {
            let run = model.run().map(|run| run.id);
            is_done && model.held().is_some_and(|held| held.pause.callers.is_empty() && Some(held.run) == run)
        })
    });
    move || {
        let output = output.clone();
        may.get().then(|| {
            let take = move |value: Arc<Value>| {
                is_shown.set(false);
                store.edit_held(Edit::Output { step, value }, "The run goes on with that output");
            };
            view! {
                <div class="buttons">
                    <button
                        id="held-edit"
                        type="button"
                        class="small"
                        aria-expanded=move || is_shown.get().to_string()
                        on:click=move |_| is_shown.update(|shown| *shown = !*shown)
                    >
                        "Change output in the held run…"
                    </button>
                </div>
                {move || is_shown.get().then(|| view! {
                    <ValueForm name="held-output" label="Output from now on, as JSON" button="Give it this output" value=output.clone() on_value=Callback::new(take) />
                })}
            }
        })
    }
}
