//! The life of one server: what starts it, what ends it, when it is tried again. Knows nothing of how a session works.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Shared;
use crate::error::Error;
use crate::event::State;
use crate::launch::Launcher;
use crate::session::Session;
use crate::session::connect::{Context, connect};

type Reply = oneshot::Sender<Result<Arc<Session>, Error>>;

/// What a handle asks for.
pub(super) enum Command {
    /// A session, started if need be; `at_once` does not wait out a backoff.
    Need { reply: Reply, at_once: bool },
    /// The end, until it is needed again.
    Stop(oneshot::Sender<()>),
    /// The end for good.
    Shutdown(oneshot::Sender<()>),
}

/// Where the life is, with what belongs to that part of it only.
enum Phase {
    /// Nothing runs.
    Rest,
    /// A start is due at this time, or at once if somebody insists.
    Wait { until: Instant },
    /// A start is under way.
    Start,
    /// A session lives.
    Live { session: Arc<Session>, since: Instant },
    /// It is to be ended, and this told to whoever asked.
    End { session: Option<Arc<Session>>, reply: Option<oneshot::Sender<()>>, for_good: bool },
}

/// Owns the life of one server until its shutdown.
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    launcher: Arc<dyn Launcher>,
    context: Arc<Context>,
    orders: mpsc::UnboundedReceiver<Command>,
    /// Who waits for a session.
    waiting: Vec<Reply>,
    /// The number of the next start since it last worked well, from 1.
    attempt: u32,
    /// No start before this, unless somebody insists.
    not_before: Instant,
}

impl Supervisor {
    pub(super) fn new(
        shared: Arc<Shared>,
        launcher: Arc<dyn Launcher>,
        context: Arc<Context>,
        orders: mpsc::UnboundedReceiver<Command>,
    ) -> Self {
        let not_before = Instant::now();
        Self { shared, launcher, context, orders, waiting: Vec::new(), attempt: 1, not_before }
    }

    /// Runs until the shutdown, or until there is no handle any more.
    pub(super) async fn run(mut self) {
        let mut phase = Phase::Rest;
        loop {
            phase = match phase {
                Phase::Rest => self.rest().await,
                Phase::Wait { until } => self.wait(until).await,
                Phase::Start => self.start().await,
                Phase::Live { session, since } => self.live(session, since).await,
                Phase::End { session, reply, for_good } => {
                    self.end(session, for_good).await;
                    if let Some(reply) = reply {
                        // Whoever asked may have gone.
                        reply.send(()).ok();
                    }
                    if for_good {
                        return;
                    }
                    Phase::Rest
                }
            };
        }
    }

    async fn rest(&mut self) -> Phase {
        match self.orders.recv().await {
            Some(Command::Need { reply, at_once }) => {
                self.waiting.push(reply);
                if at_once { Phase::Start } else { Phase::Wait { until: self.not_before } }
            }
            order => ending(order, None),
        }
    }

    async fn wait(&mut self, until: Instant) -> Phase {
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until) => return Phase::Start,
                order = self.orders.recv() => match order {
                    Some(Command::Need { reply, at_once }) => {
                        self.waiting.push(reply);
                        if at_once {
                            return Phase::Start;
                        }
                    }
                    order => return ending(order, None),
                },
            }
        }
    }

    async fn start(&mut self) -> Phase {
        self.shared.set_state(State::Starting { attempt: self.attempt });
        let stop = CancellationToken::new();
        let (launcher, context, given_up) = (self.launcher.clone(), self.context.clone(), stop.clone());
        let starting = async move {
            let launch = tokio::select! {
                launch = launcher.launch() => launch?,
                () = given_up.cancelled() => return Err(Error::Stopped { server: context.server.to_string() }),
            };
            connect(launch, &context, &given_up).await
        };
        let mut starting = std::pin::pin!(starting);
        let started = loop {
            tokio::select! {
                started = &mut starting => break started,
                order = self.orders.recv() => match order {
                    Some(Command::Need { reply, .. }) => self.waiting.push(reply),
                    order => {
                        stop.cancel();
                        // The attempt ends what it has begun before it comes back.
                        let session = starting.await.ok().map(Arc::new);
                        return ending(order, session);
                    }
                },
            }
        };
        match started {
            Ok(session) => self.started(Arc::new(session)),
            Err(error) => {
                self.attempt = self.attempt.saturating_add(1);
                // Only what restarts by itself waits ever longer. Here somebody asks each time, and may have mended it.
                self.not_before = Instant::now() + self.shared.options.backoff.min;
                self.shared.set_state(State::Failed { error: error.to_string() });
                self.answer(&Err(error));
                Phase::Rest
            }
        }
    }

    fn started(&mut self, session: Arc<Session>) -> Phase {
        self.shared.forget_tools();
        *self.shared.session() = Some(session.clone());
        let since_ms = milliseconds(SystemTime::now());
        self.shared.set_state(State::Ready { since_ms, pid: session.pid(), about: session.about().clone() });
        self.answer(&Ok(session.clone()));
        Phase::Live { session, since: Instant::now() }
    }

    async fn live(&mut self, session: Arc<Session>, since: Instant) -> Phase {
        let over = loop {
            tokio::select! {
                over = session.over() => break over,
                order = self.orders.recv() => match order {
                    Some(Command::Need { reply, .. }) if session.is_alive() => drop(reply.send(Ok(session.clone()))),
                    // It is dying; whoever asks now is served by the next one.
                    Some(Command::Need { reply, .. }) => self.waiting.push(reply),
                    order => return ending(order, Some(session)),
                },
            }
        };
        *self.shared.session() = None;
        self.shared.forget_tools();
        let backoff = &self.shared.options.backoff;
        self.attempt = if since.elapsed() >= backoff.forgiven_after { 2 } else { self.attempt.saturating_add(1) };
        let wait = backoff.before(self.attempt);
        let until = Instant::now() + wait;
        let last_words = over.stderr.last().map(|line| format!("; its last words: {line}")).unwrap_or_default();
        self.shared.set_state(State::Backoff {
            attempt: self.attempt,
            until_ms: milliseconds(SystemTime::now() + wait),
            error: format!("server `{}` died ({}){last_words}", self.shared.options.name, over.status),
        });
        Phase::Wait { until }
    }

    async fn end(&mut self, session: Option<Arc<Session>>, for_good: bool) {
        self.shared.set_state(State::Stopping);
        *self.shared.session() = None;
        self.shared.forget_tools();
        let server = self.shared.options.name.clone();
        self.answer(&Err(Error::Stopped { server }));
        if let Some(session) = session {
            session.close();
        }
        // Every session of this server is watched until its process is gone, also those that died before.
        self.context.watches.close();
        self.context.watches.wait().await;
        self.context.watches.reopen();
        self.attempt = 1;
        self.not_before = Instant::now();
        if for_good {
            self.orders.close();
        }
        self.shared.set_state(State::Stopped);
    }

    fn answer(&mut self, result: &Result<Arc<Session>, Error>) {
        for reply in self.waiting.drain(..) {
            // Whoever asked may have gone.
            drop(reply.send(result.clone()));
        }
    }
}

/// What every order but a need leads to, and the end of all handles too.
fn ending(order: Option<Command>, session: Option<Arc<Session>>) -> Phase {
    match order {
        Some(Command::Stop(reply)) => Phase::End { session, reply: Some(reply), for_good: false },
        Some(Command::Shutdown(reply)) => Phase::End { session, reply: Some(reply), for_good: true },
        Some(Command::Need { .. }) | None => Phase::End { session, reply: None, for_good: true },
    }
}

fn milliseconds(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}
