//! `patchbay mcp files DIR`: a small MCP server of our own, so that a first graph needs nothing else.

use crate::args::Mcp;
use crate::error::Error;
use crate::exit::Exit;
use crate::setup;

pub(super) fn run(server: Mcp) -> Result<Exit, Error> {
    let Mcp::Files { dir } = server;
    setup::block_on(async |stop| {
        // It has nothing to clean up, so it may be left in the midst of anything.
        tokio::select! {
            served = app::serve_files(&dir) => served?,
            () = stop.asked() => {}
        }
        Ok(stop.exit())
    })
}
