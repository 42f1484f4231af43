//! The last messages between Patchbay and a server, asked for while somebody looks.

use std::time::Duration;

use ::graph::ServerName;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, ListTraffic, MessageSort, ServerMessage};
use serde_json::Value;

use super::trouble::Trouble;
use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::json::Json;
use crate::text;

/// How often it is asked for what is new.
const PERIOD: Duration = Duration::from_secs(1);

/// The most messages that are listed.
const MOST: usize = 200;

/// How many characters of a message are seen before it is opened.
const PREVIEW: usize = 120;

/// The messages, the latest first.
#[component]
pub(super) fn Traffic(
    /// The server.
    name: ServerName,
) -> impl IntoView {
    let store = use_store();
    let messages = RwSignal::new(Vec::<ServerMessage>::new());
    let failed = RwSignal::new(None::<Failed>);
    let (is_open, is_asking) = (RwSignal::new(false), StoredValue::new(false));
    let own = StoredValue::new(name);
    let ask = move || {
        let Some(graph) = store.shown_id().filter(|_| !is_asking.get_value()) else { return };
        let after = messages.with_untracked(|messages| messages.last().map_or(0, |last| last.number));
        is_asking.set_value(true);
        spawn_local(async move {
            let Some(server) = own.try_get_value() else { return };
            let found = store.bridge.call(&ListTraffic { graph, server, after }).await;
            // The panel may have been closed in the meantime.
            is_asking.try_set_value(false);
            match found {
                Ok(more) if more.is_empty() => {}
                Ok(more) => {
                    messages.try_update(|messages| take(messages, more));
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    Effect::new(move |_| {
        if is_open.get() {
            ask();
        }
    });
    let again = set_interval_with_handle(
        move || {
            if is_open.get_untracked() {
                ask();
            }
        },
        PERIOD,
    );
    on_cleanup(move || {
        if let Ok(again) = again {
            again.clear();
        }
    });
    view! {
        <details class="traffic" on:toggle=move |event| is_open.set(event_target::<web_sys::HtmlElement>(&event).has_attribute("open"))>
            <summary>"Traffic"</summary>
            <Show when=move || is_open.get()>
                {move || failed.get().map(|failed| view! { <Trouble failed=failed /> })}
                <Show
                    when=move || !messages.with(Vec::is_empty)
                    fallback=|| view! { <p class="muted">"Nothing was said yet. The server starts when it is first needed."</p> }
                >
                    <ol class="messages" aria-label="Messages, the latest first">
                        <For each=move || messages.get().into_iter().rev() key=|message| message.number let:message>
                            <MessageRow message=message />
                        </For>
                    </ol>
                    <p class="muted traffic-note">"Secrets, tokens and the values of the server’s environment are hidden."</p>
                </Show>
            </Show>
        </details>
    }
}

/// Adds what is new; the oldest go. A server that was made anew counts from the beginning.
fn take(messages: &mut Vec<ServerMessage>, more: Vec<ServerMessage>) {
    let last = messages.last().map_or(0, |last| last.number);
    if more.first().is_some_and(|first| first.number <= last) {
        messages.clear();
    }
    messages.extend(more);
    let over = messages.len().saturating_sub(MOST);
    messages.drain(..over);
}

/// One message: a line, and all of it where it is opened.
#[component]
fn MessageRow(
    /// The message.
    message: ServerMessage,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let (path, way) = if message.is_ours { (icon::SENT, "sent") } else { (icon::RECEIVED, "received") };
    let title = message.method.clone().unwrap_or_else(|| sort_word(message.sort).to_owned());
    let (facts, at) = (facts(&message), clock(message.at_us));
    let preview = preview(&message.body);
    let is_cut = message.is_cut;
    let body = StoredValue::new(message.body);
    view! {
        <li>
            <details
                class="message"
                data-way=way
                data-sort=sort_word(message.sort)
                data-method=message.method
                on:toggle=move |event| is_open.set(event_target::<web_sys::HtmlElement>(&event).has_attribute("open"))
            >
                <summary>
                    <span class="message-head">
                        <Icon path=path />
                        <span class="unseen">{way}</span>
                        <span class="mono cut message-method">{title}</span>
                        <span class="spring"></span>
                        <span class="muted message-facts">{at}</span>
                    </span>
                    <span class="muted message-facts message-below">{facts}</span>
                    {(!preview.is_empty()).then(|| view! { <span class="mono muted cut message-below">{preview}</span> })}
                </summary>
                <Show when=move || is_open.get()>
                    <Json value=body.get_value() />
                    {is_cut.then(|| view! { <p class="muted">"Only its beginning was kept."</p> })}
                </Show>
            </details>
        </li>
    }
}

fn sort_word(sort: MessageSort) -> &'static str {
    match sort {
        MessageSort::Request => "request",
        MessageSort::Answer => "answer",
        MessageSort::Error => "error",
        MessageSort::Notification => "notice",
    }
}

/// What it is, how long it is, and how long it took to be given.
fn facts(message: &ServerMessage) -> String {
    let took = message.took_us.map(|us| format!("after {}", text::duration(us)));
    let is = [sort_word(message.sort).to_owned(), text::bytes(message.bytes)];
    is.into_iter().chain(took).collect::<Vec<_>>().join(" · ")
}

/// When it went by, by the clock on the wall.
fn clock(at_us: i64) -> String {
    let date = js_sys::Date::new(&((at_us / 1000) as f64).into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// The beginning of a message in one line. What it says of itself is left out: it is the same in every one.
fn preview(body: &Value) -> String {
    let whole = match body {
        Value::Null => return String::new(),
        Value::Object(fields) => {
            Value::Object(fields.iter().filter(|(key, _)| *key != "_meta").map(|(key, value)| (key.clone(), value.clone())).collect())
                .to_string()
        }
        other => other.to_string(),
    };
    match whole.char_indices().nth(PREVIEW) {
        Some((at, _)) => format!("{}…", &whole[..at]),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message(number: u64) -> ServerMessage {
        let (sort, method) = (MessageSort::Notification, Some("m".to_owned()));
        ServerMessage { number, at_us: 0, is_ours: true, sort, method, took_us: None, bytes: 2, body: json!({}), is_cut: false }
    }

    #[test]
    fn what_is_new_is_added_and_the_oldest_go() {
        let mut messages = Vec::new();
        let numbers = |messages: &[ServerMessage]| (messages.first().map(|m| m.number), messages.len());
        take(&mut messages, (1..=3).map(message).collect());
        take(&mut messages, (4..=MOST as u64 + 2).map(message).collect());
        assert_eq!(numbers(&messages), (Some(3), MOST), "no more than so many");
        take(&mut messages, vec![message(1)]);
        assert_eq!(numbers(&messages), (Some(1), 1), "a server that was made anew begins anew");
    }

    #[test]
    fn a_message_is_told_in_a_few_words() {
        assert_eq!(facts(&message(1)), "notice · 2 B");
        assert_eq!(
            facts(&ServerMessage { sort: MessageSort::Answer, took_us: Some(1500), bytes: 12_000, ..message(2) }),
            "answer · 12 KB · after 1.5 ms"
        );
    }

    #[test]
    fn a_preview_is_one_line_and_short() {
        assert_eq!(preview(&json!({"a": "x\ny"})), r#"{"a":"x\ny"}"#);
        assert_eq!(preview(&json!("ä".repeat(300))).chars().count(), PREVIEW + 1, "cut between letters");
        assert_eq!(preview(&json!({"_meta": {"progressToken": 1}, "name": "t"})), r#"{"name":"t"}"#);
        assert_eq!(preview(&Value::Null), "", "nothing to say");
    }
}
