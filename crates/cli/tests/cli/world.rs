//! What the tests of the program share: a home of its own for each, graphs with a real test server, and programs that end
//! with the test.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take that is expected to happen; the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder, which is also the home and the working folder of every program started in it.
pub(crate) struct World(TempDir);

/// What a program did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes `graph.yaml` with these tools (a YAML list) and the test server as `kit`, with these entry fields.
    pub(crate) fn graph_with(&self, server: &str, tools: &str) {
        let command = serde_json::to_string(&testkit::server_path()).unwrap();
        let head = "version: \"1.0\"\nserver: {name: test, version: \"1.0.0\"}\n";
        self.write("graph.yaml", &format!("{head}mcpServers:\n  kit:\n    command: {command}\n{server}tools:\n{tools}"));
    }

    pub(crate) fn graph(&self, tools: &str) {
        self.graph_with("", tools);
    }

    /// The program, with nothing of this machine's user in its surroundings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchbay"));
        command.arg("--data").arg(self.path("data")).args(args).current_dir(self.0.path());
        for name in
            ["PATCHBAY_LOG", "PATCHBAY_TOKEN", "PATCHBAY_VAULT_PASSPHRASE_FILE", "NO_COLOR", "CLICOLOR_FORCE", "DBUS_SESSION_BUS_ADDRESS"]
        {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OTEL_")) {
            command.env_remove(name);
        }
        for (name, folder) in
            [("HOME", "home"), ("XDG_CONFIG_HOME", "home/config"), ("XDG_DATA_HOME", "home/data"), ("XDG_RUNTIME_DIR", "home/run")]
        {
            command.env(name, self.path(folder));
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Done {
        self.run_with(args, &[], "")
    }

    /// Runs the program to its end with these variables and this standard input.
    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)], input: &str) -> Done {
        let mut running = Running::start(self.command(args).envs(variables.iter().copied()));
        let mut stdin = running.stdin();
        let input = input.to_owned();
        // A program that does not read its input must not stop the test.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
        let done = running.end();
        feeder.join().unwrap();
        done
    }
}

impl Done {
    /// Holds the exit code, and says all that the program said if it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "the exit code; it said: {}{}", self.stderr, self.stdout);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {}{}", self.stdout, self.stderr))
    }

    /// Holds that standard error has this text.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.stderr.contains(text), "`{text}` should be said: {}", self.stderr);
    }
}

/// A program that is killed if its test ends before it.
pub(crate) struct Running {
    child: Child,
    stdout: Option<Lines>,
    stderr: Option<Lines>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdout, stderr) = (Lines::of(child.stdout.take().unwrap()), Lines::of(child.stderr.take().unwrap()));
        Self { child, stdout: Some(stdout), stderr: Some(stderr) }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    pub(crate) fn stdout(&mut self) -> &mut Lines {
        self.stdout.as_mut().unwrap()
    }

    pub(crate) fn stderr(&mut self) -> &mut Lines {
        self.stderr.as_mut().unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Done {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the program should have ended; it said: {}", self.stderr().rest());
            std::thread::sleep(Duration::from_millis(5));
        };
        Done { code: status.code(), stdout: self.stdout().rest(), stderr: self.stderr().rest() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What comes from a pipe, read in a thread of its own.
pub(crate) struct Lines {
    coming: Receiver<Vec<u8>>,
    /// All that came.
    seen: Vec<u8>,
    /// How much of it was given out.
    given: usize,
}

impl Lines {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let (parts, coming) = channel();
        std::thread::spawn(move || {
            let mut part = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = pipe.read(&mut part) {
                if parts.send(part[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { coming, seen: Vec::new(), given: 0 }
    }

    /// The next line that holds `text`.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        self.wait(text, |unread| {
            let mut at = 0;
            for line in unread.split_inclusive('\n') {
                at += line.len();
                if line.ends_with('\n') && line.contains(text) {
                    return Some((at, line.trim_end().to_owned()));
                }
            }
            None
        })
    }

    /// Waits for `text`, with which no line may end.
    #[track_caller]
    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.wait(text, |unread| unread.find(text).map(|at| (at + text.len(), String::new())));
    }

    #[track_caller]
    fn wait(&mut self, text: &str, find: impl Fn(&str) -> Option<(usize, String)>) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unread = String::from_utf8_lossy(&self.seen[self.given..]);
            if let Some((used, found)) = find(&unread) {
                self.given += used;
                return found;
            }
            match self.coming.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(part) => self.seen.extend(part),
                Err(error) => panic!("`{text}` did not come ({error}); there was: {}", String::from_utf8_lossy(&self.seen)),
            }
        }
    }

    /// All that came, until the pipe was closed.
    fn rest(&mut self) -> String {
        while let Ok(part) = self.coming.recv_timeout(PATIENCE) {
            self.seen.extend(part);
        }
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

/// A tool with one call of the test server between entry and exit.
pub(crate) fn calling(name: &str, tool: &str, args: &str) -> String {
    format!(
        "- name: {name}\n  description: Calls {tool}\n  inputSchema: {{type: object}}\n  nodes:\n  - {{id: entry, type: entry, next: call}}\n  \
         - {{id: call, type: mcp, server: kit, tool: {tool}, args: {args}, next: exit}}\n  - {{id: exit, type: exit}}\n"
    )
}

/// One of the project's example graphs.
pub(crate) fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphs").join(name);
    path.canonicalize().unwrap().display().to_string()
}
