//! Why something could not be kept or read, each with what would mend it. What a database says is told by its code here and
//! nowhere else.

use std::path::PathBuf;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk is full.
    #[error("there is no room left for `{place}`; free some, or remove old runs with `patchbay store vacuum`")]
    Full {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The disk does not do what it is asked.
    #[error(
        "the disk failed as `{place}` was read or written; see to the disk, and then to what is kept with `patchbay store check`, or name another folder with `--data DIR`"
    )]
    Failing {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file, or its folder, must not be written.
    #[error("`{place}` cannot be written; see to it that you may write the file and its folder, or name another with `--data DIR`")]
    ReadOnly {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file cannot be opened.
    #[error("`{place}` cannot be opened; see to it that its folder is there and yours, or name another with `--data DIR`")]
    CannotOpen {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The file is damaged.
    #[error(
        "`{place}` is damaged; see what is wrong with `patchbay store check`, and go back to a backup with `patchbay store restore FILE`"
    )]
    Damaged {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Somebody else holds the file.
    #[error("`{place}` is held by another program; end that program, or wait until it is done")]
    Locked {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database server does not answer, or does not let us in.
    #[error("the database `{place}` cannot be reached; see to it that it runs, and that the address, the user and the password are right")]
    Unreachable {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Any other refusal of the database.
    #[error("`{place}` could not do what was asked")]
    Database {
        /// The store.
        place: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The store was written by a newer program.
    #[error(
        "`{place}` was written by a newer Patchbay: its form is {found}, and this one ({program}) knows forms up to {known}; use the newer \
         one, or name another folder with `--data DIR`"
    )]
    Newer {
        /// The store.
        place: String,
        /// The store's form.
        found: i64,
        /// The newest form that this program knows.
        known: i64,
        /// This program's version.
        program: &'static str,
    },
    /// A database that holds something else.
    #[error("`{place}` is a database of another program; name another file or folder")]
    NotAStore {
        /// The database.
        place: String,
    },
    /// A file that belongs to the store could not be made, moved or removed.
    #[error("could not {doing} `{}`", .path.display())]
    Disk {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A run's journal has grown by somebody else's hand.
    #[error("another process has gone on with a run that is written to `{place}` here; look at the run there, and end one of the two")]
    Overtaken {
        /// The store.
        place: String,
    },
    /// More was written at once than there are places for.
    #[error("`{place}` had no room for what was written at once; this is a fault of Patchbay, please report it")]
    NoRoom {
        /// The store.
        place: String,
    },
    /// What should be replaced or changed over is in use.
    #[error("`{place}` is in use by another Patchbay; end it first")]
    InUse {
        /// The store.
        place: String,
    },
    /// A place that holds runs already.
    #[error("`{place}` holds runs already; name a place that is empty")]
    NotEmpty {
        /// The store.
        place: String,
    },
    /// There is no store.
    #[error("there are no runs at `{place}`")]
    Missing {
        /// The store.
        place: String,
    },
    /// What was copied is not what there was.
    #[error("what was copied to `{place}` is not what there was: {what}; nothing was removed")]
    Differs {
        /// The store that was copied to.
        place: String,
        /// What differs.
        what: String,
    },
    /// Something that was kept cannot be read.
    #[error("{what} in `{place}` cannot be read; see what is wrong with `patchbay store check`")]
    Unreadable {
        /// The store.
        place: String,
        /// What it is.
        what: String,
        /// Why not.
        source: serde_json::Error,
    },
    /// Something that is named is not there, or not what it was.
    #[error("{what} in `{place}` is missing or damaged; see what is wrong with `patchbay store check`")]
    Gone {
        /// The store.
        place: String,
        /// What it is.
        what: String,
    },
    /// An address that is none.
    #[error("`{place}` is not the address of a database; write `postgres://USER@HOST/NAME`")]
    BadAddress {
        /// The address, without a password.
        place: String,
        /// What is wrong.
        source: sqlx::Error,
    },
    /// A run whose number another one has.
    #[error("another run has the number {run} in `{place}`; start the run again")]
    Taken {
        /// The store.
        place: String,
        /// The number.
        run: u64,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The store was closed, or its writer broke.
    #[error("`{place}` is closed")]
    Closed {
        /// The store.
        place: String,
    },
}

impl Error {
    /// What a database's refusal means.
    pub(crate) fn of(place: &str, source: sqlx::Error) -> Self {
        let place = place.to_owned();
        let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        let is_sqlite = source.as_database_error().is_some_and(|error| error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some());
        if is_sqlite {
            // The lower byte is the primary code; see SQLite's list of result codes.
            return match code.parse::<i64>().unwrap_or_default() & 0xff {
                10 => Error::Failing { place, source },
                13 => Error::Full { place, source },
                3 | 8 | 23 => Error::ReadOnly { place, source },
                14 => Error::CannotOpen { place, source },
                11 | 26 => Error::Damaged { place, source },
                5 | 6 => Error::Locked { place, source },
                _ => Error::Database { place, source },
            };
        }
        match (&source, code.as_str()) {
            // PostgreSQL's classes: 53 lacks room, 58 has a system that fails, 25006 may only read, 28 and 3D do not let us in, 57P does not run, XX is damaged.
            (_, code) if code.starts_with("531") => Error::Full { place, source },
            (_, code) if code.starts_with("58") => Error::Failing { place, source },
            (_, "25006" | "42501") => Error::ReadOnly { place, source },
            (_, code) if ["28", "3D", "57P", "08", "533"].iter().any(|class| code.starts_with(class)) => {
                Error::Unreachable { place, source }
            }
            (_, code) if code.starts_with("XX") => Error::Damaged { place, source },
            (sqlx::Error::Io(_) | sqlx::Error::Tls(_), _) => Error::Unreachable { place, source },
            _ => Error::Database { place, source },
        }
    }
}
