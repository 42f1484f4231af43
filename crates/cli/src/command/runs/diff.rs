//! `patchbay runs diff`: the nodes that did something else in one run than in another.

use std::fmt::Write;

use app::App;
use protocol::{NodeDifference, RunId, StepDetail};

use crate::args::{Output, RunsDiff};
use crate::error::Error;
use crate::out::{self, BAD, FAINT, GOOD, STRONG, one_line};

pub(super) async fn diff(app: &App, args: RunsDiff) -> Result<(), Error> {
    let found = app.compare_runs(RunId(args.one), RunId(args.other)).await?;
    match args.output {
        Output::Json => out::json(&found),
        Output::Text if found.is_empty() => {
            out::say("both did the same");
            Ok(())
        }
        Output::Text => out::text(table(&found)),
    }
}

fn table(found: &[NodeDifference]) -> String {
    let mut text = String::new();
    for difference in found {
        let NodeDifference { node, times, at, one, other } = difference;
        let times = if times.0 == times.1 { format!("{}", times.0) } else { format!("{} and {}", times.0, times.1) };
        // Writing to a text does not fail.
        let _written = writeln!(text, "{STRONG}{}{STRONG:#}  {FAINT}execution {at} of {times}{FAINT:#}", one_line(node.as_str()));
        for (style, sign, side) in [(BAD, "-", one), (GOOD, "+", other)] {
            let _written = match side {
                Some(detail) => writeln!(text, "  {style}{sign} {}{style:#}", line(detail)),
                None => writeln!(text, "  {style}{sign} it did not run{style:#}"),
            };
        }
    }
    text
}

/// An execution in one line: what it worked on, and what came of it.
fn line(detail: &StepDetail) -> String {
    let input = detail.input.as_ref().map(|input| format!("{input} -> ")).unwrap_or_default();
    let end = match (&detail.step.failure, &detail.output) {
        (Some(failure), _) => format!("failed: {failure}"),
        (None, Some(output)) => output.to_string(),
        (None, None) => "no output".to_owned(),
    };
    one_line(&format!("{input}{end}")).to_string()
}
