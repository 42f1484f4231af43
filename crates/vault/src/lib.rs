//! Secrets in the OS keychain, or in an encrypted file. Knows nothing of who asks for them.
//!
//! A [`Vault`] is a cheap handle with four verbs: [`get`](Vault::get), [`set`](Vault::set), [`remove`](Vault::remove) and
//! [`list`](Vault::list). They block (a keychain may be waiting for a person to type a password), each no longer than the
//! time limit that the vault was opened with; asynchronous callers hand them to a blocking thread.
//!
//! Which of the two backends holds the secrets is [chosen](choose) by the person and written down. A keychain that cannot be
//! used is an error that names the command which chooses the file; nothing falls back by itself.
//!
//! ```
//! use vault::{Backend, Name, Options, Secret, Vault, template};
//!
//! # let folder = tempfile::tempdir().map_err(|_| vault::Error::NoHome)?;
//! # let path = folder.path().join("secrets.vault");
//! let vault = Vault::open(Options::new(Backend::File { path, passphrase: Secret::new("open sesame".into()) }));
//! vault.set(&Name::new("TOKEN")?, &Secret::new("hunter2".into()))?;
//!
//! let header = template::resolve("Bearer ${secret:TOKEN}", |name| vault.get(name), |variable| std::env::var(variable).ok())?;
//! assert_eq!(header.value.expose(), "Bearer hunter2");
//! assert_eq!(format!("{header:?}"), "Resolved { value: •••, secrets: [•••], env: [] }");
//! # Ok::<(), vault::Error>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod choice;
mod disk;
mod error;
mod file;
mod keychain;
mod name;
mod names;
mod sealed;
mod secret;
pub mod template;
mod vault;

pub use choice::{Choice, Places, choose, chosen, open_chosen};
pub use error::{Cause, Error};
pub use name::Name;
pub use secret::Secret;
pub use vault::{Backend, Options, Vault};
