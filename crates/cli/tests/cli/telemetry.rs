//! What tracing systems are told, looked at in a real receiver: one trace for a run, whoever goes on with it; context that servers get
//! and callers give; metrics; and a receiver that is not there.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use testkit::Collector;

use crate::runs::asked;
use crate::world::{PATIENCE, Running, World, calling};

/// A span as the receiver decoded it.
#[derive(Clone, Debug, Default)]
struct Span {
    name: String,
    kind: String,
    trace: String,
    id: String,
    parent: String,
    start: u64,
    status: String,
    message: String,
    attributes: BTreeMap<String, String>,
}

/// The spans that a receiver has written into its log.
fn spans(log: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut is_span = false;
    for line in log.lines() {
        if line.starts_with("Span #") {
            is_span = true;
            spans.push(Span::default());
            continue;
        }
        if line.starts_with("Resource") || line.starts_with("Metric #") {
            is_span = false;
        }
        let Some(span) = spans.last_mut().filter(|_| is_span) else { continue };
        if let Some((key, value)) = line.trim().strip_prefix("-> ").and_then(|attribute| attribute.split_once(": ")) {
            let value = value.split_once('(').map_or(value, |(_, value)| value.trim_end_matches(')'));
            span.attributes.insert(key.to_owned(), value.to_owned());
        } else if let Some((key, value)) = line.split_once(':') {
            let value = value.trim().to_owned();
            match key.trim() {
                "Trace ID" => span.trace = value,
                "Parent ID" => span.parent = value,
                "ID" => span.id = value,
                "Name" => span.name = value,
                "Kind" => span.kind = value.trim_start_matches("SPAN_KIND_").to_owned(),
                "Start time" => span.start = value.parse().unwrap(),
                "Status code" => span.status = value.trim_start_matches("STATUS_CODE_").to_owned(),
                "Status message" => span.message = value,
                _ => {}
            }
        }
    }
    spans
}

fn named<'s>(spans: &'s [Span], name: &str) -> &'s Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("a span `{name}`: {spans:?}"))
}

/// A span with those beneath it, a line for each, in the order in which they began.
fn tree(spans: &[Span], of: &Span, depth: usize) -> String {
    let status = if of.status == "ERROR" { format!(" ERROR {}", of.message) } else { String::new() };
    let item = of.attributes.get("patchbay.step.item").map(|item| format!(" [{item}]")).unwrap_or_default();
    let mut text = format!("{}{} {}{item}{status}\n", "  ".repeat(depth), of.name, of.kind);
    let mut beneath: Vec<&Span> = spans.iter().filter(|span| span.parent == of.id).collect();
    let number = |span: &Span| span.attributes.get("patchbay.step.id").and_then(|id| id.parse::<u32>().ok());
    beneath.sort_by_key(|span| (span.start, number(span)));
    beneath.iter().for_each(|span| text += &tree(spans, span, depth + 1));
    text
}

const HOUSE: &str = r#"
- name: outer
  description: Says something twice, and calls another
  inputSchema: {type: object, properties: {word: {type: string}}}
  nodes:
  - {id: entry, type: entry, next: each}
  - {id: each, type: forEach, items: "[1, 2]", body: say, join: inner}
  - {id: say, type: mcp, server: kit, tool: echo, args: {text: {expr: entry.word}}, next: inner}
  - {id: inner, type: call, tool: inner, args: {}, next: exit}
  - {id: exit, type: exit}
- name: inner
  description: Fails, goes on, and tells what the server was told
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: bad}
  - {id: bad, type: mcp, server: kit, tool: fail, args: {message: no such room}, onError: look, next: look}
  - {id: look, type: mcp, server: kit, tool: meta, args: {}, next: exit}
  - {id: exit, type: exit}
"#;

#[test]
fn a_run_is_one_trace_that_servers_can_go_on_with_and_no_value_is_in_it() {
    let Some(collector) = Collector::start() else { return };
    let world = World::new();
    world.graph(HOUSE);
    let args = ["run", "graph.yaml", "outer", "--arg", "word=nobodys-business", "--otlp", &collector.url()];
    let variables =
        [("OTEL_SERVICE_NAME", "home"), ("OTEL_RESOURCE_ATTRIBUTES", "room=cellar"), ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")];
    let meta = world.run_with(&args, &variables, "").expect(0).json();
    let log = collector.wait_for("the run", |log| {
        log.contains("mcp.client.session.duration") && spans(log).iter().any(|span| span.name == "invoke_workflow outer")
    });
    let spans = spans(&log);
    let root = named(&spans, "invoke_workflow outer");
    let expected = "\
invoke_workflow outer INTERNAL
  entry INTERNAL
  forEach each INTERNAL
  tools/call echo CLIENT [0]
  tools/call echo CLIENT [1]
  call inner INTERNAL
    invoke_workflow inner INTERNAL
      entry INTERNAL
      tools/call fail CLIENT ERROR the tool `fail` of the server `kit` failed: no such room
      tools/call meta CLIENT
      exit INTERNAL
  exit INTERNAL
";
    assert_eq!(tree(&spans, root, 0), expected, "the trace");
    assert!(root.parent.is_empty() && spans.iter().all(|span| span.trace == root.trace), "all are in one trace, which begins with the run");

    let look = named(&spans, "tools/call meta");
    assert_eq!(meta["traceparent"], json!(format!("00-{}-{}-01", look.trace, look.id)), "the server was told the span of its call: {meta}");
    let echo = named(&spans, "tools/call echo");
    for (name, value) in [
        ("mcp.method.name", "tools/call"),
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "echo"),
        ("network.transport", "pipe"),
        ("patchbay.server.name", "kit"),
        ("patchbay.node.id", "say"),
        ("patchbay.step.attempt", "1"),
    ] {
        assert_eq!(echo.attributes.get(name).map(String::as_str), Some(value), "`{name}` of {echo:?}");
    }
    assert!(echo.attributes.contains_key("mcp.protocol.version"), "the version of MCP is known once the server is: {echo:?}");

    for name in [
        "patchbay.run.begun",
        "patchbay.run.ended",
        "patchbay.run.active",
        "patchbay.run.duration",
        "patchbay.step.duration",
        "mcp.client.operation.duration",
        "mcp.client.session.duration",
        "patchbay.server.ready",
    ] {
        assert!(log.contains(&format!("-> Name: {name}\n")), "the metric `{name}`");
    }
    for told in ["service.name: Str(home)", "room: Str(cellar)"] {
        assert!(log.contains(told), "`{told}`, as the variables of the standard say");
    }
    assert!(!log.contains("nobodys-business"), "no value of the run leaves it");
}

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A call of the tool `look` in the newer era of the protocol, by a caller that may say where it stands.
fn look(caller: Option<&str>) -> String {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "c", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {}
    });
    if let Some(caller) = caller {
        meta["traceparent"] = json!(caller);
        meta["tracestate"] = json!("vendor=1");
    }
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "look", "arguments": {}, "_meta": meta}}).to_string()
}

/// What the server behind the tool was told.
fn told(answer: &Value) -> Value {
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("a result: {answer}"));
    serde_json::from_str(text).unwrap()
}

#[test]
fn without_a_receiver_only_what_the_caller_said_is_passed_on() {
    let world = World::new();
    world.graph(&calling("look", "meta", "{}"));
    let mut running = Running::start(&mut world.command(&["serve", "graph.yaml"]));
    let mut stdin = running.stdin();
    for (caller, parent, state) in [(None, None, None), (Some(CALLER), Some(CALLER), Some("vendor=1")), (Some("nonsense"), None, None)] {
        writeln!(stdin, "{}", look(caller)).unwrap();
        let answer = running.stdout().wait_for("\"result\"");
        let told = told(&serde_json::from_str(&answer).unwrap());
        assert_eq!((told["traceparent"].as_str(), told["tracestate"].as_str()), (parent, state), "a caller at {caller:?}: {told}");
    }
}

#[test]
fn a_run_that_a_client_calls_is_beneath_the_clients_span() {
    let Some(collector) = Collector::start() else { return };
    let world = World::new();
    world.graph(&calling("look", "meta", "{}"));
    let mut command = world.command(&["serve", "graph.yaml", "--http", "127.0.0.1:0", "--no-token"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()).env("OTEL_BSP_SCHEDULE_DELAY", "20");
    let mut running = Running::start(&mut command);
    let line = running.stderr().wait_for("MCP endpoint");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches("/mcp").to_owned();
    let by_header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (header, meta, caller) in
        [(None, Some(CALLER), CALLER), (Some(by_header), None, by_header), (Some(by_header), Some(CALLER), CALLER)]
    {
        let told = told(&post(&address, header, &look(meta)));
        let mut parts = caller.split('-').skip(1);
        let (trace, parent) = (parts.next().unwrap(), parts.next().unwrap());
        let context = told["traceparent"].as_str().unwrap_or_else(|| panic!("the server is told: {told}")).to_owned();
        let call = context.split('-').nth(2).unwrap().to_owned();
        let log = collector.wait_for("the call and its run", |log| {
            let spans = spans(log);
            let call = spans.iter().find(|span| span.id == call);
            call.is_some_and(|call| spans.iter().any(|span| span.id == call.parent))
        });
        let spans = spans(&log);
        let call = spans.iter().find(|span| span.id == call).unwrap();
        let run = spans.iter().find(|span| span.id == call.parent).unwrap();
        assert_eq!((run.name.as_str(), run.kind.as_str()), ("tools/call look", "SERVER"), "a run for a client is what serves its call");
        assert_eq!((run.trace.as_str(), run.parent.as_str()), (trace, parent), "it is in the client's trace ({header:?}, {meta:?})");
        assert_eq!((call.trace.as_str(), call.kind.as_str()), (trace, "CLIENT"), "and so is what it calls itself");
    }
}

/// Posts a request to the endpoint, and gives what came back, as JSON or as the first event of a stream.
fn post(address: &str, traceparent: Option<&str>, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let header = traceparent.map(|context| format!("traceparent: {context}\r\n")).unwrap_or_default();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: look\r\n{header}\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let of_event = |line: &str| line.trim().strip_prefix("data:").unwrap_or(line).trim().to_owned();
    let found = answer.lines().map(of_event).find(|line| line.starts_with('{') && line.contains("jsonrpc"));
    serde_json::from_str(&found.unwrap_or_else(|| panic!("an answer: {answer}"))).unwrap()
}

#[test]
fn a_run_that_another_process_goes_on_with_stays_in_its_trace() {
    let Some(collector) = Collector::start() else { return };
    let world = World::new();
    world.graph(
        "- name: ask\n  description: Asks\n  inputSchema: {type: object}\n  nodes:\n  - {id: entry, type: entry, next: say}\n  \
         - {id: say, type: mcp, server: kit, tool: echo, args: {text: a}, next: ask}\n  \
         - {id: ask, type: approval, message: Shall it be?, next: exit}\n  - {id: exit, type: exit}\n",
    );
    let mut command = world.command(&["run", "graph.yaml", "--otlp", &collector.url()]);
    let running = Running::start(command.env("OTEL_BSP_SCHEDULE_DELAY", "20"));
    let before = spans(&collector.wait_for("the steps before the question", |log| log.contains("tools/call echo")));
    let before = named(&before, "tools/call echo").clone();
    let run = asked(&world, 1)[0]["run"].to_string();
    // It is killed.
    drop(running);
    world.run(&["approvals", "approve", &run]).expect(0);
    world.run(&["runs", "resume", &run, "--otlp", &collector.url()]).expect(0).says("is done");
    let after = spans(&collector.wait_for("the run", |log| log.contains("invoke_workflow ask")));
    let root = named(&after, "invoke_workflow ask");
    assert_eq!((&before.trace, &before.parent), (&root.trace, &root.id), "what the first process told is beneath the run");
    let ask = named(&after, "approval ask");
    assert_eq!(ask.parent, root.id, "and so is what the second did");
    assert!(root.start <= before.start && ask.start >= before.start, "with the times at which it happened: {after:?}");
    assert_eq!(after.iter().filter(|span| span.name == "invoke_workflow ask").count(), 1, "the run is told once, at its end");
}

#[test]
fn a_receiver_that_is_away_is_told_of_once_and_costs_the_run_nothing() {
    let world = World::new();
    world.graph(&calling("t", "echo", "{text: a}"));
    let done = world.run(&["run", "graph.yaml", "--otlp", "http://127.0.0.1:9"]).expect(0);
    assert_eq!(done.json(), json!("a"), "the run is as it would be");
    let said = done.stderr.matches("cannot be told to http://127.0.0.1:9").count();
    assert_eq!(said, 1, "once, for all that is sent there: {}", done.stderr);
    world.run(&["run", "graph.yaml", "--otlp", "127.0.0.1:9"]).expect(2).says("is no address that traces can be sent to");
    let grpc = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
    world.run_with(&["run", "graph.yaml"], &grpc, "").expect(0).says("is not a form in which Patchbay sends");
}
