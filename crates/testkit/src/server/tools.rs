//! The tools of the test server, each good for one question that a test may have. Knows nothing of the protocol's eras.

use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Bell, Request, Server, lock, notify, write_line};

/// What comes of a call.
pub(super) enum Outcome {
    Result(Value),
    Unknown,
    /// A cancelled call is not answered.
    Silence,
}

/// Name, description, and the properties of the arguments.
type Entry = (&'static str, &'static str, fn() -> Value);

const TOOLS: &[Entry] = &[
    ("echo", "Gives `text` back, as text", || json!({"text": {"type": "string"}})),
    ("add", "Adds `a` and `b`; structured", || json!({"a": {"type": "number"}, "b": {"type": "number"}})),
    ("fail", "Fails with `message`", || json!({"message": {"type": "string"}})),
    ("slow", "Answers after `ms`, unless it is cancelled", || json!({"ms": {"type": "integer"}})),
    (
        "append",
        "Writes `line` at the end of the file `path`, and answers after `ms`",
        || json!({"path": {"type": "string"}, "line": {"type": "string"}, "ms": {"type": "integer"}}),
    ),
    ("cancelled_count", "How many calls were cancelled", || json!({})),
    ("crash", "Ends the server with `code`", || json!({"code": {"type": "integer"}})),
    ("env", "The environment variable `name`", || json!({"name": {"type": "string"}})),
    ("cwd", "The folder that the server runs in", || json!({})),
    ("pid", "The server's process id", || json!({})),
    ("noisy", "Writes lines that are not of the protocol", || json!({"stderr": {"type": "string"}})),
    ("items", "Many content items, of every type and of one that does not exist", || json!({})),
    ("falsy", "`value` as structured content, or as JSON text with `text`", || json!({"value": {}, "text": {"type": "boolean"}})),
    ("progress", "`steps` steps of progress, `ms` apart", || json!({"steps": {"type": "integer"}, "ms": {"type": "integer"}})),
    ("change_tools", "Adds or removes a tool, and says so", || json!({})),
    ("big", "`bytes` bytes of text", || json!({"bytes": {"type": "integer"}})),
    ("log", "Sends a log message", || json!({"message": {"type": "string"}})),
    ("log_level", "The severity that was asked for", || json!({})),
    ("meta", "What came with the call in `_meta`", || json!({})),
    ("fork", "Starts a process that goes on for an hour, and tells its id", || json!({})),
    ("input", "Asks for further input, which no test gives", || json!({})),
    (
        "rich",
        "Has a schema with everything in it",
        || json!({"mode": {"enum": ["a", "b", 3]}, "at": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/place"}]}}),
    ),
];

/// The definitions, as `tools/list` has them.
pub(super) fn definitions() -> Vec<Value> {
    let define = |(name, description, properties): &Entry| {
        let mut tool = json!({
            "name": name, "description": description,
            "inputSchema": {"type": "object", "properties": properties()}
        });
        if *name == "add" {
            tool["outputSchema"] = json!({"type": "object", "properties": {"sum": {"type": "number"}}, "required": ["sum"]});
        }
        if *name == "rich" {
            tool["title"] = json!("Rich");
            tool["inputSchema"]["$defs"] = json!({"place": {"type": "object", "properties": {"x": {"type": "number"}}}});
            tool["annotations"] = json!({"readOnlyHint": true, "vendorHint": {"deep": [1]}});
            tool["execution"] = json!({"taskSupport": "forbidden"});
            tool["_meta"] = json!({"vendor/key": "kept"});
        }
        tool
    };
    TOOLS.iter().map(define).collect()
}

/// Calls a tool.
pub(super) fn call(server: &Server, request: &Request, bell: &Bell, name: &str, arguments: &Map<String, Value>) -> Outcome {
    let string = |key: &str| arguments.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| arguments.get(key).and_then(Value::as_u64).unwrap_or_default();
    let pause = |ms: u64| bell.wait(Duration::from_millis(ms));
    let cancelled = || {
        server.cancelled_count.fetch_add(1, Ordering::SeqCst);
        Outcome::Silence
    };
    Outcome::Result(match name {
        "echo" => text(string("text")),
        "add" => {
            let term = |key: &str| arguments.get(key).and_then(Value::as_f64).unwrap_or_default();
            let sum = json!({"sum": term("a") + term("b")});
            json!({"content": [{"type": "text", "text": sum.to_string()}], "structuredContent": sum})
        }
        "fail" => json!({"content": [{"type": "text", "text": string("message")}], "isError": true}),
        "slow" if pause(number("ms")) => return cancelled(),
        "slow" => text("done"),
        "append" => {
            let file = std::fs::OpenOptions::new().append(true).create(true).open(string("path"));
            // In one write: it may be killed at any time, and half a line is none.
            match file.and_then(|mut file| file.write_all(format!("{}\n", string("line")).as_bytes())) {
                Ok(()) if pause(number("ms")) => return cancelled(),
                Ok(()) => text("written"),
                Err(error) => json!({"content": [{"type": "text", "text": error.to_string()}], "isError": true}),
            }
        }
        "cancelled_count" => text(&server.cancelled_count.load(Ordering::SeqCst).to_string()),
        "crash" => {
            eprintln!("about to crash");
            std::process::exit(i32::try_from(number("code")).unwrap_or(1));
        }
        "env" => text(&std::env::var(string("name")).unwrap_or_default()),
        "cwd" => text(&std::env::current_dir().unwrap_or_default().to_string_lossy()),
        "pid" => text(&std::process::id().to_string()),
        "noisy" => {
            for line in ["this is not JSON", "{\"level\":\"info\",\"msg\":\"nor is this JSON-RPC\"}", "[1,2", "", "42"] {
                write_line(line);
            }
            eprintln!("{}", string("stderr"));
            text("made some noise")
        }
        "items" => json!({"content": [
            {"type": "text", "text": "first", "annotations": {"priority": 0.5, "vendor": true}},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "audio", "data": "AAAA", "mimeType": "audio/wav"},
            {"type": "resource_link", "uri": "file:///a", "name": "a"},
            {"type": "resource", "resource": {"uri": "file:///b", "text": "b"}},
            {"type": "hologram", "shape": [1, 2, 3]},
            {"type": "text", "text": "last"}
        ], "_meta": {"vendor/took": 7}}),
        "falsy" => {
            let value = arguments.get("value").cloned().unwrap_or_default();
            match arguments.get("text") {
                Some(Value::Bool(true)) => text(&value.to_string()),
                _ => json!({"content": [], "structuredContent": value}),
            }
        }
        "progress" => {
            let steps = number("steps");
            for step in 1..=steps {
                if pause(number("ms")) {
                    return cancelled();
                }
                if let Some(token) = request.progress_token() {
                    let params = json!({
                        "progressToken": token, "progress": step, "total": steps, "message": format!("step {step}")
                    });
                    notify("notifications/progress", params);
                }
            }
            text("done")
        }
        "change_tools" => {
            server.change_tools();
            text("changed")
        }
        "big" => text(&"x".repeat(usize::try_from(number("bytes")).unwrap_or_default())),
        "log" => {
            notify("notifications/message", json!({"level": "warning", "logger": "tools", "data": string("message")}));
            text("logged")
        }
        "log_level" => {
            let asked = request.params.get("_meta").and_then(|meta| meta.get("io.modelcontextprotocol/logLevel"));
            let asked = asked.and_then(Value::as_str).map(str::to_owned).or_else(|| lock(&server.log_level).clone());
            text(&asked.unwrap_or_default())
        }
        "meta" => text(&request.params.get("_meta").map(ToString::to_string).unwrap_or_default()),
        "fork" => {
            let child = std::process::Command::new("sleep").arg("3600").stdin(std::process::Stdio::null()).spawn();
            text(&child.map(|child| child.id()).unwrap_or_default().to_string())
        }
        "input" => json!({"resultType": "input_required", "inputRequests": {}, "requestState": "s"}),
        "rich" | "extra" => text("ok"),
        _ => return Outcome::Unknown,
    })
}

fn text(text: &str) -> Value {
    json!({"content": [{"type": "text", "text": text}]})
}
