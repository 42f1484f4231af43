//! Who drives a run: a number that a process takes for its life. It holds a lock under that number, which the system lets go of when
//! the process dies, however it dies; so a run whose owner holds no lock is adrift, and another process may take it over.

use std::fs::{File, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use crate::connection::{Connection, args};
use crate::error::Error;
use crate::place::Place;

/// The owner of runs that nobody has driven here, such as those that were imported.
pub(crate) const NOBODY: i64 = 0;

/// A process as an owner. Its lock goes with it.
pub(crate) struct Owner {
    pub(crate) number: i64,
    file: Option<(PathBuf, File)>,
}

impl Owner {
    /// Becomes an owner. On PostgreSQL the lock is the connection's.
    pub(crate) async fn become_one(at: &mut Connection, place: &Place) -> Result<Self, Error> {
        let number = ((RandomState::new().build_hasher().finish() >> 2) | 1).cast_signed();
        let file = match place {
            Place::Postgres(_) => None,
            Place::File(path) => {
                let path = lock_path(path, number);
                let fail = |source| Error::Disk { doing: "make", path: path.clone(), source };
                let file = File::create(&path).map_err(fail)?;
                file.lock().map_err(fail)?;
                Some((path, file))
            }
        };
        let owner = Self { number, file };
        owner.hold(at).await?;
        Ok(owner)
    }

    /// Holds the lock that is a connection's, where it is one.
    pub(crate) async fn hold(&self, at: &mut Connection) -> Result<(), Error> {
        if self.file.is_none() {
            at.rows("SELECT pg_advisory_lock($1)", args![self.number]).await?;
        }
        Ok(())
    }

    /// Lets go of the lock that is a connection's, where it is one.
    pub(crate) async fn let_go(&self, at: &mut Connection) {
        if self.file.is_none()
            && let Err(error) = at.rows("SELECT pg_advisory_unlock($1)", args![self.number]).await
        {
            tracing::debug!(%error, "a lock goes with its connection");
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.file {
            remove(path);
        }
    }
}

/// Whether an owner's process lives.
pub(crate) async fn lives(at: &mut Connection, place: &Place, number: i64) -> Result<bool, Error> {
    if number == NOBODY {
        return Ok(false);
    }
    match place {
        Place::File(path) => Ok(is_locked(&lock_path(path, number))),
        Place::Postgres(_) => {
            let is_free =
                at.number("SELECT CASE WHEN pg_try_advisory_lock_shared($1) THEN 1::BIGINT ELSE 0 END", args![number]).await? == 1;
            if is_free {
                at.rows("SELECT pg_advisory_unlock_shared($1)", args![number]).await?;
            }
            Ok(!is_free)
        }
    }
}

/// Whether any owner of a file's runs lives. Locks that dead ones have left are removed.
pub(crate) fn any_lives(path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else { return false };
    let prefix = format!("{name}-owner-");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let locks = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)).map(|entry| entry.path());
    let mut found = false;
    for lock in locks {
        if is_locked(&lock) {
            found = true;
        } else {
            remove(&lock);
        }
    }
    found
}

fn lock_path(path: &Path, number: i64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-owner-{number:016x}"));
    name.into()
}

fn is_locked(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::debug!(%error, path = %path.display(), "a lock could not be removed; the next that looks will");
    }
}
