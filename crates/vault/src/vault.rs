//! The handle that everything else uses, the same for both backends. Knows nothing of who asks.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::file::SealedFile;
use crate::keychain::Keychain;
use crate::{Error, Name, Secret};

/// The longest value in bytes, far above any real one. It keeps the encrypted file a thing that is read whole.
const MAX_VALUE: u32 = 1024 * 1024;

/// Where secrets are kept.
#[derive(Clone, Debug)]
pub enum Backend {
    /// The operating system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service elsewhere.
    Keychain {
        /// What our entries are filed under. [`Backend::SERVICE`] but in tests.
        service: String,
        /// A file that lists the names, since a keychain cannot be listed everywhere. It never holds a value.
        names: PathBuf,
    },
    /// One file, encrypted with XChaCha20-Poly1305 under a key that Argon2id derives from the passphrase.
    File {
        /// The file; made by the first `set`.
        path: PathBuf,
        /// What opens it, or what it is made with.
        passphrase: Secret,
    },
}

impl Backend {
    /// What our entries in the keychain are filed under.
    pub const SERVICE: &str = "patchbay";
}

/// How a vault is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the secrets are.
    pub backend: Backend,
    /// How long any one call may take, an hour at most. A person may be typing the keychain's password meanwhile.
    pub time_limit: Duration,
}

impl Options {
    /// The time that a call has unless told otherwise: enough to see a window and to type a password.
    pub const TIME_LIMIT: Duration = Duration::from_secs(60);

    /// `backend`, with the usual time limit.
    pub fn new(backend: Backend) -> Self {
        Options { backend, time_limit: Self::TIME_LIMIT }
    }
}

/// A cheap handle to the secrets: clones share one connection, or one derived key.
///
/// Every call blocks for up to the time limit, so asynchronous code hands it to a blocking thread. Calls may be made from any
/// thread, and at once.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    store: Store,
    time_limit: Duration,
}

enum Store {
    Keychain(Keychain),
    File(SealedFile),
}

impl Vault {
    /// Makes a handle. Nothing is touched before the first call, so this cannot fail.
    pub fn open(options: Options) -> Self {
        let Options { backend, time_limit } = options;
        let store = match backend {
            Backend::Keychain { service, names } => Store::Keychain(Keychain::of_system(service, &names)),
            Backend::File { path, passphrase } => Store::File(SealedFile::at(&path, passphrase)),
        };
        // A clock can be asked for a time an hour ahead, but not for one that is for ever ahead.
        Vault(Arc::new(Inner { store, time_limit: time_limit.min(Duration::from_secs(60 * 60)) }))
    }

    /// The secret's value.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] where it is not set; otherwise why the backend could not be asked.
    pub fn get(&self, name: &Name) -> Result<Secret, Error> {
        match &self.0.store {
            Store::Keychain(keychain) => keychain.get(name, self.0.time_limit),
            Store::File(file) => file.get(name),
        }
    }

    /// Stores `value`, in the place of an older one.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for an empty value, [`Error::Clash`] where a name that is set differs only by case,
    /// [`Error::TooLong`] above a mebibyte or the keychain's own limit; otherwise why the backend could not be written. After
    /// [`Error::TimedOut`] the value may still arrive, when somebody unlocks the keychain.
    pub fn set(&self, name: &Name, value: &Secret) -> Result<(), Error> {
        if value.expose().is_empty() {
            return Err(Error::Empty { name: name.clone() });
        }
        if value.expose().len() > MAX_VALUE as usize {
            return Err(Error::TooLong { name: name.clone(), limit: MAX_VALUE });
        }
        match &self.0.store {
            Store::Keychain(keychain) => keychain.set(name, value, self.0.time_limit),
            Store::File(file) => file.set(name, value, self.0.time_limit),
        }
    }

    /// Forgets the secret.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] where it is not set; otherwise why the backend could not be written.
    pub fn remove(&self, name: &Name) -> Result<(), Error> {
        match &self.0.store {
            Store::Keychain(keychain) => keychain.remove(name, self.0.time_limit),
            Store::File(file) => file.remove(name, self.0.time_limit),
        }
    }

    /// The names of all secrets, in order.
    ///
    /// For the keychain they are read from the file of names, so that nobody is asked for a password to see a list: a secret
    /// that another program removed from the keychain, or put there, is told wrongly.
    ///
    /// # Errors
    ///
    /// Why the file could not be read or opened.
    pub fn list(&self) -> Result<Vec<Name>, Error> {
        match &self.0.store {
            Store::Keychain(keychain) => keychain.list(),
            Store::File(file) => file.list(),
        }
    }

    /// Whether secrets can be kept here, found out by writing: a keychain without a keyring answers reads as if it were empty.
    /// Makes an encrypted file that is not there yet.
    ///
    /// # Errors
    ///
    /// What [`set`](Vault::set) would run into.
    pub fn probe(&self) -> Result<(), Error> {
        match &self.0.store {
            Store::Keychain(keychain) => keychain.probe(self.0.time_limit),
            Store::File(file) => file.probe(self.0.time_limit),
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0.store {
            Store::Keychain(_) => "Vault(keychain)",
            Store::File(_) => "Vault(file)",
        })
    }
}
