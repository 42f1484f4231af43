//! The client that the official conformance suite runs: it is given the address of a server, lists its tools and calls them.
#![allow(clippy::unwrap_used, reason = "a program for tests")]

use std::time::Duration;

use mcp::{CallOptions, Launch, Options, Server, Transport};
use serde_json::{Map, Value, json};

/// The calls that the suite asks for; otherwise one of each tool, with arguments that any of its tools takes.
fn calls(context: &Value, tools: &[mcp::Tool]) -> Vec<(String, Map<String, Value>)> {
    let arguments = |value: &Value| value.as_object().cloned().unwrap_or_default();
    match context.get("toolCalls").and_then(Value::as_array) {
        Some(calls) => calls.iter().map(|call| (call["name"].as_str().unwrap().to_owned(), arguments(&call["arguments"]))).collect(),
        None => {
            let numbers = arguments(&json!({"a": 5, "b": 3}));
            let schema = tools.first().map(|tool| arguments(&json!({"schema": tool.input_schema}))).unwrap_or_default();
            let takes = |tool: &mcp::Tool, name| tool.input_schema.get("properties").is_some_and(|all| all.get(name).is_some());
            let call = |tool: &mcp::Tool| {
                let arguments = match tool {
                    tool if takes(tool, "a") => numbers.clone(),
                    tool if takes(tool, "schema") => schema.clone(),
                    _ => Map::new(),
                };
                (tool.name.clone(), arguments)
            };
            tools.iter().map(call).collect()
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().next_back().unwrap();
    let context = std::env::var("MCP_CONFORMANCE_CONTEXT").ok().and_then(|text| serde_json::from_str(&text).ok());
    let context: Value = context.unwrap_or_default();
    let server = Server::spawn(Options::new("conformance"), Launch::plain(Transport::http(url)));
    let tools = server.tools().await.unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(1);
    });
    for (tool, arguments) in calls(&context, &tools) {
        let options = CallOptions { timeout: Some(Duration::from_secs(20)), ..CallOptions::default() };
        match server.call(&tool, arguments, options).await {
            Ok(result) => println!("{tool}: {}", result.text()),
            Err(error) => println!("{tool}: {error}"),
        }
    }
    server.shutdown().await;
}
