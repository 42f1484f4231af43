//! Opening a file: what is shown while there is no graph, and the same over a graph.

use leptos::prelude::*;

use crate::action::Action;
use crate::app::{focus, use_store};
use crate::dialog::Dialog;
use crate::icon::{self, Icon};
use crate::panel::Trouble;
use crate::text;

/// What to do while no graph is open.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let store = use_store();
    view! {
        <section class="welcome" aria-label="Open a graph">
            <Show
                when=move || store.is_loaded.get()
                fallback=|| view! { <p class="welcome-wait" role="status">"Loading…"</p> }
            >
                <div class="welcome-card">
                    <h1>"Open a graph"</h1>
                    <p class="muted">"A graph is a YAML file. What it draws is what runs."</p>
                    <Opening />
                    <div class="welcome-end">
                        <button type="button" on:click=move |_| Action::New.perform(store)>
                            <Icon path=icon::NEW />
                            {Action::New.label()}
                        </button>
                        <span class="muted">"Nothing to open yet? Begin with an empty one."</span>
                    </div>
                </div>
            </Show>
        </section>
    }
}

/// The same over a graph.
#[component]
pub(crate) fn OpenDialog() -> impl IntoView {
    let store = use_store();
    view! {
        <Dialog shown=store.open_shown title="Open a graph">
            <Opening />
        </Dialog>
    }
}

/// A new file.
#[component]
pub(crate) fn NewDialog() -> impl IntoView {
    let store = use_store();
    let path = RwSignal::new(String::new());
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let path = path.get_untracked().trim().to_owned();
        if path.is_empty() { focus("new-path") } else { store.create(path) }
    };
    view! {
        <Dialog shown=store.new_shown title="New graph">
            <form class="open-form" on:submit=create>
                <label for="new-path">"Path of the new file"</label>
                <div class="open-row">
                    <input id="new-path" type="text" autofocus autocomplete="off" spellcheck="false" placeholder="my_graph.yaml" bind:value=path />
                    <button type="submit" class="primary" disabled=move || store.opening.with(Option::is_some)>"Make it"</button>
                </div>
                <p class="muted">"It begins with one tool that has an entry and an exit."</p>
            </form>
            {move || store.open_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        </Dialog>
    }
}

/// The ways to a file: the system's dialog, a path, a recent file.
#[component]
fn Opening() -> impl IntoView {
    let store = use_store();
    let path = RwSignal::new(String::new());
    let open = move || {
        let path = path.get_untracked().trim().to_owned();
        if path.is_empty() { focus("open-path") } else { store.open(path) }
    };
    let is_native = Memo::new(move |_| store.model.with(|model| model.is_native));
    let is_opening = move || store.opening.with(Option::is_some);
    view! {
        <Show when=move || is_native.get()>
            <button type="button" class="primary wide" on:click=move |_| Action::Open.perform(store)>
                <Icon path=icon::OPEN />
                {Action::Open.label()}
            </button>
        </Show>
        <form
            class="open-form"
            on:submit=move |event| {
                event.prevent_default();
                open();
            }
        >
            <label for="open-path">"Path of the file"</label>
            <div class="open-row">
                <input
                    id="open-path"
                    type="text"
                    autofocus
                    autocomplete="off"
                    spellcheck="false"
                    placeholder="graphs/count_files.yaml"
                    bind:value=path
                />
                <button id="open" type="submit" class:primary=move || !is_native.get() disabled=is_opening>
                    {move || if is_opening() { "Opening…" } else { "Open" }}
                </button>
            </div>
        </form>
        {move || store.open_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        <Recent />
    }
}

/// Files that were open lately.
#[component]
fn Recent() -> impl IntoView {
    let store = use_store();
    let recent = Memo::new(move |_| store.model.with(|model| model.recent.clone()));
    view! {
        <Show when=move || !recent.with(Vec::is_empty)>
            <h2 class="small-head">"Recent"</h2>
            <ul class="recent">
                <For each=move || recent.get().into_iter().take(MOST_RECENT) key=Clone::clone let:path>
                    <RecentFile path=path />
                </For>
            </ul>
        </Show>
    }
}

/// How many recent files are offered.
const MOST_RECENT: usize = 8;

/// One of them.
#[component]
fn RecentFile(
    /// Its path.
    path: String,
) -> impl IntoView {
    let store = use_store();
    let (name, folder) = (text::file_name(&path).to_owned(), text::folder(&path).to_owned());
    view! {
        <li>
            <button type="button" class="recent-file" title=path.clone() on:click=move |_| store.open(path.clone())>
                <span>{name}</span>
                <span class="muted cut">{folder}</span>
            </button>
        </li>
    }
}
