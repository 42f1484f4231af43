//! The keychain backend against a real Secret Service: gnome-keyring on a private D-Bus session.
//!
//! Each test starts its own sessions and runs itself again inside each of them, so a plain `cargo test` needs no setup. Without
//! the programs that this takes, the tests are skipped and say so.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use vault::{Backend, Error, Name, Options, Secret, Vault};

/// Set inside a session: its place in the test's list.
const INSIDE: &str = "VAULT_TEST_SESSION";
/// The folder that all sessions of one test share.
const FOLDER: &str = "VAULT_TEST_FOLDER";
/// Long enough for a busy machine; no passing test waits for it.
const PATIENCE: Duration = Duration::from_secs(120);
const LIMIT: Duration = Duration::from_secs(60);
const VALUE: &str = "hunter2 \u{1f511}\nsecond line";

/// What a login finds.
#[derive(Clone, Copy)]
enum Session {
    /// A keyring, made by the first session, that this password is said to open.
    Password(&'static str),
    /// A keychain program, but no keyring.
    NoKeyring,
    /// A D-Bus session, but no keychain program.
    NoKeychain,
    /// No D-Bus session.
    NoBus,
    /// A keyring that is locked, and a program that asks for its password and is never answered.
    Unanswered,
}

impl Session {
    /// What the shell does before it becomes the test; `None` without a bus.
    fn script(self) -> Option<String> {
        let start = match self {
            Session::Password(password) => format!("printf {password} | gnome-keyring-daemon --unlock --components=secrets"),
            Session::Unanswered => "printf wrong | gnome-keyring-daemon --unlock --components=secrets".into(),
            Session::NoKeyring => "gnome-keyring-daemon --start --components=secrets".into(),
            Session::NoKeychain => return Some("exec \"$@\"".into()),
            Session::NoBus => return None,
        };
        // The program answers before it can be found on the bus, and this bus does not start it by itself.
        let ask = "dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
                   org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets";
        Some(format!("{start} >/dev/null; until {ask} | grep -q true; do sleep 0.02; done; exec \"$@\""))
    }
}

/// A session, and what a test does in it.
type Step = (Session, fn(&Vault));

/// Runs the bodies, each in its session, one after another in one home. `test` is the calling test's name.
fn check(test: &str, sessions: &[Step]) {
    if let Some(place) = std::env::var_os(INSIDE) {
        let place: usize = place.to_str().unwrap().parse().unwrap();
        let names = PathBuf::from(std::env::var_os(FOLDER).unwrap()).join("names.json");
        let backend = Backend::Keychain { service: "patchbay-test".into(), names };
        return sessions[place].1(&Vault::open(Options { backend, time_limit: LIMIT }));
    }
    for program in ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"] {
        if Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("skipped: `{program}` is not installed (packages `dbus` and `gnome-keyring`)");
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for (place, (session, _)) in sessions.iter().enumerate() {
        run_within(*session, test, place, folder.path());
    }
}

fn run_within(session: Session, test: &str, place: usize, folder: &Path) {
    let own = std::env::current_exe().unwrap();
    let mut command = match session.script() {
        Some(script) => {
            let mut command = Command::new("dbus-run-session");
            command.arg(format!("--config-file={}", bus_config(session, folder).display()));
            command.args(["--", "sh", "-c", &script, "sh"]).arg(own);
            command
        }
        None => Command::new(own),
    };
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, place.to_string()).env(FOLDER, folder);
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL"] {
        command.env_remove(variable);
    }
    if matches!(session, Session::Unanswered) {
        command.env("DISPLAY", ":0");
    }
    for (variable, name) in [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_RUNTIME_DIR", "run"),
    ] {
        let place = folder.join(name);
        fs::create_dir_all(&place).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
        command.env(variable, place);
    }
    let log = folder.join("log");
    let written = File::create(&log).unwrap();
    command.stdin(Stdio::null()).stdout(written.try_clone().unwrap()).stderr(written);
    let succeeded = run_in_group(command);
    let log = fs::read_to_string(log).unwrap();
    assert!(succeeded, "session {place} failed:\n{log}");
    assert!(log.contains("1 passed"), "session {place} ran no test; is `{test}` its name?\n{log}");
}

/// Runs the command in a process group of its own, and ends the group if it takes too long.
fn run_in_group(mut command: Command) -> bool {
    let mut child = command.process_group(0).spawn().unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        if Instant::now() > deadline {
            Command::new("kill").arg("-KILL").arg(format!("-{}", child.id())).status().unwrap();
            child.wait().unwrap();
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// A bus that starts nothing by itself, except the asking program where that is the test.
fn bus_config(session: Session, folder: &Path) -> PathBuf {
    let services = folder.join("services");
    fs::create_dir_all(&services).unwrap();
    if matches!(session, Session::Unanswered) {
        // It ends when the test's folder is removed.
        let asking = folder.join("asking");
        fs::write(&asking, "while [ -e \"$0\" ]; do sleep 0.1; done\n").unwrap();
        let service = format!("[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sh {}\n", asking.display());
        fs::write(services.join("prompter.service"), service).unwrap();
    }
    let config = folder.join("bus.conf");
    let text = format!(
        r#"<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#,
        folder = folder.display(),
        services = services.display()
    );
    fs::write(&config, text).unwrap();
    config
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn store(vault: &Vault) {
    vault.set(&name("TOKEN"), &Secret::new(VALUE.into())).unwrap();
}

/// Asserts that no call works, each for the reason that `is_expected` knows, and that no error shows the value.
fn all_fail(vault: &Vault, is_expected: impl Fn(&Error) -> bool) {
    let answers = [
        ("get", vault.get(&name("TOKEN")).map(|_| ())),
        ("set", vault.set(&name("TOKEN"), &Secret::new(VALUE.into()))),
        ("remove", vault.remove(&name("TOKEN"))),
        ("probe", vault.probe()),
    ];
    for (call, answer) in answers {
        let error = answer.expect_err(call);
        assert!(is_expected(&error), "{call}: {error:?}");
        assert!(error.to_string().contains("patchbay secret store file"), "{call}: the other way must be named: {error}");
        assert!(!format!("{error} {error:#?}").contains("hunter2"), "{call}: the error shows the value: {error:?}");
    }
}

#[test]
fn a_secret_is_stored_read_listed_and_removed() {
    check(
        "a_secret_is_stored_read_listed_and_removed",
        &[(Session::Password("right"), |vault| {
            vault.probe().expect("this keychain can be written");
            for value in ["first", VALUE] {
                vault.set(&name("TOKEN"), &Secret::new(value.into())).unwrap();
                assert_eq!(vault.get(&name("TOKEN")).unwrap().expose(), value, "what was stored is what is read");
            }
            assert_eq!(vault.list().unwrap(), [name("TOKEN")], "the list has its name and nothing else");
            let error = vault.get(&name("OTHER")).unwrap_err();
            assert_eq!(error.to_string(), "secret `OTHER` is not set: run `patchbay secret set OTHER`", "the remedy is named");
            vault.remove(&name("TOKEN")).unwrap();
            let error = vault.get(&name("TOKEN")).unwrap_err();
            assert!(matches!(error, Error::Missing { .. }), "it was removed: {error}");
            assert!(vault.list().unwrap().is_empty(), "and is not listed");
        })],
    );
}

#[test]
fn many_threads_read_and_write_at_once() {
    check(
        "many_threads_read_and_write_at_once",
        &[(Session::Password("right"), |vault| {
            thread::scope(|scope| {
                for n in 0..8 {
                    scope.spawn(move || {
                        let (name, value) = (name(&format!("N{n}")), format!("value {n}"));
                        vault.set(&name, &Secret::new(value.clone())).unwrap();
                        assert_eq!(vault.get(&name).unwrap().expose(), value, "each thread reads what it wrote");
                    });
                }
            });
            assert_eq!(vault.list().unwrap().len(), 8, "no name was lost");
        })],
    );
}

#[test]
fn a_secret_outlives_the_session_that_stored_it() {
    check(
        "a_secret_outlives_the_session_that_stored_it",
        &[
            (Session::Password("right"), store),
            (Session::Password("right"), |vault| {
                assert_eq!(vault.get(&name("TOKEN")).unwrap().expose(), VALUE, "the keyring keeps it");
            }),
        ],
    );
}

#[test]
fn a_keychain_that_restarts_is_found_again() {
    check(
        "a_keychain_that_restarts_is_found_again",
        &[(Session::Password("right"), |vault| {
            store(vault);
            assert_eq!(vault.get(&name("TOKEN")).unwrap().expose(), VALUE, "before the restart");
            let again = "printf right | gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null";
            assert!(Command::new("sh").args(["-c", again]).status().unwrap().success(), "the keychain restarts");
            let deadline = Instant::now() + PATIENCE;
            let found = loop {
                match vault.get(&name("TOKEN")) {
                    // The old one has gone and the new one is not there yet.
                    Err(Error::NoKeychain { .. }) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
                    answer => break answer,
                }
            };
            assert_eq!(found.unwrap().expose(), VALUE, "after the restart");
        })],
    );
}

#[test]
fn after_a_wrong_password_the_keychain_is_locked() {
    check(
        "after_a_wrong_password_the_keychain_is_locked",
        &[
            (Session::Password("right"), store),
            (Session::Password("wrong"), |vault| all_fail(vault, |error| matches!(error, Error::Locked { .. }))),
            (Session::Password("right"), |vault| {
                assert_eq!(vault.get(&name("TOKEN")).unwrap().expose(), VALUE, "nothing was lost meanwhile");
            }),
        ],
    );
}

#[test]
fn a_password_that_nobody_types_ends_at_the_time_limit() {
    check(
        "a_password_that_nobody_types_ends_at_the_time_limit",
        &[
            (Session::Password("right"), store),
            (Session::Unanswered, |_| {
                let names = PathBuf::from(std::env::var_os(FOLDER).unwrap()).join("names.json");
                let backend = Backend::Keychain { service: "patchbay-test".into(), names };
                let vault = Vault::open(Options { backend, time_limit: Duration::from_secs(1) });
                let begun = Instant::now();
                all_fail(&vault, |error| matches!(error, Error::TimedOut { .. }));
                assert!(begun.elapsed() < Duration::from_secs(20), "four calls of a second each");
            }),
        ],
    );
}

#[test]
fn a_keychain_without_a_keyring_is_not_taken_for_an_empty_one() {
    check(
        "a_keychain_without_a_keyring_is_not_taken_for_an_empty_one",
        &[(Session::NoKeyring, |vault| all_fail(vault, |error| matches!(error, Error::NoCollection { .. })))],
    );
}

#[test]
fn a_session_without_a_keychain_says_so() {
    check(
        "a_session_without_a_keychain_says_so",
        &[(Session::NoKeychain, |vault| all_fail(vault, |error| matches!(error, Error::NoKeychain { .. })))],
    );
}

#[test]
fn a_login_without_a_bus_says_so() {
    check("a_login_without_a_bus_says_so", &[(Session::NoBus, |vault| all_fail(vault, |error| matches!(error, Error::NoBus { .. })))]);
}
