//! From the browser's events to the canvas's inputs.

use canvas::{Button, Direction, Event, Held, Input, Key, Pixel, Pointer};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, FocusEvent, HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};

use crate::stage::Stage;
use crate::store::Store;

/// What one line and one page of a wheel that counts so are in pixels.
const LINE: f64 = 32.0;
const PAGE: f64 = 400.0;

fn area(event: &web_sys::Event) -> Option<HtmlElement> {
    event.current_target()?.dyn_into().ok()
}

/// The place in the area of a place in the window.
fn place(area: &Element, x: i32, y: i32) -> Pixel {
    from_corner(corner(area), x, y)
}

/// The same, by where the area was a moment ago: for what comes with every frame.
fn place_in_passing(stage: Stage, area: &Element, event: &web_sys::MouseEvent) -> Pixel {
    from_corner(stage.corner(event.time_stamp(), || corner(area)), event.client_x(), event.client_y())
}

fn from_corner((left, top): (f64, f64), x: i32, y: i32) -> Pixel {
    Pixel { x: (f64::from(x) - left) as f32, y: (f64::from(y) - top) as f32 }
}

fn corner(area: &Element) -> (f64, f64) {
    let rect = area.get_bounding_client_rect();
    (rect.left(), rect.top())
}

fn pointer(event: &PointerEvent) -> Pointer {
    Pointer { id: event.pointer_id(), is_touch: event.pointer_type() == "touch" }
}

fn send(stage: Stage, event: &web_sys::MouseEvent, what: Event) -> bool {
    let held = Held { shift: event.shift_key(), control: event.ctrl_key() || event.meta_key(), alt: event.alt_key() };
    stage.input(Input { time: event.time_stamp(), held, event: what })
}

/// A pointer goes down: the area has it and the keyboard from now on.
pub(super) fn down(stage: Stage, event: &PointerEvent) {
    let Some(area) = area(event) else { return };
    // A pointer that is gone again cannot be held; its end is told by `pointercancel`.
    area.set_pointer_capture(event.pointer_id()).unwrap_or_default();
    area.focus().unwrap_or_default();
    let button = match event.button() {
        0 => Button::Main,
        1 => Button::Middle,
        _ => Button::Other,
    };
    // The middle button would scroll by itself, and the main one select text.
    event.prevent_default();
    send(stage, event, Event::Down(pointer(event), button, place(&area, event.client_x(), event.client_y())));
}

/// A pointer moves.
pub(super) fn moved(stage: Stage, event: &PointerEvent) {
    if let Some(area) = area(event) {
        send(stage, event, Event::Move(pointer(event), place_in_passing(stage, &area, event)));
    }
}

/// A pointer goes up.
pub(super) fn up(stage: Stage, event: &PointerEvent) {
    if let Some(area) = area(event) {
        send(stage, event, Event::Up(pointer(event), place(&area, event.client_x(), event.client_y())));
    }
}

/// The system takes a pointer away.
pub(super) fn lost(stage: Stage, event: &PointerEvent) {
    send(stage, event, Event::Lost(pointer(event)));
}

/// A pointer leaves the area.
pub(super) fn leave(stage: Stage, event: &PointerEvent) {
    send(stage, event, Event::Leave);
}

/// The wheel turns. Whatever it does, the page does not scroll or zoom.
pub(super) fn wheel(stage: Stage, event: &WheelEvent) {
    let Some(area) = area(event) else { return };
    event.prevent_default();
    let unit = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => LINE,
        WheelEvent::DOM_DELTA_PAGE => PAGE,
        _ => 1.0,
    };
    let (dx, dy) = ((event.delta_x() * unit) as f32, (event.delta_y() * unit) as f32);
    send(stage, event, Event::Wheel(place_in_passing(stage, &area, event), dx, dy));
}

/// Files are dropped: pictures among them are put where they were dropped. What is left is the page's.
pub(super) fn dropped(store: Store, event: &DragEvent) {
    let (Some(area), Some(data)) = (area(event), event.data_transfer()) else { return };
    if store.take_pictures(&data, Some(place(&area, event.client_x(), event.client_y()))) {
        event.prevent_default();
    }
}

/// Whether a key was pressed in something else that lies on the canvas, such as a field.
fn is_elsewhere(event: &KeyboardEvent) -> bool {
    event.target() != event.current_target()
}

/// A key goes down. What the canvas does not want, the page may have.
pub(super) fn press(stage: Stage, event: &KeyboardEvent) {
    if let Some(key) = key(event).filter(|_| !is_elsewhere(event))
        && send_key(stage, event, Event::Press(key))
    {
        event.prevent_default();
    }
}

/// A key goes up.
pub(super) fn release(stage: Stage, event: &KeyboardEvent) {
    if let Some(key) = key(event).filter(|_| !is_elsewhere(event)) {
        send_key(stage, event, Event::Release(key));
    }
}

/// The keyboard goes elsewhere.
pub(super) fn blur(stage: Stage, event: &FocusEvent) {
    stage.input(Input { time: event.time_stamp(), held: Held::default(), event: Event::Blur });
}

fn send_key(stage: Stage, event: &KeyboardEvent, what: Event) -> bool {
    let held = Held { shift: event.shift_key(), control: event.ctrl_key() || event.meta_key(), alt: event.alt_key() };
    stage.input(Input { time: event.time_stamp(), held, event: what })
}

fn key(event: &KeyboardEvent) -> Option<Key> {
    let name = event.key();
    let mut characters = name.chars();
    match name.as_str() {
        "Escape" => Some(Key::Escape),
        "Enter" => Some(Key::Enter),
        "Tab" => Some(Key::Tab),
        "Delete" | "Backspace" => Some(Key::Delete),
        " " => Some(Key::Space),
        "Home" => Some(Key::Home),
        "End" => Some(Key::End),
        "ArrowLeft" => Some(Key::Arrow(Direction::Left)),
        "ArrowRight" => Some(Key::Arrow(Direction::Right)),
        "ArrowUp" => Some(Key::Arrow(Direction::Up)),
        "ArrowDown" => Some(Key::Arrow(Direction::Down)),
        _ => characters.next().filter(|_| characters.next().is_none()).and_then(|c| c.to_lowercase().next()).map(Key::Character),
    }
}
