//! Puts a backup in a store's place.

use std::path::{Path, PathBuf};

use super::carry::{Count, carry, count};
use crate::error::Error;
use crate::owner;
use crate::place::Place;
use crate::store::{now, open};

impl Place {
    /// Puts a backup in the place of what is there, which is kept under another name; on a server it is replaced only if `may_replace`.
    ///
    /// # Errors
    /// Where the backup is not whole, a process drives runs here, or something cannot be written; all is as it was then.
    pub async fn restore(&self, backup: &Path, may_replace: bool) -> Result<Count, Error> {
        let source = Place::File(backup.to_owned());
        let report = source.check().await?;
        if let Some(fault) = report.faults.first() {
            return Err(Error::Gone { place: source.to_string(), what: fault.clone() });
        }
        let mut from = open(&source, false).await?;
        let Place::File(path) = self else {
            let mut target = open(self, true).await?;
            carry(&mut from, &mut target, may_replace).await?;
            return count(&mut target).await;
        };
        if owner::any_lives(path) {
            return Err(Error::InUse { place: self.to_string() });
        }
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".restoring");
        let fresh = PathBuf::from(fresh);
        crate::sqlite::copy_into(&mut from, &fresh).await?;
        if path.exists() {
            set_aside(path, "replaced")?;
        }
        std::fs::rename(&fresh, path).map_err(|source| Error::Disk { doing: "put in its place", path: fresh, source })?;
        count(&mut from).await
    }
}

/// Gives a store's files another name, so that nothing of them is lost.
pub(super) fn set_aside(path: &Path, why: &str) -> Result<(), Error> {
    let with = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let aside = format!(".{why}-{}", now().as_millis() / 1000);
    for end in ["", "-wal", "-shm"] {
        let from = with(end);
        if from.exists() {
            std::fs::rename(&from, with(&format!("{aside}{end}"))).map_err(|source| Error::Disk { doing: "rename", path: from, source })?;
        }
    }
    Ok(())
}
