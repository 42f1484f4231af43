//! Files written whole and changed by one process at a time. Knows nothing of what is in them.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::Error;

/// How long to wait between two tries to lock a file.
const RETRY: Duration = Duration::from_millis(5);

fn fault(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Disk { doing, path, source }
}

/// The file's bytes, or `None` where there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(fault("read", path)(error)),
    }
}

/// Puts `bytes` in the place of the file, wholly or not at all, readable by this user only (mode 0600 on Unix; on Windows the
/// folder's own rights hold). A link is followed, so that a file kept elsewhere stays there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = make_folder(&path)?;
    let mut temporary = tempfile::NamedTempFile::new_in(&folder).map_err(fault("create a file in", &folder))?;
    temporary.write_all(bytes).map_err(fault("write", &path))?;
    temporary.as_file().sync_all().map_err(fault("write", &path))?;
    temporary.persist(&path).map_err(|error| fault("replace", &path)(error.error))?;
    // The new name is safe from a power cut only when the folder is, too. Windows cannot open a folder as a file.
    if cfg!(unix) {
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(fault("write", &folder))?;
    }
    Ok(())
}

/// [`write_whole`] of `value` as JSON that people can read.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| fault("write", path)(error.into()))?;
    text.push(b'\n');
    write_whole(path, &text)
}

/// Keeps other processes, and other handles of this one, from changing the file while the answer lives.
///
/// The lock is on a file beside it (`NAME.lock`), because the file itself is replaced by each change.
pub(crate) fn lock(path: &Path, limit: Duration) -> Result<File, Error> {
    make_folder(path)?;
    let mut name = OsString::from(path);
    name.push(".lock");
    let beside = PathBuf::from(name);
    let file = File::options().create(true).truncate(false).write(true).open(&beside).map_err(fault("open", &beside))?;
    let deadline = Instant::now() + limit;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(RETRY),
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(fault("lock", &beside)(error)),
        }
    }
}

fn make_folder(path: &Path) -> Result<PathBuf, Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&folder).map_err(fault("create the folder", &folder))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for text in ["first, the longer one", "second"] {
            write_whole(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing of the old text may remain");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file may remain");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_and_a_link_is_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        write_whole(&real, b"old").unwrap();
        symlink(&real, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(link.is_symlink(), "the link must stay a link");
        assert_eq!(fs::read(&real).unwrap(), b"new", "what it names is what changed");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600, "others must not read it");
    }

    #[test]
    fn a_lock_held_elsewhere_is_waited_for_within_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let held = lock(&path, Duration::ZERO).unwrap();
        let error = lock(&path, Duration::from_millis(30)).unwrap_err();
        assert!(matches!(error, Error::Busy { .. }), "the second must give up: {error}");
        drop(held);
        lock(&path, Duration::ZERO).expect("the lock is free again");
    }
}
