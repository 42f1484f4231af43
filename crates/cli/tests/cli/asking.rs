//! What a run asks, asked of the person at the MCP client that began it: real clients of each era, over standard streams, and
//! both eras over HTTP, spoken by hand.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::http::request;
use crate::world::{PATIENCE, Running, World};

const TOKEN: &str = "a-token-of-our-own";

/// A world with a tool that asks for how many minutes a door may be open.
fn world(approvers: &str) -> World {
    let world = World::new();
    world.graph(&format!(
        r#"
- name: open
  description: Opens a door
  inputSchema: {{type: object, properties: {{door: {{type: string}}}}}}
  nodes:
  - {{id: entry, type: entry, next: ask}}
  - {{id: ask, type: approval, message: {{expr: "'Open ' & entry.door & '?'"}}, schema: {{type: object, properties: {{minutes: {{type: integer, multipleOf: 5}}}}, required: [minutes]}}, {approvers} next: exit}}
  - {{id: exit, type: exit}}
"#
    ));
    world
}

/// A real client whose person gives these answers, one after the other.
fn person(world: &World, era: &str, answers: &Value) -> Running {
    let served = world.command(&["serve", "graph.yaml"]);
    let mut command = Command::new(testkit::example_path("mcp", "person"));
    command.args([era, "open", r#"{"door": "the gate"}"#, &answers.to_string()]).arg(served.get_program()).args(served.get_args());
    command.current_dir(world.path(""));
    for (name, value) in served.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Running::start(&mut command)
}

/// The next of what a client prints of this kind.
#[track_caller]
fn next(running: &mut Running, what: &str) -> Value {
    let line = running.stdout().wait_for(&format!("{{\"{what}\":"));
    serde_json::from_str::<Value>(&line).unwrap()[what].take()
}

fn accepts(minutes: i64) -> Value {
    json!({"action": "accept", "content": {"minutes": minutes}})
}

/// The runs that ask somebody.
fn asking(world: &World) -> Vec<Value> {
    world.run(&["approvals", "list", "--output", "json"]).expect(0).json().as_array().unwrap().clone()
}

#[track_caller]
fn assert_one_run(world: &World, state: &str) {
    let runs = world.run(&["runs", "list", "--output", "json"]).expect(0).json();
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["state"]), (1, &json!(state)), "one run, however often it was called: {runs}");
}

#[test]
fn the_person_at_a_client_of_either_era_answers_what_a_run_asks() {
    for era in ["older", "newer"] {
        let world = world("");
        let mut client = person(&world, era, &json!([accepts(7), accepts(10)]));
        let asked = next(&mut client, "asked");
        assert_eq!(asked["message"], "Open the gate?", "what is asked in the {era} era: {asked}");
        let schema = json!({"type": "object", "properties": {"minutes": {"type": "integer"}}, "required": ["minutes"]});
        assert_eq!(asked["requestedSchema"], schema, "as a form in the {era} era");
        let again = next(&mut client, "asked")["message"].to_string();
        assert!(again.contains("Open the gate?") && again.contains("multiple of 5"), "what does not fit is asked again: {again}");
        let result = next(&mut client, "result");
        assert_eq!(result["structuredContent"], json!({"minutes": 10}), "the run has the answer in the {era} era: {result}");
        client.end().expect(0);
        assert_one_run(&world, "done");
        assert_eq!(asking(&world), Vec::<Value>::new(), "answered in one place, gone in all");
    }
}

#[test]
fn a_no_at_the_client_is_a_no_to_the_run() {
    for era in ["older", "newer"] {
        let world = world("");
        let mut client = person(&world, era, &json!([{"action": "decline"}]));
        let result = next(&mut client, "result");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(result["isError"] == true && text.contains("refused by person"), "in the {era} era: {text}");
        client.end().expect(0);
        assert_one_run(&world, "failed");
    }
}

/// Answers elsewhere what the one run asks.
fn approve(world: &World) {
    let given_up = Instant::now() + PATIENCE;
    let asked = loop {
        let asked = asking(world);
        if asked.len() == 1 {
            break asked;
        }
        assert!(Instant::now() < given_up, "one question is open: {asked:?}");
    };
    let id = asked[0]["run"].to_string();
    world.run(&["approvals", "approve", &id, "--by", "ann", "--values", r#"{"minutes": 15}"#]).expect(0).says("has it");
}

#[test]
fn a_question_that_is_answered_elsewhere_is_taken_back_from_the_client() {
    let world = world("");
    let mut client = person(&world, "older", &json!([]));
    next(&mut client, "asked");
    approve(&world);
    assert_eq!(next(&mut client, "gone"), true, "the client is told");
    assert_eq!(next(&mut client, "result")["structuredContent"], json!({"minutes": 15}), "and the call goes on");
    client.end().expect(0);
    assert_one_run(&world, "done");
}

#[test]
fn what_the_client_puts_off_or_may_not_answer_is_answered_elsewhere() {
    for (era, approvers, answers) in [
        ("older", "", json!([{"action": "cancel"}])),
        ("newer", "", json!([{"action": "cancel"}])),
        ("older", "approvers: [ann],", json!([accepts(5)])),
        ("newer", "approvers: [ann],", json!([accepts(5)])),
    ] {
        let world = world(approvers);
        let mut client = person(&world, era, &answers);
        let told = client.stdout().wait_for("patchbay approvals approve");
        assert_eq!(told.contains("by ann"), !approvers.is_empty(), "who may answer is said in the {era} era: {told}");
        approve(&world);
        let result = next(&mut client, "result");
        assert_eq!(result["structuredContent"], json!({"minutes": 15}), "the call goes on in the {era} era: {result}");
        client.end().expect(0);
        assert_one_run(&world, "done");
    }
}

/// The endpoint over HTTP.
fn serve(world: &World) -> (Running, SocketAddr) {
    let args = ["serve", "graph.yaml", "--http", "127.0.0.1:0"];
    let mut running = Running::start(world.command(&args).env("PATCHBAY_TOKEN", TOKEN));
    let line = running.stderr().wait_for("MCP endpoint");
    let address = line.split("http://").nth(1).unwrap().trim_end_matches("/mcp").parse().unwrap();
    (running, address)
}

/// A call of the newer era, and its answer.
fn call(address: SocketAddr, more: &Value) -> Value {
    let mut params = json!({"name": "open", "arguments": {"door": "the gate"}, "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "by-hand", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}}
    }});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
    let headers = [
        ("Authorization", format!("Bearer {TOKEN}")),
        ("Content-Type", "application/json".to_owned()),
        ("Accept", "application/json, text/event-stream".to_owned()),
        ("MCP-Protocol-Version", "2026-07-28".to_owned()),
        ("Mcp-Method", "tools/call".to_owned()),
        ("Mcp-Name", "open".to_owned()),
    ];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = request(address, "POST", "/mcp", &headers, &body);
    let lines = answer.body.lines().map(|line| line.strip_prefix("data:").unwrap_or(line));
    let found = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|message| message["id"] == 1);
    found.unwrap_or_else(|| panic!("no answer: {} {}", answer.head, answer.body))
}

#[test]
fn what_a_client_holds_between_two_calls_outlives_the_process_and_cannot_be_made_up() {
    let world = world("");
    let (running, address) = serve(&world);
    let asked = call(address, &json!({}));
    let (result, state) = (&asked["result"], asked["result"]["requestState"].as_str().unwrap());
    assert_eq!(result["resultType"], "input_required", "the call ends with the question: {asked}");
    let (name, question) = result["inputRequests"].as_object().unwrap().iter().next().unwrap();
    assert_eq!((&question["method"], &question["params"]["message"]), (&json!("elicitation/create"), &json!("Open the gate?")), "{asked}");
    drop(running);

    let (_running, address) = serve(&world);
    let answers = json!({name.as_str(): accepts(20)});
    let (head, tail) = state.split_at(state.len() / 2);
    let forged = format!("{head}{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    let forged = call(address, &json!({"requestState": forged, "inputResponses": answers}));
    assert_eq!(forged["error"]["code"], -32602, "a state that was made up is refused: {forged}");
    let done = call(address, &json!({"requestState": state, "inputResponses": answers}));
    assert_eq!(done["result"]["structuredContent"], json!({"minutes": 20}), "the same run goes on after a kill: {done}");
    let late = call(address, &json!({"requestState": state, "inputResponses": {name.as_str(): accepts(25)}}));
    assert_eq!(late["result"]["structuredContent"], json!({"minutes": 20}), "a late answer changes nothing: {late}");
    assert_one_run(&world, "done");
}

#[test]
fn a_step_that_is_uncertain_after_a_kill_is_decided_at_the_client() {
    let world = World::new();
    world.graph(
        r#"
- name: open
  description: Asks, and then works for long
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: May it?, next: work}
  - {id: work, type: mcp, server: kit, tool: progress, args: {steps: 100000, ms: 20}, next: exit}
  - {id: exit, type: exit}
"#,
    );
    let (running, address) = serve(&world);
    let asked = call(address, &json!({}));
    let state = asked["result"]["requestState"].as_str().unwrap().to_owned();
    let yes = json!({"requestState": state, "inputResponses": {"step-1": {"action": "accept", "content": {}}}});
    let (again, given_up) = (yes.clone(), Instant::now() + PATIENCE);
    // It is killed in the midst of this one.
    let cut_off = std::thread::spawn(move || std::panic::catch_unwind(|| call(address, &again)).is_err());
    let id = world.run(&["runs", "list", "--output", "json"]).expect(0).json()[0]["id"].to_string();
    while world.run(&["runs", "show", &id, "--output", "json"]).expect(0).json()["trace"][2]["state"] != "calling" {
        assert!(Instant::now() < given_up, "it works");
    }
    drop(running);
    assert!(cut_off.join().unwrap(), "the call has no answer");

    let (_running, address) = serve(&world);
    let uncertain = call(address, &yes);
    let question = &uncertain["result"]["inputRequests"]["step-2"]["params"];
    assert!(question["message"].as_str().unwrap().contains("`work`"), "it is asked what is to become of it: {uncertain}");
    let skip = json!({"action": "accept", "content": {"decision": "skip", "output": "{\"done\": true}"}});
    let state = &uncertain["result"]["requestState"];
    let done = call(address, &json!({"requestState": state, "inputResponses": {"step-2": skip}}));
    assert_eq!(done["result"]["structuredContent"], json!({"done": true}), "the run goes on as it was said: {done}");
    assert_one_run(&world, "done");
}

#[test]
fn what_a_called_tool_asks_is_asked_in_each_place_and_its_run_goes_on_after_a_kill() {
    let world = World::new();
    world.graph(
        r#"
- name: open
  description: Has a person decide, and says what they said
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: decide}
  - {id: decide, type: call, tool: decide, args: {}, next: say}
  - {id: say, type: transform, transform: {expr: "{'for': decide.minutes}"}, next: exit}
  - {id: exit, type: exit}
- name: decide
  description: Asks
  inputSchema: {type: object}
  nodes:
  - {id: entry, type: entry, next: ask}
  - {id: ask, type: approval, message: For how long?, schema: {type: object, properties: {minutes: {type: integer}}}, next: exit}
  - {id: exit, type: exit}
"#,
    );
    for is_killed in [false, true] {
        let (mut running, mut address) = serve(&world);
        let asked = call(address, &json!({}));
        let name = asked["result"]["inputRequests"].as_object().unwrap_or_else(|| panic!("{asked}")).keys().next().unwrap().clone();
        assert_eq!(asked["result"]["inputRequests"][&name]["params"]["message"], "For how long?", "the client is asked: {asked}");
        assert_eq!(asking(&world).len(), 1, "and it is in the list of what is asked");
        if is_killed {
            drop(running);
            (running, address) = serve(&world);
        }
        let answers = json!({"requestState": asked["result"]["requestState"], "inputResponses": {name.as_str(): accepts(20)}});
        let done = call(address, &answers);
        assert_eq!(done["result"]["structuredContent"], json!({"for": 20}), "both runs go on, killed in between: {is_killed}: {done}");
        assert_eq!(asking(&world), Vec::<Value>::new(), "nothing is asked any more");
        drop(running);
    }
    let runs = world.run(&["runs", "list", "--output", "json"]).expect(0).json();
    assert_eq!(runs.as_array().unwrap().len(), 2, "the runs beneath are no runs of their own: {runs}");
    let beneath = world.run(&["runs", "list", "--of", &runs[0]["id"].to_string(), "--output", "json"]).expect(0).json();
    assert_eq!((&beneath[0]["tool"], &beneath[0]["state"]), (&json!("decide"), &json!("done")), "they are found by the one above");
    let mut running = Running::start(&mut world.command(&["run", "graph.yaml", "open"]));
    approve(&world);
    running.stdout().wait_for("15");
    running.end().expect(0);
}

/// One stream of HTTP, read message by message.
struct Stream(BufReader<TcpStream>);

impl Stream {
    fn post(address: SocketAddr, session: &str, body: &Value) -> Self {
        let (mut stream, body) = (TcpStream::connect(address).unwrap(), body.to_string());
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\n{session}Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    #[track_caller]
    fn line(&mut self, is_meant: impl Fn(&str) -> bool) -> String {
        let mut line = String::new();
        while !is_meant(&line) {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the stream should not end yet");
        }
        line
    }

    #[track_caller]
    fn message(&mut self) -> Value {
        let line = self.line(|line| line.strip_prefix("data:").is_some_and(|data| data.trim().starts_with('{')));
        serde_json::from_str(line.strip_prefix("data:").unwrap()).unwrap()
    }
}

#[test]
fn an_older_client_over_http_is_asked_on_the_stream_of_its_call() {
    let world = world("");
    let (_running, address) = serve(&world);
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}}, "clientInfo": {"name": "by-hand", "version": "1"}
    }});
    let session = Stream::post(address, "", &hello).line(|line| line.to_ascii_lowercase().starts_with("mcp-session-id:"));
    let session = format!("{}\r\nMCP-Protocol-Version: 2025-11-25\r\n", session.trim());
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    Stream::post(address, &session, &ready).line(|line| line.contains("202"));
    let open = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "open", "arguments": {"door": "it"}}});
    let mut call = Stream::post(address, &session, &open);
    let asked = call.message();
    assert_eq!((&asked["method"], &asked["params"]["message"]), (&json!("elicitation/create"), &json!("Open it?")), "{asked}");
    let answer = json!({"jsonrpc": "2.0", "id": asked["id"], "result": accepts(30)});
    Stream::post(address, &session, &answer).line(|line| line.contains("202"));
    let done = call.message();
    assert_eq!((&done["id"], &done["result"]["structuredContent"]), (&json!(1), &json!({"minutes": 30})), "{done}");
    assert_one_run(&world, "done");
}
