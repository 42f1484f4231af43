//! Runs `patchbay` in a folder of its own, and reads what it printed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder for one test: its data, and the files that its graphs are about.
pub(crate) struct Place {
    folder: TempDir,
    /// Where `patchbay` is run.
    pub(crate) cwd: PathBuf,
    /// More folders in which programs are found.
    pub(crate) programs: Vec<PathBuf>,
}

/// What came of a run.
pub(crate) struct Ran {
    /// The object that `--output json` prints.
    pub(crate) report: Value,
    /// Everything on standard error, for a message.
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The path as the operating system spells it, since servers compare paths.
        let cwd = fs::canonicalize(folder.path()).unwrap().join("work");
        fs::create_dir(&cwd).unwrap();
        Self { folder, cwd, programs: Vec::new() }
    }

    /// A folder of seven files; `with_folders` puts two folders among them.
    pub(crate) fn seven_files(&self, with_folders: bool) -> String {
        let folder = self.cwd.join(if with_folders { "mixed" } else { "seven" });
        fs::create_dir(&folder).unwrap();
        for index in 1..=7 {
            fs::write(folder.join(format!("{index}.txt")), format!("line one of {index}\nline two\n")).unwrap();
        }
        for name in ["a", "b"].iter().filter(|_| with_folders) {
            fs::create_dir(folder.join(name)).unwrap();
        }
        folder.to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.cwd.join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A command of ours, ready for its arguments.
    pub(crate) fn patchbay(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patchbay"));
        command.current_dir(&self.cwd).env("PATH", self.path()).env_remove("PATCHBAY_LOG").env("NO_COLOR", "1");
        command.arg("--data").arg(self.folder.path().join("data")).stdin(Stdio::null());
        command
    }

    /// The `PATH` with `patchbay` and the test's own programs in it.
    pub(crate) fn path(&self) -> std::ffi::OsString {
        let ours = Path::new(env!("CARGO_BIN_EXE_patchbay")).parent().unwrap().to_owned();
        let all = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(self.programs.iter().cloned().chain([ours]).chain(std::env::split_paths(&all))).unwrap()
    }

    /// `patchbay run FILE TOOL --json ARGUMENTS --trace`, and more.
    pub(crate) fn run(&self, file: &Path, tool: &str, arguments: &Value, more: &[&OsStr]) -> Ran {
        let mut command = self.patchbay();
        command.arg("run").arg(file).arg(tool).arg("--json").arg(arguments.to_string());
        command.args(["--output", "json", "--trace"]).args(more);
        Ran::read(&command.output().unwrap())
    }
}

impl Ran {
    pub(crate) fn read(output: &Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("`--output json` printed no JSON ({error}): {}\n{stderr}", String::from_utf8_lossy(&output.stdout))
        });
        Self { report, stderr }
    }

    /// The result of a run that must have one.
    pub(crate) fn result(&self) -> &Value {
        self.report.get("result").unwrap_or_else(|| panic!("the run has no result: {}\n{}", self.report, self.stderr))
    }

    /// The nodes in the order in which they began.
    pub(crate) fn nodes(&self) -> Vec<&str> {
        let steps = self.report["steps"].as_array().unwrap_or_else(|| panic!("there are no steps: {}", self.report));
        steps.iter().map(|step| step["node"].as_str().unwrap()).collect()
    }
}

/// The repository's own example graphs.
pub(crate) fn graphs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphs")
}

/// A file of servers with one server in it.
pub(crate) fn servers_file(place: &Place, name: &str, command: &str, args: &[&str]) -> PathBuf {
    let servers = serde_json::json!({"mcpServers": {name: {"command": command, "args": args}}});
    place.write("mcp.json", &servers.to_string())
}
