//! Node-RED under measurement: the flow in `xtask/bench/node-red` with the same switch and the same loop, over HTTP. Every call
//! posts JSON and waits for the answer.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{ChildStdin, ChildStdout, Command},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Error, http::Connection, peers::Peer, process::Process};

/// Node ends a connection on which nothing is asked for five seconds.
const LONGEST_IDLE: Duration = Duration::from_secs(2);
/// Far longer than it takes to start.
const LONGEST_START: Duration = Duration::from_secs(60);

pub(super) struct NodeRed {
    address: SocketAddr,
    connection: Connection,
    last_call: Instant,
    // Held open so that Node-RED never finds its input closed or its output refused.
    _stdin: ChildStdin,
    _stdout: ChildStdout,
    pub(super) process: Process,
}

impl NodeRed {
    /// Starts it and waits until the flow answers.
    ///
    /// `folder` is its own for as long as it lives; `flow` holds the flow and the settings.
    pub(super) fn start(peer: &Peer, flow: &Path, folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
        for file in ["flows.json", "settings.js"] {
            fs::copy(flow.join(file), folder.join(file)).map_err(Error::file("copy", flow.join(file)))?;
        }
        let address = free_address().map_err(Error::file("find a free port on", "127.0.0.1"))?;
        let mut command = Command::new(&peer.node.program);
        command.arg(peer.package.join("red.js")).arg("--userDir").arg(folder);
        command.arg("--settings").arg(folder.join("settings.js")).args(["-p", &address.port().to_string()]);
        let (process, stdin, stdout) = Process::start("Node-RED", &mut command)?;
        let connection = wait_for_answer(&process, address)?;
        Ok(Self { address, connection, last_call: Instant::now(), _stdin: stdin, _stdout: stdout, process })
    }

    pub(super) fn call(&mut self, path: &str, body: &Value, expected: &Value) -> Result<(), Error> {
        if self.last_call.elapsed() > LONGEST_IDLE {
            self.connection = Connection::open(self.address).map_err(self.process.stream())?;
        }
        let (status, answer) = self.connection.post(path, &body.to_string()).map_err(self.process.stream())?;
        self.last_call = Instant::now();
        let answered = serde_json::from_str::<Value>(&answer).ok();
        if status == 200 && answered.as_ref() == Some(expected) { Ok(()) } else { Err(self.process.wrong(expected, answer)) }
    }
}

/// Before its flow is up it refuses connections, or knows no such page.
fn wait_for_answer(process: &Process, address: SocketAddr) -> Result<Connection, Error> {
    let until = Instant::now() + LONGEST_START;
    while Instant::now() < until {
        if process.has_ended() {
            return Err(process.ended());
        }
        if let Ok(mut connection) = Connection::open(address)
            && connection.post("/call", &json!({"value": 0}).to_string()).is_ok_and(|(status, _)| status == 200)
        {
            return Ok(connection);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err(Error::Silent { who: process.who.clone(), seconds: LONGEST_START.as_secs(), command: process.command.clone() })
}

/// Node-RED cannot be told to choose a port and say which, so one is chosen that was free a moment ago.
fn free_address() -> Result<SocketAddr, std::io::Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
