//! `cargo xtask bench runs`: what it costs to keep runs, and how long it takes to find them again, held against the goals. The
//! measuring is done by examples of the crates, which print `figure NAME VALUE`.

use std::{collections::BTreeMap, fs, process::Stdio};

use super::{Error, machine, section};
use crate::{Project, project};

const HEADING: &str = "Runs that last";

/// A package's example that measures, and its name.
const EXAMPLES: [(&str, &str); 4] = [("store", "store_cost"), ("app", "taken_up"), ("runner", "parked"), ("app", "waiting")];

/// One line of the table: its title, the figure's name, its unit, how many of them are in one of the figure, and the most that is wanted.
struct Line {
    title: &'static str,
    figure: &'static str,
    unit: &'static str,
    at_most: f64,
}

const fn line(title: &'static str, figure: &'static str, unit: &'static str, at_most: f64) -> Line {
    Line { title, figure, unit, at_most }
}

const LINES: [Line; 8] = [
    line("a node kept, to a node in memory, of 100 runs at once", "kept_of_100", "times", 4.0),
    line("a node kept, of a run alone", "kept_alone", "ms", 1.0),
    line("a history of 1,000,000 steps: open a run of 1,000", "open", "ms", 100.0),
    line("a history of 1,000,000 steps: list the latest 50", "list", "ms", 100.0),
    line("a history of 1,000,000 steps: the slowest of four filters", "filter", "ms", 100.0),
    line("1,000 runs whose process is gone go on", "resume", "s", 2.0),
    line("memory of 10,000 parked runs, journals aside", "parked", "MB", 30.0),
    line("memory of 10,000 waiting runs in the app, their store with it", "waiting", "MB", 30.0),
];

pub(super) fn run(project: &Project, arguments: &[String]) -> Result<(), crate::Error> {
    let write = arguments.iter().any(|argument| argument == "--write");
    project::flags(arguments, &["--write"])?;
    for (package, example) in EXAMPLES {
        project::run(&mut project.cargo(["build", "--release", "-p", package, "--example", example]))?;
    }
    machine::write_back();
    let before = machine::load();
    let mut figures = BTreeMap::new();
    for (package, example) in EXAMPLES {
        figures.extend(measure(project, package, example)?);
    }
    let (table, missed) = table(&figures);
    let load = format!("load over the last 1, 5 and 15 minutes: {before} at the beginning, {} at the end", machine::load());
    println!("\n{table}\n- {}\n- {load}", machine::describe());
    if missed > 0 {
        println!("goals not met: {missed}");
    }
    if write {
        let path = project.root.join(super::WRITTEN_TO);
        let page = fs::read_to_string(&path).unwrap_or_default();
        let text = format!(
            "Written by `cargo xtask bench runs --write` on {}. Release builds of the engine and the store alone, on this disk.\n\n{table}\n- {}\n- {load}\n",
            machine::today(),
            machine::describe()
        );
        fs::write(&path, section::put(&page, HEADING, &text)).map_err(Error::file("write", &path))?;
        println!("written to {}", super::WRITTEN_TO);
    }
    Ok(())
}

/// Runs an example and gives the figures that it prints; the rest of what it says is shown.
fn measure(project: &Project, package: &str, example: &str) -> Result<BTreeMap<String, f64>, crate::Error> {
    let mut command = project.cargo(["run", "--quiet", "--release", "-p", package, "--example", example]);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|source| crate::Error::Start { program: project::show(&command), source })?;
    if !output.status.success() {
        return Err(crate::Error::Ended { command: project::show(&command), status: output.status });
    }
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().filter(|line| !line.starts_with("figure ")).for_each(|line| println!("{line}"));
    Ok(said.lines().filter_map(figure).collect())
}

/// `figure NAME VALUE`.
fn figure(line: &str) -> Option<(String, f64)> {
    let (name, value) = line.strip_prefix("figure ")?.split_once(' ')?;
    Some((name.to_owned(), value.parse().ok()?))
}

/// The table in Markdown, and how many goals were missed; a figure that is not there is.
fn table(figures: &BTreeMap<String, f64>) -> (String, usize) {
    let mut table = "| | figure | at most | goal |\n|---|---|---|---|\n".to_owned();
    let mut missed = 0;
    for Line { title, figure, unit, at_most } in LINES {
        let value = figures.get(figure);
        let is_met = value.is_some_and(|value| *value <= at_most);
        missed += usize::from(!is_met);
        let value = value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.3} {unit}"));
        table.push_str(&format!("| {title} | {value} | {at_most} {unit} | {} |\n", if is_met { "met" } else { "**not met**" }));
    }
    (table, missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_held_against_its_goal_and_one_that_is_missing_is_missed() {
        let said = ["figure kept_of_100 3.5", "figure open 120", "a node takes 3 us", "figure broken x"];
        let figures: BTreeMap<String, f64> = said.into_iter().filter_map(figure).collect();
        assert_eq!(figures.len(), 2, "only whole figures count: {figures:?}");
        let (table, missed) = table(&figures);
        assert_eq!(missed, LINES.len() - 1, "{table}");
        assert!(table.contains("| 3.500 times | 4 times | met |") && table.contains("| 120.000 ms | 100 ms | **not met** |"), "{table}");
        assert!(table.contains("| not measured | 2 s | **not met** |"), "{table}");
    }
}
