//! What tracing systems are told, as the command line and the environment ask for it.

use telemetry::Options;

use crate::error::Error;

/// What is told where the command line names the address of a receiver; the environment's variables say the rest.
///
/// # Errors
/// Where it is no address.
pub fn telemetry_at(address: &str) -> Result<Option<Options>, Error> {
    Ok(Options::read(Some(address), &variable)?)
}

/// What is told where only the variables of the standard ask for it. That they ask for what cannot be done is said in the log, and
/// nothing is told then: they are often set for all programs at once.
#[must_use]
pub fn telemetry_of_environment() -> Option<Options> {
    Options::read(None, &variable).unwrap_or_else(|error| {
        tracing::warn!("nothing is told of runs: {error}");
        None
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
