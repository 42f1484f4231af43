//! A dialog over the page, and the one that lists the keys.

use leptos::html;
use leptos::prelude::*;

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::icon::{self, Icon};

/// A dialog that is open while `shown` is true. Escape and its button close it.
#[component]
pub(crate) fn Dialog(
    /// Whether it is open.
    shown: RwSignal<bool>,
    /// What it is about.
    title: &'static str,
    /// What is in it, made anew each time that it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = element.get() else { return };
        match (shown.get(), dialog.open()) {
            // A dialog that is on the page and not yet open is never refused.
            (true, false) => dialog.show_modal().unwrap_or_default(),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    view! {
        <dialog class="dialog" aria-label=title node_ref=element on:close=move |_| shown.set(false)>
            <Show when=move || shown.get()>
                <header class="dialog-head">
                    <h2>{title}</h2>
                    <button type="button" class="plain" aria-label="Close" on:click=move |_| shown.set(false)>
                        <Icon path=icon::CLOSE />
                    </button>
                </header>
                {children()}
            </Show>
        </dialog>
    }
}

/// What the canvas does by itself, beside the actions.
const CANVAS_KEYS: [(&str, &str); 16] = [
    ("Arrows, Home, End", "To the nearest node, the first, the last"),
    ("Alt+arrows", "Along an edge"),
    ("Tab, double-click", "Add a node"),
    ("C, arrows, Enter", "Connect the current node"),
    ("E", "Select an edge of the current node"),
    ("Delete", "Remove what is selected"),
    ("2", "Show what is selected"),
    ("Drag from a port", "Connect, or choose what comes next"),
    ("Enter", "To the inspector; write in a note or a frame"),
    ("Drop a file, Ctrl+V", "Put a picture on the canvas"),
    ("Escape", "Leave, or select nothing"),
    ("M, arrows, Enter", "Move the selected nodes"),
    ("Drag, wheel", "Pan; on a node, drag it"),
    ("Space+drag", "Pan, wherever the pointer is"),
    ("Ctrl+wheel", "Zoom"),
    ("Shift+drag", "Select what a frame touches"),
];

/// The list of keys.
#[component]
pub(crate) fn KeysDialog() -> impl IntoView {
    let store = use_store();
    let row = |keys: String, label: &'static str| {
        view! {
            <tr>
                <th scope="row"><kbd>{keys}</kbd></th>
                <td>{label}</td>
            </tr>
        }
    };
    let rows = move || {
        let keyed = Action::ALL.iter().filter_map(|action| Some((*action, action.shortcut()?)));
        let own = keyed.map(|(action, shortcut)| row(shortcut.label(is_mac()), action.label()));
        own.chain(CANVAS_KEYS.map(|(keys, label)| row(keys.to_owned(), label))).collect_view()
    };
    view! {
        <Dialog shown=store.keys_shown title="Keyboard and pointer">
            <table class="keys">
                <tbody>
                    {rows}
                </tbody>
            </table>
        </Dialog>
    }
}
