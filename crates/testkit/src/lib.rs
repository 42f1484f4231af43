//! What tests share: a real small MCP server, a fake clock, graph sketches.
