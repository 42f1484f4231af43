//! A field for a value that a person gives in place of another, as JSON.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;

use super::json_field::{JsonField, JsonText};

/// The field and its button.
#[component]
pub(super) fn ValueForm(
    /// What the ids of the field and the button begin with: `NAME-value`, `NAME-go`.
    name: &'static str,
    /// What is asked for.
    label: &'static str,
    /// What the button does.
    button: &'static str,
    /// What it was.
    value: Option<Value>,
    /// Takes the value.
    on_value: Callback<Arc<Value>>,
) -> impl IntoView {
    let json = JsonText::of(value.as_ref());
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(value) = json.read() {
            on_value.run(Arc::new(value));
        }
    };
    view! {
        <form class="run-form" on:submit=go>
            <JsonField json=json label=label rows=6 id=format!("{name}-value") />
            <button id=format!("{name}-go") type="submit" class="primary">{button}</button>
        </form>
    }
}
