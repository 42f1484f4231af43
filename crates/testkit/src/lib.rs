//! What tests share: a real small MCP server, the way to real ones from npm, a real PostgreSQL server, and a real receiver of
//! OpenTelemetry. No product code depends on it.

pub mod collector;
pub mod npm;
pub mod postgres;
pub mod server;

mod build;

pub use build::{example_path, program_path, server_path};
pub use collector::Collector;
pub use npm::npm;
pub use postgres::postgres;
