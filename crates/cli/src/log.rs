//! What the program logs of itself: to standard error, warnings unless `PATCHBAY_LOG` says otherwise. Never what a library logs.

use std::io::IsTerminal;

use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::prelude::*;

use crate::error::Error;

/// Who may log. Libraries write whole messages and headers into their logs, before any secret is masked in them.
const OURS: &[&str] =
    &["app", "expr", "format", "graph", "mcp", "nodes", "patchbay", "protocol", "run", "runner", "store", "telemetry", "vault"];

const VARIABLE: &str = "PATCHBAY_LOG";

/// Starts to log.
pub(crate) fn start() -> Result<(), Error> {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.trim().is_empty());
    let filter: Targets = wanted.as_deref().unwrap_or("warn").parse().map_err(Error::BadLog)?;
    let has_colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(has_colours);
    let ours = filter_fn(|metadata| metadata.target().split("::").next().is_some_and(|name| OURS.contains(&name)));
    tracing_subscriber::registry().with(layer.with_filter(filter.and(ours))).init();
    tracing::debug!(version = env!("CARGO_PKG_VERSION"), "patchbay starts");
    Ok(())
}
