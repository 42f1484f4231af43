//! A note or a frame that is written in where it stands: a field over it that goes with the canvas. What is typed is shown at
//! once; all of it is one step of undo.

use graph::{ItemContent, LayoutEdit};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use crate::app::{focus, use_store};
use crate::stage::Written;

/// The field, while something is written in.
#[component]
pub(super) fn WrittenItem() -> impl IntoView {
    let stage = use_store().stage;
    let id = Memo::new(move |_| stage.written.with(|written| written.as_ref().map(|written| written.id.clone())));
    // Made once for each item; its place follows by itself.
    move || id.get().map(|id| view! { <Field id=id /> })
}

#[component]
fn Field(
    /// The item.
    id: graph::ItemId,
) -> impl IntoView {
    let store = use_store();
    let own = StoredValue::new(id);
    let gesture = store.gesture();
    let item =
        move || store.of_tool(|graph, tool| graph.layout.drawing(tool.name.as_str())?.items.get(&own.get_value()).cloned()).flatten();
    let item = Memo::new(move |_| item());
    let is_note = untrack(|| item.with(|item| item.as_ref().is_some_and(|item| matches!(item.content, ItemContent::Note { .. }))));
    let text = move || {
        item.with(|item| match item.as_ref().map(|item| &item.content) {
            Some(ItemContent::Note { text, .. }) => text.clone(),
            Some(ItemContent::Frame { title, .. }) => title.clone(),
            Some(ItemContent::Picture { .. }) | None => String::new(),
        })
    };
    let say = move |said: String| {
        let Some((mut value, tool)) = item.get_untracked().zip(store.of_tool_now()) else { return };
        let what = match &mut value.content {
            ItemContent::Note { text, .. } => {
                *text = said;
                "wrote a note"
            }
            ItemContent::Frame { title, .. } => {
                *title = said;
                "named a frame"
            }
            ItemContent::Picture { .. } => return,
        };
        let layout = LayoutEdit::SetItem { tool, item: own.get_value(), value: Some(value), at: None };
        store.change(what, None, Some(layout), Some(gesture));
    };
    let leave = move || {
        store.stage.written.set(None);
        focus("canvas");
    };
    let press = move |event: ev::KeyboardEvent| {
        // While letters are being composed, Escape and Enter are the input method's.
        let ends = event.key() == "Escape" || (event.key() == "Enter" && (!is_note || event.ctrl_key() || event.meta_key()));
        if ends && !event.is_composing() {
            event.prevent_default();
            leave();
        }
    };
    let style = move || store.stage.written.with(|written| written.as_ref().map(place).unwrap_or_default());
    let (area, line) = (NodeRef::<html::Textarea>::new(), NodeRef::<html::Input>::new());
    // With the next frame, when the field has its text. A title is marked, to be written over; a text is gone on from.
    Effect::new(move |_| {
        let (area, line) = (area.get(), line.get());
        request_animation_frame(move || {
            // Focus is refused by nothing that is on the page.
            if let Some(area) = area {
                area.focus().unwrap_or_default();
            }
            if let Some(line) = line {
                line.focus().unwrap_or_default();
                line.select();
            }
        });
    });
    let still = |event: ev::PointerEvent| event.stop_propagation();
    let scroll = |event: ev::WheelEvent| {
        if !event.ctrl_key() {
            event.stop_propagation();
        }
    };
    if is_note {
        view! {
            <textarea
                class="written note"
                aria-label="Text of the note, in Markdown"
                data-graph-field
                style=style
                node_ref=area
                prop:value=text
                on:input=move |event| say(event_target_value(&event))
                on:keydown=press
                on:pointerdown=still
                on:wheel=scroll
                on:blur=move |_| store.stage.written.set(None)
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                type="text"
                class="written frame"
                aria-label="Title of the frame"
                autocomplete="off"
                data-graph-field
                style=style
                node_ref=line
                prop:value=text
                on:input=move |event| say(event_target_value(&event))
                on:keydown=press
                on:pointerdown=still
                on:blur=move |_| store.stage.written.set(None)
            />
        }
        .into_any()
    }
}

/// Where the field is, in the world: the style sheet says how high a frame's is.
fn place(written: &Written) -> String {
    let rect = &written.rect;
    format!("left: {}px; top: {}px; width: {}px; height: {}px", rect.x, rect.y, rect.w, rect.h)
}
