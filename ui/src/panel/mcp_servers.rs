//! The servers that the file describes: how each is started or reached.

use ::graph::ServerName;
use leptos::prelude::*;
use serde_json::{Value, json};

use crate::app::use_store;
use crate::form::{self, Field};
use crate::icon::{self, Icon};
use crate::model::Change;
use crate::server_words;
use crate::settings::{Setting, Typed, setting};
use crate::slot::Slot;

/// The fields of a server that is a process here.
fn local_schema() -> Value {
    json!({"type": "object", "required": ["command"], "properties": {
        "command": {"type": "string", "title": "Command", "description": "The program that is started"},
        "args": {"type": "array", "items": {"type": "string"}, "title": "Arguments"},
        "cwd": {"type": "string", "title": "Folder", "description": "Where it is started; the graph file’s folder otherwise"}
    }})
}

/// The fields of a server elsewhere.
fn remote_schema() -> Value {
    json!({"type": "object", "required": ["url"], "properties": {
        "type": {"enum": ["streamableHttp", "sse"], "title": "Transport"},
        "url": {"type": "string", "format": "uri", "title": "Address"}
    }})
}

/// All of them, and one more.
#[component]
pub(super) fn McpServers() -> impl IntoView {
    let store = use_store();
    let names = Memo::new(move |_| {
        let names = store.graph.with(|view| view.as_ref().map(|view| view.0.graph.servers.keys().cloned().collect::<Vec<_>>()));
        names.unwrap_or_default()
    });
    let typed = RwSignal::new(String::new());
    let refused = RwSignal::new(None::<&'static str>);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let taken = names.get_untracked();
        let read = server_words::read(&typed.get_untracked(), |name| taken.iter().any(|known| known.as_str() == name));
        refused.set(read.as_ref().err().copied());
        let Ok(servers) = read else { return };
        let slot = |name: &str| Slot::of_graph().key("mcpServers").key(name);
        if servers.into_iter().all(|(name, entry)| slot(&name).write(store, None, Some(entry))) {
            typed.set(String::new());
        }
    };
    view! {
        <For each=move || names.get() key=Clone::clone let:name>
            <Entry name=name />
        </For>
        <form class="server-add" on:submit=add>
            <label class="setting-title" for="add-server">"Add a server"</label>
            <div class="open-row">
                <input
                    id="add-server" type="text" class="mono" autocomplete="off" spellcheck="false" placeholder="npx -y my-mcp-server"
                    aria-describedby="add-server-about" aria-invalid=move || refused.get().is_some().then_some("true")
                    bind:value=typed
                />
                <button type="submit" class="small">"Add"</button>
            </div>
            {move || refused.get().map(|why| view! { <p class="fault" role="alert">{why}</p> })}
            <p id="add-server-about" class="setting-about muted">"The command that starts it, its address, or the JSON that its README gives."</p>
        </form>
        <p class="setting-about muted">"A secret is written "<code>"${secret:NAME}"</code>", so that it is in no file."</p>
    }
}

/// One of them.
#[component]
fn Entry(
    /// Its name.
    name: ServerName,
) -> impl IntoView {
    let store = use_store();
    let slot = Slot::of_graph().key("mcpServers").key(name.as_str());
    let value = slot.memo(store);
    let is_remote = Memo::new(move |_| value.with(|value| value.as_ref().is_some_and(|value| value.get("url").is_some())));
    let (place, own) = (StoredValue::new(slot.clone()), StoredValue::new(name.clone()));
    let typed = RwSignal::new(name.to_string());
    let rename = move || {
        let (from, to) = (own.get_value(), ServerName::from(typed.get_untracked().trim()));
        if to == from {
            return;
        }
        let edit = store.graph.with_untracked(|view| Some(nodes::rename_server(&view.as_ref()?.0.graph, &from, &to)));
        let made = edit.is_some_and(|edit| match edit {
            Ok(edit) => store.make(Change::edit(format!("renamed {from} to {to}"), edit)),
            Err(error) => store.refuse(&error),
        });
        if !made {
            typed.set(from.to_string());
        }
    };
    let fields = move || {
        let schema = if is_remote.get() { remote_schema() } else { local_schema() };
        let all = form::fields(&schema)
            .into_iter()
            .map(|field: Field| setting(Setting::new(place.with_value(|slot| slot.key(&field.name)), field)));
        all.collect_view()
    };
    let pairs = move || {
        let (key, title) = if is_remote.get() { ("headers", "Headers") } else { ("env", "Environment") };
        view! { <Pairs at=place.with_value(|slot| slot.key(key)) title=title /> }
    };
    view! {
        <div class="server-entry" role="group" aria-label=format!("Server {name}")>
            <div class="setting-head">
                <input
                    type="text" class="mono" data-graph-field aria-label=format!("Name of the server {name}") autocomplete="off" spellcheck="false"
                    bind:value=typed
                    on:blur=move |_| rename()
                    on:keydown=move |event| if event.key() == "Enter" { rename() }
                />
                <button
                    type="button" class="plain" aria-label=format!("Remove the server {name}") title="Remove"
                    on:click=move |_| place.with_value(|slot| slot.set(store, None, None))
                >
                    <Icon path=icon::TRASH />
                </button>
            </div>
            {fields}
            {pairs}
        </div>
    }
}

/// Names and texts: an environment, headers.
#[component]
fn Pairs(
    /// Where they stand.
    at: Slot,
    /// What they are.
    title: &'static str,
) -> impl IntoView {
    let store = use_store();
    let value = at.memo(store);
    let keys = Memo::new(move |_| {
        let keys = value.with(|value| value.as_ref().and_then(Value::as_object).map(|fields| fields.keys().cloned().collect::<Vec<_>>()));
        keys.unwrap_or_default()
    });
    let place = StoredValue::new(at);
    let added = RwSignal::new(String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = added.get_untracked().trim().to_owned();
        if !name.is_empty() && place.with_value(|slot| slot.key(&name).write(store, None, Some("".into()))) {
            added.set(String::new());
        }
    };
    let remove = move |key: &str| {
        let is_last = keys.with_untracked(|keys| keys.len() == 1);
        place.with_value(|slot| if is_last { slot.write(store, None, None) } else { slot.key(key).write(store, None, None) });
    };
    let one = move |key: String| {
        let typed = Typed::new(store, &place.with_value(|slot| slot.key(&key)), |value| {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        });
        let label = format!("{title}: {key}");
        view! {
            <li class="pair">
                <span class="mono cut" title=key.clone()>{key.clone()}</span>
                <input
                    type="text" class="mono" data-graph-field aria-label=label autocomplete="off" spellcheck="false"
                    prop:value=move || typed.text.get()
                    on:focus=move |_| typed.begin()
                    on:input=move |event| { let text = event_target_value(&event); typed.take(text.clone(), Ok(Some(text.into()))); }
                    on:blur=move |_| typed.end()
                />
                <button type="button" class="plain" aria-label=format!("Remove {key}") title="Remove" on:click=move |_| remove(&key)>
                    <Icon path=icon::CLOSE />
                </button>
            </li>
        }
    };
    view! {
        <div class="setting of-group">
            <div class="setting-head"><span class="setting-title">{title}</span></div>
            <ul class="pairs"><For each=move || keys.get() key=Clone::clone let:key>{one(key)}</For></ul>
            <form class="add-argument" on:submit=add>
                <input type="text" class="mono" aria-label=format!("{title}: another name") placeholder="NAME" autocomplete="off" spellcheck="false" bind:value=added />
                <button type="submit" class="plain" aria-label=format!("Add to {title}") title="Add"><Icon path=icon::PLUS /></button>
            </form>
        </div>
    }
}
