//! The words of a run's inputs and outputs, for the full-text index: lower case, letters and digits only, each once. Both databases
//! get the same words, so that both find the same.

use std::collections::BTreeSet;

use serde_json::Value;

/// So many words of a run are found; a longer run is found by its first.
const MOST: usize = 20_000;
/// A longer word is found by its beginning.
const LONGEST: usize = 64;

/// Words as they are gathered.
#[derive(Default)]
pub(crate) struct Words(BTreeSet<String>);

impl Words {
    /// Takes up the words of an event: what nodes were given, gave, and why they failed.
    pub(crate) fn take_event(&mut self, event: &Value) {
        for part in ["arguments", "result", "seen"] {
            self.take(&event[part]);
        }
    }

    /// Takes up the words of a value, without the names of its fields.
    pub(crate) fn take(&mut self, value: &Value) {
        if self.0.len() >= MOST {
            return;
        }
        match value {
            Value::String(text) => self.0.extend(split(text).take(MOST)),
            Value::Number(number) => self.0.extend(split(&number.to_string())),
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.take(field)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// All in one text.
    pub(crate) fn into_text(self) -> String {
        self.0.into_iter().take(MOST).collect::<Vec<_>>().join(" ")
    }
}

/// The words of a text.
fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(LONGEST).flat_map(char::to_lowercase).collect())
}

/// What a person looks for, for SQLite: runs that have words which begin with each of these. None where there is no word in it.
pub(crate) fn for_sqlite(text: &str) -> Option<String> {
    let words: Vec<String> = split(text).map(|word| format!("\"{word}\"*")).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The same for PostgreSQL.
pub(crate) fn for_postgres(text: &str) -> Option<String> {
    let words: Vec<String> = split(text).map(|word| format!("'{word}':*")).collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_are_those_of_values_and_not_of_names() {
        let mut words = Words::default();
        words.take_event(&json!({"event": "started", "arguments": {"name": "Ann-Lee's Café", "n": [42, "ann"]}, "seed": 7}));
        assert_eq!(words.into_text(), "42 ann café lee s", "lower case, once, in order");
    }

    #[test]
    fn what_a_person_types_cannot_be_more_than_words() {
        assert_eq!(for_sqlite("Foo\" OR (bar"), Some("\"foo\"* \"or\"* \"bar\"*".to_owned()), "operators are words");
        assert_eq!(for_postgres("it's & !x"), Some("'it':* & 's':* & 'x':*".to_owned()), "there too");
        assert_eq!(for_sqlite("--- "), None, "nothing to look for");
    }
}
