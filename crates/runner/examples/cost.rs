//! What a node costs: runs a loop of 1,000 and of 10,000 nodes with its whole history and a journal in memory, and prints
//! the microseconds a node. Run it with `cargo run --release -p runner --example cost`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use graph::{Graph, ServerName};
use nodes::{Failure, FailureKind, Signal, ToolRef, ToolResult};
use run::{Outcome, PlanOptions, StepId};
use runner::{Beneath, Job, MemoryJournal, Start, ToolCall, Tools, start};
use serde_json::json;

/// The loop calls nobody.
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

/// mcpGraph's own loop example, two nodes each time round, with the history asked as it asks it; and the same with paths
/// where it asks the history.
const BY_HISTORY: &str = r#"$executionCount("increment_node") = 0
    ? {"counter": 1, "sum": 1, "target": $.entry_sum.n}
    : {"counter": $nodeExecution("increment_node", -1).counter + 1,
       "sum": $nodeExecution("increment_node", -1).sum + $nodeExecution("increment_node", -1).counter + 1,
       "target": $.entry_sum.n}"#;
const BY_PATHS: &str = r#"$executionCount("increment_node") = 0
    ? {"counter": 1, "sum": 1, "target": $.entry_sum.n}
    : {"counter": increment_node.counter + 1, "sum": increment_node.sum + increment_node.counter + 1, "target": $.entry_sum.n}"#;

fn loop_graph(increment: &str) -> Graph {
    let rule = json!({"<": [{"var": "$.increment_node.counter"}, {"var": "$.increment_node.target"}]});
    let result = r#"$previousNode() = "exit_sum" ? {"sum": $.increment_node.sum} : {"sum": 0}"#;
    let nodes = json!([
        {"id": "entry_sum", "type": "entry", "next": "increment_node"},
        {"id": "increment_node", "type": "transform", "transform": {"expr": increment}, "next": "check_condition"},
        {"id": "check_condition", "type": "switch", "conditions": [{"rule": rule, "next": "increment_node"}], "next": "exit_sum"},
        {"id": "exit_sum", "type": "transform", "transform": {"expr": result}, "next": "exit_sum_final"},
        {"id": "exit_sum_final", "type": "exit"}
    ]);
    let tool = json!({"name": "sum_to_n", "description": "adds", "inputSchema": {"type": "object"}, "nodes": nodes});
    let graph = json!({
        "version": "1.0", "server": {"name": "cost", "version": "1.0"}, "tools": [tool],
        "executionLimits": {"maxNodeExecutions": 1_000_000}
    });
    Graph::from_json(&graph).0
}

/// One run of about `nodes` nodes: how many it executed, and how long it took.
async fn measure(job: &Job, nodes: usize) -> Option<(usize, Duration)> {
    let arguments = json!({"n": (nodes - 3) / 2});
    let (journal, listener) = (Box::new(MemoryJournal::default()), Arc::new(|_: runner::Told<'_>| {}));
    let begin = Instant::now();
    let handle = start(Start {
        job: job.clone(),
        arguments,
        part: run::Part::default(),
        seen: None,
        trace: None,
        seed: 1,
        limits: expr::Limits::default(),
        journal,
        listener,
        depth: 0,
        parks: None,
        debug: None,
    })
    .ok()?;
    let outcome = handle.outcome().await;
    let took = begin.elapsed();
    matches!(outcome, Outcome::Done { .. }).then(|| (handle.read(|run| run.steps().len()), took))
}

#[tokio::main]
async fn main() {
    for (name, increment) in [("history", BY_HISTORY), ("paths", BY_PATHS)] {
        let job = match Job::compile(&loop_graph(increment), &"sum_to_n".into(), PlanOptions::default(), Arc::new(NoTools)) {
            Ok(job) => job,
            Err(problems) => return eprintln!("the graph does not compile: {problems:?}"),
        };
        for nodes in [1_000, 10_000, 100_000] {
            let mut costs = Vec::new();
            for _ in 0..15 {
                let Some((executed, took)) = measure(&job, nodes).await else { return eprintln!("the run failed") };
                #[expect(clippy::cast_precision_loss, reason = "counts are small")]
                costs.push(took.as_secs_f64() * 1e6 / executed as f64);
            }
            costs.sort_by(f64::total_cmp);
            println!("{name:>8} {nodes:>7} nodes: best {:.2} us a node, median {:.2}", costs[0], costs[costs.len() / 2]);
        }
    }
}
