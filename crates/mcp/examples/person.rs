//! An MCP client with a person, for tests: starts a server, calls one of its tools, and answers what it is asked.
//!
//! `person ERA TOOL ARGUMENTS ANSWERS COMMAND...`: `ERA` is `older` or `newer`; `ANSWERS` is a JSON list of results of
//! `elicitation/create`, taken one after the other, and after the last nothing is answered any more. What happens is printed, one
//! JSON object in a line: `asked`, `gone`, `progress`, and at the end `result` or `error`.
#![allow(clippy::unwrap_used, reason = "a program for tests")]

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::Mutex;

use rmcp::ClientHandler;
use rmcp::model::{
    CallToolRequestParams, CancelledNotificationParam, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
    ElicitationCapability, ErrorData, Implementation, ProgressNotificationParam, ProtocolVersion,
};
use rmcp::service::{ClientLifecycleMode, NotificationContext, RequestContext, RoleClient, serve_client_with_lifecycle};
use rmcp::transport::async_rw::AsyncRwTransport;
use serde_json::{Value, json};
use tokio::process::Command;

struct Person(Mutex<VecDeque<ElicitResult>>);

fn say(what: &str, value: &impl serde::Serialize) {
    println!("{}", json!({ what: value }));
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut can = ClientCapabilities::default();
        can.elicitation = Some(ElicitationCapability::default());
        ClientConfig::new(can, Implementation::new("person", "1"))
    }

    async fn create_elicitation(&self, asked: ElicitRequestParams, _: RequestContext<RoleClient>) -> Result<ElicitResult, ErrorData> {
        say("asked", &asked);
        let answer = self.0.lock().unwrap().pop_front();
        match answer {
            Some(answer) => Ok(answer),
            None => std::future::pending().await,
        }
    }

    async fn on_cancelled(&self, _: CancelledNotificationParam, _: NotificationContext<RoleClient>) {
        say("gone", &true);
    }

    async fn on_progress(&self, step: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        say("progress", &step.message);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [era, tool, arguments, answers, program, rest @ ..] = args.as_slice() else { panic!("five arguments or more") };
    let era = match era.as_str() {
        "older" => ClientLifecycleMode::Initialize,
        _ => ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] },
    };
    let mut command = Command::new(program);
    let mut child = command.args(rest).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let transport = AsyncRwTransport::new_client(child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let person = Person(Mutex::new(serde_json::from_str(answers).unwrap()));
    let client = serve_client_with_lifecycle(person, transport, era).await.unwrap();
    let Value::Object(arguments) = serde_json::from_str(arguments).unwrap() else { panic!("arguments are an object") };
    match client.call_tool(CallToolRequestParams::new(tool.clone()).with_arguments(arguments)).await {
        Ok(result) => say("result", &result),
        Err(error) => say("error", &error.to_string()),
    }
    // The server ends with its input, and by itself.
    client.cancel().await.unwrap();
    child.wait().await.unwrap();
}
