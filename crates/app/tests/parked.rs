//! Runs that only wait and are in memory no more: what they are asked, what wakes them, and who follows them meanwhile.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::endpoint::{Answer, Offer, Request};
use app::store::{Filter, State};
use app::{App, GraphFile, KeptIn, Offered, Options, Reply, Said, Secrets};
use protocol::{Outcome, RunId, StepId};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Nothing in these tests takes this long, unless it hangs.
const HANG: Duration = Duration::from_secs(20);

const GRAPH: &str = r#"
version: "1.0"
server: {name: test, version: "1.0.0"}
tools:
- name: ask
  description: Asks, then waits for an event
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: May it?, schema: {type: object, properties: {n: {type: integer}}}, next: hear}
  - {id: hear, type: wait, event: {type: bell}, next: give}
  - {id: give, type: transform, transform: {expr: "{'n': ask.n, 'who': hear.detail.who}"}, next: exit}
  - {id: exit, type: exit}
- name: ring
  description: Tells the event
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: tell}
  - {id: tell, type: emit, event: bell, detail: {who: ann}, next: exit}
  - {id: exit, type: exit}
"#;

struct World {
    app: App,
    file: Arc<GraphFile>,
    _folder: TempDir,
}

async fn world(journal: &str) -> World {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("graph.yaml");
    std::fs::write(&path, format!("{journal}{GRAPH}")).unwrap();
    let secrets = Secrets::new(None, Arc::new(app::passphrase_of_environment));
    let (data, executable) = (Some(folder.path().join("data")), "patchbay".into());
    let app =
        App::new(Options { data, runs: KeptIn::Data, executable, secrets, is_native: false, parks: Some(Duration::ZERO), telemetry: None });
    let file = app.load(&path, None).await.unwrap();
    World { app, file, _folder: folder }
}

impl World {
    /// Begins a run by a client's call, and waits until it has left memory, if it does.
    async fn call(&self, leaves: bool) -> (RunId, tokio::task::JoinHandle<Value>) {
        let offered = Offered::new(self.app.clone(), vec![self.file.clone()], CancellationToken::new());
        let call = tokio::spawn(async move {
            match offered.call(Request { tool: "ask".into(), ..Request::default() }).await {
                Answer::Done(result) => result.structured.unwrap_or_else(|| panic!("{:?}", result.content)),
                Answer::Asks { .. } => panic!("nobody can be asked there"),
            }
        });
        let id = self.until("a question is open", async || Some(self.app.questions().await.unwrap().first()?.run)).await;
        if leaves {
            self.gone(id).await;
        }
        (id, call)
    }

    async fn gone(&self, id: RunId) {
        self.until("the run leaves memory", async || self.app.run(id).is_err().then_some(())).await;
    }

    async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let waits = async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(HANG, waits).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
    }

    async fn approve(&self, id: RunId) {
        let reply = Reply::Approved { values: Arc::new(json!({"n": 7})), by: None };
        self.app.say(id, &Said::Reply { step: StepId(1), reply }).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_leaves_memory_and_is_woken_by_an_answer_and_by_an_event() {
    let world = world("").await;
    let (id, call) = world.call(true).await;
    let view = world.app.run_view(id).await.unwrap();
    assert_eq!((view.graph, view.steps.len(), view.outcome), (world.file.id, 2, None), "it is shown as it stands");
    world.approve(id).await;
    world.gone(id).await;
    assert!(world.app.questions().await.unwrap().is_empty(), "nothing is asked any more");
    let awaited = world.app.awaited().await.unwrap();
    assert_eq!(
        awaited.iter().map(|awaited| (awaited.run, awaited.event.as_str())).collect::<Vec<_>>(),
        [(id, "bell")],
        "an event is awaited"
    );
    let waiting = Filter { states: vec![State::Waiting], ..Filter::default() };
    assert_eq!(world.app.list_runs(&waiting).await.unwrap().len(), 1, "the run is among those that wait");
    let rung = world.app.start_run(&world.file, &"ring".into(), json!({})).unwrap();
    assert!(matches!(rung.handle.outcome().await, Outcome::Done { .. }), "the event is told");
    let result = tokio::time::timeout(HANG, call).await.expect("the caller has its answer").unwrap();
    assert_eq!(result, json!({"n": 7, "who": "ann"}), "the caller has waited all the time");
    assert!(world.app.awaited().await.unwrap().is_empty(), "nothing is awaited any more");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_parked_can_be_stopped() {
    let world = world("").await;
    let (id, call) = world.call(true).await;
    world.app.dispatch("run.stop", json!({"run": id})).await.unwrap();
    let stopped = tokio::time::timeout(HANG, call).await.expect("the call ends").unwrap_err();
    assert!(stopped.is_panic(), "it has no result");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_kept_nowhere_stays_in_memory() {
    let world = world("journal: off\n").await;
    let run = world.app.start_run(&world.file, &"ask".into(), json!({})).unwrap();
    let waits = async || run.handle.read(|run| !run.waiting().is_empty()).then_some(());
    world.until("it waits", waits).await;
    world.approve(run.id).await;
    assert!(world.app.run(run.id).is_ok(), "it is still here");
    world.app.shutdown().await;
}
