//! Sessions with real servers from npm, over each transport. Where npm cannot be had they say that they skip.
#![allow(clippy::unwrap_used)]

mod common;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{arguments, options, text, until};
use mcp::{CallOptions, Launch, Server, Transport};
use serde_json::json;

fn program(package: &str) -> Option<(String, String)> {
    let folder: PathBuf = testkit::npm(package)?;
    let program = testkit::npm::program(&folder).unwrap().display().to_string();
    Some((testkit::npm::node(20)?.display().to_string(), program))
}

/// What every transport of `server-everything` has to be good for.
async fn is_met(server: &Server, over: &str) {
    let tools = server.tools().await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert!(names.contains(&"echo"), "it has its tools over {over}: {names:?}");
    assert_eq!(text(server, "echo", json!({"message": "hello"})).await, "Echo: hello", "over {over}");
    let sum = text(server, "get-sum", json!({"a": 2, "b": 3})).await;
    assert!(sum.contains("is 5"), "a sum over {over}: {sum}");
    let steps: Arc<Mutex<Vec<f64>>> = Arc::default();
    let told = steps.clone();
    let progress = CallOptions { progress: Some(Arc::new(move |step| told.lock().unwrap().push(step.progress))), ..CallOptions::default() };
    let long = arguments(json!({"duration": 0.4, "steps": 4}));
    let done = server.call("trigger-long-running-operation", long, progress).await.unwrap();
    assert!(!done.is_error, "a long operation over {over}: {done:?}");
    assert_eq!(*steps.lock().unwrap(), [1.0, 2.0, 3.0, 4.0], "its progress, in order and before the result over {over}");
    let long = arguments(json!({"duration": 60, "steps": 4}));
    let limited = CallOptions { timeout: Some(Duration::from_millis(200)), ..CallOptions::default() };
    let error = server.call("trigger-long-running-operation", long, limited).await.unwrap_err().to_string();
    assert!(error.contains("took longer than 200 ms"), "{error}");
    assert_eq!(text(server, "echo", json!({"message": "again"})).await, "Echo: again", "the session goes on over {over}");
}

#[tokio::test]
async fn the_everything_server_is_met_over_standard_streams() {
    let Some((node, program)) = program("@modelcontextprotocol/server-everything") else { return };
    let server = Server::spawn(options(), Launch::plain(Transport::stdio(node, [program, "stdio".to_owned()])));
    is_met(&server, "standard streams").await;
    server.shutdown().await;
}

/// The everything server at a port of its own, which ends when this is dropped.
struct Remote {
    child: Child,
    port: u16,
}

impl Remote {
    fn start(kind: &str) -> Option<Self> {
        let (node, program) = program("@modelcontextprotocol/server-everything")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(node);
        command.arg(program).arg(kind).env("PORT", port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        Some(Self { child: command.spawn().unwrap(), port })
    }

    async fn client(&self, transport: Transport) -> Server {
        until("the server listens", async || tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok()).await;
        Server::spawn(options(), Launch::plain(transport))
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn the_everything_server_is_met_over_streamable_http() {
    let Some(remote) = Remote::start("streamableHttp") else { return };
    let server = remote.client(Transport::http(format!("http://127.0.0.1:{}/mcp", remote.port))).await;
    is_met(&server, "streamable HTTP").await;
    server.shutdown().await;
}

#[tokio::test]
async fn the_everything_server_is_met_over_sse() {
    let Some(remote) = Remote::start("sse") else { return };
    let url = format!("http://127.0.0.1:{}/sse", remote.port);
    let server = remote.client(Transport::Sse { url, headers: Default::default() }).await;
    is_met(&server, "SSE").await;
    server.shutdown().await;
}

#[tokio::test]
async fn the_filesystem_server_and_ours_answer_alike() {
    let Some((node, program)) = program("@modelcontextprotocol/server-filesystem") else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    std::fs::create_dir(folder.join("sub")).unwrap();
    std::fs::write(folder.join("a.txt"), "one\ntwo\nthree").unwrap();
    let root = folder.display().to_string();
    let theirs = Server::spawn(options(), Launch::plain(Transport::stdio(node, [program, root.clone()])));
    let ours = testkit::example_path("mcp", "files").display().to_string();
    let ours = Server::spawn(options(), Launch::plain(Transport::stdio(ours, [root.clone()])));
    let file = folder.join("a.txt").display().to_string();
    for (tool, value) in [
        ("list_directory", json!({"path": root})),
        ("read_text_file", json!({"path": file})),
        ("read_text_file", json!({"path": file, "head": 2})),
        ("read_text_file", json!({"path": file, "tail": 2})),
        ("directory_tree", json!({"path": root})),
        ("search_files", json!({"path": root, "pattern": "*.txt"})),
        ("list_allowed_directories", json!({})),
    ] {
        let call = async |server: &Server| server.call(tool, arguments(value.clone()), CallOptions::default()).await.unwrap();
        let (theirs, ours) = (call(&theirs).await, call(&ours).await);
        let lines = |text: String| {
            let mut lines: Vec<_> = text.trim_end().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(lines(ours.text()), lines(theirs.text()), "the text of {tool} {value}");
        let has_content = |result: &mcp::CallResult| result.structured.as_ref().is_some_and(|it| it["content"].is_string());
        assert_eq!(has_content(&ours), has_content(&theirs), "structured content of {tool}: {theirs:?}");
    }
    theirs.shutdown().await;
    ours.shutdown().await;
}
