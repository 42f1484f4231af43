//! What goes wrong with a file: each is a clear error that says what to do, and what was there before is there still.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use run::{Event, Moment, Outcome, Part};
use serde_json::json;
use store::{End, Error, Filter, GraphText, Keeping, NewRun, Place, RunJournal, Store};

fn begin(store: &Store, id: u64, started: i64) -> RunJournal {
    store.begin(NewRun {
        id,
        file: "/a.yaml".to_owned(),
        tool: "t".to_owned(),
        graph: GraphText::new("text"),
        part: Part::default(),
        parent: None,
        caller: None,
        started: Moment(started),
    })
}

fn event(text: &str) -> Event {
    Event::Started { arguments: Arc::new(json!({"text": text})), seed: 1, part: Part::default(), seen: None, trace: None }
}

/// What was mounted over a folder; it goes with this, however the test ends.
struct Mounted<'f>(&'f Path);

impl<'f> Mounted<'f> {
    /// None, said, where this may not be done.
    fn over(folder: &'f Path, steps: &[&[&str]]) -> Option<Self> {
        let mut mounted = None;
        for step in steps {
            let output = std::process::Command::new("mount").args(*step).arg(folder).output();
            if !output.is_ok_and(|output| output.status.success()) {
                eprintln!("skipped: only root may mount a disk here");
                return None;
            }
            mounted.get_or_insert_with(|| Self(folder));
        }
        mounted
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        std::process::Command::new("umount").arg(self.0).status().unwrap();
    }
}

/// A store with one run that has ended.
async fn with_a_run(folder: &Path) -> Place {
    let place = Place::within(folder);
    let store = Store::new(place.clone(), Keeping::ALL);
    let mut journal = begin(&store, 1, 1);
    journal.append(Moment(1), &event("first"));
    journal.ending().end(End { at: Moment(2), outcome: Outcome::Done { result: Arc::new(json!(1)) }, steps: 1 });
    journal.settle().await.unwrap();
    store.close().await;
    place
}

/// The run that was there is there, whole.
async fn is_as_it_was(place: &Place) {
    let store = Store::new(place.clone(), Keeping::ALL);
    assert_eq!(store.events(1).await.unwrap(), [(Moment(1), event("first"))], "what was written before is there");
    store.close().await;
}

/// What begins now is kept nowhere, and it is said why.
async fn is_refused(place: &Place, is_expected: impl Fn(&Error) -> bool, remedy: &str) {
    let store = Store::new(place.clone(), Keeping::ALL);
    let mut journal = begin(&store, 9, 9);
    journal.append(Moment(9), &event("lost"));
    journal.settle().await.expect("a run goes on in memory");
    let trouble = store.trouble().borrow().clone().expect("it is said that nothing is kept");
    assert!(is_expected(&trouble), "the error says what it is: {trouble:?}");
    assert!(trouble.to_string().contains(remedy), "and what to do: {trouble}");
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_is_said_and_takes_nothing_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_disk) = Mounted::over(folder.path(), &[&["-t", "tmpfs", "-o", "size=1m", "tmpfs"]]) else { return };
    let place = with_a_run(folder.path()).await;
    let store = Store::new(place.clone(), Keeping::ALL);
    let mut full = begin(&store, 2, 2);
    let mut other = begin(&store, 3, 3);
    let mut error = None;
    for at in 0..200 {
        full.append(Moment(at), &event(&"x".repeat(20_000)));
        if let Err(found) = full.settle().await {
            error = Some(found);
            break;
        }
    }
    let error = error.expect("a megabyte does not hold four");
    assert!(matches!(*error, Error::Full { .. }) && error.to_string().contains("patchbay store vacuum"), "{error:?}");
    full.append(Moment(0), &event("later"));
    assert!(full.settle().await.is_err(), "what comes after a gap is not written");
    other.append(Moment(0), &event("small"));
    let _may_be_full = other.settle().await;
    store.close().await;
    is_as_it_was(&place).await;
    assert!(place.check().await.unwrap().faults.is_empty(), "the file is sound");
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_is_said_and_what_is_there_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_a_run(folder.path()).await;
    let path = folder.path().display().to_string();
    // Root may write wherever it is not the file system that forbids it.
    let steps: [&[&str]; 2] = [&["--bind", &path], &["-o", "remount,bind,ro", &path]];
    let Some(disk) = Mounted::over(folder.path(), &steps) else { return };
    is_refused(&place, |error| matches!(error, Error::ReadOnly { .. } | Error::CannotOpen { .. }), "--data DIR").await;
    let fresh = Place::File(folder.path().join("deeper/runs.db"));
    is_refused(&fresh, |error| matches!(error, Error::Disk { .. }), "deeper").await;
    drop(disk);
    is_as_it_was(&place).await;
}

#[tokio::test]
async fn a_damaged_file_is_said_and_a_backup_brings_all_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_a_run(folder.path()).await;
    let backup = folder.path().join("backup.db");
    place.back_up(&backup).await.unwrap();
    let path = folder.path().join("runs.db");
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096..length.min(4096 * 12)].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    assert!(!place.check().await.unwrap().faults.is_empty(), "a check finds it");
    let store = Store::new(place.clone(), Keeping::ALL);
    let error = store.runs(&Filter::default()).await.expect_err("nothing can be read");
    assert!(matches!(error, Error::Damaged { .. }) && error.to_string().contains("patchbay store restore"), "{error:?}");
    store.close().await;

    fs::write(&path, b"this was a database once, and is a text now, which is long enough to be looked at as one of a hundred bytes")
        .unwrap();
    is_refused(&place, |error| matches!(error, Error::Damaged { .. }), "patchbay store check").await;
    place.restore(&backup, false).await.unwrap();
    is_as_it_was(&place).await;
}

/// Holds the file until its standard input is closed.
const HOLD: &str = "
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute('BEGIN EXCLUSIVE')
print('held', flush=True)
sys.stdin.read()
";

#[tokio::test]
async fn a_file_that_another_holds_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_a_run(folder.path()).await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a store that was closed leaves one file");
    let path = folder.path().join("runs.db");
    let Ok(mut python) = std::process::Command::new("python3")
        .args(["-c", HOLD])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        return eprintln!("skipped: there is no `python3` to hold the file");
    };
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(python.stdout.as_mut().unwrap()), &mut line).unwrap();
    assert_eq!(line, "held\n", "the other program has it");
    let store = Store::new(place.clone(), Keeping::ALL);
    let mut journal = begin(&store, 9, 9);
    journal.append(Moment(9), &event("x"));
    let error = journal.settle().await.expect_err("it cannot be written while another holds it");
    assert!(matches!(*error, Error::Locked { .. }) && error.to_string().contains("end that program"), "{error:?}");
    drop(python.stdin.take());
    python.wait().unwrap();
    store.close().await;
    is_as_it_was(&place).await;
}

#[tokio::test]
async fn a_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_a_run(folder.path()).await;
    let path = folder.path().join("runs.db");
    let other = folder.path().join("other.db");
    place.back_up(&other).await.unwrap();
    // The same file with its own table under another name is no store any more.
    let mut changed = fs::read(&other).unwrap();
    for at in 0..changed.len().saturating_sub(5) {
        if &changed[at..at + 5] == b"about" {
            changed[at..at + 5].copy_from_slice(b"bouta");
        }
    }
    fs::write(&path, &changed).unwrap();
    is_refused(&place, |error| matches!(error, Error::NotAStore { .. }), "another file or folder").await;
    assert_eq!(fs::read(&path).unwrap().len(), changed.len(), "it is as it was");
}

#[tokio::test]
async fn a_clock_that_was_set_back_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_a_run(folder.path()).await;
    let store = Store::new(place.clone(), Keeping::ALL);
    let mut earlier = begin(&store, 2, -5_000_000);
    earlier.append(Moment(-5_000_000), &event("before 1970"));
    earlier.ending().end(End { at: Moment(-6_000_000), outcome: Outcome::Done { result: Arc::new(json!(2)) }, steps: 1 });
    earlier.settle().await.unwrap();
    let mut taken = begin(&store, 1, 1);
    taken.append(Moment(1), &event("second"));
    let error = taken.settle().await.expect_err("the number is another run's");
    assert!(matches!(*error, Error::Taken { run: 1, .. }) && error.to_string().contains("start the run again"), "{error:?}");
    assert_eq!(store.runs(&Filter::default()).await.unwrap().len(), 2, "both runs are there");
    assert_eq!(store.events(2).await.unwrap()[0].0, Moment(-5_000_000), "with the moments that the clock told");
    store.close().await;
    is_as_it_was(&place).await;
}
