//! One thread that talks to the keychain, and callers that stop waiting for it in time. Knows nothing of secrets.
//!
//! A call to a keychain cannot be interrupted: it waits for a window in which somebody types a password. The thread is ours,
//! with no runtime on it, because the Linux store starts one and panics inside another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use keyring_core::{CredentialStore, Entry, Error as Fault};

/// Opens a connection to a keychain; called again after a failure.
pub(super) type Connect = dyn Fn() -> Result<Arc<CredentialStore>, Fault> + Send + Sync;

type Call = Box<dyn FnOnce(&mut Session) + Send>;

/// Why a call gave no answer.
#[derive(Debug)]
pub(super) enum Silence {
    /// The time limit passed.
    TimedOut(Duration),
    /// The thread could not be started, or ended under the call.
    ThreadEnded,
}

/// The thread, started by the first call and replaced when it is stuck.
pub(super) struct Worker {
    connect: Arc<Connect>,
    most_threads: usize,
    current: Mutex<Option<Thread>>,
    living: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Thread {
    calls: Sender<Call>,
    number: usize,
}

impl Worker {
    /// A worker that lets `most_threads` be stuck in a keychain that does not answer, before calls queue behind the last of
    /// them. Only what may safely end late and out of order may have more than one.
    pub(super) fn new(connect: Arc<Connect>, most_threads: usize) -> Self {
        Worker { connect, most_threads, current: Mutex::new(None), living: Arc::default() }
    }

    /// Runs `act` on the thread and waits for its answer until `limit` has passed. An `act` that was still in the queue then
    /// is never begun; one that had begun ends whenever the keychain lets it.
    pub(super) fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        act: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> Result<T, Silence> {
        let deadline = Instant::now() + limit;
        let (answer, answered) = mpsc::sync_channel(1);
        let thread = self.thread().ok_or(Silence::ThreadEnded)?;
        let call: Call = Box::new(move |session| {
            if Instant::now() < deadline {
                // The caller may have left just now; then nobody wants the answer.
                answer.send(act(session)).ok();
            }
        });
        if thread.calls.send(call).is_err() {
            self.forget(thread.number);
            return Err(Silence::ThreadEnded);
        }
        answered.recv_timeout(limit).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                if self.living.load(Ordering::Relaxed) < self.most_threads {
                    self.forget(thread.number);
                }
                Silence::TimedOut(limit)
            }
            RecvTimeoutError::Disconnected if Instant::now() >= deadline => Silence::TimedOut(limit),
            RecvTimeoutError::Disconnected => {
                self.forget(thread.number);
                Silence::ThreadEnded
            }
        })
    }

    /// The current thread, or a new one.
    fn thread(&self) -> Option<Thread> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = &*current {
            return Some(thread.clone());
        }
        let (calls, queue) = mpsc::channel::<Call>();
        let connect = Arc::clone(&self.connect);
        let alive = Alive::one_of(&self.living);
        let number = alive.number;
        let body = move || {
            let _alive = alive;
            let mut session = Session { connect, store: None };
            for call in queue {
                call(&mut session);
            }
        };
        thread::Builder::new().name("keychain".into()).spawn(body).ok()?;
        let thread = Thread { calls, number };
        *current = Some(thread.clone());
        Some(thread)
    }

    /// Lets the next call start a new thread. The old one ends when it has no caller left.
    fn forget(&self, number: usize) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|thread| thread.number == number);
    }
}

/// Counts a thread while it lives, also when it panics.
struct Alive {
    living: Arc<AtomicUsize>,
    number: usize,
}

impl Alive {
    fn one_of(living: &Arc<AtomicUsize>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        living.fetch_add(1, Ordering::Relaxed);
        Alive { living: Arc::clone(living), number: NEXT.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.living.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The connection that a thread keeps from call to call.
pub(super) struct Session {
    connect: Arc<Connect>,
    store: Option<Arc<CredentialStore>>,
}

impl Session {
    /// Does `act` to the entry. A keychain that was restarted since the last call has forgotten our connection, so a failure of
    /// an old connection is tried once more on a new one.
    pub(super) fn on_entry<T>(&mut self, service: &str, user: &str, act: impl Fn(&Entry) -> Result<T, Fault>) -> Result<T, Fault> {
        if let Some(store) = &self.store {
            match store.build(service, user, None).and_then(|entry| act(&entry)) {
                Err(Fault::PlatformFailure(_)) => self.store = None,
                answer => return answer,
            }
        }
        let store = (self.connect)()?;
        let answer = store.build(service, user, None).and_then(|entry| act(&entry));
        if !matches!(answer, Err(Fault::PlatformFailure(_))) {
            self.store = Some(store);
        }
        answer
    }
}
