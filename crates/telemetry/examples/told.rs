//! What it costs a run to be told: plays a loop of 1,000 steps, tells each of its steps to a receiver that is not there, and prints the
//! microseconds that the run's own task spends on a step. Run it with `cargo run --release -p telemetry --example told`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use graph::Graph;
use nodes::{Answer, Approval, Failure, FailureKind, Reply, Signal, ToolRef};
use run::{Fact, Moment, Part, PlanOptions, StepId};
use runner::{Answered, Answers, Asked, Play, Played, Script, Told, play};
use serde_json::json;
use telemetry::{Followed, Options, Telemetry, Via};

const TURNS: u32 = 500;

/// The run asks nobody.
struct Nobody;

impl Answers for Nobody {
    fn answer(&mut self, _: Asked<'_>) -> Option<Answered<Result<Answer, Failure>>> {
        None
    }

    fn reply(&mut self, _: Asked<'_>, _: &Approval) -> Option<Answered<Reply>> {
        None
    }

    fn signal(&mut self, _: &str) -> Option<Answered<Arc<Signal>>> {
        None
    }

    fn script(&mut self, _: &ToolRef) -> Result<Script, Failure> {
        Err(Failure::new(FailureKind::Run, "there are no other tools here"))
    }
}

fn played() -> Result<(Graph, Played), String> {
    let rule = json!({"<": [{"var": "add.n"}, TURNS]});
    let nodes = json!([
        {"id": "entry", "type": "entry", "next": "add"},
        {"id": "add", "type": "transform", "transform": {"expr": "{'n': $executionCount('add') + 1}"}, "next": "check"},
        {"id": "check", "type": "switch", "conditions": [{"rule": rule, "next": "add"}], "next": "exit"},
        {"id": "exit", "type": "exit"}
    ]);
    let tool = json!({"name": "count", "description": "counts", "inputSchema": {"type": "object"}, "nodes": nodes});
    let limits = json!({"maxNodeExecutions": 10 * TURNS});
    let graph = json!({"version": "1.0", "server": {"name": "told", "version": "1.0"}, "tools": [tool], "executionLimits": limits});
    let graph = Graph::from_json(&graph).0;
    let script = Script::compile(&graph, &"count".into(), PlanOptions::default()).map_err(|problems| format!("{problems:?}"))?;
    let (arguments, limits) = (Arc::new(json!({})), expr::Limits::default());
    let begin = Play { script, arguments, part: Part::default(), seen: None, seed: 1, at: Moment(0), limits };
    Ok((graph, play(begin, &mut Nobody).map_err(|failure| failure.to_string())?))
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let (graph, played) = played()?;
    let of = Arc::new(graph);
    let options = Options::read(Some("http://127.0.0.1:9"), &|_| None).map_err(|error| error.to_string())?;
    let telemetry = Telemetry::new(options.ok_or("nothing is sent")?);
    let mut costs = Vec::new();
    for run in 0..50 {
        let tool = "count".into();
        let trace = telemetry.follow(Followed {
            run,
            seed: 1,
            graph: 1,
            of: of.clone(),
            tool,
            caller: None,
            via: Via::Here,
            is_kept: false,
            is_new: true,
        });
        let steps = (0u32..).map(StepId).take(played.run.steps().len());
        let began = Instant::now();
        steps.for_each(|step| {
            trace.hear(&Told::Step(&played.run, Fact::StepStarted(step)));
            trace.hear(&Told::Step(&played.run, Fact::StepEnded(step)));
        });
        let count = u32::try_from(played.run.steps().len()).unwrap_or(u32::MAX);
        costs.push(began.elapsed() / count);
        trace.hear(&Told::Ended(&played.outcome));
        // The queue is let run empty, as it is in life.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    costs.sort();
    println!("{} steps: best {:?} a step, median {:?}", played.run.steps().len(), costs[0], costs[costs.len() / 2]);
    Ok(())
}
