//! Secrets in the operating system's keychain. Knows nothing of who asks, nor of which system this is.
//!
//! Two habits of keychains shape this file. They may wait for a person, so each call runs on a [`Worker`]'s thread and is
//! waited for no longer than the time limit. And a keychain without a keyring answers reads as if it were empty, so
//! "there is no such entry" is believed only after something could be written.

mod platform;
mod worker;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyring_core::Entry;
use keyring_core::Error as Fault;

use crate::names::Names;
use crate::{Cause, Error, Name, Secret};
use worker::{Connect, Session, Silence, Worker};

/// The entry that is written and removed to see whether writing works. No [`Name`] holds a colon, so no secret is called this.
const PROBE: &str = "probe:write";

/// How many reads may be stuck before others queue behind them. Each may have left a window on the screen.
const MOST_STUCK_READS: usize = 3;

/// The keychain and the file that lists what we put there.
pub(crate) struct Keychain {
    reads: Worker,
    /// One thread for good: a write that is stuck in the keychain happens when somebody unlocks it, and must not then undo a
    /// later one.
    writes: Worker,
    service: String,
    names: Names,
}

impl Keychain {
    pub(crate) fn of_system(service: String, names: &Path) -> Self {
        Keychain::with(Arc::new(platform::connect), service, names)
    }

    fn with(connect: Arc<Connect>, service: String, names: &Path) -> Self {
        Keychain {
            reads: Worker::new(Arc::clone(&connect), MOST_STUCK_READS),
            writes: Worker::new(connect, 1),
            service,
            names: Names::at(names),
        }
    }

    pub(crate) fn get(&self, name: &Name, limit: Duration) -> Result<Secret, Error> {
        let begun = Instant::now();
        match ask(&self.reads, limit, self.on_entry(name.as_str(), |entry| entry.get_secret())) {
            Ok(bytes) => Secret::from_bytes(bytes).ok_or_else(|| Error::NotText { name: name.clone() }),
            Err(Refusal::Fault(Fault::NoEntry)) => Err(self.missing(name, left(limit, begun))),
            Err(refusal) => Err(refusal.explain("read a secret", name)),
        }
    }

    pub(crate) fn set(&self, name: &Name, value: &Secret, limit: Duration) -> Result<(), Error> {
        if let Some(other) = self.names.read()?.iter().find(|other| name.differs_only_by_case(other)) {
            return Err(Error::Clash { name: name.clone(), other: other.clone() });
        }
        let (begun, value) = (Instant::now(), value.clone());
        let store = self.on_entry(name.as_str(), move |entry| entry.set_secret(value.expose().as_bytes()));
        ask(&self.writes, limit, store).map_err(|refusal| refusal.explain("store a secret", name))?;
        self.names.change(left(limit, begun), |names| names.insert(name.clone()))
    }

    pub(crate) fn remove(&self, name: &Name, limit: Duration) -> Result<(), Error> {
        let begun = Instant::now();
        let delete = self.on_entry(name.as_str(), |entry| entry.delete_credential());
        let removed = ask(&self.writes, limit, delete);
        let error = match removed {
            Ok(()) => None,
            Err(Refusal::Fault(Fault::NoEntry)) => Some(self.missing(name, left(limit, begun))),
            Err(refusal) => Some(refusal.explain("remove a secret", name)),
        };
        // A name whose secret is gone, by our doing or another program's, leaves the list.
        if matches!(error, None | Some(Error::Missing { .. })) {
            self.names.change(left(limit, begun), |names| names.remove(name))?;
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
            match entry.delete_credential() {
                // Another process probed at the same time, and was quicker.
                Err(Fault::NoEntry) => Ok(()),
                answer => answer,
            }
        });
        ask(&self.writes, limit, write).map_err(|refusal| refusal.explain_unnamed(doing))
    }

    /// What it means that there is no entry: that the secret is not set, or that this keychain can hold none.
    fn missing(&self, name: &Name, limit: Duration) -> Error {
        match self.probe(limit) {
            Ok(()) => Error::Missing { name: name.clone() },
            Err(error) => error,
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

fn ask<T: Send + 'static>(
    worker: &Worker,
    limit: Duration,
    act: impl FnOnce(&mut Session) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Refusal> {
    match worker.run(limit, act) {
        Ok(answer) => answer.map_err(Refusal::Fault),
        Err(silence) => Err(Refusal::Silence(silence)),
    }
}

/// What is left of the time limit, for the second half of a call.
fn left(limit: Duration, begun: Instant) -> Duration {
    limit.saturating_sub(begun.elapsed())
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

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Condvar, Mutex};

    use keyring_core::api::CredentialStoreApi;
    use keyring_core::{CredentialStore, mock};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    /// A keychain in memory, the store beneath it, and the folder of its list.
    fn in_memory() -> (Keychain, Arc<mock::Store>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let connected = Arc::clone(&store);
        let connect = move || Ok(Arc::clone(&connected) as Arc<CredentialStore>);
        let keychain = Keychain::with(Arc::new(connect), "patchbay".into(), &folder.path().join("names.json"));
        (keychain, store, folder)
    }

    /// Makes the next call on the entry fail.
    fn fail_next(store: &mock::Store, user: &str, fault: Fault) {
        let entry = store.build("patchbay", user, None).unwrap();
        entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(fault);
    }

    fn listed(keychain: &Keychain) -> Vec<String> {
        keychain.list().unwrap().iter().map(Name::to_string).collect()
    }

    #[test]
    fn a_secret_is_set_replaced_listed_and_removed() {
        let (keychain, _store, _folder) = in_memory();
        for value in ["first", "second"] {
            keychain.set(&name("B"), &secret(value), LIMIT).unwrap();
            assert_eq!(keychain.get(&name("B"), LIMIT).unwrap().expose(), value, "the newest value is the one");
        }
        keychain.set(&name("A"), &secret("x"), LIMIT).unwrap();
        assert_eq!(listed(&keychain), ["A", "B"], "each name once, in order, and no probe");
        keychain.remove(&name("B"), LIMIT).unwrap();
        assert_eq!(listed(&keychain), ["A"], "the removed one is gone");
        for error in [keychain.get(&name("B"), LIMIT).unwrap_err(), keychain.remove(&name("B"), LIMIT).unwrap_err()] {
            assert_eq!(error.to_string(), "secret `B` is not set: run `patchbay secret set B`", "the remedy is named");
        }
    }

    #[test]
    fn a_secret_that_another_program_removed_leaves_the_list_when_removed_again() {
        let (keychain, store, _folder) = in_memory();
        keychain.set(&name("A"), &secret("x"), LIMIT).unwrap();
        store.build("patchbay", "A", None).unwrap().delete_credential().unwrap();
        let error = keychain.remove(&name("A"), LIMIT).unwrap_err();
        assert!(matches!(error, Error::Missing { .. }), "it was not there: {error}");
        assert!(listed(&keychain).is_empty(), "and the list must not go on saying so");
    }

    #[test]
    fn names_that_differ_only_by_case_are_not_set_side_by_side() {
        let (keychain, _store, _folder) = in_memory();
        keychain.set(&name("TOKEN"), &secret("x"), LIMIT).unwrap();
        let error = keychain.set(&name("token"), &secret("y"), LIMIT).unwrap_err();
        assert!(matches!(error, Error::Clash { ref other, .. } if other.as_str() == "TOKEN"), "{error}");
        assert_eq!(keychain.get(&name("TOKEN"), LIMIT).unwrap().expose(), "x", "the older one is untouched");
    }

    #[test]
    fn an_empty_answer_is_not_believed_when_writing_fails() {
        let (keychain, store, _folder) = in_memory();
        fail_next(&store, PROBE, Fault::NoStorageAccess("no keyring".into()));
        let error = keychain.get(&name("A"), LIMIT).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "a keychain that cannot be written is not one without `A`: {error}");
    }

    #[test]
    fn no_fault_of_a_keychain_shows_the_value_that_it_carries() {
        let hidden = || b"hunter2".to_vec();
        for fault in [
            Fault::BadEncoding(hidden()),
            Fault::BadDataFormat(hidden(), "odd".into()),
            Fault::PlatformFailure("odd".into()),
            Fault::TooLong("password".into(), 2560),
            Fault::Invalid("password".into(), "odd".into()),
        ] {
            let (keychain, store, _folder) = in_memory();
            fail_next(&store, "A", fault);
            let error = keychain.set(&name("A"), &secret("hunter2"), LIMIT).unwrap_err();
            let said = format!("{error} {error:?} {error:#?}");
            // 104, 117, 110 are the first bytes of the value, as a list of bytes is printed.
            assert!(!said.contains("hunter2") && !said.contains("104, 117, 110"), "{said}");
            assert!(listed(&keychain).is_empty(), "what was not stored is not listed");
        }
    }

    #[test]
    fn an_entry_that_is_not_text_is_an_error_and_not_a_mangled_value() {
        let (keychain, store, _folder) = in_memory();
        store.build("patchbay", "A", None).unwrap().set_secret(&[0xff, 0x00]).unwrap();
        let error = keychain.get(&name("A"), LIMIT).unwrap_err();
        assert!(matches!(error, Error::NotText { .. }), "{error}");
    }

    #[test]
    fn a_keychain_that_was_restarted_is_connected_to_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let connect = {
            let (store, connections) = (Arc::clone(&store), Arc::clone(&connections));
            move || {
                connections.fetch_add(1, Ordering::SeqCst);
                Ok(Arc::clone(&store) as Arc<CredentialStore>)
            }
        };
        let keychain = Keychain::with(Arc::new(connect), "patchbay".into(), &folder.path().join("names.json"));
        keychain.set(&name("A"), &secret("x"), LIMIT).unwrap();
        keychain.get(&name("A"), LIMIT).unwrap();
        keychain.get(&name("A"), LIMIT).unwrap();
        assert_eq!(connections.load(Ordering::SeqCst), 2, "one to read and one to write, both kept while they work");
        fail_next(&store, "A", Fault::PlatformFailure("connection lost".into()));
        assert_eq!(keychain.get(&name("A"), LIMIT).unwrap().expose(), "x", "the second try succeeds");
        assert_eq!(connections.load(Ordering::SeqCst), 3, "on a new connection");
    }

    /// A store that waits for somebody, as a locked keychain with a window on the screen does.
    struct Waiting {
        answered: Arc<(Mutex<bool>, Condvar)>,
        beneath: Arc<mock::Store>,
    }

    impl CredentialStoreApi for Waiting {
        fn vendor(&self) -> String {
            "test".into()
        }

        fn id(&self) -> String {
            "test".into()
        }

        fn build(&self, service: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> keyring_core::Result<Entry> {
            let (answered, changed) = &*self.answered;
            drop(changed.wait_while(answered.lock().unwrap(), |answered| !*answered).unwrap());
            self.beneath.build(service, user, None)
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn a_call_ends_within_the_limit_however_long_the_keychain_waits_and_later_calls_work() {
        let folder = tempfile::tempdir().unwrap();
        let answered = Arc::new((Mutex::new(false), Condvar::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let connect = {
            let (answered, connections) = (Arc::clone(&answered), Arc::clone(&connections));
            let beneath = mock::Store::new().unwrap();
            move || {
                connections.fetch_add(1, Ordering::SeqCst);
                let (answered, beneath) = (Arc::clone(&answered), Arc::clone(&beneath));
                Ok(Arc::new(Waiting { answered, beneath }) as Arc<CredentialStore>)
            }
        };
        let keychain = Keychain::with(Arc::new(connect), "patchbay".into(), &folder.path().join("names.json"));
        let soon = Duration::from_millis(50);
        for _ in 0..MOST_STUCK_READS + 2 {
            let begun = Instant::now();
            let read = keychain.get(&name("A"), soon).map(|_| ());
            let written = keychain.set(&name("A"), &secret("old"), soon);
            for answer in [read, written] {
                let error = answer.unwrap_err();
                assert!(matches!(error, Error::TimedOut { .. }), "{error}");
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "the caller must be let go");
        }
        assert!(connections.load(Ordering::SeqCst) <= MOST_STUCK_READS + 1, "threads must not pile up");
        *answered.0.lock().unwrap() = true;
        answered.1.notify_all();
        keychain.set(&name("A"), &secret("new"), LIMIT).expect("the keychain answers again");
        assert_eq!(keychain.get(&name("A"), LIMIT).unwrap().expose(), "new", "a write that was stuck must not undo a later one");
    }

    #[test]
    fn a_thread_that_panics_fails_one_call_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = mock::Store::new().unwrap();
        let connections = AtomicUsize::new(0);
        let connect = move || {
            assert!(connections.fetch_add(1, Ordering::SeqCst) > 0, "the first connection panics, as this test wants");
            Ok(Arc::clone(&store) as Arc<CredentialStore>)
        };
        let keychain = Keychain::with(Arc::new(connect), "patchbay".into(), &folder.path().join("names.json"));
        let error = keychain.set(&name("A"), &secret("x"), LIMIT).unwrap_err();
        assert!(matches!(error, Error::Keychain { .. }), "{error}");
        keychain.set(&name("A"), &secret("x"), LIMIT).expect("a new thread takes over");
    }
}
