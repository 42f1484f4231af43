//! Formulas, conditions and `{{variables}}` in the words of JSONata and JSON Logic. Knows nothing of nodes.

use serde_json::{Value, json};

/// A text with each `{{name}}` replaced by what `read` makes of the name.
pub(super) fn filled(text: &str, read: &mut dyn FnMut(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(&read(name.trim()));
        rest = behind;
    }
    out + rest
}

/// A condition or formula as JSONata writes it: its own words for equality and for and, or.
pub(super) fn expression(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        if quote.is_some() || matches!(c, '"' | '\'' | '`') {
            quote = match quote {
                Some(open) if open == c => None,
                None => Some(c),
                open => open,
            };
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let table = [("!==", "!="), ("===", "="), ("!=", "!="), ("==", "="), ("<=", "<="), (">=", ">="), ("&&", " and "), ("||", " or ")];
        match table.iter().find(|(theirs, _)| rest.starts_with(theirs)) {
            Some((theirs, ours)) => {
                out.push_str(ours);
                rest = &rest[theirs.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// A condition as a rule: a comparison of two things as JSON Logic's own, anything else as the value of an expression.
pub(super) fn rule(condition: &str, is_jsonata: &dyn Fn(&str) -> bool) -> Option<Value> {
    let text = expression(condition);
    for (theirs, ours) in [(">=", ">="), ("<=", "<="), ("!=", "!="), (">", ">"), ("<", "<"), ("=", "==")] {
        if let Some((left, right)) = text.split_once(theirs) {
            let has_more = |side: &str| side.contains(['<', '>', '=', '(', '"', '\'']) || side.contains(" and ") || side.contains(" or ");
            let (left, right) = (left.trim(), right.trim());
            if !has_more(left) && (!has_more(right) || literal(right).is_some()) && is_jsonata(left) {
                let side = |text: &str| literal(text).or_else(|| is_jsonata(text).then(|| json!({"var": text})));
                if let Some(right) = side(right) {
                    return Some(json!({ours: [side(left)?, right]}));
                }
            }
            break;
        }
    }
    is_jsonata(&text).then(|| json!({"var": text}))
}

/// A number, a text in quotes, a boolean or `null`.
pub(super) fn literal(text: &str) -> Option<Value> {
    let text = text.trim();
    let quoted = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).filter(|text| !text.contains(quote));
    if let Some(inner) = quoted('"').or_else(|| quoted('\'')) {
        return Some(inner.into());
    }
    serde_json::from_str(text).ok().filter(|value: &Value| !value.is_object() && !value.is_array())
}

/// An operator of a condition that is written as `{field, operator, value}`.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "==" | "=" | "===" | "eq" | "equals" | "is" => "==",
        "!=" | "!==" | "ne" | "notequals" | "not_equals" | "isnot" => "!=",
        ">" | "gt" | "greater" | "greaterthan" | "greater_than" => ">",
        ">=" | "gte" | "ge" => ">=",
        "<" | "lt" | "less" | "lessthan" | "less_than" => "<",
        "<=" | "lte" | "le" => "<=",
        "contains" | "includes" => "contains",
        "in" => "in",
        _ => return None,
    })
}

/// A name as an expression reads it.
pub(super) fn quoted(name: &str) -> String {
    let is_bare =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_reserved = matches!(name, "and" | "or" | "in" | "function" | "true" | "false" | "null");
    if is_bare && !is_reserved { name.to_owned() } else { format!("`{}`", name.replace('`', "'")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_become_rules() {
        let is_jsonata = |text: &str| !text.is_empty() && !text.contains('?');
        for (condition, expected) in [
            ("a.b > 5", Some(json!({">": [{"var": "a.b"}, 5]}))),
            ("status === 'ok'", Some(json!({"==": [{"var": "status"}, "ok"]}))),
            ("a != b.c", Some(json!({"!=": [{"var": "a"}, {"var": "b.c"}]}))),
            ("a > 1 && b < 2", Some(json!({"var": "a > 1  and  b < 2"}))),
            ("a == 'x == y'", Some(json!({"==": [{"var": "a"}, "x == y"]}))),
            ("done", Some(json!({"var": "done"}))),
            ("what?", None),
        ] {
            assert_eq!(rule(condition, &is_jsonata), expected, "`{condition}`");
        }
    }

    #[test]
    fn variables_are_filled_and_what_is_not_closed_stays() {
        let mut read = |name: &str| format!("<{name}>");
        assert_eq!(filled("a {{ b.c }} {{d}} {{e", &mut read), "a <b.c> <d> {{e", "each by its name");
    }
}
