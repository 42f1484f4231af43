//! A program and all that it starts, as one thing that ends when the test does, however the test ends.

use std::{
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

/// A process that leads a group of its own. Dropping it kills the group.
pub(crate) struct Group(Child);

impl Group {
    /// Starts `command`, which must not be started yet. What it says goes nowhere unless the caller took it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        Self(child.unwrap_or_else(|error| panic!("could not start {program:?}: {error}; `cargo xtask doctor` says how to get it")))
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The shell's own `kill` takes the negative number that means a group, and is on every machine.
        let killed = Command::new("sh").arg("-c").arg(format!("kill -KILL -- -{}", self.0.id())).stderr(Stdio::null()).status();
        let waited = self.0.wait();
        if !std::thread::panicking() {
            killed.expect("there is a shell");
            waited.expect("the group's leader is our child");
        }
    }
}
