//! `patchbay check FILE...`: what is wrong, where, and what would mend it.

use std::io::{IsTerminal, stdout};
use std::path::Path;

use app::Finding;
use protocol::{Place, Reported};

use crate::args::{Check, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, DOUBTFUL, MARGIN, STRONG, one_line};
use crate::setup;

pub(super) fn run(data: Option<&Path>, args: &Check) -> Result<Exit, Error> {
    let servers = args.beside.mcp.as_deref();
    let findings = if args.servers {
        match ask_servers(data, args)? {
            Ok(findings) => findings,
            Err(exit) => return Ok(exit),
        }
    } else {
        args.files.iter().map(|file| app::check_file(file, servers)).collect::<Result<Vec<_>, _>>()?
    };
    match args.output {
        Output::Json => out::json(&findings)?,
        Output::Text if stdout().is_terminal() => findings.iter().try_for_each(show_excerpts)?,
        Output::Text => findings.iter().try_for_each(show_lines)?,
    }
    if args.output == Output::Text {
        out::say(summary(&findings));
    }
    Ok(if findings.iter().any(Finding::has_errors) { Exit::BadUse } else { Exit::Done })
}

/// Checks with the servers' help, unless it is interrupted.
fn ask_servers(data: Option<&Path>, args: &Check) -> Result<Result<Vec<Finding>, Exit>, Error> {
    setup::block_on(async |stop| {
        let app = setup::app(data)?;
        let check = async {
            let mut findings = Vec::with_capacity(args.files.len());
            for file in &args.files {
                findings.push(app::check_with_servers(&app, file, args.beside.mcp.as_deref()).await?);
            }
            Ok::<_, Error>(findings)
        };
        let checked = tokio::select! {
            findings = check => Some(findings),
            () = stop.asked() => None,
        };
        app.shutdown().await;
        checked.map_or_else(|| Ok(Err(stop.exit())), |findings| findings.map(Ok))
    })
}

/// A line for each problem, as editors and scripts read it.
fn show_lines(finding: &Finding) -> Result<(), Error> {
    let line = |reported: &Reported| {
        let at = reported.place.map(|Place { line, column }| format!(":{line}:{column}")).unwrap_or_default();
        let problem = &reported.problem;
        let what = one_line(&problem.message);
        format!("{}{at}: {}: {what}; {}\n", finding.file, severity(reported), one_line(&problem.remedy))
    };
    out::text(finding.problems.iter().map(line).collect::<String>())
}

/// Each problem with the line that it is about.
fn show_excerpts(finding: &Finding) -> Result<(), Error> {
    // The file was read a moment ago; without its lines the places still help.
    let text = std::fs::read_to_string(&finding.file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    out::text(finding.problems.iter().map(|reported| excerpt(&finding.file, &lines, reported)).collect::<String>())
}

fn excerpt(file: &str, lines: &[&str], reported: &Reported) -> String {
    let style = if reported.problem.is_error() { BAD } else { DOUBTFUL };
    let what = one_line(&reported.problem.message);
    let help = one_line(&reported.problem.remedy);
    let mut text = format!("{style}{}{style:#}{STRONG}: {what}{STRONG:#}\n", severity(reported));
    let Some(Place { line, column }) = reported.place else {
        return format!("{text} {MARGIN}-->{MARGIN:#} {file}\n {MARGIN}={MARGIN:#} {STRONG}help{STRONG:#}: {help}\n\n");
    };
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    text += &format!("{margin}{MARGIN}-->{MARGIN:#} {file}:{line}:{column}\n");
    if let Some(shown) = line.checked_sub(1).and_then(|index| lines.get(index)) {
        let before: String = shown.chars().take(column.saturating_sub(1)).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        text += &format!("{margin} {MARGIN}|{MARGIN:#}\n");
        text += &format!("{MARGIN}{number} |{MARGIN:#} {}\n", out::harmless(shown));
        text += &format!("{margin} {MARGIN}|{MARGIN:#} {before}{style}^{style:#}\n");
    }
    text + &format!("{margin} {MARGIN}={MARGIN:#} {STRONG}help{STRONG:#}: {help}\n\n")
}

fn severity(reported: &Reported) -> &'static str {
    if reported.problem.is_error() { "error" } else { "warning" }
}

fn summary(findings: &[Finding]) -> String {
    let (mut errors, mut warnings) = (0, 0);
    for reported in findings.iter().flat_map(|finding| &finding.problems) {
        *(if reported.problem.is_error() { &mut errors } else { &mut warnings }) += 1;
    }
    let of = match findings {
        [one] => format!("{} ({})", one.file, one.dialect.as_deref().unwrap_or("not a graph file")),
        several => format!("{} files", several.len()),
    };
    let count = |count: usize, what: &str| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") };
    match (errors, warnings) {
        (0, 0) => format!("{of}: no problems"),
        (0, _) => format!("{of}: {}", count(warnings, "warning")),
        (_, 0) => format!("{of}: {}", count(errors, "error")),
        _ => format!("{of}: {}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reported(place: serde_json::Value) -> Reported {
        let problem = json!({"severity": "error", "path": "tools", "message": "it is wrong", "remedy": "mend it", "place": place});
        serde_json::from_value(problem).unwrap()
    }

    fn check(place: serde_json::Value, expected: &str) {
        let shown = excerpt("g.yaml", &["first", "\tnext: nowhere"], &reported(place));
        assert_eq!(anstream::adapter::strip_str(&shown).to_string(), expected, "the excerpt of {:?}", reported(json!(null)).place);
    }

    #[test]
    fn an_excerpt_shows_the_line_and_points_at_the_column() {
        check(
            json!({"line": 2, "column": 8}),
            "error: it is wrong\n --> g.yaml:2:8\n  |\n2 | \tnext: nowhere\n  | \t      ^\n  = help: mend it\n\n",
        );
    }

    #[test]
    fn a_place_beyond_the_file_or_none_is_told_without_a_line() {
        check(json!({"line": 9, "column": 1}), "error: it is wrong\n --> g.yaml:9:1\n  = help: mend it\n\n");
        check(json!(null), "error: it is wrong\n --> g.yaml\n = help: mend it\n\n");
    }
}
