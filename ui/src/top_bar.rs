//! The bar over the canvas: which graph and which tool this is, and in which shape the file is written.

use leptos::prelude::*;

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::desk::TextButton;
use crate::icon::Icon;
use crate::text;

/// The bar.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let store = use_store();
    let of_graph = move |read: fn(&protocol::GraphView) -> String| {
        Memo::new(move |_| store.graph.with(|graph| graph.as_ref().map(|graph| read(&graph.0)).unwrap_or_default()))
    };
    let title = of_graph(|view| view.graph.about.title.clone().unwrap_or_else(|| view.graph.about.name.clone()));
    let path = of_graph(|view| view.path.clone());
    let dialect = of_graph(|view| view.dialect.clone());
    view! {
        <header class="top-bar">
            <div class="top-title">
                <h1>{title}</h1>
                <p class="top-path" title=path>{move || text::file_name(&path.get()).to_owned()}</p>
            </div>
            <span class="chip" title="The shape in which the file is written">{dialect}</span>
            <Saved />
            <span class="spring"></span>
            <History />
            <ToolChoice />
            <TextButton />
        </header>
    }
}

/// Undo and redo, with what they would take back or make again.
#[component]
fn History() -> impl IntoView {
    let store = use_store();
    let of_graph = move |read: fn(&protocol::GraphView) -> Option<String>| {
        Memo::new(move |_| store.graph.with(|graph| graph.as_ref().and_then(|graph| read(&graph.0))))
    };
    let (undo, redo) = (of_graph(|view| view.undo.clone()), of_graph(|view| view.redo.clone()));
    let button = move |action: Action, what: Memo<Option<String>>| {
        let title = move || match what.get() {
            Some(what) => format!("{}: {what}", action.title(is_mac())),
            None => action.title(is_mac()),
        };
        view! {
            <button
                type="button"
                class="plain"
                aria-label=move || what.get().map_or_else(|| action.label().to_owned(), |what| format!("{}: {what}", action.label()))
                title=title
                disabled=move || what.with(Option::is_none)
                on:click=move |_| action.perform(store)
            >
                <Icon path=action.icon() />
            </button>
        }
    };
    view! { <div class="history" role="group" aria-label="History">{button(Action::Undo, undo)}{button(Action::Redo, redo)}</div> }
}

/// Says where a change is not in the file yet, and why.
#[component]
fn Saved() -> impl IntoView {
    let store = use_store();
    let unsaved = Memo::new(move |_| store.graph.with(|graph| graph.as_ref().and_then(|graph| graph.0.unsaved.clone())));
    view! {
        <span role="status">
            {move || unsaved.get().map(|failed| view! { <span class="chip unsaved" title=failed.message.clone()>"Not saved: " {failed.message.clone()}</span> })}
        </span>
    }
}

/// The tool that is shown, and the others to choose from.
#[component]
fn ToolChoice() -> impl IntoView {
    let store = use_store();
    let names = Memo::new(move |_| {
        let tools = store
            .graph
            .with(|graph| graph.as_ref().map(|graph| graph.0.graph.tools.iter().map(|tool| tool.name.to_string()).collect::<Vec<_>>()));
        tools.unwrap_or_default()
    });
    let shown = Memo::new(move |_| store.of_tool(|_, tool| tool.name.to_string()).unwrap_or_default());
    view! {
        <Show when=move || !names.with(Vec::is_empty)>
            <label class="tool-choice">
                <span>"Tool"</span>
                <select id="tool" prop:value=move || shown.get() on:change=move |event| store.show_tool(&event_target_value(&event))>
                    <For each=move || names.get() key=Clone::clone let:name>
                        <option value=name.clone() selected=move || shown.get() == name>{name.clone()}</option>
                    </For>
                </select>
            </label>
        </Show>
    }
}
