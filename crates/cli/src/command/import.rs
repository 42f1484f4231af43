//! `patchbay import FILE`: a canvas workflow in JSON as a graph file, and what became of each part.

use serde_json::json;

use crate::args::{Import, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, one_line};

pub(super) fn run(args: &Import) -> Result<Exit, Error> {
    let made = app::read_import(&args.file)?;
    let path = args.out.clone().unwrap_or_else(|| args.file.with_extension("yaml"));
    let written = app::write_import(&made, &path)?;
    match args.output {
        Output::Json => out::json(&json!({"written": written, "report": made.report}))?,
        Output::Text => out::text(report(&made.report))?,
    }
    for path in &written {
        out::say(format_args!("{}: written", path.display()));
    }
    Ok(Exit::Done)
}

/// A line for each part.
pub(super) fn report(lines: &[app::Line]) -> String {
    lines.iter().map(|line| format!("{}: {}\n", one_line(&line.what), one_line(&line.became))).collect()
}
