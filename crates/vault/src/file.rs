//! Secrets in one encrypted file. Knows nothing of where its passphrase comes from.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::sealed::{Cost, Entries, Fault, Key, Sealed};
use crate::{Cause, Error, Name, Secret, disk};

/// The file and what opens it.
pub(crate) struct SealedFile {
    path: PathBuf,
    passphrase: Secret,
    cost: Cost,
    /// The key of the file as last seen: deriving it takes a tenth of a second.
    key: Mutex<Option<Key>>,
}

impl SealedFile {
    pub(crate) fn at(path: &Path, passphrase: Secret) -> Self {
        SealedFile { path: path.to_owned(), passphrase, cost: Cost::DEFAULT, key: Mutex::new(None) }
    }

    pub(crate) fn get(&self, name: &Name) -> Result<Secret, Error> {
        self.with_entries(|entries| entries.remove(name))?.ok_or_else(|| Error::Missing { name: name.clone() })
    }

    pub(crate) fn list(&self) -> Result<Vec<Name>, Error> {
        self.with_entries(|entries| std::mem::take(entries).into_keys().collect())
    }

    pub(crate) fn set(&self, name: &Name, value: &Secret, limit: Duration) -> Result<(), Error> {
        self.change(limit, |entries| {
            if let Some(other) = entries.keys().find(|other| name.differs_only_by_case(other)) {
                return Err(Error::Clash { name: name.clone(), other: other.clone() });
            }
            entries.insert(name.clone(), value.clone());
            Ok(())
        })
    }

    pub(crate) fn remove(&self, name: &Name, limit: Duration) -> Result<(), Error> {
        self.change(limit, |entries| match entries.remove(name) {
            Some(_) => Ok(()),
            None => Err(Error::Missing { name: name.clone() }),
        })
    }

    /// Whether the passphrase opens the file and the file can be written; makes the file if there is none.
    pub(crate) fn probe(&self, limit: Duration) -> Result<(), Error> {
        self.change(limit, |_| Ok(()))
    }

    fn with_entries<T>(&self, read: impl FnOnce(&mut Entries) -> T) -> Result<T, Error> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(read(&mut self.load(&mut key)?))
    }

    fn change(&self, limit: Duration, change: impl FnOnce(&mut Entries) -> Result<(), Error>) -> Result<(), Error> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = disk::lock(&self.path, limit)?;
        let mut entries = self.load(&mut key)?;
        change(&mut entries)?;
        let known = match key.take() {
            Some(known) => known,
            None => {
                let salt = self.random()?;
                Key::derive(&self.passphrase, self.cost, salt).map_err(|fault| self.explain(fault))?
            }
        };
        let sealed = known.seal(self.random()?, &entries);
        *key = Some(known);
        disk::write_whole(&self.path, &sealed)
    }

    /// The entries on disk now, leaving their key in `key`; none, and no key, where there is no file yet.
    fn load(&self, key: &mut Option<Key>) -> Result<Entries, Error> {
        if self.passphrase.expose().is_empty() {
            return Err(Error::NoPassphrase { path: self.path.clone() });
        }
        let Some(bytes) = disk::read(&self.path)? else {
            *key = None;
            return Ok(Entries::new());
        };
        let opened = Sealed::parse(&bytes).and_then(|sealed| {
            let known = sealed.key(&self.passphrase, key.take())?;
            let entries = sealed.open(&known)?;
            Ok((known, entries))
        });
        let (known, entries) = opened.map_err(|fault| self.explain(fault))?;
        *key = Some(known);
        Ok(entries)
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        match getrandom::fill(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) => Err(Error::NoCipher { path: self.path.clone(), cause: Cause::text(error.to_string()) }),
        }
    }

    fn explain(&self, fault: Fault) -> Error {
        let path = self.path.clone();
        match fault {
            Fault::WrongPassphrase => Error::WrongPassphrase { path },
            Fault::Damaged(fault) => Error::Damaged { path, fault },
            Fault::NoMemory => Error::NoCipher { path, cause: Cause::text("not enough memory to derive the key") },
        }
    }
}
