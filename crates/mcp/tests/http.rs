//! Sessions with servers over HTTP that are older, odd or not there at all.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use common::{arguments, options};
use mcp::{CallOptions, Error, Launch, Masks, Server, State, Transport};
use serde_json::{Value, json};

/// How the fake server answers what it knows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answers {
    Json,
    Events,
}

/// A server of the older era, which refuses the newer greeting with this page.
fn older(answers: Answers, refusal: (StatusCode, &'static str)) -> Router {
    Router::new().route("/mcp", post(async move |headers: HeaderMap, body: Bytes| answer(answers, refusal, &headers, &body)))
}

fn answer(answers: Answers, refusal: (StatusCode, &'static str), headers: &HeaderMap, body: &[u8]) -> Response {
    let message: Value = serde_json::from_slice(body).unwrap();
    let Some(id) = message.get("id") else { return StatusCode::ACCEPTED.into_response() };
    let result = match message["method"].as_str().unwrap() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "older", "version": "1"}
        }),
        "tools/list" => json!({"tools": [{"name": "odd", "inputSchema": {"type": "object"}, "vendor": [1]}]}),
        "tools/call" if message["params"]["name"] == "header" => {
            let key = headers.get("x-key").map(|key| key.to_str().unwrap());
            json!({"content": [{"type": "text", "text": key}]})
        }
        "tools/call" => json!({
            "content": [{"type": "hologram", "shape": 1}, {"type": "text", "text": "t", "vendor": true}],
            "structuredContent": null, "_meta": {"vendor/took": 1}
        }),
        _ => return refusal.into_response(),
    };
    let message = json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string();
    match answers {
        Answers::Json => ([(header::CONTENT_TYPE, "application/json")], message).into_response(),
        Answers::Events => {
            let note = r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"soon"}}"#;
            let events = format!("id: 1\ndata: {note}\n\nid: 2\ndata: {message}\n\n");
            ([(header::CONTENT_TYPE, "text/event-stream")], events).into_response()
        }
    }
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client(transport: Transport) -> Server {
    Server::spawn(options(), Launch::plain(transport))
}

#[tokio::test]
async fn an_older_server_is_greeted_however_it_refuses_the_newer_greeting() {
    let refusals = [
        (StatusCode::NOT_FOUND, "no such page"),
        (StatusCode::BAD_REQUEST, r#"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request"}}"#),
        (StatusCode::BAD_REQUEST, ""),
        (StatusCode::OK, r#"{"jsonrpc":"2.0","id":"greet-discover","error":{"code":-32601,"message":"unknown"}}"#),
        (StatusCode::INTERNAL_SERVER_ERROR, "it broke"),
        (StatusCode::OK, "<html>hello</html>"),
    ];
    for refusal in refusals {
        let address = serve(older(Answers::Json, refusal)).await;
        let server = client(Transport::http(format!("http://{address}/mcp")));
        server.start().await.unwrap_or_else(|error| panic!("{refusal:?}: {error}"));
        let State::Ready { about, .. } = server.state() else { panic!("{refusal:?}: {:?}", server.state()) };
        assert_eq!(about.protocol_version, "2025-06-18", "after {refusal:?}");
    }
}

#[tokio::test]
async fn results_over_http_come_back_whole_in_either_form() {
    for answers in [Answers::Json, Answers::Events] {
        let address = serve(older(answers, (StatusCode::NOT_FOUND, ""))).await;
        let server = client(Transport::http(format!("http://{address}/mcp")));
        let tools = server.tools().await.unwrap();
        assert_eq!(tools[0].rest["vendor"], json!([1]), "a definition keeps every key, as {answers:?}");
        let result = server.call("odd", arguments(json!({})), CallOptions::default()).await.unwrap();
        let expected = [json!({"type": "hologram", "shape": 1}), json!({"type": "text", "text": "t", "vendor": true})];
        assert_eq!(result.content, expected, "every item and every key, as {answers:?}");
        assert_eq!(result.structured, Some(Value::Null), "a null is a value, as {answers:?}");
        assert_eq!(result.meta, Some(arguments(json!({"vendor/took": 1}))), "and so is `_meta`, as {answers:?}");
    }
}

#[tokio::test]
async fn headers_are_sent_and_their_values_are_never_seen() {
    const SECRET: &str = "k3y-of-ours";
    let address = serve(older(Answers::Json, (StatusCode::NOT_FOUND, ""))).await;
    let transport = Transport::StreamableHttp {
        url: format!("http://{address}/mcp?key={SECRET}"),
        headers: BTreeMap::from([("X-Key".to_owned(), SECRET.to_owned())]),
    };
    let server = Server::spawn(options(), Launch { transport, masks: Masks::new([SECRET]) });
    let seen = server.call("header", arguments(json!({})), CallOptions::default()).await.unwrap();
    assert_eq!(seen.text(), "•••", "the server saw it, and what it answers is masked");
}

async fn fails(transport: Transport, masks: Masks, expected: &[&str]) -> Error {
    let shown = format!("{transport:?}");
    let error = Server::spawn(options(), Launch { transport, masks }).start().await.unwrap_err();
    for part in expected {
        assert!(error.to_string().contains(part), "{shown}: `{part}` is missing in: {error}");
    }
    error
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_with_the_cause_and_without_secrets() {
    const SECRET: &str = "k3y-of-ours";
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let masks = || Masks::new([SECRET]);
    let url = format!("http://me:{SECRET}@{nobody}/{SECRET}/mcp?key={SECRET}");
    let shown = format!("cannot be reached at `http://{nobody}/•••/mcp`");
    let checks = ["server `test`", shown.as_str(), "Connection refused", "check that it runs"];
    let error = fails(Transport::http(&url), masks(), &checks).await;
    assert!(!format!("{error} {error:?}").contains(SECRET), "the secret is in {error:?}");
    let error = fails(Transport::Sse { url, headers: BTreeMap::new() }, masks(), &checks).await;
    assert!(!format!("{error} {error:?}").contains(SECRET), "the secret is in {error:?}");

    let address = serve(Router::new().route("/mcp", post(|| async { (StatusCode::IM_A_TEAPOT, "short and stout") }))).await;
    let teapot = ["did not greet as an MCP server", "HTTP 418", "short and stout"];
    fails(Transport::http(format!("http://{address}/mcp")), masks(), &teapot).await;
    fails(Transport::http("ftp://host/mcp"), masks(), &["begins neither with `http://` nor", "correct it"]).await;
    fails(Transport::http("not an address"), masks(), &["its `url` is not an address"]).await;
    let bad = |name: &str, value: &str| Transport::StreamableHttp {
        url: format!("http://{nobody}"),
        headers: BTreeMap::from([(name.to_owned(), value.to_owned())]),
    };
    fails(bad("X Y", "1"), masks(), &["`X Y` is not the name of a header"]).await;
    let error = fails(bad("X-Y", &format!("{SECRET}\n")), masks(), &["the value of header `X-Y`"]).await;
    assert!(!error.to_string().contains(SECRET), "the value is not shown: {error}");
}

#[tokio::test]
async fn an_event_stream_that_is_none_of_ours_is_refused() {
    let events =
        |body: &'static str| Router::new().route("/sse", get(move || async move { ([(header::CONTENT_TYPE, "text/event-stream")], body) }));
    for (body, expected) in [
        ("data: hello\n\n", "ended before it named an address"),
        ("event: endpoint\ndata: http://evil.example/messages\n\n", "at another origin"),
    ] {
        let url = format!("http://{}/sse", serve(events(body)).await);
        fails(Transport::Sse { url, headers: BTreeMap::new() }, Masks::default(), &[expected]).await;
    }
    let url = format!("http://{}/elsewhere", serve(events("")).await);
    fails(Transport::Sse { url, headers: BTreeMap::new() }, Masks::default(), &["HTTP 404"]).await;
}
