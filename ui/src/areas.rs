//! The areas of the page, and going from one to the next by a key: so that none of them is a trap, and none out of reach.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Where they are, in the order in which one goes through them.
const AREAS: [&str; 7] = ["#canvas", ".desk-text", ".inspector", ".tour", ".top-bar", ".rail", ".side"];

/// What can have the keyboard.
const ABLE: &str = "button:not(:disabled), input:not(:disabled), select, textarea, summary, [contenteditable='true'], [tabindex='0']";

/// Gives the keyboard to the next area that is there; to the first where none has it.
pub(crate) fn go_to_next() {
    let there: Vec<Element> = AREAS.iter().filter_map(|css| document().query_selector(css).ok().flatten()).collect();
    let active = document().active_element();
    let at = there.iter().position(|area| area.contains(active.as_ref().map(AsRef::as_ref)));
    let after = at.map_or(0, |at| at + 1);
    let ways = (0..there.len()).filter_map(|step| there.get((after + step) % there.len()));
    for area in ways {
        let able = if area.id() == "canvas" { Some(area.clone()) } else { area.query_selector(ABLE).ok().flatten() };
        if let Some(element) = able.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // Focus is refused by nothing that is on the page.
            return element.focus().unwrap_or_default();
        }
    }
}
