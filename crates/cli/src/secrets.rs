//! The passphrase of the encrypted secrets file: from the file that the environment names, or from the person at the terminal.

use std::io::{IsTerminal, stderr, stdin};
use std::path::Path;
use std::sync::Arc;

use app::Secrets;
use app::vault::{self, Places, Secret};

use crate::error::Error;
use crate::prompt;
use crate::setup::folder;
use crate::stop::Stop;

/// The secrets of this user, or those of the folder `data`.
pub(crate) fn secrets(data: Option<&Path>) -> Secrets {
    Secrets::new(folder(data).map(|data| Places::within(data, data)), Arc::new(passphrase))
}

/// Whether there is a person to ask. A client that started us over standard input may have a terminal of its own.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Does something that may ask the person, who may rather end the program: none then.
pub(crate) async fn unless_stopped<T>(stop: &Stop, work: impl Future<Output = Result<T, app::Error>>) -> Result<Option<T>, Error> {
    tokio::select! {
        done = work => Ok(Some(done?)),
        () = stop.asked() => Ok(None),
    }
}

fn passphrase(path: &Path) -> Result<Secret, vault::Error> {
    match app::passphrase_of_environment(path) {
        Err(vault::Error::NoPassphrase { .. }) if can_ask() => ask(path),
        known => known,
    }
}

fn ask(path: &Path) -> Result<Secret, vault::Error> {
    let failed = |doing| move |source| vault::Error::Disk { doing, path: path.to_owned(), source };
    let typed = |question: String| prompt::ask(&question).map_err(failed("read the passphrase of"));
    if path.exists() {
        return typed(format!("Passphrase of {}: ", path.display()));
    }
    let first = typed(format!("New passphrase for {}: ", path.display()))?;
    let second = typed("The same again: ".to_owned())?;
    if first.expose() == second.expose() {
        return Ok(first);
    }
    let source = std::io::Error::other("the two passphrases are not the same; nothing was made");
    Err(failed("choose the passphrase of")(source))
}
