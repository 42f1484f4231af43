//! A client over standard streams, of our endpoint or of mcpgraph 0.1.23. The latter logs each node that it executes on standard
//! error, which is its path.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::patchbay::Place;

/// A server with one graph file, and the connection to it.
pub(crate) struct Client {
    child: Child,
    /// None once it is closed.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    requests: u64,
}

/// What was answered to one call.
pub(crate) struct Answered {
    /// The structured result, or nothing where the call failed.
    pub(crate) result: Option<Value>,
    /// All of the answer, for a message.
    pub(crate) whole: Value,
}

impl Client {
    /// `patchbay serve FILE`.
    pub(crate) fn patchbay(place: &Place, file: &Path) -> Self {
        let mut command = place.patchbay();
        command.arg("serve").arg(file);
        Self::start(&mut command)
    }

    /// `mcpgraph -g FILE`; `None`, said, where npm cannot be had.
    pub(crate) fn mcpgraph(place: &Place, file: &Path) -> Option<Self> {
        let (package, node) = (testkit::npm("mcpgraph")?, testkit::npm::node(20)?);
        let mut command = Command::new(node);
        command.arg(package.join("dist/main.js")).arg("-g").arg(file).current_dir(&place.cwd).env("PATH", place.path());
        Some(Self::start(&mut command))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = child.stderr.take().unwrap();
        // Read at all times, or the server would wait for us.
        let stderr = std::thread::spawn(move || {
            let mut text = Vec::new();
            log.read_to_end(&mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        let (stdin, stdout) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Self { child, stdin, stdout, stderr: Some(stderr), requests: 0 };
        let about = json!({"name": "golden", "version": "1"});
        client.request("initialize", &json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about}));
        client.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    /// The definitions of the tools.
    pub(crate) fn tools(&mut self) -> Value {
        self.request("tools/list", &json!({}))["result"]["tools"].take()
    }

    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Answered {
        let whole = self.request("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = whole["result"].get("structuredContent").filter(|_| whole["result"]["isError"] != true).cloned();
        Answered { result, whole }
    }

    /// Ends mcpgraph, and gives the path of each call.
    pub(crate) fn paths(mut self) -> Vec<Vec<String>> {
        self.end();
        let log = self.stderr.take().unwrap().join().unwrap();
        let calls = log.split("Tool called: ").skip(1);
        let node = |line: &str| Some(line.split_once("Executing node: ")?.1.split_once(" (")?.0.to_owned());
        calls.map(|call| call.lines().filter_map(node).collect()).collect()
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        self.write(&json!({"jsonrpc": "2.0", "id": self.requests, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "the server ended before it answered `{method}`");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == self.requests {
                return message;
            }
        }
    }

    fn write(&mut self, message: &Value) {
        self.stdin.as_mut().unwrap().write_all(format!("{message}\n").as_bytes()).unwrap();
    }

    /// Closes its input, and ends it if it does not end by itself, as mcpgraph does not.
    fn end(&mut self) {
        self.stdin = None;
        let until = Instant::now() + Duration::from_millis(500);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Both fail only where it has ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.end();
    }
}
