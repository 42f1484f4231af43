//! Where a test plays: a home of its own and a display of its own, so that nothing of the person's is read or changed and any
//! number of tests may run at once.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

use crate::group::Group;

/// An empty home folder and a display without a screen.
pub(crate) struct Stage {
    // Before the home, since a program must be gone before its folders.
    _xvfb: Group,
    display: String,
    home: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn set() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["config", "data", "cache", "state", "runtime"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        fs::set_permissions(home.path().join("runtime"), fs::Permissions::from_mode(0o700)).unwrap();
        // It chooses a free display by itself and writes which to standard output.
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let mut xvfb = Group::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut number = String::new();
        BufReader::new(xvfb.child().stdout.take().unwrap()).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb ended before it named its display");
        Self { _xvfb: xvfb, display: format!(":{}", number.trim()), home }
    }

    /// `program`, to be started here.
    pub(crate) fn command(&self, program: &str) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_RUNTIME_DIR", home.join("runtime"))
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1")
            // No bus, rather than the person's with the person's keychain.
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.join("no-bus").display()));
        command
    }
}
