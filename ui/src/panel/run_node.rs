//! The ways to run a node, in its panel, and why the last of them could not begin.

use ::graph::NodeId;
use leptos::prelude::*;
use protocol::RunId;

use super::trouble::Trouble;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::Icon;
use crate::model::RunState;

/// A run, whether it has ended, and with which node it ends.
type Ended = Option<(RunId, bool, Option<NodeId>)>;

/// The buttons.
#[component]
pub(super) fn RunNodeButtons() -> impl IntoView {
    let store = use_store();
    let is_busy = Memo::new(move |_| store.of_run(RunState::is_active).unwrap_or(false) || store.is_starting.get());
    // The output of a part that ended here is below the settings: it is brought into view.
    Effect::new(move |before: Option<Ended>| {
        let now = store.of_run(|run| (run.id, run.outcome.is_some(), run.part.until.clone()));
        let here = store.stage.current.with_untracked(|current| current.as_ref().map(|(_, id)| id.clone()));
        let has_just_ended = now.as_ref().is_some_and(|(_, has_ended, until)| *has_ended && until.is_some() && *until == here);
        if has_just_ended && before.is_some_and(|before| before != now) {
            request_animation_frame(|| {
                if let Some(steps) = document().query_selector(".steps").ok().flatten() {
                    steps.scroll_into_view();
                }
            });
        }
        now
    });
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
