//! `patchbay export FILE`: a graph as one file with all that it refers to, or its drawing.

use serde_json::json;

use crate::args::{Export, Output};
use crate::command::import::report;
use crate::error::Error;
use crate::exit::Exit;
use crate::out;

pub(super) fn run(args: &Export) -> Result<Exit, Error> {
    if let Some(path) = &args.svg {
        app::write_file(path, &app::draw_file(&args.file, args.tool.as_deref(), args.dark)?)?;
        match args.output {
            Output::Json => out::json(&json!({"written": path}))?,
            Output::Text => out::say(format_args!("{}: written", path.display())),
        }
        return Ok(Exit::Done);
    }
    let bundle = app::bundle_file(&args.file, args.beside.mcp.as_deref())?;
    if let Some(path) = &args.out {
        app::write_file(path, &bundle.text)?;
    }
    match (args.output, &args.out) {
        (Output::Json, _) => out::json(&json!({"text": bundle.text, "report": bundle.report, "written": args.out}))?,
        (Output::Text, None) => out::text(&bundle.text)?,
        (Output::Text, Some(_)) => {}
    }
    // Standard output is the file's where none was named.
    if args.output == Output::Text {
        report(&bundle.report).lines().for_each(out::say);
    }
    if let Some(path) = &args.out {
        out::say(format_args!("{}: written", path.display()));
    }
    Ok(Exit::Done)
}
