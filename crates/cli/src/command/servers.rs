//! `patchbay servers FILE`: starts each server, and shows how it stands.

use std::fmt::Write;
use std::path::Path;

use app::{ServerReport, ServerState};

use crate::args::{Output, Servers};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, FAINT, GOOD, STRONG, one_line};
use crate::setup;

pub(super) fn run(data: Option<&Path>, args: &Servers) -> Result<Exit, Error> {
    setup::block_on(async |stop| {
        let app = setup::app(data)?;
        let file = app.load(&args.file, args.beside.mcp.as_deref()).await?;
        let reports = tokio::select! {
            reports = file.start_servers() => Some(reports),
            () = stop.asked() => None,
        };
        app.shutdown().await;
        let Some(reports) = reports else { return Ok(stop.exit()) };
        match args.output {
            Output::Json => out::json(&reports)?,
            Output::Text if reports.is_empty() => out::say(format_args!("{}: no servers", args.file.display())),
            Output::Text => out::text(reports.iter().map(describe).collect::<Vec<_>>().join("\n"))?,
        }
        let is_well = reports.iter().all(|report| report.error.is_none());
        Ok(if is_well { Exit::Done } else { Exit::Failed })
    })
}

fn describe(report: &ServerReport) -> String {
    let name = one_line(report.name.as_str());
    let mut text = match &report.error {
        Some(error) => format!("{STRONG}{name}{STRONG:#}  {BAD}failed{BAD:#}  {}\n", one_line(error)),
        None => format!("{STRONG}{name}{STRONG:#}  {GOOD}ready{GOOD:#}  {}\n", one_line(&about(&report.state))),
    };
    let width = report.tools.iter().map(|tool| tool.name.chars().count()).max().unwrap_or_default();
    // Writing to a text does not fail.
    for tool in &report.tools {
        let about = tool.description.as_deref().unwrap_or_default();
        let line = format!("  {:width$}  {FAINT}{}{FAINT:#}", one_line(&tool.name), one_line(about.lines().next().unwrap_or_default()));
        let _written = writeln!(text, "{}", line.trim_end());
    }
    for line in &report.stderr {
        let _written = writeln!(text, "  {FAINT}stderr | {}{FAINT:#}", one_line(line));
    }
    text
}

/// What a ready server told of itself.
fn about(state: &ServerState) -> String {
    let ServerState::Ready { about, .. } = state else { return String::new() };
    let parts = [about.title.as_deref().or(about.name.as_deref()), about.version.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    format!("{}, MCP {}", if parts.is_empty() { "MCP server".to_owned() } else { parts.join(" ") }, about.protocol_version)
}
