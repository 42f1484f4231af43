//! The vault as the user chose it, opened when a secret is first needed.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::OnceCell;
use vault::{Name, Places, Secret, Vault};

use crate::error::Error;

/// Asked for the passphrase of the encrypted file at a path.
pub type AskPassphrase = Arc<dyn Fn(&Path) -> Result<Secret, vault::Error> + Send + Sync>;

/// Where secrets come from. A cheap handle.
#[derive(Clone)]
pub struct Secrets {
    places: Option<Places>,
    ask: AskPassphrase,
    open: Arc<OnceCell<Vault>>,
}

impl Secrets {
    /// The secrets of this user. Nothing is opened until one is needed.
    pub fn new(places: Option<Places>, ask: AskPassphrase) -> Self {
        Self { places, ask, open: Arc::default() }
    }

    /// Where the vault's files are.
    ///
    /// # Errors
    /// Where the platform tells no folders.
    pub fn places(&self) -> Result<Places, Error> {
        match &self.places {
            Some(places) => Ok(places.clone()),
            None => Ok(Places::of_user()?),
        }
    }

    /// Does something with the vault, off the runtime's threads: a keychain may wait for a person.
    ///
    /// # Errors
    /// Those of the vault, and where it cannot be opened.
    pub async fn with<T: Send + 'static>(&self, act: impl FnOnce(&Vault) -> Result<T, vault::Error> + Send + 'static) -> Result<T, Error> {
        let vault = self.open.get_or_try_init(|| self.open()).await?.clone();
        blocking(move || Ok(act(&vault)?)).await
    }

    /// A secret's value.
    ///
    /// # Errors
    /// Where it is not set, or the vault cannot be opened.
    pub async fn get(&self, name: Name) -> Result<Secret, Error> {
        self.with(move |vault| vault.get(&name)).await
    }

    async fn open(&self) -> Result<Vault, Error> {
        let (places, ask) = (self.places()?, self.ask.clone());
        blocking(move || Ok(vault::open_chosen(&places, |path| ask(path))?)).await
    }
}

/// Reads the passphrase of the encrypted file at `path` from the file that `PATCHBAY_VAULT_PASSPHRASE_FILE` names: for who
/// cannot be asked.
///
/// # Errors
/// Where the variable is not set, or its file cannot be read.
pub fn passphrase_of_environment(path: &Path) -> Result<Secret, vault::Error> {
    let missing = || vault::Error::NoPassphrase { path: path.to_owned() };
    let file = std::env::var_os("PATCHBAY_VAULT_PASSPHRASE_FILE").ok_or_else(missing)?;
    let disk = |source| vault::Error::Disk { doing: "read", path: file.clone().into(), source };
    let text = std::fs::read_to_string(&file).map_err(disk)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn blocking<T: Send + 'static>(act: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    match tokio::task::spawn_blocking(act).await {
        Ok(result) => result,
        // The task is never aborted, so it can only have panicked; that goes on here.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
