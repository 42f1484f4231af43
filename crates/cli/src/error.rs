//! Why a command could not be done, and with which number the program then ends.

use std::error::Error as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::exit::Exit;

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A verb of the product failed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The secrets could not be had or kept.
    #[error(transparent)]
    Vault(#[from] app::vault::Error),
    /// The arguments of a run cannot be read.
    #[error(transparent)]
    Arguments(#[from] crate::command::run::ArgumentError),
    /// A breakpoint cannot be read.
    #[error("`--break {text}`: {reason}")]
    BadBreakpoint {
        /// What was typed.
        text: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// The file has no tools.
    #[error("`{}` has no tools; add one with `patchbay edit FILE add-tool JSON`", .0.display())]
    NoTools(PathBuf),
    /// The file has several tools, and none was named.
    #[error("`{}` has several tools; name one of: {}", .path.display(), .tools.join(", "))]
    WhichTool {
        /// The file.
        path: PathBuf,
        /// Its tools.
        tools: Vec<String>,
    },
    /// A run has no such step.
    #[error("run {run} has no step `{step}`; see `patchbay runs show {run}`")]
    NoSuchStep {
        /// The run.
        run: u64,
        /// The step, as it was named.
        step: String,
    },
    /// It is not clear which question of a run is meant.
    #[error("run {run} {}", which(.steps))]
    WhichQuestion {
        /// The run.
        run: u64,
        /// The steps that ask.
        steps: Vec<u32>,
    },
    /// Standard input could not be read.
    #[error("could not read standard input")]
    Input(#[source] std::io::Error),
    /// Standard output could not be written.
    #[error("could not write to standard output")]
    Output(#[source] std::io::Error),
    /// A file could not be read.
    #[error("could not read `{}`", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("could not write into `{}`", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The runtime could not be started.
    #[error("could not start the program's threads")]
    Runtime(#[source] std::io::Error),
    /// Signals cannot be listened for.
    #[error("could not listen for Ctrl-C")]
    Signals(#[source] std::io::Error),
    /// The program does not know where it lies.
    #[error("could not find the path of this program")]
    Executable(#[source] std::io::Error),
    /// `PATCHBAY_LOG` cannot be read.
    #[error("`PATCHBAY_LOG` cannot be read; write a level such as `debug`, or `mcp=debug,warn`")]
    BadLog(#[source] tracing_subscriber::filter::ParseError),
    /// A token cannot be used.
    #[error("the token {from} {fault}; it has to be at least {least} visible ASCII characters")]
    BadToken {
        /// Where it comes from.
        from: String,
        /// What is wrong with it.
        fault: &'static str,
        /// The shortest one.
        least: usize,
    },
    /// There is no randomness to make a token of.
    #[error("the system gave no random numbers for a token; give one in `PATCHBAY_TOKEN`")]
    NoRandomness(#[source] getrandom::Error),
    /// An address that others can reach was not meant knowingly.
    #[error(
        "{0} can be reached from other machines, and the traffic is not encrypted; add `--allow-remote` if that is meant, or listen \
         at 127.0.0.1"
    )]
    Remote(SocketAddr),
    /// An open door to the whole network.
    #[error("an endpoint that other machines can reach needs a token; leave `--no-token` out")]
    RemoteWithoutToken,
    /// The address cannot be listened at.
    #[error("could not listen at {address}; choose another address, or port 0 for a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The endpoint broke.
    #[error("serving ended before its time")]
    Serve(#[source] app::endpoint::ServeError),
    /// The HTTP server broke.
    #[error("serving ended before its time")]
    ServeHttp(#[source] std::io::Error),
}

impl Error {
    /// The error and its causes in one line.
    pub(crate) fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// With which number the program ends.
    pub(crate) fn exit(&self) -> Exit {
        use app::Error as E;
        let is_bad_use = match self {
            Error::App(E::Vault(error)) => is_bad_secret(error),
            Error::App(error) => matches!(
                error,
                E::Read { .. }
                    | E::Syntax { .. }
                    | E::Servers { .. }
                    | E::Problems { .. }
                    | E::Failure(_)
                    | E::NoTool { .. }
                    | E::NotRunData
                    | E::NoData { .. }
                    | E::NoServer(_)
                    | E::Change { .. }
                    | E::Merge { .. }
                    | E::Import { .. }
                    | E::Export { .. }
                    | E::IsThere(_)
                    | E::Edit(_)
                    | E::BadEdit { .. }
                    | E::Files(_)
                    | E::NoRun(_)
                    | E::NoFork(_)
                    | E::NotARun { .. }
                    | E::NotEnded(_)
                    | E::NoTests { .. }
                    | E::NothingToTest(_)
                    | E::MadeUp(_)
                    | E::NotACassette { .. }
                    | E::Telemetry(_)
                    | E::Store(app::store::Error::BadAddress { .. })
            ),
            Error::Vault(error) => is_bad_secret(error),
            Error::Arguments(_)
            | Error::BadBreakpoint { .. }
            | Error::NoTools(_)
            | Error::WhichTool { .. }
            | Error::NoSuchStep { .. }
            | Error::WhichQuestion { .. }
            | Error::Read { .. }
            | Error::BadLog(_)
            | Error::BadToken { .. }
            | Error::Remote(_)
            | Error::RemoteWithoutToken => true,
            Error::Input(_)
            | Error::Output(_)
            | Error::Write { .. }
            | Error::Runtime(_)
            | Error::Signals(_)
            | Error::Executable(_)
            | Error::NoRandomness(_)
            | Error::Listen { .. }
            | Error::Serve(_)
            | Error::ServeHttp(_) => false,
        };
        if is_bad_use { Exit::BadUse } else { Exit::Failed }
    }
}

/// What a run asks, in words.
fn which(steps: &[u32]) -> String {
    let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
    match steps[..] {
        [] => "asks nobody anything; see `patchbay approvals`".to_owned(),
        _ => format!("asks several things; name one of the steps {}", steps.join(", ")),
    }
}

/// Whether a name or a value cannot be one, whatever keeps it.
fn is_bad_secret(error: &app::vault::Error) -> bool {
    use app::vault::Error as E;
    matches!(error, E::BadName { .. } | E::Empty { .. } | E::Clash { .. } | E::TooLong { .. })
}
