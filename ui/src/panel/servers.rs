//! How the graph's servers stand.

use leptos::prelude::*;
use protocol::ServerPhase;

use super::prose::Prose;
use crate::app::use_store;

/// The list; nothing where the graph has no servers.
#[component]
pub(crate) fn Servers() -> impl IntoView {
    let store = use_store();
    let servers = Memo::new(move |_| {
        store.model.with(|model| {
            let graph = model.graph()?;
            let phase = |name| model.servers.get(&(graph.id, name)).cloned().unwrap_or(ServerPhase::Idle);
            Some(graph.graph.servers.keys().map(|name| (name.to_string(), phase(name.clone()))).collect::<Vec<_>>())
        })
    });
    let servers = move || servers.get().filter(|servers| !servers.is_empty());
    move || {
        servers().map(|servers| {
            view! {
                <section class="servers" aria-label="Servers">
                    <h3 class="small-head">"Servers"</h3>
                    <ul>{servers.into_iter().map(|(name, phase)| view! { <Server name=name phase=phase /> }).collect_view()}</ul>
                </section>
            }
        })
    }
}

/// One server.
#[component]
fn Server(
    /// Its name.
    name: String,
    /// How it stands.
    phase: ServerPhase,
) -> impl IntoView {
    let (key, word, more) = tell(phase);
    view! {
        <li data-phase=key>
            <span class="dot" aria-hidden="true"></span>
            <span class="mono">{name}</span>
            <span class="muted">{word}</span>
            {more.map(|more| view! { <Prose text=more class="muted" /> })}
        </li>
    }
}

/// A phase as a key for the style sheet, a word, and what there is to say besides.
fn tell(phase: ServerPhase) -> (&'static str, &'static str, Option<String>) {
    match phase {
        ServerPhase::Idle => ("idle", "starts when needed", None),
        ServerPhase::Starting => ("starting", "is starting…", None),
        ServerPhase::Ready { about } => ("ready", "is ready", Some(about).filter(|about| !about.is_empty())),
        ServerPhase::Waiting { message } => ("waiting", "is tried again soon", Some(message)),
        ServerPhase::Failed { message } => ("failed", "could not start", Some(message)),
        ServerPhase::Stopped => ("stopped", "was ended", None),
    }
}
