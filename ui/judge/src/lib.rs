//! The expression engine of the window, as a module of its own: its page loads it when the first expression or rule is looked
//! at, and does without where it cannot. What goes in and out is JSON.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod judge;

use std::cell::RefCell;
use std::sync::Arc;

use expr::{Sees, Verdict};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    /// The outputs that are judged on, by node.
    static OUTPUTS: RefCell<Arc<Map<String, Value>>> = RefCell::default();
}

/// Takes the outputs that everything is judged on from now on: a JSON object, by node. What is none counts as no outputs.
#[wasm_bindgen]
pub fn take(outputs: &str) {
    OUTPUTS.set(Arc::new(serde_json::from_str(outputs).unwrap_or_default()));
}

/// The [`Verdict`] on an expression, as JSON. `sees` is a [`Sees`], as JSON.
#[wasm_bindgen]
#[must_use]
pub fn judge(source: &str, sees: &str) -> String {
    let sees = serde_json::from_str(sees).unwrap_or(Sees::Unknown);
    let verdict = judge::judge(source, &OUTPUTS.with_borrow(Arc::clone), &sees);
    serde_json::to_string(&verdict).or_else(|_| serde_json::to_string(&Verdict::Untried)).unwrap_or_default()
}

/// What a rule, given as JSON, decides: a [`expr::Ruling`], as JSON.
#[wasm_bindgen]
#[must_use]
pub fn decide(rule: &str) -> String {
    let rule = serde_json::from_str(rule).unwrap_or_default();
    serde_json::to_string(&judge::decide(&rule, &OUTPUTS.with_borrow(Arc::clone))).unwrap_or_default()
}
