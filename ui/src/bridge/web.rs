//! The way in a browser: HTTP for commands, a WebSocket for events, with the token of the link that the page was opened by.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::set_timeout;
use protocol::Failed;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, MessageEvent, RequestInit, Response, WebSocket, Window};

use super::{Incoming, failed, hear_text, thrown};

/// How long after a lost connection the first attempt at a new one begins; each further one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

thread_local! {
    static TOKEN: Option<String> = read_token();
}

fn window() -> Result<Window, Failed> {
    web_sys::window().ok_or_else(|| failed("there is no window"))
}

/// The token from `#token=` or `?token=` of the address.
fn read_token() -> Option<String> {
    let location = web_sys::window()?.location();
    let parts = [location.hash().ok()?, location.search().ok()?];
    parts.iter().flat_map(|part| part.trim_start_matches(['#', '?']).split('&')).find_map(|pair| {
        let token = pair.strip_prefix("token=")?;
        js_sys::decode_uri_component(token).ok().map(String::from)
    })
}

/// Sends a command and gives the JSON of its reply.
pub(super) async fn call(name: &str, body: &str) -> Result<String, Failed> {
    let unreachable = |_| failed("Patchbay does not answer: is `patchbay serve --ui` still running?");
    let headers = Headers::new().map_err(|error| thrown(&error))?;
    headers.set("Content-Type", "application/json").map_err(|error| thrown(&error))?;
    if let Some(token) = TOKEN.with(Clone::clone) {
        headers.set("Authorization", &format!("Bearer {token}")).map_err(|error| thrown(&error))?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body.into());
    let sent = window()?.fetch_with_str_and_init(&format!("./api/call/{name}"), &init);
    let response: Response = JsFuture::from(sent).await.map_err(unreachable)?.unchecked_into();
    let text = JsFuture::from(response.text().map_err(|error| thrown(&error))?).await.map_err(unreachable)?;
    let text = text.as_string().unwrap_or_default();
    match response.status() {
        200..=299 => Ok(text),
        401 | 403 => Err(failed("this page's token is not accepted: open the link that `patchbay serve --ui` printed last")),
        status => Err(serde_json::from_str(&text).unwrap_or_else(|_| failed(format!("Patchbay answered `{name}` with status {status}")))),
    }
}

/// Keeps a WebSocket open, again and again.
pub(super) fn listen(hear: impl Fn(Incoming) + Clone + 'static) {
    connect(hear, FIRST_WAIT);
}

fn connect(hear: impl Fn(Incoming) + Clone + 'static, wait: Duration) {
    let again = {
        let hear = hear.clone();
        move |wait: Duration| {
            hear(Incoming::Down);
            let hear = hear.clone();
            set_timeout(move || connect(hear, (wait * 2).min(LONGEST_WAIT)), wait);
        }
    };
    let Some(socket) = address().and_then(|address| WebSocket::new(&address).ok()) else { return again(wait) };
    let wait = Rc::new(RefCell::new(wait));
    let on_open = {
        let (socket, hear, wait) = (socket.clone(), hear.clone(), wait.clone());
        Closure::<dyn Fn()>::new(move || {
            // A browser cannot set a header on a WebSocket, so the token is its first message; empty where there is none.
            let token = TOKEN.with(Clone::clone).unwrap_or_default();
            if socket.send_with_str(&token).is_ok() {
                *wait.borrow_mut() = FIRST_WAIT;
                hear(Incoming::Up);
            }
        })
    };
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
        if let Some(text) = message.data().as_string() {
            hear_text(&text, &hear);
        }
    });
    let on_close = Closure::once_into_js(move || again(*wait.borrow()));
    socket.set_onopen(Some(on_open.into_js_value().unchecked_ref()));
    socket.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    socket.set_onclose(Some(on_close.unchecked_ref()));
}

/// The address of the events, beside the page.
fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    let folder = location.pathname().ok()?;
    let folder = &folder[..=folder.rfind('/')?];
    Some(format!("{scheme}://{}{folder}api/events", location.host().ok()?))
}
