//! A place inside a document: keys and indices from the root down. Knows nothing of lines and columns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One step down: into an object by key, or into an array by index.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    /// The position in an array, from 0.
    Index(usize),
    /// The key in an object.
    Key(String),
}

/// Keys and indices from some root, written `conditions[0].next`.
///
/// A key that is not made of letters, digits, `_`, `-` and `$` is written in double quotes as JSON: `args."a.b"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Segment>);

/// A path that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path: {reason} at character {at} (write it like `args.items[0].name`)")]
pub struct PathError {
    text: String,
    reason: &'static str,
    at: usize,
}

impl Path {
    /// The root itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path one key further down.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Segment::Key(key.into()));
        self
    }

    /// The path one index further down.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Segment::Index(index));
        self
    }

    /// The path `tail` further down.
    #[must_use]
    pub fn join(mut self, tail: &Path) -> Self {
        self.0.extend(tail.0.iter().cloned());
        self
    }

    /// The steps, from the root.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path without its last step, and that step; none at the root.
    #[must_use]
    pub fn split_last(&self) -> Option<(Path, &Segment)> {
        let (last, rest) = self.0.split_last()?;
        Some((Path(rest.to_vec()), last))
    }

    /// The value at this path under `root`, if there is one.
    #[must_use]
    pub fn find<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(root, |at, segment| match segment {
            Segment::Key(key) => at.get(key),
            Segment::Index(index) => at.get(index),
        })
    }

    /// A JSON pointer (RFC 6901) as a path: a token made of digits is taken for an index where `root` has an array.
    #[must_use]
    pub fn from_pointer(pointer: &str, root: &Value) -> Self {
        let mut path = Path::root();
        let mut at = Some(root);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            match (at, token.parse::<usize>()) {
                (Some(Value::Array(items)), Ok(index)) => {
                    at = items.get(index);
                    path = path.index(index);
                }
                _ => {
                    at = at.and_then(|value| value.get(&token));
                    path = path.key(token);
                }
            }
        }
        path
    }
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$')
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(out, "[{index}]")?,
                Segment::Key(key) => {
                    if i > 0 {
                        out.write_str(".")?;
                    }
                    if !key.is_empty() && key.chars().all(is_plain) {
                        out.write_str(key)?;
                    } else {
                        write!(out, "{}", Value::from(key.as_str()))?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let fail = |at: usize, reason| PathError { text: text.to_owned(), reason, at };
        let mut path = Path::root();
        let mut rest = text;
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            if let Some(after) = rest.strip_prefix('[') {
                let end = after.find(']').ok_or_else(|| fail(at, "`[` is not closed"))?;
                let index = after[..end].parse().map_err(|_| fail(at, "an index is a whole number"))?;
                path = path.index(index);
                rest = &after[end + 1..];
            } else if rest.starts_with('"') {
                let mut keys = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let key = keys.next().and_then(Result::ok).ok_or_else(|| fail(at, "a quoted key is a JSON string"))?;
                rest = &rest[keys.byte_offset()..];
                path = path.key(key);
            } else {
                let end = rest.find(|c| !is_plain(c)).unwrap_or(rest.len());
                if end == 0 {
                    return Err(fail(at, "a key is missing"));
                }
                path = path.key(&rest[..end]);
                rest = &rest[end..];
            }
            if let Some(after) = rest.strip_prefix('.') {
                if after.is_empty() {
                    return Err(fail(text.len(), "a key is missing"));
                }
                rest = after;
            } else if !rest.is_empty() && !rest.starts_with('[') {
                return Err(fail(text.len() - rest.len(), "`.` or `[` is expected"));
            }
        }
        Ok(path)
    }
}

impl Serialize for Path {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_reads_as_it_is_written() {
        for text in ["", "next", "conditions[0].next", "args.\"a.b\"[2]", "a[0][1]", "\"\".x", "$x.y-z"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text, "`{text}` keeps its form");
        }
    }

    #[test]
    fn a_malformed_path_names_the_character() {
        for (text, at) in [("a.", 2), ("a[", 1), ("a[x]", 1), (".a", 0), ("a b", 1), ("\"a", 0), ("a\"b\"", 1)] {
            assert_eq!(text.parse::<Path>().unwrap_err().at, at, "`{text}` is refused at its fault");
        }
    }

    proptest! {
        #[test]
        fn any_path_survives_its_written_form(segments in prop::collection::vec(
            prop_oneof![any::<String>().prop_map(Segment::Key), (0usize..99).prop_map(Segment::Index)], 0..6)) {
            let path = Path(segments);
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _parsed = text.parse::<Path>();
        }
    }
}
