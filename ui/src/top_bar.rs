//! The bar over the canvas: which graph and which tool this is, and in which shape the file is written.

use leptos::prelude::*;

use crate::app::use_store;
use crate::desk::TextButton;
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
            <span class="spring"></span>
            <ToolChoice />
            <TextButton />
        </header>
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
