//! Where this checkout and its target folder are, and how a program is run there. It knows no command.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::Error;

/// This checkout.
pub(crate) struct Project {
    /// The folder of the root `Cargo.toml`, absolute.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds, absolute.
    pub(crate) target: PathBuf,
}

impl Project {
    /// Asks cargo, which alone knows all the ways in which a target folder can be set.
    pub(crate) fn locate() -> Result<Self, Error> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let metadata = metadata(folder, &["--no-deps"])?;
        let path = |key: &str| metadata[key].as_str().map(PathBuf::from).ok_or_else(|| Error::Metadata(format!("it has no `{key}`")));
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// `cargo` in the root, with `arguments`.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root).args(arguments);
        command
    }

    /// What `cargo metadata` says of the whole workspace.
    pub(crate) fn metadata(&self, arguments: &[&str]) -> Result<Value, Error> {
        metadata(&self.root, arguments)
    }

    /// The names of all packages that `package` consists of where it is built alone for `target`, with the features that it has then.
    pub(crate) fn parts(&self, package: &str, target: &str) -> Result<BTreeSet<String>, Error> {
        let arguments =
            ["tree", "--prefix", "none", "--format", "{lib}", "--edges", "normal,no-proc-macro", "-p", package, "--target", target];
        let text = said(self.cargo(arguments))?;
        Ok(String::from_utf8_lossy(&text).lines().map(|name| name.trim_end_matches("(*)").trim().replace('_', "-")).collect())
    }

    /// Where a debug build leaves the program `name`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn metadata(folder: &Path, arguments: &[&str]) -> Result<Value, Error> {
    let mut command = Command::new(cargo());
    command.current_dir(folder).args(["metadata", "--format-version", "1"]).args(arguments);
    serde_json::from_slice(&said(command)?).map_err(|error| Error::Metadata(error.to_string()))
}

/// What cargo says on standard output.
fn said(mut command: Command) -> Result<Vec<u8>, Error> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| Error::Start { program: "cargo".to_owned(), source })?;
    if output.status.success() { Ok(output.stdout) } else { Err(Error::Ended { command: show(&command), status: output.status }) }
}

/// Says what is run, runs it with our own output, and waits.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let shown = show(command);
    eprintln!("+ {shown}");
    let status =
        command.status().map_err(|source| Error::Start { program: command.get_program().to_string_lossy().into_owned(), source })?;
    if status.success() { Ok(()) } else { Err(Error::Ended { command: shown, status }) }
}

/// The command as a person would type it.
pub(crate) fn show(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Whether `name` is a program on the `PATH`.
pub(crate) fn on_path(name: &str) -> bool {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(&file).is_file()))
}

/// Refuses arguments that a command does not take, and says which of `known` were given.
pub(crate) fn flags<'a>(arguments: &[String], known: &[&'a str]) -> Result<Vec<&'a str>, Error> {
    arguments
        .iter()
        .map(|argument| {
            known.iter().copied().find(|flag| flag == argument).ok_or_else(|| Error::Usage(format!("`{argument}` means nothing here")))
        })
        .collect()
}
