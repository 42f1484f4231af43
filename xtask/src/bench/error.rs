//! Why a bench could not be run. A peer that cannot be had is no error: it is skipped, and said so.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not {doing} `{path}`: {source}")]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Npm(#[from] crate::npm::Error),
    #[error("there is no Node.js {wanted} or later on the path, and npm carries none for this platform; install it")]
    NoNode { wanted: &'static str },
    #[error("there is no Chromium on the path; `cargo xtask doctor --install` gets it")]
    NoChromium,
    #[error("could not start {who}: {source}")]
    Start { who: String, source: std::io::Error },
    #[error("{who} could not be asked: {source}")]
    Stream { who: String, source: std::io::Error },
    #[error("{who} ended, or was ended for being silent too long, before it answered; type its command to see why:\n  {command}")]
    Ended { who: String, command: String },
    #[error("{who} answered what it must not: expected `{expected}`, got `{got}`")]
    Answer { who: String, expected: String, got: String },
    #[error("{who} answered nothing within {seconds} s of its start; type its command to see why:\n  {command}")]
    Silent { who: String, seconds: u64, command: String },
}

impl Error {
    /// For `map_err`: the file that could not be read, written, copied.
    pub(super) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
