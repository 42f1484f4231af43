//! The fields of a form on the page. A field's element has the id `field-` and its path.

use leptos::prelude::*;
use serde_json::Value;

use crate::app::use_store;
use crate::form::{Control, Entries, Field};
use crate::icon::{self, Icon};

/// All fields of the form.
#[component]
pub(crate) fn FormFields() -> impl IntoView {
    let store = use_store();
    move || store.fields.get().iter().map(|field| field_view(field.clone(), field.name.clone())).collect_view()
}

/// A field at its path. A plain function, since a field may hold fields.
fn field_view(field: Field, path: String) -> AnyView {
    match field.control.clone() {
        Control::Object(fields) => group(field, fields, path).into_any(),
        Control::List(item) => list(field, *item, path).into_any(),
        Control::Toggle => toggle(field, path).into_any(),
        control @ (Control::Text | Control::Number { .. } | Control::Choice(_) | Control::Json) => line(field, control, path).into_any(),
    }
}

fn element_id(path: &str) -> String {
    format!("field-{path}")
}

fn entries() -> RwSignal<Entries> {
    use_store().entries
}

/// What is wrong with a field.
fn fault(path: &str) -> Memo<Option<String>> {
    let (store, path) = (use_store(), path.to_owned());
    Memo::new(move |_| store.faults.with(|faults| faults.iter().find(|fault| fault.path == path).map(|fault| fault.message.clone())))
}

/// Takes what is typed at a path; the field is no longer wrong until it is looked at again.
fn typed(path: &str) -> impl Fn(String) + Clone + use<> {
    let (store, path) = (use_store(), path.to_owned());
    move |text| {
        store.entries.update(|entries| entries.set(&path, text));
        if store.faults.with_untracked(|faults| faults.iter().any(|fault| fault.path == path)) {
            store.faults.update(|faults| faults.retain(|fault| fault.path != path));
        }
    }
}

/// A field of one line, or of one box, with its label.
fn line(field: Field, control: Control, path: String) -> impl IntoView {
    let fault = fault(&path);
    let id = element_id(&path);
    let about_id = format!("about-{path}");
    let input = input(&field, control, &path, fault, about_id.clone());
    let label = if field.title.is_empty() { "Value".to_owned() } else { field.title };
    view! {
        <div class="field" class:wrong=move || fault.with(Option::is_some)>
            <label for=id>
                {label}
                {field.required.then(|| view! { <span class="required" title="A value is needed">"*"</span> })}
            </label>
            {input}
            <div id=about_id class="field-about">
                {field.description.map(|text| view! { <p class="muted">{text}</p> })}
                {move || fault.get().map(|text| view! { <p class="fault" role="alert">{text}</p> })}
            </div>
        </div>
    }
}

fn input(field: &Field, control: Control, path: &str, fault: Memo<Option<String>>, about: String) -> AnyView {
    let (id, set, entries) = (element_id(path), typed(path), entries());
    let path = path.to_owned();
    let text = move || entries.with(|entries| entries.text(&path).to_owned());
    let is_wrong = move || fault.with(Option::is_some).to_string();
    let required = field.required.to_string();
    let on_input = move |event| set(event_target_value(&event));
    match control {
        Control::Choice(choices) => {
            let can_be_empty = !field.required || field.default.is_none();
            let options = choices.into_iter().enumerate().map(|(at, choice)| {
                let text = text.clone();
                view! { <option value=at.to_string() selected=move || text() == at.to_string()>{choice_label(&choice)}</option> }
            });
            view! {
                <select id=id aria-required=required aria-invalid=is_wrong aria-describedby=about prop:value=text.clone() on:change=on_input>
                    {can_be_empty.then(|| view! { <option value="">"—"</option> })}
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        Control::Json => view! {
            <textarea
                id=id
                class="mono"
                rows="4"
                spellcheck="false"
                placeholder="JSON"
                aria-required=required
                aria-invalid=is_wrong
                aria-describedby=about
                prop:value=text
                on:input=on_input
            ></textarea>
        }
        .into_any(),
        Control::Text | Control::Number { .. } | Control::Toggle | Control::Object(_) | Control::List(_) => {
            let (mode, placeholder) = match control {
                Control::Number { whole: true, .. } => ("numeric", "a whole number"),
                Control::Number { .. } => ("decimal", "a number"),
                _ => ("text", ""),
            };
            view! {
                <input
                    id=id
                    type="text"
                    inputmode=mode
                    placeholder=placeholder
                    autocomplete="off"
                    spellcheck="false"
                    aria-required=required
                    aria-invalid=is_wrong
                    aria-describedby=about
                    prop:value=text
                    on:input=on_input
                />
            }
            .into_any()
        }
    }
}

fn choice_label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn toggle(field: Field, path: String) -> impl IntoView {
    let (id, set, entries) = (element_id(&path), typed(&path), entries());
    let is_on = move || entries.with(|entries| entries.is_on(&path));
    view! {
        <div class="field">
            <label class="toggle">
                <input id=id type="checkbox" prop:checked=is_on on:change=move |event| set(event_target_checked(&event).to_string()) />
                {field.title}
            </label>
            {field.description.map(|text| view! { <p class="muted field-about">{text}</p> })}
        </div>
    }
}

fn group(field: Field, fields: Vec<Field>, path: String) -> impl IntoView {
    let inner = fields.into_iter().map(|inner| {
        let path = format!("{path}.{}", inner.name);
        field_view(inner, path)
    });
    view! {
        <fieldset class="group">
            <legend>{field.title}</legend>
            {field.description.map(|text| view! { <p class="muted field-about">{text}</p> })}
            {inner.collect_view()}
        </fieldset>
    }
}

fn list(field: Field, item: Field, path: String) -> impl IntoView {
    let entries = entries();
    let (at, added) = (StoredValue::new(path.clone()), StoredValue::new(item));
    let length = Memo::new(move |_| entries.with(|entries| entries.length(&at.get_value())));
    let one = move |index: usize| {
        let remove = move |_| entries.update(|entries| entries.remove(&at.get_value(), index));
        let label = format!("Remove item {}", index + 1);
        view! {
            <li>
                {field_view(added.get_value(), format!("{}[{index}]", at.get_value()))}
                <button type="button" class="plain" aria-label=label on:click=remove>
                    <Icon path=icon::CLOSE />
                </button>
            </li>
        }
    };
    view! {
        <fieldset class="group list" id=element_id(&path)>
            <legend>{field.title}</legend>
            {field.description.map(|text| view! { <p class="muted field-about">{text}</p> })}
            <ol>{move || (0..length.get()).map(one).collect_view()}</ol>
            <button type="button" class="small" on:click=move |_| entries.update(|entries| entries.push(&at.get_value(), &added.get_value()))>
                <Icon path=icon::PLUS />
                "Add an item"
            </button>
        </fieldset>
    }
}
