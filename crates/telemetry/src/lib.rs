//! What happens in runs and at servers, told to tracing systems: spans and metrics by OpenTelemetry's conventions, sent over OTLP. It
//! listens and never decides; a run that is told of goes as it would go otherwise.
//!
//! [`Options::read`] finds out whether anything is to be sent. [`Telemetry`] is a cheap handle that touches neither threads nor
//! sockets until the first run begins or the first server is started. [`Telemetry::follow`] gives the [`Trace`] of a run: it hears
//! what is told of the run, and says where in the trace each step stands, so that servers can go on with it.
//!
//! Names are here, values are not: of a tool its name, of a failure its kind and its text, never an argument and never a result.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod context;
mod ids;
mod meters;
mod options;
mod pipeline;
mod servers;
mod span;
mod trace;

pub use context::accept;
pub use options::{Error, Options};
pub use pipeline::Telemetry;
pub use servers::Watched;
pub use trace::{Followed, Trace, Via};
