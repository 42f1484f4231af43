//! Files written whole or not at all.

use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::Error;

/// Reads a text file.
///
/// # Errors
/// Where it cannot be read, or is not UTF-8.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Reads a text file that may not be there.
///
/// # Errors
/// As [`read`], a file that is not there aside.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    match read(path) {
        Err(Error::Read { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Writes a file by way of a temporary one beside it, so that a crash leaves the old or the new content.
///
/// # Errors
/// Where it cannot be written; the old content is still there then.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    replace(path, text, &anyone())
}

/// As [`write`], but a new file can be read by its owner only.
///
/// # Errors
/// As [`write`].
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    replace(path, text, &tempfile::Builder::new())
}

/// Makes a new file, whole. One that is there is refused.
///
/// # Errors
/// Where there is one, or it cannot be written.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Error> {
    create_bytes(path, text.as_bytes())
}

/// As [`create`], of any content.
///
/// # Errors
/// As [`create`].
pub(crate) fn create_bytes(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fail = |source: std::io::Error| match source.kind() {
        ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::Create { path: path.to_owned(), source },
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = anyone().tempfile_in(folder).map_err(fail)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    file.persist_noclobber(path).map_err(|error| fail(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Removes a file, if it is there.
///
/// # Errors
/// Where it cannot be removed.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::Write { path: path.to_owned(), source }),
        _ => Ok(()),
    }
}

/// Makes a folder that only its owner can look into.
///
/// # Errors
/// The system's.
pub(crate) fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Temporary files that become files as any program makes them.
fn anyone() -> tempfile::Builder<'static, 'static> {
    #[allow(unused_mut, reason = "elsewhere than on Unix there is nothing to set")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

fn replace(path: &Path, text: &str, temporary: &tempfile::Builder<'_, '_>) -> Result<(), Error> {
    let fail = |source| Error::Write { path: path.to_owned(), source };
    // A link stays a link: what it leads to is replaced.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = temporary.tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    if let Ok(old) = std::fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions()).map_err(fail)?;
    }
    file.persist(&target).map_err(|error| fail(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Makes the rename itself last. Where a folder cannot be synced the file is whole all the same.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "could not sync the folder");
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::write(&path, "old").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(&mut std::fs::metadata(&path).unwrap().permissions(), 0o640);
        let before = std::fs::metadata(&path).unwrap().permissions();
        write(&path, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new", "the content is the new one");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions(), before, "who may read it has not changed");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_new_file_never_replaces_one_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        create(&path, "first").unwrap();
        assert!(matches!(create(&path, "second"), Err(Error::Exists(_))), "it is refused");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first", "what is there stays");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let made = folder.path().join("plain");
            std::fs::write(&made, "").unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&path), mode(&made), "others may read it as they may any new file");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("none/a.yaml"), "x").unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
    }
}
