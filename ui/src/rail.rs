//! The rail on the left: open graphs, and opening another.

use leptos::prelude::*;
use protocol::GraphView;

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon};
use crate::store::Same;
use crate::text;

/// The rail.
#[component]
pub(crate) fn Rail() -> impl IntoView {
    let store = use_store();
    let graphs = Memo::new(move |_| store.model.with(|model| model.graphs.iter().cloned().map(Same).collect::<Vec<_>>()));
    view! {
        <nav class="rail" aria-label="Graphs">
            <Logo />
            <RailButton action=Action::Open path=icon::OPEN />
            <ul class="rail-graphs">
                <For each=move || graphs.get() key=|graph| (graph.0.id, graph.0.path.clone()) let:graph>
                    <GraphTile graph=graph />
                </For>
            </ul>
            <div class="rail-end">
                <RailButton action=Action::Keys path=icon::KEYS />
            </div>
        </nav>
    }
}

/// Two jacks and a cable.
#[component]
fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" role="img" aria-label="Patchbay">
            <circle cx="9" cy="9" r="5" />
            <circle cx="23" cy="23" r="5" />
            <path d="M9 9C9 19 23 13 23 23" />
        </svg>
    }
}

/// A button with an icon.
#[component]
fn RailButton(
    /// What it does.
    action: Action,
    /// Its icon's strokes.
    path: &'static str,
) -> impl IntoView {
    let store = use_store();
    let title = format!("{} ({})", action.label(), action.shortcut().label(is_mac()));
    view! {
        <button type="button" class="rail-button" aria-label=action.label() title=title on:click=move |_| action.perform(store)>
            <Icon path=path />
        </button>
    }
}

/// An open graph, by the first letters of its file.
#[component]
fn GraphTile(
    /// The graph.
    graph: Same<GraphView>,
) -> impl IntoView {
    let store = use_store();
    let id = graph.0.id;
    let name = text::file_name(&graph.0.path).to_owned();
    let is_shown = Memo::new(move |_| store.model.with(|model| model.shown == Some(id)));
    view! {
        <li>
            <button
                type="button"
                class="rail-graph"
                title=graph.0.path.clone()
                aria-label=name.clone()
                aria-current=move || is_shown.get().then_some("true")
                on:click=move |_| store.show_graph(id)
            >
                {text::initials(&name)}
            </button>
        </li>
    }
}
