//! The keychain of the system that this was compiled for: how to reach it, and what its faults mean. Knows no secrets.

use std::sync::Arc;

use keyring_core::{CredentialStore, Error as Fault};
use zeroize::Zeroize;

use crate::{Cause, Error};

#[cfg(target_os = "macos")]
pub(super) fn connect() -> Result<Arc<CredentialStore>, Fault> {
    let store = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

#[cfg(windows)]
pub(super) fn connect() -> Result<Arc<CredentialStore>, Fault> {
    let store = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn connect() -> Result<Arc<CredentialStore>, Fault> {
    let store = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

/// Says in our words what a fault means. `Debug` forms are never looked at or kept: those of `BadEncoding` and
/// `BadDataFormat` hold the secret.
pub(super) fn explain(fault: Fault, doing: &'static str) -> Error {
    match fault {
        Fault::PlatformFailure(ref system) | Fault::NoStorageAccess(ref system) => {
            let cause = Cause::of(system.as_ref());
            let denied = matches!(fault, Fault::NoStorageAccess(_));
            explain_system(system.as_ref(), cause, denied, doing)
        }
        Fault::BadEncoding(mut bytes) | Fault::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            Error::Keychain { doing, cause: Cause::text("the entry has a form that only another program understands") }
        }
        Fault::Ambiguous(entries) => {
            let cause = Cause::text(format!("{} entries have this name: remove all but one", entries.len()));
            Error::Keychain { doing, cause }
        }
        other => Error::Keychain { doing, cause: Cause::of(&other) },
    }
}

#[cfg(any(target_os = "macos", windows))]
fn explain_system(_system: &(dyn std::error::Error + Send + Sync + 'static), cause: Cause, denied: bool, doing: &'static str) -> Error {
    if denied { Error::Refused { cause } } else { Error::Keychain { doing, cause } }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn explain_system(system: &(dyn std::error::Error + Send + Sync + 'static), cause: Cause, denied: bool, doing: &'static str) -> Error {
    use secret_service::Error as Service;
    match system.downcast_ref::<Service>() {
        Some(Service::Unavailable) => Error::NoBus { cause },
        Some(Service::Locked) => Error::Locked { cause },
        Some(Service::NoResult) => Error::NoCollection { cause },
        // Without a screen nobody was asked: the keychain gave up by itself.
        Some(Service::Prompt) if !has_screen() => Error::Locked { cause },
        Some(Service::Prompt) => Error::Refused { cause },
        _ => by_bus_error(cause, has_io_error(system), denied, doing),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn has_screen() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Tells faults apart by the bus's own names for them, which are fixed by the D-Bus and Secret Service specifications.
#[cfg(all(unix, not(target_os = "macos")))]
fn by_bus_error(cause: Cause, no_connection: bool, denied: bool, doing: &'static str) -> Error {
    const NOBODY_THERE: [&str; 3] =
        ["org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.Spawn."];
    let text = cause.to_string();
    if NOBODY_THERE.iter().any(|name| text.contains(name)) {
        Error::NoKeychain { cause }
    } else if text.contains("org.freedesktop.Secret.Error.IsLocked") {
        Error::Locked { cause }
    } else if denied || text.contains("org.freedesktop.DBus.Error.AccessDenied") {
        Error::Refused { cause }
    } else if no_connection {
        Error::NoBus { cause }
    } else {
        Error::Keychain { doing, cause }
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn has_io_error(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // The bus library shares its own.
        if error.is::<std::io::Error>() || error.is::<Arc<std::io::Error>>() {
            return true;
        }
        next = error.source();
    }
    false
}
