//! A server that is wanted: started when first needed, watched, started again, ended cleanly. Knows nothing of graphs.

mod supervisor;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::Error;
use crate::event::{LogLevel, ServerEvent, State};
use crate::launch::Launcher;
use crate::process::Grace;
use crate::session::Session;
use crate::session::connect::Context;
use crate::stderr::{Stderr, tell};
use crate::tool::{CallOptions, CallResult, Tool};
use crate::traffic::{Message, Traffic};
use supervisor::{Command, Supervisor};

/// Events that a listener may fall behind by, before it misses the oldest.
const EVENTS: usize = 4096;

/// How long to wait before a server that died is started again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// After the first death.
    pub min: Duration,
    /// At most.
    pub max: Duration,
    /// By what it grows with each death that follows.
    pub factor: f64,
    /// A server that was ready for this long has recovered, and its next death is a first one.
    pub forgiven_after: Duration,
}

impl Backoff {
    /// The wait before try `attempt`, counted from 1 for the first start of all, which does not wait.
    pub(crate) fn before(&self, attempt: u32) -> Duration {
        let Some(deaths) = attempt.checked_sub(2) else { return Duration::ZERO };
        let grown = self.min.as_secs_f64() * self.factor.max(1.0).powi(i32::try_from(deaths).unwrap_or(i32::MAX));
        if grown < self.max.as_secs_f64() { Duration::from_secs_f64(grown) } else { self.max }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { min: Duration::from_millis(100), max: Duration::from_secs(30), factor: 2.0, forgiven_after: Duration::from_secs(10) }
    }
}

/// How a server is kept.
#[derive(Clone, Debug)]
pub struct Options {
    /// What it is called in errors and events.
    pub name: String,
    /// The time limit of a call that does not bring its own.
    pub call_timeout: Option<Duration>,
    /// How long it may take from the start until it is ready. A package may be downloaded in that time.
    pub start_timeout: Duration,
    /// The wait between death and restart.
    pub backoff: Backoff,
    /// How many lines of standard error are kept.
    pub stderr_lines: usize,
    /// How patiently its process is ended.
    pub grace: Grace,
    /// How long the protocol's newer greeting may stay unanswered, before the older one is tried beside it.
    pub probe_timeout: Duration,
    /// From which severity on it is asked for log messages; `None` asks for nothing.
    pub log_level: Option<LogLevel>,
}

impl Options {
    /// The usual options for a server of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "server".to_owned(),
            call_timeout: Some(Duration::from_secs(300)),
            start_timeout: Duration::from_secs(60),
            backoff: Backoff::default(),
            stderr_lines: 1000,
            grace: Grace::default(),
            probe_timeout: Duration::from_secs(3),
            log_level: Some(LogLevel::Info),
        }
    }
}

/// What the handles and the supervisor share.
struct Shared {
    options: Options,
    session: Mutex<Option<Arc<Session>>>,
    tools: Mutex<Option<Arc<[Tool]>>>,
    /// Counts the changes of the tools, so that a list that was read during one is not kept.
    tools_version: AtomicU64,
    state: watch::Sender<State>,
    events: broadcast::Sender<ServerEvent>,
    stderr: Arc<Stderr>,
    traffic: Arc<Traffic>,
}

impl Shared {
    fn session(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session, unless it is dying: then the supervisor knows what comes next.
    fn live_session(&self) -> Option<Arc<Session>> {
        self.session().clone().filter(|session| session.is_alive())
    }

    fn tools(&self) -> MutexGuard<'_, Option<Arc<[Tool]>>> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_tools(&self) {
        self.tools_version.fetch_add(1, Ordering::SeqCst);
        *self.tools() = None;
    }

    fn set_state(&self, state: State) {
        self.state.send_replace(state.clone());
        tell(&self.events, ServerEvent::StateChanged(state));
    }
}

/// A handle on one server. When the last one is dropped, the server is ended cleanly.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
    commands: mpsc::UnboundedSender<Command>,
}

impl Server {
    /// Keeps a server. Nothing is started until it is needed.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn spawn(options: Options, launcher: impl Launcher) -> Self {
        let (events, _) = broadcast::channel(EVENTS);
        let (commands, orders) = mpsc::unbounded_channel();
        let stderr = Arc::new(Stderr::new(options.stderr_lines, events.clone()));
        let traffic = Arc::new(Traffic::default());
        let shared = Arc::new(Shared {
            session: Mutex::default(),
            tools: Mutex::default(),
            tools_version: AtomicU64::new(0),
            state: watch::Sender::new(State::Idle),
            events: events.clone(),
            stderr: stderr.clone(),
            traffic: traffic.clone(),
            options,
        });
        let changed = Arc::downgrade(&shared);
        let context = Context {
            server: shared.options.name.as_str().into(),
            stderr,
            traffic,
            events,
            grace: shared.options.grace,
            start_timeout: shared.options.start_timeout,
            probe: shared.options.probe_timeout,
            log_level: shared.options.log_level,
            on_tools_changed: Arc::new(move || {
                if let Some(shared) = changed.upgrade() {
                    shared.forget_tools();
                    tell(&shared.events, ServerEvent::ToolsChanged);
                }
            }),
            initialize_only: AtomicBool::new(false),
            watches: TaskTracker::new(),
        };
        let supervisor = Supervisor::new(shared.clone(), Arc::new(launcher), Arc::new(context), orders);
        tokio::spawn(supervisor.run());
        Self { shared, commands }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.shared.options.name
    }

    /// Starts it if it is not ready, without waiting out a backoff, and comes back when it is.
    ///
    /// # Errors
    ///
    /// Why it could not be started.
    pub async fn start(&self) -> Result<(), Error> {
        self.ask(|reply| Command::Need { reply, at_once: true }).await?.map(drop)
    }

    /// Ends it cleanly. It stays ended until it is needed again.
    pub async fn stop(&self) {
        // An error says that it is shut down already.
        drop(self.ask(Command::Stop).await);
    }

    /// Ends it cleanly and for good: whatever is asked of it from now on fails.
    pub async fn shutdown(&self) {
        drop(self.ask(Command::Shutdown).await);
    }

    /// Where it is in its life.
    pub fn state(&self) -> State {
        self.shared.state.borrow().clone()
    }

    /// Everything that happens from now on. A listener that falls far behind misses the oldest events, and is told how many.
    pub fn subscribe(&self) -> broadcast::Receiver<ServerEvent> {
        self.shared.events.subscribe()
    }

    /// The last lines that it wrote to standard error over all its starts, oldest first, secrets hidden.
    pub fn stderr(&self) -> Vec<String> {
        self.shared.stderr.lines()
    }

    /// The last messages between us and it over all its starts, those after `number`, oldest first, with nothing secret in them.
    pub fn traffic(&self, number: u64) -> Vec<Message> {
        self.shared.traffic.after(number)
    }

    /// Its tools with their whole definitions, in its own order. Starts it if need be; asks it again only after a change.
    ///
    /// # Errors
    ///
    /// Why it could not be started, or what it answered instead.
    pub async fn tools(&self) -> Result<Arc<[Tool]>, Error> {
        if let Some(tools) = &*self.shared.tools() {
            return Ok(tools.clone());
        }
        let session = self.session().await?;
        let limit = self.shared.options.call_timeout.map(|limit| (limit, Instant::now()));
        loop {
            let version = self.shared.tools_version.load(Ordering::SeqCst);
            let tools: Arc<[Tool]> = session.tools(limit).await?.into();
            let mut kept = self.shared.tools();
            if self.shared.tools_version.load(Ordering::SeqCst) == version {
                *kept = Some(tools.clone());
                return Ok(tools);
            }
        }
    }

    /// Calls a tool, and starts the server first if need be.
    ///
    /// A tool that fails is no error here but a result with `is_error`.
    ///
    /// # Errors
    ///
    /// What kept the call from being answered. Cancellation and time limits come back at once, and the server is told.
    pub async fn call(&self, tool: &str, arguments: Map<String, Value>, options: CallOptions) -> Result<CallResult, Error> {
        let limit = options.timeout.or(self.shared.options.call_timeout).map(|limit| (limit, Instant::now()));
        let session = self.session_for(tool, limit, &options.cancel).await?;
        session.call(tool, arguments, limit, &options).await
    }

    /// Asks a server that is ready for a sign of life within `limit`, and tells how long that took. Never starts one.
    ///
    /// # Errors
    ///
    /// `Error::Stopped` where it does not run; otherwise why there was no sign.
    pub async fn ping(&self, limit: Duration) -> Result<Duration, Error> {
        self.shared.live_session().ok_or_else(|| self.stopped())?.ping(limit).await
    }

    async fn session_for(
        &self,
        doing: &str,
        limit: Option<(Duration, Instant)>,
        cancel: &CancellationToken,
    ) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.shared.live_session() {
            return Ok(session);
        }
        let server = self.name().to_owned();
        let timer = async {
            match limit {
                Some((limit, start)) => tokio::time::sleep_until((start + limit).into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            session = self.session() => session,
            () = cancel.cancelled() => Err(Error::Cancelled { server, doing: doing.to_owned() }),
            () = timer => {
                let after = limit.map_or(Duration::ZERO, |(limit, _)| limit);
                Err(Error::TimedOut { server, doing: doing.to_owned(), after })
            }
        }
    }

    async fn session(&self) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.shared.live_session() {
            return Ok(session);
        }
        self.ask(|reply| Command::Need { reply, at_once: false }).await?
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| self.stopped())?;
        answer.await.map_err(|_| self.stopped())
    }

    fn stopped(&self) -> Error {
        Error::Stopped { server: self.name().to_owned() }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.name()).field("state", &self.state()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_each_death_up_to_the_most() {
        let backoff = Backoff { min: Duration::from_millis(100), max: Duration::from_secs(1), factor: 3.0, forgiven_after: Duration::ZERO };
        let waits: Vec<_> = [1, 2, 3, 4, 5, u32::MAX].map(|attempt| backoff.before(attempt).as_millis()).into();
        assert_eq!(waits, [0, 100, 300, 900, 1000, 1000], "nothing, then by the factor, then the most");
    }
}
