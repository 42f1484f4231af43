//! A field for a value that a person writes as JSON.

use leptos::prelude::*;
use serde_json::Value;

/// What was written, and what is wrong with it.
#[derive(Clone, Copy)]
pub(super) struct JsonText {
    text: RwSignal<String>,
    fault: RwSignal<Option<String>>,
}

impl JsonText {
    /// A field with nothing in it.
    pub(super) fn empty() -> Self {
        Self { text: RwSignal::new(String::new()), fault: RwSignal::new(None) }
    }

    /// A field with a value in it; with `null` where there is none.
    pub(super) fn of(value: Option<&Value>) -> Self {
        // A value that is in memory is always written.
        let text = value.and_then(|value| serde_json::to_string_pretty(value).ok()).unwrap_or_else(|| "null".to_owned());
        Self { text: RwSignal::new(text), ..Self::empty() }
    }

    /// The value; none where it is no JSON, which is then said below the field.
    pub(super) fn read(self) -> Option<Value> {
        let read = serde_json::from_str(&self.text.get_untracked());
        self.fault.set(read.as_ref().err().map(|error| format!("this is not JSON: {error}")));
        read.ok()
    }

    /// The same, where nothing at all is `null`.
    pub(super) fn read_or_null(self) -> Option<Value> {
        if self.text.with_untracked(|text| text.trim().is_empty()) {
            self.fault.set(None);
            return Some(Value::Null);
        }
        self.read()
    }
}

/// The field.
#[component]
pub(super) fn JsonField(
    /// What is written.
    json: JsonText,
    /// What is asked for.
    label: &'static str,
    /// How many lines it shows.
    rows: u32,
    /// The field's id.
    #[prop(optional)]
    id: Option<String>,
    /// What it is for, where no id names it.
    #[prop(optional)]
    verb: Option<&'static str>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <textarea
                id=id
                data-verb=verb
                class="mono"
                rows=rows
                spellcheck="false"
                prop:value=move || json.text.get()
                on:input=move |event| json.text.set(event_target_value(&event))
            ></textarea>
        </label>
        {move || json.fault.get().map(|fault| view! { <p class="fault" role="alert">{fault}</p> })}
    }
}
