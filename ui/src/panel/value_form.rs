//! A field for a value that a person gives in place of another, as JSON.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;

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
    // A value that is in memory is always written.
    let text = RwSignal::new(value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| "null".to_owned()));
    let fault = RwSignal::new(None::<String>);
    let go = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        match serde_json::from_str::<Value>(&text.get_untracked()) {
            Ok(value) => {
                fault.set(None);
                on_value.run(Arc::new(value));
            }
            Err(error) => fault.set(Some(format!("this is not JSON: {error}"))),
        }
    };
    view! {
        <form class="run-form" on:submit=go>
            <label class="field">
                <span>{label}</span>
                <textarea
                    id=format!("{name}-value")
                    class="mono"
                    rows="6"
                    spellcheck="false"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                ></textarea>
            </label>
            {move || fault.get().map(|fault| view! { <p class="fault" role="alert">{fault}</p> })}
            <button id=format!("{name}-go") type="submit" class="primary">{button}</button>
        </form>
    }
}
