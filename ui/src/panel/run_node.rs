//! The ways to run a node, in its panel, and why the last of them could not begin.

use leptos::prelude::*;

use super::trouble::Trouble;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::Icon;
use crate::model::RunState;

/// The buttons.
#[component]
pub(super) fn RunNodeButtons() -> impl IntoView {
    let store = use_store();
    let is_busy = Memo::new(move |_| store.of_run(RunState::is_active).unwrap_or(false) || store.is_starting.get());
    let button = move |id: &'static str, action: Action, label: &'static str| {
        view! {
            <button
                id=id
                type="button"
                class="small"
                title=action.title(is_mac())
                disabled=move || is_busy.get()
                on:click=move |_| action.perform(store)
            >
                <Icon path=action.icon() />
                {label}
            </button>
        }
    };
    view! {
        <div class="node-run" role="group" aria-label="Run this node">
            {button("run-to", Action::RunToHere, "Up to here")}
            {button("run-only", Action::RunNode, "Alone")}
            {button("run-again", Action::RunAgain, "Again")}
        </div>
        {move || store.run_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
    }
}
