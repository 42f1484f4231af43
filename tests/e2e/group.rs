//! A program and all that it starts, as one thing that ends when the test does, however the test ends.

use std::{
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

use crate::driver::wait_for;

/// A process that leads a group of its own. Dropping it kills the group.
pub(crate) struct Group(Child);

impl Group {
    /// Starts `command`, which must not be started yet. What it says goes nowhere unless the caller took it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(child.unwrap_or_else(|error| panic!("could not start {program:?}: {error}; `cargo xtask doctor` says how to get it")))
    }

    /// The leader's process id, which is the group's too.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Tells the leader to end, and waits until it has.
    pub(crate) async fn terminate(mut self) {
        let told = Command::new("sh").arg("-c").arg(format!("kill -s TERM {}", self.id())).status();
        assert!(told.is_ok_and(|status| status.success()), "the process {} is there to be told", self.id());
        wait_for("the program to end", || {
            let ended = self.0.try_wait().unwrap().map(drop);
            async move { ended }
        })
        .await;
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The shell's own `kill` takes the negative number that means a group, and is on every machine. Members that were there
        // when the leader ended are in the group still.
        let killed = Command::new("sh").arg("-c").arg(format!("kill -s KILL -- -{}", self.id())).stderr(Stdio::null()).status();
        let done = killed.is_ok_and(|status| status.success());
        if done {
            // Nothing is left to do for a leader that cannot be waited for.
            drop(self.0.wait());
        }
        // A group whose members have all ended by themselves is gone.
        let is_gone = matches!(self.0.try_wait(), Ok(Some(_)));
        assert!(done || is_gone || std::thread::panicking(), "could not end the process group {}", self.id());
    }
}
