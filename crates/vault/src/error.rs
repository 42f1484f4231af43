//! Everything that can go wrong with a secret, as sentences with the remedy. Never holds a secret's value.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::Name;

/// What a system or library said, kept as text.
///
/// The libraries' own errors are not kept: some of them carry the secret's raw bytes, or a whole bus message, in their
/// `Debug` form.
#[derive(Clone, PartialEq, Eq)]
pub struct Cause(String);

impl Cause {
    /// The `Display` text of `error` and of the errors beneath it, without repetition.
    pub(crate) fn of(error: &dyn std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(error) = next {
            let beneath = error.to_string();
            if !text.contains(&beneath) {
                text = format!("{text}: {beneath}");
            }
            next = error.source();
        }
        Cause(text)
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Cause(text.into())
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

/// What could not be done with a secret. No variant holds a value, in any of its forms.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is not a [`Name`]; the text itself is not kept.
    #[error("a secret's name is 1 to 128 characters of A-Z a-z 0-9 `_` `-` `.`: {fault}")]
    BadName {
        /// Which rule is broken, and where.
        fault: String,
    },
    /// No secret has this name.
    #[error("secret `{name}` is not set: run `patchbay secret set {name}`")]
    Missing {
        /// The name that was asked for.
        name: Name,
    },
    /// The value to be stored is empty.
    #[error("secret `{name}` was not stored: its value is empty; remove a secret with `patchbay secret remove {name}`")]
    Empty {
        /// The name it would have had.
        name: Name,
    },
    /// Another secret's name differs from this one only by upper and lower case.
    #[error("secret `{name}` was not stored: some keychains would take it for `{other}`, which is set; use that name, or remove it first")]
    Clash {
        /// The name that was refused.
        name: Name,
        /// The name that is already there.
        other: Name,
    },
    /// The value is longer than its keychain, or the vault, takes.
    #[error(
        "secret `{name}` was not stored: at most {limit} bytes can be kept here; an encrypted file (`patchbay secret store file`) takes a mebibyte"
    )]
    TooLong {
        /// The name it would have had.
        name: Name,
        /// The limit, in bytes; 2,560 on Windows.
        limit: u32,
    },
    /// The keychain's entry is not UTF-8 text, so another program wrote it.
    #[error("secret `{name}` is in the keychain but is not text: set it again with `patchbay secret set {name}`")]
    NotText {
        /// The name that was asked for.
        name: Name,
    },

    /// There is no D-Bus session, so no keychain can be reached (Linux).
    #[error(
        "the keychain cannot be reached, because this login has no D-Bus session: log in to a desktop, or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    NoBus {
        /// What the bus library said.
        #[source]
        cause: Cause,
    },
    /// A D-Bus session runs, but no program offers a keychain on it (Linux).
    #[error(
        "no program offers a keychain on this machine: install and start one (gnome-keyring, KWallet), or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    NoKeychain {
        /// What the bus said.
        #[source]
        cause: Cause,
    },
    /// The keychain has no default collection, so nothing can be written (Linux).
    #[error(
        "the keychain has no default keyring to write to: create one in the desktop's password application, or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    NoCollection {
        /// What the keychain said.
        #[source]
        cause: Cause,
    },
    /// The keychain is locked and nobody can be asked to unlock it from here, or its password was wrong.
    #[error(
        "the keychain is locked: unlock it by logging in to the desktop or in its password application and try again, or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    Locked {
        /// What the keychain said.
        #[source]
        cause: Cause,
    },
    /// The keychain, or the person whom it asked, said no.
    #[error(
        "the keychain refused access: try again and allow it when asked, or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    Refused {
        /// What the keychain said.
        #[source]
        cause: Cause,
    },
    /// The keychain did not answer within the vault's time limit.
    #[error(
        "the keychain did not answer within {limit:?}: if a window asks for its password, answer there and try again, or keep secrets in an encrypted file with `patchbay secret store file`"
    )]
    TimedOut {
        /// The vault's time limit.
        limit: Duration,
    },
    /// The keychain failed in a way that has no name here.
    #[error("the keychain could not {doing}: try again, or keep secrets in an encrypted file with `patchbay secret store file`")]
    Keychain {
        /// What was tried: a verb and its object.
        doing: &'static str,
        /// What the keychain said.
        #[source]
        cause: Cause,
    },

    /// The secrets file needs a passphrase and none was given, or an empty one.
    #[error(
        "the secrets file `{path}` needs a passphrase: name a file that holds it in PATCHBAY_VAULT_PASSPHRASE_FILE, or run in a terminal to be asked"
    )]
    NoPassphrase {
        /// The secrets file.
        path: PathBuf,
    },
    /// The passphrase does not open the secrets file.
    #[error("the passphrase does not open the secrets file `{path}`: try again with the passphrase that it was made with")]
    WrongPassphrase {
        /// The secrets file.
        path: PathBuf,
    },
    /// The secrets file is not one, or was changed since it was written.
    #[error("the secrets file `{path}` cannot be used, {fault}: restore it from a backup, or move it away and set the secrets again")]
    Damaged {
        /// The secrets file.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The system gave no random numbers or no memory, so nothing can be sealed.
    #[error("the secrets file `{path}` cannot be sealed or opened on this machine now")]
    NoCipher {
        /// The secrets file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: Cause,
    },

    /// A file could not be read or written.
    #[error("could not {doing} `{path}`")]
    Disk {
        /// What was tried: a verb.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process kept the file locked for the whole time limit.
    #[error("`{path}` is in use by another patchbay process: try again when it is done")]
    Busy {
        /// The file that both want to change.
        path: PathBuf,
    },
    /// A small file of our own does not hold what it should.
    #[error("`{path}` cannot be understood: {remedy}")]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What would mend it.
        remedy: &'static str,
        /// Where reading stopped, and why.
        source: serde_json::Error,
    },
    /// The system names no home folder for this user.
    #[error("this user has no home folder, so there is no place for patchbay's settings: set HOME")]
    NoHome,

    /// A `${` is not followed by a known scheme and a colon.
    #[error("unknown reference at offset {offset}: write `${{secret:NAME}}` or `${{env:NAME}}`, or `$${{` for a plain `${{`")]
    UnknownScheme {
        /// Where the `$` is, in bytes from the start of the text.
        offset: usize,
    },
    /// A `${` has no closing brace.
    #[error("the `${{` at offset {offset} is not closed: add `}}`, or write `$${{` for a plain `${{`")]
    Unclosed {
        /// Where the `$` is, in bytes from the start of the text.
        offset: usize,
    },
    /// A reference has a name that cannot be one.
    #[error("the reference at offset {offset} has no valid name")]
    BadReference {
        /// Where the `$` is, in bytes from the start of the text.
        offset: usize,
        /// Which rule the name breaks.
        source: Box<Error>,
    },
    /// A `${env:...}` has a name that no variable has.
    #[error("a variable's name is not empty and has no blank and none of `=`, `$`, `{{`")]
    BadVariable,
    /// A text refers to an environment variable that is not set.
    #[error("environment variable `{name}` is not set: set it before patchbay starts, or use `${{secret:NAME}}`")]
    NoVariable {
        /// The variable.
        name: String,
    },
}
