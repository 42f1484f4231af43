//! `patchbay merge BASE OURS THEIRS`: two versions of a graph file as one, also as git's merge driver.

use serde_json::json;

use crate::args::{Merge, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, one_line};

pub(super) fn run(args: &Merge) -> Result<Exit, Error> {
    let merge = app::merge_files(&args.base, &args.ours, &args.theirs)?;
    if !args.dry_run {
        app::write_file(&args.ours, &merge.text)?;
    }
    match args.output {
        Output::Json => out::json(&json!({"text": merge.text, "conflicts": merge.conflicts, "written": !args.dry_run}))?,
        Output::Text if args.dry_run => out::text(&merge.text)?,
        Output::Text => {}
    }
    for conflict in &merge.conflicts {
        out::say_warning(&one_line(&format!("conflict in {conflict}")));
    }
    Ok(if merge.conflicts.is_empty() { Exit::Done } else { Exit::Failed })
}
