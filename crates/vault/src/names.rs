//! The list of names that this machine's keychain holds for us, in a small file. Never sees a value.
//!
//! Keychains cannot be listed everywhere, and an entry of the keychain's own would ask for a password to show a list, and
//! on Windows holds 2,560 bytes. The file is a convenience, not the truth: a secret is set when the keychain has it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Error, Name, disk};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Written {
    names: BTreeSet<String>,
}

/// The file of names.
#[derive(Debug)]
pub(crate) struct Names {
    path: PathBuf,
}

impl Names {
    pub(crate) fn at(path: &Path) -> Self {
        Names { path: path.to_owned() }
    }

    /// All names, in order. Without a file there are none.
    pub(crate) fn read(&self) -> Result<BTreeSet<Name>, Error> {
        let Some(bytes) = disk::read(&self.path)? else { return Ok(BTreeSet::new()) };
        let remedy = "remove it, and list the secrets again by setting each of them";
        let written: Written =
            serde_json::from_slice(&bytes).map_err(|source| Error::BadFile { path: self.path.clone(), remedy, source })?;
        written.names.into_iter().map(Name::new).collect()
    }

    /// Changes the list under the file's lock, so that two processes lose nothing of each other's.
    pub(crate) fn change(&self, limit: Duration, change: impl FnOnce(&mut BTreeSet<Name>) -> bool) -> Result<(), Error> {
        let _lock = disk::lock(&self.path, limit)?;
        let mut names = self.read()?;
        if !change(&mut names) {
            return Ok(());
        }
        let written = Written { names: names.iter().map(|name| name.as_str().to_owned()).collect() };
        disk::write_json(&self.path, &written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    #[test]
    fn names_written_at_once_by_many_are_all_kept_and_ordered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/names.json");
        std::thread::scope(|scope| {
            for n in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let name = Name::new(format!("N{n}")).unwrap();
                    Names::at(path).change(LIMIT, |names| names.insert(name)).unwrap();
                });
            }
        });
        let names: Vec<String> = Names::at(&path).read().unwrap().iter().map(Name::to_string).collect();
        assert_eq!(names, ["N0", "N1", "N2", "N3", "N4", "N5", "N6", "N7"], "no writer may undo another's");
    }

    #[test]
    fn a_broken_list_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.json");
        std::fs::write(&path, "{\"names\": [").unwrap();
        let error = Names::at(&path).read().unwrap_err();
        assert!(error.to_string().contains("names.json"), "the reader must find the file: {error}");
    }
}
