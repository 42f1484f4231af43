//! Parts of a tool run by the app's verbs and by the window's commands, on a real file.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use app::{App, GraphFile, Options, Secrets};
use protocol::{RunId, RunView};
use run::Outcome;
use serde_json::{Value, json};
use vault::{Places, Secret};

struct World {
    app: App,
    file: Arc<GraphFile>,
    folder: tempfile::TempDir,
}

/// `entry` to `twice` to `more` to `exit`; what `more` gives is `expression`.
fn graph(expression: &str) -> String {
    format!(
        "version: \"1.0\"\nserver: {{name: test, version: \"1.0.0\"}}\ntools:\n- name: t\n  description: d\n  inputSchema: {{type: object}}\n  \
         nodes:\n  - {{id: entry, type: entry, next: twice}}\n  - {{id: twice, type: transform, transform: {{expr: entry.n * 2}}, next: more}}\n  \
         - {{id: more, type: transform, transform: {{expr: '{expression}'}}, next: exit}}\n  - {{id: exit, type: exit}}\n"
    )
}

impl World {
    async fn open(expression: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::within(&folder.path().join("settings"), &folder.path().join("data"));
        let secrets = Secrets::new(Some(places), Arc::new(|_: &std::path::Path| Ok(Secret::new("none".to_owned()))));
        let data = Some(folder.path().join("app"));
        let app = App::new(Options {
            data,
            runs: app::KeptIn::Data,
            executable: "patchbay".into(),
            secrets,
            is_native: false,
            parks: None,
            telemetry: None,
        });
        let path = folder.path().join("graph.yaml");
        std::fs::write(&path, graph(expression)).unwrap();
        let file = app.open(&path, None).await.unwrap();
        Self { app, file, folder }
    }

    /// Sends a command that begins a run; what came of it, with the nodes that ran.
    async fn run(&self, command: &str, mut body: Value) -> String {
        body["graph"] = json!(self.file.id);
        body["tool"] = json!("t");
        let id: RunId = match self.app.dispatch(command, body).await {
            Ok(id) => serde_json::from_value(id).unwrap(),
            Err(failed) => return format!("refused: {failed}"),
        };
        let outcome = self.app.run(id).unwrap().handle.outcome().await;
        let view: RunView = serde_json::from_value(self.app.dispatch("run.get", json!({"run": id})).await.unwrap()).unwrap();
        let nodes: Vec<_> = view.steps.iter().map(|step| step.node.to_string()).collect();
        match outcome {
            Outcome::Done { result } => format!("{} = {result}", nodes.join(" ")),
            other => format!("{} {other:?}", nodes.join(" ")),
        }
    }

    async fn change(&self, expression: &str) {
        let text = graph(expression);
        let revision = self.file.view().revision;
        let body = json!({"graph": self.file.id, "text": text, "base": revision, "gesture": null});
        self.app.dispatch("graph.setText", body).await.unwrap();
    }
}

#[tokio::test]
async fn a_node_is_run_alone_again_and_again_while_it_is_changed() {
    let world = World::open("twice + 1").await;
    let refused = world.run("run.node", json!({"node": "more"})).await;
    assert!(refused.starts_with("refused: the tool `t` has not run since"), "there is nothing to run it on: {refused}");
    assert!(world.run("run.again", json!({})).await.starts_with("refused: the tool `t` has not run since"), "nor anything to repeat");

    assert_eq!(world.run("run.start", json!({"arguments": {"n": 4}, "until": "twice"})).await, "entry twice = 8");
    assert_eq!(world.run("run.node", json!({"node": "more"})).await, "more = 9", "a node that has not run yet, on what there is");
    world.change("twice * 100").await;
    assert_eq!(world.run("run.node", json!({"node": "more"})).await, "more = 800", "as it stands now");
    assert_eq!(world.run("run.again", json!({})).await, "more = 800", "again is the same part with the same data");
    assert_eq!(world.run("run.node", json!({"node": "twice"})).await, "twice = 8", "what the runs between saw is still there");
    assert_eq!(world.run("run.start", json!({"arguments": {"n": 5}})).await, "entry twice more exit = 1000");
    assert_eq!(world.run("run.again", json!({})).await, "entry twice more exit = 1000", "the whole, with the same arguments");
    drop(world.folder);
}

#[tokio::test]
async fn data_that_is_missing_is_named_with_the_node_that_should_have_given_it() {
    let world = World::open("twice + 1").await;
    assert_eq!(world.run("run.start", json!({"arguments": {"n": 4}, "until": "entry"})).await, "entry = {\"n\":4}");
    let refused = world.run("run.node", json!({"node": "more"})).await;
    assert_eq!(
        refused, "refused: `more` reads `twice`, which gave nothing in that run; run the tool up to there first",
        "a clear word in place of a value that is not there"
    );
    let refused = world.run("run.start", json!({"arguments": {"n": 4}, "until": "nobody"})).await;
    assert_eq!(refused, "refused: the tool `t` has no node `nobody`");
}
