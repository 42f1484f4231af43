//! The life of a server process: deaths, restarts, failures to start, and that nothing is left behind.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{HANG, arguments, options, runs, server, testkit, text, until};
use mcp::{Backoff, CallOptions, Error, Grace, Launch, Options, Server, ServerEvent, State, Transport};
use serde_json::json;

async fn crash(server: &Server, code: i32) -> Error {
    server.call("crash", arguments(json!({"code": code})), CallOptions::default()).await.unwrap_err()
}

async fn pid(server: &Server) -> u32 {
    text(server, "pid", json!({})).await.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_server_dies_says_how_and_the_next_call_finds_a_new_one() {
    for era in ["old", "new"] {
        let server = server(&["--era", era]);
        let first = pid(&server).await;
        let start = Instant::now();
        let error = crash(&server, 3).await;
        assert!(start.elapsed() < Duration::from_secs(1), "it fails at once, not at its time limit: {:?}", start.elapsed());
        assert_eq!(
            error.to_string(),
            "server `test` died during `crash` (exit status: 3); it is started again for the next call; its last words: about to crash",
            "era {era}"
        );
        let second = pid(&server).await;
        assert_ne!(first, second, "another process answers");
        assert!(!runs(first), "and the first is gone");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_under_way_fails_when_the_server_dies() {
    let server = server(&[]);
    server.start().await.unwrap();
    let slow = (0..20).map(|_| server.call("slow", arguments(json!({"ms": 60_000})), CallOptions::default()));
    let crashing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        crash(&server, 9).await
    };
    let (slow, _) = tokio::join!(futures::future::join_all(slow), crashing);
    for result in slow {
        assert!(matches!(&result, Err(Error::Died { doing, .. }) if doing == "slow"), "{result:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_again_and_again_is_restarted_ever_later() {
    let backoff = Backoff { min: Duration::from_millis(40), max: Duration::from_millis(100), factor: 2.0, forgiven_after: HANG };
    let server = Server::spawn(Options { backoff, ..options() }, testkit(&[]));
    let mut waits = Vec::new();
    let mut events = server.subscribe();
    for attempt in 2..=4 {
        crash(&server, 1).await;
        let died = Instant::now();
        loop {
            if let ServerEvent::StateChanged(State::Backoff { attempt: next, error, .. }) = events.recv().await.unwrap() {
                assert_eq!(next, attempt, "tries are counted");
                assert!(error.contains("exit status: 1") && error.contains("about to crash"), "the state says why: {error}");
                break;
            }
        }
        server.tools().await.unwrap();
        waits.push(died.elapsed());
    }
    for (wait, least) in waits.iter().zip([40, 80, 100]) {
        assert!(*wait >= Duration::from_millis(least - 10), "waited {wait:?} instead of {least} ms");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_died_on_its_own_is_restarted_without_a_call() {
    let server = server(&[]);
    let first = pid(&server).await;
    crash(&server, 1).await;
    until("it is ready again", async || matches!(server.state(), State::Ready { pid: Some(pid), .. } if pid != first)).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_process_is_killed_from_outside_is_noticed_without_a_call() {
    let server = server(&[]);
    let first = pid(&server).await;
    std::process::Command::new("kill").args(["-KILL", &first.to_string()]).status().unwrap();
    until("a new one is ready", async || matches!(server.state(), State::Ready { pid: Some(pid), .. } if pid != first)).await;
    assert!(!server.tools().await.unwrap().is_empty(), "and answers");
}

async fn start_fails(launch: Launch, patience: Duration, expected: &[&str]) {
    let server = Server::spawn(Options { start_timeout: patience, ..options() }, launch);
    let error = server.start().await.unwrap_err().to_string();
    for part in expected {
        assert!(error.contains(part), "`{part}` is missing in: {error}");
    }
    assert_eq!(server.state(), State::Failed { error: error.clone() }, "the state says the same");
    let error = server.call("echo", arguments(json!({})), CallOptions::default()).await.unwrap_err().to_string();
    assert!(error.contains(expected[0]), "and so does a call: {error}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_names_the_command_the_cause_and_the_remedy() {
    start_fails(
        Launch::plain(Transport::stdio("no-such-program-anywhere", ["x"])),
        HANG,
        &["command `no-such-program-anywhere` was not found", "install it or correct `command`", "server `test`"],
    )
    .await;
    let nowhere =
        Transport::Stdio { command: "true".into(), args: Vec::new(), env: Default::default(), cwd: Some(PathBuf::from("/no/such/folder")) };
    start_fails(Launch::plain(nowhere), HANG, &["its folder `/no/such/folder` does not exist", "correct `cwd`"]).await;
    start_fails(
        testkit(&["--dies-at-start", "7"]),
        HANG,
        &["ended before it was ready (exit status: 7)", "testkit-server", "the moon is in the wrong phase"],
    )
    .await;
    start_fails(Launch::plain(Transport::stdio("cat", ["/dev/null"])), HANG, &["ended before it was ready (exit status: 0)", "`cat`"])
        .await;
    start_fails(
        testkit(&["--start-delay", "60000"]),
        Duration::from_millis(300),
        &["was not ready within 300 ms", "testkit-server", "test server is up"],
    )
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_may_not_be_run_is_named_with_the_systems_reason() {
    let folder = tempfile::tempdir().unwrap();
    start_fails(
        Launch::plain(Transport::stdio(folder.path().display().to_string(), [""; 0])),
        HANG,
        &["cannot be run: Permission denied", "server `test`"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_server_stays_stopped_until_it_is_needed() {
    let server = server(&[]);
    let first = pid(&server).await;
    server.stop().await;
    assert_eq!(server.state(), State::Stopped, "it is stopped when `stop` returns");
    assert!(!runs(first), "and its process is gone");
    assert_ne!(pid(&server).await, first, "a call starts it again");
    server.shutdown().await;
    let error = server.call("pid", arguments(json!({})), CallOptions::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "server `test` was stopped", "after a shutdown nothing starts it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_can_be_stopped_while_it_starts() {
    let server = server(&["--start-delay", "60000"]);
    let starting = tokio::spawn({
        let server = server.clone();
        async move { server.start().await }
    });
    until("it starts", async || !server.stderr().is_empty()).await;
    server.stop().await;
    assert!(matches!(starting.await.unwrap(), Err(Error::Stopped { .. })), "whoever waited is told");
    assert_eq!(server.state(), State::Stopped, "and nothing starts");
}

/// Runs `during` with a server and gives the processes that it named, once the server was shut down.
async fn ends(launch: Launch, what: &str) {
    let grace = Grace { after_close: Duration::from_millis(100), after_terminate: Duration::from_millis(200) };
    let server = Server::spawn(Options { grace, ..options() }, launch);
    let child: u32 = text(&server, "fork", json!({})).await.parse().unwrap();
    let pids = [pid(&server).await, child];
    assert!(pids.into_iter().all(runs), "{what}: both processes run");
    server.shutdown().await;
    until(what, async || !pids.into_iter().any(runs)).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_ends_what_the_server_started_and_servers_that_will_not_go() {
    ends(testkit(&[]), "a server that goes when its input is closed").await;
    ends(testkit(&["--ignores-eof"]), "a server that does not").await;
    ends(common::shell(r#"trap "" TERM; exec "$0" --ignores-eof"#), "a server that ignores the request to terminate").await;
    ends(common::shell(r#"trap "" TERM; "$0" --ignores-eof; true"#), "a server below a shell that ignores it").await;
}

#[cfg(target_os = "linux")]
fn children_of_this_test() -> Vec<u32> {
    let me = std::process::id();
    let stats = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let entry = entry.ok()?;
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(1);
        let parent: u32 = fields.next()?.parse().ok()?;
        let program = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        (parent == me && (program.is_empty() || program.contains("fifty-times"))).then_some(pid)
    });
    stats.collect()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_and_closing_fifty_times_leaves_no_process_behind() {
    let grace = Grace { after_close: Duration::from_millis(50), after_terminate: Duration::from_millis(100) };
    // The name makes the processes of this test known among those of the tests beside it.
    let scripts =
        [r#"exec "$0" # fifty-times"#, r#"trap "" TERM; exec "$0" --ignores-eof # fifty-times"#, r#"sleep 3600 & exec "$0" # fifty-times"#];
    let mut named = Vec::new();
    for round in 0..50 {
        let server = Server::spawn(Options { grace, ..options() }, common::shell(scripts[round % scripts.len()]));
        server.start().await.unwrap();
        let State::Ready { pid: Some(pid), .. } = server.state() else { panic!("round {round}: {:?}", server.state()) };
        named.push(pid);
        // Every other one is not shut down but dropped.
        if round % 2 == 0 {
            server.shutdown().await;
            assert!(!runs(pid), "round {round}: gone when `shutdown` returns");
        }
    }
    until("every server is gone", async || !named.iter().any(|pid| runs(*pid))).await;
    until("no process group of theirs has a member", async || {
        !std::fs::read_dir("/proc").unwrap().filter_map(Result::ok).any(|entry| {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
            let group = fields.get(2).and_then(|group| group.parse::<u32>().ok());
            group.is_some_and(|group| named.contains(&group)) && fields[0] != "Z"
        })
    })
    .await;
    until("none waits to be asked for its status", async || children_of_this_test().iter().all(|pid| !named.contains(pid))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_handle_ends_its_server() {
    let server = server(&[]);
    let pid = pid(&server).await;
    drop(server);
    until("its process is gone", async || !runs(pid)).await;
}

#[cfg(unix)]
#[test]
fn a_runtime_that_ends_takes_its_servers_with_it() {
    for flags in [&[][..], &["--ignores-eof"]] {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (server, pids) = runtime.block_on(async {
            let server = server(flags);
            let child: u32 = text(&server, "fork", json!({})).await.parse().unwrap();
            let pids = [pid(&server).await, child];
            (server, pids)
        });
        drop(runtime);
        let deadline = Instant::now() + HANG;
        while pids.into_iter().any(runs) {
            assert!(Instant::now() < deadline, "{flags:?}: a process outlives the runtime");
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(server);
    }
}
