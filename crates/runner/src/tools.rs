//! What the runner needs of the world: servers' tools, and the tools of graphs.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{ServerName, ToolName};
use nodes::{Failure, Signal, ToolRef, ToolResult};
use run::{Event, Moment, Outcome, StepId, TraceContext};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::debug::Debug;
use crate::handle::{Handle, Listener};
use crate::job::Job;
use crate::journal::Journal;

/// How far a tool says it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// How much is done.
    pub progress: f64,
    /// Of how much, where that is known.
    pub total: Option<f64>,
    /// What it is doing.
    pub message: Option<String>,
}

/// A call of a server's tool.
pub struct ToolCall {
    /// The step that calls.
    pub step: StepId,
    /// What tells the server to which trace the call belongs: for tools that stand before others to say. The runner knows of none.
    pub trace: Option<TraceContext>,
    /// The server.
    pub server: ServerName,
    /// The tool's name on that server.
    pub tool: String,
    /// Its arguments, an object.
    pub args: Arc<Value>,
    /// Cancelled when the answer is no longer wanted.
    pub cancel: CancellationToken,
    /// Told how far the tool is.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
}

/// Where tools come from.
pub trait Tools: Send + Sync + 'static {
    /// Calls a tool of a server. A result with `is_error` is an answer, not an error.
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>>;

    /// Whether a tool says that calling it twice does no more than calling it once, or nothing at all (MCP's `idempotentHint`
    /// and `readOnlyHint`). Asked when a run is taken up whose call was under way; `false` where that cannot be found out.
    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool>;

    /// Tells an event to whoever waits for it.
    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>>;

    /// A tool of a graph, ready to be run by a step; where the step has started a run of it that is kept, that run.
    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>>;

    /// Whether [`Tools::job`] gives the run that a step had started before the process died, or knows that it had not begun.
    /// Where this is `false` nobody knows how far it came.
    fn goes_on(&self, _step: StepId, _tool: ToolRef) -> BoxFuture<'static, bool> {
        std::future::ready(false).boxed()
    }
}

/// A tool of a graph that a step runs.
pub enum Beneath {
    /// Its run is in memory alone.
    InMemory(Job),
    /// Its run is kept: it begins, or goes on.
    Kept(Job, Kept),
    /// The step had started a run of this tool before, which has ended.
    Ended(ToolName, Outcome),
}

/// Told of a run that a step has started, with what holds its family.
pub type Begun = Box<dyn FnOnce(&Handle, Option<&Debug>) + Send>;

/// Where a run that a step starts is kept.
pub struct Kept {
    /// What has happened in it already; nothing in one that begins.
    pub events: Vec<(Moment, Event)>,
    /// Where its further events are written.
    pub journal: Box<dyn Journal>,
    /// Who is told of it, beside those who are told of the run above it.
    pub listener: Listener,
    /// Told once it goes on.
    pub begun: Begun,
}

impl From<Job> for Beneath {
    fn from(job: Job) -> Self {
        Self::InMemory(job)
    }
}

impl Beneath {
    /// The same with another job, where there is something to do.
    #[must_use]
    pub fn map(self, to: impl FnOnce(Job) -> Job) -> Self {
        match self {
            Self::InMemory(job) => Self::InMemory(to(job)),
            Self::Kept(job, kept) => Self::Kept(to(job), kept),
            ended @ Self::Ended(..) => ended,
        }
    }
}
