//! Dry runs: what only reads happens, what may write is shown as the exact request, and answered by what its schema says or by a
//! cassette. What nothing is known of is taken to write.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{Graph, ServerName, ToolName, Treat};
use nodes::{Answer, Failure, FailureKind, Signal, ToolRef, ToolResult};
use protocol::{Because, DryCall, DryRequest, Event, RunId, StandIn, Treated};
use run::StepId;
use runner::{Beneath, Job, Request, Tape, ToolCall, Tools, sample};
use serde_json::{Value, json};
use store::Cassette;

use crate::app::App;
use crate::bus::Bus;
use crate::cassette::read_cassette;
use crate::error::Error;
use crate::graph_file::GraphFile;
use crate::runs::{Begin, Recorded};

/// What a tool without an output schema answers in its place.
const NOT_CALLED: &str = "not called: this is a dry run";

/// How a dry run is made.
#[derive(Clone, Debug, Default)]
pub struct Dry {
    /// How single tools are taken, whatever anybody else says.
    pub treat: Vec<Treated>,
    /// What answers in the place of what is not called, where it can.
    pub answers: Option<Arc<Cassette>>,
}

impl Dry {
    /// The same, with the answers of a cassette that is a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn answered_by(self, file: &Path) -> Result<Self, Error> {
        Ok(Self { answers: Some(Arc::new(read_cassette(file)?)), ..self })
    }
}

/// What a dry run has asked for so far. A cheap handle.
#[derive(Clone)]
pub struct DryRun(Arc<Shared>);

struct Shared {
    how: Dry,
    tape: Option<Mutex<Tape>>,
    calls: Mutex<Vec<DryCall>>,
    /// As which run it is told, and where.
    told: OnceLock<(RunId, Bus)>,
}

impl DryRun {
    pub(crate) fn new(how: Dry) -> Self {
        let tape = how.answers.as_ref().map(|cassette| {
            let takes = cassette.takes.iter().map(|take| (take.at, take.node.clone(), take.event.clone()));
            Mutex::new(Tape::new(takes.collect(), Box::new(|tool| Err(nowhere(tool)))))
        });
        Self(Arc::new(Shared { how, tape, calls: Mutex::default(), told: OnceLock::new() }))
    }

    /// Another run that is made as this one: what begins on what a dry run came to writes as little.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.0.how.clone())
    }

    /// Has each call told from now on.
    pub(crate) fn tell_as(&self, run: RunId, bus: Bus) {
        // It is told once for each run, and each run has its own.
        self.0.told.get_or_init(|| (run, bus));
    }

    /// A tool of which only those tools are called that read.
    pub(crate) fn wrap(&self, job: Job, file: &GraphFile) -> Job {
        wrap(job, file.weak(), file.graph(), self.clone(), None)
    }

    /// What was asked for, in its order.
    #[must_use]
    pub fn calls(&self) -> Vec<DryCall> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<DryCall>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, call: DryCall) {
        let mut calls = self.lock();
        let at = calls.len();
        // Under the lock, so that they are told in their order.
        if let Some((run, bus)) = self.0.told.get() {
            bus.tell(|| Event::DryCalled { run: *run, at, call: Box::new(call.clone()) });
        }
        calls.push(call);
    }

    /// How whoever started the run takes a tool.
    fn asked(&self, server: &ServerName, tool: &str) -> Option<Treat> {
        self.0.how.treat.iter().rfind(|of| of.server == *server && of.tool == tool).map(|of| of.treat)
    }

    /// What a cassette answers to a request.
    fn recorded(&self, request: &Request) -> Option<Result<ToolResult, Failure>> {
        let mut tape = self.0.tape.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        match tape.answer_to(request)? {
            Ok(Answer::Tool(result)) => Some(Ok(result)),
            Ok(Answer::Value(_) | Answer::Person(_)) => None,
            Err(failure) => Some(Err(failure)),
        }
    }
}

impl App {
    /// Runs a tool dry: writes are shown and not made. Nothing of it is kept beyond this process.
    ///
    /// # Errors
    /// Where the tool cannot run, or the arguments do not fit its schema.
    pub fn dry_run(&self, file: &GraphFile, tool: &ToolName, arguments: Value, dry: Dry) -> Result<(Recorded, DryRun), Error> {
        let run = DryRun::new(dry);
        Ok((self.begin(file, tool, Begin::whole(arguments).dry(run.clone()))?, run))
    }
}

fn nowhere(tool: &ToolRef) -> Failure {
    Failure::new(FailureKind::Run, format!("the tool `{}` is not played", tool.tool))
}

fn wrap(job: Job, file: Weak<GraphFile>, graph: Arc<Graph>, run: DryRun, within: Option<StepId>) -> Job {
    let tools = Arc::new(DryTools { inner: job.tools.clone(), file, graph, run, within });
    Job { tools, ..job }
}

/// The tools of a graph, of which only those are called that read.
struct DryTools {
    inner: Arc<dyn Tools>,
    file: Weak<GraphFile>,
    graph: Arc<Graph>,
    run: DryRun,
    /// The step of the whole run that called the tool whose tools these are; none where it is the run's own.
    within: Option<StepId>,
}

impl Tools for DryTools {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        let (inner, run, step) = (self.inner.clone(), self.run.clone(), Some(self.within.unwrap_or(call.step)));
        let server = self.file.upgrade().and_then(|file| file.servers.get(&self.graph, &call.server).ok());
        let said = run.asked(&call.server, &call.tool).map(|treat| (treat, Because::Asked));
        let entry = self.graph.servers.get(&call.server);
        let said = said.or_else(|| Some((entry?.treats(&call.tool)?, Because::Entry)));
        async move {
            let tools = match &server {
                Some(server) => server.tools().await.ok(),
                None => None,
            };
            let known = tools.as_ref().and_then(|tools| tools.iter().find(|known| known.name == call.tool));
            let (treat, because) =
                said.unwrap_or_else(|| match known.and_then(|tool| tool.annotations.as_ref()?.get("readOnlyHint")?.as_bool()) {
                    Some(true) => (Treat::Read, Because::Hint),
                    Some(false) => (Treat::Write, Because::Hint),
                    None => (Treat::Write, Because::Unknown),
                });
            let request = DryRequest::Call { server: call.server.clone(), tool: call.tool.clone(), arguments: call.args.clone() };
            let noted = DryCall { request, step, happened: true, because, answered: None, answer: None };
            if treat == Treat::Read {
                run.note(noted);
                return inner.call(call).await;
            }
            let schema = known.and_then(|tool| tool.output_schema.clone()).map(Value::Object);
            let request = Request::Call { server: call.server, tool: call.tool.clone(), args: call.args };
            let (answer, stand_in) = stand_in(&run, &request, schema.as_ref(), &call.tool);
            run.note(DryCall { happened: false, answered: Some(stand_in), answer: Some(Arc::new(told(&answer))), ..noted });
            answer
        }
        .boxed()
    }

    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        self.inner.may_repeat(server, tool)
    }

    /// To tell an event may set anything going, so it is not told.
    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        let request = DryRequest::Emit { emit: signal.event.clone(), detail: signal.detail.clone() };
        let (step, because) = (self.within, Because::Unknown);
        self.run.note(DryCall { request, step, happened: false, because, answered: None, answer: None });
        std::future::ready(Ok(())).boxed()
    }

    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let (inner, file, graph, run) = (self.inner.clone(), self.file.clone(), self.graph.clone(), self.run.clone());
        let within = Some(self.within.unwrap_or(step));
        async move {
            let other = match &tool.file {
                None => file,
                Some(path) => match file.upgrade() {
                    Some(file) => {
                        Arc::downgrade(&file.neighbour(path).await.map_err(|error| Failure::new(FailureKind::Run, error.in_full()))?)
                    }
                    None => file,
                },
            };
            let graph = other.upgrade().filter(|_| tool.file.is_some()).map_or(graph, |file| file.graph());
            Ok(inner.job(step, tool).await?.map(|job| wrap(job, other, graph, run, within)))
        }
        .boxed()
    }
}

/// What is answered in the place of a tool that is not called.
fn stand_in(run: &DryRun, request: &Request, schema: Option<&Value>, tool: &str) -> (Result<ToolResult, Failure>, StandIn) {
    if let Some(recorded) = run.recorded(request) {
        return (recorded, StandIn::Cassette);
    }
    let text = |text: String| vec![json!({"type": "text", "text": text})];
    let Some(schema) = schema else {
        return (Ok(ToolResult { content: text(NOT_CALLED.to_owned()), structured: None, is_error: false }), StandIn::Text);
    };
    match sample(schema) {
        Some(value) => (Ok(ToolResult { content: text(value.to_string()), structured: Some(value), is_error: false }), StandIn::Schema),
        None => {
            let message = format!("no answer of the tool `{tool}` could be made up that fits its output schema");
            let failure = Failure::new(FailureKind::Schema, message).with_remedy("give a cassette that has one with `--answers`");
            (Err(failure), StandIn::Nothing)
        }
    }
}

/// An answer as a person reads it.
fn told(answer: &Result<ToolResult, Failure>) -> Value {
    let result = match answer {
        Ok(result) => result,
        Err(failure) => return Value::from(failure.message.as_str()),
    };
    let text = match result.content.as_slice() {
        [only] => only.get("text").cloned(),
        _ => None,
    };
    result.structured.clone().or(text).unwrap_or_else(|| Value::Array(result.content.clone()))
}
