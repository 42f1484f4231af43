//! The commands of this repository: `cargo xtask run | test | check | ...`. Each is one module and one line of
//! [`COMMANDS`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::process::ExitCode;

mod bench;
mod check;
mod doctor;
mod error;
mod icons;
mod layering;
mod npm;
mod order;
mod pictures;
mod project;
mod run;
mod tally;
mod test;
mod torture;
mod ui;

use error::Error;
use project::Project;

/// One word after `cargo xtask`.
struct Command {
    name: &'static str,
    /// What may follow the name.
    takes: &'static str,
    help: &'static str,
    run: fn(&Project, &[String]) -> Result<(), Error>,
}

/// In the order in which the help lists them.
const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        takes: "[FILE]",
        help: "build everything and open the window, on graphs/count_files.yaml unless told otherwise",
        run: run::run,
    },
    Command {
        name: "test",
        takes: "[--no-e2e]",
        help: "build everything, run every test and sum up; --no-e2e leaves out those that need a display or a browser",
        run: test::run,
    },
    Command { name: "check", takes: "", help: "format, clippy, the browser-safe crates on wasm, who may know whom", run: check::run },
    Command {
        name: "bench",
        takes: "[canvas] [--write] [--rounds N] [--no-build]",
        help: "measure a release build, or its canvas, beside its peers; --write writes docs/benchmarks.md",
        run: bench::run,
    },
    Command {
        name: "torture",
        takes: "[KILLS]",
        help: "kill runs at random, 200 times of each kind unless told otherwise, and see that nothing is lost or done twice",
        run: torture::run,
    },
    Command {
        name: "doctor",
        takes: "[--install]",
        help: "what this machine lacks and how to get it; --install gets what it can",
        run: doctor::run,
    },
    Command { name: "pictures", takes: "", help: "take the guide's pictures of the real window", run: pictures::run },
    Command { name: "ui", takes: "[--release]", help: "build the window's pages into ui/dist", run: ui::run },
    Command { name: "order", takes: "", help: "find out again which code a start runs, for the linker; takes valgrind", run: order::run },
    Command { name: "icons", takes: "", help: "draw src-tauri/icons again from assets/icon/patchbay.svg", run: icons::run },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return ExitCode::SUCCESS;
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("there is no `cargo xtask {name}`\n\n{}", help());
        return ExitCode::from(2);
    };
    match Project::locate().and_then(|project| (command.run)(&project, rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            if matches!(error, Error::Usage(_)) {
                eprintln!("usage: cargo xtask {} {}", command.name, command.takes);
            }
            error.exit_code()
        }
    }
}

fn help() -> String {
    let call = |command: &Command| format!("{} {}", command.name, command.takes);
    let width = COMMANDS.iter().map(|command| call(command).len()).max().unwrap_or_default();
    let lines = COMMANDS.iter().map(|command| format!("  {:<width$}  {}\n", call(command), command.help));
    std::iter::once("cargo xtask COMMAND\n\n".to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_name_of_its_own_and_a_help_line() {
        for (index, command) in COMMANDS.iter().enumerate() {
            assert!(!command.help.is_empty(), "`{}` has no help", command.name);
            assert!(COMMANDS[..index].iter().all(|other| other.name != command.name), "`{}` is there twice", command.name);
            assert!(help().contains(command.help), "the help leaves out `{}`", command.name);
        }
    }
}
