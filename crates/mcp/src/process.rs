//! A child process with everything it started, from spawn to the certain end. Knows nothing of the protocol.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::lines::{Lines, Overlong};
use crate::mask::Masks;
use crate::stderr::Stderr;

/// Longer lines of standard error are cut here, in bytes.
const LINE: usize = 8 * 1024;

/// How long what a process wrote last may still be on its way after it ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How long a killed process may take to disappear. Only one that hangs in the kernel takes longer.
const AFTER_KILL: Duration = Duration::from_secs(2);

/// How patiently a process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// From the closing of its standard input to the request to terminate.
    pub after_close: Duration,
    /// From the request to terminate to the kill.
    pub after_terminate: Duration,
}

impl Default for Grace {
    fn default() -> Self {
        Self { after_close: Duration::from_secs(1), after_terminate: Duration::from_secs(2) }
    }
}

/// What to run.
pub(crate) struct Program<'a> {
    pub(crate) server: &'a str,
    pub(crate) command: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) env: &'a BTreeMap<String, String>,
    pub(crate) cwd: Option<&'a Path>,
}

/// A running child, leader of its own process group (a job on Windows). Dropping it kills the whole group.
pub(crate) struct Process {
    child: Box<dyn ChildWrapper>,
    pid: Option<u32>,
    over: bool,
    stderr: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts `program` with all three standard streams piped, and keeps what it writes to standard error in `stderr`.
    pub(crate) fn spawn(program: &Program<'_>, stderr: Arc<Stderr>, masks: Masks) -> Result<(Self, ChildStdin, ChildStdout), Error> {
        // The system reports a missing folder and a missing program alike, so the folder is looked at first.
        if let Some(cwd) = program.cwd.filter(|cwd| !cwd.is_dir()) {
            return Err(Error::NoFolder { server: program.server.into(), cwd: cwd.display().to_string() });
        }
        let mut command = Command::new(resolve(program.command));
        command.args(program.args).envs(program.env).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(cwd) = program.cwd {
            command.current_dir(cwd);
        }
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::tokio::JobObject);
        let child = command.spawn().map_err(|source| not_spawned(program, source))?;
        let pid = child.id();
        // From here on an error drops it, and so ends it.
        let mut process = Self { child, pid, over: false, stderr: None };
        let missing = || not_spawned(program, std::io::Error::other("its standard streams could not be opened"));
        let stdin = process.child.stdin().take().ok_or_else(missing)?;
        let stdout = process.child.stdout().take().ok_or_else(missing)?;
        let lines = process.child.stderr().take().ok_or_else(missing)?;
        process.stderr = Some(tokio::spawn(async move {
            let mut lines = Lines::new(lines, LINE, Overlong::Cut);
            while let Ok(Some(line)) = lines.next().await {
                stderr.push(line, &masks);
            }
        }));
        Ok((process, stdin, stdout))
    }

    /// The process id of the leader.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Waits for the leader's own end. May be dropped and called again.
    pub(crate) async fn exited(&mut self) -> Option<ExitStatus> {
        // Not the wait of the group, which also waits for what the leader started, where that is ours to wait for: as the first
        // process of a container we are the parent of every orphan.
        self.child.inner_mut().wait().await.ok()
    }

    /// Waits until it ended, terminates it when `grace` says so, and in the end leaves nothing of its group behind.
    ///
    /// Its standard input must be closed beforehand. Gives the leader's exit status, if it could be had.
    pub(crate) async fn end(mut self, grace: Grace) -> Option<ExitStatus> {
        let mut status = tokio::time::timeout(grace.after_close, self.exited()).await.ok().flatten();
        if status.is_none() {
            self.terminate();
            status = tokio::time::timeout(grace.after_terminate, self.exited()).await.ok().flatten();
        }
        if status.is_some() {
            // The leader is gone, but something that it started may still be there.
            self.end_group(grace.after_terminate).await;
        } else {
            drop(self.child.start_kill());
            status = tokio::time::timeout(AFTER_KILL, self.exited()).await.ok().flatten();
        }
        self.over = true;
        if let Some(mut stderr) = self.stderr.take()
            && tokio::time::timeout(LAST_WORDS, &mut stderr).await.is_err()
        {
            // Something outside of the group holds the pipe open.
            stderr.abort();
        }
        status
    }

    #[cfg(unix)]
    fn group(&self) -> Option<rustix::process::Pid> {
        rustix::process::Pid::from_raw(i32::try_from(self.pid?).ok()?)
    }

    /// Asks the whole group to terminate.
    #[cfg(unix)]
    fn terminate(&self) {
        if let Some(group) = self.group() {
            rustix::process::kill_process_group(group, rustix::process::Signal::TERM).ok();
        }
    }

    /// Ends what is left of the group: asked first, then killed after `patience`.
    #[cfg(unix)]
    async fn end_group(&mut self, patience: Duration) {
        let Some(group) = self.group() else { return };
        let gone = || rustix::process::test_kill_process_group(group).is_err();
        if gone() {
            return;
        }
        self.terminate();
        let deadline = tokio::time::Instant::now() + patience;
        let mut pause = Duration::from_millis(1);
        while !gone() {
            if tokio::time::Instant::now() >= deadline {
                drop(self.child.start_kill());
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// There is no polite request on Windows: the job is killed at once.
    #[cfg(not(unix))]
    fn terminate(&mut self) {
        drop(self.child.start_kill());
    }

    #[cfg(not(unix))]
    async fn end_group(&mut self, _patience: Duration) {
        drop(self.child.start_kill());
    }
}

impl Drop for Process {
    /// The way out when nobody had the time for `end`: the runtime is going down, or the start was given up.
    fn drop(&mut self) {
        if let Some(stderr) = self.stderr.take() {
            stderr.abort();
        }
        if self.over {
            return;
        }
        drop(self.child.start_kill());
        // A killed process ends within a millisecond or so. Waiting for that here takes it off the process table, which
        // the runtime, if it is going down, no longer can.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }
}

fn not_spawned(program: &Program<'_>, source: std::io::Error) -> Error {
    let (server, command) = (program.server.to_owned(), program.command.to_owned());
    match source.kind() {
        std::io::ErrorKind::NotFound => Error::CommandNotFound { server, command },
        _ => Error::Spawn { server, command, source: Arc::new(source) },
    }
}

#[cfg(not(windows))]
fn resolve(command: &str) -> &std::ffi::OsStr {
    command.as_ref()
}

/// Windows finds only `.exe` by itself, while `npx` and its like are `.cmd` files.
#[cfg(windows)]
fn resolve(command: &str) -> std::ffi::OsString {
    which::which(command).map_or_else(|_| command.into(), Into::into)
}
