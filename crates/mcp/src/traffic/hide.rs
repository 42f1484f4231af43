//! Hides what must not be seen in a message: known values, what a name says is secret, and what follows `Bearer`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::cut::CUT;
use crate::launch::{Launch, Transport};
use crate::mask::{MASK, Masks};

/// A value of a server's own `env`, its headers or its address that nobody called secret is hidden from this length on:
/// shorter ones are `true`, `info` and `8080`.
const LONG: usize = 8;

/// Words that say what a name is of. Names are compared without regard to case, `-` and `_`.
const TELLING: [&str; 10] =
    ["authorization", "password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey", "cookie", "credential"];

/// Words with which the name of something secret ends.
const TELLING_END: [&str; 2] = ["token", "key"];

/// Names that end so and are not.
const HARMLESS: [&str; 4] = ["progresstoken", "nextpagetoken", "pagetoken", "key"];

/// What is to be hidden.
#[derive(Default)]
pub(super) struct Hide {
    values: Vec<String>,
    masks: Masks,
    longest: usize,
}

impl Hide {
    /// Hides the secrets of a launch, and what else in it may be one.
    pub(super) fn add(&mut self, launch: &Launch) {
        let mut values: Vec<String> = launch.masks.values().map(str::to_owned).collect();
        match &launch.transport {
            Transport::Stdio { env, .. } => values.extend(of_map(env)),
            Transport::StreamableHttp { url, headers } | Transport::Sse { url, headers } => {
                values.extend(of_map(headers));
                values.extend(of_url(url));
            }
        }
        let before = self.values.len();
        for value in values {
            if !self.values.contains(&value) {
                self.values.push(value);
            }
        }
        if self.values.len() > before {
            self.masks = Masks::new(self.values.iter().cloned());
            self.longest = self.masks.values().map(str::len).max().unwrap_or_default();
        }
    }

    /// A value with everything hidden that must be.
    pub(super) fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(&text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| self.field(key, value)).collect::<Map<_, _>>()),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    fn field(&self, key: String, value: Value) -> (String, Value) {
        let value = match value {
            Value::String(_) if is_telling(&key) => MASK.into(),
            value => self.value(value),
        };
        (self.masks.text(&key).into_owned(), value)
    }

    fn text(&self, text: &str) -> String {
        let shown = self.masks.text(text);
        let shown = match shown.strip_suffix(CUT) {
            // The end may be the beginning of a secret.
            Some(start) => {
                let end = start.floor_char_boundary(start.len().saturating_sub(self.longest));
                Cow::Owned(format!("{}…", &start[..end]))
            }
            None => shown,
        };
        without_bearers(&shown)
    }
}

/// The values of `env` or of headers that may be secret, and of a header what follows its scheme.
fn of_map(map: &std::collections::BTreeMap<String, String>) -> impl Iterator<Item = String> {
    let secret = map.iter().filter(|(name, value)| is_telling(name) || value.len() >= LONG);
    secret.flat_map(|(_, value)| {
        let (_, after) = value.split_once(' ').unwrap_or_default();
        [value.clone(), after.to_owned()].into_iter().filter(|value| !value.is_empty())
    })
}

/// The password of an address, and the values of its query.
fn of_url(url: &str) -> Vec<String> {
    let Ok(url) = reqwest::Url::parse(url) else { return Vec::new() };
    let query = url.query_pairs().filter(|(name, value)| is_telling(name) || value.len() >= LONG).map(|(_, value)| value.into_owned());
    query.chain(url.password().map(str::to_owned)).collect()
}

fn is_telling(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let is_end = TELLING_END.iter().any(|word| name.ends_with(word)) && !HARMLESS.contains(&name.as_str());
    is_end || TELLING.iter().any(|word| name.contains(word))
}

/// A text in which what follows the word `Bearer` is hidden.
fn without_bearers(text: &str) -> String {
    const WORD: &str = "bearer ";
    let lower = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = lower[at..].find(WORD) {
        let from = at + found + WORD.len();
        let length = text[from..].find(|c: char| !(c.is_ascii_alphanumeric() || "-._~+/=".contains(c))).unwrap_or(text.len() - from);
        shown.push_str(&text[at..from]);
        shown.push_str(if length >= LONG { MASK } else { &text[from..from + length] });
        at = from + length;
    }
    shown.push_str(&text[at..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whether_what_it_names_is_secret() {
        for name in ["Authorization", "GITHUB_TOKEN", "apiKey", "x-api-key", "db_password", "clientSecret", "AWS_ACCESS_KEY_ID"] {
            assert!(is_telling(name), "`{name}` names a secret");
        }
        for name in ["path", "progressToken", "nextPageToken", "key", "keyboard", "tokens", "author"] {
            assert!(!is_telling(name), "`{name}` does not");
        }
    }

    #[test]
    fn what_follows_bearer_is_hidden_and_the_rest_stays() {
        for (text, expected) in [
            ("Bearer abcdefgh12, and", "Bearer •••, and"),
            ("the bearer of the ring", "the bearer of the ring"),
            ("a bearer abcdefgh12", "a bearer •••"),
            ("none", "none"),
        ] {
            assert_eq!(without_bearers(text), expected);
        }
    }

    #[test]
    fn an_address_and_its_headers_may_hold_secrets() {
        let headers = std::collections::BTreeMap::from([
            ("Authorization".to_owned(), "Bearer abc.def".to_owned()),
            ("Accept-Language".to_owned(), "en".to_owned()),
        ]);
        let url = "https://me:passw0rd@host/mcp?key1=value-of-it&v=2".to_owned();
        let launch = Launch::plain(Transport::StreamableHttp { url, headers });
        let mut hide = Hide::default();
        hide.add(&launch);
        assert_eq!(hide.values, ["Bearer abc.def", "abc.def", "value-of-it", "passw0rd"]);
    }
}
