//! Every verb of the product: the only place where the pieces meet. Knows nothing of windows, terminals or sockets.
//!
//! [`App`] is a cheap handle. The shells (the window, the command line, the browser's bridge) call its verbs directly or
//! hand it a command's name and JSON through [`App::dispatch`], and listen to [`App::subscribe`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
mod bus;
mod carry;
mod cases;
mod cassette;
mod check;
mod clock;
mod disk;
mod dispatch;
mod dry;
mod edit;
mod error;
mod examples;
mod exchange;
mod graph_file;
mod history;
mod launch;
mod merge;
mod new;
mod offer;
mod offline;
mod past;
mod pictures;
mod place;
mod reading;
mod recent;
mod runs;
mod secrets;
mod servers;
mod settings;
mod told;
mod tools;
mod versions;
mod view;
mod watch;

pub use app::{App, KeptIn, LINGERS, Options};
pub use cases::{MadeTest, find_tests, run_tests};
pub use cassette::{Replay, Unasked, replay_cassette, write_cassette};
pub use check::{Finding, check_file, check_with_servers};
pub use dry::{Dry, DryRun};
pub use edit::{Change, change_file, edit_help, split_edits, upgrade_file};
pub use error::Error;
pub use exchange::{bundle_file, diff_files, draw_file, merge_files, read_import, write_file, write_import};
pub use format::{Bundle, Conflict, Import, Line, Merge};
pub use graph::Treat;
pub use graph_file::{GraphFile, read_graph};
// The shells serve, and ask for secrets, and know no crate below this one.
pub use mcp::{State as ServerState, endpoint};
pub use nodes::Reply;
pub use offer::Offered;
pub use run::{Run, Step as RunStep};
pub use runner::Said;
pub use runner::{Debug, Departure, Found, Refusal, Request};
pub use runs::{Heard, KeptRun, Recorded, TraceStep, event};
pub use secrets::{AskPassphrase, Secrets, passphrase_of_environment};
pub use servers::ServerReport;
pub use store;
pub use telemetry::Options as TelemetryOptions;
pub use told::{telemetry_at, telemetry_of_environment};
pub use vault;

/// Serves a folder's files, read-only, to an MCP client over the standard streams, until the client goes.
///
/// # Errors
/// Where the folder is not one, or the streams break.
pub async fn serve_files(folder: &std::path::Path) -> Result<(), Error> {
    mcp::files::serve(folder).await.map_err(Error::Files)
}
