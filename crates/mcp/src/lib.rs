//! Sessions with MCP servers, child processes included, and the endpoint that offers tools to others. Knows nothing of graphs.
//!
//! A [`Server`] is a handle on a server that is wanted. It is started when it is first needed, started again when it died, and
//! ended cleanly, with all that it started, on [`Server::shutdown`] or when the last handle is dropped:
//!
//! ```no_run
//! # async fn example() -> Result<(), mcp::Error> {
//! use mcp::{CallOptions, Launch, Options, Server, Transport};
//!
//! let launch = Launch::plain(Transport::stdio("npx", ["-y", "@modelcontextprotocol/server-everything"]));
//! let server = Server::spawn(Options::new("everything"), launch);
//! for tool in server.tools().await?.iter() {
//!     println!("{}", tool.name);
//! }
//! let arguments = serde_json::Map::from_iter([("message".to_owned(), "hello".into())]);
//! let result = server.call("echo", arguments, CallOptions::default()).await?;
//! println!("{}", result.text());
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! The other way round, an [`endpoint::Offer`] is served by [`endpoint::serve_stdio`] or [`endpoint::http_router`]; [`files`] is one.
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
mod traffic;
mod wire;

pub use error::Error;
pub use event::{About, LogLevel, ServerEvent, State};
pub use launch::{Launch, LaunchError, Launcher, Transport};
pub use mask::{MASK, Masks};
pub use process::Grace;
pub use server::{Backoff, Options, Server};
pub use tool::{CallOptions, CallResult, OnProgress, Progress, Tool, TraceContext};
pub use traffic::{Message, Sort, Way};
