//! The app and its runtime, as a command on a terminal needs them.

use std::path::Path;
use std::time::Duration;

use app::store::Place;
use app::{App, KeptIn, Options, TelemetryOptions};

use crate::args::Otlp;
use crate::error::Error;
use crate::exit::Exit;
use crate::secrets::secrets;
use crate::stop::Stop;
use crate::{out, prompt};

/// Waiting for servers takes no threads, and expressions have their own.
const MOST_WORKERS: usize = 4;

/// How long tasks may take to let go of what they have, such as child processes.
const LETTING_GO: Duration = Duration::from_millis(500);

/// Runs a command's work to its end. Where the person insists that the program ends, it ends here, and takes its child
/// processes with it.
pub(crate) fn block_on<T>(work: impl AsyncFnOnce(Stop) -> Result<T, Error>) -> Result<T, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(cores.min(MOST_WORKERS)).enable_all().build().map_err(Error::Runtime)?;
    let done = runtime.block_on(async {
        let stop = Stop::listen()?;
        tokio::select! {
            done = work(stop.clone()) => done.map(Some),
            () = stop.insisted() => Ok(None),
        }
    });
    let Some(done) = done.transpose() else {
        runtime.shutdown_timeout(LETTING_GO);
        prompt::restore();
        std::process::exit(Exit::INTERRUPTED.code().into());
    };
    // A read of standard input that nobody will answer must not keep the program.
    runtime.shutdown_background();
    done
}

/// An app with nothing open, that carries out no runs.
pub(crate) fn app(data: Option<&Path>) -> Result<App, Error> {
    app_told(data, true, None, None)
}

/// An app with nothing open that carries out runs: it may keep them in memory only, and tells tracing systems of them where the flag or
/// the environment names one. Why they cannot be kept is said as soon as that is known.
pub(crate) fn app_that(data: Option<&Path>, keeps_runs: bool, told: &Otlp) -> Result<App, Error> {
    app_that_parks(data, keeps_runs, told, None)
}

/// The same, where runs that only wait for so long leave memory: for a command that outlasts its runs.
pub(crate) fn app_that_parks(data: Option<&Path>, keeps_runs: bool, told: &Otlp, parks: Option<Duration>) -> Result<App, Error> {
    let telemetry = match &told.otlp {
        Some(address) => app::telemetry_at(address)?,
        None => app::telemetry_of_environment(),
    };
    app_told(data, keeps_runs, telemetry, parks)
}

fn app_told(data: Option<&Path>, keeps_runs: bool, telemetry: Option<TelemetryOptions>, parks: Option<Duration>) -> Result<App, Error> {
    let executable = std::env::current_exe().map_err(Error::Executable)?;
    let runs = match address(data).map(Place::parse).transpose().map_err(app::Error::from)? {
        _ if !keeps_runs => KeptIn::Memory,
        Some(place) => KeptIn::Database(place),
        None => KeptIn::Data,
    };
    let folder = folder(data).map(Path::to_owned);
    let app = App::new(Options { data: folder, runs, executable, secrets: secrets(data), is_native: false, parks, telemetry });
    if let Some(mut trouble) = app.runs_trouble() {
        tokio::spawn(async move {
            while trouble.changed().await.is_ok() {
                let error = trouble.borrow_and_update().clone();
                if let Some(error) = error {
                    let error = Error::from(app::Error::NotKept { source: error });
                    out::say_warning(&error.in_full());
                }
            }
        });
    }
    Ok(app)
}

/// The folder that `--data` names; none where it names a database.
pub(crate) fn folder(data: Option<&Path>) -> Option<&Path> {
    data.filter(|_| address(data).is_none())
}

/// The address of a database that `--data` names.
fn address(data: Option<&Path>) -> Option<&str> {
    data?.to_str().filter(|text| Place::is_address(text))
}
