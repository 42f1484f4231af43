//! A program under measurement: started quietly, weighed, and ended whatever happens. Knows no protocol.

use std::{
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use super::Error;
use crate::project;

/// No program of a bench lives longer: one that hangs is ended, so that its reader sees the end of its output.
const LONGEST_LIFE: Duration = Duration::from_secs(300);
/// How long a program may take to end by itself once its input is closed.
const GRACE: Duration = Duration::from_secs(2);

pub(super) struct Process {
    /// Who it is, for errors.
    pub(super) who: String,
    /// The command as a person would type it.
    pub(super) command: String,
    child: Arc<Mutex<Child>>,
    /// Its end tells the watching thread that the program was ended in time.
    _watch: Sender<()>,
}

impl Process {
    /// Starts a program with its input and output piped. Its standard error goes nowhere, as in a client that shows none:
    /// mcpgraph writes several lines there for each node.
    pub(super) fn start(who: &str, command: &mut Command) -> Result<(Self, ChildStdin, ChildStdout), Error> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|source| Error::Start { who: who.to_owned(), source })?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let child = Arc::new(Mutex::new(child));
        let (watch, ended) = mpsc::channel();
        let watched = Arc::clone(&child);
        std::thread::spawn(move || {
            if ended.recv_timeout(LONGEST_LIFE) == Err(RecvTimeoutError::Timeout) {
                end(&watched);
            }
        });
        let process = Self { who: who.to_owned(), command: project::show(command), child, _watch: watch };
        match pipes {
            Some((stdin, stdout)) => Ok((process, stdin, stdout)),
            None => Err(process.ended()),
        }
    }

    pub(super) fn ended(&self) -> Error {
        Error::Ended { who: self.who.clone(), command: self.command.clone() }
    }

    pub(super) fn stream(&self) -> impl FnOnce(std::io::Error) -> Error + use<> {
        let who = self.who.clone();
        move |source| Error::Stream { who, source }
    }

    pub(super) fn wrong(&self, expected: impl ToString, got: impl ToString) -> Error {
        Error::Answer { who: self.who.clone(), expected: expected.to_string(), got: got.to_string() }
    }

    /// Whether it runs no more.
    pub(super) fn has_ended(&self) -> bool {
        has_ended(&self.child)
    }

    /// Resident memory of the program and all that it started, in MB (1,000,000 bytes); none where the platform does not say.
    pub(super) fn resident(&self) -> Option<f64> {
        let id = self.child.lock().unwrap_or_else(PoisonError::into_inner).id();
        resident_of_tree(id).map(|bytes| bytes as f64 / 1e6)
    }
}

impl Drop for Process {
    /// The input is closed by now, since its holder goes first; who does not end then is ended.
    fn drop(&mut self) {
        let until = Instant::now() + GRACE;
        while !self.has_ended() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        end(&self.child);
    }
}

fn has_ended(child: &Mutex<Child>) -> bool {
    !matches!(child.lock().unwrap_or_else(PoisonError::into_inner).try_wait(), Ok(None))
}

fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    // Both fail only for a program that has ended already.
    child.kill().ok();
    child.wait().ok();
}

/// In bytes.
#[cfg(target_os = "linux")]
fn resident_of_tree(root: u32) -> Option<u64> {
    let mut of_tree = own(root)?;
    let processes = std::fs::read_dir("/proc").ok()?;
    for id in processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()) {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        if field(&status, "PPid:") == Some(u64::from(root)) {
            of_tree += resident_of_tree(id).unwrap_or_default();
        }
    }
    Some(of_tree)
}

#[cfg(target_os = "linux")]
fn own(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    field(&status, "VmRSS:").map(|kilobytes| kilobytes * 1024)
}

#[cfg(target_os = "linux")]
fn field(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn resident_of_tree(_: u32) -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_weighed_with_what_it_started_and_ended_when_it_is_dropped() {
        // The shell reads on, so it waits with its own child beside it.
        let (process, stdin, stdout) =
            Process::start("a shell", Command::new("sh").args(["-c", "sleep 60 & echo; read line; kill $!"])).unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        let id = process.child.lock().unwrap().id();
        let tree = process.resident().unwrap();
        assert!(tree > own(id).unwrap() as f64 / 1e6, "the sleeping child weighs something too: {tree} MB in all");
        drop(stdin);
        drop(process);
        assert_eq!(own(id), None, "it is gone");
    }
}
