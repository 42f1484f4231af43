//! The arguments of a call: a field for each that the tool's schema names, the others as they are, each a value or an expression.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::choose::server_beside;
use super::{Setting, setting};
use crate::app::use_store;
use crate::form::{self, Control, Field};
use crate::icon::{self, Icon};
use crate::slot::Slot;

/// The arguments.
#[component]
pub(crate) fn ArgsField(
    /// Where they stand.
    at: Slot,
) -> impl IntoView {
    let store = use_store();
    let server = server_beside(store, &at);
    let tool = Slot { target: at.target.clone(), path: graph::Path::root() }.key("tool").memo(store);
    let schema = Memo::new(move |_| {
        let tool = tool.get()?;
        let name = tool.as_str()?;
        match server.get() {
            Some(server) => store.server_tool(&server, name).map(|tool| tool.input_schema),
            None => store.graph.with(|view| Some(view.as_ref()?.0.graph.tool(name)?.input_schema.clone())),
        }
    });
    let fields = Memo::new(move |_| {
        let fields = schema.with(|schema| schema.as_ref().map(form::fields)).unwrap_or_default();
        fields.into_iter().filter(|field| !field.name.is_empty()).collect::<Vec<_>>()
    });
    let value = at.memo(store);
    let extra = Memo::new(move |_| {
        let known = fields.with(|fields| fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>());
        let keys = value.with(|value| value.as_ref().and_then(Value::as_object).map(|fields| fields.keys().cloned().collect::<Vec<_>>()));
        keys.unwrap_or_default().into_iter().filter(|key| !known.contains(key)).collect::<Vec<_>>()
    });
    let takes_more =
        move || schema.with(|schema| schema.as_ref().is_none_or(|schema| schema.get("additionalProperties") != Some(&json!(false))));
    let place = StoredValue::new(at);
    let argument = move |field: Field, is_extra: bool| {
        let slot = place.with_value(|slot| slot.key(&field.name));
        setting(Setting { slot, field, is_argument: true, is_extra })
    };
    view! {
        <div class="arguments">
            {move || fields.get().into_iter().map(|field| argument(field, false)).collect_view()}
            <For each=move || extra.get() key=Clone::clone let:name>
                {argument(any(&name), true)}
            </For>
            <Show when=takes_more>
                <AddArgument at=place.get_value() />
            </Show>
        </div>
    }
}

/// The field of an argument that no schema names.
fn any(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        title: name.to_owned(),
        description: None,
        required: true,
        default: None,
        format: None,
        control: Control::Json,
    }
}

/// Another argument, by its name.
#[component]
fn AddArgument(
    /// Where the arguments stand.
    at: Slot,
) -> impl IntoView {
    let store = use_store();
    let name = RwSignal::new(String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let named = name.get_untracked().trim().to_owned();
        if !named.is_empty() && at.key(&named).write(store, None, Some(json!(""))) {
            name.set(String::new());
        }
    };
    view! {
        <form class="add-argument" on:submit=add>
            <input type="text" aria-label="Name of another argument" placeholder="Another argument" autocomplete="off" spellcheck="false" bind:value=name />
            <button type="submit" class="plain" aria-label="Add the argument" title="Add the argument"><Icon path=icon::PLUS /></button>
        </form>
    }
}
