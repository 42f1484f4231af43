//! Each step of a run with its input, its output and its time, as text that a person reads.

use std::fmt::Write;
use std::time::Duration;

use app::TraceStep;
use protocol::StepView;
use serde_json::Value;

use super::lasting::lasting;
use super::show::{label, mark};
use crate::out::{BAD, FAINT, one_line};

/// How many characters of a value are shown; `--output json` has all of it.
const SHOWN: usize = 400;

/// The steps, in the order in which they began.
pub(in crate::command) fn text(steps: &[TraceStep]) -> String {
    let width = steps.iter().map(|traced| label(&traced.step).chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for traced in steps {
        describe(&mut text, traced, width);
    }
    text
}

fn describe(text: &mut String, traced: &TraceStep, width: usize) {
    let StepView { failure, duration_us, state, .. } = &traced.step;
    let took = duration_us.map(|micros| lasting(Duration::from_micros(micros))).unwrap_or_default();
    // Writing to a text does not fail.
    let _written = writeln!(text, "{} {:width$}  {FAINT}{took}{FAINT:#}", mark(*state), label(&traced.step));
    for (name, value) in [("input", &traced.input), ("output", &traced.output)] {
        if let Some(value) = value {
            let _written = writeln!(text, "    {FAINT}{name:6}{FAINT:#} {}", cut(value));
        }
    }
    if let Some(failure) = failure {
        let _written = writeln!(text, "    {BAD}error{BAD:#}  {}", one_line(&failure.to_string()));
    }
}

/// A value on one line, cut where it is long.
fn cut(value: &Value) -> String {
    let whole = value.to_string();
    let whole = one_line(&whole);
    match whole.char_indices().nth(SHOWN) {
        None => whole.into_owned(),
        Some((at, _)) => format!("{}… ({} more characters)", &whole[..at], whole[at..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters_and_says_how_much_is_left_out() {
        let whole = cut(&json!("ä".repeat(SHOWN - 2)));
        assert_eq!(whole.chars().count(), SHOWN, "as long as may be, with its quotes");
        let cut = cut(&json!("ä".repeat(SHOWN)));
        assert!(cut.ends_with("ä… (2 more characters)"), "the quote and one letter are gone: {cut}");
    }
}
