//! What was typed into a form: text by the path of the field, such as `filter.name` or `tags[0]`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::{Control, Field};

/// See the module. A list has its length under its own path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries(BTreeMap<String, String>);

impl Entries {
    /// The defaults of `fields`, before anything is typed.
    pub(crate) fn initial(fields: &[Field]) -> Self {
        let mut entries = Self::default();
        for field in fields {
            if let Some(value) = field.initial() {
                entries.fill(&field.name, &field.control, &value);
            }
        }
        entries
    }

    /// What was typed at a path; empty where nothing was.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }

    /// Whether a toggle is on.
    pub(crate) fn is_on(&self, path: &str) -> bool {
        self.text(path) == "true"
    }

    /// How many items a list has.
    pub(crate) fn length(&self, path: &str) -> usize {
        self.text(path).parse().unwrap_or(0)
    }

    /// Sets what was typed at a path.
    pub(crate) fn set(&mut self, path: &str, text: impl Into<String>) {
        self.0.insert(path.to_owned(), text.into());
    }

    /// Adds an item at the end of a list.
    pub(crate) fn push(&mut self, path: &str, item: &Field) {
        let length = self.length(path);
        self.set(path, (length + 1).to_string());
        if let Some(value) = item.initial() {
            self.fill(&format!("{path}[{length}]"), &item.control, &value);
        }
    }

    /// Removes an item of a list; those after it move up.
    pub(crate) fn remove(&mut self, path: &str, at: usize) {
        let length = self.length(path);
        let mut moved = BTreeMap::new();
        for (key, text) in std::mem::take(&mut self.0) {
            let item = key.strip_prefix(path).and_then(|rest| rest.strip_prefix('[')).and_then(|rest| rest.split_once(']'));
            match item.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest.to_owned()))) {
                Some((index, _)) if index == at => {}
                Some((index, rest)) if index > at => drop(moved.insert(format!("{path}[{}]{rest}", index - 1), text)),
                _ => drop(moved.insert(key, text)),
            }
        }
        self.0 = moved;
        self.set(path, length.saturating_sub(1).to_string());
    }

    /// Types a value into the fields of a control.
    fn fill(&mut self, path: &str, control: &Control, value: &Value) {
        match (control, value) {
            (Control::Text, Value::String(text)) => self.set(path, text.clone()),
            (Control::Object(fields), Value::Object(values)) => {
                for field in fields {
                    if let Some(value) = values.get(&field.name) {
                        self.fill(&child(path, &field.name), &field.control, value);
                    }
                }
            }
            (Control::List(item), Value::Array(values)) => {
                self.set(path, values.len().to_string());
                for (at, value) in values.iter().enumerate() {
                    self.fill(&format!("{path}[{at}]"), &item.control, value);
                }
            }
            (Control::Choice(choices), value) => {
                if let Some(at) = choices.iter().position(|choice| choice == value) {
                    self.set(path, at.to_string());
                }
            }
            (Control::OneOf(fields), value) => {
                if let Some(at) = fields.iter().position(|field| field.control.fits(value)) {
                    self.set(path, at.to_string());
                    self.fill(&alternative(path, at), &fields[at].control, value);
                }
            }
            (Control::Text | Control::Object(_) | Control::List(_) | Control::Number { .. } | Control::Toggle | Control::Json, value) => {
                self.set(path, value.to_string());
            }
        }
    }
}

/// The path of a field of the object at `path`.
pub(crate) fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The path of what is filled in for one of several sorts of values.
pub(crate) fn alternative(path: &str, at: usize) -> String {
    format!("{path}~{at}")
}
