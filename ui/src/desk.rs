//! The canvas and the text beside it: whether the text is shown, on which side, how large; remembered from time to time.

use leptos::prelude::*;
use protocol::Settings;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent};

use crate::action::Action;
use crate::app::{is_mac, use_store};
use crate::canvas_view::CanvasView;
use crate::icon::{self, Icon};
use crate::panel::TextPanel;

/// How small and how large the text can be made, in pixels, and how far a key moves its edge.
const LEAST: f64 = 240.0;
const MOST: f64 = 1600.0;
const KEY_STEP: f64 = 24.0;

/// On which side of the canvas the text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Side {
    #[default]
    Right,
    Below,
}

impl Side {
    /// Its name in the style sheet.
    fn name(self) -> &'static str {
        match self {
            Side::Right => "right",
            Side::Below => "below",
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Side::Right => Side::Below,
            Side::Below => Side::Right,
        }
    }
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Desk {
    /// Whether the text is shown.
    pub(crate) has_text: bool,
    /// Where.
    pub(crate) side: Side,
    /// How wide it is, or how high, in pixels.
    size: f64,
}

impl Default for Desk {
    fn default() -> Self {
        Self { has_text: false, side: Side::default(), size: 420.0 }
    }
}

impl Desk {
    /// As it was left the last time.
    pub(crate) fn of(settings: &Settings) -> Self {
        let side = if settings.is_text_below { Side::Below } else { Side::Right };
        Self { has_text: settings.has_text, side, size: f64::from(settings.text_size).clamp(LEAST, MOST) }
    }

    /// Says how it is, to be kept.
    pub(crate) fn tell(&self, settings: &mut Settings) {
        settings.has_text = self.has_text;
        settings.is_text_below = self.side == Side::Below;
        settings.text_size = self.size as u32;
    }
}

/// Changes it; the store sees to it that it is kept.
pub(crate) fn change(desk: RwSignal<Desk>, change: impl FnOnce(&mut Desk)) {
    desk.update(change);
}

/// The canvas, and the text where a person wants it.
#[component]
pub(crate) fn DeskView() -> impl IntoView {
    let store = use_store();
    let desk = store.desk;
    let has_text = Memo::new(move |_| desk.with(|desk| desk.has_text) && store.graph.with(Option::is_some));
    let size = move || desk.with(|desk| format!("{}px", desk.size));
    view! {
        <div class="desk" data-side=move || desk.with(|desk| desk.side.name())>
            <CanvasView />
            <Show when=move || has_text.get()>
                <Splitter />
                <div class="desk-text" style:flex-basis=size>
                    <TextPanel />
                </div>
            </Show>
        </div>
    }
}

/// The edge between both, which can be dragged, and moved by arrows.
#[component]
fn Splitter() -> impl IntoView {
    let desk = use_store().desk;
    // Where the pointer went down, and the size then.
    let held = StoredValue::new(None::<(f64, f64)>);
    let along = move |event: &PointerEvent| {
        f64::from(match desk.with_untracked(|desk| desk.side) {
            Side::Right => event.client_x(),
            Side::Below => event.client_y(),
        })
    };
    let resize = move |size: f64| change(desk, |desk| desk.size = size.clamp(LEAST, MOST));
    let down = move |event: PointerEvent| {
        if let Some(edge) = event.current_target().and_then(|edge| edge.dyn_into::<HtmlElement>().ok()) {
            // A pointer that is gone again cannot be held; then nothing is dragged.
            edge.set_pointer_capture(event.pointer_id()).unwrap_or_default();
        }
        held.set_value(Some((along(&event), desk.with_untracked(|desk| desk.size))));
    };
    let moved = move |event: PointerEvent| {
        if let Some((from, size)) = held.get_value() {
            resize(size + from - along(&event));
        }
    };
    let press = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" | "ArrowUp" => KEY_STEP,
            "ArrowRight" | "ArrowDown" => -KEY_STEP,
            _ => return,
        };
        event.prevent_default();
        resize(desk.with_untracked(|desk| desk.size) + step);
    };
    view! {
        <div
            class="splitter"
            role="separator"
            tabindex="0"
            aria-label="Size of the text"
            aria-orientation=move || if desk.with(|desk| desk.side == Side::Right) { "vertical" } else { "horizontal" }
            aria-valuemin=LEAST.to_string()
            aria-valuemax=MOST.to_string()
            aria-valuenow=move || desk.with(|desk| format!("{:.0}", desk.size))
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| held.set_value(None)
            on:pointercancel=move |_| held.set_value(None)
            on:keydown=press
        ></div>
    }
}

/// The button that shows the text or puts it away.
#[component]
pub(crate) fn TextButton() -> impl IntoView {
    let store = use_store();
    let title = Action::Text.title(is_mac());
    view! {
        <button
            id="text-button"
            type="button"
            class="plain"
            aria-label=Action::Text.label()
            title=title
            aria-pressed=move || store.desk.with(|desk| desk.has_text).to_string()
            on:click=move |_| Action::Text.perform(store)
        >
            <Icon path=icon::TEXT />
        </button>
    }
}
