//! The small picture of the whole, over the canvas: a click or a drag on it looks there.

use canvas::Pixel;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PointerEvent};

use crate::app::use_store;
use crate::stage::Stage;

/// The picture, where it is wanted and shows more than the canvas.
#[component]
pub(super) fn MapView() -> impl IntoView {
    let stage = use_store().stage;
    view! {
        <Show when=move || stage.overview.get() && stage.has_more.get()>
            <Picture stage=stage />
        </Show>
    }
}

#[component]
fn Picture(
    /// What it shows.
    stage: Stage,
) -> impl IntoView {
    let element = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            stage.attach_map(Some(element));
        }
    });
    on_cleanup(move || stage.attach_map(None));
    let on_down = move |event: PointerEvent| {
        if let Some(area) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
            // A pointer that is gone again cannot be held, and then there is no drag.
            area.set_pointer_capture(event.pointer_id()).unwrap_or_default();
        }
        event.prevent_default();
        look(stage, &event);
    };
    let on_move = move |event: PointerEvent| {
        if event.buttons() != 0 {
            look(stage, &event);
        }
    };
    view! {
        // The keys that look elsewhere are the canvas's own: for the keyboard, the picture is only a picture.
        <div class="map" aria-hidden="true">
            <canvas node_ref=element on:pointerdown=on_down on:pointermove=on_move></canvas>
        </div>
    }
}

fn look(stage: Stage, event: &PointerEvent) {
    stage.look_on_map(Pixel { x: event.offset_x() as f32, y: event.offset_y() as f32 });
}
