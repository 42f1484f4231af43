//! The way in the desktop window: Tauri's IPC.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use protocol::Failed;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Incoming, failed, hear_text, thrown};

/// Whether the page is in the desktop window.
pub(super) fn is_there() -> bool {
    core().is_some()
}

/// `window.__TAURI__.core`.
fn core() -> Option<JsValue> {
    let tauri = get(&js_sys::global(), "__TAURI__")?;
    get(&tauri, "core")
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

async fn invoke(command: &str, arguments: &Object) -> Result<JsValue, Failed> {
    let core = core().ok_or_else(|| failed("the page is not in Patchbay's window"))?;
    let invoke: Function = get(&core, "invoke").and_then(|invoke| invoke.dyn_into().ok()).ok_or_else(|| failed("the window has no IPC"))?;
    let promise = invoke.call2(&core, &command.into(), arguments).map_err(|error| thrown(&error))?;
    JsFuture::from(Promise::resolve(&promise)).await.map_err(|error| thrown(&error))
}

fn with(name: &str, value: &JsValue, object: Object) -> Object {
    // Setting a field of a plain object does not fail.
    Reflect::set(&object, &name.into(), value).unwrap_or_default();
    object
}

/// Sends a command and gives the JSON of its reply.
pub(super) async fn call(name: &str, body: &str) -> Result<String, Failed> {
    let body = JSON::parse(body).map_err(|error| thrown(&error))?;
    let arguments = with("body", &body, with("name", &name.into(), Object::new()));
    let reply = invoke("call", &arguments).await?;
    let text = JSON::stringify(&reply).map_err(|error| thrown(&error))?;
    Ok(text.as_string().unwrap_or_default())
}

/// Opens the channel of events.
pub(super) fn listen(hear: impl Fn(Incoming) + Clone + 'static) {
    spawn_local(async move {
        if let Err(error) = subscribe(hear.clone()).await {
            leptos::logging::error!("events cannot be heard: {error}");
            hear(Incoming::Down);
        }
    });
}

async fn subscribe(hear: impl Fn(Incoming) + Clone + 'static) -> Result<(), Failed> {
    let constructor: Option<Function> = core().and_then(|core| get(&core, "Channel")).and_then(|channel| channel.dyn_into().ok());
    let constructor = constructor.ok_or_else(|| failed("the window has no channels"))?;
    let channel = Reflect::construct(&constructor, &js_sys::Array::new()).map_err(|error| thrown(&error))?;
    let on_message = {
        let hear = hear.clone();
        Closure::<dyn Fn(JsValue)>::new(move |message: JsValue| {
            if let Some(text) = JSON::stringify(&message).ok().and_then(|text| text.as_string()) {
                hear_text(&text, &hear);
            }
        })
    };
    // The channel lives as long as the page, and so does what hears it.
    Reflect::set(&channel, &"onmessage".into(), &on_message.into_js_value()).map_err(|error| thrown(&error))?;
    invoke("subscribe", &with("channel", &channel, Object::new())).await?;
    hear(Incoming::Up);
    Ok(())
}
