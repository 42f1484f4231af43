//! The app and its runtime, as a command on a terminal needs them.

use std::path::Path;

use app::{App, Options};

use crate::error::Error;
use crate::secrets::secrets;

/// Waiting for servers takes no threads, and expressions have their own.
const MOST_WORKERS: usize = 4;

/// Runs a command's work to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(cores.min(MOST_WORKERS)).enable_all().build().map_err(Error::Runtime)?;
    let result = runtime.block_on(work);
    // A read of standard input that nobody will answer must not keep the program.
    runtime.shutdown_background();
    result
}

/// An app with nothing open.
pub(crate) fn app(data: Option<&Path>) -> Result<App, Error> {
    let executable = std::env::current_exe().map_err(Error::Executable)?;
    Ok(App::new(Options { data: data.map(Path::to_owned), executable, secrets: secrets(data), is_native: false }))
}
