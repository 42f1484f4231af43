//! What the app keeps in memory of runs that wait for a person: begins them, waits until all are parked, and prints how much the
//! process has grown. Run it with `cargo run --release -p app --example waiting`.
#![allow(clippy::unwrap_used, reason = "a measurement")]

use std::sync::Arc;
use std::time::Duration;

use app::{App, KeptIn, Options, Secrets};
use serde_json::json;

const RUNS: usize = 10_000;

/// As many begin together: what they have while they work is theirs only for a moment.
const TOGETHER: usize = 100;

const GRAPH: &str = r#"
version: "1.0"
server: {name: cost, version: "1.0.0"}
tools:
- name: pay
  description: Asks before it pays
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: {expr: "'Pay ' & entry.sum & ' euros to ' & entry.name & '?'"}, timeout: P7D, next: exit,
     schema: {type: object, properties: {sum: {type: number}, why: {type: string}}, required: [sum]}}
  - {id: exit, type: exit}
"#;

/// The resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or_default()
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.yaml");
    std::fs::write(&path, GRAPH).unwrap();
    let secrets = Secrets::new(None, Arc::new(app::passphrase_of_environment));
    let (data, executable) = (Some(folder.path().join("data")), "patchbay".into());
    let app =
        App::new(Options { data, runs: KeptIn::Data, executable, secrets, is_native: false, parks: Some(Duration::ZERO), telemetry: None });
    let file = app.load(&path, None).await.unwrap();
    let mut before = 0;
    for round in 0..=RUNS / TOGETHER {
        let begin = |n: usize| app.start_run(&file, &"pay".into(), json!({"sum": n, "name": format!("customer {round} {n}")})).unwrap().id;
        let runs: Vec<_> = (0..TOGETHER).map(begin).collect();
        while runs.iter().any(|run| app.run(*run).is_ok()) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // The first round makes what all share.
        if round == 0 {
            before = resident();
        }
    }
    let grown = resident().saturating_sub(before);
    println!("{RUNS} waiting runs: {grown} KiB, {} bytes each", grown * 1024 / RUNS as u64);
    println!("figure waiting {}", grown as f64 * 1024.0 / 1e6);
    // The last of them may still be on their way to the disk.
    while app.questions().await.unwrap().len() < RUNS + TOGETHER {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.shutdown().await;
}
