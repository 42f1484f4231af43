//! Finding a text in a value, whatever its case: in names and in what is no object or list.

use std::ops::Range;

use graph::{Path, Segment};
use serde_json::Value;

/// The places that a text is found at, from the top, at most `most`.
pub(crate) fn find(value: &Value, sought: &str, most: usize) -> Vec<Path> {
    let mut search = Search { sought: folded(sought), most, at: Vec::new(), found: Vec::new() };
    if !search.sought.is_empty() {
        search.look(value);
    }
    search.found
}

struct Search {
    sought: Vec<char>,
    most: usize,
    /// Where it looks.
    at: Vec<Segment>,
    found: Vec<Path>,
}

impl Search {
    fn look(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.step(Segment::Key(key.clone()), value, Some(key));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(Segment::Index(index), item, None);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                if self.has(value) {
                    self.keep();
                }
            }
        }
    }

    fn step(&mut self, segment: Segment, value: &Value, key: Option<&str>) {
        if self.found.len() >= self.most {
            return;
        }
        self.at.push(segment);
        let named = key.is_some_and(|key| contains(key, &self.sought));
        if named {
            self.keep();
        }
        // What is found by its name is not found a second time by its value.
        if !(named && self.has(value)) {
            self.look(value);
        }
        self.at.pop();
    }

    fn has(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => contains(text, &self.sought),
            Value::Null | Value::Bool(_) | Value::Number(_) => contains(&value.to_string(), &self.sought),
            Value::Object(_) | Value::Array(_) => false,
        }
    }

    fn keep(&mut self) {
        if self.found.len() >= self.most {
            return;
        }
        self.found.push(self.at.iter().cloned().fold(Path::root(), |path, segment| match segment {
            Segment::Key(key) => path.key(key),
            Segment::Index(index) => path.index(index),
        }));
    }
}

/// Where a text is found in another, in bytes, from the left; none overlaps another.
pub(crate) fn ranges(text: &str, sought: &str) -> Vec<Range<usize>> {
    let sought = folded(sought);
    let mut found: Vec<Range<usize>> = Vec::new();
    if sought.is_empty() {
        return found;
    }
    for (start, _) in text.char_indices() {
        let is_free = found.last().is_none_or(|last| last.end <= start);
        if is_free && let Some(length) = starts(&text[start..], &sought) {
            found.push(start..start + length);
        }
    }
    found
}

fn contains(text: &str, sought: &[char]) -> bool {
    text.char_indices().any(|(start, _)| starts(&text[start..], sought).is_some())
}

/// How long the beginning of `text` is that is the text that is sought, in bytes.
fn starts(text: &str, sought: &[char]) -> Option<usize> {
    let mut chars = text.chars();
    let is_same = sought.iter().all(|wanted| chars.next().map(fold) == Some(*wanted));
    is_same.then(|| text.len() - chars.as_str().len())
}

fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// A letter without its case. A letter that becomes several stays as it is: no length changes.
fn fold(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(sought: &str, expected: &[&str]) {
        let value = json!({ "Name": "anna", "items": [{ "name": "Ann" }, 12, true, null], "année": { "x": 120 } });
        let found: Vec<_> = find(&value, sought, 3).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "`{sought}`");
    }

    #[test]
    fn a_text_is_found_in_names_and_values_whatever_its_case() {
        check("ann", &["Name", "items[0].name", "année"]);
        check("NAME", &["Name", "items[0].name"]);
        check("12", &["items[1]", "année.x"]);
        check("null", &["items[3]"]);
        check("items", &["items"]);
        check("", &[]);
        check("É", &["année"]);
        check("n", &["Name", "items[0].name", "items[3]"]);
    }

    #[test]
    fn what_is_marked_is_what_was_sought() {
        for (text, sought, expected) in
            [("Anna ann", "ann", vec![0..3, 5..8]), ("aaaa", "aa", vec![0..2, 2..4]), ("éÉ", "é", vec![0..2, 2..4]), ("a", "", vec![])]
        {
            assert_eq!(ranges(text, sought), expected, "`{sought}` in `{text}`");
        }
    }
}
