//! The inspector on the right: the node or the item that is current, or else the tool. Its inner edge can be dragged.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::app::{focus, use_store};
use crate::panel::{BoardPanel, ComparisonPanel, ItemPanel, NodePanel, RunComparisonPanel, ToolPanel};

/// The id of what has the keyboard when a person opens a node.
const HEAD: &str = "inspector-head";

/// How wide it is at first, at least and at most, and how much a key changes that, in pixels.
pub(crate) const WIDTH: i32 = 320;
const LEAST: i32 = 280;
const MOST: i32 = 720;
const STEP: i32 = 24;

/// What it shows.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    Node(graph::NodeId),
    Item(graph::ItemId),
    Tool,
}

/// The inspector.
#[component]
pub(crate) fn Inspector() -> impl IntoView {
    let store = use_store();
    let stage = store.stage;
    let shown = Memo::new(move |_| {
        let node = stage.current.get().map(|(_, id)| Shown::Node(id));
        let item = move || stage.chosen.with(|chosen| chosen.items.last().cloned()).map(Shown::Item);
        node.or_else(item).unwrap_or(Shown::Tool)
    });
    Effect::new(move |before: Option<usize>| {
        let times = stage.opened.get();
        if before.is_some_and(|before| before != times) {
            if store.board.get_untracked() {
                return untrack(|| {
                    store.enter_from_board();
                    times
                });
            }
            store.inspector_shown.set(true);
            request_animation_frame(|| focus(HEAD));
        }
        times
    });
    Effect::new(move |before: Option<usize>| {
        let (times, _) = stage.opened_item.get();
        if before.is_some_and(|before| before != times) {
            store.inspector_shown.set(true);
            request_animation_frame(|| focus("item-text"));
        }
        times
    });
    Effect::new(move |_| {
        if let Some(path) = store.sought.get() {
            // The panel of the node is drawn first.
            request_animation_frame(move || request_animation_frame(move || seek(&path)));
            store.sought.set(None);
        }
    });
    Effect::new(move |_| {
        // Another node: its latest execution.
        shown.track();
        store.picked.set(None);
    });
    view! {
        <aside class="inspector" aria-label="Inspector" style:width=move || format!("{}px", store.inspector_width.get())>
            <Edge />
            <div class="inspector-body">
                {move || match store.comparison.get() {
                    Some(compared) => view! { <ComparisonPanel shown=compared /> }.into_any(),
                    None if store.board.get() => view! { <BoardPanel /> }.into_any(),
                    None if store.run_comparison.with(Option::is_some) => {
                        store.run_comparison.get().map(|shown| view! { <RunComparisonPanel shown=shown /> }).into_any()
                    }
                    None => match shown.get() {
                    Shown::Node(id) => view! { <NodePanel id=id /> }.into_any(),
                    Shown::Item(id) => view! { <ItemPanel id=id /> }.into_any(),
                    Shown::Tool => view! { <ToolPanel /> }.into_any(),
                    },
                }}
            </div>
        </aside>
    }
}

/// Gives the keyboard to the field of a node's setting, or of what holds it.
fn seek(path: &graph::Path) {
    let mut path = path.clone();
    loop {
        let id = format!("set-node-{path}");
        if document().get_element_by_id(&id).is_some() {
            return focus(&id);
        }
        match path.split_last() {
            Some((above, _)) => path = above,
            None => return focus(HEAD),
        }
    }
}

/// The edge by which it is made wider.
#[component]
fn Edge() -> impl IntoView {
    let width = use_store().inspector_width;
    let from = StoredValue::new(None::<(i32, i32)>);
    let set = move |wanted: i32| width.set(wanted.clamp(LEAST, MOST));
    let down = move |event: PointerEvent| {
        if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            // A pointer that is gone again cannot be held.
            element.set_pointer_capture(event.pointer_id()).unwrap_or_default();
            from.set_value(Some((event.client_x(), width.get_untracked())));
            event.prevent_default();
        }
    };
    let moved = move |event: PointerEvent| {
        if let Some((x, before)) = from.get_value() {
            set(before + x - event.client_x());
        }
    };
    let press = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => set(width.get_untracked() + STEP),
            "ArrowRight" => set(width.get_untracked() - STEP),
            "Home" => set(WIDTH),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div
            class="inspector-edge"
            role="separator"
            aria-orientation="vertical"
            aria-label="Width of the inspector"
            aria-valuenow=move || width.get().to_string()
            aria-valuemin=LEAST.to_string()
            aria-valuemax=MOST.to_string()
            tabindex="0"
            title="Drag to make it wider"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| from.set_value(None)
            on:pointercancel=move |_| from.set_value(None)
            on:dblclick=move |_| set(WIDTH)
            on:keydown=press
        ></div>
    }
}
