//! JSON as it is kept: what of it is large is cut out, once for each content, and named by its hash in its place.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What is longer, in bytes of JSON, is kept once by its hash.
pub(crate) const LARGE: usize = 64 * 1024;

/// An object with only this key stands for what was cut out; one that a run made itself gets a `$` more.
const MARK: &str = "$kept";

/// JSON, and what was cut out of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) text: String,
    /// What was cut out, as JSON, with its hash.
    pub(crate) blobs: Vec<(String, String)>,
    /// Whether something was, so that the text has to be filled again.
    pub(crate) is_cut: bool,
}

/// The hash of a text, as it is written down.
pub(crate) fn hash(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Cuts out what is large.
pub(crate) fn pack(text: String) -> Packed {
    if text.len() <= LARGE {
        return Packed { text, ..Packed::default() };
    }
    let Ok(mut value) = serde_json::from_str::<Value>(&text) else { return Packed { text, ..Packed::default() } };
    let mut blobs = Vec::new();
    cut(&mut value, &mut blobs);
    Packed { text: value.to_string(), blobs, is_cut: true }
}

/// Cuts the innermost values that are large, and gives about how long the rest is.
fn cut(value: &mut Value, blobs: &mut Vec<(String, String)>) -> usize {
    let length = match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 12,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter_mut().map(|item| cut(item, blobs) + 1).sum::<usize>() + 2,
        Value::Object(fields) => {
            let length = fields.iter_mut().map(|(name, field)| name.len() + 4 + cut(field, blobs)).sum::<usize>() + 2;
            if let Some(escaped) = only_mark(fields).map(|mark| format!("${mark}")) {
                let kept = fields.values_mut().next().map(Value::take).unwrap_or_default();
                *fields = Map::from_iter([(escaped, kept)]);
            }
            length
        }
    };
    if length <= LARGE {
        return length;
    }
    let text = value.to_string();
    let hash = hash(text.as_bytes());
    *value = Value::Object(Map::from_iter([(MARK.to_owned(), Value::String(hash.clone()))]));
    blobs.push((hash, text));
    80
}

/// The key of an object that is a mark, or looks like one.
fn only_mark(fields: &Map<String, Value>) -> Option<&str> {
    let (name, _) = fields.iter().next().filter(|_| fields.len() == 1)?;
    (name.trim_start_matches('$') == "kept" && name.starts_with('$')).then_some(name)
}

/// Fills what was cut out again. A value that was cut within another is filled as well.
pub(crate) fn fill(value: &mut Value, find: &dyn Fn(&str) -> Option<Value>) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, find)),
        Value::Object(fields) => match only_mark(fields).map(str::to_owned) {
            Some(mark) if mark == MARK => {
                let hash = fields.values().next().and_then(Value::as_str).unwrap_or_default().to_owned();
                let mut found = find(&hash).ok_or(hash)?;
                fill(&mut found, find)?;
                *value = found;
                Ok(())
            }
            Some(mark) => {
                let mut kept = fields.values_mut().next().map(Value::take).unwrap_or_default();
                fill(&mut kept, find)?;
                *fields = Map::from_iter([(mark[1..].to_owned(), kept)]);
                Ok(())
            }
            None => fields.values_mut().try_for_each(|field| fill(field, find)),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is packed comes back, with so many pieces cut out.
    fn check(what: &str, value: &Value, pieces: usize) {
        let packed = pack(value.to_string());
        assert_eq!(packed.blobs.len(), pieces, "{what}: pieces");
        assert!(packed.text.len() <= LARGE || pieces == 0, "{what}: what stays is small");
        let mut filled: Value = serde_json::from_str(&packed.text).unwrap();
        if packed.is_cut {
            let find = |hash: &str| {
                let (_, text) = packed.blobs.iter().find(|(known, _)| known == hash)?;
                serde_json::from_str(text).ok()
            };
            fill(&mut filled, &find).unwrap();
        }
        assert_eq!(filled, *value, "{what}: it comes back");
    }

    #[test]
    fn what_is_large_is_cut_out_at_the_innermost_place_and_comes_back() {
        let long = "x".repeat(LARGE);
        check("small", &json!({"a": 1, "$kept": 2}), 0);
        check("a long text", &json!({"a": long, "b": [1, {"c": null}]}), 1);
        check("two long texts", &json!([long, {"deep": format!("{long}y")}]), 2);
        check("many short ones", &json!({"list": vec!["y".repeat(1000); 100], "n": 0.1}), 1);
        check(
            "long in long",
            &json!({"list": [vec!["z".repeat(900); 100], vec!["w".repeat(900); 100]], "n": vec!["v".repeat(100); 700]}),
            3,
        );
    }

    #[test]
    fn an_object_that_looks_like_a_mark_is_still_that_object() {
        let long = "x".repeat(LARGE);
        check("a mark of a run's own", &json!({"a": {"$kept": "0"}, "b": {"$$kept": {"$kept": 1}}, "c": {"kept": 1}, "long": long}), 1);
        check("a mark in what is cut out", &json!({"c": [vec![json!({"$kept": "q"}); 9000]]}), 1);
    }

    #[test]
    fn equal_values_have_one_hash() {
        let long = "x".repeat(LARGE);
        let packed = [json!({"first": long}), json!({"second": [long]})].map(|value| pack(value.to_string()));
        assert_eq!(packed[0].blobs, packed[1].blobs, "the same text in two events is kept once");
    }
}
