//! The endpoint with the tools that the official conformance suite calls, and a few more for our own tests.
//!
//! `conformance_server --stdio`, or `conformance_server ADDRESS` over HTTP; it prints where it can be reached.
#![allow(clippy::unwrap_used, reason = "a program for tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use mcp::endpoint::{Answer, Asks, Filled, Form, HttpOptions, Identity, Offer, Request, http_router, serve_stdio};
use mcp::{CallResult, Tool};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// One pixel, and no sound at all.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

struct Tools {
    changed: watch::Sender<u64>,
    cancelled: AtomicUsize,
}

fn content(items: Value) -> CallResult {
    CallResult { content: items.as_array().unwrap().clone(), ..CallResult::default() }
}

impl Tools {
    async fn answer(&self, request: Request) -> CallResult {
        let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
        match request.tool.as_str() {
            "test_simple_text" => CallResult::of_text("This is a simple text response for testing."),
            "test_image_content" => content(json!([image])),
            "test_audio_content" => content(json!([{"type": "audio", "data": WAV, "mimeType": "audio/wav"}])),
            "test_embedded_resource" => content(json!([{"type": "resource", "resource": {
                "uri": "test://embedded-resource", "mimeType": "text/plain", "text": "This is an embedded resource content."
            }}])),
            "test_multiple_content_types" => content(json!([
                {"type": "text", "text": "Multiple content types test:"},
                image,
                {"type": "resource", "resource": {
                    "uri": "test://mixed-content-resource", "mimeType": "application/json", "text": "{\"test\":\"data\",\"value\":123}"
                }}
            ])),
            "test_error_handling" => CallResult::failed("This tool intentionally returns an error for testing"),
            "test_tool_with_progress" => {
                for progress in [0.0, 50.0, 100.0] {
                    request.progress.report(progress, Some(100.0), None);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                CallResult::of_text("done")
            }
            "test_trigger_tool_change" => {
                self.changed.send_modify(|version| *version += 1);
                CallResult::of_text("changed")
            }
            "echo" => CallResult::of_json(Value::Object(request.arguments)),
            "slow" => {
                let pause = Duration::from_millis(request.arguments.get("ms").and_then(Value::as_u64).unwrap_or_default());
                tokio::select! {
                    () = tokio::time::sleep(pause) => CallResult::of_text("done"),
                    () = request.cancel.cancelled() => {
                        self.cancelled.fetch_add(1, Ordering::SeqCst);
                        CallResult::failed("cancelled")
                    }
                }
            }
            "cancelled_count" => CallResult::of_text(self.cancelled.load(Ordering::SeqCst).to_string()),
            "steps" => {
                for step in 1..=100_u32 {
                    request.progress.report(f64::from(step), Some(100.0), Some(format!("step {step}")));
                }
                CallResult::of_text("done")
            }
            _ => CallResult::of_text("ok"),
        }
    }
}

/// Asks how much to pay, until the answer can be read, and says what came of it. Where the argument `gone` is true, the question
/// is asked no more as soon as it was asked.
async fn ask(request: Request) -> Answer {
    let form = Form::new("How much?", Some(&json!({"type": "array", "items": {"type": "integer"}})));
    let mut told = match (&request.asks, request.again) {
        (Asks::Nowhere, _) => return CallResult::of_text("nobody can be asked").into(),
        (Asks::Meanwhile(asker), _) => {
            let gone = CancellationToken::new();
            if request.arguments.contains_key("gone") {
                let gone = gone.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    gone.cancel();
                });
            }
            asker.ask(form.clone(), gone).await
        }
        (Asks::Between, Some(again)) if !again.answers.is_empty() => {
            assert_eq!(again.state, json!({"asked": "once"}), "what the next call had to know");
            again.answers["how"].clone()
        }
        (Asks::Between, _) => return Answer::Asks { forms: BTreeMap::from([("how".to_owned(), form)]), state: json!({"asked": "once"}) },
    };
    if let Filled::Accepted(filled) = &mut told {
        return CallResult::of_text(format!("{:?} by {:?}", form.read(std::mem::take(filled)), request.client)).into();
    }
    CallResult::of_text(format!("{told:?}")).into()
}

impl Offer for Tools {
    fn identity(&self) -> Identity {
        Identity {
            name: "conformance".into(),
            title: Some("Conformance".into()),
            version: "1.0".into(),
            instructions: Some("For tests.".into()),
        }
    }

    fn tools(&self) -> Vec<Tool> {
        let mut tools: Vec<_> = [
            "test_simple_text",
            "test_image_content",
            "test_audio_content",
            "test_embedded_resource",
            "test_multiple_content_types",
            "test_error_handling",
            "test_tool_with_progress",
            "test_trigger_tool_change",
            "test_logging_tool",
            "test_streaming_elicitation",
            "ask",
            "echo",
            "cancelled_count",
            "steps",
        ]
        .map(|name| Tool::new(name, format!("The tool `{name}`")))
        .into();
        tools
            .push(Tool::new("slow", "Answers after `ms`").with_input(json!({"type": "object", "properties": {"ms": {"type": "integer"}}})));
        tools.push(
            Tool::new("test_custom_header", "Has a parameter that is also a header")
                .with_input(json!({"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}})),
        );
        tools.push(Tool::new("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features").with_input(json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": {"address": {
                "$anchor": "addressDef", "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
            }},
            "properties": {
                "name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                "phone": {"type": "string"}, "email": {"type": "string"}
            },
            "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
            "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
            "then": {"required": ["phone"]}, "else": {"required": ["email"]},
            "additionalProperties": false
        })));
        if *self.changed.borrow() % 2 == 1 {
            tools.push(Tool::new("extra", "There after a change"));
        }
        tools
    }

    fn call(&self, request: Request) -> BoxFuture<'_, Answer> {
        Box::pin(async {
            match request.tool.as_str() {
                "ask" => ask(request).await,
                _ => self.answer(request).await.into(),
            }
        })
    }

    fn key(&self) -> BoxFuture<'_, Option<[u8; 32]>> {
        Box::pin(async { Some(*b"a key that only tests may know..") })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tools = Arc::new(Tools { changed: watch::Sender::new(0), cancelled: AtomicUsize::new(0) });
    let argument = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    if argument == "--stdio" {
        serve_stdio(tools, CancellationToken::new()).await.unwrap();
        // A blocked read of standard input would hold the runtime.
        std::process::exit(0);
    }
    let listener = tokio::net::TcpListener::bind(argument).await.unwrap();
    println!("http://{}/mcp", listener.local_addr().unwrap());
    axum::serve(listener, http_router(tools, HttpOptions::local(None))).await.unwrap();
}
