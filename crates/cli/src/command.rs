//! One file for each sub-command.

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::exit::Exit;

mod check;
mod completions;
mod edit;
mod list;
mod man;
mod mcp;
pub(crate) mod run;
mod secret;
mod serve;
mod servers;
mod upgrade;

/// Does what was typed.
pub(crate) fn run(cli: Cli) -> Result<Exit, Error> {
    let data = cli.data.as_deref();
    match cli.command {
        Command::Run(args) => run::run(data, args),
        Command::Serve(args) => serve::run(data, args),
        Command::Check(args) => check::run(data, &args),
        Command::List(args) => list::run(&args),
        Command::Edit(args) => edit::run(&args),
        Command::Upgrade(args) => upgrade::run(&args),
        Command::Servers(args) => servers::run(data, &args),
        Command::Secret { verb } => secret::run(data, verb),
        Command::Mcp { server } => mcp::run(server),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { dir } => man::run(dir.as_deref()),
    }
}
