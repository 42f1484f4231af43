//! The encrypted file through the vault's own verbs, at the real cost of deriving a key.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use vault::{Backend, Error, Name, Options, Secret, Vault};

fn open(path: &Path, passphrase: &str) -> Vault {
    let passphrase = Secret::new(passphrase.into());
    Vault::open(Options::new(Backend::File { path: path.to_owned(), passphrase }))
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

/// A folder, and the path of a file that is not there yet.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/secrets.vault");
    (folder, path)
}

#[test]
fn secrets_are_there_for_whoever_opens_the_file_with_its_passphrase() {
    let (_folder, path) = place();
    let first = open(&path, "open sesame");
    first.set(&name("B"), &secret("hunter2\nand more")).unwrap();
    first.set(&name("A"), &secret("old")).unwrap();
    first.set(&name("A"), &secret("new")).unwrap();
    let second = open(&path, "open sesame");
    assert_eq!(second.list().unwrap(), [name("A"), name("B")], "each name once, in order");
    assert_eq!(second.get(&name("A")).unwrap().expose(), "new", "the newest value is the one");
    second.remove(&name("A")).unwrap();
    for answer in [first.get(&name("A")).map(|_| ()), first.remove(&name("A"))] {
        let error = answer.expect_err("another handle removed it");
        assert_eq!(error.to_string(), "secret `A` is not set: run `patchbay secret set A`", "the remedy is named");
    }
    assert_eq!(first.get(&name("B")).unwrap().expose(), "hunter2\nand more", "the other one stayed");
}

#[test]
fn without_a_file_nothing_is_set_and_reading_makes_none() {
    let (_folder, path) = place();
    let vault = open(&path, "open sesame");
    assert!(vault.list().unwrap().is_empty(), "there is nothing to list");
    assert!(matches!(vault.get(&name("A")).unwrap_err(), Error::Missing { .. }), "and nothing to get");
    assert!(!path.exists(), "reading must not make a file");
    vault.probe().unwrap();
    assert!(path.exists(), "a probe writes");
}

#[test]
fn a_time_limit_of_for_ever_is_a_time_limit() {
    let (_folder, path) = place();
    let backend = Backend::File { path, passphrase: secret("open sesame") };
    let vault = Vault::open(Options { backend, time_limit: Duration::MAX });
    vault.probe().expect("an endless limit must not overflow the clock");
}

#[test]
fn another_passphrase_neither_reads_nor_writes() {
    let (_folder, path) = place();
    open(&path, "open sesame").set(&name("A"), &secret("hunter2")).unwrap();
    let before = fs::read(&path).unwrap();
    let wrong = open(&path, "wrong horse");
    let read = wrong.get(&name("A")).map(|_| ());
    let listed = wrong.list().map(|_| ());
    let answers = [read, listed, wrong.set(&name("A"), &secret("x")), wrong.remove(&name("A")), wrong.probe()];
    for answer in answers {
        let error = answer.expect_err("the passphrase is wrong");
        assert!(matches!(error, Error::WrongPassphrase { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("wrong horse"), "the error shows the passphrase: {error:?}");
    }
    assert_eq!(fs::read(&path).unwrap(), before, "the file must be as it was");
}

#[test]
fn an_empty_passphrase_an_empty_value_and_an_endless_one_are_refused() {
    let (_folder, path) = place();
    let error = open(&path, "").set(&name("A"), &secret("x")).unwrap_err();
    assert!(matches!(error, Error::NoPassphrase { .. }), "{error}");
    let error = open(&path, "open sesame").set(&name("A"), &secret("")).unwrap_err();
    assert!(matches!(error, Error::Empty { .. }), "{error}");
    let error = open(&path, "open sesame").set(&name("A"), &secret(&"x".repeat(1024 * 1024 + 1))).unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 1_048_576, .. }), "{error}");
    assert!(!path.exists(), "nothing may be written");
}

#[test]
fn names_that_differ_only_by_case_are_not_set_side_by_side() {
    let (_folder, path) = place();
    let vault = open(&path, "open sesame");
    vault.set(&name("Token"), &secret("x")).unwrap();
    let error = vault.set(&name("TOKEN"), &secret("y")).unwrap_err();
    assert!(matches!(error, Error::Clash { ref other, .. } if other.as_str() == "Token"), "{error}");
}

#[test]
fn a_damaged_file_is_told_from_a_wrong_passphrase_and_is_not_overwritten() {
    let (_folder, path) = place();
    let vault = open(&path, "open sesame");
    vault.set(&name("A"), &secret("hunter2")).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    for damaged in [bytes.as_slice(), &bytes[..90], b"{}", b""] {
        fs::write(&path, damaged).unwrap();
        let answers = [vault.get(&name("A")).map(|_| ()), vault.set(&name("B"), &secret("x"))];
        for answer in answers {
            let error = answer.expect_err("the file is damaged");
            assert!(matches!(error, Error::Damaged { .. }), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), damaged, "what is left of it may still be of use");
    }
}

#[test]
fn writers_at_once_lose_nothing_of_each_other() {
    let (_folder, path) = place();
    open(&path, "open sesame").probe().unwrap();
    thread::scope(|scope| {
        for n in 0..4 {
            let path = &path;
            scope.spawn(move || open(path, "open sesame").set(&name(&format!("N{n}")), &secret("x")).unwrap());
        }
    });
    assert_eq!(open(&path, "open sesame").list().unwrap().len(), 4, "every write must remain");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only_and_shows_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let vault = open(&path, "open sesame");
    vault.set(&name("TOKEN"), &secret("hunter2")).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "others must not read it");
    for entry in fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for text in ["hunter2", "TOKEN", "open sesame"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "`{text}` can be read on disk");
        }
    }
    let shown = format!("{vault:?} {:?}", Options::new(Backend::File { path, passphrase: secret("open sesame") }));
    assert!(!shown.contains("sesame") && !shown.contains("hunter2"), "{shown}");
}
