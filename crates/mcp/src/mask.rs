//! Hides secret values in text and JSON that leaves a server. Knows nothing of where secrets are kept.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

/// What stands in the place of a secret.
pub const MASK: &str = "•••";

/// Shorter values are left alone: hiding every `1` of a server's output would ruin it and protect nothing.
const SHORTEST: usize = 4;

/// The secret values of one server. Cheap to clone, and silent in `Debug`.
#[derive(Clone, Default)]
pub struct Masks(Arc<[String]>);

impl Masks {
    /// Masks for these values.
    ///
    /// A value of several lines is also hidden line by line, since output is seen by lines, and each value also in the
    /// spelling that it has inside a URL. Values under four bytes are not hidden.
    pub fn new(values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut all = Vec::new();
        for value in values {
            let value = value.into();
            let lines = value.lines().map(str::trim).filter(|line| line.len() >= 2 * SHORTEST).map(str::to_owned);
            all.extend(lines);
            let in_url = percent_encoded(&value);
            all.push(in_url);
            all.push(value);
        }
        all.retain(|value| value.len() >= SHORTEST);
        // The longest first, or a secret that begins like another would be hidden only in part.
        all.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all.into())
    }

    /// What is hidden, in every spelling; never to be shown.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// `text` with every secret hidden.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        for value in self.0.iter() {
            if shown.contains(value.as_str()) {
                shown = Cow::Owned(shown.replace(value.as_str(), MASK));
            }
        }
        shown
    }

    /// `value` with every secret hidden in its strings and keys.
    pub fn json(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::String(text) => Value::String(self.text(&text).into_owned()),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.json(item)).collect()),
            Value::Object(map) => Value::Object(self.object(map)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// `map` with every secret hidden in its strings and keys.
    pub fn object(&self, map: Map<String, Value>) -> Map<String, Value> {
        if self.0.is_empty() {
            return map;
        }
        map.into_iter().map(|(key, value)| (self.text(&key).into_owned(), self.json(value))).collect()
    }
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masks({} hidden)", self.0.len())
    }
}

fn percent_encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(secrets: &[&str], text: &str, expected: &str) {
        let masks = Masks::new(secrets.iter().copied());
        assert_eq!(masks.text(text), expected, "text, with secrets {secrets:?}");
        assert_eq!(masks.json(json!({ text: [text] })), json!({ expected: [expected] }), "JSON, with secrets {secrets:?}");
    }

    #[test]
    fn every_occurrence_of_a_secret_is_hidden_and_nothing_else() {
        check(&["hunter22"], "a hunter22 b hunter22", "a ••• b •••");
        check(&["abcd", "abcdef"], "abcdef abcd", "••• •••");
        check(&["p@ss word"], "http://h/?q=p%40ss%20word", "http://h/?q=•••");
        check(&["-----BEGIN\nline-of-a-key\n-----END"], "read line-of-a-key", "read •••");
        check(&["1"], "1 and 11", "1 and 11");
        check(&[], "plain", "plain");
    }

    #[test]
    fn debug_tells_how_many_and_not_which() {
        let shown = format!("{:?}", Masks::new(["hunter22"]));
        assert!(!shown.contains("hunter22"), "{shown}");
    }
}
