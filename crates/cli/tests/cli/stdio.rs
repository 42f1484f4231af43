//! `serve` over standard streams, spoken to by hand.

use std::io::Write;
use std::process::ChildStdin;

use serde_json::{Value, json};

use crate::world::{Running, World, calling};

/// A client of the era with `initialize`.
struct Client {
    running: Running,
    stdin: ChildStdin,
    /// What came while an answer was waited for.
    notifications: Vec<Value>,
}

impl Client {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut running = Running::start(&mut world.command(args));
        let stdin = running.stdin();
        let mut client = Self { running, stdin, notifications: Vec::new() };
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "by-hand", "version": "1"}});
        let answer = client.ask("initialize", params);
        assert_eq!(answer["protocolVersion"], "2025-11-25", "{answer}");
        assert_eq!(answer["capabilities"]["tools"]["listChanged"], true, "{answer}");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").unwrap();
        self.stdin.flush().unwrap();
    }

    #[track_caller]
    fn read(&mut self) -> Value {
        let line = self.running.stdout().wait_for("");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("only the protocol is on standard output ({error}): {line}"))
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({"jsonrpc": "2.0", "id": method, "method": method, "params": params}));
        loop {
            let mut message = self.read();
            if message["id"] == method {
                return message["result"].take();
            }
            self.notifications.push(message);
        }
    }

    #[track_caller]
    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": 7}}))
    }
}

#[test]
fn a_client_sees_the_tools_calls_them_and_hears_of_each_node() {
    let world = World::new();
    world.graph(&format!("{}{}", calling("sum", "add", "{a: 1, b: {expr: entry.b}}"), calling("bad", "fail", "{message: it broke}")));
    let mut client = Client::start(&world, &["serve", "graph.yaml"]);
    let tools = client.ask("tools/list", json!({}));
    let names: Vec<_> = tools["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(names, ["sum", "bad"], "the tools in the file's order");

    let answer = client.call("sum", json!({"b": 2}));
    assert_eq!((&answer["structuredContent"], &answer["isError"]), (&json!({"sum": 3.0}), &json!(false)), "{answer}");
    let steps: Vec<_> = client.notifications.iter().map(|step| step["params"]["message"].clone()).collect();
    assert_eq!(steps, ["`entry` has ended", "`call` has ended", "`exit` has ended"], "progress comes before the result");
    assert!(client.notifications.iter().all(|step| step["params"]["progressToken"] == 7), "{:?}", client.notifications);

    let answer = client.call("bad", json!({}));
    let text = answer["content"][0]["text"].as_str().unwrap();
    assert!(answer["isError"] == true && text.contains("`call`") && text.contains("it broke"), "{answer}");

    drop(client.stdin);
    client.running.end().expect(0);
}

#[test]
fn a_changed_file_changes_the_tools_and_the_client_is_told() {
    let world = World::new();
    world.graph(&calling("one", "echo", "{text: a}"));
    let mut client = Client::start(&world, &["serve", "graph.yaml", "--stdio"]);
    client.ask("tools/list", json!({}));
    world.graph(&calling("two", "echo", "{text: b}"));
    let told = client.read();
    assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
    let tools = client.ask("tools/list", json!({}));
    assert_eq!(tools["tools"][0]["name"], "two", "{tools}");
    assert_eq!(client.call("two", json!({}))["content"][0]["text"], "\"b\"", "and it is the new one that runs");
}

#[test]
fn several_files_are_one_endpoint_and_broken_tools_are_told_of() {
    let world = World::new();
    world.graph(&calling("bad", "echo", "{}").replace("next: exit", "next: nowhere"));
    std::fs::rename(world.path("graph.yaml"), world.path("bad.yaml")).unwrap();
    world.graph(&calling("good", "echo", "{text: a}"));
    let mut client = Client::start(&world, &["serve", "graph.yaml", "bad.yaml"]);
    assert_eq!(client.call("good", json!({}))["isError"], false, "the good one runs");
    let answer = client.call("bad", json!({}));
    assert!(answer["isError"] == true && answer.to_string().contains("nowhere"), "the bad one says why: {answer}");
    client.running.stderr().wait_for("warning: `");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_before_anything_is_served() {
    let world = World::new();
    world.run(&["serve", "none.yaml"]).expect(2).says("none.yaml");
    world.run(&["serve"]).expect(2).says("<FILES>...");
    world.run(&["serve", "a.yaml", "--stdio", "--http", "127.0.0.1:0"]).expect(2).says("--http");
}
