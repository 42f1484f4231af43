//! The endpoint over streamable HTTP, behind a check of token, host and origin. Knows nothing of tools.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use rmcp::transport::StreamableHttpServerConfig;
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use super::Offer;
use super::catalog::Catalog;
use super::face::Face;

/// The longest request, in bytes.
const REQUEST: usize = 32 * 1024 * 1024;

/// A session of the older era without any request for this long is over.
const IDLE: Duration = Duration::from_secs(3600);

/// Messages that may wait in one session.
const QUEUE: usize = 256;

/// What a client has to show to be let in. Silent in `Debug`, and compared in constant time.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `given` is this token. Takes as long for a near miss as for a far one.
    pub fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(•••)")
    }
}

/// Who may use the endpoint over HTTP.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The bearer token that each request must carry; `None` lets everyone in who can reach the address.
    pub token: Option<Token>,
    /// The hosts, with or without port, under which the endpoint may be addressed: a web page cannot then reach it by
    /// giving a name of its own to our address.
    pub hosts: Vec<String>,
    /// The web origins from which a browser may call, as `scheme://host:port`, or `:*` for any port.
    pub origins: Vec<String>,
    /// Ends all sessions and calls.
    pub shutdown: CancellationToken,
}

impl HttpOptions {
    /// For clients on this machine that have `token`.
    pub fn local(token: Option<Token>) -> Self {
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        Self {
            token,
            hosts: hosts.map(str::to_owned).into(),
            origins: hosts.map(|host| format!("http://{host}:*")).into(),
            shutdown: CancellationToken::new(),
        }
    }
}

/// A router that answers at `/mcp`. Which address it is bound to is the caller's choice.
pub fn http_router(offer: Arc<dyn Offer>, options: HttpOptions) -> Router {
    let catalog = Arc::new(Catalog::new(offer));
    let mut sessions = LocalSessionManager::default();
    sessions.session_config.keep_alive = Some(IDLE);
    sessions.session_config.channel_capacity = QUEUE;
    let config = StreamableHttpServerConfig::default()
        .with_allowed_hosts(options.hosts)
        .with_allowed_origins(options.origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(REQUEST)
        .with_cancellation_token(options.shutdown);
    let service = StreamableHttpService::new(move || Ok(Face::new(catalog.clone())), Arc::new(sessions), config);
    let router = Router::new().route_service("/mcp", service);
    match options.token {
        Some(token) => router.layer(from_fn_with_state(Arc::new(token), check_token)),
        None => router,
    }
}

async fn check_token(State(token): State<Arc<Token>>, request: Request, next: Next) -> Response {
    if bearer(request.headers()).is_some_and(|given| token.is(given)) {
        return next.run(request).await;
    }
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"patchbay\"")];
    (StatusCode::UNAUTHORIZED, challenge, "this endpoint needs its token, as `Authorization: Bearer TOKEN`\n").into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
