//! From figures to verdicts, and to the table that people read. It measures nothing.

use super::{
    figures::{Figures, What, Who},
    rounds::{SLOW_MS, TOGETHER},
};

/// What a figure of ours is held against.
#[derive(Clone, Copy)]
enum Against {
    /// The same figure of a peer.
    Peer(Who),
    /// Another figure of our own.
    Own(What, &'static str),
    /// So many milliseconds.
    Limit(f64),
}

/// One line of the table. The goal is the largest ratio of ours to the other's that meets it; a line may be there to be known only.
struct Line {
    title: &'static str,
    what: What,
    against: Against,
    goal: Option<Goal>,
}

struct Goal {
    text: &'static str,
    at_most: f64,
}

const fn line(title: &'static str, what: What, against: Against, text: &'static str, at_most: f64) -> Line {
    Line { title, what, against, goal: Some(Goal { text, at_most }) }
}

const fn known(title: &'static str, what: What, against: Against) -> Line {
    Line { title, what, against, goal: None }
}

const MCPGRAPH: Against = Against::Peer(Who::McpGraph);
const NODE_RED: Against = Against::Peer(Who::NodeRed);

const LINES: &[Line] = &[
    line("start to the first `tools/list`", What::Start, MCPGRAPH, "1/10", 0.1),
    line("resident memory after it", What::Memory, MCPGRAPH, "1/10", 0.1),
    line("a call of the 4-node switch example", What::Call, MCPGRAPH, "1/4", 0.25),
    line("a node in the loop example", What::Node, MCPGRAPH, "1/40", 1.0 / 40.0),
    line("a node in the loop example", What::Node, NODE_RED, "1/8", 0.125),
    line("a run of 10,000 nodes", What::TenThousand, Against::Own(What::Thousand, "our run of 1,000"), "10 (and a tenth for noise)", 11.0),
    line("200 calls at once that wait 100 ms in a tool", What::Together, Against::Limit(200.0), "1", 1.0),
    known("resident memory after thousands of calls", What::MemoryInUse, MCPGRAPH),
    known("start (Node-RED: to its first answer)", What::Start, NODE_RED),
    known("resident memory after it", What::Memory, NODE_RED),
    known("a call of 4 nodes (Node-RED: over HTTP)", What::Call, NODE_RED),
];
// The title of the line above says them.
const _: () = assert!(TOGETHER == 200 && SLOW_MS == 100);

const HEAD: [&str; 7] = ["", "Patchbay", "held against", "its figure", "ratio", "at most", "goal"];

/// The table, and how many goals it does not meet.
pub(super) struct Report {
    pub(super) table: String,
    pub(super) missed: usize,
}

pub(super) fn report(figures: &Figures) -> Report {
    let mut rows = vec![HEAD.map(str::to_owned)];
    let mut missed = 0;
    for line in LINES {
        let ours = figures.median(Who::Patchbay, line.what);
        let other = match line.against {
            Against::Peer(who) => figures.median(who, line.what),
            Against::Own(what, _) => figures.median(Who::Patchbay, what),
            Against::Limit(limit) => Some(limit),
        };
        let named = match line.against {
            Against::Peer(who) => who.name(),
            Against::Own(_, name) => name,
            Against::Limit(_) => "the limit",
        };
        let ratio = ours.zip(other).map(|(ours, other)| ours / other);
        let verdict = match (&line.goal, ratio) {
            (Some(goal), Some(ratio)) if ratio <= goal.at_most => "met",
            (Some(_), Some(_)) => {
                missed += 1;
                "**not met**"
            }
            (Some(_), None) => "not measured",
            (None, _) => "",
        };
        rows.push([
            line.title.to_owned(),
            shown(line.what, ours),
            named.to_owned(),
            shown(line.what, other),
            ratio.map(as_ratio).unwrap_or_default(),
            line.goal.as_ref().map(|goal| goal.text.to_owned()).unwrap_or_default(),
            verdict.to_owned(),
        ]);
    }
    Report { table: table(&rows), missed }
}

/// Three digits are all that a median here is worth.
fn shown(what: What, value: Option<f64>) -> String {
    let Some(value) = value else { return "not measured".to_owned() };
    match what {
        _ if what.is_memory() => format!("{} MB", digits(value)),
        _ if value < 1.0 => format!("{} µs", digits(value * 1e3)),
        _ => format!("{} ms", digits(value)),
    }
}

pub(super) fn digits(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

pub(super) fn as_ratio(ratio: f64) -> String {
    if ratio < 1.0 { format!("1/{}", digits(1.0 / ratio)) } else { digits(ratio) }
}

/// In Markdown, and aligned, so that it reads as well in a terminal.
pub(super) fn table<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(widths) {
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if index == 0 {
            for width in widths {
                text.push_str(&format!("|{}", "-".repeat(width + 2)));
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::Round;

    /// The report on one sample of each.
    fn of(samples: &[(Who, What, f64)]) -> Report {
        let mut figures = Figures::default();
        let round = Round::begin(0);
        for (who, what, value) in samples {
            figures.add(round, *who, *what, *value);
        }
        report(&figures)
    }

    #[test]
    fn a_goal_is_met_at_its_ratio_and_not_above_it() {
        let at = of(&[(Who::Patchbay, What::Start, 25.0), (Who::McpGraph, What::Start, 250.0)]);
        assert_eq!(at.missed, 0, "a tenth is at most a tenth:\n{}", at.table);
        assert!(at.table.contains("| 25.0 ms ") && at.table.contains("| 250 ms ") && at.table.contains("| 1/10.0 "), "{}", at.table);
        let above = of(&[(Who::Patchbay, What::Start, 25.1), (Who::McpGraph, What::Start, 250.0)]);
        assert_eq!(above.missed, 1, "more than a tenth:\n{}", above.table);
        assert!(above.table.contains("**not met**"), "and it is said:\n{}", above.table);
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let report = of(&[(Who::Patchbay, What::Together, 150.0)]);
        assert_eq!(report.missed, 0, "{}", report.table);
        assert_eq!(report.table.matches("| met").count(), 1, "only the limit could be judged:\n{}", report.table);
        assert_eq!(report.table.matches("| not measured |\n").count(), 6, "the other goals:\n{}", report.table);
    }

    #[test]
    fn figures_are_shown_with_three_digits_in_a_unit_that_suits_them() {
        let check = |what, value, expected: &str| assert_eq!(shown(what, Some(value)), expected, "{value}");
        check(What::Call, 0.004_321, "4.32 µs");
        check(What::Call, 0.63, "630 µs");
        check(What::Start, 9.999, "10.0 ms");
        check(What::Start, 1_912.4, "1912 ms");
        check(What::Memory, 12.34, "12.3 MB");
    }
}
