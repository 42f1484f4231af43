//! Graph files opened, run, changed and offered for real: against a real server process and a real file on disk.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::{App, GraphFile, Offered, Options, Recorded, Secrets};
use mcp::endpoint::{Answer, Offer, Request};
use protocol::Event;
use run::{Outcome, StepState, StopReason};
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use vault::{Choice, Places, Secret};

/// How long anything may take that is expected to happen.
const PATIENCE: Duration = Duration::from_secs(30);

struct World {
    app: App,
    folder: tempfile::TempDir,
    places: Places,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::within(&folder.path().join("settings"), &folder.path().join("data"));
        vault::choose(&places, Choice::File { path: places.file.clone() }).unwrap();
        let secrets = Secrets::new(Some(places.clone()), Arc::new(|_: &Path| Ok(Secret::new("correct horse".to_owned()))));
        let options = Options {
            data: Some(folder.path().join("app")),
            runs: app::KeptIn::Data,
            executable: "patchbay".into(),
            secrets,
            is_native: false,
            parks: None,
            telemetry: None,
        };
        Self { app: App::new(options), folder, places }
    }

    /// Writes a graph whose server `kit` is the test server, with these entry fields and tools (YAML, indented by two).
    fn write(&self, name: &str, server: &str, tools: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        let command = serde_json::to_string(&testkit::server_path()).unwrap();
        let head = "version: \"1.0\"\nserver: {name: test, version: \"1.0.0\"}\n";
        std::fs::write(&path, format!("{head}mcpServers:\n  kit:\n    command: {command}\n{server}tools:\n{tools}")).unwrap();
        path
    }

    async fn open(&self, tools: &str) -> Arc<GraphFile> {
        self.app.open(&self.write("graph.yaml", "", tools), None).await.unwrap()
    }

    async fn run(&self, file: &GraphFile, tool: &str, arguments: Value) -> Outcome {
        let run = self.app.start_run(file, &tool.into(), arguments).unwrap();
        run.handle.outcome().await
    }
}

/// A tool with one call between entry and exit.
fn calling(name: &str, tool: &str, args: &str) -> String {
    format!(
        "- name: {name}\n  description: calls {tool}\n  inputSchema: {{type: object}}\n  nodes:\n  - {{id: entry, type: entry, next: call}}\n  - {{id: call, type: mcp, server: kit, tool: {tool}, args: {args}, next: exit}}\n  - {{id: exit, type: exit}}\n"
    )
}

fn result(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Done { result } => Value::clone(&result),
        other => panic!("the run should be done: {other:?}"),
    }
}

fn failure(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { failure } => failure.to_string(),
        other => panic!("the run should fail: {other:?}"),
    }
}

async fn heard(events: &mut broadcast::Receiver<Event>, what: impl Fn(&Event) -> bool) -> Event {
    let waiting = async {
        loop {
            let event = events.recv().await.unwrap();
            if what(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the event should come")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_calls_a_real_server_and_each_step_keeps_what_went_in_and_came_out() {
    let world = World::new();
    let file = world.open(&calling("sum", "add", "{a: {expr: $.entry.a}, b: 2}")).await;
    let run: Recorded = world.app.start_run(&file, &"sum".into(), json!({"a": 40})).unwrap();
    assert_eq!(result(run.handle.outcome().await), json!({"sum": 42.0}), "structured content is the result");
    let trace = run.trace();
    let seen: Vec<_> = trace.iter().map(|step| (step.step.node.to_string(), step.step.state)).collect();
    assert_eq!(seen, [("entry".into(), StepState::Done), ("call".into(), StepState::Done), ("exit".into(), StepState::Done)], "the path");
    assert_eq!(trace[1].input, Some(json!({"a": 40, "b": 2})), "the arguments as they were sent");
    assert_eq!(trace[1].output, Some(json!({"sum": 42.0})), "the answer as it came");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn falsy_results_come_back_as_they_are() {
    let world = World::new();
    let cases = ["0", "false", "''", "null"];
    let tools: String =
        (0..cases.len()).map(|i| calling(&format!("t{i}"), "falsy", &format!("{{value: {}, text: true}}", cases[i]))).collect();
    let file = world.open(&tools).await;
    for (i, expected) in [json!(0), json!(false), json!(""), json!(null)].into_iter().enumerate() {
        assert_eq!(result(world.run(&file, &format!("t{i}"), json!({})).await), expected, "case {i}");
    }
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_runs_at_once_share_a_server_and_no_state() {
    let world = World::new();
    let file = world.open(&calling("sum", "add", "{a: {expr: $.entry.a}, b: 1}")).await;
    let runs: Vec<_> = (0..200).map(|a| world.app.start_run(&file, &"sum".into(), json!({"a": a})).unwrap()).collect();
    for (a, run) in (0..).zip(runs) {
        assert_eq!(result(run.handle.outcome().await), json!({"sum": f64::from(a) + 1.0}), "run {a} sees its own argument");
    }
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_runs_are_forgotten_before_they_fill_the_memory_and_the_last_one_is_kept() {
    let world = World::new();
    let path = world.folder.path().join("loop.yaml");
    let nodes = "  - {id: entry, type: entry, next: count}\n  - {id: count, type: transform, transform: {expr: '$executionCount(\"count\") + 1'}, next: more}\n  - {id: more, type: switch, conditions: [{rule: {\"<\": [{var: count}, 10000]}, next: count}], next: exit}\n  - {id: exit, type: exit}\n";
    let tool = format!("- name: long\n  description: counts\n  inputSchema: {{type: object}}\n  nodes:\n{nodes}");
    let head = "version: \"1.0\"\njournal: off\nserver: {name: t, version: \"1\"}\nexecutionLimits: {maxNodeExecutions: 30000}\n";
    std::fs::write(&path, format!("{head}tools:\n{tool}")).unwrap();
    let file = world.app.open(&path, None).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..7 {
        let run = world.app.start_run(&file, &"long".into(), json!({})).unwrap();
        assert_eq!(result(run.handle.outcome().await), json!(10000), "the loop ends");
        ids.push(run.id);
    }
    assert!(world.app.run(ids[0]).is_err(), "seven runs of 20,000 steps are more than is kept");
    assert!(world.app.run(ids[6]).is_ok(), "the last one can still be looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_names_the_node_the_tool_the_server_and_the_cause() {
    let world = World::new();
    let file = world.open(&calling("t", "fail", "{message: the disk is full}")).await;
    let text = failure(world.run(&file, "t", json!({})).await);
    for part in ["`call`", "`fail`", "`kit`", "the disk is full"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_died_is_started_again_for_the_next_call() {
    let world = World::new();
    let tools = calling("crash", "crash", "{code: 3}") + &calling("echo", "echo", "{text: back}");
    let file = world.open(&tools).await;
    let text = failure(world.run(&file, "crash", json!({})).await);
    assert!(text.contains("died"), "the failure says so: {text}");
    assert_eq!(result(world.run(&file, "echo", json!({})).await), json!("back"), "the next call finds a server");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_a_run_cancels_the_call_that_it_is_in() {
    let world = World::new();
    let tools = calling("slow", "progress", "{steps: 1000, ms: 60}") + &calling("count", "cancelled_count", "{}");
    let file = world.open(&tools).await;
    let mut events = world.app.subscribe();
    let run = world.app.start_run(&file, &"slow".into(), json!({})).unwrap();
    heard(&mut events, |event| matches!(event, Event::StepProgress { .. })).await;
    let begun = Instant::now();
    run.handle.stop(StopReason::Asked);
    assert_eq!(run.handle.outcome().await, Outcome::Stopped { reason: StopReason::Asked }, "it ends as asked");
    assert!(begun.elapsed() < Duration::from_secs(5), "it does not wait for the call");
    let deadline = Instant::now() + PATIENCE;
    while result(world.run(&file, "count", json!({})).await) == json!(0) {
        assert!(Instant::now() < deadline, "the server should have been told");
    }
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_disk_is_taken_in_and_runs_that_go_on_keep_what_they_began_with() {
    let world = World::new();
    let path = world.write("graph.yaml", "", &calling("t", "echo", "{text: before}"));
    let file = world.app.open(&path, None).await.unwrap();
    assert_eq!(result(world.run(&file, "t", json!({})).await), json!("before"), "as it was");
    let mut events = world.app.subscribe();
    world.write("graph.yaml", "", &calling("t", "echo", "{text: after}"));
    heard(&mut events, |event| matches!(event, Event::GraphChanged { .. })).await;
    assert_eq!(result(world.run(&file, "t", json!({})).await), json!("after"), "as it is");
    // A file that cannot be read leaves the last good state, and says so.
    std::fs::write(&path, "version: [").unwrap();
    heard(&mut events, |event| matches!(event, Event::GraphChanged { .. })).await;
    assert!(file.problems().iter().any(|reported| reported.problem.is_error()), "the problem is shown");
    assert_eq!(result(world.run(&file, "t", json!({})).await), json!("after"), "the last good state still runs");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_reaches_the_server_and_nothing_else() {
    let world = World::new();
    let value = "s3cret-Value-of-the-vault";
    let vault = vault::open_chosen(&world.places, |_| Ok(Secret::new("correct horse".to_owned()))).unwrap();
    vault.set(&"API_KEY".parse().unwrap(), &Secret::new(value.to_owned())).unwrap();
    let tools = calling("leak", "env", "{name: KEY}") + &calling("fail", "fail", &format!("{{message: {value}}}"));
    let path = world.write("graph.yaml", "    env: {KEY: \"${secret:API_KEY}\"}\n", &tools);
    let file = world.app.open(&path, None).await.unwrap();
    let mut events = world.app.subscribe();
    let run = world.app.start_run(&file, &"leak".into(), json!({})).unwrap();
    let told = result(run.handle.outcome().await);
    assert_eq!(told, json!("•••"), "the server had a value, and what it said of it is hidden");
    let text = failure(world.run(&file, "fail", json!({})).await);
    let trace = serde_json::to_string(&run.trace()).unwrap();
    let view = serde_json::to_string(&world.app.workspace()).unwrap();
    let mut all = vec![text, trace];
    while let Ok(event) = events.try_recv() {
        all.push(serde_json::to_string(&event).unwrap());
    }
    for shown in &all {
        assert!(!shown.contains(value), "the value is visible in {shown}");
    }
    // The second tool's own argument is in the file, so the workspace may show it; the reference stays a reference.
    assert!(view.contains("${secret:API_KEY}"), "the file's text is not resolved in place");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_shows_its_tools_and_one_is_called_outside_any_run_with_the_same_care() {
    let world = World::new();
    let value = "s3cret-Value-of-the-vault";
    let vault = vault::open_chosen(&world.places, |_| Ok(Secret::new("correct horse".to_owned()))).unwrap();
    vault.set(&"API_KEY".parse().unwrap(), &Secret::new(value.to_owned())).unwrap();
    let path = world.write("graph.yaml", "    env: {KEY: \"${secret:API_KEY}\"}\nexecutionLimits: {maxExecutionTimeMs: 2000}\n", "");
    let graph = world.app.open(&path, None).await.unwrap().id;
    let tools = world.app.dispatch("server.tools", json!({"graph": graph, "server": "kit"})).await.unwrap();
    let add = tools.as_array().unwrap().iter().find(|tool| tool["name"] == "add").unwrap();
    assert_eq!(add["inputSchema"]["type"], "object", "with its whole schema: {add}");
    let call = async |tool: &str, arguments: Value| {
        world.app.dispatch("server.call", json!({"graph": graph, "server": "kit", "tool": tool, "arguments": arguments})).await
    };
    let result = call("add", json!({"a": 1, "b": 2})).await.unwrap();
    assert_eq!((&result["structuredContent"], &result["isError"]), (&json!({"sum": 3.0}), &json!(false)), "as MCP has it: {result}");
    let result = call("fail", json!({"message": "no"})).await.unwrap();
    assert_eq!(result["isError"], true, "a failure is a result too: {result}");
    let result = call("env", json!({"name": "KEY"})).await.unwrap().to_string();
    assert!(result.contains("•••") && !result.contains(value), "a secret is hidden: {result}");
    let error = call("progress", json!({"steps": 1000, "ms": 60_000})).await.unwrap_err();
    assert!(error.message.contains("progress"), "the graph's time limit holds, and the tool is named: {error}");
    assert!(call("add", json!([1])).await.is_err(), "arguments are an object");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_secret_names_itself_and_the_command_that_sets_it() {
    let world = World::new();
    let path = world.write("graph.yaml", "    env: {KEY: \"${secret:NOT_THERE}\"}\n", &calling("t", "echo", "{text: x}"));
    let file = world.app.open(&path, None).await.unwrap();
    let text = failure(world.run(&file, "t", json!({})).await);
    assert!(text.contains("NOT_THERE") && text.contains("patchbay secret set NOT_THERE"), "{text}");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_calls_a_tool_of_its_own_file_and_of_another() {
    let world = World::new();
    world.write("other.yaml", "", &calling("greet", "echo", "{text: {expr: '\"hello \" & $.entry.who'}}"));
    let calls = |name: &str, tool: &str| {
        format!(
            "- name: {name}\n  description: calls a graph\n  inputSchema: {{type: object}}\n  nodes:\n  - {{id: entry, type: entry, next: sub}}\n  - {{id: sub, type: call, tool: '{tool}', args: {{who: {{expr: $.entry.who}}}}, next: exit}}\n  - {{id: exit, type: exit}}\n"
        )
    };
    let tools = calls("near", "far") + &calls("far", "other.yaml#greet") + &calls("round", "round");
    let file = world.open(&tools).await;
    assert_eq!(result(world.run(&file, "near", json!({"who": "you"})).await), json!("hello you"), "through both");
    let text = failure(world.run(&file, "round", json!({})).await);
    assert!(text.contains("nested"), "a tool that calls itself without end is ended: {text}");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_come_from_beside_the_file_and_its_own_win() {
    let world = World::new();
    let path = world.folder.path().join("bare.yaml");
    let tools = calling("t", "echo", "{text: x}").replace("server: kit", "server: outside");
    std::fs::write(&path, format!("version: \"1.0\"\nserver: {{name: t, version: \"1\"}}\ntools:\n{tools}")).unwrap();
    let servers = world.folder.path().join("mcp.json");
    std::fs::write(&servers, json!({"mcpServers": {"outside": {"command": testkit::server_path()}}}).to_string()).unwrap();
    assert!(app::check_file(&path, None).unwrap().has_errors(), "the file alone lacks the server");
    assert!(!app::check_file(&path, Some(&servers)).unwrap().has_errors(), "with the file beside it, it has one");
    let file = world.app.open(&path, Some(&servers)).await.unwrap();
    assert_eq!(result(world.run(&file, "t", json!({})).await), json!("x"), "it answers");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_say_which_tools_and_arguments_do_not_fit() {
    let world = World::new();
    let tools = calling("a", "ekho", "{}")
        + &calling("b", "add", "{a: one, b: {expr: $.entry.x}}")
        + &calling("c", "add", "{a: 1, b: {expr: $.entry.x}}");
    let path = world.write("graph.yaml", "", &tools);
    let finding = app::check_with_servers(&world.app, &path, None).await.unwrap();
    let said: Vec<_> =
        finding.problems.iter().map(|reported| (reported.problem.path.to_string(), reported.problem.message.clone())).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0].0, "tools[0].nodes[1].tool", "the misspelt tool");
    assert!(finding.problems[0].problem.remedy.contains("`echo`"), "what was meant: {:?}", finding.problems[0]);
    assert_eq!(said[1].0, "tools[1].nodes[1].args.a", "the wrong argument, and not the one that is an expression");
    world.app.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_is_offered_with_progress_for_each_node_and_its_tools_follow_the_file() {
    let world = World::new();
    let tools = calling("sum", "add", "{a: {expr: $.entry.a}, b: 2}") + &calling("bad", "fail", "{message: no}");
    let path = world.write("graph.yaml", "", &tools);
    let file = world.app.open(&path, None).await.unwrap();
    let offered = Offered::new(world.app.clone(), vec![file], CancellationToken::new());
    let names = |offered: &Offered| offered.tools().into_iter().map(|tool| tool.name).collect::<Vec<_>>();
    assert_eq!(names(&offered), ["sum", "bad"], "the graph's tools");
    let call = async |tool: &str, arguments: Value| {
        let request = Request { tool: tool.to_owned(), arguments: arguments.as_object().unwrap().clone(), ..Request::default() };
        match offered.call(request).await {
            Answer::Done(result) => result,
            Answer::Asks { .. } => panic!("these tools ask nobody"),
        }
    };
    let answer = call("sum", json!({"a": 1})).await;
    assert_eq!((answer.structured, answer.is_error), (Some(json!({"sum": 3.0})), false), "an object is structured");
    let answer = call("bad", json!({})).await;
    assert!(answer.is_error && answer.text().contains("`call`"), "a failure is a result that names the node: {answer:?}");
    let mut changed = offered.changed();
    world.write("graph.yaml", "", &(calling("sum", "add", "{a: 1, b: 2}") + &calling("more", "echo", "{text: x}")));
    tokio::time::timeout(PATIENCE, changed.changed()).await.unwrap().unwrap();
    assert_eq!(names(&offered), ["sum", "more"], "the tools of the file as it is now");
    world.app.shutdown().await;
}
