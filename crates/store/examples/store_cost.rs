//! What keeping costs: the same runs with a journal in memory and with one in a store, alone and a hundred at once, and how long it
//! takes to find something in a history of a million steps. Run it with `cargo run --release -p store --example store_cost [FOLDER]`; a
//! first argument names the folder that is measured in, `--history` leaves the runs out. A line that begins with `figure` is for
//! programs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::Graph;
use nodes::{Ask, Failure, FailureKind, ToolRef, ToolResult};
use run::{Event, Moment, Outcome, Part, PlanOptions, StepId};
use runner::{Beneath, Job, Journal, MemoryJournal, Start, ToolCall, Tools, start};
use serde_json::json;
use store::{End, Filter, GraphText, Keeping, NewRun, Place, RunJournal, State, Store};

/// The tool answers at once: what is measured is the runner and the journal.
struct Quick;

impl Tools for Quick {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        async move { Ok(ToolResult { content: Vec::new(), structured: Some(json!({"given": *call.args, "text": TEXT})), is_error: false }) }
            .boxed()
    }

    fn may_repeat(&self, _: &graph::ServerName, _: &str) -> BoxFuture<'static, bool> {
        futures::future::ready(false).boxed()
    }

    fn emit(&self, _: Arc<nodes::Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        futures::future::ready(Ok(())).boxed()
    }

    fn job(&self, _: StepId, _: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        async { Err(Failure::new(FailureKind::Server, "there are no other tools here")) }.boxed()
    }
}

const TEXT: &str = "Some lines that a tool might have answered, a few hundred bytes of them, so that what is written is about as long as \
                    what is written in life. Some lines that a tool might have answered, a few hundred bytes of them.";

/// A loop of a call and a decision.
fn job() -> Result<Job, String> {
    let rule = json!({"<": [{"var": "$.step.given.n"}, {"var": "$.entry.n"}]});
    let nodes = json!([
        {"id": "entry", "type": "entry", "next": "step"},
        {"id": "step", "type": "mcp", "server": "s", "tool": "t", "args": {"n": {"expr": "$executionCount('step') + 1"}}, "next": "again"},
        {"id": "again", "type": "switch", "conditions": [{"rule": rule, "next": "step"}], "next": "exit"},
        {"id": "exit", "type": "exit"}
    ]);
    let tool = json!({"name": "t", "description": "loops", "inputSchema": {"type": "object"}, "nodes": nodes});
    let graph = json!({
        "version": "1.0", "server": {"name": "cost", "version": "1.0"}, "tools": [tool], "mcpServers": {"s": {"command": "none"}},
        "executionLimits": {"maxNodeExecutions": 1_000_000}
    });
    let graph = Graph::from_json(&graph).0;
    Job::compile(&graph, &"t".into(), PlanOptions::default(), Arc::new(Quick)).map_err(|problems| format!("{problems:?}"))
}

struct Kept(RunJournal);

impl Journal for Kept {
    fn append(&mut self, at: Moment, event: &Event) {
        self.0.append(at, event);
    }

    fn settle(&mut self) -> BoxFuture<'_, Result<(), Failure>> {
        let settled = self.0.settle();
        async move { settled.await.map_err(|error| Failure::new(FailureKind::Run, error.to_string())) }.boxed()
    }
}

fn new_run(id: u64, file: &str) -> NewRun {
    NewRun {
        id,
        file: file.to_owned(),
        tool: "t".to_owned(),
        graph: GraphText::new("version: '1.0'"),
        part: Part::default(),
        parent: None,
        caller: None,
        started: Moment(id.cast_signed()),
    }
}

/// Microseconds a node, of `runs` at once, each of about `nodes` nodes.
async fn measure(job: &Job, store: Option<&Store>, first: u64, runs: u64, nodes: u64) -> Result<f64, String> {
    let begin = Instant::now();
    let mut handles = Vec::new();
    for id in first..first + runs {
        let kept = store.map(|store| store.begin(new_run(id, "/cost.yaml")));
        let ending = kept.as_ref().map(RunJournal::ending);
        let journal: Box<dyn Journal> = match kept {
            Some(kept) => Box::new(Kept(kept)),
            None => Box::new(MemoryJournal::default()),
        };
        let started = start(Start {
            job: job.clone(),
            arguments: json!({"n": nodes / 2 - 1}),
            part: Part::default(),
            seen: None,
            trace: None,
            seed: 1,
            limits: expr::Limits::default(),
            journal,
            listener: Arc::new(|_: runner::Told<'_>| {}),
            depth: 0,
            parks: None,
            debug: None,
        });
        handles.push((started.map_err(|failure| failure.to_string())?, ending));
    }
    let mut executed = 0;
    for (handle, ending) in handles {
        let outcome = handle.outcome().await;
        if !matches!(outcome, Outcome::Done { .. }) {
            return Err(format!("a run ended with {outcome:?}"));
        }
        let steps = handle.read(|run| run.steps().len()) as u64;
        executed += steps;
        if let Some(ending) = ending {
            ending.end(End { at: Moment(0), outcome, steps });
        }
    }
    Ok(per(begin.elapsed(), executed))
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn per(took: Duration, count: u64) -> f64 {
    took.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// A thousand runs of a thousand steps.
async fn fill(store: &Store) -> Result<(), String> {
    for id in 1..=1000u64 {
        let mut journal = store.begin(new_run(id * 1_000_000, ["/a.yaml", "/b.yaml", "/c.yaml"][id as usize % 3]));
        journal.append(
            Moment(0),
            &Event::Started { arguments: Arc::new(json!({"id": id})), seed: id, part: Part::default(), seen: None, trace: None },
        );
        for step in 0..1000u32 {
            let output = Arc::new(json!({"step": step, "word": format!("w{}", id * 1000 + u64::from(step)), "text": TEXT}));
            journal.append(Moment(i64::from(step)), &Event::Evaluated { step: StepId(step), result: Ok(Ask::Done { output }) });
        }
        let failure = run::RunFailure { node: None, failure: Failure::new(FailureKind::Tool, "no") };
        let outcome = if id % 10 == 0 { Outcome::Failed { failure } } else { Outcome::Done { result: Arc::new(json!(id)) } };
        journal.ending().end(End { at: Moment(id.cast_signed() * 1_000_000 + 1), outcome, steps: 1000 });
        journal.settle().await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn history(folder: &std::path::Path) -> Result<(), String> {
    let place = Place::File(folder.join("history.db"));
    let store = Store::new(place.clone(), Keeping::ALL);
    let begin = Instant::now();
    fill(&store).await?;
    println!("a history of 1,000,000 steps is made in {:.1} s", begin.elapsed().as_secs_f64());
    let all = Filter { limit: 50, ..Filter::default() };
    let word = |word: &str| Filter { text: Some(word.to_owned()), ..all.clone() };
    let begin = Instant::now();
    store.runs(&word("w1")).await.map_err(|error| error.to_string())?;
    println!("its words are in the index in {:.1} s", begin.elapsed().as_secs_f64());
    store.close().await;
    let store = Store::new(place, Keeping::ALL);
    let mut slowest = 0.0f64;
    for (name, filter) in [
        ("open the store, list the latest 50", all.clone()),
        ("list the latest 50", all.clone()),
        ("of a graph, failed", Filter { file: Some("/b.yaml".to_owned()), states: vec![State::Failed], ..all.clone() }),
        ("in an hour", Filter { since: Some(Moment(400_000_000)), until: Some(Moment(450_000_000)), ..all.clone() }),
        ("with one word of one run", word("w567123")),
        ("with a word of every run", word("lines")),
    ] {
        let begin = Instant::now();
        let found = store.runs(&filter).await.map_err(|error| error.to_string())?;
        let ms = begin.elapsed().as_secs_f64() * 1e3;
        println!("{name:>36}: {ms:>7.2} ms, {} runs", found.len());
        slowest = if filter == all { slowest } else { slowest.max(ms) };
        if name == "list the latest 50" {
            println!("figure list {ms}");
        }
    }
    println!("figure filter {slowest}");
    let begin = Instant::now();
    let events = store.events(500_000_000).await.map_err(|error| error.to_string())?;
    let ms = begin.elapsed().as_secs_f64() * 1e3;
    println!("{:>36}: {ms:>7.2} ms, {} events", "open a run", events.len());
    println!("figure open {ms}");
    store.close().await;
    Ok(())
}

async fn runs(folder: &std::path::Path) -> Result<(), String> {
    let job = job()?;
    let store = Store::new(Place::File(folder.join("cost.db")), Keeping::ALL);
    let mut first = 1;
    for (at_once, nodes) in [(1, 1000), (10, 400), (100, 400)] {
        let mut ratios = Vec::new();
        for _ in 0..3 {
            let memory = measure(&job, None, 0, at_once, nodes).await?;
            let kept = measure(&job, Some(&store), first, at_once, nodes).await?;
            first += at_once;
            ratios.push((kept / memory, memory, kept));
        }
        ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (ratio, memory, kept) = ratios[1];
        println!("{at_once:>4} at once: {memory:>7.2} us a node in memory, {kept:>8.2} kept: {ratio:.1} times");
        match at_once {
            1 => println!("figure kept_alone {}", kept / 1e3),
            100 => println!("figure kept_of_100 {ratio}"),
            _ => {}
        }
    }
    store.close().await;
    Ok(())
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let named = arguments.iter().find(|argument| !argument.starts_with("--")).map(std::path::PathBuf::from);
    let made = named.map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = match made {
        Ok(folder) => folder,
        Err(error) => return eprintln!("there is no folder to measure in: {error}"),
    };
    let done = async {
        if !arguments.iter().any(|argument| argument == "--history") {
            runs(folder.path()).await?;
        }
        history(folder.path()).await
    };
    if let Err(error) = done.await {
        eprintln!("{error}");
    }
}
