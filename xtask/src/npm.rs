//! Packages from npm at the versions of a lock file, installed under the target folder. It knows no package by name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why packages could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("could not {doing} `{path}`: {source}")]
    File { doing: &'static str, path: PathBuf, source: std::io::Error },
    #[error("npm could not install `{what}`: {reason}")]
    Npm { what: String, reason: String },
}

impl Error {
    fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}

const FILES: &[&str] = &["package.json", "package-lock.json", ".npmrc"];

/// Installs what the lock file in `from` names into `to`, unless it is there from the last time.
pub(crate) fn install(what: &str, from: &Path, to: &Path) -> Result<(), Error> {
    let lock = from.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(Error::file("read", &lock))?;
    let installed = to.join("installed");
    if fs::read(&installed).is_ok_and(|of_last_time| of_last_time == wanted) {
        return Ok(());
    }
    eprintln!("installing {what} from npm into {}", to.display());
    fs::create_dir_all(to).map_err(Error::file("create", to))?;
    for file in FILES {
        fs::copy(from.join(file), to.join(file)).map_err(Error::file("copy", from.join(file)))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // Nothing that a package brings is run while it is installed.
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    let output = Command::new(npm).args(arguments).current_dir(to).stdin(Stdio::null()).output();
    let failed = |reason| Error::Npm { what: what.to_owned(), reason };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    fs::write(&installed, wanted).map_err(Error::file("write", &installed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lock_file_names_the_host_that_it_was_made_with() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for folder in ["xtask/bench/mcpgraph", "xtask/bench/node-red", "xtask/bench/node", "xtask/bench/canvas", "ui/editor"] {
            let lock = fs::read_to_string(root.join(folder).join("package-lock.json")).unwrap();
            assert!(!lock.contains("\"resolved\""), "{folder}: npm was run without the `.npmrc` beside it");
            assert!(lock.contains("\"integrity\""), "{folder}: a lock file holds what was downloaded");
        }
    }
}
