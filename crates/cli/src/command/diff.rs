//! `patchbay diff OLD NEW`: what differs between two graph files, by tool, node and field.

use crate::args::{Diff, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out;

pub(super) fn run(args: &Diff) -> Result<Exit, Error> {
    let found = app::diff_files(&args.old, &args.new)?;
    match args.output {
        Output::Json => out::json(&found)?,
        Output::Text => {
            out::text(out::harmless(&found.to_string()))?;
            if found.is_empty() {
                out::say("the graphs do not differ");
            }
        }
    }
    Ok(Exit::Done)
}
