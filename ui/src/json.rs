//! JSON for people to read: indented, coloured by what it is, cut where it has no end.

use std::time::Duration;

use leptos::prelude::*;
use serde_json::Value;

use crate::icon::{self, Icon};

/// The most characters that are shown; the rest is told.
pub(crate) const MOST: usize = 60_000;

/// How long a button says that it has copied.
const COPIED: Duration = Duration::from_secs(2);

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Brackets, commas, blanks.
    Sign,
    /// A key of an object.
    Key,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
}

impl Sort {
    /// The class that colours it.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Sort::Sign => "json-sign",
            Sort::Key => "json-key",
            Sort::Text => "json-text",
            Sort::Number => "json-number",
            Sort::Word => "json-word",
        }
    }
}

/// A value, with a button that copies it.
#[component]
pub(crate) fn Json(
    /// The value.
    #[prop(into)]
    value: Value,
) -> impl IntoView {
    let (pieces, rest) = pieces(&value, MOST);
    let text = move |()| value.as_str().map_or_else(|| pretty(&value), str::to_owned);
    view! {
        <div class="json">
            <pre tabindex="0">
                {pieces.into_iter().map(|(sort, text)| view! { <span class=sort.class()>{text}</span> }).collect_view()}
                {(rest > 0).then(|| format!("\n… {rest} more characters"))}
            </pre>
            <div class="json-copy"><CopyButton label="Copy" text=Callback::new(text) /></div>
        </div>
    }
}

/// A button that copies a text.
#[component]
pub(crate) fn CopyButton(
    /// What is copied, in words.
    label: &'static str,
    /// Its icon.
    #[prop(default = icon::COPY)]
    path: &'static str,
    /// The text.
    text: Callback<(), String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if let Some(window) = web_sys::window() {
            // A browser that forbids it leaves the clipboard as it was.
            drop(window.navigator().clipboard().write_text(&text.run(())));
            copied.set(true);
            // By then it may be gone.
            set_timeout(move || copied.try_set(false).map_or((), |_| ()), COPIED);
        }
    };
    view! {
        <button type="button" class="plain" aria-label=label title=label on:click=copy>
            {move || view! { <Icon path=if copied.get() { icon::CHECK } else { path } /> }}
        </button>
    }
}

/// A value as it is written for people.
pub(crate) fn pretty(value: &Value) -> String {
    // A value that is in memory is always written.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The value in pieces of one sort each, and how many characters of it are left out.
pub(crate) fn pieces(value: &Value, most: usize) -> (Vec<(Sort, String)>, usize) {
    let text = pretty(value);
    let mut pieces: Vec<(Sort, String)> = Vec::new();
    let mut shown = 0;
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_length(rest),
            c if c.is_ascii_digit() || c == '-' => {
                rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len())
            }
            c if c.is_ascii_alphabetic() => rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()),
            _ => rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_alphanumeric()).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        let sort = match first {
            '"' if after.starts_with(':') => Sort::Key,
            '"' => Sort::Text,
            c if c.is_ascii_digit() || c == '-' => Sort::Number,
            c if c.is_ascii_alphabetic() => Sort::Word,
            _ => Sort::Sign,
        };
        let room = most - shown;
        let count = piece.chars().count();
        shown += count.min(room);
        pieces.push((sort, if count > room { piece.chars().take(room).collect() } else { piece.to_owned() }));
        rest = after;
        if shown == most {
            let left_out = count.saturating_sub(room) + rest.chars().count();
            return (pieces, left_out);
        }
    }
    (pieces, 0)
}

/// The length of the JSON string at the beginning of `text`, with its quotes, in bytes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_piece_has_its_sort() {
        let (pieces, rest) = pieces(&json!({"a\"b": [1.5e-7, -2, true, null, "x: \\"]}), MOST);
        let told: Vec<_> = pieces.into_iter().filter(|(sort, _)| *sort != Sort::Sign).collect();
        let expected = [
            (Sort::Key, r#""a\"b""#),
            (Sort::Number, "1.5e-7"),
            (Sort::Number, "-2"),
            (Sort::Word, "true"),
            (Sort::Word, "null"),
            (Sort::Text, r#""x: \\""#),
        ];
        assert_eq!(told, expected.map(|(sort, text)| (sort, text.to_owned())));
        assert_eq!(rest, 0, "all of it is shown");
    }

    #[test]
    fn the_pieces_are_the_whole_text_or_its_beginning() {
        let value = json!({"é": ["ü", 12, {"deep": false}], "n": null});
        let text = pretty(&value);
        for most in [0, 1, 7, 20, text.chars().count(), 10_000] {
            let (pieces, rest) = pieces(&value, most);
            let shown: String = pieces.into_iter().map(|(_, text)| text).collect();
            assert!(text.starts_with(&shown), "`{shown}` begins the text");
            assert_eq!(shown.chars().count() + rest, text.chars().count(), "nothing is lost at {most}");
            assert!(shown.chars().count() <= most, "no more than {most}");
        }
    }
}
