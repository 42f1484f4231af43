//! What a dry run asked for, as text that a person reads: what would have been done is not to be overlooked.

use std::fmt::Write;

use protocol::{Because, DryCall, StandIn};
use serde_json::Value;

use crate::out::{DOUBTFUL, FAINT, GOOD, STRONG, one_line};

/// The requests, in their order. Writing to a text does not fail.
pub(super) fn text(calls: &[DryCall]) -> String {
    let written = calls.iter().filter(|call| !call.happened).count();
    let mut text =
        format!("{DOUBTFUL}dry run{DOUBTFUL:#}: {STRONG}nothing was written{STRONG:#}; {} read, {written} shown\n", calls.len() - written);
    for call in calls {
        let what = if call.happened { format!("{GOOD}read {GOOD:#}") } else { format!("{DOUBTFUL}would{DOUBTFUL:#}") };
        let request = serde_json::to_value(&call.request).as_ref().map(Value::to_string).unwrap_or_default();
        let _written = writeln!(text, "  {what} {}  {FAINT}{}{FAINT:#}", one_line(&request), why(call));
    }
    text
}

fn why(call: &DryCall) -> String {
    let because = match call.because {
        Because::Asked => "as `--treat` says",
        Because::Entry => "as `treat` of the server's entry says",
        Because::Hint => "as the server says",
        Because::Unknown => "since nobody says that it only reads",
    };
    let answered = match call.answered {
        None => "",
        Some(StandIn::Cassette) => "; answered from the cassette",
        Some(StandIn::Schema) => "; answered by its output schema",
        Some(StandIn::Text) => "; it has no output schema, so a text stands in",
        Some(StandIn::Nothing) => "; no answer could be made up",
    };
    format!("{because}{answered}")
}
