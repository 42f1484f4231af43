//! `serve --http` and `serve --ui`: who is let in, what the pages get, and what happens as it happens.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::world::{PATIENCE, Running, World, calling};

const GIVEN: &str = "a-token-of-our-own";

/// A program that serves, and where.
struct Served {
    running: Running,
    address: SocketAddr,
    token: String,
}

impl Served {
    /// Starts with a token that the program makes.
    fn start(world: &World, args: &[&str]) -> Self {
        let mut running = Running::start(&mut world.command(&[&["serve"], args].concat()));
        let address = address(&mut running);
        let line = running.stderr().wait_for("its token");
        let token = line.split_whitespace().last().unwrap().to_owned();
        Self { running, address, token }
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        request(self.address, method, path, headers, body)
    }

    /// A command of the window, with the token.
    fn call(&self, name: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        self.request("POST", &format!("/api/call/{name}"), &headers, &body.to_string())
    }

    fn connect(&self, origin: Option<&str>) -> tungstenite::Result<WebSocket<TcpStream>> {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("ws://{}/api/events", self.address).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("Origin", origin.parse().unwrap());
        }
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
            Err(tungstenite::HandshakeError::Interrupted(_)) => panic!("the stream blocks"),
        }
    }
}

fn address(running: &mut Running) -> SocketAddr {
    let line = running.stderr().wait_for("MCP endpoint");
    line.split("http://").nth(1).unwrap().trim_end_matches("/mcp").parse().unwrap()
}

pub(crate) struct Answer {
    status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.head, self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

pub(crate) fn request(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head += &format!("Host: {address}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer of HTTP: {answer}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#;

fn hello(served: &Served, headers: &[(&str, &str)]) -> Answer {
    let fixed = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")];
    served.request("POST", "/mcp", &[&fixed, headers].concat(), HELLO)
}

#[test]
fn the_endpoint_over_http_wants_the_token_our_host_and_our_origin() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let served = Served::start(&world, &["graph.yaml", "--http", "127.0.0.1:0"]);
    assert_eq!(served.token.len(), 64, "256 bits, as hexadecimal digits: {}", served.token);
    let token = format!("Bearer {}", served.token);
    let token = ("Authorization", token.as_str());
    for (headers, expected) in [
        (&[token][..], 200),
        (&[], 401),
        (&[("Authorization", "Bearer nonsense")], 401),
        (&[token, ("Host", "evil.example")], 403),
        (&[token, ("Origin", "http://evil.example")], 403),
    ] {
        let answer = hello(&served, headers);
        assert_eq!(answer.status, expected, "{headers:?}: {} {}", answer.head, answer.body);
        assert_eq!(answer.body.contains("serverInfo"), expected == 200, "{headers:?}: {}", answer.body);
    }
    assert_eq!(served.request("GET", "/", &[], "").status, 401, "there are no pages without `--ui`");
}

#[test]
fn a_given_token_is_taken_and_never_shown_and_none_is_said_loudly() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    world.write("token", &format!("{GIVEN}\n"));
    for (args, variable) in [(&["--token-file", "token"][..], ""), (&[], GIVEN)] {
        let args = [&["serve", "graph.yaml", "--http", "127.0.0.1:0", "--ui"], args].concat();
        let mut running = Running::start(world.command(&args).env("PATCHBAY_TOKEN", variable));
        let address = address(&mut running);
        running.stderr().wait_for("it needs the token that it was given");
        let link = running.stderr().wait_for("window");
        assert!(!link.contains(GIVEN), "it is known already: {link}");
        let served = Served { running, address, token: GIVEN.to_owned() };
        assert_eq!(served.call("workspace.get", &json!({})).status, 200, "{args:?}: the token opens");
    }
    let mut running = Running::start(&mut world.command(&["serve", "graph.yaml", "--http", "127.0.0.1:0", "--no-token"]));
    let address = address(&mut running);
    running.stderr().wait_for("warning: everybody who can reach this address is let in");
    let served = Served { running, address, token: String::new() };
    assert_eq!(hello(&served, &[]).status, 200, "everybody is let in");
    assert_eq!(hello(&served, &[("Origin", "http://evil.example")]).status, 403, "but no page of another origin");
}

#[test]
fn what_would_let_in_too_many_is_refused() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    world.write("short", "secret\n");
    for (args, expected) in [
        (&["--http", "0.0.0.0:0"][..], "add `--allow-remote`"),
        (&["--http", "[::]:0"], "add `--allow-remote`"),
        (&["--http", "0.0.0.0:0", "--allow-remote", "--no-token"], "needs a token"),
        (&["--http", "127.0.0.1:0", "--token-file", "short"], "is too short"),
        (&["--http", "127.0.0.1:0", "--token-file", "none"], "could not read `none`"),
        (&["--http", "nonsense"], "invalid value 'nonsense'"),
    ] {
        let done = world.run(&[&["serve", "graph.yaml"], args].concat()).expect(2);
        done.says(expected);
        assert!(!done.stderr.contains("secret"), "no token in an error: {}", done.stderr);
    }
}

#[test]
fn an_open_address_still_wants_the_token_and_a_name_that_is_ours() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let args = ["serve", "graph.yaml", "--http", "0.0.0.0:0", "--allow-remote"];
    let mut running = Running::start(world.command(&args).env("PATCHBAY_TOKEN", GIVEN));
    let bound = address(&mut running);
    running.stderr().wait_for("add `--host NAME`");
    let served = Served { running, address: (std::net::Ipv4Addr::LOCALHOST, bound.port()).into(), token: GIVEN.to_owned() };
    let bearer = format!("Bearer {GIVEN}");
    assert_eq!(hello(&served, &[]).status, 401, "without the token");
    assert_eq!(hello(&served, &[("Authorization", &bearer)]).status, 200, "with it");
    assert_eq!(hello(&served, &[("Authorization", &bearer), ("Host", "house.example")]).status, 403, "by a name that was not given");
}

#[test]
fn an_address_that_is_taken_is_an_error_that_names_it() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    world.run(&["serve", "graph.yaml", "--http", &address]).expect(1).says(&format!("could not listen at {address}"));
}

#[test]
fn a_further_name_is_let_in_where_it_was_named() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let served = Served::start(&world, &["graph.yaml", "--ui", "--host", "house.example"]);
    let bearer = format!("Bearer {}", served.token);
    let headers = [("Authorization", bearer.as_str()), ("Host", "house.example"), ("Origin", "https://house.example")];
    assert_eq!(hello(&served, &headers).status, 200, "a proxy may name it");
    assert_eq!(served.request("GET", "/", &headers, "").status, 200, "for the pages too");
    assert_eq!(served.request("GET", "/", &[("Host", "other.example")], "").status, 403, "but no other name");
}

#[test]
fn the_page_is_served_with_a_policy_and_is_never_kept() {
    let world = World::new();
    let served = Served::start(&world, &["--ui"]);
    let page = served.request("GET", "/", &[], "");
    assert_eq!((page.status, page.header("Content-Type")), (200, Some("text/html; charset=utf-8")), "{}", page.head);
    assert_eq!(page.header("Cache-Control"), Some("no-store"), "{}", page.head);
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains(&format!("ws://{}", served.address)), "{policy}");
    assert!(page.body.contains("Patchbay"), "the page or how to build it: {}", page.body);
    assert_eq!(served.request("GET", "/none.js", &[], "").status, 404, "no other file becomes the page");
    assert_eq!(served.request("GET", "/../Cargo.toml", &[], "").status, 404, "nothing beside the pages");
    assert_eq!(served.request("GET", "/", &[("Host", "evil.example")], "").status, 403, "no other host");
}

#[test]
fn commands_need_the_token_json_and_our_origin() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let served = Served::start(&world, &["graph.yaml", "--ui"]);
    let bearer = format!("Bearer {}", served.token);
    let token = ("Authorization", bearer.as_str());
    let kind = ("Content-Type", "application/json");
    let path = "/api/call/workspace.get";
    for (path, headers, body, expected) in [
        (path, &[token, kind][..], "{}", 200),
        (path, &[kind], "{}", 401),
        (path, &[kind, ("Authorization", "Bearer x")], "{}", 401),
        (path, &[token, ("Content-Type", "text/plain")], "{}", 415),
        (path, &[token, kind, ("Origin", "http://evil.example")], "{}", 403),
        (path, &[token, kind, ("Host", "evil.example")], "{}", 403),
        (path, &[token, kind], "{", 400),
        ("/api/call/no.such", &[token, kind], "{}", 400),
        ("/api/call/run.get", &[token, kind], r#"{"run": 5}"#, 410),
        ("/api/call/run.start", &[token, kind], r#"{"graph": 1, "tool": "t", "arguments": 5}"#, 422),
    ] {
        let answer = served.request("POST", path, headers, body);
        assert_eq!(answer.status, expected, "{path} {headers:?} {body}: {}", answer.body);
        if matches!(expected, 400 | 410 | 422) {
            assert!(answer.json()["message"].is_string(), "a failure says what went wrong: {}", answer.body);
        }
    }
    let workspace = served.call("workspace.get", &json!({})).json();
    assert_eq!(workspace["graphs"][0]["graph"]["tools"][0]["name"], "t", "the file is open: {workspace}");
    assert_eq!(workspace["isNative"], false, "a browser has no dialogs of ours: {workspace}");
}

#[test]
fn a_page_runs_a_tool_and_hears_each_step_in_order() {
    let world = World::new();
    world.graph(&calling("t", "add", "{a: 2, b: 3}"));
    let served = Served::start(&world, &["graph.yaml", "--ui"]);
    let mut socket = served.connect(Some(&format!("http://{}", served.address))).unwrap();
    socket.send(Message::text(served.token.clone())).unwrap();
    let graph = served.call("workspace.get", &json!({})).json()["graphs"][0]["id"].clone();
    let run = served.call("run.start", &json!({"graph": graph, "tool": "t", "arguments": {}})).json();
    let mut heard = Vec::new();
    let outcome = loop {
        let Message::Text(text) = socket.read().unwrap() else { continue };
        let event: Value = serde_json::from_str(&text).unwrap();
        let (name, told) = event.as_object().and_then(|event| event.iter().next()).expect("an event is named by its field");
        match name.as_str() {
            "stepStarted" | "stepEnded" => heard.push(format!("{name} {}", told["step"]["node"])),
            "runEnded" => break told["outcome"].clone(),
            _ => {}
        }
    };
    assert_eq!(outcome["result"], json!({"sum": 5.0}), "{outcome}");
    let expected = ["entry", "call", "exit"].iter().flat_map(|node| [format!("stepStarted \"{node}\""), format!("stepEnded \"{node}\"")]);
    assert_eq!(heard, expected.collect::<Vec<_>>(), "facts in their order");
    let shown = served.call("run.get", &json!({"run": run})).json();
    assert_eq!(shown["steps"].as_array().map(Vec::len), Some(3), "and they can be asked for: {shown}");

    // The end of the program is the end of the connection, and is not held up by it.
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process};
        kill_process(Pid::from_raw(served.running.id().try_into().unwrap()).unwrap(), Signal::TERM).unwrap();
        served.running.end().expect(0);
        let last = std::iter::from_fn(|| socket.read().ok()).last();
        assert!(matches!(last, Some(Message::Close(_))), "the page is told: {last:?}");
    }
}

#[test]
fn a_page_edits_a_graph_and_every_change_is_saved_however_large() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let served = Served::start(&world, &["graph.yaml", "--ui"]);
    let graph = served.call("workspace.get", &json!({})).json()["graphs"][0]["id"].clone();
    let text = served.call("graph.text", &json!({"graph": graph})).json();
    let typed = format!("{}\n{}", text["text"].as_str().unwrap(), "# a comment\n".repeat(300_000));
    let answer = served.call("graph.setText", &json!({"graph": graph, "text": typed, "base": text["revision"], "gesture": null}));
    assert_eq!((answer.status, answer.json()["text"] == typed), (200, true), "{}", answer.head);
    let place = json!({"edit": "place", "tool": "t", "node": "call", "at": {"x": 240, "y": 0}});
    let edit = json!({"graph": graph, "label": "move `call`", "edit": null, "layout": place, "gesture": null});
    assert_eq!(served.call("graph.edit", &edit).status, 200, "the canvas, too");
    let refused = served.call("graph.setText", &json!({"graph": graph, "text": "a: [", "base": 0, "gesture": null}));
    assert_eq!(refused.status, 400, "{}", refused.body);
    served.call("graph.close", &json!({"graph": graph}));
    assert_eq!(std::fs::read_to_string(world.path("graph.yaml")).unwrap(), typed, "what was typed is in the file");
    let layout = std::fs::read_to_string(world.path("graph.canvas.yaml")).unwrap();
    assert_eq!(layout, "tools:\n  t:\n    nodes:\n      call: [240, 0]\n", "and where things stand beside it");
}

#[test]
fn events_are_for_who_shows_the_token_first_and_comes_from_our_page() {
    let world = World::new();
    let served = Served::start(&world, &["--ui"]);
    for wrong in ["", "nonsense"] {
        let mut socket = served.connect(None).unwrap();
        socket.send(Message::text(wrong)).unwrap();
        let Message::Close(Some(frame)) = socket.read().unwrap() else { panic!("`{wrong}` should be refused") };
        assert_eq!(u16::from(frame.code), 1008, "{}", frame.reason);
    }
    let refused = served.connect(Some("http://evil.example")).map(|_| ()).unwrap_err();
    assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 403), "{refused}");
}
