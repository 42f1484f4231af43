//! Which files were open lately, kept from one start to the next.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use protocol::RecentFile;

use crate::disk;

const KEPT: usize = 10;
const FILE: &str = "recent.json";

/// Held while the list is read and written anew.
static TURN: Mutex<()> = Mutex::new(());

/// The files, the latest first.
fn paths(data: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(data.join(FILE)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// The files, the latest first, those that are gone among them: a person who looks for one sees what became of it.
pub(crate) fn read(data: &Path) -> Vec<RecentFile> {
    paths(data).into_iter().map(|path| RecentFile { is_missing: !path.is_file(), path: path.display().to_string() }).collect()
}

/// The latest that is there.
pub(crate) fn last(data: &Path) -> Option<PathBuf> {
    paths(data).into_iter().find(|path| path.is_file())
}

/// Puts a file first.
pub(crate) fn note(data: &Path, path: &Path) {
    change(data, |all| {
        all.retain(|known| known != path);
        all.insert(0, path.to_owned());
        all.truncate(KEPT);
    });
}

/// Takes a file from the list.
pub(crate) fn forget(data: &Path, path: &Path) {
    change(data, |all| all.retain(|known| known != path));
}

fn change(data: &Path, change: impl FnOnce(&mut Vec<PathBuf>)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = paths(data);
    change(&mut all);
    let written = std::fs::create_dir_all(data).map_err(|error| error.to_string()).and_then(|()| {
        let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
        disk::write_private(&data.join(FILE), &text).map_err(|error| error.in_full())
    });
    if let Err(error) = written {
        tracing::warn!(error, "could not keep the list of recent files");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_file_comes_first_and_only_once_and_one_that_is_gone_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let files: Vec<PathBuf> = ["a", "b", "c"].iter().map(|name| folder.path().join(name)).collect();
        files.iter().for_each(|file| std::fs::write(file, "").unwrap());
        for at in [0, 1, 2, 0] {
            note(&data, &files[at]);
        }
        let listed = |data: &Path| {
            let name = |file: RecentFile| format!("{}{}", if file.is_missing { "?" } else { "" }, &file.path[file.path.len() - 1..]);
            read(data).into_iter().map(name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(listed(&data), "a c b", "the order of last use");
        std::fs::remove_file(&files[0]).unwrap();
        assert_eq!(listed(&data), "?a c b", "a file that is gone is still told of");
        assert_eq!(last(&data), Some(files[2].clone()), "but it cannot be opened");
        forget(&data, &files[0]);
        assert_eq!(listed(&data), "c b", "until a person takes it away");
    }
}
