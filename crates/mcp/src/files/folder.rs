//! One folder of the file system, read-only, that no path leads out of. Knows nothing of tools.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::FilesError;

/// The longest file that is read whole, in bytes.
const LONGEST: u64 = 10 * 1024 * 1024;

/// The most entries of one folder.
pub(super) const MOST: usize = 100_000;

/// How much is read at once from the end of a file, in bytes.
const BLOCK: u64 = 64 * 1024;

/// An entry of a folder.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) name: String,
    /// A link is none, wherever it leads: what is below it would be listed twice, or without end.
    pub(super) is_folder: bool,
}

/// The folder.
pub(super) struct Folder {
    /// Absolute, without links.
    root: PathBuf,
}

impl Folder {
    pub(super) fn open(root: &Path) -> Result<Self, FilesError> {
        let open = || {
            let root = root.canonicalize()?;
            fs::read_dir(&root)?;
            Ok(root)
        };
        let root = open().map_err(|source| FilesError::NoRoot { path: root.to_owned(), source })?;
        Ok(Self { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where `path` really is. What does not exist outside is said to be outside, not missing.
    pub(super) fn resolve(&self, path: &str) -> Result<PathBuf, FilesError> {
        let wanted = self.root.join(path);
        let outside = || FilesError::Outside { path: path.to_owned() };
        match wanted.canonicalize() {
            Ok(real) if real.starts_with(&self.root) => Ok(real),
            Ok(_) => Err(outside()),
            Err(source) => {
                // The nearest ancestor that exists decides, so that nothing outside can be probed for.
                let nearest = wanted.ancestors().skip(1).find_map(|ancestor| ancestor.canonicalize().ok());
                let climbs = wanted.strip_prefix(&self.root).map_or(true, climbs);
                let is_below = nearest.is_some_and(|nearest| nearest.starts_with(&self.root) || !self.root.exists());
                if climbs || !is_below {
                    return Err(outside());
                }
                Err(FilesError::Io { path: path.to_owned(), source })
            }
        }
    }

    /// The entries of a folder, sorted by name.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Entry>, FilesError> {
        let real = self.resolve(path)?;
        if !real.is_dir() {
            return Err(FilesError::NotAFolder { path: path.to_owned() });
        }
        entries(&real).map_err(|source| FilesError::Io { path: path.to_owned(), source }).and_then(|entries| {
            if entries.len() > MOST { Err(FilesError::TooMany { path: path.to_owned(), limit: MOST }) } else { Ok(entries) }
        })
    }

    /// A whole text file.
    pub(super) fn read(&self, path: &str) -> Result<String, FilesError> {
        let (file, size) = self.file(path)?;
        let io = |source| FilesError::Io { path: path.to_owned(), source };
        let too_long = |size| FilesError::TooLong { path: path.to_owned(), size, limit: LONGEST };
        if size > LONGEST {
            return Err(too_long(size));
        }
        let mut bytes = Vec::new();
        // It may grow while it is read, and some files of the system have no size at all.
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(io)?;
        match u64::try_from(bytes.len()) {
            Ok(read) if read > LONGEST => Err(too_long(read)),
            _ => String::from_utf8(bytes).map_err(|_| FilesError::NotText { path: path.to_owned() }),
        }
    }

    /// The first lines of a text file.
    pub(super) fn head(&self, path: &str, lines: usize) -> Result<String, FilesError> {
        let (file, _) = self.file(path)?;
        let mut taken = Vec::new();
        let mut reader = BufReader::new(file.take(LONGEST));
        for _ in 0..lines {
            let read = reader.read_until(b'\n', &mut taken);
            if read.map_err(|source| FilesError::Io { path: path.to_owned(), source })? == 0 {
                break;
            }
        }
        self.text(path, taken)
    }

    /// The last lines of a text file, read from its end.
    pub(super) fn tail(&self, path: &str, lines: usize) -> Result<String, FilesError> {
        let (mut file, size) = self.file(path)?;
        let io = |source| FilesError::Io { path: path.to_owned(), source };
        let mut taken: Vec<u8> = Vec::new();
        let mut start = size;
        // One line end more than lines: the one before the first of them. The very last byte ends no line before another.
        let complete = |taken: &[u8]| {
            let body = taken.strip_suffix(b"\n").unwrap_or(taken);
            body.iter().filter(|byte| **byte == b'\n').count() >= lines
        };
        while start > 0 && size - start < LONGEST && !complete(&taken) {
            let from = start.saturating_sub(BLOCK);
            let mut block = Vec::new();
            file.seek(SeekFrom::Start(from)).map_err(io)?;
            Read::by_ref(&mut file).take(start - from).read_to_end(&mut block).map_err(io)?;
            block.extend_from_slice(&taken);
            taken = block;
            start = from;
        }
        let body = taken.strip_suffix(b"\n").unwrap_or(&taken);
        let ends = body.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
        let first = ends.take(lines).nth(lines.saturating_sub(1)).unwrap_or(0);
        self.text(path, taken.split_off(first))
    }

    /// What the file system knows of a file or folder.
    pub(super) fn about(&self, path: &str) -> Result<String, FilesError> {
        let real = self.resolve(path)?;
        let metadata = fs::metadata(real).map_err(|source| FilesError::Io { path: path.to_owned(), source })?;
        let mut lines = vec![format!("size: {}", metadata.len())];
        let times = [("created", metadata.created()), ("modified", metadata.modified()), ("accessed", metadata.accessed())];
        // Not every file system keeps each of them.
        lines.extend(times.into_iter().filter_map(|(name, time)| Some(format!("{name}: {}", timestamp(time.ok()?)))));
        lines.push(format!("isDirectory: {}", metadata.is_dir()));
        lines.push(format!("isFile: {}", metadata.is_file()));
        lines.push(format!("permissions: {}", permissions(&metadata)));
        Ok(lines.join("\n"))
    }

    fn file(&self, path: &str) -> Result<(File, u64), FilesError> {
        let real = self.resolve(path)?;
        let io = |source| FilesError::Io { path: path.to_owned(), source };
        // Before it is opened: opening a pipe would wait for somebody to write to it.
        if !fs::metadata(&real).map_err(io)?.is_file() {
            return Err(FilesError::NotAFile { path: path.to_owned() });
        }
        let file = File::open(real).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        Ok((file, size))
    }

    fn text(&self, path: &str, bytes: Vec<u8>) -> Result<String, FilesError> {
        String::from_utf8(bytes).map_err(|_| FilesError::NotText { path: path.to_owned() })
    }
}

/// The entries of a folder, sorted by name, at most one more than are allowed.
pub(super) fn entries(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST + 1) {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        entries.push(Entry { name, is_folder: entry.file_type()?.is_dir() });
    }
    entries.sort();
    Ok(entries)
}

/// Whether a relative path leads above its start at any point.
fn climbs(path: &Path) -> bool {
    let mut depth = 0_i64;
    path.components().any(|component| {
        depth += match component {
            std::path::Component::Normal(_) => 1,
            std::path::Component::ParentDir => -1,
            _ => 0,
        };
        depth < 0
    })
}

/// In UTC, to the second, such as `2026-07-28T09:30:00Z`.
fn timestamp(time: SystemTime) -> String {
    let seconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of the day that comes so many days after 1970-01-01, in the Gregorian calendar.
///
/// Counted in eras of 400 years that begin in March, so that the leap day is the last of a year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(unix)]
fn permissions(metadata: &fs::Metadata) -> String {
    use std::os::unix::fs::PermissionsExt;
    format!("{:03o}", metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn permissions(metadata: &fs::Metadata) -> String {
    if metadata.permissions().readonly() { "444".to_owned() } else { "666".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_785_231_000, "2026-07-28T09:30:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected, "{seconds} s after 1970");
        }
    }

    #[test]
    fn a_path_climbs_as_soon_as_it_is_above_its_start() {
        let cases = [("a/../b", false), ("..", true), ("a/../../b", true), ("./a", false), ("a/b/../../..", true), ("", false)];
        for (path, expected) in cases {
            assert_eq!(climbs(Path::new(path)), expected, "{path}");
        }
    }
}
