//! Runs that are told to tracing systems, and what the calls of a run say of the trace that they belong to: where its step stands, or,
//! where nobody is told, what the run's own caller has said.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::ServerName;
use nodes::{Failure, Signal, ToolRef, ToolResult};
use run::{Event, Moment, StepId, TraceContext};
use runner::{Beneath, Job, Told, ToolCall, Tools};
use telemetry::{Followed, Trace, Via};

use crate::app::App;
use crate::graph_file::GraphFile;

/// Who asked for a run, as far as tracing goes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Where it stands in a trace of its own.
    pub(crate) caller: Option<TraceContext>,
    /// Whether it is an MCP client that waits for the answer.
    pub(crate) is_client: bool,
}

/// What makes a run known: its number, its seed, whether it outlives the process, and whether it begins now.
pub(super) struct Known<'k> {
    pub(super) run: u64,
    pub(super) seed: u64,
    pub(super) tool: &'k graph::ToolName,
    pub(super) is_kept: bool,
    pub(super) is_new: bool,
}

/// How a run is traced.
#[derive(Clone)]
pub(super) enum Traced {
    /// Tracing systems are told of it.
    Told(Trace),
    /// They are not. What its caller said is passed on.
    PassedOn(TraceContext),
}

impl App {
    /// How a run is traced; none where nobody is told and its caller said nothing.
    pub(super) fn traced(&self, file: &GraphFile, known: &Known<'_>, asked: Asked) -> Option<Traced> {
        let Asked { caller, is_client } = asked;
        let Some(telemetry) = self.telemetry() else { return caller.map(Traced::PassedOn) };
        Some(Traced::Told(telemetry.follow(Followed {
            run: known.run,
            seed: known.seed,
            graph: file.id.0,
            of: file.graph(),
            tool: known.tool.clone(),
            caller,
            via: if is_client { Via::Endpoint } else { Via::Here },
            is_kept: known.is_kept,
            is_new: known.is_new,
        })))
    }
}

impl Traced {
    /// The job whose calls say to which trace they belong.
    pub(super) fn job(traced: &Option<Self>, job: Job) -> Job {
        match traced {
            Some(traced) => wrap(job, traced.clone(), Vec::new()),
            None => job,
        }
    }

    pub(super) fn hear(traced: &Option<Self>, told: &Told<'_>) {
        match traced {
            Some(Traced::Told(trace)) => trace.hear(told),
            Some(Traced::PassedOn(_)) | None => {}
        }
    }

    fn context(&self, path: &[StepId]) -> TraceContext {
        match self {
            Traced::Told(trace) => trace.context(path),
            Traced::PassedOn(caller) => caller.clone(),
        }
    }
}

/// The seed that a journal holds, and what the run's caller said of where it stands.
pub(super) fn begun_with(events: &[(Moment, Event)]) -> (u64, Option<TraceContext>) {
    match events.first() {
        Some((_, Event::Started { seed, trace, .. })) => (*seed, trace.clone()),
        Some(_) | None => (0, None),
    }
}

fn wrap(job: Job, traced: Traced, above: Vec<StepId>) -> Job {
    let tools = Arc::new(TracedTools { inner: job.tools.clone(), traced, above });
    Job { tools, ..job }
}

/// The tools of a run, whose calls say to which trace they belong.
struct TracedTools {
    inner: Arc<dyn Tools>,
    traced: Traced,
    /// The `call` steps that the run lies beneath.
    above: Vec<StepId>,
}

impl TracedTools {
    fn path(&self, step: StepId) -> Vec<StepId> {
        self.above.iter().copied().chain([step]).collect()
    }
}

impl Tools for TracedTools {
    fn call(&self, mut call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        call.trace = Some(self.traced.context(&self.path(call.step)));
        self.inner.call(call)
    }

    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        self.inner.may_repeat(server, tool)
    }

    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        self.inner.emit(signal)
    }

    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let (beneath, traced, path) = (self.inner.job(step, tool), self.traced.clone(), self.path(step));
        async move { Ok(beneath.await?.map(|job| wrap(job, traced, path))) }.boxed()
    }

    fn goes_on(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, bool> {
        self.inner.goes_on(step, tool)
    }
}
