//! `patchbay runs`: lists and shows runs that have been, takes them out and in.

use std::fmt::Write;
use std::path::Path;

use app::KeptRun;
use app::store::{Filter, RunRecord, State};
use protocol::{Moment, Outcome};

use crate::args::{Otlp, Output, Runs, RunsList};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, DOUBTFUL, FAINT, GOOD, STRONG, one_line};
use crate::setup;

mod diff;
mod fork;
mod resume;

pub(super) fn run(data: Option<&Path>, verb: Runs) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app_that(data, true, &told(&verb))?;
        let done = tokio::select! {
            done = carry_out(&app, verb) => done,
            () = stop.asked() => Ok(()),
        };
        app.shutdown().await;
        done?;
        Ok(stop.exit())
    })
}

/// Where the runs are told that a verb goes on with.
fn told(verb: &Runs) -> Otlp {
    match verb {
        Runs::Resume(args) => args.told.clone(),
        Runs::Fork(args) => args.told.clone(),
        Runs::List(_)
        | Runs::Show { .. }
        | Runs::Diff(_)
        | Runs::Export { .. }
        | Runs::Cassette { .. }
        | Runs::Test { .. }
        | Runs::Import { .. } => Otlp::default(),
    }
}

async fn carry_out(app: &app::App, verb: Runs) -> Result<(), Error> {
    match verb {
        Runs::List(args) => list(app, args).await,
        Runs::Show { run, output } => {
            let run = app.kept_run(run).await?;
            match output {
                Output::Json => out::json(&run),
                Output::Text => out::text(show(&run)),
            }
        }
        Runs::Resume(args) => resume::resume(app, args).await,
        Runs::Fork(args) => fork::fork(app, args).await,
        Runs::Diff(args) => diff::diff(app, args).await,
        Runs::Export { run, out: file } => {
            let value = app.export_run(run).await?;
            let Some(path) = file else { return out::json(&value) };
            let text = serde_json::to_vec(&value).map_err(|source| Error::Output(source.into()))?;
            std::fs::write(&path, text).map_err(|source| Error::Write { path: path.clone(), source })?;
            out::say(format_args!("run {run} is in {}", path.display()));
            Ok(())
        }
        Runs::Cassette { run, out: file } => {
            app::write_cassette(&file, &app.cassette_of(run).await?)?;
            out::say(format_args!("run {run} is in {}", file.display()));
            Ok(())
        }
        Runs::Test { run } => {
            let made = app.make_test(run).await?;
            out::say(format_args!("{}: has the case `{}`", made.file.display(), one_line(&made.name)));
            out::say(format_args!("{}: written", made.cassette.display()));
            Ok(())
        }
        Runs::Import { file } => {
            let run = app.import_run(&file).await?;
            out::say(format_args!("the run is kept as {run}"));
            Ok(())
        }
    }
}

async fn list(app: &app::App, args: RunsList) -> Result<(), Error> {
    // A file that is gone is looked for under the name that it had.
    let absolute = |path: std::path::PathBuf| std::fs::canonicalize(&path).or_else(|_| std::path::absolute(&path)).unwrap_or(path);
    let filter = Filter {
        file: args.graph.map(absolute).map(|path| path.display().to_string()),
        tool: args.tool,
        states: args.state,
        since: args.since.map(Moment),
        until: args.until.map(Moment),
        text: args.text,
        caller: args.of,
        before: None,
        limit: args.limit,
    };
    let runs = app.kept_runs(&filter).await?;
    match args.output {
        Output::Json => out::json(&runs),
        Output::Text if runs.is_empty() => {
            out::say("no runs");
            Ok(())
        }
        Output::Text => out::text(table(&runs)),
    }
}

/// A line for each run: number, when, how, how long, which tool of which graph.
fn table(runs: &[RunRecord]) -> String {
    let mut text = String::new();
    for run in runs {
        let (style, state) = state(run);
        let took = run.ended.map(|ended| spent(ended.since(run.started))).unwrap_or_default();
        let (begun, tool, file) = (time(run.started), one_line(&run.tool), one_line(&run.file));
        // Writing to a text does not fail.
        let _written = writeln!(
            text,
            "{}  {FAINT}{begun}{FAINT:#}  {style}{state:<9}{style:#}  {took:>8}  {STRONG}{tool}{STRONG:#}  {FAINT}{file}{FAINT:#}",
            run.id
        );
    }
    text
}

fn state(run: &RunRecord) -> (anstyle::Style, &'static str) {
    match run.state {
        State::Running | State::Waiting if run.is_adrift => (DOUBTFUL, "broken off"),
        State::Done => (GOOD, run.state.as_str()),
        State::Failed => (BAD, run.state.as_str()),
        State::Uncertain => (DOUBTFUL, run.state.as_str()),
        State::Running | State::Waiting | State::Stopped => (STRONG, run.state.as_str()),
    }
}

fn show(run: &KeptRun) -> String {
    let mut text = table(std::slice::from_ref(&run.record));
    if let Some(caller) = run.record.caller {
        let _written = writeln!(text, "{FAINT}started by step {} of run {}{FAINT:#}", caller.step.0, caller.run);
    }
    for traced in &run.trace {
        let step = &traced.step;
        let took = step.duration_us.map(spent).unwrap_or_default();
        let state = serde_json::to_value(step.state).ok().and_then(|state| state.as_str().map(str::to_owned)).unwrap_or_default();
        let _written =
            writeln!(text, "{:>5}  {STRONG}{}{STRONG:#}  {state}  {FAINT}{took}{FAINT:#}", step.id.0, one_line(step.node.as_str()));
        let mut line = |name: &str, value: &str| {
            let _written = writeln!(text, "       {FAINT}{name}{FAINT:#} {}", one_line(value));
        };
        if let Some(input) = &traced.input {
            line("in ", &input.to_string());
        }
        if let Some(output) = &traced.output {
            line("out", &output.to_string());
        }
        if let Some(failure) = &step.failure {
            line("!  ", &failure.to_string());
        }
        if let Some(beneath) = run.beneath.get(&step.id.0) {
            line("run", &beneath.to_string());
        }
    }
    let end = match &run.result {
        Some(Outcome::Done { result }) => format!("{GOOD}result{GOOD:#} {}", one_line(&result.to_string())),
        Some(Outcome::Failed { failure }) => format!("{BAD}failed{BAD:#} {}", one_line(&failure.to_string())),
        Some(Outcome::Stopped { .. }) => "stopped".to_owned(),
        None => "it has not ended".to_owned(),
    };
    let _written = writeln!(text, "{end}");
    text
}

/// To the second, in UTC.
fn time(at: Moment) -> String {
    let second = at.as_millis().div_euclid(1000);
    jiff::Timestamp::from_second(second).map(|at| at.to_string()).unwrap_or_default()
}

fn spent(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} us"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..120_000_000 => format!("{}.{} s", us / 1_000_000, us / 100_000 % 10),
        _ => format!("{} min", us / 60_000_000),
    }
}
