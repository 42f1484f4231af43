//! The bar over the canvas while a person goes through a run step by step: where it is held, and how it goes on.

use leptos::prelude::*;
use protocol::debug::{Pause, Why};

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon};
use crate::model::RunState;
use crate::store::Store;

/// The bar; nothing while nobody debugs.
#[component]
pub(crate) fn DebugBar() -> impl IntoView {
    let store = use_store();
    let is_watched = Memo::new(move |_| {
        let is_active = |run: &RunState| run.is_active().then_some(run.id);
        let active = store.model.with(|model| model.past.is_none().then(|| model.run().and_then(is_active)).flatten());
        store.is_held.get() || active.is_some_and(|run| store.debugger.run.get() == Some(run))
    });
    view! {
        <Show when=move || is_watched.get()>
            <div class="debug-bar" role="toolbar" aria-label="Debug" aria-orientation="horizontal">
                <Controls />
                <p class="debug-said" role="status">{move || said(store)}</p>
            </div>
        </Show>
    }
}

/// Where the run that is debugged is held; for one that goes on, that it does.
pub(crate) fn said(store: Store) -> String {
    store.debugger.shown.with(|held| held.as_ref().map_or_else(|| "Running".to_owned(), |held| told(&held.pause)))
}

/// The buttons by which a run goes on.
#[component]
pub(crate) fn Controls() -> impl IntoView {
    let store = use_store();
    let is_held = Memo::new(move |_| store.debugger.shown.with(Option::is_some));
    let word = move || if is_held.get() { "Go on" } else { "Hold" };
    let key = Action::Debug.shortcut().map(|shortcut| shortcut.label(is_mac())).unwrap_or_default();
    let button = move |action: Action| {
        view! {
            <button
                type="button"
                class="plain"
                aria-label=action.label()
                title=action.title(is_mac())
                // Disabled, it would lose the keyboard at every step.
                aria-disabled=move || (!is_held.get()).to_string()
                on:click=move |_| action.perform(store)
            >
                <Icon path=action.icon() />
            </button>
        }
    };
    view! {
        <button type="button" class="plain" aria-label=word title=move || format!("{} ({key})", word()) on:click=move |_| Action::Debug.perform(store)>
            {move || view! { <Icon path=if is_held.get() { icon::GO_ON } else { icon::PAUSE } /> }}
        </button>
        {button(Action::StepOver)}
        {button(Action::StepInto)}
        {button(Action::StepOut)}
        {button(Action::GoToHere)}
        <button type="button" class="plain" aria-label=Action::Stop.label() title=Action::Stop.title(is_mac()) on:click=move |_| Action::Stop.perform(store)>
            <Icon path=icon::STOP />
        </button>
    }
}

/// Where a run is held and why, in a line: `Held before count, attempt 2: breakpoint 1`.
fn told(pause: &Pause) -> String {
    let attempt = if pause.attempt > 1 { format!(", attempt {}", pause.attempt) } else { String::new() };
    let item = pause.item.map(|item| format!(", item {}", item + 1)).unwrap_or_default();
    let (place, why) = match &pause.why {
        Why::Breakpoint { id } => ("before", format!(": breakpoint {id}")),
        Why::Condition { id, .. } => ("before", format!(": the condition of breakpoint {id} cannot be told")),
        Why::Error { .. } => ("at", ", which is about to fail".to_owned()),
        Why::Step | Why::Asked => ("before", String::new()),
    };
    format!("Held {place} {}{attempt}{item}{why}", pause.node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StepId;

    #[test]
    fn where_a_run_is_held_is_told_in_a_line() {
        let pause = |attempt, item, why| Pause {
            tool: "t".into(),
            step: StepId(3),
            node: "count".into(),
            kind: "transform".to_owned(),
            attempt,
            item,
            callers: Vec::new(),
            why,
        };
        for (pause, expected) in [
            (pause(1, None, Why::Step), "Held before count"),
            (pause(2, Some(0), Why::Breakpoint { id: 4 }), "Held before count, attempt 2, item 1: breakpoint 4"),
            (
                pause(1, None, Why::Condition { id: 1, message: "no".to_owned() }),
                "Held before count: the condition of breakpoint 1 cannot be told",
            ),
        ] {
            assert_eq!(told(&pause), expected);
        }
    }
}
