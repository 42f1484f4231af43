//! What is claimed of a run: whether it can be read, whether it holds, and if not, what was there in its place.

use expr::{Cancel, Context, Expression, Limits, Rule};
use format::{Claim, Expect};
use graph::{NodeId, Path, Problem};
use protocol::{Fault, Place};
use serde_json::Value;

/// How many characters of a value are shown.
const SHOWN: usize = 1000;

/// What is wrong with a claim as it is written.
pub(super) fn check(expect: &Expect) -> Option<Problem> {
    let (text, at) = match &expect.claim {
        Claim::Expression(text) => (text, expect.path.clone()),
        Claim::Is { that, .. } => (that, expect.path.clone().key("that")),
        Claim::Rule(rule) => {
            let error = Rule::parse(rule).err()?;
            let at = expect.path.clone().join(&Path::from_pointer(&error.pointer, rule));
            return Some(Problem::error(at, error.message, "see the guide's page on expressions"));
        }
    };
    let error = Expression::parse(text).err()?;
    let end = (error.offset + error.length).min(text.len());
    Some(Problem::error(at, error.message, "write JSONata that gives `true`").within(error.offset.min(end)..end))
}

/// Says what does not hold; none where it does.
pub(super) fn judge(expect: &Expect, place: Place, context: &dyn Context) -> Option<Fault> {
    let (limits, cancel) = (Limits::default(), Cancel::new());
    let fault = |message: String, expected: Option<String>, got: String| {
        let node = node_of(&message);
        Some(Fault { place, message, expected, got: Some(got), node })
    };
    let eval = |text: &str| match Expression::parse(text) {
        Ok(expression) => expression.eval(context, &limits, &cancel).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match &expect.claim {
        Claim::Is { that, is } => match eval(that) {
            // What is not there is as good as null, as JSON has nothing else for it.
            Ok(value) if value.as_ref().is_some_and(|value| same(value, is)) || (value.is_none() && is.is_null()) => None,
            Ok(value) => fault(that.clone(), Some(shown(Some(is))), shown(value.as_ref())),
            Err(error) => fault(that.clone(), Some(shown(Some(is))), error),
        },
        Claim::Expression(text) => match eval(text) {
            Ok(Some(Value::Bool(true))) => None,
            Ok(value) => {
                let sides = sides(text).and_then(|(left, operator, right)| Some((eval(left).ok()?, operator, eval(right).ok()?)));
                match sides {
                    Some((left, "=", right)) => fault(text.clone(), Some(shown(right.as_ref())), shown(left.as_ref())),
                    Some((left, operator, right)) => {
                        let got = format!("{} {operator} {}", shown(left.as_ref()), shown(right.as_ref()));
                        fault(text.clone(), Some("true".to_owned()), got)
                    }
                    None => fault(text.clone(), Some("true".to_owned()), shown(value.as_ref())),
                }
            }
            Err(error) => fault(text.clone(), Some("true".to_owned()), error),
        },
        Claim::Rule(rule) => {
            let eval = |rule: &Value| Rule::parse(rule).ok().and_then(|rule| rule.eval(context, &limits, &cancel).ok());
            let decided = Rule::parse(rule).map_err(|error| error.to_string());
            match decided.and_then(|rule| rule.decide(context, &limits, &cancel).map_err(|error| error.to_string())) {
                Ok(true) => None,
                Ok(false) => {
                    let operands =
                        rule.as_object().and_then(|fields| fields.iter().next()).and_then(|(key, value)| Some((key, value.as_array()?)));
                    match operands {
                        Some((key, values)) if values.len() == 2 && matches!(key.as_str(), "==" | "===") => {
                            fault(rule.to_string(), Some(shown(eval(&values[1]).as_ref())), shown(eval(&values[0]).as_ref()))
                        }
                        _ => fault(rule.to_string(), Some("true".to_owned()), shown(eval(rule).as_ref())),
                    }
                }
                Err(error) => fault(rule.to_string(), Some("true".to_owned()), error),
            }
        }
    }
}

/// The node whose steps a claim is about: the first that it names as `steps.NODE`, bare or between back-ticks.
fn node_of(claim: &str) -> Option<NodeId> {
    let (_, rest) = claim.split_once("steps.")?;
    let name = match rest.strip_prefix('`') {
        Some(quoted) => quoted.split('`').next(),
        None => rest.split(|c: char| !c.is_alphanumeric() && c != '_').next(),
    };
    name.filter(|name| !name.is_empty()).map(NodeId::from)
}

/// Whether two values are the same; `1` and `1.0` are.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b))),
        _ => a == b,
    }
}

/// The two sides of a comparison that is the whole expression. A text that may be more than that has none.
fn sides(text: &str) -> Option<(&str, &str, &str)> {
    if [" and ", " or ", "?", ":=", ";", "~>"].iter().any(|more| text.contains(more)) {
        return None;
    }
    let mut found = None;
    for operator in [" != ", " >= ", " <= ", " = ", " > ", " < "] {
        for (at, _) in text.match_indices(operator) {
            let (left, right) = (&text[..at], &text[at + operator.len()..]);
            if Expression::parse(left).is_ok() && Expression::parse(right).is_ok() {
                // A second comparison may be a part of either side.
                if found.is_some() {
                    return None;
                }
                found = Some((left, operator.trim(), right));
            }
        }
    }
    found
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "nothing".to_owned() };
    let mut text = value.to_string();
    if let Some((at, _)) = text.char_indices().nth(SHOWN) {
        let more = text[at..].chars().count();
        text.truncate(at);
        text += &format!("… ({more} more characters)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A claim about `{result: {n: 3, list: [1]}}`, and what is said of it: `expected | got`.
    #[track_caller]
    fn check(claim: Claim, expected: Option<&str>) {
        let context = expr::Fields::new(json!({"result": {"n": 3, "list": [1]}}));
        let expect = Expect { claim, path: Path::root() };
        let fault = judge(&expect, Place { line: 1, column: 1 }, &context);
        let told = fault.map(|fault| format!("{} | {}", fault.expected.unwrap_or_default(), fault.got.unwrap_or_default()));
        assert_eq!(told.as_deref(), expected, "what is said of {:?}", expect.claim);
    }

    #[test]
    fn a_claim_that_does_not_hold_tells_what_was_expected_and_what_was_there() {
        let text = |text: &str| Claim::Expression(text.to_owned());
        check(text("result.n = 3"), None);
        check(text("result.n = 4"), Some("4 | 3"));
        check(text("result.n > 4"), Some("true | 3 > 4"));
        check(text("result.m = 4"), Some("4 | nothing"));
        check(text("result.n"), Some("true | 3"));
        check(text("result.n = 3 and result.list = [2]"), Some("true | false"));
        check(text("$count(result.list[$ = 1]) = 2"), Some("2 | 1"));
        check(Claim::Rule(json!({"==": [{"var": "result.n"}, 4]})), Some("4 | 3"));
        check(Claim::Rule(json!({"<": [{"var": "result.n"}, 4]})), None);
        check(Claim::Rule(json!({"!": [{"var": "result.n"}]})), Some("true | false"));
        check(Claim::Is { that: "result".to_owned(), is: json!({"list": [1.0], "n": 3}) }, None);
        check(Claim::Is { that: "result.list".to_owned(), is: json!([2]) }, Some("[2] | [1]"));
        check(Claim::Is { that: "result.none".to_owned(), is: json!(null) }, None);
    }

    #[test]
    fn a_claim_about_a_step_leads_to_its_node() {
        for (claim, expected) in [
            ("steps.off.attempts = 2", Some("off")),
            ("$count(steps.`my-node`.all) = 1", Some("my-node")),
            (r#"{"==":[{"var":"steps.off_2.output"},2]}"#, Some("off_2")),
            ("result.steps = 3", None),
            ("steps.$keys()", None),
        ] {
            assert_eq!(node_of(claim).as_ref().map(NodeId::as_str), expected, "of `{claim}`");
        }
    }
}
