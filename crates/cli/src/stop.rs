//! Ctrl-C and the other ways in which the system asks the program to end: the first asks, the second insists.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::exit::Exit;
use crate::prompt;

/// Rings when the program should end. A cheap handle.
#[derive(Clone)]
pub(crate) struct Stop {
    token: CancellationToken,
    signal: Arc<OnceLock<u8>>,
}

impl Stop {
    /// Listens from now on. A second signal ends the program at once.
    pub(crate) fn listen() -> Result<Self, Error> {
        let mut signals = Signals::new().map_err(Error::Signals)?;
        let stop = Self { token: CancellationToken::new(), signal: Arc::default() };
        let asked = stop.clone();
        tokio::spawn(async move {
            let signal = signals.next().await;
            asked.signal.get_or_init(|| signal);
            asked.token.cancel();
            let signal = signals.next().await;
            prompt::restore();
            std::process::exit(Exit::Signal(signal).code().into());
        });
        Ok(stop)
    }

    /// Waits until the program should end.
    pub(crate) async fn asked(&self) {
        self.token.cancelled().await;
    }

    /// Rings with it.
    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// How the program ends: by the signal that asked for it, or else well.
    pub(crate) fn exit(&self) -> Exit {
        self.signal.get().map_or(Exit::Done, |signal| Exit::Signal(*signal))
    }
}

const INTERRUPT: u8 = 2;

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.terminate.recv() => 15,
            _ = self.hang_up.recv() => 1,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> u8 {
        self.0.recv().await;
        INTERRUPT
    }
}
