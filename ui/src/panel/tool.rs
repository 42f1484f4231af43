//! The tool: its form, Run and Stop, how the last run ended, and what is wrong with the graph.

use leptos::prelude::*;

use super::outcome::RunOutcome;
use super::problems::Problems;
use super::servers::Servers;
use super::trouble::Trouble;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::form_view::FormFields;
use crate::model::RunState;

/// The panel.
#[component]
pub(crate) fn ToolPanel() -> impl IntoView {
    let store = use_store();
    let name = Memo::new(move |_| store.of_tool(|_, tool| tool.name.to_string()));
    let description = Memo::new(move |_| store.of_tool(|_, tool| tool.description.clone()).unwrap_or_default());
    view! {
        <section class="panel" aria-label="Tool">
            <Show
                when=move || name.with(Option::is_some)
                fallback=|| view! { <p class="muted">"This graph has no tool yet. Add one under `tools:` in its file."</p> }
            >
                <header class="panel-head">
                    <h2 id="inspector-head" tabindex="-1" class="mono">{move || name.get()}</h2>
                    <p class="muted">{description}</p>
                </header>
                <RunForm />
                <RunOutcome />
            </Show>
            <Problems />
            <Servers />
        </section>
    }
}

/// The form with its buttons.
#[component]
fn RunForm() -> impl IntoView {
    let store = use_store();
    let is_active = Memo::new(move |_| store.of_run(RunState::is_active).unwrap_or(false));
    let asks_nothing = move || store.fields.with(|fields| fields.is_empty());
    let title = |action: Action| format!("{} ({})", action.label(), action.shortcut().label(is_mac()));
    view! {
        <form
            class="run-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                Action::Run.perform(store);
            }
        >
            <FormFields />
            <Show when=asks_nothing>
                <p class="muted">"It takes no arguments."</p>
            </Show>
            <div class="buttons">
                <button
                    id="run"
                    type="submit"
                    class="primary"
                    title=title(Action::Run)
                    disabled=move || is_active.get() || store.is_starting.get()
                >
                    {Action::Run.label()}
                </button>
                <button
                    id="stop"
                    type="button"
                    title=title(Action::Stop)
                    disabled=move || !is_active.get()
                    on:click=move |_| Action::Stop.perform(store)
                >
                    {Action::Stop.label()}
                </button>
            </div>
            {move || store.run_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        </form>
    }
}
