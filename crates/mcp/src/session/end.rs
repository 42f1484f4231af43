//! The watch over a session: notices its end, whichever side brings it about, and leaves nothing behind.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use rmcp::service::{RoleClient, RunningService};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Over;
use super::handler::Handler;
use super::stdio::Input;
use crate::process::{Grace, Process};
use crate::stderr::Stderr;

/// How many lines of standard error an error shows.
pub(super) const SHOWN: usize = 12;

/// How long output of an ended process may still be read.
const REST_OF_OUTPUT: Duration = Duration::from_millis(300);

/// How long rmcp may take to let go of a session.
const LET_GO: Duration = Duration::from_millis(500);

/// What has to be ended with a session.
pub(super) struct Guard {
    pub(super) process: Option<Process>,
    pub(super) input: Option<Input>,
    pub(super) grace: Grace,
    pub(super) stderr: Arc<Stderr>,
    /// Where this start's lines of standard error begin.
    pub(super) mark: u64,
}

/// How a session and its watch tell each other of the end.
pub(super) struct Ends {
    /// Rings for the session to be ended.
    pub(super) close: CancellationToken,
    /// Makes rmcp let go of the session.
    pub(super) let_go: CancellationToken,
    /// Rung at the first sign of the end: from then on nothing can be asked of the session.
    pub(super) ending: CancellationToken,
    /// Told how it was, when everything is over.
    pub(super) over: watch::Sender<Option<Over>>,
}

/// Waits for the end of a session, whichever side brings it about, ends the other side, and tells how it was.
pub(super) async fn watch_over(running: RunningService<RoleClient, Handler>, mut guard: Guard, ends: Ends) {
    let mut waiting = std::pin::pin!(running.waiting());
    let exited = async {
        match &mut guard.process {
            Some(process) => process.exited().await,
            None => std::future::pending().await,
        }
    };
    let mut status = None;
    let mut let_go = false;
    let asked = tokio::select! {
        () = ends.close.cancelled() => true,
        _ = &mut waiting => {
            let_go = true;
            false
        }
        ended = exited => {
            status = ended;
            ends.ending.cancel();
            // What it wrote before its end is still answered.
            let_go = tokio::time::timeout(REST_OF_OUTPUT, &mut waiting).await.is_ok();
            false
        }
    };
    ends.ending.cancel();
    ends.let_go.cancel();
    if let Some(input) = &guard.input {
        input.close().await;
    }
    if !let_go {
        drop(tokio::time::timeout(LET_GO, &mut waiting).await);
    }
    let status = match guard.process.take() {
        Some(process) => {
            let ended = process.end(guard.grace).await;
            status_text(status.or(ended))
        }
        None => "the connection was closed".to_owned(),
    };
    ends.over.send_replace(Some(Over { status, stderr: guard.stderr.since(guard.mark, SHOWN), asked }));
}

/// An exit status in words.
pub(super) fn status_text(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "its exit status is not known".to_owned(), |status| status.to_string())
}
