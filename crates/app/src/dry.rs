//! Dry runs: what only reads happens, what may write is shown as the exact request, and answered by what its schema says or by a
//! cassette. What nothing is known of is taken to write.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{Graph, ServerName, ToolName, Treat};
use nodes::{Answer, Failure, FailureKind, Signal, ToolRef, ToolResult};
use run::StepId;
use runner::{Beneath, Job, Request, Tape, ToolCall, Tools, sample};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::cassette::read_cassette;
use crate::error::Error;
use crate::graph_file::GraphFile;
use crate::runs::{Begin, Frozen, Recorded};

/// What a tool without an output schema answers in its place.
const NOT_CALLED: &str = "not called: this is a dry run";

/// How a dry run is made.
#[derive(Debug, Default)]
pub struct Dry {
    /// How single tools are taken, whatever anybody else says.
    pub treat: Vec<(ServerName, String, Treat)>,
}

/// Something that a dry run asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DryCall {
    /// The request, as it would have been made.
    #[serde(flatten)]
    pub request: Request,
    /// Whether it happened, since it only reads.
    pub happened: bool,
    /// Who says so.
    pub because: Because,
    /// What it was answered with, where it did not happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<StandIn>,
}

/// Who says whether a tool reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Because {
    /// Whoever started the run.
    Asked,
    /// `treat` in the server's entry.
    Entry,
    /// The server, by `readOnlyHint`.
    Hint,
    /// Nobody.
    Unknown,
}

/// What stands in for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StandIn {
    /// An answer of the cassette.
    Cassette,
    /// A value that fits the tool's output schema.
    Schema,
    /// A text that says that it was not called.
    Text,
    /// Nothing could be found; the step failed.
    Nothing,
}

/// What a dry run has asked for so far. A cheap handle.
#[derive(Clone)]
pub struct DryRun(Arc<Shared>);

struct Shared {
    treat: HashMap<(ServerName, String), Treat>,
    tape: Option<Mutex<Tape>>,
    calls: Mutex<Vec<DryCall>>,
}

impl DryRun {
    /// What was asked for, in its order.
    #[must_use]
    pub fn calls(&self) -> Vec<DryCall> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<DryCall>> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, request: Request, happened: bool, because: Because, answered: Option<StandIn>) {
        self.lock().push(DryCall { request, happened, because, answered });
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
    /// Runs a tool dry: writes are shown and not made. Nothing of it is kept beyond this process. `answers` is a cassette that answers
    /// writes where it can.
    ///
    /// # Errors
    /// Where the tool cannot run, the arguments do not fit its schema, or the cassette cannot be read.
    pub fn dry_run(
        &self,
        file: &Arc<GraphFile>,
        tool: &ToolName,
        arguments: Value,
        dry: Dry,
        answers: Option<&Path>,
    ) -> Result<(Recorded, DryRun), Error> {
        let tape = answers.map(read_cassette).transpose()?.map(|cassette| {
            let takes = cassette.takes.into_iter().map(|take| (take.at, take.node, take.event));
            Mutex::new(Tape::new(takes.collect(), Box::new(|tool| Err(nowhere(tool)))))
        });
        let treat = dry.treat.into_iter().map(|(server, tool, treat)| ((server, tool), treat)).collect();
        let run = DryRun(Arc::new(Shared { treat, tape, calls: Mutex::default() }));
        let (job, text) = file.frozen(tool)?;
        let job = wrap(job, Arc::downgrade(file), file.graph(), run.clone());
        let frozen = Frozen { job, text, is_kept: false };
        Ok((self.begin_frozen(file, tool, frozen, Begin::whole(arguments))?, run))
    }
}

fn nowhere(tool: &ToolRef) -> Failure {
    Failure::new(FailureKind::Run, format!("the tool `{}` is not played", tool.tool))
}

fn wrap(job: Job, file: Weak<GraphFile>, graph: Arc<Graph>, run: DryRun) -> Job {
    let tools = Arc::new(DryTools { inner: job.tools.clone(), file, graph, run });
    Job { tools, ..job }
}

/// The tools of a graph, of which only those are called that read.
struct DryTools {
    inner: Arc<dyn Tools>,
    file: Weak<GraphFile>,
    graph: Arc<Graph>,
    run: DryRun,
}

impl Tools for DryTools {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        let (inner, run) = (self.inner.clone(), self.run.clone());
        let server = self.file.upgrade().and_then(|file| file.servers.get(&self.graph, &call.server).ok());
        let said = run.0.treat.get(&(call.server.clone(), call.tool.clone())).map(|treat| (*treat, Because::Asked));
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
            let request = Request::Call { server: call.server.clone(), tool: call.tool.clone(), args: call.args.clone() };
            if treat == Treat::Read {
                run.note(request, true, because, None);
                return inner.call(call).await;
            }
            let schema = known.and_then(|tool| tool.output_schema.clone()).map(Value::Object);
            let (answer, stand_in) = stand_in(&run, &request, schema.as_ref(), &call.tool);
            run.note(request, false, because, Some(stand_in));
            answer
        }
        .boxed()
    }

    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        self.inner.may_repeat(server, tool)
    }

    /// To tell an event may set anything going, so it is not told.
    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        self.run.note(Request::Emit { signal }, false, Because::Unknown, None);
        std::future::ready(Ok(())).boxed()
    }

    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let (inner, file, graph, run) = (self.inner.clone(), self.file.clone(), self.graph.clone(), self.run.clone());
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
            Ok(wrap(inner.job(step, tool).await?.job, other, graph, run).into())
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
