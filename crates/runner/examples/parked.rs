//! What a run costs that only waits: starts runs that ask a person, lets them be parked, and prints the memory that is kept of
//! each, its journal aside. Run it with `cargo run --release -p runner --example parked`.

use std::sync::Arc;

use futures::future::BoxFuture;
use graph::{Graph, ServerName};
use nodes::{Failure, FailureKind, Signal, ToolRef, ToolResult};
use run::{Event, Moment, PlanOptions, StepId};
use runner::{Beneath, Job, Journal, Parked, Rest, Start, ToolCall, Tools, start};
use serde_json::json;

const RUNS: usize = 10_000;

/// The runs call nobody.
struct NoTools;

fn none<T>() -> BoxFuture<'static, Result<T, Failure>> {
    Box::pin(async { Err(Failure::new(FailureKind::Server, "there are no servers here")) })
}

impl Tools for NoTools {
    fn call(&self, _: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        none()
    }

    fn may_repeat(&self, _: &ServerName, _: &str) -> BoxFuture<'static, bool> {
        Box::pin(async { false })
    }

    fn emit(&self, _: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        none()
    }

    fn job(&self, _: StepId, _: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        none()
    }
}

/// The journal is on the disk of somebody else.
struct Elsewhere;

impl Journal for Elsewhere {
    fn append(&mut self, _: Moment, _: &Event) {}

    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
}

fn approval() -> Graph {
    let schema = json!({"type": "object", "properties": {"sum": {"type": "number"}, "why": {"type": "string"}}, "required": ["sum"]});
    let nodes = json!([
        {"id": "entry", "type": "entry", "next": "ask"},
        {"id": "ask", "type": "approval", "message": {"expr": "'Pay ' & entry.sum & ' euros to ' & entry.name & '?'"}, "schema": schema,
         "timeout": "P7D", "next": "exit"},
        {"id": "exit", "type": "exit"}
    ]);
    let tool = json!({"name": "pay", "description": "pays", "inputSchema": {"type": "object"}, "nodes": nodes});
    Graph::from_json(&json!({"version": "1.0", "server": {"name": "cost", "version": "1.0"}, "tools": [tool]})).0
}

/// The resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let job = match Job::compile(&approval(), &"pay".into(), PlanOptions::default(), Arc::new(NoTools)) {
        Ok(job) => job,
        Err(problems) => return eprintln!("the graph does not compile: {problems:?}"),
    };
    let mut kept: Vec<Parked> = Vec::with_capacity(RUNS);
    let mut before = resident();
    for n in 0..=RUNS {
        let (journal, listener) = (Box::new(Elsewhere), Arc::new(|_: runner::Told<'_>| {}));
        let (part, limits) = (run::Part::default(), expr::Limits::default());
        let arguments = json!({"sum": n, "name": format!("customer {n}")});
        let begin = Start {
            job: job.clone(),
            arguments,
            part,
            seen: None,
            trace: None,
            seed: 1,
            limits,
            journal,
            listener,
            depth: 0,
            parks: Some(std::time::Duration::ZERO),
            debug: None,
        };
        let Ok(run) = start(begin) else { return eprintln!("the run did not start") };
        match run.rest().await {
            // The first makes what all share.
            Rest::Parked(_) if n == 0 => before = resident(),
            Rest::Parked(parked) => kept.push(parked),
            Rest::Ended(outcome) => return eprintln!("the run ended: {outcome:?}"),
        }
    }
    let grown = resident().saturating_sub(before);
    println!("{} parked runs: {grown} KiB, {} bytes each", kept.len(), grown * 1024 / RUNS as u64);
    println!("figure parked {}", grown as f64 * 1024.0 / 1e6);
}
