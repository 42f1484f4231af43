//! `patchbay replay CASSETTE`: plays a recorded run again, and says where it is another. Needs no runtime, since nothing is waited for.

use std::fmt::Write;

use app::Replay;
use protocol::Outcome;
use serde_json::Value;

use crate::args::{Output, Replay as Args};
use crate::command::run::trace_text;
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, DOUBTFUL, FAINT, GOOD, STRONG, one_line};

/// How many characters of a request are shown; `--output json` has all of it.
const SHOWN: usize = 400;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let replay = app::replay_cassette(&args.cassette, args.graph.as_deref())?;
    match args.output {
        Output::Json => out::json(&replay)?,
        Output::Text => {
            if args.trace {
                out::say(trace_text(&replay.steps).trim_end());
            }
            if let Outcome::Done { result } = &replay.outcome {
                out::json(result)?;
            }
            out::say(summary(&replay).trim_end());
        }
    }
    match &replay.outcome {
        Outcome::Done { .. } => return Ok(Exit::Done),
        Outcome::Failed { failure } => out::say_error(&failure.to_string()),
        Outcome::Stopped { .. } => out::say_error(&format!("the run of `{}` was stopped, as it was when it was recorded", replay.tool)),
    }
    Ok(Exit::Failed)
}

/// Whether it is the recorded run; if not, where it departs, with what was asked then and now beside each other.
fn summary(replay: &Replay) -> String {
    if replay.is_same {
        return format!("{GOOD}as recorded{GOOD:#}: {} events, nothing was called", replay.events);
    }
    let mut text = String::new();
    // Writing to a text does not fail.
    for departure in &replay.departures {
        let found = match departure.found {
            app::Found::Elsewhere => "answered by what was recorded elsewhere",
            app::Found::Again => "answered by what was recorded, once more",
            app::Found::Nothing => "nothing was recorded for it",
        };
        let time = if departure.count > 1 { format!(" (time {})", departure.count) } else { String::new() };
        let _written =
            writeln!(text, "{DOUBTFUL}departs{DOUBTFUL:#} at {STRONG}{}{STRONG:#}{time}: {found}", one_line(departure.node.as_str()));
        let recorded = departure.recorded.as_ref().map_or_else(|| "nothing".to_owned(), shown);
        let _written = writeln!(text, "    {FAINT}recorded{FAINT:#} {recorded}");
        let _written = writeln!(text, "    {FAINT}asked   {FAINT:#} {}", shown(&departure.asked));
    }
    for unasked in &replay.unasked {
        let _written = writeln!(
            text,
            "{DOUBTFUL}not asked{DOUBTFUL:#} any more by {STRONG}{}{STRONG:#}\n    {FAINT}recorded{FAINT:#} {}",
            one_line(unasked.node.as_str()),
            shown(&unasked.recorded)
        );
    }
    let end = if replay.outcome == replay.recorded { "the same end" } else { "another end" };
    let requests = if text.is_empty() { "the same requests, " } else { "" };
    text + &format!("{DOUBTFUL}not as recorded{DOUBTFUL:#}: {requests}{end}")
}

fn shown(request: &app::Request) -> String {
    let whole = serde_json::to_value(request).as_ref().map(Value::to_string).unwrap_or_default();
    let whole = one_line(&whole);
    match whole.char_indices().nth(SHOWN) {
        None => whole.into_owned(),
        Some((at, _)) => format!("{}… ({} more characters)", &whole[..at], whole[at..].chars().count()),
    }
}
