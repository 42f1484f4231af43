//! The endpoint, met by our own client and by bare requests, over standard streams and HTTP.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{HANG, arguments, options, text, until};
use futures::future::BoxFuture;
use mcp::endpoint::{Answer, HttpOptions, Identity, Offer, Request, Token, http_router};
use mcp::{CallOptions, CallResult, Error, Launch, Server, ServerEvent, State, Tool, Transport};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

fn program() -> String {
    testkit::example_path("mcp", "conformance_server").display().to_string()
}

/// The endpoint over standard streams.
fn stdio() -> Server {
    Server::spawn(options(), Launch::plain(Transport::stdio(program(), ["--stdio"])))
}

/// The endpoint over HTTP, which ends when this is dropped.
struct OverHttp {
    child: Child,
    url: String,
}

impl OverHttp {
    fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    fn start_at(address: &str) -> Self {
        let mut child = Command::new(program()).arg(address).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    fn client(&self) -> Server {
        Server::spawn(options(), Launch::plain(Transport::http(&self.url)))
    }
}

impl Drop for OverHttp {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

async fn is_met(server: Server, over: &str) {
    server.start().await.unwrap();
    let State::Ready { about, .. } = server.state() else { panic!("{over}: {:?}", server.state()) };
    assert_eq!(about.protocol_version, "2026-07-28", "the newest version is agreed on over {over}");
    assert_eq!(
        (about.name.as_deref(), about.title.as_deref(), about.instructions.as_deref()),
        (Some("conformance"), Some("Conformance"), Some("For tests.")),
        "it says who it is over {over}"
    );
    let tools = server.tools().await.unwrap();
    assert_eq!((tools.len(), &*tools[0].name), (17, "test_simple_text"), "tools in their order over {over}");
    let schema = &tools.iter().find(|tool| tool.name == "json_schema_2020_12_tool").unwrap().input_schema;
    assert_eq!(schema["$defs"]["address"]["$anchor"], "addressDef", "a schema is whole over {over}");
    let sent = json!({"zero": 0, "nothing": null, "deep": {"er": [1, 2.5, "x"]}, "no": false});
    let echo = server.call("echo", arguments(sent.clone()), CallOptions::default()).await.unwrap();
    assert_eq!(echo.structured, Some(sent.clone()), "arguments and results are whole over {over}");
    assert_eq!(echo.text(), sent.to_string(), "and the text says the same, keys in order");
    let failed = server.call("test_error_handling", arguments(json!({})), CallOptions::default()).await.unwrap();
    assert!(failed.is_error, "a failed call is a result over {over}: {failed:?}");
    let error = server.call("nonsense", arguments(json!({})), CallOptions::default()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused { code: -32602, .. }), "an unknown tool is refused over {over}: {error:?}");
    assert!(error.to_string().contains("there is no tool `nonsense`"), "{error}");

    let steps: Arc<Mutex<Vec<f64>>> = Arc::default();
    let told = steps.clone();
    let options = CallOptions { progress: Some(Arc::new(move |step| told.lock().unwrap().push(step.progress))), ..CallOptions::default() };
    server.call("steps", arguments(json!({})), options).await.unwrap();
    let expected: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(*steps.lock().unwrap(), expected, "every step in order and before the result over {over}");

    let cancel = CancellationToken::new();
    let options = CallOptions { cancel: cancel.clone(), ..CallOptions::default() };
    let slow = server.call("slow", arguments(json!({"ms": 60_000})), options);
    let (result, ()) = tokio::join!(slow, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel.cancel();
    });
    assert!(matches!(result, Err(Error::Cancelled { .. })), "{result:?}");
    until("the call is cancelled at the endpoint", async || text(&server, "cancelled_count", json!({})).await == "1").await;

    let mut events = server.subscribe();
    until("a change of the tools is told", async || {
        text(&server, "test_trigger_tool_change", json!({})).await;
        let told = async { while !matches!(events.recv().await, Ok(ServerEvent::ToolsChanged)) {} };
        tokio::time::timeout(Duration::from_millis(300), told).await.is_ok()
    })
    .await;

    let start = Instant::now();
    let calls = (0..200).map(|_| text(&server, "slow", json!({"ms": 100})));
    let done = futures::future::join_all(calls).await;
    assert!(done.iter().all(|text| text == "done"), "200 calls at once are answered over {over}");
    assert!(start.elapsed() < Duration::from_secs(3), "side by side over {over}: {:?}", start.elapsed());
    assert!(server.ping(HANG).await.is_ok(), "it gives a sign of life over {over}");
    let start = Instant::now();
    server.shutdown().await;
    // Sooner than a process is asked to terminate: it goes by itself.
    assert!(start.elapsed() < common::options().grace.after_close, "it ends at once over {over}: {:?}", start.elapsed());
}

#[tokio::test]
async fn our_client_meets_it_over_standard_streams() {
    is_met(stdio(), "standard streams").await;
}

#[tokio::test]
async fn our_client_meets_it_over_http() {
    let endpoint = OverHttp::start();
    is_met(endpoint.client(), "HTTP").await;
}

#[tokio::test]
async fn a_server_at_an_address_that_went_away_is_reached_again_when_it_is_back() {
    let endpoint = OverHttp::start();
    let (client, url) = (endpoint.client(), endpoint.url.clone());
    assert_eq!(text(&client, "slow", json!({})).await, "done", "it answers");
    drop(endpoint);
    // The first request may still find a connection that was kept open.
    for _ in 0..2 {
        let error = client.call("slow", arguments(json!({})), CallOptions::default()).await.unwrap_err().to_string();
        assert!(error.contains(&format!("server `test` cannot be reached at `{url}`: ")), "{error}");
    }
    let address = url.trim_start_matches("http://").trim_end_matches("/mcp");
    let _endpoint = OverHttp::start_at(address);
    assert_eq!(text(&client, "slow", json!({})).await, "done", "it answers again");
}

/// A conversation line by line, without any of our code at this end.
struct Bare {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Bare {
    fn start() -> Self {
        let mut child = Command::new(program()).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn ask(&mut self, message: Value) -> Value {
        self.say(&message.to_string());
        self.hear()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().unwrap();
    }
}

/// What each request of the newer era carries.
fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bare", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}
    })
}

fn initialize(version: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}
    }})
}

#[test]
fn a_client_of_any_older_version_is_answered_in_it() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut bare = Bare::start();
        let greeting = bare.ask(initialize(version));
        assert_eq!(greeting["result"]["protocolVersion"], version, "the version that was asked for");
        assert_eq!(greeting["result"]["capabilities"], json!({"tools": {"listChanged": true}}), "tools, and nothing else");
        bare.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        let call = json!({"jsonrpc": "2.0", "id": "two", "method": "tools/call", "params": {"name": "slow", "arguments": {}}});
        let answer = bare.ask(call);
        let expected = json!({"jsonrpc": "2.0", "id": "two", "result": {"content": [{"type": "text", "text": "done"}], "isError": false}});
        assert_eq!(answer, expected, "in {version}, nothing of a later version");
        assert_eq!(bare.ask(json!({"jsonrpc": "2.0", "id": 3, "method": "ping"}))["result"], json!({}), "a ping in {version}");
    }
    let mut bare = Bare::start();
    let greeting = bare.ask(initialize("1999-01-01"));
    assert_eq!(greeting["result"]["protocolVersion"], "2025-11-25", "the newest with a greeting, where it is not known");
}

#[test]
fn an_older_client_is_told_of_changed_tools() {
    let mut bare = Bare::start();
    bare.ask(initialize("2025-11-25"));
    bare.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    let call = |id: i64, tool: &str| json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool}});
    // The notification that the client is ready is handled beside the calls, so the change is made until it is told.
    let deadline = Instant::now() + HANG;
    let mut heard = Vec::new();
    for id in 10.. {
        assert!(Instant::now() < deadline, "no change is told: {heard:?}");
        bare.say(&call(id, "test_trigger_tool_change").to_string());
        loop {
            let message = bare.hear();
            heard.push(message.clone());
            if message["id"] == id {
                break;
            }
        }
        if heard.iter().any(|message| message["method"] == "notifications/tools/list_changed") {
            return;
        }
    }
}

#[test]
fn a_client_of_the_newer_era_needs_no_greeting() {
    let mut bare = Bare::start();
    let meta = meta();
    let list = bare.ask(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}));
    assert_eq!(list["result"]["resultType"], "complete", "the very first request is answered, as that version has it: {list}");
    let found = bare.ask(json!({"jsonrpc": "2.0", "id": 2, "method": "server/discover", "params": {"_meta": meta}}));
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    assert!(versions.contains(&json!("2026-07-28")) && versions.contains(&json!("2025-11-25")), "both eras: {found}");
    let mut other = meta.clone();
    other["io.modelcontextprotocol/protocolVersion"] = json!("2031-01-01");
    let refused = bare.ask(json!({"jsonrpc": "2.0", "id": 3, "method": "tools/list", "params": {"_meta": other}}));
    assert_eq!(refused["error"]["code"], -32022, "a version that it does not speak is refused: {refused}");
}

#[test]
fn what_is_no_message_ends_nothing() {
    let mut bare = Bare::start();
    for line in ["", "not JSON", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}", "[]", "{}"] {
        bare.say(line);
    }
    bare.say(&initialize("2025-11-25").to_string());
    let deadline = Instant::now() + HANG;
    while bare.hear()["id"] != 1 {
        assert!(Instant::now() < deadline, "the greeting is answered");
    }
    let unknown = bare.ask(json!({"jsonrpc": "2.0", "id": 2, "method": "no/such/method"}));
    assert_eq!(unknown["error"]["code"], -32601, "an unknown method is refused: {unknown}");
    let malformed = bare.ask(json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": 7}}));
    assert_eq!(malformed["error"]["code"], -32602, "parameters that make no sense are refused: {malformed}");
}

fn ends_with_its_input(mut bare: Bare, what: &str) {
    bare.input = None;
    let closed = Instant::now();
    while bare.child.try_wait().unwrap().is_none() {
        assert!(closed.elapsed() < Duration::from_millis(800), "with {what} it is still there");
        std::thread::sleep(Duration::from_millis(5));
    }
    let status = bare.child.wait().unwrap();
    assert!(status.success(), "with {what} it ends well: {status}");
}

#[test]
fn it_ends_when_its_input_is_closed() {
    let mut older = Bare::start();
    older.ask(initialize("2025-11-25"));
    ends_with_its_input(older, "an older client");
    let mut newer = Bare::start();
    let listening = newer.ask(json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
        "_meta": meta(), "notifications": {"toolsListChanged": true}
    }}));
    assert_eq!(listening["method"], "notifications/subscriptions/acknowledged", "the stream is open: {listening}");
    ends_with_its_input(newer, "a newer client that listens for changes");
}

#[test]
fn what_was_asked_before_the_input_was_closed_is_answered() {
    let mut bare = Bare::start();
    bare.say(&initialize("2025-11-25").to_string());
    bare.say(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "slow", "arguments": {"ms": 200}}}).to_string());
    bare.input = None;
    let answers = [bare.hear(), bare.hear()];
    assert!(answers.iter().any(|answer| answer["id"] == 2 && answer["result"]["isError"] == false), "{answers:?}");
}

#[cfg(unix)]
#[test]
fn a_client_may_also_give_it_sockets() {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    ours.set_read_timeout(Some(HANG)).unwrap();
    let output: OwnedFd = theirs.try_clone().unwrap().into();
    let mut child = Command::new(program()).arg("--stdio").stdin(OwnedFd::from(theirs)).stdout(output).spawn().unwrap();
    writeln!(ours, "{}", initialize("2025-11-25")).unwrap();
    let mut greeting = String::new();
    BufReader::new(&ours).read_line(&mut greeting).unwrap();
    assert!(greeting.contains("conformance"), "it answers: {greeting}");
    drop(ours);
    assert!(child.wait().unwrap().success(), "and ends when the socket is closed");
}

/// An offer of two tools, of which one works.
struct One(watch::Sender<u64>);

impl Offer for One {
    fn identity(&self) -> Identity {
        Identity { name: "one".into(), version: "1".into(), ..Identity::default() }
    }

    fn tools(&self) -> Vec<Tool> {
        vec![Tool::new("one", "Gives 1"), Tool::new("broken", "Panics")]
    }

    fn call(&self, request: Request) -> BoxFuture<'_, Answer> {
        assert_ne!(request.tool, "broken", "this tool is broken on purpose");
        Box::pin(async { CallResult::of_text("1").into() })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Serves `one` over HTTP in this process, and gives its address.
async fn one(token: Option<&str>) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = http_router(Arc::new(One(watch::Sender::new(0))), HttpOptions::local(token.map(Token::new)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The status of a greeting with these headers, written by hand so that every header can be a lie.
async fn status(address: std::net::SocketAddr, headers: &[(&str, &str)]) -> u16 {
    let body = initialize("2025-11-25").to_string();
    let mut request = format!(
        "POST /mcp HTTP/1.1\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\ncontent-length: {}\r\n",
        body.len()
    );
    let host = address.to_string();
    let needed = [("host", host.as_str())].into_iter().filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
    for (name, value) in needed.chain(headers.iter().copied()) {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("\r\n{body}");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    std::str::from_utf8(&head).unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn only_who_has_the_token_is_let_in() {
    let address = one(Some("open-sesame")).await;
    for (given, expected) in [
        (None, 401),
        (Some("Bearer open-sesam"), 401),
        (Some("Bearer open-sesame-street"), 401),
        (Some("Basic open-sesame"), 401),
        (Some("open-sesame"), 401),
        (Some("Bearer open-sesame"), 200),
        (Some("bearer open-sesame"), 200),
    ] {
        let headers: Vec<_> = given.iter().map(|given| ("authorization", *given)).collect();
        assert_eq!(status(address, &headers).await, expected, "with {given:?}");
    }
    assert_eq!(status(one(None).await, &[]).await, 200, "without a token everyone is let in");
}

#[tokio::test]
async fn a_web_page_from_elsewhere_is_kept_out() {
    let address = one(None).await;
    let port = address.port();
    for (headers, expected) in [
        (vec![("origin", "http://evil.example".to_owned())], 403),
        (vec![("origin", "null".to_owned())], 403),
        (vec![("host", "evil.example".to_owned())], 403),
        (vec![("host", format!("evil.example:{port}"))], 403),
        (vec![("host", format!("127.0.0.1.evil.example:{port}"))], 403),
        (vec![("origin", format!("http://localhost:{port}"))], 200),
        (vec![("origin", format!("http://127.0.0.1:{port}"))], 200),
        (vec![("host", format!("localhost:{port}"))], 200),
        (vec![("host", format!("[::1]:{port}"))], 200),
        (vec![], 200),
    ] {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(status(address, &headers).await, expected, "with {headers:?}");
    }
}

#[tokio::test]
async fn our_client_shows_its_token_and_says_so_when_it_has_none() {
    let address = one(Some("open-sesame")).await;
    let url = format!("http://{address}/mcp");
    let headers = [("Authorization".to_owned(), "Bearer open-sesame".to_owned())].into();
    let server = Server::spawn(options(), Launch::plain(Transport::StreamableHttp { url: url.clone(), headers }));
    assert_eq!(text(&server, "one", json!({})).await, "1", "with the token");
    let error = Server::spawn(options(), Launch::plain(Transport::http(&url))).start().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
    assert!(error.to_string().contains("check the credentials in its `headers`"), "{error}");
}

#[tokio::test]
async fn a_call_of_a_tool_that_panics_is_answered() {
    let url = format!("http://{}/mcp", one(None).await);
    let server = Server::spawn(options(), Launch::plain(Transport::http(url)));
    let broken = server.call("broken", arguments(json!({})), CallOptions::default()).await.unwrap();
    assert!(broken.is_error && broken.text().contains("fault in Patchbay"), "the failure is a result: {broken:?}");
    assert_eq!(text(&server, "one", json!({})).await, "1", "and the next call goes on");
}

#[test]
fn debug_shows_no_token() {
    let shown = format!("{:?}", HttpOptions::local(Some(Token::new("open-sesame"))));
    assert!(!shown.contains("open-sesame"), "{shown}");
}
