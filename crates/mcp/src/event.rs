//! What a server's life and talk look like from outside: states and events. Knows nothing of how they come about.

use serde::Serialize;
use serde_json::Value;

use crate::tool::Progress;

/// Where a server is in its life.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum State {
    /// Never needed so far.
    Idle,
    /// Being started.
    Starting {
        /// Which try this is since it last worked, from 1.
        attempt: u32,
    },
    /// Ready for calls.
    Ready {
        /// When it became ready, in milliseconds since 1970.
        since_ms: u64,
        /// The child process, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        pid: Option<u32>,
        /// What it told of itself.
        about: About,
    },
    /// It died, and is started again when the time has come.
    Backoff {
        /// Which try comes next, from 1.
        attempt: u32,
        /// When that is, in milliseconds since 1970.
        until_ms: u64,
        /// Why it died.
        error: String,
    },
    /// It could not be started. The next call tries again.
    Failed {
        /// Why, and what would help.
        error: String,
    },
    /// Being ended.
    Stopping,
    /// Ended on request. The next call starts it.
    Stopped,
}

/// What a server told of itself when it was greeted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The protocol's version in use, such as `2025-11-25`.
    pub protocol_version: String,
    /// The server's name, where it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its title for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its own version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How it wants to be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// How grave a log message is, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Of use when looking for a fault.
    Debug,
    /// The usual course of things.
    Info,
    /// Usual, and worth a look.
    Notice,
    /// Something may be wrong.
    Warning,
    /// Something is wrong.
    Error,
    /// A part failed.
    Critical,
    /// Somebody has to act at once.
    Alert,
    /// Nothing works.
    Emergency,
}

/// Something that happened at a server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum ServerEvent {
    /// Its life went on.
    StateChanged(State),
    /// It sent a log message.
    Log {
        /// `debug`, `info`, `notice`, `warning`, `error`, `critical`, `alert` or `emergency`.
        level: String,
        /// The part of the server that speaks.
        #[serde(skip_serializing_if = "Option::is_none")]
        logger: Option<String>,
        /// The message, any JSON.
        data: Value,
    },
    /// It wrote a line to its standard error.
    Stderr {
        /// The line, cut where it was too long.
        line: String,
    },
    /// It wrote a line to its standard output that is not of the protocol.
    Noise {
        /// The line, cut where it was too long.
        line: String,
    },
    /// Its tools are not those they were.
    ToolsChanged,
    /// A call that was made here came a step further.
    Progress {
        /// The tool that was called.
        tool: String,
        /// The step.
        #[serde(flatten)]
        progress: Progress,
    },
}
