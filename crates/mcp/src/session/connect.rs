//! From a launch to a live session, or to an error that says what to mend. Knows nothing of what a session is used for.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;
use std::future::Future;
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;
use rmcp::model::{ServerPeerInfo, SubscriptionFilter};
use rmcp::service::{Peer, RoleClient, ServiceError, serve_directly_with_ct};
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::end::{Ends, Guard, SHOWN, status_text, watch_over};
use super::greet::{Era, GreetError, greet};
use super::handler::{Handler, OnToolsChanged};
use super::http::{ANSWER, Client, HttpError, http_client};
use super::sse::{SseFailure, SseTransport};
use super::stdio::{Input, Stdio};
use super::{Session, logging};
use crate::error::Error;
use crate::event::{About, LogLevel, ServerEvent};
use crate::launch::{Launch, Transport};
use crate::mask::Masks;
use crate::process::{Grace, Process, Program};
use crate::stderr::Stderr;
use crate::traffic::Traffic;
use crate::wire::{Lists, Wire};

/// Requests that may be posted to one HTTP server at the same time.
const AT_ONCE: usize = 256;

/// How long the newer greeting may stay unanswered over HTTP.
const HTTP_PROBE: Duration = Duration::from_secs(10);

/// What every start of one server shares.
pub(crate) struct Context {
    pub(crate) server: Arc<str>,
    pub(crate) stderr: Arc<Stderr>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) events: broadcast::Sender<ServerEvent>,
    pub(crate) grace: Grace,
    pub(crate) start_timeout: Duration,
    /// How long the newer greeting may stay unanswered before the older is tried beside it.
    pub(crate) probe: Duration,
    pub(crate) log_level: Option<LogLevel>,
    pub(crate) on_tools_changed: OnToolsChanged,
    /// Set once a server could be greeted only without the probe.
    pub(crate) initialize_only: AtomicBool,
    /// Every watch over a session, so that a shutdown can wait for the last of them.
    pub(crate) watches: TaskTracker,
}

/// Starts or reaches the server of `launch`, and greets it. `stop` gives the attempt up, cleanly.
pub(crate) async fn connect(launch: Launch, cx: &Context, stop: &CancellationToken) -> Result<Session, Error> {
    cx.traffic.hide(&launch);
    let first = if cx.initialize_only.load(Ordering::Relaxed) { Era::Initialize } else { Era::Probe(cx.probe) };
    let tried = attempt(&launch, first, cx, stop).await;
    let Err(failure) = tried else { return tried };
    // Older servers may end themselves, or answer nonsense, when the first message is not `initialize`.
    let probe_may_be_the_cause = first != Era::Initialize
        && match &failure {
            Error::EndedEarly { .. } | Error::Handshake { .. } => true,
            Error::StartTimedOut { .. } => !matches!(launch.transport, Transport::Stdio { .. }),
            _ => false,
        };
    if !probe_may_be_the_cause || stop.is_cancelled() {
        return Err(failure);
    }
    let session = attempt(&launch, Era::Initialize, cx, stop).await?;
    cx.initialize_only.store(true, Ordering::Relaxed);
    Ok(session)
}

async fn attempt(launch: &Launch, era: Era, cx: &Context, stop: &CancellationToken) -> Result<Session, Error> {
    // A secret may also be a part of the path.
    let target = launch.masks.text(&launch.transport.target()).into_owned();
    let reach = Reach { cx, masks: &launch.masks, target, stop };
    match &launch.transport {
        Transport::Stdio { command, args, env, cwd } => {
            let program = Program { server: &cx.server, command, args, env, cwd: cwd.as_deref() };
            reach.stdio(&program, era).await
        }
        Transport::StreamableHttp { url, headers } => reach.http(url, headers, era).await,
        Transport::Sse { url, headers } => reach.sse(url, headers).await,
    }
}

/// One attempt at one server.
struct Reach<'a> {
    cx: &'a Context,
    masks: &'a Masks,
    target: String,
    stop: &'a CancellationToken,
}

impl Reach<'_> {
    async fn stdio(&self, program: &Program<'_>, era: Era) -> Result<Session, Error> {
        let cx = self.cx;
        let mark = cx.stderr.mark();
        let (mut process, stdin, stdout) = Process::spawn(program, cx.stderr.clone(), self.masks.clone())?;
        let input = Input::new(stdin);
        let wire = self.wire(Lists::Raw);
        let mut transport = Stdio::new(input.clone(), stdout, wire.clone(), cx.stderr.clone(), self.masks.clone());
        let greeted = tokio::select! {
            biased;
            greeted = self.limited(greet(&mut transport, era)) => greeted,
            _ = process.exited() => Err(Unready::Greet(GreetError::Closed)),
        };
        match greeted {
            Ok(info) => {
                let guard = Guard { process: Some(process), input: Some(input), grace: cx.grace, stderr: cx.stderr.clone(), mark };
                Ok(self.session(transport, info, wire, guard))
            }
            Err(unready) => {
                input.close().await;
                let status = process.end(cx.grace).await;
                Err(self.unready(unready, Some((program.command, status)), cx.stderr.since(mark, SHOWN)))
            }
        }
    }

    async fn http(&self, url: &str, headers: &BTreeMap<String, String>, era: Era) -> Result<Session, Error> {
        self.address(url)?;
        let wire = self.wire(Lists::Typed);
        let http = http_client().map_err(|error| self.unreachable(&error))?;
        let mut config = StreamableHttpClientTransportConfig::with_uri(url).max_concurrent_requests(AT_ONCE);
        config.custom_headers = self.headers(headers)?;
        config.max_sse_event_size = ANSWER;
        let client = Client { http, wire: wire.clone() };
        let mut transport = StreamableHttpClientTransport::with_client(client, config);
        // Its first request has to be answered before it takes another, so the probe cannot stay open beside the next.
        let limit = if era == Era::Initialize { self.cx.start_timeout } else { self.cx.start_timeout.min(HTTP_PROBE) };
        match self.limited_by(limit, greet(&mut transport, era)).await {
            Ok(info) => Ok(self.session(transport, info, wire, self.no_process())),
            Err(unready) => Err(self.unready(unready, None, Vec::new())),
        }
    }

    async fn sse(&self, url: &str, headers: &BTreeMap<String, String>) -> Result<Session, Error> {
        let url = self.address(url)?;
        let wire = self.wire(Lists::Raw);
        let headers: HeaderMap = self.headers(headers)?.into_iter().collect();
        let opened = self.limited(async { Ok(SseTransport::open(&url, headers, wire.clone()).await) }).await;
        let mut transport = match opened {
            Ok(Ok(transport)) => transport,
            Ok(Err(error)) => return Err(self.unreachable(&error)),
            Err(unready) => return Err(self.unready(unready, None, Vec::new())),
        };
        match self.limited(greet(&mut transport, Era::Initialize)).await {
            Ok(info) => Ok(self.session(transport, info, wire, self.no_process())),
            Err(unready) => Err(self.unready(unready, None, Vec::new())),
        }
    }

    fn no_process(&self) -> Guard {
        Guard { process: None, input: None, grace: self.cx.grace, stderr: self.cx.stderr.clone(), mark: self.cx.stderr.mark() }
    }

    fn wire(&self, lists: Lists) -> Arc<Wire> {
        Arc::new(Wire::new(lists, self.cx.events.clone(), self.masks.clone(), self.cx.traffic.clone()))
    }

    async fn limited<T>(&self, work: impl Future<Output = Result<T, GreetError>>) -> Result<T, Unready> {
        self.limited_by(self.cx.start_timeout, work).await
    }

    async fn limited_by<T>(&self, limit: Duration, work: impl Future<Output = Result<T, GreetError>>) -> Result<T, Unready> {
        tokio::select! {
            biased;
            done = work => done.map_err(Unready::Greet),
            () = self.stop.cancelled() => Err(Unready::Stopped),
            () = tokio::time::sleep(limit) => Err(Unready::Late),
        }
    }

    fn address(&self, url: &str) -> Result<Url, Error> {
        let bad = |what: &str| Error::BadAddress { server: self.cx.server.to_string(), what: what.to_owned() };
        let parsed = Url::parse(url).map_err(|error| bad(&format!("its `url` is not an address ({error})")))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad("its `url` begins neither with `http://` nor with `https://`"));
        }
        Ok(parsed)
    }

    fn headers(&self, headers: &BTreeMap<String, String>) -> Result<HashMap<HeaderName, HeaderValue>, Error> {
        let mut parsed = HashMap::new();
        for (name, value) in headers {
            let bad = |what: String| Error::BadAddress { server: self.cx.server.to_string(), what };
            let key: HeaderName = name.parse().map_err(|_| bad(format!("`{name}` is not the name of a header")))?;
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| bad(format!("the value of header `{name}` has characters that a header cannot carry")))?;
            value.set_sensitive(true);
            parsed.insert(key, value);
        }
        Ok(parsed)
    }

    fn session<T>(&self, transport: T, info: ServerPeerInfo, wire: Arc<Wire>, guard: Guard) -> Session
    where
        T: rmcp::transport::Transport<RoleClient> + 'static,
    {
        let cx = self.cx;
        let modern = !info.protocol_version.has_initialize();
        let tools = info.capabilities.tools.clone();
        let log_level = info.capabilities.logging.as_ref().and(cx.log_level);
        let about = about(&info, self.masks);
        let handler = Handler { on_tools_changed: cx.on_tools_changed.clone() };
        let (tell_over, over) = watch::channel(None);
        let (close, let_go, ending) = (CancellationToken::new(), CancellationToken::new(), CancellationToken::new());
        let running = serve_directly_with_ct(handler, transport, Some(info), let_go.clone());
        let peer = running.peer().clone();
        if let (false, Some(level)) = (modern, log_level) {
            tokio::spawn(set_log_level(peer.clone(), level));
        }
        if modern && tools.as_ref().is_some_and(|tools| tools.list_changed == Some(true)) {
            let listening = listen(peer.clone(), cx.on_tools_changed.clone());
            let close = close.clone();
            tokio::spawn(async move { close.run_until_cancelled(listening).await });
        }
        let pid = guard.process.as_ref().and_then(Process::pid);
        let ends = Ends { close: close.clone(), let_go, ending: ending.clone(), over: tell_over };
        cx.watches.spawn(watch_over(running, guard, ends));
        Session {
            server: cx.server.clone(),
            target: self.target.clone(),
            masks: self.masks.clone(),
            peer,
            wire,
            about,
            pid,
            modern,
            has_tools: tools.is_some(),
            log_level,
            close: close.clone(),
            ending,
            over,
            _close_on_drop: close.drop_guard(),
        }
    }

    fn unready(&self, unready: Unready, process: Option<(&str, Option<ExitStatus>)>, stderr: Vec<String>) -> Error {
        let server = self.cx.server.to_string();
        let target = self.target.clone();
        match unready {
            Unready::Stopped => Error::Stopped { server },
            Unready::Late => Error::StartTimedOut { server, target, after: self.cx.start_timeout, stderr },
            // A pipe that broke under the greeting is the end of the process, seen from the other side.
            Unready::Greet(GreetError::Closed | GreetError::Send(_)) if let Some((command, status)) = process => {
                Error::EndedEarly { server, command: command.to_owned(), status: status_text(status), stderr }
            }
            Unready::Greet(GreetError::Send(error)) => self.unreachable(error.error.as_ref()),
            Unready::Greet(error) => {
                let cause = self.masks.text(&error.to_string()).into_owned();
                Error::Handshake { server, target, cause, stderr }
            }
        }
    }

    fn unreachable(&self, error: &(dyn StdError + 'static)) -> Error {
        unreachable(&self.cx.server, &self.target, self.masks, error)
    }
}

/// Why an attempt did not lead to a session.
enum Unready {
    Greet(GreetError),
    Late,
    Stopped,
}

/// What a failure below HTTP, or in it, means.
pub(super) fn unreachable(server: &str, target: &str, masks: &Masks, error: &(dyn StdError + 'static)) -> Error {
    let mut cause = error;
    let http = loop {
        if let Some(http) = cause.downcast_ref::<HttpError>() {
            break Some(http);
        }
        // The errors that wrap ours do not all give it as their source.
        if let Some(rmcp::transport::streamable_http_client::StreamableHttpError::Client(http)) =
            cause.downcast_ref::<rmcp::transport::streamable_http_client::StreamableHttpError<HttpError>>()
        {
            break Some(http);
        }
        if let Some(SseFailure::Http(http)) = cause.downcast_ref::<SseFailure>() {
            break Some(http);
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break None,
        }
    };
    let (server, target) = (server.to_owned(), target.to_owned());
    let shown = |error: &dyn std::fmt::Display| masks.text(&error.to_string()).into_owned();
    match http {
        Some(http @ HttpError::Unauthorized { .. }) => Error::Unauthorized { server, target, cause: shown(http) },
        Some(http @ HttpError::Status { .. }) => Error::Handshake { server, target, cause: shown(http), stderr: Vec::new() },
        Some(http) => Error::Unreachable { server, target, cause: shown(http) },
        None => Error::Unreachable { server, target, cause: shown(&error) },
    }
}

fn about(info: &ServerPeerInfo, masks: &Masks) -> About {
    let shown = |text: &String| masks.text(text).into_owned();
    let server = info.server_info.as_ref();
    About {
        protocol_version: info.protocol_version.to_string(),
        name: server.map(|server| shown(&server.name)),
        title: server.and_then(|server| server.title.as_ref()).map(shown),
        version: server.map(|server| shown(&server.version)),
        instructions: info.instructions.as_ref().map(shown),
    }
}

/// Servers differ in what they do with this, and none of it matters to a session.
async fn set_log_level(peer: Peer<RoleClient>, level: LogLevel) {
    if let Err(error) = peer.send_request(logging::request(level)).await {
        tracing::debug!(%error, "the server does not take a log level");
    }
}

/// In the newer era a server tells of changes only on a stream that was asked for.
async fn listen(peer: Peer<RoleClient>, on_tools_changed: OnToolsChanged) {
    let mut pause = Duration::from_millis(250);
    loop {
        let filter = SubscriptionFilter::builder().tools_list_changed().build();
        match peer.listen(filter).await {
            Ok(mut subscription) => {
                while let Ok(Some(_)) = subscription.next().await {
                    pause = Duration::from_millis(250);
                    on_tools_changed();
                }
            }
            Err(ServiceError::McpError(error)) => {
                tracing::debug!(%error, "the server does not tell of changes");
                return;
            }
            Err(error) => tracing::debug!(%error, "the stream of changes broke"),
        }
        if peer.is_transport_closed() {
            return;
        }
        // Whatever changed while nobody listened is found by asking again.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(60));
        on_tools_changed();
    }
}
