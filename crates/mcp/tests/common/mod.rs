//! What the tests over real processes share.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use mcp::{CallOptions, Grace, Launch, Options, Server, Transport};
use serde_json::{Map, Value};

/// Nothing in these tests takes this long, unless it hangs.
pub(crate) const HANG: Duration = Duration::from_secs(20);

/// A launch of the test server with these arguments.
pub(crate) fn testkit(arguments: &[&str]) -> Launch {
    Launch::plain(Transport::stdio(testkit::server_path().display().to_string(), arguments.iter().copied()))
}

/// Options for tests: short waits.
pub(crate) fn options() -> Options {
    Options {
        grace: Grace { after_close: Duration::from_millis(500), after_terminate: Duration::from_millis(500) },
        call_timeout: Some(HANG),
        ..Options::new("test")
    }
}

/// The test server, not started.
pub(crate) fn server(arguments: &[&str]) -> Server {
    Server::spawn(options(), testkit(arguments))
}

/// `sh -c script`, with the test server's path as `$0`.
pub(crate) fn shell(script: &str) -> Launch {
    Launch::plain(Transport::Stdio {
        command: "sh".into(),
        args: vec!["-c".into(), script.into(), testkit::server_path().display().to_string()],
        env: BTreeMap::new(),
        cwd: None,
    })
}

/// `value` as arguments of a call.
pub(crate) fn arguments(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Calls a tool and gives the text of its result.
pub(crate) async fn text(server: &Server, tool: &str, value: Value) -> String {
    server.call(tool, arguments(value), CallOptions::default()).await.unwrap().text()
}

/// Waits until `holds`, and fails with `what` if that takes too long.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + HANG;
    while !holds().await {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a process runs (one that has ended and was not yet asked for its status does not).
#[cfg(target_os = "linux")]
pub(crate) fn runs(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")) else { return false };
    let state = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().next().map(str::to_owned));
    !matches!(state.as_deref(), Some("Z" | "X") | None)
}

/// Whether a process runs.
#[cfg(windows)]
pub(crate) fn runs(pid: u32) -> bool {
    let output = std::process::Command::new("tasklist").args(["/FI", &format!("PID eq {pid}")]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).contains(&pid.to_string())
}

/// Whether a process runs.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn runs(pid: u32) -> bool {
    std::process::Command::new("ps").args(["-p", &pid.to_string()]).output().is_ok_and(|output| output.status.success())
}
