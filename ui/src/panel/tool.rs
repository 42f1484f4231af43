//! The tool: its name, its form with Run and Stop, how the last run ended, what it takes and gives; then the graph around it.

use ::graph::ToolName;
use leptos::prelude::*;

use super::dry::DryHow;
use super::graph::GraphSettings;
use super::node::Name;
use super::outcome::RunOutcome;
use super::problems::Problems;
use super::schema::SchemaEditor;
use super::servers::Servers;
use super::trouble::Trouble;
use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::form::{self, Field};
use crate::form_view::FormFields;
use crate::icon::{self, Icon};
use crate::model::RunState;
use crate::settings::{Setting, setting};
use crate::slot::Slot;

/// The panel.
#[component]
pub(crate) fn ToolPanel() -> impl IntoView {
    let store = use_store();
    let name = Memo::new(move |_| store.of_tool(|_, tool| tool.name.clone()));
    view! {
        <section class="panel" aria-label="Tool">
            {move || match name.get() {
                Some(name) => view! {
                    <ToolHead name=name.clone() />
                    <RunForm />
                    <DryHow />
                    <RunOutcome />
                    <Problems />
                    <Interface name=name />
                }
                .into_any(),
                None => view! {
                    <div class="empty">
                        <p class="muted">"This graph has no tool yet."</p>
                        <button type="button" class="primary" on:click=move |_| Action::AddTool.perform(store)>
                            <Icon path=icon::PLUS />
                            {Action::AddTool.label()}
                        </button>
                    </div>
                    <Problems />
                }
                .into_any(),
            }}
            <Servers />
            <GraphSettings />
        </section>
    }
}

/// Its name, which can be changed, and what it does.
#[component]
fn ToolHead(
    /// The tool.
    name: ToolName,
) -> impl IntoView {
    let store = use_store();
    let description = Memo::new(move |_| store.of_tool(|_, tool| tool.description.clone()).unwrap_or_default());
    let from = name.clone();
    let rename = move |text: String| {
        let to = ToolName::from(text.trim());
        if to == from || to.as_str().is_empty() {
            return false;
        }
        let edit = store.graph.with_untracked(|view| {
            let view = &view.as_ref()?.0;
            let drawing = view.layout.drawing(from.as_str()).cloned();
            let layout = drawing.map(|drawing| {
                let set = |tool: &ToolName, value| ::graph::LayoutEdit::SetDrawing { tool: tool.clone(), value };
                ::graph::LayoutEdit::batch(vec![set(&from, None), set(&to, Some(drawing))])
            });
            Some((nodes::rename_tool(&view.graph, &from, &to), layout))
        });
        match edit {
            Some((Ok(edit), layout)) => {
                let made = store.change(format!("renamed {from} to {to}"), Some(edit), layout, None);
                if made {
                    store.show_tool(to.as_str());
                }
                made
            }
            Some((Err(error), _)) => store.refuse(&error),
            None => false,
        }
    };
    view! {
        <header class="panel-head">
            <Name name=name.to_string() label="Name of the tool" on_name=Callback::new(rename) />
            <p class="muted">{description}</p>
        </header>
    }
}

/// The form with its buttons.
#[component]
fn RunForm() -> impl IntoView {
    let store = use_store();
    let is_active = Memo::new(move |_| store.of_run(RunState::is_active).unwrap_or(false));
    let asks_nothing = move || store.form.fields.with(|fields| fields.is_empty());
    view! {
        <form
            class="run-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                Action::Run.perform(store);
            }
        >
            <FormFields form=store.form />
            <Show when=asks_nothing>
                <p class="muted">"It takes no arguments."</p>
            </Show>
            <div class="buttons">
                <button
                    id="run"
                    type="submit"
                    class="primary"
                    title=Action::Run.title(is_mac())
                    disabled=move || is_active.get() || store.is_starting.get()
                >
                    {Action::Run.label()}
                </button>
                <button
                    id="dry-run"
                    type="button"
                    title=format!("{}: what writes is held back and shown", Action::DryRun.title(is_mac()))
                    disabled=move || is_active.get() || store.is_starting.get()
                    on:click=move |_| Action::DryRun.perform(store)
                >
                    {Action::DryRun.label()}
                </button>
                <button
                    id="stop"
                    type="button"
                    title=Action::Stop.title(is_mac())
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

/// What it is for, what it takes and what it gives.
#[component]
fn Interface(
    /// The tool.
    name: ToolName,
) -> impl IntoView {
    let slot = Slot::of_tool(&name);
    let schema = serde_json::json!({"type": "string", "description": "For people, and for the models that choose it"});
    let description = Field { title: "Description".to_owned(), ..form::single("description", &schema, true, &schema) };
    view! {
        <details class="settings more">
            <summary>"Description, input and output"</summary>
            <div class="settings-body">
                {setting(Setting::new(slot.key("description"), description))}
                <SchemaEditor at=slot.key("inputSchema") title="Input" />
                <SchemaEditor at=slot.key("outputSchema") title="Output" />
            </div>
        </details>
    }
}
