//! The fields of a form on the page. A field's element has the form's name as its id, a dash and its path.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::Value;

use crate::form::{self, Control, Entries, Fault, Field, alternative};
use crate::icon::{self, Icon};

/// A form that is being filled in.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Its fields.
    pub(crate) fields: RwSignal<Arc<Vec<Field>>>,
    /// What was typed into it.
    pub(crate) entries: RwSignal<Entries>,
    /// What is wrong with it.
    pub(crate) faults: RwSignal<Vec<Fault>>,
    name: StoredValue<String>,
}

impl Form {
    /// A form without fields; its name begins the ids of its elements, and is used by no other form on the page.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        let (fields, entries, faults) = (RwSignal::new(Arc::default()), RwSignal::new(Entries::default()), RwSignal::new(Vec::new()));
        Self { fields, entries, faults, name: StoredValue::new(name.into()) }
    }

    /// Takes the fields that a schema describes. What was typed stays where they are the same.
    pub(crate) fn take_schema(self, schema: Option<&Value>) {
        let fields = schema.map(form::fields).unwrap_or_default();
        if self.fields.with_untracked(|before| **before != fields) {
            self.entries.set(Entries::initial(&fields));
            self.faults.set(Vec::new());
            self.fields.set(Arc::new(fields));
        }
    }

    /// What was typed, as arguments; none where something is wrong with it, which then is shown.
    pub(crate) fn collect(self) -> Option<Value> {
        let collected = self.fields.with_untracked(|fields| self.entries.with_untracked(|entries| form::collect(fields, entries)));
        match collected {
            Ok(arguments) => {
                self.faults.set(Vec::new());
                Some(arguments)
            }
            Err(faults) => {
                self.faults.set(faults);
                None
            }
        }
    }

    fn element_id(self, path: &str) -> String {
        self.name.with_value(|name| format!("{name}-{path}"))
    }

    /// What is wrong with a field.
    fn fault(self, path: &str) -> Memo<Option<String>> {
        let path = path.to_owned();
        Memo::new(move |_| self.faults.with(|faults| faults.iter().find(|fault| fault.path == path).map(|fault| fault.message.clone())))
    }

    /// Takes what is typed at a path; the field is no longer wrong until it is looked at again.
    fn typed(self, path: &str) -> impl Fn(String) + Clone + use<> {
        let path = path.to_owned();
        move |text| {
            self.entries.update(|entries| entries.set(&path, text));
            if self.faults.with_untracked(|faults| faults.iter().any(|fault| fault.path == path)) {
                self.faults.update(|faults| faults.retain(|fault| fault.path != path));
            }
        }
    }
}

/// All fields of a form.
#[component]
pub(crate) fn FormFields(
    /// The form.
    form: Form,
) -> impl IntoView {
    move || form.fields.get().iter().map(|field| field_view(form, field.clone(), field.name.clone())).collect_view()
}

/// A field at its path. A plain function, since a field may hold fields.
fn field_view(form: Form, field: Field, path: String) -> AnyView {
    match field.control.clone() {
        Control::Object(fields) => group(form, field, fields, path).into_any(),
        Control::List(item) => list(form, field, *item, path).into_any(),
        Control::OneOf(fields) => one_of(form, field, fields, path).into_any(),
        Control::Toggle => toggle(form, field, path).into_any(),
        control @ (Control::Text | Control::Number { .. } | Control::Choice(_) | Control::Json) => {
            line(form, field, control, path).into_any()
        }
    }
}

/// A field that takes one of several sorts of values: which one, and its field.
fn one_of(form: Form, field: Field, fields: Vec<Field>, path: String) -> impl IntoView {
    let set = form.typed(&path);
    let id = form.element_id(&path);
    let fields = StoredValue::new(fields);
    let is_needed = field.required;
    let at = StoredValue::new(path);
    let chosen = Memo::new(move |_| {
        let text = form.entries.with(|entries| entries.text(&at.get_value()).to_owned());
        text.parse::<usize>().ok().or_else(|| is_needed.then_some(0))
    });
    let options = move || fields.with_value(|fields| fields.iter().map(|field| field.title.clone()).enumerate().collect::<Vec<_>>());
    view! {
        <fieldset class="group">
            <legend>{field.title}</legend>
            {field.description.map(|text| view! { <p class="muted field-about">{text}</p> })}
            <select id=id aria-label="Sort of value" on:change=move |event| set(event_target_value(&event))>
                {(!is_needed).then(|| view! { <option value="" selected=move || chosen.get().is_none()>"—"</option> })}
                {options()
                    .into_iter()
                    .map(|(number, title)| {
                        view! { <option value=number.to_string() selected=move || chosen.get() == Some(number)>{title}</option> }
                    })
                    .collect_view()}
            </select>
            {move || {
                let number = chosen.get()?;
                let mut inner = fields.with_value(|fields| fields.get(number).cloned())?;
                inner.title = "Value".to_owned();
                Some(field_view(form, inner, alternative(&at.get_value(), number)))
            }}
        </fieldset>
    }
}

/// A field of one line, or of one box, with its label.
fn line(form: Form, field: Field, control: Control, path: String) -> impl IntoView {
    let fault = form.fault(&path);
    let id = form.element_id(&path);
    let about_id = format!("about-{id}");
    let input = input(form, &field, control, &path, fault, about_id.clone());
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

fn input(form: Form, field: &Field, control: Control, path: &str, fault: Memo<Option<String>>, about: String) -> AnyView {
    let (id, set, entries) = (form.element_id(path), form.typed(path), form.entries);
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
        Control::Text | Control::Number { .. } | Control::Toggle | Control::Object(_) | Control::List(_) | Control::OneOf(_) => {
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

/// A value among others to choose from.
pub(crate) fn choice_label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn toggle(form: Form, field: Field, path: String) -> impl IntoView {
    let (id, set, entries) = (form.element_id(&path), form.typed(&path), form.entries);
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

fn group(form: Form, field: Field, fields: Vec<Field>, path: String) -> impl IntoView {
    let inner = fields.into_iter().map(|inner| {
        let path = format!("{path}.{}", inner.name);
        field_view(form, inner, path)
    });
    view! {
        <fieldset class="group">
            <legend>{field.title}</legend>
            {field.description.map(|text| view! { <p class="muted field-about">{text}</p> })}
            {inner.collect_view()}
        </fieldset>
    }
}

fn list(form: Form, field: Field, item: Field, path: String) -> impl IntoView {
    let entries = form.entries;
    let (at, added) = (StoredValue::new(path.clone()), StoredValue::new(item));
    let length = Memo::new(move |_| entries.with(|entries| entries.length(&at.get_value())));
    let one = move |index: usize| {
        let remove = move |_| entries.update(|entries| entries.remove(&at.get_value(), index));
        let label = format!("Remove item {}", index + 1);
        view! {
            <li>
                {field_view(form, added.get_value(), format!("{}[{index}]", at.get_value()))}
                <button type="button" class="plain" aria-label=label on:click=remove>
                    <Icon path=icon::CLOSE />
                </button>
            </li>
        }
    };
    view! {
        <fieldset class="group list" id=form.element_id(&path)>
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
