//! The rail on the left: open graphs, and opening another.

use leptos::prelude::*;
use protocol::GraphView;

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::Icon;
use crate::side::Side;
use crate::store::Same;
use crate::text;

/// The rail.
#[component]
pub(crate) fn Rail() -> impl IntoView {
    let store = use_store();
    let graphs = Memo::new(move |_| store.model.with(|model| model.graphs.iter().cloned().map(Same).collect::<Vec<_>>()));
    // The panels are about the graph, which the welcome page lies over.
    let has_panels = Memo::new(move |_| store.graph.with(Option::is_some) && !store.finding.welcome_shown.get());
    view! {
        <nav class="rail" aria-label="Graphs">
            <Home />
            <RailButton action=Action::Open />
            <RailButton action=Action::New />
            <ul class="rail-graphs">
                <For each=move || graphs.get() key=|graph| (graph.0.id, graph.0.path.clone()) let:graph>
                    <GraphTile graph=graph />
                </For>
            </ul>
            <div class="rail-end">
                <Show when=move || has_panels.get()>
                    <SideButton side=Side::Add action=Action::ShowAdd />
                    <SideButton side=Side::Problems action=Action::ShowProblems />
                    <SideButton side=Side::Servers action=Action::ShowServers />
                    <SideButton side=Side::Inbox action=Action::ShowInbox />
                    <SideButton side=Side::Runs action=Action::ShowRuns />
                    <SideButton side=Side::Tests action=Action::ShowTests />
                    <SideButton side=Side::Debugger action=Action::ShowDebugger />
                    <SideButton side=Side::Versions action=Action::ShowVersions />
                </Show>
                <RailButton action=Action::Commands />
                <RailButton action=Action::Keys />
            </div>
        </nav>
    }
}

/// Two jacks and a cable: to the welcome page, and back.
#[component]
fn Home() -> impl IntoView {
    let store = use_store();
    let has_graph = Memo::new(move |_| store.graph.with(Option::is_some));
    let is_shown = move || !has_graph.get() || store.finding.welcome_shown.get();
    view! {
        <button
            type="button"
            class="rail-home"
            aria-label=Action::Welcome.label()
            title=Action::Welcome.title(is_mac())
            aria-current=move || is_shown().then_some("page")
            on:click=move |_| Action::Welcome.perform(store)
        >
            <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
                <circle cx="9" cy="9" r="5" />
                <circle cx="23" cy="23" r="5" />
                <path d="M9 9C9 19 23 13 23 23" />
            </svg>
        </button>
    }
}

/// A button with an icon.
#[component]
fn RailButton(
    /// What it does.
    action: Action,
) -> impl IntoView {
    let store = use_store();
    view! {
        <button type="button" class="rail-button" aria-label=action.label() title=action.title(is_mac()) on:click=move |_| action.perform(store)>
            <Icon path=action.icon() />
        </button>
    }
}

/// A button for a panel beside the rail; those of the problems and the questions count them.
#[component]
fn SideButton(
    /// The panel.
    side: Side,
    /// What shows and hides it.
    action: Action,
) -> impl IntoView {
    let store = use_store();
    let counted = Memo::new(move |_| {
        if side == Side::Inbox {
            let count = store.questions.with(|questions| questions.as_ref().map_or(0, Vec::len));
            return (count > 0).then_some((count, true));
        }
        let problems = store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.problems.clone())).unwrap_or_default();
        let errors = problems.iter().filter(|reported| reported.problem.is_error()).count();
        (side == Side::Problems && !problems.is_empty()).then_some((problems.len(), errors > 0))
    });
    let label = move || match counted.get() {
        Some((count, _)) if side == Side::Inbox => text::sentence(&text::count(count, "question")),
        Some((count, _)) => text::sentence(&text::count(count, "problem")),
        None => side.title().to_owned(),
    };
    view! {
        <button
            type="button"
            class="rail-button"
            aria-label=label
            title=action.title(is_mac())
            aria-expanded=move || (store.side.get() == Some(side)).to_string()
            on:click=move |_| action.perform(store)
        >
            <Icon path=action.icon() />
            {move || counted.get().map(|(count, has_errors)| view! {
                <span class="count" class:of-errors=has_errors aria-hidden="true">{if count > 99 { "99+".to_owned() } else { count.to_string() }}</span>
            })}
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
    let is_shown = Memo::new(move |_| store.model.with(|model| model.shown == Some(id)) && !store.finding.welcome_shown.get());
    view! {
        <li>
            <button
                type="button"
                class="rail-graph"
                title=graph.0.path.clone()
                aria-current=move || is_shown.get().then_some("true")
                on:click=move |_| store.show_graph(id)
            >
                <span aria-hidden="true">{text::initials(&name)}</span>
                <span class="unseen">{name}</span>
            </button>
        </li>
    }
}
