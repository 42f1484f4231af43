//! What is SQLite's own: how a file is opened, copied and checked.

use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::connection::{Connection, args};
use crate::error::Error;

/// How long a writer waits for another process before it says that the file is locked.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one lets another go first who opens the same file.
const PAUSE: Duration = Duration::from_millis(10);

/// Opens a file, which is made where it is not there and may be. What is committed survives a power cut.
pub(crate) async fn open(path: &Path, may_make: bool) -> Result<Connection, Error> {
    let place = path.display().to_string();
    if may_make {
        make_private(path)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(PATIENCE)
        // The log is written back after 16 MiB rather than 4: fewer pauses, and a bounded file.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "16777216")
        .thread_name(|_| "store".to_owned())
        .disable_statement_logging();
    // Two that open a new file at once both want to turn its log on, and SQLite lets none of them wait for the other.
    let given_up = tokio::time::Instant::now() + PATIENCE;
    loop {
        match options.connect().await.map_err(|source| Error::of(&place, source)) {
            Ok(connection) => return Ok(Connection::sqlite(place.into(), connection)),
            Err(Error::Locked { .. }) if tokio::time::Instant::now() < given_up => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

/// Makes an empty file that only this user can read, and its folder.
fn make_private(path: &Path) -> Result<(), Error> {
    if path.exists() {
        return Ok(());
    }
    let fail = |source| Error::Disk { doing: "make", path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(fail)
}

/// Writes all that is committed into a new file, whole even while others write.
pub(crate) async fn copy_into(at: &mut Connection, path: &Path) -> Result<(), Error> {
    let fail = |doing| move |source| Error::Disk { doing, path: path.to_owned(), source };
    if path.exists() {
        std::fs::remove_file(path).map_err(fail("replace"))?;
    }
    make_private(path)?;
    at.run("VACUUM INTO $1", args![path.to_string_lossy().into_owned()]).await?;
    std::fs::File::open(path).and_then(|file| file.sync_all()).map_err(fail("write"))
}

/// What SQLite finds wrong with the file.
pub(crate) async fn faults(at: &mut Connection) -> Result<Vec<String>, Error> {
    let said = at.read("PRAGMA integrity_check(20)", args![], |row| row.text(0)).await?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

#[cfg(test)]
mod tests {
    use crate::Place;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_may_open_a_new_file_at_once() {
        for round in 0..8 {
            let folder = tempfile::tempdir().unwrap();
            let openings = (0..8).map(|_| {
                let place = Place::within(folder.path());
                tokio::spawn(async move { crate::store::open(&place, true).await.map(drop) })
            });
            for opening in openings.collect::<Vec<_>>() {
                let opened = opening.await.unwrap();
                assert!(opened.is_ok(), "each is let in, in round {round}: {opened:?}");
            }
        }
    }
}
