//! Every way in which a session with a server fails, in words for the person who has to mend it. Never holds a secret.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::launch::LaunchError;

/// Why a server could not be reached, or a call not be made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// What the start needs could not be had: a missing secret, for one.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// There is no such program.
    #[error("cannot start server `{server}`: command `{command}` was not found; install it or correct `command`")]
    CommandNotFound {
        /// The server.
        server: String,
        /// The program as it was named.
        command: String,
    },
    /// There is no such folder.
    #[error("cannot start server `{server}`: its folder `{cwd}` does not exist; create it or correct `cwd`")]
    NoFolder {
        /// The server.
        server: String,
        /// The folder as it was named.
        cwd: String,
    },
    /// The operating system would not start the program.
    #[error("cannot start server `{server}`: command `{command}` cannot be run: {source}")]
    Spawn {
        /// The server.
        server: String,
        /// The program as it was named.
        command: String,
        /// The operating system's reason.
        source: Arc<io::Error>,
    },
    /// The address or a header is not one.
    #[error("cannot reach server `{server}`: {what}; correct it in the server's entry")]
    BadAddress {
        /// The server.
        server: String,
        /// What is wrong with which value.
        what: String,
    },
    /// It started, and ended before it was ready.
    #[error("server `{server}` ended before it was ready ({status}): command `{command}`{}", tail(stderr))]
    EndedEarly {
        /// The server.
        server: String,
        /// The program.
        command: String,
        /// Its exit status.
        status: String,
        /// The last lines that it wrote to standard error.
        stderr: Vec<String>,
    },
    /// It was not ready in time.
    #[error("server `{server}` was not ready within {}: `{target}` is slow to start, or not an MCP server{}", seconds(*after), tail(stderr))]
    StartTimedOut {
        /// The server.
        server: String,
        /// The program or the address.
        target: String,
        /// The limit.
        after: Duration,
        /// The last lines that it wrote to standard error.
        stderr: Vec<String>,
    },
    /// It answers, but not as a server that we can talk to.
    #[error("server `{server}` at `{target}` did not greet as an MCP server: {cause}{}", tail(stderr))]
    Handshake {
        /// The server.
        server: String,
        /// The program or the address.
        target: String,
        /// What it did instead.
        cause: String,
        /// The last lines that it wrote to standard error.
        stderr: Vec<String>,
    },
    /// Nothing answers at its address, or the connection broke.
    #[error("server `{server}` cannot be reached at `{target}`: {cause}; check that it runs and that the address is right")]
    Unreachable {
        /// The server.
        server: String,
        /// The address.
        target: String,
        /// What the network said.
        cause: String,
    },
    /// It wants to know who we are.
    #[error("server `{server}` at `{target}` refused the request ({cause}); check the credentials in its `headers`")]
    Unauthorized {
        /// The server.
        server: String,
        /// The address.
        target: String,
        /// What it answered.
        cause: String,
    },
    /// It died while the call was under way.
    #[error("server `{server}` died during `{doing}` ({status}); it is started again for the next call{}", tail(stderr.as_slice()))]
    Died {
        /// The server.
        server: String,
        /// The tool that was called, or the request that was made.
        doing: String,
        /// Its exit status.
        status: String,
        /// The last line that it wrote to standard error.
        stderr: Vec<String>,
    },
    /// It answered with a JSON-RPC error.
    #[error("server `{server}` refused `{doing}`: {message} (code {code})")]
    Refused {
        /// The server.
        server: String,
        /// The tool that was called, or the request that was made.
        doing: String,
        /// The JSON-RPC code.
        code: i32,
        /// Its message.
        message: String,
        /// What it sent with it.
        data: Option<Box<Value>>,
    },
    /// It answered something that cannot be read as an answer.
    #[error("server `{server}` gave an answer to `{doing}` that cannot be read: {what}")]
    BadAnswer {
        /// The server.
        server: String,
        /// The tool that was called, or the request that was made.
        doing: String,
        /// What is wrong with it.
        what: String,
    },
    /// The call asks a person for something, which is not offered here.
    #[error("tool `{tool}` of server `{server}` asks for further input, which cannot be given here")]
    InputRequired {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// The time was up.
    #[error("`{doing}` of server `{server}` took longer than {}; raise the time limit if that is to be expected", seconds(*after))]
    TimedOut {
        /// The server.
        server: String,
        /// The tool that was called, or the request that was made.
        doing: String,
        /// The limit.
        after: Duration,
    },
    /// Whoever made the call took it back.
    #[error("`{doing}` of server `{server}` was cancelled")]
    Cancelled {
        /// The server.
        server: String,
        /// The tool that was called, or the request that was made.
        doing: String,
    },
    /// The server was stopped while it was needed.
    #[error("server `{server}` was stopped")]
    Stopped {
        /// The server.
        server: String,
    },
}

fn seconds(limit: Duration) -> String {
    if limit < Duration::from_secs(1) { format!("{} ms", limit.as_millis()) } else { format!("{} s", limit.as_secs_f64()) }
}

fn tail(lines: &[String]) -> String {
    match lines {
        [] => String::new(),
        [line] => format!("; its last words: {line}"),
        lines => format!("; its last words:\n  {}", lines.join("\n  ")),
    }
}
