//! One file for each sub-command.

use crate::args::{Cli, Command};
use crate::error::Error;
use crate::exit::Exit;

mod approvals;
mod check;
mod completions;
mod diff;
mod edit;
mod export;
mod import;
mod list;
mod man;
mod mcp;
mod merge;
mod replay;
pub(crate) mod run;
mod runs;
mod secret;
mod serve;
mod servers;
mod signal;
mod store;
mod test;
mod upgrade;

/// Does what was typed.
pub(crate) fn run(cli: Cli) -> Result<Exit, Error> {
    let data = cli.data.as_deref();
    match cli.command {
        Command::Run(args) => run::run(data, args),
        Command::Debug(args) => run::debug(data, args),
        Command::Record(args) => run::record(data, args),
        Command::Replay(args) => replay::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Serve(args) => serve::run(data, args),
        Command::Check(args) => check::run(data, &args),
        Command::List(args) => list::run(&args),
        Command::Edit(args) => edit::run(&args),
        Command::Upgrade(args) => upgrade::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Servers(args) => servers::run(data, &args),
        Command::Runs { verb } => runs::run(data, verb),
        Command::Approvals { verb } => approvals::run(data, verb),
        Command::Signal { run, name, detail } => signal::run(data, run, &name, detail),
        Command::Store { verb } => store::run(data, verb),
        Command::Secret { verb } => secret::run(data, verb),
        Command::Mcp { server } => mcp::run(server),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { dir } => man::run(dir.as_deref()),
    }
}
