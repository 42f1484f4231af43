//! Schemas that are valid at a glance, so that nothing must be compiled to say so.

use std::collections::HashSet;

use serde_json::{Map, Value};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Whether a schema is surely a valid one of JSON Schema 2020-12. It is asked of every tool when a graph is opened, where
/// compiling would cost more than all the rest. `false` says nothing: what refers to others, is a pattern or is uncommon is for
/// the compiler to judge.
pub(crate) fn is_plain(schema: &Value) -> bool {
    match schema {
        Value::Bool(_) => true,
        Value::Object(keywords) => keywords.iter().all(|(keyword, value)| is_plain_keyword(keyword, value)),
        _ => false,
    }
}

fn is_plain_keyword(keyword: &str, value: &Value) -> bool {
    match keyword {
        "$schema" => value == DIALECT,
        "$comment" | "description" | "format" | "title" => value.is_string(),
        "const" | "default" => true,
        "enum" | "examples" => value.is_array(),
        "type" => is_type(value) || is_list(value, |types| !types.is_empty() && types.iter().all(is_type) && are_distinct(types)),
        "required" => is_list(value, are_distinct),
        "properties" => value.as_object().is_some_and(|properties: &Map<_, _>| properties.values().all(is_plain)),
        "additionalProperties" | "items" => is_plain(value),
        "allOf" | "anyOf" | "oneOf" => is_list(value, |schemas| !schemas.is_empty() && schemas.iter().all(is_plain)),
        "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" => value.is_number(),
        "maxItems" | "maxLength" | "maxProperties" | "minItems" | "minLength" | "minProperties" => value.is_u64(),
        "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" => value.is_boolean(),
        _ => false,
    }
}

fn is_type(value: &Value) -> bool {
    value.as_str().is_some_and(|name| TYPES.contains(&name))
}

fn is_list(value: &Value, fits: impl FnOnce(&[Value]) -> bool) -> bool {
    value.as_array().is_some_and(|items| fits(items))
}

/// Whether all are texts and none is there twice.
fn are_distinct(names: &[Value]) -> bool {
    let mut seen = HashSet::new();
    names.iter().all(|name| name.as_str().is_some_and(|name| seen.insert(name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What each keyword is tried with, right and wrong.
    fn values() -> Vec<Value> {
        let schemas = [json!(true), json!({"type": "string"}), json!({"type": "text"}), json!({"$ref": "#/$defs/none"})];
        let mut values = vec![
            json!(null),
            json!(0),
            json!(3),
            json!(-1),
            json!(2.5),
            json!(1e300),
            json!(""),
            json!("string"),
            json!("date-time"),
            json!("no such format"),
            json!(DIALECT),
            json!([]),
            json!(["string", "null"]),
            json!(["a", "a"]),
            json!([1]),
            json!({}),
        ];
        values.extend(schemas.iter().flat_map(|schema| [schema.clone(), json!([schema]), json!({"a": schema})]));
        values
    }

    #[test]
    fn whatever_is_plain_compiles() {
        let keywords = [
            "$schema",
            "$comment",
            "description",
            "format",
            "title",
            "const",
            "default",
            "enum",
            "examples",
            "type",
            "required",
            "properties",
            "additionalProperties",
            "items",
            "allOf",
            "anyOf",
            "oneOf",
            "maximum",
            "minimum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maxItems",
            "maxLength",
            "maxProperties",
            "minItems",
            "minLength",
            "minProperties",
            "deprecated",
            "readOnly",
            "uniqueItems",
            "writeOnly",
            "$ref",
            "pattern",
            "$defs",
            "not",
            "if",
            "$id",
            "patternProperties",
            "unknown",
        ];
        let mut plain = 0;
        for (keyword, value) in keywords.into_iter().flat_map(|keyword| values().into_iter().map(move |value| (keyword, value))) {
            for schema in [json!({keyword: value}), json!({"type": "object", "properties": {"a": {keyword: value}}})] {
                let compiled = jsonschema::draft202012::options().build(&schema);
                if is_plain(&schema) {
                    plain += 1;
                    assert!(compiled.is_ok(), "{schema} is called plain: {:?}", compiled.err().map(|error| error.to_string()));
                }
            }
        }
        assert!(plain > 200, "most keywords have plain values: {plain}");
    }

    #[test]
    fn the_schemas_that_people_write_are_plain() {
        let schema = json!({
            "type": "object",
            "properties": {
                "to": {"type": "string", "format": "email", "description": "Who gets it"},
                "copies": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
                "urgent": {"type": "boolean", "default": false},
                "how": {"enum": ["mail", "post"]}
            },
            "required": ["to"],
            "additionalProperties": false
        });
        assert!(is_plain(&schema), "a form's schema opens without being compiled");
        assert!(!is_plain(&json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}})), "what refers is compiled at once");
    }
}
