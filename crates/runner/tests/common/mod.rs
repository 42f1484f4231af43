//! A world for runs: tools that answer, dawdle, fail or fall silent, and what they saw.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{Graph, ServerName};
use nodes::{Failure, FailureKind, Signal, ToolRef, ToolResult};
use run::{Outcome, PlanOptions, RunFailure, StepId};
use runner::{Beneath, Handle, Job, Kept, MemoryJournal, Progress, Signals, Start, ToolCall, Tools, start};
use serde_json::{Value, json};

#[path = "../../../run/src/tests/sketch.rs"]
pub mod sketch;

/// Tools by name, whatever the server is called.
///
/// `echo` gives its arguments; `answer {content?, structured?, error?}` gives what it is told; `slow {ms}` takes its time and
/// stops when it is cancelled; `deaf` never answers; `gone` is a server that cannot be reached; `panics` does; `flaky {n}`
/// fails until its `n`th call; the files server's tools know seven files, and none whose name has `missing` in it.
#[derive(Default)]
pub struct World {
    pub graph: Graph,
    pub options: PlanOptions,
    pub under_way: AtomicUsize,
    pub most_at_once: AtomicUsize,
    pub cancelled: AtomicUsize,
    pub calls: Mutex<HashMap<String, usize>>,
    pub signals: Signals,
    /// The runs that steps start, where they are kept: without it they are in memory alone.
    pub kept: Option<Family>,
}

/// Runs that steps of one run have started.
#[derive(Clone, Default)]
pub struct Family(Arc<Mutex<Begun>>);

#[derive(Default)]
struct Begun {
    journals: HashMap<StepId, MemoryJournal>,
    handles: Vec<Handle>,
}

impl Family {
    /// The one that began last, or was gone on with.
    pub fn last(&self) -> Option<Handle> {
        self.0.lock().unwrap().handles.last().cloned()
    }

    pub fn forget(&self) {
        *self.0.lock().unwrap() = Begun::default();
    }

    fn kept(&self, step: StepId) -> Kept {
        let journal = self.0.lock().unwrap().journals.entry(step).or_default().clone();
        let family = self.clone();
        Kept {
            events: journal.events(),
            journal: Box::new(journal),
            listener: Arc::new(|_| {}),
            begun: Box::new(move |handle, _| family.0.lock().unwrap().handles.push(handle.clone())),
        }
    }
}

impl World {
    pub fn of(graph: Graph) -> Arc<Self> {
        Self::with(graph, PlanOptions::default())
    }

    pub fn with(graph: Graph, options: PlanOptions) -> Arc<Self> {
        Arc::new(Self { graph, options, ..Self::default() })
    }

    pub fn job(self: &Arc<Self>, tool: &str) -> Job {
        let tools = Arc::new(Shared(self.clone()));
        Job::compile(&self.graph, &tool.into(), self.options, tools).unwrap_or_else(|problems| panic!("it compiles: {problems:?}"))
    }

    pub fn start(self: &Arc<Self>, arguments: Value) -> Handle {
        self.try_start(arguments).unwrap_or_else(|failure| panic!("it starts: {failure}"))
    }

    pub fn try_start(self: &Arc<Self>, arguments: Value) -> Result<Handle, Failure> {
        start(options(self.job("t"), arguments))
    }

    async fn answer(self: Arc<Self>, call: ToolCall) -> Result<ToolResult, Failure> {
        let count = {
            let mut calls = self.calls.lock().unwrap();
            let count = calls.entry(call.tool.clone()).or_default();
            *count += 1;
            *count
        };
        let structured = |value: Value| ToolResult { structured: Some(value), ..ToolResult::default() };
        match call.tool.as_str() {
            "echo" => Ok(structured(Value::clone(&call.args))),
            "answer" => Ok(ToolResult {
                content: call.args.get("content").and_then(Value::as_array).cloned().unwrap_or_default(),
                structured: call.args.get("structured").cloned(),
                is_error: call.args.get("error").is_some(),
            }),
            "slow" => {
                let wait = tokio::time::sleep(Duration::from_millis(call.args["ms"].as_u64().unwrap_or(60_000)));
                (call.progress)(Progress { progress: 0.5, total: Some(1.0), message: Some("half".to_owned()) });
                tokio::select! {
                    () = wait => Ok(structured(json!({"slept": true}))),
                    () = call.cancel.cancelled() => {
                        self.cancelled.fetch_add(1, Ordering::SeqCst);
                        Err(Failure::new(FailureKind::Cancelled, "the call was cancelled"))
                    }
                }
            }
            "deaf" => std::future::pending().await,
            "gone" => Err(Failure::new(FailureKind::Server, format!("the server `{}` cannot be reached", call.server))),
            "panics" => panic!("a fault in whoever calls tools"),
            "flaky" if count as u64 >= call.args["n"].as_u64().unwrap_or(2) => Ok(structured(json!(count))),
            "flaky" => Err(Failure::new(FailureKind::Server, "not yet")),
            "list_directory" => {
                let lines: Vec<_> = (1..=7).map(|n| format!("[FILE] {n}.txt")).collect();
                Ok(content(&lines.join("\n")))
            }
            "read_text_file" | "get_file_info" => match call.args["path"].as_str() {
                Some(path) if !path.contains("missing") => Ok(content(&format!("{} of {path}", call.tool))),
                path => Ok(ToolResult { is_error: true, ..content(&format!("{path:?} is not there")) }),
            },
            "search_files" => Ok(content("/a.conf\n/b.conf")),
            "get-sum" => Ok(ToolResult {
                structured: None,
                ..content(&format!("The sum is {}", call.args["a"].as_i64().unwrap() + call.args["b"].as_i64().unwrap()))
            }),
            other => Err(Failure::new(FailureKind::Server, format!("the server has no tool `{other}`"))),
        }
    }
}

/// What a files server answers: the text twice, as text and as structured content.
fn content(text: &str) -> ToolResult {
    ToolResult { content: vec![json!({"type": "text", "text": text})], structured: Some(json!({"content": text})), is_error: false }
}

/// The world behind the handle that jobs share.
struct Shared(Arc<World>);

impl Tools for Shared {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        let world = self.0.clone();
        async move {
            let now = world.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            world.most_at_once.fetch_max(now, Ordering::SeqCst);
            let answer = world.clone().answer(call).await;
            world.under_way.fetch_sub(1, Ordering::SeqCst);
            answer
        }
        .boxed()
    }

    /// What only reads says so.
    fn may_repeat(&self, _: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        std::future::ready(tool == "echo").boxed()
    }

    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        let world = self.0.clone();
        async move {
            world.signals.tell(&signal).await;
            Ok(())
        }
        .boxed()
    }

    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let world = self.0.clone();
        async move {
            let job = world.job(tool.tool.as_str());
            Ok(match &world.kept {
                Some(family) => Beneath::Kept(job, family.kept(step)),
                None => job.into(),
            })
        }
        .boxed()
    }

    fn goes_on(&self, _: StepId, _: ToolRef) -> BoxFuture<'static, bool> {
        std::future::ready(self.0.kept.is_some()).boxed()
    }
}

pub fn options(job: Job, arguments: Value) -> Start {
    Start {
        job,
        arguments,
        part: run::Part::default(),
        seen: None,
        trace: None,
        seed: 1,
        limits: expr::Limits::default(),
        journal: Box::new(MemoryJournal::default()),
        listener: Arc::new(|_| {}),
        depth: 0,
        parks: None,
        debug: None,
    }
}

/// How a run ended, in a line.
pub fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done { result } => format!("done {result}"),
        Outcome::Failed { failure } => format!("failed {failure}"),
        Outcome::Stopped { reason } => format!("stopped {reason:?}"),
    }
}

/// Runs the tool `t` of a sketch to its end and compares how it ended.
#[track_caller]
pub fn check(text: &str, arguments: Value, expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let outcome = runtime.block_on(async { World::of(sketch::graph(text)).start(arguments).outcome().await });
    assert_eq!(told(&outcome), expected, "how the run of `{text}` ended");
}

/// The same where waiting takes no time. Only for graphs whose expressions are paths and arithmetic: the clock would run away
/// from one that goes to the slow lane.
#[track_caller]
pub fn check_waiting(graph: Graph, arguments: Value, expected: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let outcome = runtime.block_on(async { World::of(graph).start(arguments).outcome().await });
    assert_eq!(told(&outcome), expected, "how the run ended");
}

/// Waits until something holds, within a minute.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let holding = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(60), holding).await.is_ok(), "{what} within a minute");
}

/// The failure of a run that must have failed.
#[track_caller]
pub fn failure(outcome: Outcome) -> RunFailure {
    match outcome {
        Outcome::Failed { failure } => failure,
        other => panic!("the run failed: {other:?}"),
    }
}
