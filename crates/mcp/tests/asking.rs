//! The endpoint asks the person at a real client of each era, over standard streams.
#![allow(clippy::unwrap_used)]

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmcp::ClientHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CancelledNotificationParam, ClientCapabilities, ClientConfig, ElicitRequestParams,
    ElicitResult, ElicitationAction, ElicitationCapability, ErrorData, Implementation, JsonObject, ProtocolVersion,
};
use rmcp::service::{ClientLifecycleMode, NotificationContext, RequestContext, RoleClient, RunningService, serve_client_with_lifecycle};
use rmcp::transport::async_rw::AsyncRwTransport;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

/// Nothing in these tests takes this long, unless it hangs.
const HANG: Duration = Duration::from_secs(20);

/// A client with a person, who answers as told; none who answers never.
#[derive(Clone)]
struct Person {
    answer: Option<ElicitResult>,
    can_be_asked: bool,
    seen: Arc<Mutex<Vec<Value>>>,
    told_gone: Arc<Notify>,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut can = ClientCapabilities::default();
        can.elicitation = self.can_be_asked.then(ElicitationCapability::default);
        ClientConfig::new(can, Implementation::new("somebody's", "1"))
    }

    async fn create_elicitation(&self, asked: ElicitRequestParams, _: RequestContext<RoleClient>) -> Result<ElicitResult, ErrorData> {
        self.seen.lock().unwrap().push(serde_json::to_value(asked).unwrap());
        match &self.answer {
            Some(answer) => Ok(answer.clone()),
            None => std::future::pending().await,
        }
    }

    async fn on_cancelled(&self, _: CancelledNotificationParam, _: NotificationContext<RoleClient>) {
        self.told_gone.notify_one();
    }
}

struct Client {
    service: RunningService<RoleClient, Person>,
    _child: Child,
}

fn older() -> ClientLifecycleMode {
    ClientLifecycleMode::Initialize
}

fn newer() -> ClientLifecycleMode {
    ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] }
}

impl Client {
    async fn start(era: ClientLifecycleMode, can_be_asked: bool, answer: Option<ElicitResult>) -> Self {
        let program = testkit::example_path("mcp", "conformance_server");
        let mut command = Command::new(program);
        let mut child = command.arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let transport = AsyncRwTransport::new_client(child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let person = Person { answer, can_be_asked, seen: Arc::default(), told_gone: Arc::default() };
        let service = serve_client_with_lifecycle(person, transport, era).await.unwrap();
        Self { service, _child: child }
    }

    async fn call(&self, arguments: Value) -> String {
        let params = CallToolRequestParams::new("ask").with_arguments(arguments.as_object().unwrap().clone());
        let result = tokio::time::timeout(HANG, self.service.call_tool(params)).await.expect("it hangs").unwrap();
        serde_json::to_value(&result.content[0]).unwrap()["text"].as_str().unwrap().to_owned()
    }
}

fn accepts(filled: Value) -> ElicitResult {
    ElicitResult::new(ElicitationAction::Accept).with_content(filled)
}

/// What the person sees, and what the tool is told, in both eras.
async fn check(answer: ElicitResult, expected: &str) {
    for (era, name) in [(older(), "older"), (newer(), "newer")] {
        let client = Client::start(era, true, Some(answer.clone())).await;
        assert_eq!(client.call(json!({})).await, expected, "what the tool is told in the {name} era");
        let seen = client.service.service().seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 1, "the person is asked once in the {name} era: {seen:?}");
        assert_eq!(seen[0]["message"], "How much?", "what is asked in the {name} era");
        let value = &seen[0]["requestedSchema"]["properties"]["value"];
        assert_eq!(value["type"], "string", "a list is asked for as JSON text in the {name} era: {seen:?}");
    }
}

#[tokio::test]
async fn what_a_person_says_reaches_the_tool_in_both_eras() {
    check(accepts(json!({"value": "[1, 2]"})), "Ok(Array [Number(1), Number(2)]) by Some(\"somebody's\")").await;
    check(ElicitResult::new(ElicitationAction::Decline), "Declined").await;
    check(ElicitResult::new(ElicitationAction::Cancel), "Dismissed").await;
}

#[tokio::test]
async fn a_client_that_says_nothing_of_questions_is_not_asked() {
    for era in [older(), newer()] {
        let client = Client::start(era, false, Some(accepts(json!({})))).await;
        assert_eq!(client.call(json!({})).await, "nobody can be asked", "in either era");
    }
}

#[tokio::test]
async fn a_client_is_told_of_a_question_that_is_asked_no_more() {
    let client = Client::start(older(), true, None).await;
    assert_eq!(client.call(json!({"gone": true})).await, "Dismissed", "the call goes on");
    let gone = client.service.service().told_gone.notified();
    tokio::time::timeout(HANG, gone).await.expect("the client is told");
}

/// The first round of a call in the newer era: what the client has to send back.
async fn state(client: &Client) -> String {
    match client.service.call_tool_once(CallToolRequestParams::new("ask")).await.unwrap() {
        CallToolResponse::InputRequired(asked) => asked.request_state.unwrap(),
        other => panic!("it should ask: {other:?}"),
    }
}

#[tokio::test]
async fn a_state_that_is_not_the_endpoints_own_begins_nothing() {
    let client = Client::start(newer(), true, None).await;
    let state = state(&client).await;
    let (head, tail) = state.split_at(state.len() / 2);
    let forged = format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    let answers = [("how".to_owned(), json!({"action": "accept", "content": {"value": "[]"}}))];
    for (tool, state, what) in [
        ("ask", Some(forged), "a changed state"),
        ("echo", Some(state.clone()), "the state of another tool"),
        ("ask", Some("made up".to_owned()), "no state at all"),
        ("ask", None, "answers without the state"),
    ] {
        let mut call = CallToolRequestParams::new(tool);
        (call.request_state, call.input_responses) = (state, Some(answers.clone().into()));
        let refused = client.service.call_tool_once(call).await.unwrap_err().to_string();
        assert!(refused.contains("goes on with nothing"), "{what}: {refused}");
    }
    let mut call = CallToolRequestParams::new("ask").with_arguments(JsonObject::new());
    (call.request_state, call.input_responses) = (Some(state), Some([("how".to_owned(), json!(7))].into()));
    let asked = client.service.call_tool_once(call).await.unwrap();
    assert!(matches!(asked, CallToolResponse::InputRequired(_)), "what is no answer is asked for again: {asked:?}");
}
