//! What could come next in an expression: nodes, what they gave in the last run, functions. No views.

use serde_json::{Map, Value};

use crate::text;

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What is put in.
    pub(crate) text: String,
    /// What it is.
    pub(crate) about: String,
}

/// The ways to go on, and what of the source they replace: bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completion {
    /// Where what is replaced begins.
    pub(crate) from: usize,
    /// Where it ends: the cursor.
    pub(crate) to: usize,
    /// The ways.
    pub(crate) suggestions: Vec<Suggestion>,
}

/// JSONata's functions that one needs most, and ours, with what they take.
const FUNCTIONS: [(&str, &str); 44] = [
    ("$abs", "number"),
    ("$append", "list, list"),
    ("$average", "numbers"),
    ("$boolean", "anything"),
    ("$ceil", "number"),
    ("$contains", "text, part"),
    ("$count", "list"),
    ("$distinct", "list"),
    ("$each", "object, function"),
    ("$exists", "anything"),
    ("$filter", "list, function"),
    ("$floor", "number"),
    ("$fromMillis", "milliseconds, picture"),
    ("$join", "texts, separator"),
    ("$keys", "object"),
    ("$length", "text"),
    ("$lookup", "object, key"),
    ("$lowercase", "text"),
    ("$map", "list, function"),
    ("$match", "text, pattern"),
    ("$max", "numbers"),
    ("$merge", "objects"),
    ("$millis", ""),
    ("$min", "numbers"),
    ("$not", "anything"),
    ("$now", "picture"),
    ("$number", "anything"),
    ("$reduce", "list, function, start"),
    ("$replace", "text, pattern, by"),
    ("$reverse", "list"),
    ("$round", "number, digits"),
    ("$sort", "list, function"),
    ("$split", "text, separator"),
    ("$string", "anything"),
    ("$substring", "text, start, length"),
    ("$sum", "numbers"),
    ("$toMillis", "timestamp"),
    ("$trim", "text"),
    ("$type", "anything"),
    ("$uppercase", "text"),
    ("$zip", "lists"),
    ("$previousNode", "how many before"),
    ("$executionCount", "node"),
    ("$nodeExecution", "node, number"),
];

/// How many ways are offered.
const MOST: usize = 12;

/// The ways to go on at the cursor. `names` are the nodes, with what they are.
pub(crate) fn complete(source: &str, cursor: usize, names: &[(String, String)], data: &Map<String, Value>) -> Completion {
    let Some(before) = source.get(..cursor) else { return Completion::default() };
    let word = word_before(before);
    let mut steps: Vec<&str> = word.split('.').collect();
    let typed = steps.pop().unwrap_or_default();
    if matches!(steps.first(), Some(&"" | &"$")) {
        steps.remove(0);
    } else if steps.is_empty() && word.is_empty() {
        return Completion::default();
    }
    let is_below_root = word.contains('.');
    let found: Vec<Suggestion> = if typed.starts_with('$') && !is_below_root {
        FUNCTIONS.iter().map(|(name, takes)| Suggestion { text: format!("{name}("), about: (*takes).to_owned() }).collect()
    } else if steps.is_empty() {
        names.iter().map(|(name, about)| Suggestion { text: text::name_in_expression(name), about: about.clone() }).collect()
    } else {
        fields(data, &steps)
    };
    let fits = |suggestion: &Suggestion| {
        let text = suggestion.text.trim_matches('`').to_lowercase();
        let typed = typed.trim_matches('`').to_lowercase();
        text.starts_with(&typed) && suggestion.text != typed
    };
    let suggestions = found.into_iter().filter(fits).take(MOST).collect();
    Completion { from: cursor - typed.len(), to: cursor, suggestions }
}

/// The names and dots right before the cursor.
fn word_before(text: &str) -> &str {
    let mut start = text.len();
    // An odd number of back-ticks: the cursor is in a quoted name.
    let mut in_quotes = text.matches('`').count() % 2 == 1;
    for (at, c) in text.char_indices().rev() {
        if c == '`' {
            in_quotes = !in_quotes;
        } else if !(in_quotes || c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '[' | ']')) {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// The fields of what is found along the steps; in a list, of its first item, since JSONata looks into each.
fn fields(data: &Map<String, Value>, steps: &[&str]) -> Vec<Suggestion> {
    let mut steps = steps.iter().map(|step| step.split('[').next().unwrap_or_default().trim_matches('`'));
    let first = steps.next().and_then(|name| data.get(name)).map(first_item);
    let found = steps.fold(first, |at, name| at.and_then(|at| at.get(name)).map(first_item));
    let Some(Value::Object(found)) = found else { return Vec::new() };
    found.iter().map(|(name, value)| Suggestion { text: text::name_in_expression(name), about: preview(value) }).collect()
}

fn first_item(value: &Value) -> &Value {
    match value {
        Value::Array(items) => items.first().unwrap_or(value),
        other => other,
    }
}

/// A value in a few characters.
fn preview(value: &Value) -> String {
    match value {
        Value::Array(items) => text::count(items.len(), "item"),
        Value::Object(fields) => text::count(fields.len(), "field"),
        other => canvas::cut(&other.to_string(), 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A source with `|` for the cursor; the source for the first way, and the number of ways.
    fn check(marked: &str, expected: &str, count: usize) {
        let cursor = marked.find('|').unwrap();
        let source = marked.replacen('|', "", 1);
        let names = [("list", "MCP tool"), ("list-all", "MCP tool"), ("count", "Transform")]
            .map(|(name, about)| (name.to_owned(), about.to_owned()));
        let Value::Object(data) = json!({"list": {"content": [{"type": "text", "text": "x"}], "total": 3}}) else { panic!("an object") };
        let found = complete(&source, cursor, &names, &data);
        let first = found.suggestions.first().map(|first| format!("{}{}{}", &source[..found.from], first.text, &source[found.to..]));
        assert_eq!((first.unwrap_or_default().as_str(), found.suggestions.len()), (expected, count), "of `{marked}`");
    }

    #[test]
    fn names_of_nodes_come_at_the_root() {
        check("l|", "list", 2);
        check("$.co|", "$.count", 1);
        check("$count(li|)", "$count(list)", 2);
        check("`list-|", "`list-all`", 1);
        check("zzz|", "", 0);
        check("1 + |", "", 0);
    }

    #[test]
    fn fields_of_the_last_run_come_after_a_dot() {
        check("list.|", "list.content", 2);
        check("$.list.t|", "$.list.total", 1);
        check("list.content.te|", "list.content.text", 1);
        check("list.content[0].ty|", "list.content[0].type", 1);
        check("count.|", "", 0);
    }

    #[test]
    fn functions_come_after_a_dollar() {
        check("$su|", "$substring(", 2);
        check("list.content.$up|", "", 0);
    }
}
