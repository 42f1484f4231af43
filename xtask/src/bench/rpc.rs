//! A client of an MCP server over its standard streams, the same for us and for the peer: blocking, and with as little of its own
//! cost as there can be. It measures nothing.

use std::{
    io::{BufRead, BufReader, Write},
    process::{ChildStdin, ChildStdout, Command},
};

use serde_json::{Value, json};

use super::{Error, process::Process};

/// The newest version of the protocol that both sides speak.
const PROTOCOL: &str = "2025-06-18";

pub(super) struct Client {
    // First, so that it is closed before the process is waited for.
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub(super) process: Process,
    line: String,
    last_id: u64,
}

impl Client {
    pub(super) fn start(who: &str, command: &mut Command) -> Result<Self, Error> {
        let (process, stdin, stdout) = Process::start(who, command)?;
        Ok(Self { stdin, stdout: BufReader::new(stdout), process, line: String::new(), last_id: 0 })
    }

    /// Greets the server and asks for its tools: what every client does first. Gives how many tools there are.
    pub(super) fn greet(&mut self) -> Result<usize, Error> {
        let about = json!({"name": "patchbay-bench", "version": "1"});
        self.request("initialize", json!({"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": about}))?;
        self.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        let listed = self.request("tools/list", json!({}))?;
        match listed["tools"].as_array().map(Vec::len) {
            Some(count @ 1..) => Ok(count),
            _ => Err(self.process.wrong("a list of tools", listed)),
        }
    }

    /// Calls a tool and holds its structured result to what it must be.
    pub(super) fn call(&mut self, tool: &str, arguments: Value, expected: &Value) -> Result<(), Error> {
        let result = self.request("tools/call", json!({"name": tool, "arguments": arguments}))?;
        self.hold(&result, expected)
    }

    /// Sends so many calls at once and waits for all the answers.
    pub(super) fn call_together(&mut self, tool: &str, arguments: &Value, expected: &Value, count: usize) -> Result<(), Error> {
        for _ in 0..count {
            self.send("tools/call", json!({"name": tool, "arguments": arguments}))?;
        }
        for _ in 0..count {
            let (_, answer) = self.receive()?;
            self.hold(&answer, expected)?;
        }
        Ok(())
    }

    fn hold(&self, result: &Value, expected: &Value) -> Result<(), Error> {
        if result["structuredContent"] == *expected { Ok(()) } else { Err(self.process.wrong(expected, result)) }
    }

    fn request(&mut self, method: &str, params: Value) -> Result<Value, Error> {
        let id = self.send(method, params)?;
        match self.receive()? {
            (of, answer) if of == id => Ok(answer),
            (of, answer) => Err(self.process.wrong(format!("an answer to request {id}"), format!("one to {of}: {answer}"))),
        }
    }

    fn send(&mut self, method: &str, params: Value) -> Result<u64, Error> {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        Ok(id)
    }

    fn write(&mut self, message: &Value) -> Result<(), Error> {
        self.stdin.write_all(format!("{message}\n").as_bytes()).map_err(self.process.stream())
    }

    /// The next answer: its id and its result, or the error as it came, which no caller expects. Notifications are passed over.
    fn receive(&mut self) -> Result<(u64, Value), Error> {
        loop {
            self.line.clear();
            if self.stdout.read_line(&mut self.line).map_err(self.process.stream())? == 0 {
                return Err(self.process.ended());
            }
            let mut message: Value = serde_json::from_str(&self.line).map_err(|_| self.process.wrong("JSON-RPC", &self.line))?;
            if let Some(id) = message["id"].as_u64()
                && message.get("method").is_none()
            {
                return match message.get_mut("result") {
                    Some(result) => Ok((id, result.take())),
                    None => Err(self.process.wrong("a result", message)),
                };
            }
        }
    }
}
