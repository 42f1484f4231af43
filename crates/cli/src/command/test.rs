//! `patchbay test [PATH...]`: runs the cases of test files, and says which did not hold, where, and what was there instead.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::{Fault, Tested, TestedFile, ToolCoverage};

use crate::args::{Output, Test};
use crate::command::run::lasting;
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, BAD, FAINT, GOOD, STRONG, one_line};

mod junit;

pub(super) fn run(args: &Test) -> Result<Exit, Error> {
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let tested = app::run_tests(&app::find_tests(&paths)?)?;
    if let Some(path) = &args.junit {
        app::write_file(path, &junit::report(&tested))?;
    }
    match args.output {
        Output::Json => out::json(&tested)?,
        Output::Text => {
            out::text(tested.iter().map(shown).collect::<String>())?;
            if args.coverage {
                out::text(coverage(&tested))?;
            }
            out::say(summary(&tested));
        }
    }
    Ok(match tested.iter().all(TestedFile::has_passed) {
        _ if tested.iter().any(|file| !file.problems.is_empty()) => Exit::BadUse,
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// A file with its cases, and below each what did not hold. Writing to a text does not fail.
fn shown(tested: &TestedFile) -> String {
    let file = &tested.file;
    let mut text = format!("{STRONG}{}{STRONG:#}\n", one_line(file));
    for reported in &tested.problems {
        let at = reported.place.map(|place| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
        let (message, remedy) = (one_line(&reported.problem.message), one_line(&reported.problem.remedy));
        let _written = writeln!(text, "  {file}{at}: {BAD}error{BAD:#}: {message}; {remedy}");
    }
    for case in &tested.cases {
        let mark = if case.faults.is_empty() { format!("{GOOD}✓{GOOD:#}") } else { format!("{BAD}✗{BAD:#}") };
        let took = lasting(Duration::from_micros(case.took_us));
        let _written = writeln!(text, "  {mark} {}  {FAINT}{took}{FAINT:#}", one_line(&case.name));
        text.extend(case.faults.iter().map(|fault| told(file, fault)));
    }
    text
}

fn told(file: &str, fault: &Fault) -> String {
    let mut text = format!("      {file}:{}:{}: {}\n", fault.place.line, fault.place.column, one_line(&fault.message));
    for (name, value) in [("expected", &fault.expected), ("got", &fault.got)] {
        if let Some(value) = value {
            let _written = writeln!(text, "        {FAINT}{name:8}{FAINT:#} {}", one_line(value));
        }
    }
    text
}

/// A table of the tools, and below each what no case came to.
fn coverage(tested: &[TestedFile]) -> String {
    let mut text = format!("\n{STRONG}{:<40} {:>14} {:>14}{STRONG:#}\n", "coverage", "nodes", "edges");
    let share = |(covered, all): (usize, usize)| format!("{covered}/{all} {:>3} %", (covered * 100).checked_div(all).unwrap_or(100));
    for file in tested {
        for tool in &file.coverage {
            let name = format!("{} {}", Path::new(&file.graph).file_name().unwrap_or_default().to_string_lossy(), tool.tool);
            let _written =
                writeln!(text, "{:<40} {:>14} {:>14}", one_line(&name), share(tool.nodes_covered()), share(tool.edges_covered()));
            text.extend(missed(tool).map(|missed| format!("  {FAINT}never{FAINT:#} {}\n", one_line(&missed))));
        }
    }
    text
}

fn missed(tool: &ToolCoverage) -> impl Iterator<Item = String> {
    let nodes = tool.nodes.iter().filter(|node| node.times == 0).map(|node| node.node.to_string());
    let edges = tool.edges.iter().filter(|edge| edge.times == 0).map(|edge| format!("{} {} -> {}", edge.from, edge.port, edge.to));
    nodes.chain(edges)
}

fn summary(tested: &[TestedFile]) -> String {
    let cases: Vec<&Tested> = tested.iter().flat_map(|file| &file.cases).collect();
    let failed = cases.iter().filter(|case| !case.faults.is_empty()).count();
    let wrong = tested.iter().filter(|file| !file.problems.is_empty()).count();
    let mut text = format!("{} passed, {failed} failed", cases.len() - failed);
    if wrong > 0 {
        text += &format!(", {wrong} test files cannot be read");
    }
    if tested.is_empty() {
        text = "no test files: they are called NAME.test.yaml".to_owned();
    }
    text
}
