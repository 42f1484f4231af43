//! Where a test plays: a home of its own and, for a window, a display of its own, so that nothing of the person's is read or
//! changed and any number of tests may run at once.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{driver::wait_for, group::Group};

/// A session bus that starts nothing of the machine's when somebody asks for it.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// An empty home folder, and a display without a screen where one is wanted.
pub(crate) struct Stage {
    // Before the home, since a program must be gone before its folders.
    display: Option<(Group, String)>,
    bus: Option<(Group, String)>,
    home: tempfile::TempDir,
}

impl Stage {
    pub(crate) fn without_display() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["config", "data", "cache", "state", "runtime"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        fs::set_permissions(home.path().join("runtime"), fs::Permissions::from_mode(0o700)).unwrap();
        Self { display: None, bus: None, home }
    }

    pub(crate) fn with_display() -> Self {
        Self::with_screen("1280x800x24")
    }

    fn with_screen(screen: &str) -> Self {
        let mut stage = Self::without_display();
        // It chooses a free display by itself and writes which to standard output.
        let mut command = stage.command("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp"]);
        let (xvfb, number) = first_line(&mut command);
        stage.display = Some((xvfb, format!(":{number}")));
        stage
    }

    /// A display with a session bus of its own, on which nobody serves anything yet. The pointer, and with it the person, is beside
    /// the window.
    pub(crate) fn with_desktop() -> Self {
        let mut stage = Self::with_screen("2800x1800x24");
        let config = stage.folder("bus.conf");
        fs::write(&config, BUS).unwrap();
        let mut command = stage.command("dbus-daemon");
        command.arg(format!("--config-file={}", config.display())).args(["--nofork", "--nopidfile", "--print-address=1"]);
        stage.bus = Some(first_line(&mut command));
        stage
    }

    /// `program`, to be started here.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program.as_ref());
        command
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_RUNTIME_DIR", home.join("runtime"))
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env("GDK_BACKEND", "x11")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1")
            // No bus, rather than the person's with the person's keychain.
            .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", home.join("no-bus").display()));
        if let Some((_, display)) = &self.display {
            command.env("DISPLAY", display);
        }
        if let Some((_, address)) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        command
    }

    /// A folder here, which need not exist.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// An example graph of the project, copied here so that nothing can be written beside the original.
    pub(crate) fn graph(&self, name: &str) -> PathBuf {
        let copy = self.home.path().join(name);
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("graphs").join(name), &copy).unwrap();
        copy
    }

    /// Waits until nothing that was started here runs any more, the display and the bus aside.
    pub(crate) async fn wait_until_empty(&self) {
        let stays: Vec<u32> = self.display.iter().chain(&self.bus).map(|(group, _)| group.id()).collect();
        wait_for("every program that was started to end", || async {
            let left = self.processes().into_iter().filter(|id| !stays.contains(id)).count();
            (left == 0).then_some(())
        })
        .await;
    }

    /// The processes that have this home, by what the system knows of their environment.
    fn processes(&self) -> Vec<u32> {
        let home = format!("HOME={}", self.home.path().display());
        let ids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
        // A process may end between the two looks, and another person's cannot be read; neither is ours.
        let is_ours = |id: &u32| {
            let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
        };
        ids.filter(is_ours).collect()
    }
}

/// Starts `command`, and gives the line with which it tells where it is to be found.
fn first_line(command: &mut Command) -> (Group, String) {
    let mut group = Group::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
    let mut line = String::new();
    BufReader::new(group.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.trim().is_empty(), "{:?} ended before it told where it is", command.get_program());
    (group, line.trim().to_owned())
}
