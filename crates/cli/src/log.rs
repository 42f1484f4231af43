//! What the program logs of itself: to standard error, warnings unless `PATCHBAY_LOG` says otherwise.

use std::io::IsTerminal;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::error::Error;

const VARIABLE: &str = "PATCHBAY_LOG";

/// Starts to log.
pub(crate) fn start() -> Result<(), Error> {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.trim().is_empty());
    let filter: Targets = wanted.as_deref().unwrap_or("warn").parse().map_err(Error::BadLog)?;
    let has_colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(has_colours);
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    Ok(())
}
