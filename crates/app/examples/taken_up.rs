//! How long it takes to go on with a thousand runs whose process is gone. Run it with `cargo run --release -p app --example
//! taken_up`; a first argument names the folder that is measured in. A line that begins with `figure` is for programs.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use app::{App, Error, KeptIn, Options, Secrets, vault};
use run::StepState;
use serde_json::json;

const RUNS: usize = 1000;

const GRAPH: &str = "\
version: \"1.0\"
server: {name: asks, version: 1.0.0}
tools:
- name: ask
  description: Asks somebody
  inputSchema: {type: object, properties: {n: {type: number}}}
  nodes:
  - {id: entry, type: entry, next: before}
  - {id: before, type: transform, transform: {expr: entry.n + 1}, next: ask}
  - {id: ask, type: approval, message: Go on?, next: exit}
  - {id: exit, type: exit}
";

fn app(folder: &Path) -> App {
    let no_passphrase = Arc::new(|_: &Path| Ok(vault::Secret::new(String::new())));
    let (data, executable, secrets) = (Some(folder.join("data")), "patchbay".into(), Secrets::new(None, no_passphrase));
    App::new(Options { data, runs: KeptIn::Data, executable, secrets, is_native: false, parks: None, telemetry: None })
}

async fn measure(folder: &Path) -> Result<f64, Error> {
    let path = folder.join("asks.yaml");
    std::fs::write(&path, GRAPH).map_err(|source| Error::Write { path: path.clone(), source })?;
    let first = app(folder);
    let file = first.load(&path, None).await?;
    let mut runs = Vec::with_capacity(RUNS);
    for n in 0..RUNS {
        runs.push(first.start_run(&file, &"ask".into(), json!({"n": n}))?);
    }
    for run in &runs {
        while !run.handle.read(|run| run.steps().iter().any(|step| step.state == StepState::Asking)) {
            tokio::task::yield_now().await;
        }
    }
    // What is kept is let go of, as when the program ends.
    first.shutdown().await;
    let second = app(folder);
    let begin = Instant::now();
    let taken = second.take_up_runs(&[]).await?;
    let took = begin.elapsed().as_secs_f64();
    println!("{} runs go on after {took:.2} s", taken.len());
    second.shutdown().await;
    Ok(took)
}

#[tokio::main]
async fn main() {
    let made = std::env::args().nth(1).map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = match made {
        Ok(folder) => folder,
        Err(error) => return eprintln!("there is no folder to measure in: {error}"),
    };
    match measure(folder.path()).await {
        Ok(took) => println!("figure resume {took}"),
        Err(error) => eprintln!("{}", error.in_full()),
    }
}
