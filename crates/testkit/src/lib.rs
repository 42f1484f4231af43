//! What tests share: a real small MCP server, and the way to real ones from npm. No product code depends on it.

pub mod npm;
pub mod server;

mod build;

pub use build::{example_path, program_path, server_path};
pub use npm::npm;
