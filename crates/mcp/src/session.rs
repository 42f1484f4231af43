//! One session with one server, from the greeting to the end. Knows nothing of what comes before or after it.

pub(crate) mod connect;
mod end;
mod greet;
mod handler;
mod http;
mod logging;
mod sse;
mod stdio;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rmcp::model::{
    CallToolRequest, CallToolRequestParams, ClientRequest, DiscoverRequest, ListToolsRequest, PaginatedRequestParams, PingRequest,
    RequestMetaObject, ServerResult,
};
use rmcp::service::{Peer, PeerRequestOptions, RequestHandle, RoleClient, ServiceError};
use serde_json::{Map, Value};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::Error;
use crate::event::{About, LogLevel};
use crate::mask::Masks;
use crate::tool::{CallOptions, CallResult, Tool};
use crate::wire::{Call, Wire};

/// How long a cancellation may take to get on its way, before the caller is let go anyway.
const CANCEL_NOTICE: Duration = Duration::from_millis(50);

/// How long the reason is waited for when the connection is gone.
const POST_MORTEM: Duration = Duration::from_millis(1500);

/// A server with more pages than this gives the same page over and over.
const MOST_PAGES: usize = 1000;

/// How a session ended.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    /// The exit status, or what else there is to say.
    pub(crate) status: String,
    /// The last lines of standard error.
    pub(crate) stderr: Vec<String>,
    /// Whether it was ended from here.
    pub(crate) asked: bool,
}

/// A live session. Dropping it ends it cleanly in the background.
pub(crate) struct Session {
    server: Arc<str>,
    target: String,
    masks: Masks,
    peer: Peer<RoleClient>,
    wire: Arc<Wire>,
    about: About,
    pid: Option<u32>,
    /// Whether it speaks a version without `initialize`.
    modern: bool,
    /// Whether it has tools at all.
    has_tools: bool,
    log_level: Option<LogLevel>,
    close: CancellationToken,
    ending: CancellationToken,
    over: watch::Receiver<Option<Over>>,
    _close_on_drop: DropGuard,
}

impl Session {
    /// What the server told of itself.
    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    /// The child process, where there is one.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Whether anything can be asked of it. It cannot from the first sign of its end, before all of it is over.
    pub(crate) fn is_alive(&self) -> bool {
        !self.ending.is_cancelled() && !self.peer.is_transport_closed()
    }

    /// Waits for the end, however it comes.
    pub(crate) async fn over(&self) -> Over {
        let mut over = self.over.clone();
        let ended = over.wait_for(Option::is_some).await.ok().and_then(|over| over.clone());
        // The channel closes without a word only when the runtime is going down.
        ended.unwrap_or(Over { status: "ended".into(), stderr: Vec::new(), asked: true })
    }

    /// Asks for the end. `over` tells when it came.
    pub(crate) fn close(&self) {
        self.close.cancel();
    }

    /// Calls a tool.
    pub(crate) async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
        limit: Option<(Duration, Instant)>,
        options: &CallOptions,
    ) -> Result<CallResult, Error> {
        let request = self.call_request(tool, arguments, options);
        let answer = self.request(request, tool, limit, &options.cancel).await?;
        let raw = self.raw(&answer).ok_or_else(|| self.bad_answer(tool, "it is the answer to another request"))?;
        let Value::Object(result) = self.masks.json(raw) else {
            return Err(self.bad_answer(tool, "its result is not an object"));
        };
        match result.get("resultType").and_then(Value::as_str) {
            None | Some("complete") => Ok(CallResult::read(result)),
            Some("input_required") => Err(Error::InputRequired { server: self.server.to_string(), tool: tool.into() }),
            Some(other) => Err(self.bad_answer(tool, &format!("its kind `{other}` is not known"))),
        }
    }

    fn call_request(&self, tool: &str, arguments: Map<String, Value>, options: &CallOptions) -> ClientRequest {
        let mut request = CallToolRequest::new(CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments));
        request.extensions.insert(Call { tool: tool.into(), on_progress: options.progress.clone() });
        let log_level = self.log_level.filter(|_| self.modern);
        if log_level.is_some() || options.trace.is_some() {
            let mut meta = RequestMetaObject::new();
            if let Some(level) = log_level {
                logging::ask_in(&mut meta, level);
            }
            if let Some(trace) = &options.trace {
                meta.set_traceparent(&trace.parent);
                trace.state.iter().for_each(|state| meta.set_tracestate(state));
            }
            request.extensions.insert(meta);
        }
        ClientRequest::CallToolRequest(request)
    }

    /// All tools, page by page.
    pub(crate) async fn tools(&self, limit: Option<(Duration, Instant)>) -> Result<Vec<Tool>, Error> {
        if !self.has_tools {
            return Ok(Vec::new());
        }
        let doing = "tools/list";
        let mut tools = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let params = cursor.take().map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
            let request = ListToolsRequest { params, ..ListToolsRequest::default() };
            let never = CancellationToken::new();
            let answer = self.request(ClientRequest::ListToolsRequest(request), doing, limit, &never).await?;
            let page = self.page(answer)?;
            cursor = page.next_cursor;
            tools.extend(page.tools);
            if cursor.as_deref().is_none_or(str::is_empty) {
                return Ok(tools);
            }
        }
        Err(self.bad_answer(doing, "its list of tools has no end"))
    }

    fn page(&self, answer: Answer) -> Result<Page, Error> {
        // rmcp drops the tools whose header hints are invalid, as the protocol asks for HTTP.
        let accepted = match &answer.result {
            ServerResult::ListToolsResult(list) => Some(list.tools.iter().map(|tool| tool.name.to_string()).collect()),
            _ => None,
        };
        let accepted: Option<Vec<String>> = accepted;
        let raw = self.raw(&answer).ok_or_else(|| self.bad_answer("tools/list", "it is the answer to another request"))?;
        let mut page: Page =
            serde_json::from_value(self.masks.json(raw)).map_err(|error| self.bad_answer("tools/list", &error.to_string()))?;
        if let Some(accepted) = accepted {
            page.tools.retain(|tool| accepted.contains(&tool.name));
        }
        Ok(page)
    }

    /// The result as it was on the wire.
    fn raw(&self, answer: &Answer) -> Option<Value> {
        self.wire.take_aside(&answer.id).or_else(|| match &answer.result {
            ServerResult::CustomResult(raw) => Some(raw.0.clone()),
            _ => None,
        })
    }

    /// Asks for a sign of life, and tells how long it took.
    pub(crate) async fn ping(&self, limit: Duration) -> Result<Duration, Error> {
        let start = Instant::now();
        // There is no `ping` without `initialize`; what every such server answers is `server/discover`.
        let request = if self.modern {
            ClientRequest::DiscoverRequest(DiscoverRequest::default())
        } else {
            ClientRequest::PingRequest(PingRequest::default())
        };
        self.request(request, "ping", Some((limit, start)), &CancellationToken::new()).await?;
        Ok(start.elapsed())
    }

    /// Sends one request and waits for its answer, its time limit, its cancellation or the server's end.
    async fn request(
        &self,
        request: ClientRequest,
        doing: &str,
        limit: Option<(Duration, Instant)>,
        cancel: &CancellationToken,
    ) -> Result<Answer, Error> {
        if cancel.is_cancelled() {
            return Err(self.cancelled(doing));
        }
        let sent = self.peer.send_request_with_option(request, PeerRequestOptions::no_options()).await;
        let handle = match sent {
            Ok(handle) => handle,
            Err(error) => return Err(self.failed(error, doing).await),
        };
        let mut flight = Flight { wire: &self.wire, handle: Some(handle) };
        let timer = async {
            match limit {
                Some((limit, start)) => tokio::time::sleep_until((start + limit).into()).await,
                None => std::future::pending().await,
            }
        };
        let received = tokio::select! {
            biased;
            answer = flight.answer() => answer,
            () = cancel.cancelled() => {
                flight.cancel("the caller took the request back").await;
                return Err(self.cancelled(doing));
            }
            () = timer => {
                flight.cancel("the time limit was reached").await;
                let after = limit.map_or(Duration::ZERO, |(limit, _)| limit);
                return Err(Error::TimedOut { server: self.server.to_string(), doing: doing.into(), after });
            }
        };
        match received {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failed(error, doing).await),
        }
    }

    /// What a failure of the session means to whoever waits for an answer.
    async fn failed(&self, error: ServiceError, doing: &str) -> Error {
        let (server, doing) = (self.server.to_string(), doing.to_owned());
        match error {
            ServiceError::McpError(error) => Error::Refused {
                server,
                doing,
                code: error.code.0,
                message: self.masks.text(&error.message).into_owned(),
                data: error.data.map(|data| Box::new(self.masks.json(data))),
            },
            ServiceError::TransportSend(error) if self.pid.is_none() => {
                connect::unreachable(&server, &self.target, &self.masks, error.error.as_ref())
            }
            ServiceError::Cancelled { .. } => Error::Cancelled { server, doing },
            // Everything else is some form of a broken connection; the end of the process explains it.
            _ => {
                let over = tokio::time::timeout(POST_MORTEM, self.over()).await.ok();
                if over.as_ref().is_some_and(|over| over.asked) {
                    return Error::Stopped { server };
                }
                let (status, stderr) = match over {
                    Some(over) => (over.status, over.stderr.last().cloned().into_iter().collect()),
                    None => ("it closed the connection".to_owned(), Vec::new()),
                };
                Error::Died { server, doing, status, stderr }
            }
        }
    }

    fn cancelled(&self, doing: &str) -> Error {
        Error::Cancelled { server: self.server.to_string(), doing: doing.into() }
    }

    fn bad_answer(&self, doing: &str, what: &str) -> Error {
        Error::BadAnswer { server: self.server.to_string(), doing: doing.into(), what: what.into() }
    }
}

/// An answer and the request that it belongs to.
struct Answer {
    id: rmcp::model::RequestId,
    result: ServerResult,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    tools: Vec<Tool>,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// A request that is under way. Dropping it tells the server that nobody waits any more.
struct Flight<'a> {
    wire: &'a Wire,
    handle: Option<RequestHandle<RoleClient>>,
}

impl Flight<'_> {
    async fn answer(&mut self) -> Result<Answer, ServiceError> {
        let Some(handle) = &mut self.handle else { return Err(ServiceError::TransportClosed) };
        let received = (&mut handle.rx).await;
        let id = handle.id.clone();
        self.handle = None;
        match received {
            Ok(Ok(result)) => Ok(Answer { id, result }),
            Ok(Err(error)) => {
                self.wire.abandon(&id);
                Err(error)
            }
            Err(_) => {
                self.wire.abandon(&id);
                Err(ServiceError::TransportClosed)
            }
        }
    }

    async fn cancel(&mut self, reason: &str) {
        if let Some(handle) = self.handle.take() {
            self.wire.abandon(&handle.id);
            // The notice is queued by the first poll; a server that does not read must not hold the caller.
            drop(tokio::time::timeout(CANCEL_NOTICE, handle.cancel(Some(reason.to_owned()))).await);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        self.wire.abandon(&handle.id);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(handle.cancel(Some("the caller is gone".to_owned())));
        }
    }
}
