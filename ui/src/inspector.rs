//! The inspector on the right: the node that is current, or else the tool.

use leptos::prelude::*;

use crate::app::{focus, use_store};
use crate::panel::{NodePanel, ToolPanel};

/// The id of what has the keyboard when a person opens a node.
const HEAD: &str = "inspector-head";

/// The inspector.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let store = use_store();
    let stage = store.stage;
    let node = Memo::new(move |_| stage.current.get().map(|(_, id)| id));
    Effect::new(move |before: Option<usize>| {
        let times = stage.opened.get();
        if before.is_some_and(|before| before != times) {
            focus(HEAD);
        }
        times
    });
    Effect::new(move |_| {
        // Another node: its latest execution.
        node.track();
        store.picked.set(None);
    });
    view! {
        <aside class="inspector" aria-label="Inspector">
            {move || match node.get() {
                Some(id) => view! { <NodePanel id=id /> }.into_any(),
                None => view! { <ToolPanel /> }.into_any(),
            }}
        </aside>
    }
}
