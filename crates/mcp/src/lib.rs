//! Sessions with MCP servers, child processes included, and the endpoint that offers tools to others. Knows nothing of graphs.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod endpoint;
mod error;
mod event;
pub mod files;
mod launch;
mod lines;
mod mask;
mod process;
mod server;
mod session;
mod stderr;
mod tool;
mod wire;

pub use error::Error;
pub use event::{About, LogLevel, ServerEvent, State};
pub use launch::{Launch, LaunchError, Launcher, Transport};
pub use mask::{MASK, Masks};
pub use process::Grace;
pub use server::{Backoff, Options, Server};
pub use tool::{CallOptions, CallResult, OnProgress, Progress, Tool};
