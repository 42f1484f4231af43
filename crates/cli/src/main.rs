//! The product without a window: `patchbay`. Reads the command line and hands it to one command; the product's own verbs are
//! in `app`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

mod args;
mod command;
mod error;
mod exit;
mod log;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod math;
mod out;
mod prompt;
mod secrets;
mod setup;
mod stop;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = log::start().and_then(|()| command::run(cli)).unwrap_or_else(|error| {
        out::say_error(&error.in_full());
        error.exit()
    });
    prompt::restore();
    exit.into()
}
