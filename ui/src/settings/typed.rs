//! Fields that are typed: what is typed stays as it is until the person leaves, and is a change of the graph as soon as it can be
//! read.

use leptos::prelude::*;
use serde_json::Value;

use super::Setting;
use crate::app::use_store;
use crate::form::{self, Control};
use crate::slot::Slot;
use crate::store::Store;

/// What was typed and does not look as the graph would write it: `1.`, half of a JSON text.
#[derive(Clone, Debug, PartialEq)]
struct Draft {
    text: String,
    /// The value that stood in the graph by then. Once another one does, such as after undo, the draft is past.
    stood: Option<Value>,
    fault: Option<String>,
}

/// Something typed, and the place that it changes.
#[derive(Clone, Copy)]
pub(crate) struct Typed {
    store: Store,
    slot: StoredValue<Slot>,
    draft: RwSignal<Option<Draft>>,
    /// What stands in the field.
    pub(crate) text: Memo<String>,
    /// What is wrong with it.
    pub(crate) fault: Memo<Option<String>>,
    gesture: StoredValue<u64>,
}

impl Typed {
    /// A field at a place; `write` says how a value looks in it.
    pub(crate) fn new(store: Store, slot: &Slot, write: impl Fn(&Value) -> String + Send + Sync + 'static) -> Self {
        let value = slot.memo(store);
        let draft = RwSignal::new(None::<Draft>);
        let present = Memo::new(move |_| draft.get().filter(|draft| value.with(|value| draft.stood == *value)));
        let text = Memo::new(move |_| {
            let typed = present.with(|draft| draft.as_ref().map(|draft| draft.text.clone()));
            typed.unwrap_or_else(|| value.with(|value| value.as_ref().map(&write).unwrap_or_default()))
        });
        let fault = Memo::new(move |_| present.with(|draft| draft.as_ref().and_then(|draft| draft.fault.clone())));
        let (slot, gesture) = (StoredValue::new(slot.clone()), StoredValue::new(store.gesture()));
        Self { store, slot, draft, text, fault, gesture }
    }

    /// The person begins to type.
    pub(crate) fn begin(self) {
        self.gesture.set_value(self.store.gesture());
    }

    /// Takes what was typed, and what it says: a value, nothing, or what is wrong.
    pub(crate) fn take(self, text: String, read: Result<Option<Value>, String>) {
        let fault = match read {
            Ok(value) => {
                self.slot.with_value(|slot| slot.set(self.store, Some(self.gesture.get_value()), value));
                None
            }
            Err(fault) => Some(fault),
        };
        let stood = self.slot.with_value(|slot| untrack(|| slot.read(self.store)));
        self.draft.set(Some(Draft { text, stood, fault }));
    }

    /// The person leaves: what stands in the graph is shown again, unless what was typed is not in it.
    pub(crate) fn end(self) {
        if self.fault.with_untracked(Option::is_none) {
            self.draft.set(None);
        }
    }
}

/// What is wrong, under a field.
pub(super) fn fault(typed: Typed) -> impl IntoView {
    move || typed.fault.get().map(|text| view! { <p class="fault" role="alert">{text}</p> })
}

/// A text as it stands in a field: a string without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A field of a line, or of a box where the text has several.
pub(super) fn line(setting: &Setting) -> AnyView {
    let store = use_store();
    let typed = Typed::new(store, &setting.slot, plain);
    let field = setting.field.clone();
    let read = move |text: &str| match (&field.control, text.trim().is_empty()) {
        (_, true) if !field.required => Ok(None),
        (Control::Text, _) => Ok(Some(Value::from(text))),
        (_, true) => Err("a value is needed here".to_owned()),
        (control, false) => form::parse(control, text).map(Some),
    };
    let hint = match (&setting.field.default, setting.field.format.as_deref(), &setting.field.control) {
        (Some(default), _, _) => plain(default),
        (None, Some("duration"), _) => "PT30S".to_owned(),
        (None, Some("date-time"), _) => "2026-01-31T12:00:00Z".to_owned(),
        (None, Some("date"), _) => "2026-01-31".to_owned(),
        (None, Some("uri" | "url"), _) => "https://".to_owned(),
        (None, Some("email"), _) => "name@example.org".to_owned(),
        (None, _, Control::Number { whole: true, .. }) => "a whole number".to_owned(),
        (None, _, Control::Number { .. }) => "a number".to_owned(),
        (None, _, _) => String::new(),
    };
    let mode = match setting.field.control {
        Control::Number { whole: true, .. } => "numeric",
        Control::Number { .. } => "decimal",
        _ => "text",
    };
    let is_long = Memo::new(move |_| typed.text.with(|text| text.contains('\n')));
    let is_wrong = move || typed.fault.with(Option::is_some).to_string();
    let kept = StoredValue::new((setting.slot.element_id(), hint));
    let read = StoredValue::new(read);
    let take = move |text: String| {
        let value = read.with_value(|read| read(&text));
        typed.take(text, value);
    };
    view! {
        {move || {
            let (id, hint) = kept.get_value();
            if is_long.get() {
                view! {
                    <textarea
                        id=id data-graph-field rows="4" spellcheck="false" placeholder=hint aria-invalid=is_wrong
                        prop:value=move || typed.text.get()
                        on:focus=move |_| typed.begin()
                        on:input=move |event| take(event_target_value(&event))
                        on:blur=move |_| typed.end()
                    ></textarea>
                }
                .into_any()
            } else {
                view! {
                    <input
                        id=id type="text" data-graph-field inputmode=mode autocomplete="off" spellcheck="false" placeholder=hint aria-invalid=is_wrong
                        prop:value=move || typed.text.get()
                        on:focus=move |_| typed.begin()
                        on:input=move |event| take(event_target_value(&event))
                        on:blur=move |_| typed.end()
                    />
                }
                .into_any()
            }
        }}
        {fault(typed)}
    }
    .into_any()
}

/// A field for anything, as JSON.
pub(super) fn json_field(setting: &Setting) -> AnyView {
    let is_required = setting.field.required;
    json_text(&setting.slot, setting.slot.element_id(), move |text| {
        if text.trim().is_empty() && !is_required { Ok(None) } else { form::parse(&Control::Json, text).map(Some) }
    })
}

/// A box for JSON at a place.
pub(crate) fn json_text(slot: &Slot, id: String, read: impl Fn(&str) -> Result<Option<Value>, String> + 'static) -> AnyView {
    let typed = Typed::new(use_store(), slot, |value| serde_json::to_string_pretty(value).unwrap_or_default());
    let rows = move || typed.text.with(|text| text.lines().count().clamp(2, 14) as u32);
    view! {
        <textarea
            id=id
            class="mono"
            data-graph-field
            spellcheck="false"
            placeholder="JSON"
            rows=rows
            aria-invalid=move || typed.fault.with(Option::is_some).to_string()
            prop:value=move || typed.text.get()
            on:focus=move |_| typed.begin()
            on:input=move |event| {
                let text = event_target_value(&event);
                let value = read(&text);
                typed.take(text, value);
            }
            on:blur=move |_| typed.end()
        ></textarea>
        {fault(typed)}
    }
    .into_any()
}
