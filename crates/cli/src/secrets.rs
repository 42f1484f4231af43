//! The passphrase of the encrypted secrets file: from the file that the environment names, or from the person at the terminal.

use std::io::{IsTerminal, stderr, stdin};
use std::path::Path;
use std::sync::Arc;

use app::Secrets;
use app::vault::{self, Places, Secret};

/// The secrets of this user, or those of the folder `data`.
pub(crate) fn secrets(data: Option<&Path>) -> Secrets {
    Secrets::new(data.map(|data| Places::within(data, data)), Arc::new(ask))
}

fn ask(path: &Path) -> Result<Secret, vault::Error> {
    match app::passphrase_of_environment(path) {
        Err(vault::Error::NoPassphrase { .. }) if can_ask() => prompt(path),
        known => known,
    }
}

/// Whether there is a person to ask. A client that started us over standard input may have a terminal of its own.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

fn prompt(path: &Path) -> Result<Secret, vault::Error> {
    let typed = |text: String| {
        let failed = |source| vault::Error::Disk { doing: "read the passphrase of", path: path.to_owned(), source };
        rpassword::prompt_password(text).map(Secret::new).map_err(failed)
    };
    if path.exists() {
        return typed(format!("Passphrase of {}: ", path.display()));
    }
    let first = typed(format!("New passphrase for {}: ", path.display()))?;
    let second = typed("The same again: ".to_owned())?;
    if first.expose() != second.expose() {
        let source = std::io::Error::other("the two passphrases are not the same; nothing was made");
        return Err(vault::Error::Disk { doing: "choose the passphrase of", path: path.to_owned(), source });
    }
    Ok(first)
}
