//! `patchbay upgrade FILE`: the file in the newest shape, with its comments.

use crate::args::Upgrade;
use crate::command::edit;
use crate::error::Error;
use crate::exit::Exit;

pub(super) fn run(args: &Upgrade) -> Result<Exit, Error> {
    let change = app::upgrade_file(&args.file, args.dry_run)?;
    edit::tell(&args.file, &change, args.dry_run, args.output)?;
    Ok(Exit::Done)
}
