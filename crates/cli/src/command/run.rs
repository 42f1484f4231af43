//! `patchbay run FILE [TOOL]`: runs a tool, shows what happens, and prints what came of it.

use std::io::{IsTerminal, stderr};
use std::path::Path;
use std::time::Instant;

use app::{App, GraphFile};
use protocol::StopReason;
use serde_json::Value;

use crate::args::{Dry, Output, Record, Run};
use crate::error::Error;
use crate::exit::Exit;
use crate::out;
use crate::secrets::{can_ask, unless_stopped};
use crate::setup;
use crate::stop::Stop;

mod arguments;
mod debug;
mod dry;
mod lasting;
mod live;
mod plain;
mod report;
mod show;
mod trace;

pub(crate) use arguments::Error as ArgumentError;
pub(super) use debug::run as debug;
pub(super) use lasting::lasting;
use live::Live;
use plain::Plain;
use report::Report;
use show::Show;
pub(super) use trace::text as trace_text;

pub(super) fn run(data: Option<&Path>, args: Run) -> Result<Exit, Error> {
    run_and_record(data, args, None)
}

/// `patchbay record`: the same, and all that happened goes into a cassette.
pub(super) fn record(data: Option<&Path>, args: Record) -> Result<Exit, Error> {
    let (args, cassette) = args.into_run();
    run_and_record(data, args, Some(&cassette))
}

fn run_and_record(data: Option<&Path>, args: Run, cassette: Option<&Path>) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app_that(data, !args.no_journal, &args.told)?;
        let ran = run_tool(&app, &stop, &args, cassette).await;
        // Before the end, which may take its time: servers are given theirs, and so is a receiver of traces.
        let printed = ran.as_ref().ok().and_then(Option::as_ref).map(|report| report.print(args.output, args.trace));
        app.shutdown().await;
        printed.transpose()?;
        let Some(report) = ran? else { return Ok(stop.exit()) };
        Ok(match stop.exit() {
            Exit::Done => report.exit(),
            stopped => stopped,
        })
    })
}

/// Runs the tool to its end, or until the program should end. None where that was before the run.
async fn run_tool(app: &App, stop: &Stop, args: &Run, cassette: Option<&Path>) -> Result<Option<Report>, Error> {
    let file = app.load(&args.file, args.beside.mcp.as_deref()).await?;
    let tool = choose_tool(&file, args.tool.as_deref(), args)?;
    let graph = file.graph();
    let schema = graph.tool(&tool).map_or(&Value::Null, |tool| &tool.input_schema);
    let arguments = match args.only {
        Some(_) => Value::Null,
        None => arguments::read(&tool, schema, &args.args, args.json.as_deref())?,
    };
    let data = args.from.as_deref().map(arguments::read_data).transpose()?;

    // A question in the midst of the progress could not be read.
    if can_ask() && names_secrets(&file) && unless_stopped(stop, app.secrets().with(|_| Ok(()))).await?.is_none() {
        return Ok(None);
    }

    let events = app.subscribe();
    let started = Instant::now();
    let name = tool.as_str().into();
    let mut dry = None;
    let run = match (&args.only, &args.until) {
        _ if args.dry.dry_run => {
            let (run, calls) = app.dry_run(&file, &name, arguments, how_dry(&args.dry)?)?;
            dry = Some(calls);
            run
        }
        (Some(node), _) => app.run_only_on(&file, &name, &node.as_str().into(), &data.unwrap_or_default())?,
        (None, Some(node)) => app.run_until(&file, &name, node.as_str().into(), arguments)?,
        (None, None) => app.start_run(&file, &name, arguments)?,
    };
    let shown = tokio::spawn(show::follow(events, run.id, display(args)));
    let outcome = tokio::select! {
        outcome = run.handle.outcome() => outcome,
        () = stop.asked() => {
            run.handle.stop(StopReason::Asked);
            run.handle.outcome().await
        }
    };
    let took = started.elapsed();
    if let Err(error) = shown.await {
        tracing::warn!(%error, "the progress could not be shown to its end");
    }
    if let Some(path) = cassette {
        app::write_cassette(path, &app.cassette_of(run.id.0).await?)?;
        out::say(format_args!("{}: written", path.display()));
    }
    let steps = if args.trace { Some(run.trace()) } else { None };
    let report = Report::new(tool, outcome, took, steps);
    Ok(Some(match dry {
        Some(dry) => report.dry(dry.calls()),
        None => report,
    }))
}

fn how_dry(args: &Dry) -> Result<app::Dry, Error> {
    let dry = app::Dry { treat: args.treat.clone(), answers: None };
    Ok(match &args.answers {
        Some(file) => dry.answered_by(file)?,
        None => dry,
    })
}

/// The tool that was named, or the only one. Whether the file has the one that was named is found out by who runs it.
fn choose_tool(file: &GraphFile, named: Option<&str>, args: &Run) -> Result<String, Error> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let graph = file.graph();
    match graph.tools.as_slice() {
        [only] => Ok(only.name.to_string()),
        [] => Err(Error::NoTools(args.file.clone())),
        several => {
            let tools = several.iter().map(|tool| tool.name.to_string()).collect();
            Err(Error::WhichTool { path: args.file.clone(), tools })
        }
    }
}

/// Whether a server of the file may need a secret.
fn names_secrets(file: &GraphFile) -> bool {
    file.graph().servers.values().any(|entry| Value::Object(entry.fields.clone()).to_string().contains("${secret:"))
}

/// Who shows the run. A trace tells each step in full afterwards, so its steps are not told twice.
fn display(args: &Run) -> Option<Box<dyn Show>> {
    let is_seen = stderr().is_terminal();
    match (args.quiet, is_seen) {
        (true, _) => None,
        (false, true) => Some(Box::new(Live::new(!args.trace || args.output == Output::Json))),
        (false, false) if args.trace && args.output == Output::Text => None,
        (false, false) => Some(Box::new(Plain::default())),
    }
}
