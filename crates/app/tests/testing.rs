//! Tests of a graph, and dry runs of its tools, by the window's commands, on a real file with a real server.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use app::{App, GraphFile, KeptIn, Options, Secrets};
use protocol::{Because, DryCall, DryRequest, Event, GraphTests, Outcome, RunId, RunView, StandIn};
use serde_json::{Value, json};

const TOOL: &str = r#"
tools:
- name: t
  description: Reads, adds where there is something, and writes
  inputSchema: {type: object, properties: {path: {type: string}, n: {type: number}}, required: [path, n]}
  nodes:
  - {id: entry, type: entry, next: look}
  - {id: look, type: mcp, server: kit, tool: rich, args: {}, next: which}
  - {id: which, type: switch, conditions: [{rule: {">": [{var: entry.n}, 0]}, next: add}], next: write}
  - {id: add, type: mcp, server: kit, tool: add, args: {a: {expr: entry.n}, b: 3}, next: write}
  - {id: write, type: mcp, server: kit, tool: append, args: {path: {expr: entry.path}, line: one}, next: exit}
  - {id: exit, type: exit}
"#;

const TESTS: &str = r#"
cases:
  - name: it writes
    arguments: {path: x, n: 0}
    stubs:
      - {server: kit, tool: rich, answer: ok}
      - {server: kit, tool: append, answer: written}
    expect:
      - {that: result, is: written}
      - steps.write.times = 2
"#;

struct World {
    app: App,
    file: Arc<GraphFile>,
    folder: tempfile::TempDir,
}

impl World {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let command = serde_json::to_string(&testkit::server_path()).unwrap();
        let head = "version: \"1.0\"\nserver: {name: test, version: \"1.0.0\"}\n";
        let path = folder.path().join("graph.yaml");
        std::fs::write(&path, format!("{head}mcpServers:\n  kit:\n    command: {command}\n{TOOL}")).unwrap();
        let secrets = Secrets::new(None, Arc::new(app::passphrase_of_environment));
        let (data, executable) = (Some(folder.path().join("data")), "patchbay".into());
        let app = App::new(Options { data, runs: KeptIn::Data, executable, secrets, is_native: false, parks: None, telemetry: None });
        let file = app.open(&path, None).await.unwrap();
        Self { app, file, folder }
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, command: &str, body: Value) -> T {
        serde_json::from_value(self.app.dispatch(command, body).await.unwrap()).unwrap()
    }

    async fn tests(&self) -> GraphTests {
        self.ask("test.run", json!({"graph": self.file.id})).await
    }

    fn lines(&self) -> std::path::PathBuf {
        self.folder.path().join("lines")
    }

    /// Sends a command that begins a run of the tool with 2, waits for its end, and gives the run with its result.
    async fn run(&self, command: &str, more: Value) -> (RunView, Value) {
        let mut body = json!({"graph": self.file.id, "tool": "t", "arguments": {"path": self.lines(), "n": 2}});
        more.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let id: RunId = self.ask(command, body).await;
        let result = match self.app.run(id).unwrap().handle.outcome().await {
            Outcome::Done { result } => Value::clone(&result),
            other => panic!("the run ended otherwise: {other:?}"),
        };
        (self.ask("run.get", json!({"run": id})).await, result)
    }
}

/// A line for each call: what, whether it happened, who says so, what stands in.
fn told(view: &RunView) -> Vec<String> {
    let line = |call: &DryCall| {
        let DryRequest::Call { tool, .. } = &call.request else { panic!("nothing else is asked for: {call:?}") };
        let node = call.step.and_then(|id| view.steps.iter().find(|step| step.id == id)).map(|step| step.node.to_string());
        format!("{tool} at {} {} {:?} {:?}", node.unwrap_or_default(), call.happened, call.because, call.answered)
    };
    view.dry.iter().flatten().map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tests_that_are_stopped_say_how_many_cases_were_not_run() {
    const CASES: usize = 200;
    const STUBS: &str = "[{server: kit, tool: rich, answer: ok}, {server: kit, tool: append, answer: written}]";
    let world = World::open().await;
    let case =
        |number| format!("  - {{name: case {number}, arguments: {{path: x, n: 0}}, stubs: {STUBS}, expect: [steps.write.times = 1]}}\n");
    let cases: String = (0..CASES).map(case).collect();
    std::fs::write(world.folder.path().join("graph.test.yaml"), format!("cases:\n{cases}")).unwrap();
    let (app, graph) = (world.app.clone(), world.file.id);
    let running = tokio::spawn(async move { app.dispatch("test.run", json!({"graph": graph})).await.unwrap() });
    while !running.is_finished() {
        world.ask::<()>("test.stop", json!({"graph": graph})).await;
    }
    let tests: GraphTests = serde_json::from_value(running.await.unwrap()).unwrap();
    let tested = tests.tested.unwrap();
    assert!(tested.problems.is_empty(), "the file can be read: {:?}", tested.problems);
    assert_eq!(tested.cases.len() + tested.not_run, CASES, "none is lost");
    assert!(tested.not_run > 0 && !tested.has_passed(), "what was not run has not passed");
    std::fs::write(world.folder.path().join("graph.test.yaml"), format!("cases:\n{}", case(0))).unwrap();
    assert_eq!(world.tests().await.tested.unwrap().not_run, 0, "the next time they are run again");
}

#[tokio::test]
async fn tests_are_run_on_the_graph_as_it_stands_and_say_what_they_walked_through() {
    let world = World::open().await;
    let none = world.tests().await;
    assert!(none.file.ends_with("graph.test.yaml") && none.tested.is_none(), "it says where tests would be: {none:?}");

    std::fs::write(world.folder.path().join("graph.test.yaml"), TESTS).unwrap();
    let tested = world.tests().await.tested.unwrap();
    let [case] = tested.cases.as_slice() else { panic!("one case: {tested:#?}") };
    let [fault] = case.faults.as_slice() else { panic!("one fault: {case:#?}") };
    assert_eq!((fault.expected.as_deref(), fault.got.as_deref()), (Some("2"), Some("1")));
    assert_eq!((fault.node.as_ref().unwrap().as_str(), fault.place.line), ("write", 10), "it leads to the node, and to the line");
    let [tool] = tested.coverage.as_slice() else { panic!("one tool: {tested:#?}") };
    assert_eq!((tool.nodes_covered(), tool.edges_covered()), ((5, 6), (4, 6)));
    let never: Vec<_> = tool.edges.iter().filter(|edge| edge.times == 0).map(|edge| format!("{} {}", edge.from, edge.port)).collect();
    assert_eq!(never, ["which conditions[0].next", "add next"]);

    let text = std::fs::read_to_string(&world.file.path).unwrap().replace("var: entry.n", "var: entry.m");
    let body = json!({"graph": world.file.id, "text": text, "base": world.file.view().revision, "gesture": null});
    world.app.dispatch("graph.setText", body).await.unwrap();
    world.tests().await;
    assert_eq!(std::fs::read_to_string(&world.file.path).unwrap(), text, "what was changed a moment ago is what is tested");
}

#[tokio::test]
async fn a_dry_run_tells_each_call_as_it_is_made_and_keeps_it() {
    let world = World::open().await;
    let mut events = world.app.subscribe();
    let (view, result) = world.run("run.dry", json!({})).await;
    let hint = "rich at look true Hint None";
    assert_eq!(told(&view), [hint, "add at add false Unknown Some(Schema)", "append at write false Unknown Some(Text)"]);
    assert_eq!(result, "not called: this is a dry run");
    let calls = view.dry.clone().unwrap();
    let DryRequest::Call { server, arguments, .. } = &calls[1].request else { panic!("a call: {:?}", calls[1]) };
    assert_eq!((server.as_str(), &**arguments), ("kit", &json!({"a": 2, "b": 3})), "the exact request");
    assert_eq!(calls[1].answer.as_deref(), Some(&json!({"sum": 0})), "and the answer that was made up");
    let (mut heard, mut is_dry) = (Vec::new(), false);
    while let Ok(event) = events.try_recv() {
        match event {
            Event::RunStarted { is_dry: dry, .. } => is_dry = dry,
            Event::DryCalled { at, call, .. } => heard.push((at, *call)),
            _ => {}
        }
    }
    assert!(is_dry, "whoever listens knows that it is dry");
    assert_eq!(heard, calls.into_iter().enumerate().collect::<Vec<_>>(), "each was told in its turn");

    let (view, _) = world.run("run.dry", json!({"treat": [{"server": "kit", "tool": "add", "treat": "read"}]})).await;
    assert_eq!(told(&view)[1], "add at add true Asked None", "who starts it has the last word");
    let (again, _) = world.run("run.again", json!({})).await;
    assert_eq!(told(&again), told(&view), "again is as dry, and by the same word");
    let (node, _) = world.run("run.node", json!({"node": "write"})).await;
    assert_eq!(told(&node), ["append at write false Unknown Some(Text)"], "and so is a node on what was made up");
    let step = view.steps.iter().find(|step| step.node.as_str() == "write").unwrap().id;
    let (fork, _) = world.run("run.fork", json!({"run": view.id, "step": step, "change": {"change": "nothing"}})).await;
    assert_eq!(told(&fork), ["append at write false Unknown Some(Text)"], "and a run that goes another way from there");
    for command in ["run.test", "run.cassette"] {
        let refused = world.app.dispatch(command, json!({"run": view.id})).await.unwrap_err().to_string();
        assert!(refused.contains("was a dry run"), "what was made up proves nothing: {command}: {refused}");
    }
    assert!(!world.lines().exists(), "nothing was written by any of them");
    let kept: Vec<Value> = world.ask("run.list", json!({"limit": 0})).await;
    assert_eq!(kept, Vec::<Value>::new(), "nor is any kept");
}

#[tokio::test]
async fn a_run_before_it_answers_what_a_dry_run_holds_back() {
    let world = World::open().await;
    let (real, result) = world.run("run.start", json!({})).await;
    assert_eq!((result, real.dry), (json!("written"), None));
    std::fs::remove_file(world.lines()).unwrap();
    let (view, result) = world.run("run.dry", json!({"answers": real.id})).await;
    assert_eq!(result, "written", "as it was answered then");
    let stood_in: Vec<_> = view.dry.unwrap().into_iter().map(|call| (call.because, call.answered)).collect();
    let recorded = (Because::Unknown, Some(StandIn::Cassette));
    assert_eq!(stood_in, [(Because::Hint, None), recorded, recorded]);
    assert!(!world.lines().exists(), "and nothing was written");
}
