//! The HTTP client below rmcp's streamable HTTP transport, so that results stay whole and no address reaches an error.
//! Knows nothing of sessions beyond their id.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::stream::{BoxStream, Stream, StreamExt};
use http::header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse};
use sse_stream::{Sse, SseStream};

use crate::wire::{Inbound, Wire};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";
const SESSION_ID: &str = "Mcp-Session-Id";
const LAST_EVENT_ID: &str = "Last-Event-Id";

/// The longest answer that is read, in bytes.
pub(super) const ANSWER: usize = 64 * 1024 * 1024;

/// How much of an error page is read, in bytes, and how much of it is shown.
const ERROR_PAGE: usize = 64 * 1024;
const ERROR_SHOWN: usize = 300;

/// What goes wrong between us and a server over HTTP. Never holds an address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    #[error("{}", innermost(.0))]
    Network(#[source] reqwest::Error),
    #[error("HTTP {status}{}", if .challenge.is_empty() { String::new() } else { format!(", {challenge}") })]
    Unauthorized { status: StatusCode, challenge: String },
    #[error("HTTP {status}{}", if .page.is_empty() { String::new() } else { format!(": {page}") })]
    Status { status: StatusCode, page: String },
    #[error("an answer is longer than {limit} bytes")]
    TooLong { limit: usize },
}

impl HttpError {
    pub(super) fn network(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

/// reqwest's own text only says that a request could not be sent; the cause is at the end of the chain.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

type Failure = StreamableHttpError<HttpError>;

/// A client that shows every message to the wire.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) http: reqwest::Client,
    pub(super) wire: Arc<Wire>,
}

/// An HTTP client. TLS is made ready here, and so not before a server at an address is first needed.
pub(super) fn http_client() -> Result<reqwest::Client, HttpError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race against another caller means that there is a provider, which is all that is wanted.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    let redirects = reqwest::redirect::Policy::custom(|attempt| {
        // Only these keep the method and the body, and only our own server may see the headers.
        let keeps_body = matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        let same = attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
        if keeps_body && same && attempt.previous().len() <= 10 { attempt.follow() } else { attempt.stop() }
    });
    reqwest::Client::builder()
        .redirect(redirects)
        .connect_timeout(Duration::from_secs(10))
        // A server closes idle connections when it likes, and a request that meets such a one is lost.
        .pool_idle_timeout(Duration::from_secs(15))
        .build()
        .map_err(HttpError::network)
}

impl Client {
    async fn post(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        self.wire.outbound(&message);
        let mut request = self.http.post(uri.as_ref()).headers(headers.into_iter().collect());
        request = request.header(ACCEPT, format!("{EVENTS}, {JSON}")).header(CONTENT_TYPE, JSON);
        if let Some(session) = &session {
            request = request.header(SESSION_ID, session.as_ref());
        }
        let body = serde_json::to_vec(&message)?;
        self.wire.sent(&body);
        let response = request.body(body).send().await.map_err(network)?;
        let status = response.status();
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && session.is_some() {
            return Err(StreamableHttpError::SessionExpired);
        }
        refuse_unauthorized(&response)?;
        let session_id = header(&response, SESSION_ID);
        if status.is_success() && header(&response, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(EVENTS)) {
            return Ok(StreamableHttpPostResponse::Sse(self.events(response), session_id));
        }
        let body = read(response, if status.is_success() { ANSWER } else { ERROR_PAGE }).await?;
        self.answer(&message, status, &body, session_id)
    }

    /// What a body that is no event stream means.
    fn answer(
        &self,
        message: &ClientJsonRpcMessage,
        status: StatusCode,
        body: &[u8],
        session_id: Option<String>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        let inbound = self.wire.inbound(body);
        let ClientJsonRpcMessage::Request(request) = message else {
            return if status.is_success() { Ok(StreamableHttpPostResponse::Accepted) } else { Err(page(status, body)) };
        };
        let probe = matches!(request.request, ClientRequest::DiscoverRequest(_)) && status.is_client_error();
        match inbound {
            Inbound::Message(message) => Ok(StreamableHttpPostResponse::Json(correlate(*message, &request.id, status), session_id)),
            Inbound::Taken => Ok(StreamableHttpPostResponse::Accepted),
            // A server of the older era may refuse the newer greeting with whatever page it has.
            Inbound::Noise if probe => {
                let error = ErrorData::invalid_request(format!("HTTP {status}"), None);
                let error = ServerJsonRpcMessage::error(error, Some(request.id.clone()));
                Ok(StreamableHttpPostResponse::Json(error, session_id))
            }
            Inbound::Noise => Err(page(status, body)),
        }
    }

    /// The events of a response, each shown to the wire, with a limit on the length of one.
    fn events(&self, response: reqwest::Response) -> BoxStream<'static, Result<Sse, SseError>> {
        let wire = self.wire.clone();
        let watched = move |event: Result<Sse, SseError>| {
            event.map(|mut event| {
                // The event itself goes on, since its id is where a broken stream is taken up again.
                event.data = event.data.filter(|data| wire.observe(data));
                event
            })
        };
        sse(response).map(watched).boxed()
    }
}

impl StreamableHttpClient for Client {
    type Error = HttpError;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failure> {
        self.post(uri, message, session_id, custom_headers).await
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failure> {
        let request = self.http.delete(uri.as_ref()).headers(custom_headers.into_iter().collect());
        // A server may keep its sessions as long as it likes; what it answers changes nothing.
        request.header(SESSION_ID, session_id.as_ref()).send().await.map(drop).map_err(network)
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failure> {
        let mut request = self.http.get(uri.as_ref()).headers(custom_headers.into_iter().collect());
        request = request.header(ACCEPT, EVENTS);
        if let Some(session) = session_id {
            request = request.header(SESSION_ID, session.as_ref());
        }
        if let Some(last) = last_event_id {
            request = request.header(LAST_EVENT_ID, last);
        }
        let response = request.send().await.map_err(network)?;
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        refuse_unauthorized(&response)?;
        let status = response.status();
        if !status.is_success() {
            return Err(page(status, b""));
        }
        if !header(&response, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(EVENTS)) {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        }
        Ok(self.events(response))
    }
}

/// The events of a response, with a limit on the length of one.
pub(super) fn sse(response: reqwest::Response) -> impl Stream<Item = Result<Sse, SseError>> + Send + use<> {
    let since_event = Arc::new(AtomicUsize::new(0));
    let counter = since_event.clone();
    let bytes = response.bytes_stream().map(move |chunk| {
        let chunk = chunk.map_err(HttpError::network)?;
        let seen = counter.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
        if seen > ANSWER { Err(HttpError::TooLong { limit: ANSWER }) } else { Ok(chunk) }
    });
    SseStream::from_bytes_stream(bytes).inspect(move |_| since_event.store(0, Ordering::Relaxed))
}

fn network(error: reqwest::Error) -> Failure {
    StreamableHttpError::Client(HttpError::network(error))
}

pub(super) fn unauthorized(response: &reqwest::Response) -> Option<HttpError> {
    let status = response.status();
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        .then(|| HttpError::Unauthorized { status, challenge: header(response, WWW_AUTHENTICATE.as_str()).unwrap_or_default() })
}

fn refuse_unauthorized(response: &reqwest::Response) -> Result<(), Failure> {
    unauthorized(response).map_or(Ok(()), |error| Err(StreamableHttpError::Client(error)))
}

fn page(status: StatusCode, body: &[u8]) -> Failure {
    let text: String = String::from_utf8_lossy(body).split_whitespace().collect::<Vec<_>>().join(" ");
    StreamableHttpError::Client(HttpError::Status { status, page: text.chars().take(ERROR_SHOWN).collect() })
}

fn header(response: &reqwest::Response, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

async fn read(response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(network)?;
        if body.len() + chunk.len() > limit {
            return Err(StreamableHttpError::Client(HttpError::TooLong { limit }));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An error that a server could not put the right id to still answers the request that it came back for.
fn correlate(message: ServerJsonRpcMessage, id: &RequestId, status: StatusCode) -> ServerJsonRpcMessage {
    match message {
        ServerJsonRpcMessage::Error(error) if error.id.as_ref() != Some(id) && !status.is_success() => {
            ServerJsonRpcMessage::error(error.error, Some(id.clone()))
        }
        message => message,
    }
}
