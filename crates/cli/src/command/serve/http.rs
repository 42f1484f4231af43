//! The HTTP server of `serve`: which address, who is told what, and when it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::endpoint::{HttpOptions, Token, http_router};
use app::{App, Offered};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::guard::{Guard, check_place, check_token};
use super::token::{self, Made};
use super::{api, events, pages};
use crate::args::Serve;
use crate::error::Error;
use crate::out::{self, STRONG};
use crate::stop::Stop;

/// The longest command, in bytes: as long as a call at the endpoint.
const LONGEST_COMMAND: usize = 32 * 1024 * 1024;

/// How long open connections may take to end.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// A way in, checked but not yet open.
pub(super) struct Door {
    address: SocketAddr,
    token: Option<Made>,
    /// Names under which we may be addressed besides those of this machine.
    hosts: Vec<String>,
    has_pages: bool,
}

/// What the pages' handlers share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) guard: Guard,
    pub(super) shutdown: CancellationToken,
}

impl FromRef<Shared> for App {
    fn from_ref(shared: &Shared) -> Self {
        shared.app.clone()
    }
}

impl Door {
    /// Checks whether a way in at this address is meant knowingly.
    pub(super) fn open(address: SocketAddr, args: &Serve) -> Result<Self, Error> {
        let is_remote = !address.ip().is_loopback();
        if is_remote && !args.allow_remote {
            return Err(Error::Remote(address));
        }
        if is_remote && args.no_token {
            return Err(Error::RemoteWithoutToken);
        }
        let mut hosts = args.hosts.clone();
        if !address.ip().is_unspecified() {
            hosts.push(host_of(address));
        }
        Ok(Self { address, token: token::token(args)?, hosts, has_pages: args.ui })
    }

    /// Serves until the program should end.
    pub(super) async fn serve(self, app: &App, offered: Arc<Offered>, stop: &Stop) -> Result<(), Error> {
        let failed = |source| Error::Listen { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let router = self.router(app, offered, stop.token());
        self.tell(address);
        let asked = stop.clone();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move { asked.asked().await });
        tokio::select! {
            served = serving => served.map_err(Error::ServeHttp),
            () = async { stop.asked().await; tokio::time::sleep(LAST_ANSWERS).await } => Ok(()),
        }
    }

    fn router(&self, app: &App, offered: Arc<Offered>, shutdown: CancellationToken) -> Router {
        let token: Option<Token> = self.token.as_ref().map(|made| made.token.clone());
        let mut options = HttpOptions::local(token.clone());
        options.origins.extend(self.hosts.iter().flat_map(|host| origins_of(host)));
        options.hosts.extend(self.hosts.iter().cloned());
        options.shutdown = shutdown.clone();
        let guard = Guard { hosts: options.hosts.clone().into(), token };
        let endpoint = http_router(offered, options);
        if !self.has_pages {
            return endpoint;
        }
        let shared = Shared { app: app.clone(), guard: guard.clone(), shutdown };
        let commands = Router::new()
            .route("/api/call/{name}", post(api::call))
            .layer(DefaultBodyLimit::max(LONGEST_COMMAND))
            .layer(from_fn_with_state(guard.clone(), check_token));
        let window = commands
            .route("/api/events", get(events::open))
            .fallback(get(pages::page))
            .layer(from_fn_with_state(guard, check_place))
            .with_state(shared);
        endpoint.merge(window)
    }

    /// Says where we are, and the token if nobody can know it yet.
    fn tell(&self, address: SocketAddr) {
        let shown = self.token.as_ref().and_then(|made| made.shown.as_deref());
        out::say(format_args!("{STRONG}MCP endpoint{STRONG:#}  http://{address}/mcp"));
        match shown {
            Some(token) => out::say(format_args!("{STRONG}its token{STRONG:#}     {token}")),
            None if self.token.is_some() => out::say("it needs the token that it was given"),
            None => out::say_warning("everybody who can reach this address is let in"),
        }
        if address.ip().is_unspecified() && self.hosts.is_empty() {
            out::say_warning("only who calls this machine `localhost` is let in; add `--host NAME` for each other name that it has");
        }
        if self.has_pages {
            let token = shown.map(|token| format!("#token={token}")).unwrap_or_default();
            out::say(format_args!("{STRONG}window{STRONG:#}        http://{address}/{token}"));
        }
    }
}

/// An address as a client names it, without the port.
fn host_of(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

/// The origins of pages at this host, which may be behind a proxy that encrypts.
fn origins_of(host: &str) -> [String; 2] {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    ["http", "https"].map(|scheme| if has_port { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:*") })
}
