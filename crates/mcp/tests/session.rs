//! Sessions with a real server process: greeting, tools, calls, results.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{HANG, arguments, options, server, testkit, text, until};
use mcp::{CallOptions, Error, Launch, LaunchError, Masks, Options, Progress, Server, ServerEvent, State, TraceContext, Transport};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

async fn greeted_as(flags: &[&str], version: &str) {
    let server = Server::spawn(Options { probe_timeout: Duration::from_millis(200), ..options() }, testkit(flags));
    server.start().await.unwrap();
    let State::Ready { about, pid, .. } = server.state() else { panic!("{flags:?}: not ready: {:?}", server.state()) };
    assert_eq!(about.protocol_version, version, "the version agreed on with {flags:?}");
    assert_eq!(about.name.as_deref(), Some("testkit"), "the server's name, with {flags:?}");
    assert_eq!(about.instructions.as_deref(), Some("Use with care."), "its instructions, with {flags:?}");
    assert!(pid.is_some_and(common::runs), "the process of {flags:?} runs");
    assert_eq!(text(&server, "echo", json!({"text": "hi"})).await, "hi", "a call with {flags:?}");
    assert!(server.ping(HANG).await.is_ok(), "a sign of life with {flags:?}");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_of_either_era_are_greeted_in_theirs() {
    greeted_as(&["--era", "old"], "2025-11-25").await;
    greeted_as(&["--era", "new"], "2026-07-28").await;
    greeted_as(&["--era", "both"], "2026-07-28").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_servers_that_take_the_newer_greeting_badly_are_greeted_anyway() {
    greeted_as(&["--era", "old", "--dies-on-probe"], "2025-11-25").await;
    greeted_as(&["--era", "old", "--ignores-probe"], "2025-11-25").await;
    // Both greetings wait for it when it wakes up, and it answers both.
    greeted_as(&["--era", "old", "--start-delay", "600"], "2025-11-25").await;
    greeted_as(&["--era", "new", "--start-delay", "600"], "2026-07-28").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_runs_before_it_is_needed() {
    let server = server(&[]);
    assert_eq!(server.state(), State::Idle, "spawning a server starts nothing");
    assert!(matches!(server.ping(HANG).await, Err(Error::Stopped { .. })), "a sign of life is not a need");
    assert_eq!(server.state(), State::Idle, "nor is asking for one");
    assert_eq!(server.tools().await.unwrap().len(), 22, "asking for its tools is a need");
    assert!(matches!(server.state(), State::Ready { .. }), "now it runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_pages_of_tools_come_with_their_whole_definitions() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let tools = server.tools().await.unwrap();
        assert_eq!(tools.len(), 22, "both pages, era {era}");
        let rich = serde_json::to_value(tools.iter().find(|tool| tool.name == "rich").unwrap()).unwrap();
        let expected = json!({
            "name": "rich", "title": "Rich", "description": "Has a schema with everything in it",
            "inputSchema": {
                "type": "object",
                "properties": {"mode": {"enum": ["a", "b", 3]}, "at": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/place"}]}},
                "$defs": {"place": {"type": "object", "properties": {"x": {"type": "number"}}}}
            },
            "annotations": {"readOnlyHint": true, "vendorHint": {"deep": [1]}},
            "execution": {"taskSupport": "forbidden"}, "_meta": {"vendor/key": "kept"}
        });
        assert_eq!(rich, expected, "no key is lost, era {era}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_list_of_tools_is_told_and_read_again() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let before = server.tools().await.unwrap();
        assert!(Arc::ptr_eq(&before, &server.tools().await.unwrap()), "without a change the list is not read again, era {era}");
        let mut events = server.subscribe();
        // In the newer era a change is told only once the stream for it is open, so it is made until it is told.
        until("the change is told", async || {
            text(&server, "change_tools", json!({})).await;
            let told = async { while !matches!(events.recv().await, Ok(ServerEvent::ToolsChanged)) {} };
            tokio::time::timeout(Duration::from_millis(200), told).await.is_ok()
        })
        .await;
        until("the new list is read", async || {
            server.tools().await.unwrap().len() != before.len() || {
                text(&server, "change_tools", json!({})).await;
                false
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_come_back_whole() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let call = async |tool: &str, value: Value| server.call(tool, arguments(value), CallOptions::default()).await.unwrap();
        let items = call("items", json!({})).await;
        assert_eq!(items.content.len(), 7, "no item is dropped, era {era}");
        assert_eq!(items.content[5], json!({"type": "hologram", "shape": [1, 2, 3]}), "not even one of no known type");
        assert_eq!(items.content[0]["annotations"]["vendor"], true, "nor a key inside of one");
        assert_eq!(items.meta, Some(arguments(json!({"vendor/took": 7}))), "nor `_meta`");
        assert_eq!(items.structured, None, "and nothing is made up");
        let sum = call("add", json!({"a": 1, "b": 2})).await;
        assert_eq!(sum.structured, Some(json!({"sum": 3.0})), "structured content, era {era}");
        for value in [json!(0), json!(false), json!(""), json!(null), json!([]), json!({})] {
            let falsy = call("falsy", json!({"value": value})).await;
            assert_eq!(falsy.structured, Some(value), "a falsy value is a value, era {era}");
        }
        let failed = call("fail", json!({"message": "no luck"})).await;
        assert!(failed.is_error && failed.text() == "no luck", "a failed call is a result: {failed:?}");
        assert_eq!(call("big", json!({"bytes": 5_000_000})).await.text().len(), 5_000_000, "a big result, era {era}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_does_not_exist_is_refused_with_the_servers_words() {
    let error = server(&[]).call("nonsense", arguments(json!({})), CallOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { code: -32602, .. }), "{error:?}");
    assert_eq!(error.to_string(), "server `test` refused `nonsense`: tool `nonsense` is not known (code -32602)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_needs_a_person_says_so() {
    let error = server(&["--era", "new"]).call("input", arguments(json!({})), CallOptions::default()).await.unwrap_err();
    assert!(matches!(error, Error::InputRequired { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_is_told_in_order_and_before_the_result() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let mut events = server.subscribe();
        let steps: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let told = steps.clone();
        let options = CallOptions { progress: Some(Arc::new(move |step| told.lock().unwrap().push(step))), ..Default::default() };
        server.call("progress", arguments(json!({"steps": 50, "ms": 0})), options).await.unwrap();
        let expected: Vec<_> =
            (1..=50).map(|step| Progress { progress: f64::from(step), total: Some(50.0), message: Some(format!("step {step}")) }).collect();
        assert_eq!(*steps.lock().unwrap(), expected, "every step, in order, when the call returns, era {era}");
        let first = loop {
            if let ServerEvent::Progress { tool, progress } = events.recv().await.unwrap() {
                break (tool, progress);
            }
        };
        assert_eq!(first, ("progress".to_owned(), expected[0].clone()), "and as an event");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_messages_are_asked_for_and_passed_on() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let mut events = server.subscribe();
        text(&server, "log", json!({"message": "look here"})).await;
        let log = loop {
            if let event @ ServerEvent::Log { .. } = events.recv().await.unwrap() {
                break event;
            }
        };
        let expected = ServerEvent::Log { level: "warning".into(), logger: Some("tools".into()), data: json!("look here") };
        assert_eq!(log, expected, "era {era}");
        until("the level arrives", async || text(&server, "log_level", json!({})).await == "info").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_tells_the_server_to_which_trace_it_belongs() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        for state in [None, Some("vendor=1")] {
            let trace = TraceContext { parent: parent.to_owned(), state: state.map(str::to_owned) };
            let options = CallOptions { trace: Some(trace), progress: Some(Arc::new(|_| {})), ..Default::default() };
            let told = server.call("meta", arguments(json!({})), options).await.unwrap().text();
            let told: Value = serde_json::from_str(&told).unwrap();
            assert_eq!((&told["traceparent"], told["tracestate"].as_str()), (&json!(parent), state), "era {era}: {told}");
            assert!(!told["progressToken"].is_null(), "and what else goes there, era {era}: {told}");
        }
        let told = text(&server, "meta", json!({})).await;
        assert!(!told.contains("traceparent"), "without one nothing is told, era {era}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_call_returns_at_once_and_the_server_is_told() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        server.start().await.unwrap();
        let cancel = CancellationToken::new();
        let options = CallOptions { cancel: cancel.clone(), ..Default::default() };
        let call = server.call("slow", arguments(json!({"ms": 60_000})), options);
        let (error, took) = tokio::join!(call, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            cancel.cancel();
            Instant::now()
        });
        let took = took.elapsed();
        assert!(matches!(error, Err(Error::Cancelled { .. })), "{error:?}");
        assert!(took < Duration::from_millis(100), "the caller is let go within 100 ms, it took {took:?}");
        until("the server is told", async || text(&server, "cancelled_count", json!({})).await == "1").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_ends_at_its_time_limit_and_the_server_is_told() {
    let server = server(&[]);
    server.start().await.unwrap();
    let limit = Duration::from_millis(80);
    let options = CallOptions { timeout: Some(limit), ..Default::default() };
    let start = Instant::now();
    let error = server.call("slow", arguments(json!({"ms": 60_000})), options).await.unwrap_err();
    let took = start.elapsed();
    assert!(took >= limit && took < limit + Duration::from_millis(100), "the limit is kept, it took {took:?}");
    assert_eq!(error.to_string(), "`slow` of server `test` took longer than 80 ms; raise the time limit if that is to be expected");
    until("the server is told", async || text(&server, "cancelled_count", json!({})).await == "1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_limit_and_the_cancellation_of_a_call_also_hold_while_the_server_starts() {
    let slow = server(&["--start-delay", "60000"]);
    let options = CallOptions { timeout: Some(Duration::from_millis(80)), ..Default::default() };
    let error = slow.call("echo", arguments(json!({})), options).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    let options = CallOptions::default();
    options.cancel.cancel();
    let error = slow.call("echo", arguments(json!({})), options).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled { .. }), "{error:?}");
    slow.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_dropped_is_cancelled_at_the_server() {
    let server = server(&[]);
    server.start().await.unwrap();
    let call = server.call("slow", arguments(json!({"ms": 60_000})), CallOptions::default());
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err(), "the call is under way when it is dropped");
    until("the server is told", async || text(&server, "cancelled_count", json!({})).await == "1").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_calls_at_once_take_as_long_as_one() {
    let server = server(&[]);
    server.start().await.unwrap();
    let start = Instant::now();
    let calls = (0..200).map(|_| text(&server, "slow", json!({"ms": 100})));
    let done = futures::future::join_all(calls).await;
    let took = start.elapsed();
    assert!(done.iter().all(|text| text == "done"), "every call is answered");
    assert!(took < Duration::from_secs(2), "they run side by side, it took {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn noise_on_standard_output_ends_nothing_and_is_kept() {
    let server = server(&[]);
    let mut events = server.subscribe();
    assert_eq!(text(&server, "noisy", json!({"stderr": "on stderr"})).await, "made some noise", "the call is answered");
    assert_eq!(text(&server, "echo", json!({"text": "still here"})).await, "still here", "and so is the next");
    until("standard error arrives", async || server.stderr().contains(&"on stderr".to_owned())).await;
    let kept = server.stderr();
    for line in ["(stdout) this is not JSON", "(stdout) {\"level\":\"info\",\"msg\":\"nor is this JSON-RPC\"}", "(stdout) [1,2"] {
        assert!(kept.contains(&line.to_owned()), "{line} is missing in {kept:?}");
    }
    let noise = loop {
        if let ServerEvent::Noise { line } = events.recv().await.unwrap() {
            break line;
        }
    };
    assert_eq!(noise, "this is not JSON", "and it is told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_gets_our_environment_and_its_own_and_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let launch = Launch::plain(Transport::Stdio {
        command: testkit::server_path().display().to_string(),
        args: Vec::new(),
        env: BTreeMap::from([("ITS_OWN".to_owned(), "yes".to_owned())]),
        cwd: Some(folder.clone()),
    });
    let server = Server::spawn(options(), launch);
    assert_eq!(text(&server, "env", json!({"name": "ITS_OWN"})).await, "yes", "what its entry says");
    assert_eq!(text(&server, "env", json!({"name": "PATH"})).await, std::env::var("PATH").unwrap(), "what we have");
    assert_eq!(text(&server, "cwd", json!({})).await, folder.display().to_string(), "the folder that its entry says");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_seen_by_the_server_and_by_nobody_else() {
    const SECRET: &str = "s3cr3t-of-ours";
    let launcher = || async {
        Ok::<_, LaunchError>(Launch {
            transport: Transport::Stdio {
                command: testkit::server_path().display().to_string(),
                args: Vec::new(),
                env: BTreeMap::from([("TOKEN".to_owned(), SECRET.to_owned())]),
                cwd: None,
            },
            masks: Masks::new([SECRET]),
        })
    };
    let server = Server::spawn(options(), launcher);
    let mut events = server.subscribe();
    assert_eq!(text(&server, "env", json!({"name": "TOKEN"})).await, "•••", "a result hides it");
    assert_eq!(text(&server, "echo", json!({"text": format!("a{SECRET}b")})).await, "a•••b", "also in the middle of a text");
    text(&server, "log", json!({"message": SECRET})).await;
    text(&server, "noisy", json!({"stderr": SECRET})).await;
    let refused = server.call(SECRET, arguments(json!({})), CallOptions::default()).await.unwrap_err();
    assert!(matches!(&refused, Error::Refused { message, .. } if message == "tool `•••` is not known"), "{refused:?}");
    until("standard error arrives", async || server.stderr().contains(&"•••".to_owned())).await;
    server.shutdown().await;
    let mut seen = server.stderr().join("\n");
    while let Ok(event) = events.try_recv() {
        seen += &format!("{event:?}");
    }
    assert!(seen.contains("•••") && !seen.contains(SECRET), "no event and no line shows it: {seen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_launch_that_cannot_be_made_is_an_error_as_it_is_and_made_afresh_each_time() {
    let secret: Arc<Mutex<Option<String>>> = Arc::default();
    let given = secret.clone();
    let server = Server::spawn(options(), move || {
        let secret = given.lock().unwrap().clone();
        async move {
            match secret {
                Some(_) => Ok(testkit(&[])),
                None => Err(LaunchError::new("secret `TOKEN` is not set; run `patchbay secret set TOKEN`")),
            }
        }
    });
    let error = server.start().await.unwrap_err();
    assert_eq!(error.to_string(), "secret `TOKEN` is not set; run `patchbay secret set TOKEN`");
    assert_eq!(server.state(), State::Failed { error: error.to_string() }, "the state says the same");
    *secret.lock().unwrap() = Some("set".into());
    server.start().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messages_of_a_session_are_there_to_be_looked_at_and_its_secrets_are_not() {
    let env = BTreeMap::from([("PLAIN_TOKEN".to_owned(), "tok3n-of-it".to_owned())]);
    let command = testkit::server_path().display().to_string();
    let transport = Transport::Stdio { command, args: vec!["--era".into(), "old".into()], env, cwd: None };
    let launch = Launch { transport, masks: Masks::new(["hunter22"]) };
    let server = Server::spawn(options(), launch);
    assert_eq!(server.traffic(0), [], "nothing was said yet");
    text(&server, "echo", json!({"text": "hunter22 and tok3n-of-it"})).await;
    let messages = server.traffic(0);
    let told: Vec<_> = messages
        .iter()
        .map(|message| format!("{:?} {:?} {}", message.way, message.sort, message.method.clone().unwrap_or_default()))
        .collect();
    for expected in ["Out Request initialize", "In Answer initialize", "Out Request tools/call", "In Answer tools/call"] {
        assert!(told.iter().any(|line| line == expected), "`{expected}` is missing in {told:?}");
    }
    let shown = format!("{messages:?}");
    assert!(shown.contains("••• and •••"), "the text is there without its secrets: {shown}");
    assert!(!shown.contains("hunter22") && !shown.contains("tok3n-of-it"), "a secret can be read: {shown}");
    server.shutdown().await;
}
