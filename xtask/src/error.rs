//! Why a command of this repository could not be done. Each text names the thing and, where there is one, the remedy.

use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Usage(String),
    #[error("could not {doing} `{path}`: {source}")]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("could not start `{program}`: {source}")]
    Start { program: String, source: std::io::Error },
    #[error("`{command}` ended with {status}")]
    Ended { command: String, status: std::process::ExitStatus },
    #[error("could not read what `cargo metadata` says: {0}")]
    Metadata(String),
    #[error("this machine lacks what cannot be installed from here; {0}")]
    Missing(String),
    #[error(
        "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set\n  on a desktop, type the command in a terminal of that \
         desktop\n  over ssh, connect with `ssh -X`\n  with no screen at all, use `xvfb-run -a cargo xtask run` or `patchbay serve --ui`"
    )]
    NoDisplay,
    #[error("{0} tests failed")]
    Tests(u64),
    #[error("crates know what they must not:\n  {}", .0.join("\n  "))]
    Layering(Vec<String>),
    #[error("could not draw the icons: {0}")]
    Icons(String),
    #[error("could not find out which code a start runs: {0}")]
    Order(String),
    #[error("could not take the pictures: {0}")]
    Pictures(String),
    #[error(transparent)]
    Npm(#[from] crate::npm::Error),
    #[error(transparent)]
    Bench(#[from] crate::bench::Error),
}

impl Error {
    /// 2 for bad use, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if matches!(self, Self::Usage(_)) { ExitCode::from(2) } else { ExitCode::FAILURE }
    }

    /// For `map_err`: the file that could not be read, written, moved.
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
