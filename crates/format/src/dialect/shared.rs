//! Small questions about values that several shapes ask. Knows nothing of any one shape.

use serde_json::{Map, Value};

/// Whether a value is a text that the older shapes take for an expression.
pub(super) fn is_dollar(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with('$'))
}

/// The expression of `{expr: "..."}`.
pub(super) fn expr_of(value: &Value) -> Option<&str> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get("expr")?.as_str()
}

/// Whether `{expr: ...}` is anywhere in a value.
pub(super) fn holds_expr(value: &Value) -> bool {
    match value {
        Value::Object(fields) => expr_of(value).is_some() || fields.values().any(holds_expr),
        Value::Array(items) => items.iter().any(holds_expr),
        _ => false,
    }
}

/// Gives a field another name, in its place.
pub(super) fn rename(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if fields.contains_key(from) && !fields.contains_key(to) {
        let old = std::mem::take(fields);
        fields.extend(old.into_iter().map(|(key, value)| if key == from { (to.to_owned(), value) } else { (key, value) }));
    }
}

/// The text of a field.
pub(super) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

/// Whether a node is of a kind.
pub(super) fn is_kind(fields: &Map<String, Value>, kind: &str) -> bool {
    fields.get("type").and_then(Value::as_str) == Some(kind)
}
