//! The way to the app: commands there and back, events on one ordered channel. The same from the desktop window, by Tauri's
//! IPC, and from a browser, by HTTP. Knows no command and no event by name.

mod native;
mod web;

use protocol::{Code, Command, Event, Failed};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

/// Which way there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bridge {
    /// The desktop window's IPC.
    Native,
    /// HTTP and a WebSocket to where the page came from.
    Web,
}

/// What comes without being asked for.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Events flow from now on. What happened before was not heard.
    Up,
    /// Something happened.
    Event(Box<Event>),
    /// No event can be heard until the next [`Incoming::Up`].
    Down,
}

impl Bridge {
    /// The way that this page has.
    pub(crate) fn find() -> Self {
        if native::is_there() { Bridge::Native } else { Bridge::Web }
    }

    /// Asks the app.
    ///
    /// # Errors
    /// What the app says, or that it could not be reached.
    pub(crate) async fn call<C: Command>(self, command: &C) -> Result<C::Reply, Failed> {
        let body = to_json(command)?;
        let reply = match self {
            Bridge::Native => native::call(C::NAME, &body).await?,
            Bridge::Web => web::call(C::NAME, &body).await?,
        };
        from_json(C::NAME, &reply)
    }

    /// Hears events from now on, as long as the page lives.
    pub(crate) fn listen(self, hear: impl Fn(Incoming) + Clone + 'static) {
        match self {
            Bridge::Native => native::listen(hear),
            Bridge::Web => web::listen(hear),
        }
    }
}

/// Hands on what a message holds: an event, or several in their order. What cannot be read is told in the browser's console:
/// window and app are built together, so it is a fault of ours that no person at the window can mend.
fn hear_text(text: &str, hear: &impl Fn(Incoming)) {
    let events = if text.starts_with('[') { serde_json::from_str(text) } else { serde_json::from_str(text).map(|event| vec![event]) };
    match events {
        Ok(events) => events.into_iter().for_each(|event: Event| hear(Incoming::Event(Box::new(event)))),
        Err(error) => leptos::logging::warn!("events could not be read: {error}: {text}"),
    }
}

fn to_json(value: &impl Serialize) -> Result<String, Failed> {
    serde_json::to_string(value).map_err(|error| failed(format!("the command could not be written: {error}")))
}

fn from_json<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Failed> {
    // A command without a reply comes back as nothing at all over HTTP.
    let text = if text.is_empty() { "null" } else { text };
    serde_json::from_str(text).map_err(|error| failed(format!("the app's reply to `{name}` could not be read: {error}")))
}

/// A failure of the way itself.
fn failed(message: impl Into<String>) -> Failed {
    Failed { code: Code::Failed, message: message.into(), detail: None }
}

/// What a script threw, as a failure.
fn thrown(error: &JsValue) -> Failed {
    let object = js_sys::JSON::stringify(error).ok().and_then(|text| text.as_string());
    let told = object.as_deref().and_then(|text| serde_json::from_str::<Failed>(text).ok());
    told.unwrap_or_else(|| {
        let text = error.as_string().or_else(|| error.dyn_ref::<js_sys::Error>().map(|error| error.message().into()));
        failed(text.or(object).unwrap_or_else(|| "the app did not say what went wrong".to_owned()))
    })
}
