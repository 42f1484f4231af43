//! A graph's history and versions as they outlive a restart: one file for each graph file, written line by line behind what
//! is there, and whole where that file is not what was last written. What is written before a graph file is saved says which
//! text it belongs to, so that after a crash, or a change by another program, nothing is taken back that was not done.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::disk;
use crate::error::Error;
use crate::history::{History, Move, Texts};
use crate::versions::{Hash, Version, Versions};

/// The form of the file.
const FORMAT: u32 = 1;

/// A file longer than this is written anew, without what is no longer needed.
const LONG: u64 = 48 * 1024 * 1024;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Record {
    Head {
        format: u32,
        path: String,
    },
    Move(Move),
    Text(String),
    Version(Version),
    /// The texts that stand after the movements so far.
    At {
        graph: Hash,
        layout: Hash,
    },
}

/// The history and the versions of one graph.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) history: History,
    pub(crate) versions: Versions,
    /// The file; none where nothing is kept.
    file: Option<PathBuf>,
    graph: PathBuf,
    pending: Vec<Record>,
    /// How long the file is by what was read and written; none where it has to be written anew.
    length: Option<u64>,
    /// What the file says last of the texts.
    at: Option<Record>,
}

impl Past {
    /// The past of a graph that nobody works with: it is kept nowhere.
    pub(crate) fn none(graph: &Path) -> Self {
        Self::read(None, graph, &Texts::default())
    }

    /// Whether it outlives the app.
    pub(crate) fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// The past of the graph file at `graph` that now holds `texts`. What does not belong to them is left out.
    pub(crate) fn read(data: Option<&Path>, graph: &Path, texts: &Texts) -> Self {
        let name = Hash::of(&graph.to_string_lossy());
        let file = data.map(|data| data.join("history").join(format!("{}.jsonl", &name.as_str()[..32])));
        let (history, versions) = (History::default(), Versions::default());
        let mut past = Self { history, versions, file, graph: graph.to_owned(), pending: Vec::new(), length: None, at: None };
        let Some(file) = &past.file else { return past };
        match std::fs::read_to_string(file) {
            Ok(text) => match records(&text) {
                Ok(records) => past.rebuild(records, texts, text.len() as u64),
                Err(error) => tracing::warn!(error, file = %file.display(), "the history cannot be read and is begun anew"),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, file = %file.display(), "the history cannot be read and is begun anew"),
        }
        past.versions.thin(clock::now_us());
        past
    }

    fn rebuild(&mut self, records: Vec<Record>, texts: &Texts, length: u64) {
        let here = Record::At { graph: Hash::of(&texts.graph), layout: Hash::of(&texts.layout) };
        let last = records.iter().rposition(|record| *record == here);
        let is_whole = records.iter().skip(last.map_or(0, |last| last + 1)).all(|record| !matches!(record, Record::Move(_)));
        for (i, record) in records.into_iter().enumerate() {
            match record {
                Record::Move(made) if last.is_some_and(|last| i < last) => self.history.take(made),
                Record::Text(text) => self.versions.add_text(text),
                Record::Version(version) => self.versions.add(version),
                Record::Move(_) | Record::At { .. } | Record::Head { .. } => {}
            }
        }
        self.at = Some(here);
        // What was left out must not come back.
        self.length = is_whole.then_some(length);
    }

    /// Notes a movement that was made.
    pub(crate) fn take(&mut self, made: Move) {
        self.history.take(made.clone());
        if self.file.is_none() {
            return;
        }
        match (self.pending.last_mut(), &made) {
            (Some(Record::Move(last @ (Move::Do(_) | Move::Grow(_)))), Move::Grow(step)) => {
                let step = step.clone();
                *last = if matches!(last, Move::Do(_)) { Move::Do(step) } else { Move::Grow(step) };
            }
            _ => self.pending.push(Record::Move(made)),
        }
    }

    /// Keeps some texts as a version.
    pub(crate) fn keep(&mut self, name: Option<String>, label: String, at_us: i64, texts: &Texts) -> Version {
        for text in [&texts.graph, &texts.layout] {
            if !self.versions.has_text(&Hash::of(text)) {
                self.versions.add_text(text.clone());
                self.pending.push(Record::Text(text.clone()));
            }
        }
        let version = self.versions.next(name, label, at_us, texts);
        self.versions.add(version.clone());
        self.pending.push(Record::Version(version.clone()));
        self.versions.thin(at_us);
        version
    }

    /// Takes what is to be written before a file is saved that will hold `texts`.
    pub(crate) fn unwritten(&mut self, texts: &Texts) -> Option<Unwritten> {
        let file = self.file.clone()?;
        let at = Record::At { graph: Hash::of(&texts.graph), layout: Hash::of(&texts.layout) };
        if self.pending.is_empty() && (self.at.is_none() || self.at.as_ref() == Some(&at)) {
            return None;
        }
        let mut records = std::mem::take(&mut self.pending);
        let behind = self.length.filter(|length| *length < LONG);
        if behind.is_none() {
            records = vec![Record::Head { format: FORMAT, path: self.graph.display().to_string() }];
            records.extend(self.versions.texts().map(|text| Record::Text(text.to_owned())));
            records.extend(self.versions.list().iter().cloned().map(Record::Version));
            records.extend(self.history.moves().into_iter().map(Record::Move));
        }
        records.push(at.clone());
        self.at = Some(at);
        Some(Unwritten { file, records, behind })
    }

    /// Notes that something was written, or that all has to be written anew.
    pub(crate) fn wrote(&mut self, length: Option<u64>) {
        self.length = length;
    }
}

/// What has to be written of a past.
pub(crate) struct Unwritten {
    file: PathBuf,
    records: Vec<Record>,
    /// The length of the file that this goes behind; none where it is the whole file.
    behind: Option<u64>,
}

impl Unwritten {
    /// Writes it, and tells how long the file is then; none where another program writes there too.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write(&self) -> Result<Option<u64>, Error> {
        let mut text = String::new();
        for record in &self.records {
            // Records hold texts and numbers only, so that they can always be written.
            text.push_str(&serde_json::to_string(record).unwrap_or_default());
            text.push('\n');
        }
        let fail = |source| Error::Write { path: self.file.clone(), source };
        let Some(behind) = self.behind else {
            disk::make_private_folder(self.file.parent().unwrap_or(Path::new("."))).map_err(fail)?;
            disk::write_private(&self.file, &text)?;
            return Ok(Some(text.len() as u64));
        };
        let mut file = OpenOptions::new().append(true).open(&self.file).map_err(fail)?;
        if length(&file).map_err(fail)? != behind {
            return Ok(None);
        }
        file.write_all(text.as_bytes()).map_err(fail)?;
        Ok(Some(behind + text.len() as u64))
    }
}

fn length(file: &File) -> std::io::Result<u64> {
    Ok(file.metadata()?.len())
}

/// The lines of a file. The last may be cut short by a crash, and is left out then.
fn records(text: &str) -> Result<Vec<Record>, String> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let read = |(i, line): (usize, &str)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", i + 1));
    let records: Vec<Record> = whole.lines().enumerate().map(read).collect::<Result<_, _>>()?;
    match records.first() {
        Some(Record::Head { format: FORMAT, .. }) => Ok(records),
        Some(Record::Head { format, .. }) => Err(format!("its form {format} is not known")),
        _ => Err("it has no head".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct World {
        folder: tempfile::TempDir,
        past: Past,
    }

    fn texts(graph: &str) -> Texts {
        Texts { graph: graph.to_owned(), layout: String::new() }
    }

    impl World {
        /// A graph that was `` and became each of these.
        fn new(states: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let past = Past::read(Some(folder.path()), Path::new("/g.yaml"), &texts(""));
            let mut world = Self { folder, past };
            let mut before = "";
            for after in states {
                world.change(before, after);
                world.write(after);
                before = after;
            }
            world
        }

        fn change(&mut self, before: &str, after: &str) {
            let made = self.past.history.next(after.to_owned(), None, &texts(before), &texts(after)).unwrap();
            self.past.take(made);
        }

        fn write(&mut self, now: &str) {
            if let Some(unwritten) = self.past.unwritten(&texts(now)) {
                let length = unwritten.write().unwrap();
                self.past.wrote(length);
            }
        }

        fn file(&self) -> PathBuf {
            self.past.file.clone().unwrap()
        }

        /// What undo would take back when the graph is opened again and holds `now`.
        fn undo_after_restart(&self, now: &str) -> Option<String> {
            let past = Past::read(Some(self.folder.path()), Path::new("/g.yaml"), &texts(now));
            past.history.last().map(|step| step.label.clone())
        }
    }

    #[test]
    fn a_history_is_there_after_a_restart_and_only_for_the_text_that_it_belongs_to() {
        let world = World::new(&["a", "b", "c"]);
        assert_eq!(world.undo_after_restart("c").as_deref(), Some("c"), "as it was");
        assert_eq!(world.undo_after_restart("b").as_deref(), Some("b"), "the file was not saved any more, or was put back");
        assert_eq!(world.undo_after_restart("x"), None, "somebody else's text");
    }

    #[test]
    fn a_line_that_a_crash_cut_short_is_left_out_and_a_faulty_file_is_begun_anew() {
        let mut world = World::new(&["a", "b"]);
        let text = std::fs::read_to_string(world.file()).unwrap();
        std::fs::write(world.file(), &text[..text.len() - 9]).unwrap();
        assert_eq!(world.undo_after_restart("a").as_deref(), Some("a"), "what was whole is read");
        std::fs::write(world.file(), "{\n").unwrap();
        assert_eq!(world.undo_after_restart("a"), None, "nothing is read from what cannot be");
        world.past = Past::read(Some(world.folder.path()), Path::new("/g.yaml"), &texts("a"));
        world.change("a", "z");
        world.write("z");
        assert_eq!(world.undo_after_restart("z").as_deref(), Some("z"), "the file is a good one again");
    }

    #[test]
    fn another_writer_is_noticed_and_the_file_is_written_whole() {
        let mut world = World::new(&["a"]);
        let mut file = OpenOptions::new().append(true).open(world.file()).unwrap();
        file.write_all(b"{\"move\":\"undo\"}\n").unwrap();
        world.change("a", "b");
        world.write("b");
        world.change("b", "c");
        world.write("c");
        assert_eq!(world.undo_after_restart("c").as_deref(), Some("c"), "the other's line is gone");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let world = World::new(&["a", "b"]);
        assert_eq!(std::fs::metadata(world.file()).unwrap().permissions().mode() & 0o777, 0o600, "the file");
    }

    #[test]
    fn versions_outlive_the_history() {
        let mut world = World::new(&["a"]);
        world.past.keep(Some("good".to_owned()), "drew".to_owned(), clock::now_us(), &texts("a"));
        world.write("a");
        let past = Past::read(Some(world.folder.path()), Path::new("/g.yaml"), &texts("something else"));
        let (version, kept) = past.versions.get(protocol::VersionId(1)).unwrap();
        assert_eq!((version.name.as_deref(), kept), (Some("good"), texts("a")), "with its name and its text");
    }
}
