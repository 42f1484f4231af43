//! Where runs of a file are held, kept from one start to the next beside the other things that the window remembers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use protocol::debug::Stops;

use crate::disk;
use crate::error::Error;

const FILE: &str = "breakpoints.json";

/// Held while the file is read and written anew.
static TURN: Mutex<()> = Mutex::new(());

fn all(data: &Path) -> BTreeMap<PathBuf, Stops> {
    let text = std::fs::read_to_string(data.join(FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// What was kept of a file; nowhere where nothing was, or nothing that can be read.
pub(super) fn read(data: &Path, file: &Path) -> Stops {
    all(data).remove(file).unwrap_or_default()
}

/// Keeps where runs of a file are held, and forgets files that are gone.
pub(super) fn write(data: &Path, file: &Path, stops: &Stops) -> Result<(), Error> {
    let path = data.join(FILE);
    let fail = |source| Error::Create { path: path.clone(), source };
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = all(data);
    all.insert(file.to_owned(), stops.clone());
    all.retain(|path, stops| *stops != Stops::default() && path.is_file());
    std::fs::create_dir_all(data).map_err(fail)?;
    let text = serde_json::to_string_pretty(&all).map_err(|error| fail(error.into()))?;
    disk::write_private(&path, &text)
}
