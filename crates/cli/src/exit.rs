//! How the program ends, as the number that its caller sees.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked was done.
    Done,
    /// The run failed, or what was asked could not be done.
    Failed,
    /// The command line or a file is wrong.
    BadUse,
    /// A signal ended it: 2 for Ctrl-C.
    Signal(u8),
}

impl Exit {
    /// Ended by Ctrl-C.
    pub(crate) const INTERRUPTED: Self = Exit::Signal(2);

    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::BadUse => 2,
            // The shells' own convention.
            Exit::Signal(signal) => 128u8.saturating_add(signal),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
