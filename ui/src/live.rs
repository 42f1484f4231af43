//! Elements over the canvas for what moves by itself: so that the canvas can rest while a node runs.

use leptos::prelude::*;

use crate::app::use_store;
use crate::markdown::Markdown;
use crate::stage::{Live, LiveNote};
use crate::text;

/// An element for each live node, placed in the world; the element around them follows the camera.
#[component]
pub(crate) fn LiveLayer() -> impl IntoView {
    let stage = use_store().stage;
    let live = stage.live;
    view! {
        <For each=move || stage.notes.get() key=|note| (note.id.clone(), format!("{:?}", note.rect), note.text.clone()) let:note>
            <Note note=note />
        </For>
        <For each=move || live.get() key=|node| (node.id.clone(), format!("{:?}", node.rect)) let:node>
            <Running node=node />
        </For>
    }
}

/// The text of a note.
#[component]
fn Note(
    /// The note.
    note: LiveNote,
) -> impl IntoView {
    let LiveNote { id, rect, text } = note;
    let stage = use_store().stage;
    let own = id.clone();
    // Its field is over it then.
    let is_written = move || stage.written.with(|written| written.as_ref().is_some_and(|written| written.id == own));
    let style = format!("left: {}px; top: {}px; width: {}px; height: {}px", rect.x, rect.y, rect.w, rect.h);
    view! {
        <div class="live-note" class:written=is_written aria-hidden="true" data-item-id=id.to_string() style=style>
            <Markdown text=text />
        </div>
    }
}

/// The ring of a running node, and how long it has been running.
#[component]
fn Running(
    /// The node.
    node: Live,
) -> impl IntoView {
    let store = use_store();
    let Live { id, rect } = node;
    let elapsed = move || {
        let now = store.now_us.get();
        let since = store.of_run(|run| {
            let node = run.node(&id)?;
            node.steps.iter().rev().map(|at| &run.steps()[*at]).find(|step| !step.state.has_ended()).map(|step| step.started_us)
        });
        since.flatten().and_then(|since| u64::try_from(now - since).ok()).filter(|us| *us >= LEAST_SHOWN_US).map(text::duration)
    };
    let style = format!("left: {}px; top: {}px; width: {}px; height: {}px", rect.x, rect.y, rect.w, rect.h);
    view! {
        <div class="live-node" aria-hidden="true" style=style>
            <span class="live-time">{elapsed}</span>
        </div>
    }
}

/// What is over sooner is told by its result.
const LEAST_SHOWN_US: u64 = 300_000;
