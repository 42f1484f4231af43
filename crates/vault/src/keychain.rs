//! Secrets in the operating system's keychain. Knows nothing of who asks, nor of which system this is.
//!
//! Two habits of keychains shape this file. They may wait for a person, so each call runs on a [`Worker`]'s thread and is
//! waited for no longer than the time limit. And a keychain without a keyring answers reads as if it were empty, so
//! "there is no such entry" is believed only after something could be written.

mod platform;
mod worker;

use std::path::Path;
use std::time::Duration;

use keyring_core::Entry;
use keyring_core::Error as Fault;

use crate::names::Names;
use crate::{Cause, Error, Name, Secret};
use worker::{Connect, Session, Silence, Worker};

/// The entry that is written and removed to see whether writing works. No [`Name`] holds a colon, so no secret is called this.
const PROBE: &str = "probe:write";

/// The keychain and the file that lists what we put there.
pub(crate) struct Keychain {
    worker: Worker,
    service: String,
    names: Names,
}

impl Keychain {
    pub(crate) fn of_system(service: String, names: &Path) -> Self {
        Keychain::with(platform::connect, service, names)
    }

    fn with(connect: impl Connect, service: String, names: &Path) -> Self {
        Keychain { worker: Worker::new(connect), service, names: Names::at(names) }
    }

    pub(crate) fn get(&self, name: &Name, limit: Duration) -> Result<Secret, Error> {
        let found = self.ask(limit, self.on_entry(name.as_str(), |entry| entry.get_secret()));
        match found {
            Ok(bytes) => Secret::from_bytes(bytes).ok_or_else(|| Error::NotText { name: name.clone() }),
            Err(Refusal::Fault(Fault::NoEntry)) => Err(self.missing(name, limit)),
            Err(refusal) => Err(refusal.explain("read a secret", name)),
        }
    }

    pub(crate) fn set(&self, name: &Name, value: &Secret, limit: Duration) -> Result<(), Error> {
        if let Some(other) = self.names.read()?.iter().find(|other| name.differs_only_by_case(other)) {
            return Err(Error::Clash { name: name.clone(), other: other.clone() });
        }
        let value = value.clone();
        let store = self.on_entry(name.as_str(), move |entry| entry.set_secret(value.expose().as_bytes()));
        self.ask(limit, store).map_err(|refusal| refusal.explain("store a secret", name))?;
        self.names.change(limit, |names| names.insert(name.clone()))
    }

    pub(crate) fn remove(&self, name: &Name, limit: Duration) -> Result<(), Error> {
        let removed = self.ask(limit, self.on_entry(name.as_str(), |entry| entry.delete_credential()));
        let error = match removed {
            Ok(()) => None,
            Err(Refusal::Fault(Fault::NoEntry)) => Some(self.missing(name, limit)),
            Err(refusal) => Some(refusal.explain("remove a secret", name)),
        };
        // A name whose secret is gone, by our doing or another program's, leaves the list.
        if matches!(error, None | Some(Error::Missing { .. })) {
            self.names.change(limit, |names| names.remove(name))?;
        }
        error.map_or(Ok(()), Err)
    }

    pub(crate) fn list(&self) -> Result<Vec<Name>, Error> {
        Ok(self.names.read()?.into_iter().collect())
    }

    pub(crate) fn probe(&self, limit: Duration) -> Result<(), Error> {
        let doing = "store anything";
        let write = self.on_entry(PROBE, |entry| {
            entry.set_secret(b"probe")?;
            entry.delete_credential()
        });
        self.ask(limit, write).map_err(|refusal| refusal.explain_unnamed(doing))
    }

    /// What it means that there is no entry: that the secret is not set, or that this keychain can hold none.
    fn missing(&self, name: &Name, limit: Duration) -> Error {
        match self.probe(limit) {
            Ok(()) => Error::Missing { name: name.clone() },
            Err(error) => error,
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        limit: Duration,
        act: impl FnOnce(&mut Session) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Refusal> {
        match self.worker.run(limit, act) {
            Ok(answer) => answer.map_err(Refusal::Fault),
            Err(silence) => Err(Refusal::Silence(silence)),
        }
    }

    fn on_entry<T>(
        &self,
        user: &str,
        act: impl Fn(&Entry) -> Result<T, Fault> + Send + 'static,
    ) -> impl FnOnce(&mut Session) -> Result<T, Fault> + Send + 'static {
        let (service, user) = (self.service.clone(), user.to_owned());
        move |session| session.on_entry(&service, &user, act)
    }
}

/// Why the keychain did not do as it was asked.
enum Refusal {
    Fault(Fault),
    Silence(Silence),
}

impl Refusal {
    fn explain(self, doing: &'static str, name: &Name) -> Error {
        match self {
            Refusal::Fault(Fault::TooLong(_, limit)) => Error::TooLong { name: name.clone(), limit },
            other => other.explain_unnamed(doing),
        }
    }

    fn explain_unnamed(self, doing: &'static str) -> Error {
        match self {
            Refusal::Silence(Silence::TimedOut(limit)) => Error::TimedOut { limit },
            Refusal::Silence(Silence::ThreadEnded) => Error::Keychain { doing, cause: Cause::text("the thread that talks to it ended") },
            Refusal::Fault(fault) => platform::explain(fault, doing),
        }
    }
}
