//! The editor of a tool's input or output: a row for each field; what rows do not show, as JSON.

use leptos::prelude::*;
use serde_json::Value;

use crate::app::use_store;
use crate::form::{self, Control};
use crate::icon::{self, Icon};
use crate::schema::{RowEdit, SchemaRow, TYPES, edited, rows};
use crate::settings::json_text;
use crate::slot::Slot;
use crate::store::Store;

/// A schema that is edited.
#[derive(Clone, Copy)]
struct Schema {
    store: Store,
    slot: StoredValue<Slot>,
    value: Memo<Option<Value>>,
    gesture: StoredValue<u64>,
}

impl Schema {
    /// Changes a row.
    fn change(self, name: &str, edit: RowEdit, gesture: Option<u64>) {
        self.edit(name, edit, gesture);
    }

    /// Changes a row; says whether anything came of it.
    fn edit(self, name: &str, edit: RowEdit, gesture: Option<u64>) -> bool {
        let schema = self.value.get_untracked().unwrap_or(Value::Null);
        let Some(schema) = edited(&schema, name, edit) else { return false };
        self.slot.with_value(|slot| slot.write(self.store, gesture, Some(schema)))
    }
}

/// The editor.
#[component]
pub(crate) fn SchemaEditor(
    /// Where the schema stands.
    at: Slot,
    /// What it describes.
    title: &'static str,
) -> impl IntoView {
    let store = use_store();
    let schema = Schema { store, value: at.memo(store), slot: StoredValue::new(at), gesture: StoredValue::new(store.gesture()) };
    let found = Memo::new(move |_| schema.value.with(|value| rows(value.as_ref().unwrap_or(&Value::Object(serde_json::Map::new())))));
    let names = Memo::new(move |_| found.get().map(|rows| rows.into_iter().map(|row| row.name).collect::<Vec<_>>()));
    let wants_json = RwSignal::new(false);
    let has_rows = Memo::new(move |_| names.with(Option::is_some));
    let is_json = Memo::new(move |_| wants_json.get() || !has_rows.get());
    let row = move |name: String| {
        let own = name.clone();
        let row = Memo::new(move |_| found.with(|rows| rows.as_ref()?.iter().find(|row| row.name == own).cloned()));
        view! { <Row schema=schema name=name row=row /> }
    };
    view! {
        <section class="schema" aria-label=title>
            <div class="setting-head">
                <h4>{title}</h4>
                <span class="spring"></span>
                <button
                    type="button"
                    class="link"
                    disabled=move || !has_rows.get()
                    aria-pressed=move || is_json.get().to_string()
                    on:click=move |_| wants_json.update(|wants| *wants = !*wants)
                >
                    {move || if is_json.get() && has_rows.get() { "As rows" } else { "As JSON" }}
                </button>
            </div>
            {move || {
                if is_json.get() {
                    schema.slot.with_value(|slot| json_text(slot, format!("{}-json", slot.element_id()), |text| {
                        if text.trim().is_empty() { Ok(None) } else { form::parse(&Control::Json, text).map(Some) }
                    }))
                } else {
                    view! {
                        <ul class="schema-rows">
                            <For each=move || names.get().unwrap_or_default() key=Clone::clone let:name>{row(name)}</For>
                        </ul>
                        <button type="button" class="small" on:click=move |_| schema.change("", RowEdit::Add, None)>
                            <Icon path=icon::PLUS />
                            "Add a field"
                        </button>
                    }
                    .into_any()
                }
            }}
        </section>
    }
}

/// A field: its name, its type, whether there must be a value, what it means.
#[component]
fn Row(
    /// The schema that holds it.
    schema: Schema,
    /// Its name.
    name: String,
    /// What there is of it.
    row: Memo<Option<SchemaRow>>,
) -> impl IntoView {
    let typed = RwSignal::new(name.clone());
    let of = move |read: fn(&SchemaRow) -> String| move || row.with(|row| row.as_ref().map(read).unwrap_or_default());
    let name = StoredValue::new(name);
    let edit = move |edit: RowEdit, gesture: Option<u64>| name.with_value(|name| schema.edit(name, edit, gesture));
    let change = move |row: RowEdit, gesture: Option<u64>| name.with_value(|name| schema.change(name, row, gesture));
    let rename = move || {
        let to = typed.get_untracked();
        if to != name.get_value() && !edit(RowEdit::Name(to), None) {
            typed.set(name.get_value());
        }
    };
    let kind = move || row.with(|row| row.as_ref().and_then(|row| row.kind));
    let label = move |what: &str| format!("{what} of {}", name.get_value());
    view! {
        <li class="schema-row">
            <input
                type="text" class="mono" data-graph-field aria-label=label("Name") autocomplete="off" spellcheck="false"
                bind:value=typed
                on:blur=move |_| rename()
                on:keydown=move |event| if event.key() == "Enter" { rename() }
            />
            <select aria-label=label("Type") on:change=move |event| change(RowEdit::Kind(event_target_value(&event)), None)>
                <option value="" disabled selected=move || kind().is_none()>"other"</option>
                {TYPES.map(|(key, word)| view! { <option value=key selected=move || kind() == Some(key)>{word}</option> }).collect_view()}
            </select>
            <label class="schema-required" title="A value is needed">
                <input
                    type="checkbox"
                    aria-label=label("Whether a value is needed")
                    prop:checked=move || row.with(|row| row.as_ref().is_some_and(|row| row.required))
                    on:change=move |event| change(RowEdit::Required(event_target_checked(&event)), None)
                />
                "*"
            </label>
            <button type="button" class="plain" aria-label=label("Remove the field") title="Remove" on:click=move |_| change(RowEdit::Remove, None)>
                <Icon path=icon::CLOSE />
            </button>
            <input
                type="text" class="schema-about" data-graph-field aria-label=label("Description") placeholder="What it means" autocomplete="off"
                prop:value=of(|row| row.description.clone())
                on:focus=move |_| schema.gesture.set_value(schema.store.gesture())
                on:input=move |event| change(RowEdit::Description(event_target_value(&event)), Some(schema.gesture.get_value()))
            />
        </li>
    }
}
