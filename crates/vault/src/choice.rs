//! Which backend this user has chosen, and where the vault's files are. Knows nothing of what is in a backend.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::{Deserialize, Serialize};

use crate::{Backend, Error, Options, Secret, Vault, disk};

/// Where the vault's own files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The choice of a backend: `vault.json` in the platform's folder for settings.
    pub choice: PathBuf,
    /// The names of the secrets in the keychain: `secret-names.json` in the platform's folder for data.
    pub names: PathBuf,
    /// The encrypted file, unless another one is chosen: `secrets.vault` in the platform's folder for data.
    pub file: PathBuf,
}

impl Places {
    /// The platform's folders for this user.
    ///
    /// # Errors
    ///
    /// [`Error::NoHome`].
    pub fn of_user() -> Result<Self, Error> {
        let folders = ProjectDirs::from("", "", "patchbay").ok_or(Error::NoHome)?;
        Ok(Places::within(folders.config_dir(), folders.data_local_dir()))
    }

    /// In these folders, for tests and for portable installations.
    pub fn within(settings: &Path, data: &Path) -> Self {
        Places { choice: settings.join("vault.json"), names: data.join("secret-names.json"), file: data.join("secrets.vault") }
    }
}

/// A backend, as a person chooses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "store", rename_all = "lowercase", deny_unknown_fields)]
pub enum Choice {
    /// The operating system's keychain.
    Keychain,
    /// The encrypted file at this path.
    File {
        /// [`Places::file`], unless the person wants it elsewhere.
        path: PathBuf,
    },
}

/// The choice that was made; the keychain where none was.
///
/// # Errors
///
/// [`Error::Disk`] and [`Error::BadFile`]: a choice that cannot be read is never guessed.
pub fn chosen(places: &Places) -> Result<Choice, Error> {
    let Some(bytes) = disk::read(&places.choice)? else { return Ok(Choice::Keychain) };
    let remedy = "choose again with `patchbay secret store keychain` or `patchbay secret store file`";
    serde_json::from_slice(&bytes).map_err(|source| Error::BadFile { path: places.choice.clone(), remedy, source })
}

/// Writes the choice down; a relative path is made absolute, since patchbay will be started in other folders. Secrets in the
/// other backend stay where they are, and are there again when it is chosen again.
///
/// # Errors
///
/// [`Error::Disk`].
pub fn choose(places: &Places, choice: Choice) -> Result<(), Error> {
    let choice = match choice {
        Choice::Keychain => Choice::Keychain,
        Choice::File { path } => {
            let absolute = std::path::absolute(&path);
            Choice::File { path: absolute.map_err(|source| Error::Disk { doing: "find", path, source })? }
        }
    };
    disk::write_json(&places.choice, &choice)
}

/// A vault as chosen. `passphrase` is asked for the path of the encrypted file, and only if that is the choice.
///
/// # Errors
///
/// Those of [`chosen`] and of `passphrase`.
pub fn open_chosen(places: &Places, passphrase: impl FnOnce(&Path) -> Result<Secret, Error>) -> Result<Vault, Error> {
    let backend = match chosen(places)? {
        Choice::Keychain => Backend::Keychain { service: Backend::SERVICE.into(), names: places.names.clone() },
        Choice::File { path } => Backend::File { passphrase: passphrase(&path)?, path },
    };
    Ok(Vault::open(Options::new(backend)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(folder: &Path) -> Places {
        Places::within(&folder.join("settings"), &folder.join("data"))
    }

    #[test]
    fn the_keychain_is_chosen_until_somebody_chooses_otherwise_and_every_choice_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        assert_eq!(chosen(&places).unwrap(), Choice::Keychain, "nothing was chosen yet");
        for choice in [Choice::File { path: places.file.clone() }, Choice::Keychain] {
            choose(&places, choice.clone()).unwrap();
            assert_eq!(chosen(&places).unwrap(), choice, "what was written is what is read");
        }
    }

    #[test]
    fn a_file_chosen_by_a_relative_path_is_the_same_from_every_folder() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        choose(&places, Choice::File { path: "my.vault".into() }).unwrap();
        let here = std::env::current_dir().unwrap().join("my.vault");
        assert_eq!(chosen(&places).unwrap(), Choice::File { path: here }, "the folder of today is part of the choice");
    }

    #[test]
    fn a_choice_that_cannot_be_read_is_an_error_and_not_the_keychain() {
        for text in ["", "{}", r#"{"store": "cloud"}"#, r#"{"store": "file"}"#, r#"{"store": "file", "path": "p", "x": 1}"#] {
            let folder = tempfile::tempdir().unwrap();
            let places = places(folder.path());
            disk::write_whole(&places.choice, text.as_bytes()).unwrap();
            let error = chosen(&places).unwrap_err();
            assert!(error.to_string().contains("patchbay secret store"), "`{text}` needs its remedy: {error}");
        }
    }

    #[test]
    fn the_passphrase_is_asked_only_for_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        let refuse = |path: &Path| Err(Error::NoPassphrase { path: path.to_owned() });
        open_chosen(&places, refuse).expect("the keychain needs none");
        choose(&places, Choice::File { path: places.file.clone() }).unwrap();
        let error = open_chosen(&places, refuse).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::NoPassphrase { ref path } if *path == places.file), "{error}");
    }
}
