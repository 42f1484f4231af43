//! Runs that other runs have started, after the process died at a bad moment.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::store::{End, Filter, Keeping, Place, State, Store};
use app::{App, KeptIn, Options, Reply, Said, Secrets};
use protocol::{Outcome, Question, RunId, StepId};
use run::{Event, Moment, Timer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Nothing in these tests takes this long, unless it hangs.
const HANG: Duration = Duration::from_secs(20);

const GRAPH: &str = r#"
version: "1.0"
server: {name: test, version: "1.0.0"}
tools:
- name: outer
  description: Calls the other, and asks where that fails
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: c}
  - {id: c, type: call, tool: inner, timeoutMs: 3600000, onError: ask, next: exit}
  - {id: ask, type: approval, message: Go on without?, next: exit}
  - {id: exit, type: exit}
- name: inner
  description: Asks
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: y}
  - {id: y, type: approval, message: May it?, next: exit}
  - {id: exit, type: exit}
"#;

fn open(folder: &Path) -> App {
    let secrets = Secrets::new(None, Arc::new(app::passphrase_of_environment));
    let (data, executable) = (Some(folder.join("data")), PathBuf::from("patchbay"));
    App::new(Options { data, runs: KeptIn::Data, executable, secrets, is_native: false, parks: None, telemetry: None })
}

/// Waits until one question is open, and gives it.
async fn asked(app: &App, message: &str) -> Question {
    let waits = async {
        loop {
            if let [question] = app.questions().await.unwrap().as_slice()
                && question.message == message
            {
                return question.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(HANG, waits).await.unwrap_or_else(|_| panic!("waited in vain until `{message}` alone is asked"))
}

/// A run whose called tool asks, let go of: the folder, and both runs.
async fn let_go() -> (TempDir, RunId, RunId) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("graph.yaml");
    std::fs::write(&path, GRAPH).unwrap();
    let app = open(folder.path());
    let file = app.load(&path, None).await.unwrap();
    let outer = app.start_run(&file, &"outer".into(), json!({})).unwrap().id;
    let inner = asked(&app, "May it?").await.run;
    let waiting = Filter { states: vec![State::Waiting], ..Filter::default() };
    let waits = async {
        while app.kept_runs(&waiting).await.unwrap().iter().all(|run| run.id != outer.0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(HANG, waits).await.expect("who only waits for what it has called waits");
    app.shutdown().await;
    (folder, outer, inner)
}

fn store(folder: &Path) -> Store {
    Store::new(Place::File(folder.join("data/runs.db")), Keeping::ALL)
}

fn moment() -> Moment {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Moment(i64::try_from(now.as_micros()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_step_has_given_it_up_is_ended_when_the_others_go_on() {
    let (folder, outer, inner) = let_go().await;
    let before = store(folder.path());
    // As if the process had died right after it wrote that the time was over.
    let mut journal = before.adopt(outer.0).await.unwrap().unwrap();
    journal.append(moment(), &Event::Woke { timer: Timer::Timeout(StepId(1)) });
    journal.settle().await.unwrap();
    before.close().await;

    let app = open(folder.path());
    let taken = app.take_up_runs(&[]).await.unwrap();
    assert_eq!(taken.iter().map(|run| run.id).collect::<Vec<_>>(), [outer], "the first of the family goes on");
    assert_eq!(asked(&app, "Go on without?").await.run, outer, "nobody is asked for the other any more");
    let ended = app.kept_run(inner.0).await.unwrap();
    assert!(matches!(ended.result, Some(Outcome::Stopped { .. })), "it has ended: {:?}", ended.result);
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_has_ended_gives_what_is_kept_of_its_end() {
    let (folder, outer, inner) = let_go().await;
    let before = store(folder.path());
    let journal = before.adopt(inner.0).await.unwrap().unwrap();
    // Its events alone would have it ask again.
    let outcome = Outcome::Done { result: Arc::new(json!(42)) };
    journal.ending().end(End { at: moment(), outcome, steps: 2 });
    before.close().await;

    let app = open(folder.path());
    let taken = app.take_up_runs(&[]).await.unwrap();
    let outcome = tokio::time::timeout(HANG, taken[0].handle.outcome()).await.expect("it ends");
    assert_eq!((taken[0].id, outcome), (outer, Outcome::Done { result: Arc::new(json!(42)) }), "and its caller goes on with that");
    assert_eq!(app.questions().await.unwrap(), Vec::new(), "nobody is asked");
    app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_beneath_goes_on_with_its_caller() {
    let (folder, outer, inner) = let_go().await;
    let app = open(folder.path());
    let taken = app.take_up_runs(&[]).await.unwrap();
    let question = asked(&app, "May it?").await;
    assert_eq!(question.run, inner, "it is the same run");
    let reply = Reply::Approved { values: Arc::new(Value::from(7)), by: None };
    let waits = async {
        // What is said before it has been gone on with is kept, or it is heard at once.
        app.say(inner, &Said::Reply { step: question.step, reply }).await.unwrap();
        taken[0].handle.outcome().await
    };
    let outcome = tokio::time::timeout(HANG, waits).await.expect("it ends");
    assert_eq!((taken[0].id, outcome), (outer, Outcome::Done { result: Arc::new(json!(7)) }));
    app.shutdown().await;
}
