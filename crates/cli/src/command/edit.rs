//! `patchbay edit FILE EDIT...`: the same edits as the canvas makes, for scripts and agents.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use app::Change;
use serde_json::json;

use crate::args::{Edit, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out;

pub(super) fn run(args: &Edit) -> Result<Exit, Error> {
    let edits = app::split_edits(&args.edits)?;
    let change = app::change_file(&args.file, &edits, args.dry_run)?;
    tell(&args.file, &change, args.dry_run, args.output)?;
    Ok(Exit::Done)
}

/// Tells what changed, or would.
pub(super) fn tell(file: &Path, change: &Change, is_dry: bool, output: Output) -> Result<(), Error> {
    let is_changed = !change.diff.is_empty();
    match output {
        Output::Json => out::json(&json!({
            "file": file, "changed": is_changed, "written": is_changed && !is_dry, "diff": change.diff, "text": change.text,
        })),
        Output::Text => show(file, change, is_dry),
    }
}

/// Shows what changed on standard output, and what became of it on standard error.
fn show(file: &Path, change: &Change, is_dry: bool) -> Result<(), Error> {
    // A script gets the file's own bytes.
    out::text(if stdout().is_terminal() { coloured(&out::harmless(&change.diff)) } else { change.diff.clone() })?;
    let file = file.display();
    match (change.diff.is_empty(), is_dry) {
        (true, _) => out::say(format_args!("{file}: nothing to change")),
        (false, true) => out::say(format_args!("{file}: not written, as asked")),
        (false, false) => out::say(format_args!("{file}: written")),
    }
    Ok(())
}

fn coloured(diff: &str) -> String {
    let line = |line: &str| {
        let style = match line.as_bytes() {
            [b'+', ..] => out::GOOD,
            [b'-', ..] => anstyle::AnsiColor::Red.on_default(),
            [b'@', ..] => anstyle::AnsiColor::Cyan.on_default(),
            _ => return line.to_owned(),
        };
        let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
        format!("{style}{text}{style:#}{end}")
    };
    diff.split_inclusive('\n').map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_add_nothing_to_a_difference_but_themselves() {
        let diff = "@@ -1 +1 @@\n---\n-old\n+new\n same\n\\ No newline at end of file\n";
        let shown = coloured(diff);
        assert_ne!(shown, diff, "there are colours");
        assert_eq!(anstream::adapter::strip_str(&shown).to_string(), diff, "and nothing else");
    }
}
