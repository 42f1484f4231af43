//! What there is to say of an expression while it is written. No views.

use std::sync::Arc;

use expr::{Cancel, EvalError, Expression, Fields, Limits, Rule, Ruling, Sees, Verdict};
use serde_json::{Map, Value};

/// Variables that only a run knows.
const OF_A_RUN: [&str; 4] = ["item", "index", "error", "arguments"];

/// Judges an expression on the outputs of the last run.
pub(crate) fn judge(source: &str, outputs: &Arc<Map<String, Value>>, sees: &Sees) -> Verdict {
    if source.trim().is_empty() {
        return Verdict::Empty;
    }
    let expression = match Expression::parse(source) {
        Ok(expression) => expression,
        Err(error) => return wrong(source, error.message, error.offset, error.length),
    };
    let needs_a_run = expression.variables().iter().any(|name| OF_A_RUN.contains(&name.as_str())) || expression.uses_history();
    if outputs.is_empty() || needs_a_run || may_call_itself(source) {
        return Verdict::Untried;
    }
    let (limits, context) = (limits(), Fields::new(Value::Object((**outputs).clone())));
    let result = match sees {
        Sees::Outputs => expression.eval(&context, &limits, &Cancel::new()),
        Sees::OutputOf(node) => match outputs.get(node) {
            Some(output) => expression.apply(&Arc::new(output.clone()), &context, &limits, &Cancel::new()),
            None => return Verdict::Untried,
        },
        Sees::Unknown => return Verdict::Untried,
    };
    match result {
        Ok(value) => value.map_or(Verdict::GivesNothing, Verdict::Gives),
        // That is a limit of this page, not of a run.
        Err(EvalError::Items { .. } | EvalError::Bytes { .. }) => Verdict::Untried,
        Err(error) => Verdict::Fails(error.to_string()),
    }
}

/// How far a try may go. In a browser there is no clock that may be asked and nobody who could stop it: lengths bound it, and
/// tighter than in a run, so that no letter typed is felt.
fn limits() -> Limits {
    Limits { time: None, depth: 200, items: 10_000, bytes: 1 << 20 }
}

/// Whether a function has a name, by which it may call itself for ever: a call at its end takes no depth, so no limit would
/// end it.
fn may_call_itself(source: &str) -> bool {
    source.contains(":=") && (source.contains("function") || source.contains('λ'))
}

/// What a rule decides on the outputs of the last run.
pub(crate) fn decide(rule: &Value, outputs: &Arc<Map<String, Value>>) -> Ruling {
    let rule = match Rule::parse(rule) {
        Ok(rule) => rule,
        Err(error) => return Ruling::Wrong(error.to_string()),
    };
    if outputs.is_empty() || rule.uses_history() {
        return Ruling::Untried;
    }
    let context = Fields::new(Value::Object((**outputs).clone()));
    match rule.decide(&context, &limits(), &Cancel::new()) {
        Ok(true) => Ruling::Holds,
        Ok(false) => Ruling::Fails,
        Err(error) => Ruling::Wrong(error.to_string()),
    }
}

fn wrong(source: &str, message: String, offset: usize, length: usize) -> Verdict {
    let start = source.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = source.get(offset..).and_then(|after| after.find('\n')).map_or(source.len(), |at| offset + at);
    let stop = (offset + length).min(end);
    let piece = |from: usize, to: usize| source.get(from..to).unwrap_or_default().to_owned();
    Verdict::Wrong {
        message,
        before: piece(start, offset),
        marked: piece(offset, stop),
        after: piece(stop, end),
        line: source.get(..offset).unwrap_or_default().matches('\n').count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(source: &str, sees: &Sees, expected: &Verdict) {
        let Value::Object(outputs) = json!({"list": {"n": 3}, "last": [1, 2]}) else { panic!("an object") };
        assert_eq!(judge(source, &Arc::new(outputs), sees), *expected, "of `{source}`");
    }

    #[test]
    fn a_value_is_given_on_the_data_of_the_last_run() {
        check("$.list.n + 1", &Sees::Outputs, &Verdict::Gives(json!(4)));
        check("nothing", &Sees::Outputs, &Verdict::GivesNothing);
        check("n * 2", &Sees::OutputOf("list".to_owned()), &Verdict::Gives(json!(6)));
        check("n", &Sees::OutputOf("other".to_owned()), &Verdict::Untried);
        check("$item.name", &Sees::Outputs, &Verdict::Untried);
        check("  ", &Sees::Outputs, &Verdict::Empty);
    }

    #[test]
    fn a_fault_is_shown_under_its_very_characters() {
        let Verdict::Wrong { before, marked, after, line, .. } = judge("{\n  \"a\": 1 + ) 2\n}", &Arc::default(), &Sees::Outputs) else {
            panic!("it is no expression")
        };
        assert_eq!((before.as_str(), marked.as_str(), after.as_str(), line), ("  \"a\": 1 + ", ")", " 2", 2));
        let Verdict::Wrong { before, marked, .. } = judge("1 +", &Arc::default(), &Sees::Outputs) else { panic!("it is incomplete") };
        assert_eq!((before.as_str(), marked.as_str()), ("1 +", ""), "something is missing at the end");
    }

    #[test]
    fn a_failure_of_the_expression_is_told() {
        let verdict = judge("$error('no')", &Arc::new([("a".to_owned(), json!(1))].into_iter().collect()), &Sees::Outputs);
        assert_eq!(verdict, Verdict::Fails("no".to_owned()));
    }

    #[test]
    fn a_rule_is_decided_on_the_data_of_the_last_run() {
        let outputs = Arc::new([("n".to_owned(), json!(5))].into_iter().collect());
        assert_eq!(decide(&json!({">": [{"var": "n"}, 3]}), &outputs), Ruling::Holds);
        assert_eq!(decide(&json!({">": [{"var": "n"}, 3]}), &Arc::default()), Ruling::Untried, "there is no data");
        assert!(matches!(decide(&json!({"nope": []}), &outputs), Ruling::Wrong(_)), "an operator that is not there is told");
    }

    #[test]
    fn what_might_never_end_is_not_tried() {
        check("($f := function($n) { $f($n + 1) }; $f(0))", &Sees::Outputs, &Verdict::Untried);
        check("$count([1..9000000])", &Sees::Outputs, &Verdict::Untried);
    }
}
