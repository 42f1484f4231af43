//! Ctrl-C and the other ways in which the system asks the program to end: the first asks, the second insists.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::exit::Exit;

/// Rings when the program should end. A cheap handle.
#[derive(Clone)]
pub(crate) struct Stop {
    asked: CancellationToken,
    insisted: CancellationToken,
    signal: Arc<OnceLock<u8>>,
}

impl Stop {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Error> {
        let mut signals = Signals::new().map_err(Error::Signals)?;
        let stop = Self { asked: CancellationToken::new(), insisted: CancellationToken::new(), signal: Arc::default() };
        let heard = stop.clone();
        tokio::spawn(async move {
            let signal = signals.next().await;
            heard.signal.get_or_init(|| signal);
            heard.asked.cancel();
            signals.next().await;
            heard.insisted.cancel();
        });
        Ok(stop)
    }

    /// Waits until the program should end.
    pub(crate) async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Waits until the program should end at once, whatever it is doing.
    pub(crate) async fn insisted(&self) {
        self.insisted.cancelled().await;
    }

    /// Rings with it.
    pub(crate) fn token(&self) -> CancellationToken {
        self.asked.clone()
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
