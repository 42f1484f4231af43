//! Sessions with MCP servers, child processes included, and the endpoint that offers tools to others. Knows nothing of graphs.
