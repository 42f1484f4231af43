//! Which files were open lately, kept from one start to the next.

use std::path::{Path, PathBuf};

use crate::disk;

const KEPT: usize = 10;
const FILE: &str = "recent.json";

/// The files, the latest first; those that are gone are left out.
pub(crate) fn read(data: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(data.join(FILE)).unwrap_or_default();
    let all: Vec<PathBuf> = serde_json::from_str(&text).unwrap_or_default();
    all.into_iter().filter(|path| path.is_file()).collect()
}

/// Puts a file first.
pub(crate) fn note(data: &Path, path: &Path) {
    let mut all = read(data);
    all.retain(|known| known != path);
    all.insert(0, path.to_owned());
    all.truncate(KEPT);
    let written = std::fs::create_dir_all(data).map_err(|error| error.to_string()).and_then(|()| {
        let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
        disk::write_private(&data.join(FILE), &text).map_err(|error| error.in_full())
    });
    if let Err(error) = written {
        tracing::warn!(error, "could not note the file among the recent ones");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_file_comes_first_and_only_once_and_one_that_is_gone_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let files: Vec<PathBuf> = ["a", "b", "c"].iter().map(|name| folder.path().join(name)).collect();
        files.iter().for_each(|file| std::fs::write(file, "").unwrap());
        for at in [0, 1, 2, 0] {
            note(&data, &files[at]);
        }
        assert_eq!(read(&data), [files[0].clone(), files[2].clone(), files[1].clone()], "the order of last use");
        std::fs::remove_file(&files[2]).unwrap();
        assert_eq!(read(&data), [files[0].clone(), files[1].clone()], "a file that is gone cannot be opened");
    }
}
