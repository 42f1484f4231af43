//! Looks at every message between a session and its server, in the order of the wire: keeps results whole, tells progress
//! and log messages on, and knows which request is which. Knows nothing of transports.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, CustomResult, GetMeta, ListToolsResult, NumberOrString, RequestId,
    ServerJsonRpcMessage, ServerResult,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::broadcast;

use crate::event::ServerEvent;
use crate::mask::Masks;
use crate::stderr::tell;
use crate::tool::{OnProgress, Progress};
use crate::traffic::{Traffic, Way};

/// Put into the extensions of a `tools/call`, so that its progress is known before its first byte is written.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) tool: Arc<str>,
    pub(crate) on_progress: Option<OnProgress>,
}

/// What became of a message from the server.
pub(crate) enum Inbound {
    /// It goes on to the session.
    Message(Box<ServerJsonRpcMessage>),
    /// It was for us, and is done with.
    Taken,
    /// It is not of the protocol.
    Noise,
}

/// In which type rmcp wants the result of a `tools/list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// As the JSON that it is.
    Raw,
    /// In its own type, from which its HTTP transport reads header hints. The JSON is set aside.
    Typed,
}

enum Pending {
    Call { token: Option<NumberOrString> },
    List,
}

#[derive(Default)]
struct State {
    pending: HashMap<RequestId, Pending>,
    calls: HashMap<NumberOrString, Call>,
    /// Results that rmcp was given in its own types, as they were on the wire.
    aside: HashMap<RequestId, Value>,
}

/// The view of one session's wire.
pub(crate) struct Wire {
    state: Mutex<State>,
    lists: Lists,
    events: broadcast::Sender<ServerEvent>,
    masks: Masks,
    traffic: Arc<Traffic>,
}

/// The outline of a message, which costs no more than finding the ends of its parts.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(default)]
    id: Option<RequestId>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProgressParams {
    progress_token: NumberOrString,
    progress: f64,
    total: Option<f64>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct LogParams {
    level: String,
    logger: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Wire {
    pub(crate) fn new(lists: Lists, events: broadcast::Sender<ServerEvent>, masks: Masks, traffic: Arc<Traffic>) -> Self {
        Self { state: Mutex::default(), lists, events, masks, traffic }
    }

    /// Takes note of a message as it is written.
    pub(crate) fn sent(&self, text: &[u8]) {
        self.traffic.keep(Way::Out, text);
    }

    /// Takes note of a message that is about to be written.
    pub(crate) fn outbound(&self, message: &ClientJsonRpcMessage) {
        match message {
            ClientJsonRpcMessage::Request(request) => match &request.request {
                ClientRequest::CallToolRequest(call) => {
                    let token = request.request.get_meta().get_progress_token().map(|token| token.0);
                    let mut state = self.state();
                    if let (Some(token), Some(call)) = (&token, call.extensions.get::<Call>()) {
                        state.calls.insert(token.clone(), call.clone());
                    }
                    state.pending.insert(request.id.clone(), Pending::Call { token });
                }
                ClientRequest::ListToolsRequest(_) => {
                    self.state().pending.insert(request.id.clone(), Pending::List);
                }
                _ => {}
            },
            ClientJsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.forget(id);
                }
            }
            ClientJsonRpcMessage::Response(_) | ClientJsonRpcMessage::Error(_) => {}
        }
    }

    /// Reads one message, and deals with it if it is for us.
    pub(crate) fn inbound(&self, text: &[u8]) -> Inbound {
        let Ok(shape) = serde_json::from_slice::<Shape<'_>>(text) else { return Inbound::Noise };
        self.traffic.keep(Way::In, text);
        match (shape.method.as_deref(), &shape.id) {
            (Some("notifications/progress"), None) => self.progress(shape.params),
            (Some("notifications/message"), None) => self.log(shape.params),
            (Some(_), _) => typed(text),
            (None, Some(id)) => match (self.forget(id), shape.result) {
                (Some(Pending::Call { .. }), Some(result)) => raw_result(id, result),
                (Some(Pending::List), Some(result)) => self.list(id, result),
                _ => typed(text),
            },
            (None, None) if shape.error.is_some() => typed(text),
            (None, None) => Inbound::Noise,
        }
    }

    /// As `inbound`, for a message that rmcp insists on reading by itself. False if it is done with.
    pub(crate) fn observe(&self, text: &str) -> bool {
        let Ok(shape) = serde_json::from_str::<Shape<'_>>(text) else { return true };
        self.traffic.keep(Way::In, text.as_bytes());
        match (shape.method.as_deref(), &shape.id) {
            (Some("notifications/progress"), None) => !matches!(self.progress(shape.params), Inbound::Taken),
            (Some("notifications/message"), None) => !matches!(self.log(shape.params), Inbound::Taken),
            (None, Some(id)) => {
                if let (Some(_), Some(result)) = (self.forget(id), shape.result)
                    && let Ok(raw) = serde_json::from_str(result.get())
                {
                    self.set_aside(id, raw);
                }
                true
            }
            _ => true,
        }
    }

    /// The result of request `id` as it was on the wire, where rmcp was given its own type instead.
    pub(crate) fn take_aside(&self, id: &RequestId) -> Option<Value> {
        self.state().aside.remove(id)
    }

    fn set_aside(&self, id: &RequestId, raw: Value) {
        self.state().aside.insert(id.clone(), raw);
    }

    /// Forgets a request that will not be answered, or whose answer nobody waits for.
    pub(crate) fn abandon(&self, id: &RequestId) {
        self.forget(id);
        self.state().aside.remove(id);
    }

    fn forget(&self, id: &RequestId) -> Option<Pending> {
        let mut state = self.state();
        // Some servers send a number back as a string.
        let pending = state.pending.remove(id).or_else(|| {
            let NumberOrString::String(text) = id else { return None };
            state.pending.remove(&NumberOrString::Number(text.parse().ok()?))
        })?;
        if let Pending::Call { token: Some(token) } = &pending {
            state.calls.remove(token);
        }
        Some(pending)
    }

    fn progress(&self, params: Option<&RawValue>) -> Inbound {
        let Some(params) = params.and_then(|params| serde_json::from_str::<ProgressParams>(params.get()).ok()) else {
            return Inbound::Noise;
        };
        let Some(call) = self.state().calls.get(&params.progress_token).cloned() else { return Inbound::Taken };
        let message = params.message.map(|message| self.masks.text(&message).into_owned());
        let progress = Progress { progress: params.progress, total: params.total, message };
        if let Some(on_progress) = &call.on_progress {
            on_progress(progress.clone());
        }
        tell(&self.events, ServerEvent::Progress { tool: call.tool.to_string(), progress });
        Inbound::Taken
    }

    fn log(&self, params: Option<&RawValue>) -> Inbound {
        let Some(params) = params.and_then(|params| serde_json::from_str::<LogParams>(params.get()).ok()) else {
            return Inbound::Noise;
        };
        let LogParams { level, logger, data } = params;
        tell(&self.events, ServerEvent::Log { level, logger, data: self.masks.json(data) });
        Inbound::Taken
    }

    fn list(&self, id: &RequestId, result: &RawValue) -> Inbound {
        let (Lists::Typed, Ok(list)) = (self.lists, serde_json::from_str::<ListToolsResult>(result.get())) else {
            return raw_result(id, result);
        };
        let Ok(raw) = serde_json::from_str(result.get()) else { return Inbound::Noise };
        self.set_aside(id, raw);
        answer(ServerResult::ListToolsResult(list), id)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn typed(text: &[u8]) -> Inbound {
    match serde_json::from_slice(text) {
        Ok(message) => Inbound::Message(Box::new(message)),
        Err(_) => Inbound::Noise,
    }
}

/// rmcp's types know only the fields of today; the result goes through as the JSON that it is.
fn raw_result(id: &RequestId, result: &RawValue) -> Inbound {
    match serde_json::from_str(result.get()) {
        Ok(value) => answer(ServerResult::CustomResult(CustomResult(value)), id),
        Err(_) => Inbound::Noise,
    }
}

fn answer(result: ServerResult, id: &RequestId) -> Inbound {
    Inbound::Message(Box::new(ServerJsonRpcMessage::response(result, id.clone())))
}

#[cfg(test)]
mod tests {
    use rmcp::model::{CallToolRequest, CallToolRequestParams, ListToolsRequest, ProgressToken, RequestMetaObject};
    use serde_json::json;

    use super::*;

    /// A wire on which call 1, with progress token 7, and list 2 are under way; what it tells; and the steps of the call.
    fn wire(lists: Lists) -> (Wire, broadcast::Receiver<ServerEvent>, Arc<Mutex<Vec<Progress>>>) {
        let (events, told) = broadcast::channel(16);
        let wire = Wire::new(lists, events, Masks::new(["hunter22"]), Arc::default());
        let steps: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let kept = steps.clone();
        let on_progress: OnProgress = Arc::new(move |step| kept.lock().unwrap().push(step));
        let mut call = CallToolRequest::new(CallToolRequestParams::new("tool"));
        call.extensions.insert(RequestMetaObject::with_progress_token(ProgressToken(NumberOrString::Number(7))));
        call.extensions.insert(Call { tool: "tool".into(), on_progress: Some(on_progress) });
        wire.outbound(&ClientJsonRpcMessage::request(ClientRequest::CallToolRequest(call), RequestId::Number(1)));
        let list = ClientRequest::ListToolsRequest(ListToolsRequest::default());
        wire.outbound(&ClientJsonRpcMessage::request(list, RequestId::Number(2)));
        (wire, told, steps)
    }

    fn inbound(wire: &Wire, message: &Value) -> Inbound {
        wire.inbound(message.to_string().as_bytes())
    }

    #[test]
    fn what_is_not_of_the_protocol_is_noise() {
        let (wire, ..) = wire(Lists::Raw);
        for text in [
            "",
            "x",
            "42",
            "[]",
            "{}",
            r#"{"level":"info"}"#,
            r#"{"jsonrpc":"2.0","id":{},"result":1}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/progress"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/message","params":7}"#,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":",
        ] {
            assert!(matches!(wire.inbound(text.as_bytes()), Inbound::Noise), "{text:?}");
        }
        assert!(matches!(wire.inbound(b"\xff\xfe"), Inbound::Noise), "bytes that are no text");
    }

    #[test]
    fn a_result_goes_through_as_it_is_also_when_its_id_comes_back_as_text() {
        for id in [json!(1), json!("1")] {
            let (wire, ..) = wire(Lists::Raw);
            let result = json!({"content": [{"type": "later"}], "vendor": null});
            let Inbound::Message(message) = inbound(&wire, &json!({"jsonrpc": "2.0", "id": id, "result": result})) else {
                panic!("a message, with id {id}");
            };
            let ServerJsonRpcMessage::Response(response) = *message else { panic!("a response, with id {id}") };
            let ServerResult::CustomResult(raw) = response.result else { panic!("not read into a type, with id {id}") };
            assert_eq!(raw.0, result, "with id {id}");
        }
    }

    #[test]
    fn a_list_is_set_aside_where_it_is_read_into_a_type() {
        let (wire, ..) = wire(Lists::Typed);
        let result = json!({"tools": [{"name": "t", "inputSchema": {"type": "object"}, "vendor": 1}]});
        let read = inbound(&wire, &json!({"jsonrpc": "2.0", "id": 2, "result": result}));
        assert!(matches!(read, Inbound::Message(_)), "it goes on");
        assert_eq!(wire.take_aside(&RequestId::Number(2)), Some(result), "and is kept as it was");
        assert_eq!(wire.take_aside(&RequestId::Number(2)), None, "once");
    }

    #[test]
    fn progress_is_told_while_the_call_is_under_way_and_not_after() {
        let (wire, mut told, steps) = wire(Lists::Raw);
        let step = |token: Value| {
            json!({"jsonrpc": "2.0", "method": "notifications/progress",
                "params": {"progressToken": token, "progress": 1, "message": "at hunter22"}})
        };
        assert!(matches!(inbound(&wire, &step(json!(8))), Inbound::Taken), "of another call");
        assert!(steps.lock().unwrap().is_empty(), "is not told to this one");
        assert!(matches!(inbound(&wire, &step(json!(7))), Inbound::Taken), "of this call");
        let expected = Progress { progress: 1.0, total: None, message: Some("at •••".into()) };
        assert_eq!(steps.lock().unwrap().as_slice(), std::slice::from_ref(&expected), "is told, without the secret");
        let event = told.try_recv().unwrap();
        assert_eq!(event, ServerEvent::Progress { tool: "tool".into(), progress: expected }, "and as an event");
        inbound(&wire, &json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": ""}}));
        inbound(&wire, &step(json!(7)));
        assert_eq!(steps.lock().unwrap().len(), 1, "after the answer nothing is told");
    }

    #[test]
    fn an_abandoned_request_is_forgotten() {
        let (wire, ..) = wire(Lists::Typed);
        wire.abandon(&RequestId::Number(1));
        wire.abandon(&RequestId::Number(2));
        let state = wire.state();
        assert!(state.pending.is_empty() && state.calls.is_empty() && state.aside.is_empty(), "nothing piles up");
    }
}
