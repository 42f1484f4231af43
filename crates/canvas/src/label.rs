//! What is written at an edge. A rule is told as a person would say it, short enough for a drawing; nothing is evaluated.

use graph::{Node, Port};
use serde_json::Value;

/// The length from which a label is cut, in characters.
const LONGEST: usize = 44;

/// How tightly an operator binds: what binds looser inside what binds tighter needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Or,
    And,
    Comparison,
    Sum,
    Product,
    Whole,
}

/// JSON Logic's operators between their operands: as the rule writes them, as the label does, and how tightly they bind.
const INFIX: [(&str, &str, Binding); 17] = [
    ("or", "or", Binding::Or),
    ("and", "and", Binding::And),
    ("==", "=", Binding::Comparison),
    ("===", "=", Binding::Comparison),
    ("!=", "≠", Binding::Comparison),
    ("!==", "≠", Binding::Comparison),
    ("<", "<", Binding::Comparison),
    ("<=", "≤", Binding::Comparison),
    (">", ">", Binding::Comparison),
    (">=", "≥", Binding::Comparison),
    ("in", "in", Binding::Comparison),
    ("+", "+", Binding::Sum),
    ("-", "−", Binding::Sum),
    ("cat", "&", Binding::Sum),
    ("*", "×", Binding::Product),
    ("/", "÷", Binding::Product),
    ("%", "mod", Binding::Product),
];

/// The label of the edge that leaves `node` by `port`; empty where the drawing says it already.
#[must_use]
pub fn edge_label(node: &Node, port: Port) -> String {
    let has_cases = node.fields.get("conditions").and_then(Value::as_array).is_some_and(|cases| !cases.is_empty());
    match port {
        Port::Case(i) => {
            let rule = node.fields.get("conditions").and_then(|cases| cases.get(i)?.get("rule"));
            rule.map_or_else(|| "otherwise".to_owned(), rule_label)
        }
        Port::Next if has_cases => "otherwise".to_owned(),
        Port::Next | Port::Branch(_) => String::new(),
        Port::Body => "for each".to_owned(),
        Port::Join => "then".to_owned(),
        Port::OnError => "on error".to_owned(),
        Port::OnReject => "if rejected".to_owned(),
    }
}

/// A JSON Logic rule in a short readable form: `{">": [{"var": "n"}, 10]}` is `n > 10`.
#[must_use]
pub fn rule_label(rule: &Value) -> String {
    cut(&tell(rule).0, LONGEST)
}

/// The first line of `text`, cut to `most` characters with an ellipsis.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    let is_whole = line.len() == text.trim().len() && line.chars().count() <= most;
    if is_whole { line.to_owned() } else { line.chars().take(most.saturating_sub(1)).chain(['…']).collect() }
}

fn tell(rule: &Value) -> (String, Binding) {
    let text = match rule {
        Value::Object(fields) => match fields.iter().next() {
            Some((operator, operands)) if fields.len() == 1 => return tell_operator(operator, operands),
            _ => rule.to_string(),
        },
        Value::Array(items) => format!("[{}]", list(items)),
        Value::String(text) => format!("“{text}”"),
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => rule.to_string(),
    };
    (text, Binding::Whole)
}

fn tell_operator(operator: &str, operands: &Value) -> (String, Binding) {
    let operands = operands.as_array().map_or(std::slice::from_ref(operands), Vec::as_slice);
    if let Some((_, sign, binding)) = INFIX.iter().find(|(name, ..)| *name == operator).filter(|_| operands.len() > 1) {
        return (between(sign, *binding, operands), *binding);
    }
    let text = match (operator, operands) {
        ("var", [name, ..]) => variable(name),
        ("!", [of]) => format!("not {}", inside(of, Binding::Whole)),
        ("!!", [of]) => return tell(of),
        ("-", [of]) => format!("−{}", inside(of, Binding::Whole)),
        ("if" | "?:", [condition, then, rest @ ..]) => {
            let or_else = rest.first().map(|rest| format!(" else {}", tell(rest).0)).unwrap_or_default();
            return (format!("if {} then {}{or_else}", tell(condition).0, tell(then).0), Binding::Choice);
        }
        _ => format!("{operator}({})", list(operands)),
    };
    (text, Binding::Whole)
}

/// `1 < x < 9` has three operands, with the one that is asked about in the middle.
fn between(sign: &str, binding: Binding, operands: &[Value]) -> String {
    operands.iter().map(|operand| inside(operand, binding)).collect::<Vec<_>>().join(&format!(" {sign} "))
}

fn inside(operand: &Value, outer: Binding) -> String {
    let (text, binding) = tell(operand);
    // Of two operators that bind alike, parentheses say which came first; `a and b and c` needs none, but is one operator.
    if binding <= outer && binding != Binding::Whole { format!("({text})") } else { text }
}

/// A context is flat: `$.list.content` and `list.content` are the same, and the shorter is shown.
fn variable(name: &Value) -> String {
    match name {
        Value::String(name) if name.is_empty() => "it".to_owned(),
        Value::String(name) => name.strip_prefix("$.").unwrap_or(name).to_owned(),
        other => tell(other).0,
    }
}

fn list(items: &[Value]) -> String {
    items.iter().map(|item| tell(item).0).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_rule_reads_as_a_person_would_say_it() {
        for (rule, expected) in [
            (json!({">": [{"var": "n"}, 10]}), "n > 10"),
            (json!({"<=": [{"var": "$.inc.counter"}, {"var": "entry.n"}]}), "inc.counter ≤ entry.n"),
            (json!({"<": [1, {"var": "x"}, 9]}), "1 < x < 9"),
            (json!({"==": [{"var": ["kind", "x"]}, "file"]}), "kind = “file”"),
            (json!({"!==": [{"var": "a"}, null]}), "a ≠ nothing"),
            (json!({"and": [{">": [{"var": "a"}, 1]}, {"or": [{"var": "b"}, {"var": "c"}]}]}), "a > 1 and (b or c)"),
            (json!({"or": [{"and": [{"var": "a"}, {"var": "b"}]}, {"var": "c"}]}), "a and b or c"),
            (json!({"*": [{"+": [{"var": "a"}, 1]}, 2]}), "(a + 1) × 2"),
            (json!({"-": [{"var": "a"}, {"-": [{"var": "b"}, 1]}]}), "a − (b − 1)"),
            (json!({"!": {"var": "done"}}), "not done"),
            (json!({"!": [{"<": [{"var": "a"}, 1]}]}), "not (a < 1)"),
            (json!({"!!": [{"var": "done"}]}), "done"),
            (json!({"in": ["a", {"var": ""}]}), "“a” in it"),
            (json!({"if": [{"var": "a"}, 1, 2]}), "if a then 1 else 2"),
            (json!({"missing": ["a", "b"]}), "missing(“a”, “b”)"),
            (json!({"some": [{"var": "xs"}, {">": [{"var": ""}, 0]}]}), "some(xs, it > 0)"),
            (json!(true), "true"),
            (json!({"a": 1, "b": 2}), r#"{"a":1,"b":2}"#),
        ] {
            assert_eq!(rule_label(&rule), expected, "for {rule}");
        }
    }

    #[test]
    fn each_port_says_what_takes_it() {
        let node = |fields| Node::from_json(&fields).unwrap();
        let switch = node(json!({"id": "s", "type": "switch", "conditions": [{"rule": {"==": [1, 2]}, "next": "a"}, {"next": "b"}]}));
        let plain = node(json!({"id": "t", "type": "transform", "next": "a"}));
        for (node, port, expected) in [
            (&switch, Port::Case(0), "1 = 2"),
            (&switch, Port::Case(1), "otherwise"),
            (&switch, Port::Next, "otherwise"),
            (&plain, Port::Next, ""),
            (&plain, Port::OnError, "on error"),
            (&plain, Port::Body, "for each"),
        ] {
            assert_eq!(edge_label(node, port), expected, "{port:?} of {}", node.id);
        }
    }

    #[test]
    fn a_long_text_is_cut_with_an_ellipsis() {
        for (text, expected) in
            [("short", "short"), ("exactly ten", "exactly t…"), ("two\nlines", "two…"), ("  padded ", "padded"), ("", "")]
        {
            assert_eq!(cut(text, 10), expected, "for {text:?}");
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let operator = prop_oneof![
                Just("and".to_owned()),
                Just("if".to_owned()),
                Just("var".to_owned()),
                Just("!".to_owned()),
                Just("-".to_owned()),
                ".{0,4}"
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                (operator, inner).prop_map(|(operator, operands)| json!({operator: operands})),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_rule_has_a_label_of_one_short_line(rule in any_value()) {
            let label = rule_label(&rule);
            prop_assert!(label.chars().count() <= LONGEST && !label.contains('\n'));
        }
    }
}
