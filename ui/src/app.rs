//! The page: its three zones, and what works everywhere on it.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::action::Action;
use crate::bridge::Bridge;
use crate::desk::DeskView;
use crate::dialog::KeysDialog;
use crate::inspector::Inspector;
use crate::opening::{OpenDialog, Welcome};
use crate::rail::Rail;
use crate::store::{Link, Store};
use crate::text;
use crate::top_bar::TopBar;

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

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let store = Store::new(Bridge::find());
    provide_context(store);
    store.begin();
    let keys = window_event_listener(ev::keydown, move |event| {
        // What has the keyboard comes first.
        if event.default_prevented() {
            return;
        }
        if let Some(action) = Action::of_key(&event.key(), event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            action.perform(store);
        }
    });
    on_cleanup(move || keys.remove());
    Effect::new(move |_| {
        let file = store.graph.with(|graph| graph.as_ref().map(|graph| text::file_name(&graph.0.path).to_owned()));
        document().set_title(&file.map_or_else(|| "Patchbay".to_owned(), |file| format!("{file} – Patchbay")));
    });
    let has_graph = Memo::new(move |_| store.graph.with(Option::is_some));
    view! {
        <div class="app" class:has-graph=has_graph>
            <Rail />
            <div class="work">
                <Show when=move || has_graph.get()>
                    <TopBar />
                </Show>
                <LinkNotice />
                <DeskView />
                <Show when=move || !has_graph.get()>
                    <Welcome />
                </Show>
            </div>
            <Show when=move || has_graph.get()>
                <Inspector />
            </Show>
        </div>
        <OpenDialog />
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
