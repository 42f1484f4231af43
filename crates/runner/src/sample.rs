//! A value that fits a JSON Schema, the same each time: what stands in for an answer that nobody gives.

use serde_json::{Map, Number, Value, json};

use crate::schema::mismatches;

/// Schemas may refer to themselves.
const DEEPEST: usize = 12;

/// A value that fits a schema; none where none is found that does.
#[must_use]
pub fn sample(schema: &Value) -> Option<Value> {
    // With all that it may have first, since more of what follows then has something to work on.
    [true, false].into_iter().map(|whole| make(schema, schema, whole, 0)).find(|value| mismatches(schema, value, &|_| false).is_empty())
}

fn make(root: &Value, schema: &Value, whole: bool, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    let inner = |schema: &Value| make(root, schema, whole, depth + 1);
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.map_or(Value::Null, inner);
    }
    if let Some(value) = schema.get("const").or_else(|| schema.get("default")) {
        return value.clone();
    }
    if let Some(first) = ["enum", "examples"].iter().find_map(|key| schema.get(*key)?.as_array()?.first()) {
        return first.clone();
    }
    if let Some(first) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array()?.first()) {
        return merged(of_type(root, schema, whole, depth), inner(first));
    }
    let parts = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    parts.iter().map(inner).fold(of_type(root, schema, whole, depth), merged)
}

/// Two objects as one; otherwise the one that says something, the later before the earlier.
fn merged(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Object(mut a), Value::Object(b)) => {
            a.extend(b);
            Value::Object(a)
        }
        (a, Value::Null) => a,
        (_, b) => b,
    }
}

fn of_type(root: &Value, schema: &Value, whole: bool, depth: usize) -> Value {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names.first().and_then(Value::as_str),
        _ => None,
    };
    let has = |key: &str| schema.get(key).is_some();
    match named {
        Some("object") => object(root, schema, whole, depth),
        Some("array") => array(root, schema, whole, depth),
        Some("string") => Value::String(text(schema)),
        Some(name @ ("number" | "integer")) => number(schema, name == "integer"),
        Some("boolean") => json!(false),
        Some(_) => Value::Null,
        None if has("properties") || has("required") => object(root, schema, whole, depth),
        None if has("items") => array(root, schema, whole, depth),
        None => Value::Null,
    }
}

fn object(root: &Value, schema: &Value, whole: bool, depth: usize) -> Value {
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut fields = Map::new();
    for (name, property) in properties.into_iter().flatten() {
        if whole || required.contains(&name.as_str()) {
            fields.insert(name.clone(), make(root, property, whole, depth + 1));
        }
    }
    let more = schema.get("additionalProperties").filter(|more| more.is_object());
    for name in required {
        if !fields.contains_key(name) {
            fields.insert(name.to_owned(), more.map_or(Value::Null, |more| make(root, more, whole, depth + 1)));
        }
    }
    Value::Object(fields)
}

fn array(root: &Value, schema: &Value, whole: bool, depth: usize) -> Value {
    let count = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let wanted = count("minItems").unwrap_or_default().max(usize::from(whole && schema.get("items").is_some()));
    let wanted = wanted.min(count("maxItems").unwrap_or(usize::MAX)).min(1000);
    let item = schema.get("items").map_or(Value::Null, |items| make(root, items, whole, depth + 1));
    Value::Array(vec![item; wanted])
}

fn text(schema: &Value) -> String {
    let by_format = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => "2026-01-01T00:00:00Z",
        Some("date") => "2026-01-01",
        Some("time") => "00:00:00Z",
        Some("duration") => "PT0S",
        Some("email") => "someone@example.com",
        Some("uri" | "url" | "iri") => "https://example.com/",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        _ => "",
    };
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or_default();
    let least = usize::try_from(least).unwrap_or_default().min(10_000);
    let missing = least.saturating_sub(by_format.chars().count());
    format!("{by_format}{}", "x".repeat(missing))
}

fn number(schema: &Value, is_whole: bool) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let step = bound("multipleOf").filter(|step| *step > 0.0).unwrap_or(if is_whole { 1.0 } else { 0.0 });
    let mut at: f64 = 0.0;
    let lowest = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least + if step > 0.0 { step } else { 1.0 }));
    if let Some(lowest) = lowest.filter(|lowest| *lowest > at) {
        at = lowest;
    }
    let highest = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most - if step > 0.0 { step } else { 1.0 }));
    if let Some(highest) = highest.filter(|highest| *highest < at) {
        at = highest;
    }
    if step > 0.0 {
        at = if at < 0.0 { (at / step).floor() * step } else { (at / step).ceil() * step };
    }
    // Every whole number of this size is one in both forms.
    #[allow(clippy::cast_possible_truncation)]
    if at.fract() == 0.0 && at.abs() < 9.0e15 {
        return Value::from(at as i64);
    }
    Number::from_f64(at).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: Value, expected: Option<Value>) {
        assert_eq!(sample(&schema), expected, "what stands in for {schema}");
    }

    #[test]
    fn a_sample_fits_its_schema_and_is_the_same_each_time() {
        check(
            json!({"type": "object", "properties": {"sum": {"type": "number"}, "ok": {"type": "boolean"}}, "required": ["sum"]}),
            Some(json!({"sum": 0, "ok": false})),
        );
        check(json!({"type": "integer", "minimum": 5, "multipleOf": 4}), Some(json!(8)));
        check(json!({"type": "number", "exclusiveMaximum": -1}), Some(json!(-2)));
        check(json!({"type": "string", "format": "date-time"}), Some(json!("2026-01-01T00:00:00Z")));
        check(json!({"type": "string", "minLength": 3}), Some(json!("xxx")));
        check(json!({"type": ["string", "null"]}), Some(json!("")));
        check(json!({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2}), Some(json!(["a", "a"])));
        check(json!({"const": {"a": null}}), Some(json!({"a": null})));
        check(
            json!({"allOf": [{"type": "object", "properties": {"a": {"const": 1}}}, {"properties": {"b": {"default": 2}}}]}),
            Some(json!({"a": 1, "b": 2})),
        );
        check(json!({"anyOf": [{"type": "null"}, {"$ref": "#/$defs/x"}], "$defs": {"x": {"type": "string"}}}), Some(json!(null)));
        check(json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "boolean"}}}), Some(json!(false)));
        check(json!({"type": "object", "required": ["id"], "additionalProperties": {"type": "string"}}), Some(json!({"id": ""})));
        check(json!({}), Some(json!(null)));
        check(json!(true), Some(json!(null)));
    }

    #[test]
    fn where_nothing_is_found_there_is_no_sample() {
        check(json!({"type": "string", "pattern": "^[0-9]{3}$"}), None);
        check(json!({"type": "array", "items": {"type": "integer"}, "minItems": 2, "uniqueItems": true}), None);
        check(json!(false), None);
    }
}
