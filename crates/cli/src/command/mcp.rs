//! `patchbay mcp files DIR`: a small MCP server of our own, so that a first graph needs nothing else.

use crate::args::Mcp;
use crate::error::Error;
use crate::exit::Exit;
use crate::setup;

pub(super) fn run(server: Mcp) -> Result<Exit, Error> {
    let Mcp::Files { dir } = server;
    // It has nothing to clean up, so a signal may end it at once.
    setup::block_on(async { Ok(app::serve_files(&dir).await?) })?;
    Ok(Exit::Done)
}
