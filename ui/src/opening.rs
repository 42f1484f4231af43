//! Coming to a graph: the welcome page with what was open lately and the examples, and the dialogs for opening, making and
//! importing one.

use leptos::prelude::*;
use protocol::{Example, RecentFile};

use crate::action::Action;
use crate::app::{focus, use_store};
use crate::dialog::Dialog;
use crate::icon::{self, Icon, KindTile};
use crate::panel::{Prose, Trouble};
use crate::text;

/// How many recent files are offered, and how many kinds of an example are shown.
const MOST_RECENT: usize = 8;
const MOST_KINDS: usize = 4;

/// The page while no graph is open, or when a person asks for it.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let store = use_store();
    store.ask_examples();
    let has_graph = Memo::new(move |_| store.graph.with(Option::is_some));
    view! {
        <section class="welcome" aria-label="Welcome">
            <Show
                when=move || store.is_loaded.get()
                fallback=|| view! { <p class="welcome-wait" role="status">"Loading…"</p> }
            >
                <div class="welcome-page">
                    <header class="welcome-head">
                        <div>
                            <h1>"Patchbay"</h1>
                            <p class="muted">"Draw a workflow of tools. The drawing is what runs, and a YAML file is all that it is."</p>
                        </div>
                        <Show when=move || has_graph.get()>
                            <button type="button" on:click=move |_| store.finding.welcome_shown.set(false)>"Back to the graph"</button>
                        </Show>
                    </header>
                    <Begin />
                    <div class="welcome-columns">
                        <section class="welcome-part" aria-labelledby="recent-head">
                            <h2 id="recent-head">"Recent"</h2>
                            <Recent />
                            <OpenByPath />
                        </section>
                        <section class="welcome-part" aria-labelledby="examples-head">
                            <h2 id="examples-head">"Examples"</h2>
                            <Examples />
                        </section>
                    </div>
                </div>
            </Show>
        </section>
    }
}

/// The ways to begin.
#[component]
fn Begin() -> impl IntoView {
    let store = use_store();
    let is_toured = store.finding.is_toured;
    let card = move |action: Action, title: &'static str, about: &'static str| {
        view! {
            <button type="button" class="begin" on:click=move |_| action.perform(store)>
                <span class="tile plain-tile"><Icon path=action.icon() /></span>
                <span class="begin-words">
                    <span class="begin-title">{title}</span>
                    <span class="begin-about">{about}</span>
                </span>
            </button>
        }
    };
    view! {
        <div class="begins" class:is-new=move || !is_toured.get()>
            {card(Action::Tour, "First tour", "Five steps to a graph that runs")}
            {card(Action::New, "New graph", "An entry, an exit, and your idea")}
            {card(Action::Open, "Open", "A graph file of any shape")}
            {card(Action::Import, "Import", "A canvas workflow in JSON")}
        </div>
    }
}

/// The examples. Opening one makes a copy.
#[component]
fn Examples() -> impl IntoView {
    let store = use_store();
    let folder = Memo::new(move |_| store.model.with(|model| model.folder.clone()));
    let where_to = move || match folder.get() {
        Some(folder) => format!("Opening one makes a copy of your own in `{folder}`."),
        None => "Opening one makes a copy of your own.".to_owned(),
    };
    view! {
        <p class="muted welcome-note">{move || view! { <Prose text=where_to() /> }}</p>
        <ul class="examples">
            <For each=move || store.finding.examples.get() key=|example| example.name.clone() let:example>
                <ExampleCard example=example />
            </For>
        </ul>
    }
}

/// One of them.
#[component]
fn ExampleCard(
    /// The example.
    example: Example,
) -> impl IntoView {
    let store = use_store();
    let name = example.name.clone();
    let kinds: Vec<String> = example.kinds.into_iter().filter(|kind| !matches!(kind.as_str(), "entry" | "exit")).take(MOST_KINDS).collect();
    view! {
        <li>
            <button type="button" class="example" data-example=example.name on:click=move |_| store.open_example(name.clone())>
                <span class="example-kinds" aria-hidden="true">
                    {kinds.into_iter().map(|kind| view! { <KindTile kind=kind /> }).collect_view()}
                </span>
                <span class="example-title">{example.title}</span>
                <span class="example-about"><Prose text=example.about /></span>
            </button>
        </li>
    }
}

/// Files that were open lately.
#[component]
fn Recent() -> impl IntoView {
    let store = use_store();
    let recent = Memo::new(move |_| store.model.with(|model| model.recent.clone()));
    view! {
        <Show
            when=move || !recent.with(Vec::is_empty)
            fallback=|| view! { <p class="muted">"What you open is listed here. Begin with the tour, or with an example."</p> }
        >
            <ul class="recent">
                <For each=move || recent.get().into_iter().take(MOST_RECENT) key=|file| (file.path.clone(), file.is_missing) let:file>
                    <Recently file=file />
                </For>
            </ul>
        </Show>
    }
}

/// One of them.
#[component]
fn Recently(
    /// The file.
    file: RecentFile,
) -> impl IntoView {
    let store = use_store();
    let RecentFile { path, is_missing } = file;
    let (name, folder) = (text::file_name(&path).to_owned(), text::folder(&path).to_owned());
    let (open, forget) = (path.clone(), path.clone());
    let title = if is_missing { format!("{path} is not there any more") } else { path };
    let label = format!("Take {name} from the list");
    view! {
        <li class="recent-line" class:missing=is_missing>
            <button type="button" class="recent-file" title=title disabled=is_missing on:click=move |_| store.open(open.clone())>
                <span class="cut">{name}</span>
                {is_missing.then(|| view! { <span class="chip">"missing"</span> })}
                <span class="muted cut">{folder}</span>
            </button>
            <button type="button" class="plain" aria-label=label title="Take it from the list" on:click=move |_| store.forget(forget.clone())>
                <Icon path=icon::CLOSE />
            </button>
        </li>
    }
}

/// A field for the path of a file, and why the last one could not be opened.
#[component]
fn OpenByPath() -> impl IntoView {
    let store = use_store();
    let path = RwSignal::new(String::new());
    let open = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let path = path.get_untracked().trim().to_owned();
        if path.is_empty() { focus("open-path") } else { store.open(path) }
    };
    let is_opening = move || store.opening.with(Option::is_some);
    let is_native = Memo::new(move |_| store.model.with(|model| model.is_native));
    view! {
        <form class="open-form" on:submit=open>
            <label for="open-path">"Path of a file"</label>
            <div class="open-row">
                <input id="open-path" type="text" autocomplete="off" spellcheck="false" placeholder="graphs/count_files.yaml" bind:value=path />
                <button id="open" type="submit" class:primary=move || !is_native.get() disabled=is_opening>
                    {move || if is_opening() { "Opening…" } else { "Open" }}
                </button>
            </div>
        </form>
        {move || store.open_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
    }
}

/// Opening another file over a graph.
#[component]
pub(crate) fn OpenDialog() -> impl IntoView {
    let store = use_store();
    view! {
        <Dialog shown=store.open_shown title="Open a graph">
            <OpenByPath />
            <Recent />
        </Dialog>
    }
}

/// A new file, where the system has no dialog for it.
#[component]
pub(crate) fn NewDialog() -> impl IntoView {
    let store = use_store();
    let path = RwSignal::new(String::new());
    Effect::new(move |_| {
        if store.new_shown.get() {
            path.set(store.new_path());
        }
    });
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

/// Where a graph that was dropped on the page is to be saved.
#[component]
pub(crate) fn DroppedDialog() -> impl IntoView {
    let store = use_store();
    let path = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(dropped) = store.finding.dropped.get() {
            path.set(store.dropped_path(&dropped.name));
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let path = path.get_untracked().trim().to_owned();
        if path.is_empty() { focus("dropped-path") } else { store.save_dropped(path) }
    };
    view! {
        <Dialog shown=store.finding.dropped_shown title="Save the dropped graph">
            <form class="open-form" on:submit=save>
                <label for="dropped-path">"Path of the new file"</label>
                <div class="open-row">
                    <input id="dropped-path" type="text" autofocus autocomplete="off" spellcheck="false" bind:value=path />
                    <button type="submit" class="primary" disabled=move || store.opening.with(Option::is_some)>"Save and open"</button>
                </div>
                <p class="muted">"A browser does not tell where a dropped file lies, so this is a copy of it."</p>
            </form>
            {move || store.open_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        </Dialog>
    }
}

/// Which workflow is to be imported.
#[component]
pub(crate) fn ImportDialog() -> impl IntoView {
    let store = use_store();
    let path = store.finding.import_path;
    let import = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let path = path.get_untracked().trim().to_owned();
        if path.is_empty() { focus("import-path") } else { store.import(path) }
    };
    view! {
        <Dialog shown=store.finding.import_shown title="Import a workflow">
            <form class="open-form" on:submit=import>
                <label for="import-path">"Path of the workflow, in JSON"</label>
                <div class="open-row">
                    <input id="import-path" type="text" autofocus autocomplete="off" spellcheck="false" placeholder="workflow.json" bind:value=path />
                    <button type="submit" class="primary" disabled=move || store.opening.with(Option::is_some)>"Import"</button>
                </div>
                <p class="muted">
                    "It becomes a graph file beside it, and stays as it is. Kinds of nodes that Patchbay lacks become placeholders that keep their data."
                </p>
            </form>
            {move || store.open_failed.get().map(|failed| view! { <Trouble failed=failed /> })}
        </Dialog>
    }
}

/// What became of each part of a workflow.
#[component]
pub(crate) fn ImportReport() -> impl IntoView {
    let store = use_store();
    let rows = move || {
        let report = store.finding.report.get();
        report
            .into_iter()
            .map(|line| view! { <tr><th scope="row"><Prose text=line.what /></th><td><Prose text=line.became /></td></tr> })
            .collect_view()
    };
    view! {
        <Dialog shown=store.finding.report_shown title="What became of it">
            <Show
                when=move || !store.finding.report.with(Vec::is_empty)
                fallback=|| view! { <p class="muted">"Everything became what it was."</p> }
            >
                <table class="keys report">
                    <tbody>{rows}</tbody>
                </table>
            </Show>
            <div class="buttons">
                <button type="button" class="primary" autofocus on:click=move |_| store.finding.report_shown.set(false)>"To the graph"</button>
            </div>
        </Dialog>
    }
}
