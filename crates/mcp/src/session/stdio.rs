//! Carries messages over a child's standard streams, one JSON text a line. What is not JSON-RPC is noise, and kept apart.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout};

use crate::lines::{Lines, Overlong};
use crate::mask::Masks;
use crate::stderr::Stderr;
use crate::wire::{Inbound, Wire};

/// The longest message that is read, in bytes. A longer one is dropped, and its call ends by its time limit.
const MESSAGE: usize = 256 * 1024 * 1024;

/// How much of a line of noise is kept, in bytes.
const NOISE: usize = 8 * 1024;

/// The child's end of standard input, shared so that it can be closed from outside.
#[derive(Clone)]
pub(crate) struct Input {
    queue: Arc<Mutex<VecDeque<Vec<u8>>>>,
    pipe: Arc<tokio::sync::Mutex<Option<ChildStdin>>>,
    closed: tokio_util::sync::CancellationToken,
}

impl Input {
    pub(crate) fn new(pipe: ChildStdin) -> Self {
        Self {
            queue: Arc::default(),
            pipe: Arc::new(tokio::sync::Mutex::new(Some(pipe))),
            closed: tokio_util::sync::CancellationToken::new(),
        }
    }

    /// Takes a message into the queue now, so that messages are written in the order in which they were sent, whichever of
    /// the futures runs first. The future writes whatever is queued by then.
    fn send(&self, message: Vec<u8>) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.queue().push_back(message);
        let this = self.clone();
        async move {
            let mut pipe = this.pipe.lock().await;
            let batch: Vec<u8> = this.queue().drain(..).flatten().collect();
            if batch.is_empty() && pipe.is_some() {
                return Ok(()); // Another future wrote ours along with its own.
            }
            let Some(open) = pipe.as_mut() else { return Err(io::ErrorKind::NotConnected.into()) };
            let written = tokio::select! {
                written = open.write_all(&batch) => written,
                () = this.closed.cancelled() => Err(io::ErrorKind::NotConnected.into()),
            };
            if written.is_err() {
                *pipe = None; // Half a message may be out: nothing more can be said on this pipe.
            }
            written
        }
    }

    /// Closes the pipe, also while a write to a child that does not read is under way.
    pub(crate) async fn close(&self) {
        self.closed.cancel();
        *self.pipe.lock().await = None;
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Vec<u8>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// rmcp's view of a child process.
pub(super) struct Stdio {
    input: Input,
    lines: Lines<ChildStdout>,
    wire: Arc<Wire>,
    stderr: Arc<Stderr>,
    masks: Masks,
}

impl Stdio {
    pub(super) fn new(input: Input, output: ChildStdout, wire: Arc<Wire>, stderr: Arc<Stderr>, masks: Masks) -> Self {
        Self { input, lines: Lines::new(output, MESSAGE, Overlong::Drop), wire, stderr, masks }
    }
}

impl Transport<RoleClient> for Stdio {
    type Error = io::Error;

    fn send(&mut self, message: ClientJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        self.wire.outbound(&message);
        let text = serde_json::to_vec(&message).map(|mut text| {
            self.wire.sent(&text);
            text.push(b'\n');
            text
        });
        let sending = text.map(|text| self.input.send(text));
        async move { sending?.await }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let line = self.lines.next().await.ok()??;
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match self.wire.inbound(line) {
                Inbound::Message(message) => return Some(*message),
                Inbound::Taken => {}
                Inbound::Noise => self.stderr.push_noise(&line[..line.len().min(NOISE)], &self.masks),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.input.close().await;
        Ok(())
    }
}
