//! The real program as a process: every command, every exit code, what goes to which stream, and what is left behind.

#![allow(clippy::unwrap_used)]

mod asking;
mod cases;
mod check;
mod debug;
mod dry;
mod edit;
mod exchange;
mod http;
mod progress;
mod run;
mod runs;
mod secret;
mod servers;
#[cfg(unix)]
mod signal;
mod stdio;
mod tape;
mod telemetry;
#[cfg(target_os = "linux")]
mod terminal;
mod torture;
mod world;
