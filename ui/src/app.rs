//! The page: its three zones, and what works everywhere on it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::action::{Action, Typing};
use crate::bridge::Bridge;
use crate::collapse::CollapseDialog;
use crate::commands::CommandPalette;
use crate::debug_bar::DebugBar;
use crate::desk::DeskView;
use crate::dialog::KeysDialog;
use crate::inspector::Inspector;
use crate::opening::{DroppedDialog, ImportDialog, ImportReport, NewDialog, OpenDialog, Welcome};
use crate::palette::QuickAdd;
use crate::panel::{ConflictCard, PastStrip};
use crate::rail::Rail;
use crate::side::SidePanel;
use crate::store::{Link, Store};
use crate::text;
use crate::toast::{Toast, Toasts};
use crate::top_bar::TopBar;
use crate::tour_view::TourView;

/// The store, as every view gets it.
pub(crate) fn use_store() -> Store {
    expect_context::<Store>()
}

/// Whether the keyboard has a Command key.
pub(crate) fn is_mac() -> bool {
    web_sys::window().and_then(|window| window.navigator().platform().ok()).is_some_and(|platform| platform.starts_with("Mac"))
}

/// Gives the keyboard to the element of this id, if it is on the page.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Focus is refused by nothing that is on the page.
        element.focus().unwrap_or_default();
    }
}

/// What a person types into where a key was pressed; none where nobody types.
fn typing(event: &web_sys::KeyboardEvent) -> Option<Typing> {
    typing_in(&event.target()?.dyn_into::<Element>().ok()?)
}

/// What a person types into now; none where nobody types.
pub(crate) fn typing_now() -> Option<Typing> {
    typing_in(&document().active_element()?)
}

fn typing_in(element: &Element) -> Option<Typing> {
    let is_text = match element.tag_name().as_str() {
        "TEXTAREA" => true,
        "INPUT" => !matches!(element.get_attribute("type").as_deref(), Some("checkbox" | "button")),
        _ => element.closest("[contenteditable]").ok().flatten().is_some(),
    };
    is_text.then(|| if element.has_attribute("data-graph-field") { Typing::Graph } else { Typing::Other })
}

/// Copies, cuts and pastes nodes where the keys for it are pressed and nobody types or has selected a text.
fn listen_to_clipboard(store: Store) {
    let is_ours = move |event: &web_sys::ClipboardEvent| {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_text = element.is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
        let marked =
            web_sys::window().and_then(|window| window.get_selection().ok().flatten()).is_some_and(|marked| !marked.is_collapsed());
        !is_text && !marked && !store.is_modal() && store.graph.with_untracked(Option::is_some)
    };
    let copy = move |event: web_sys::ClipboardEvent, cuts: bool| {
        let (true, Some(data)) = (is_ours(&event), event.clipboard_data()) else { return };
        if let Some(text) = store.copied() {
            event.prevent_default();
            match data.set_data("text/plain", &text) {
                Ok(()) if cuts => store.cut_away(),
                Ok(()) => {}
                Err(_) => store.toast.set(Some(Toast::error("the browser does not let this page copy"))),
            }
        }
    };
    let copied = window_event_listener(ev::copy, move |event| copy(event, false));
    let cut = window_event_listener(ev::cut, move |event| copy(event, true));
    let pasted = window_event_listener(ev::paste, move |event| {
        if let (true, Some(data)) = (is_ours(&event), event.clipboard_data()) {
            event.prevent_default();
            if !store.take_pictures(&data, None) {
                store.paste(data.get_data("text/plain").unwrap_or_default());
            }
        }
    });
    on_cleanup(move || {
        copied.remove();
        cut.remove();
        pasted.remove();
    });
}

/// Takes graph files that are dropped anywhere on the page, which a browser would otherwise show in the page's place.
fn listen_to_drops(store: Store) {
    let has_files = |event: &web_sys::DragEvent| event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0));
    let over = window_event_listener(ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let drop = window_event_listener(ev::drop, move |event| {
        let Some(data) = event.data_transfer().filter(|_| has_files(&event) && !event.default_prevented()) else { return };
        event.prevent_default();
        if !store.is_modal() {
            store.take_graph(&data);
        }
    });
    on_cleanup(move || {
        over.remove();
        drop.remove();
    });
}

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let store = Store::new(Bridge::find());
    provide_context(store);
    store.begin();
    let keys = window_event_listener(ev::keydown, move |event| {
        // What has the keyboard comes first.
        if event.default_prevented() || store.is_modal() {
            return;
        }
        if event.key() == "Escape" && typing(&event).is_none() {
            store.leave_comparison();
            store.leave_past();
            store.leave_coverage();
            return store.leave_board();
        }
        if let Some(action) = Action::of_key(&event.key(), event.ctrl_key() || event.meta_key(), event.shift_key(), typing(&event)) {
            event.prevent_default();
            action.perform(store);
        }
    });
    on_cleanup(move || keys.remove());
    listen_to_clipboard(store);
    listen_to_drops(store);
    Effect::new(move |_| {
        let file = store.graph.with(|graph| graph.as_ref().map(|graph| text::file_name(&graph.0.path).to_owned()));
        let asked = store.questions.with(|questions| questions.as_ref().map_or(0, Vec::len));
        let asked = if asked > 0 { format!("({asked}) ") } else { String::new() };
        document().set_title(&file.map_or_else(|| format!("{asked}Patchbay"), |file| format!("{asked}{file} – Patchbay")));
    });
    let has_graph = Memo::new(move |_| store.graph.with(Option::is_some) && !store.finding.welcome_shown.get());
    view! {
        <div class="app" class:has-graph=has_graph>
            <Rail />
            <Show when=move || has_graph.get()>
                <SidePanel />
            </Show>
            <main class="work">
                <Show when=move || has_graph.get()>
                    <TopBar />
                </Show>
                <LinkNotice />
                <ConflictCard />
                <div class="stage">
                    <DeskView />
                    <QuickAdd />
                    <Show when=move || has_graph.get()>
                        <DebugBar />
                    </Show>
                    <Toasts />
                </div>
                <Show when=move || has_graph.get()>
                    <PastStrip />
                </Show>
                <Show when=move || !has_graph.get()>
                    <Welcome />
                </Show>
            </main>
            <Show when=move || has_graph.get() && store.inspector_shown.get()>
                <Inspector />
            </Show>
        </div>
        <CommandPalette />
        <OpenDialog />
        <NewDialog />
        <DroppedDialog />
        <CollapseDialog />
        <ImportDialog />
        <ImportReport />
        <Show when=move || has_graph.get()>
            <TourView />
        </Show>
        <KeysDialog />
    }
}

/// Says that nothing that is shown is sure to be true any more.
#[component]
fn LinkNotice() -> impl IntoView {
    let store = use_store();
    view! {
        <Show when=move || store.link.get() == Link::Down && store.is_loaded.get()>
            <p class="notice" role="status">"Patchbay does not answer. Trying again…"</p>
        </Show>
    }
}
