//! A change of text as a value that can be stored, sent, made and taken back. Knows nothing of what the text means.

use serde::{Deserialize, Serialize};
use similar::{DiffTag, TextDiff};

use crate::Error;

/// One piece of text in place of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice {
    /// The first byte, in the text before the change.
    pub at: usize,
    /// What stood there.
    pub removed: String,
    /// What stands there now.
    pub inserted: String,
}

/// What an edit did to the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextChange {
    /// From the first byte to the last, none over another.
    pub splices: Vec<Splice>,
}

impl TextChange {
    /// The change of whole lines that leads from one text to another.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let (old_lines, new_lines): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
        let starts: Vec<usize> = std::iter::once(0)
            .chain(old_lines.iter().scan(0, |at, line| {
                *at += line.len();
                Some(*at)
            }))
            .collect();
        let ops = TextDiff::from_slices(&old_lines, &new_lines);
        let splices = ops.ops().iter().filter(|op| op.tag() != DiffTag::Equal).map(|op| Splice {
            at: starts[op.old_range().start],
            removed: old_lines[op.old_range()].concat(),
            inserted: new_lines[op.new_range()].concat(),
        });
        Self { splices: splices.collect() }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.splices.is_empty()
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let mut at = 0;
        let mut done = 0;
        let splices = self.splices.iter().map(|splice| {
            at += splice.at - done;
            done = splice.at + splice.removed.len();
            let back = Splice { at, removed: splice.inserted.clone(), inserted: splice.removed.clone() };
            at += splice.inserted.len();
            back
        });
        Self { splices: splices.collect() }
    }

    /// The text after the change.
    ///
    /// # Errors
    /// Where the text is not the one that the change was made for.
    pub fn apply(&self, text: &str) -> Result<String, Error> {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for splice in &self.splices {
            let end = splice.at.saturating_add(splice.removed.len());
            if splice.at < done || text.get(splice.at..end) != Some(splice.removed.as_str()) {
                return Err(Error::Stale { at: splice.at });
            }
            out.push_str(&text[done..splice.at]);
            out.push_str(&splice.inserted);
            done = end;
        }
        out.push_str(&text[done..]);
        Ok(out)
    }
}

/// Two texts as a unified diff with three lines around each change; empty where they are equal.
#[must_use]
pub fn diff(old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_and_its_inverse_leave_the_text_as_it_was() {
        let (old, new) = ("a\nb\nc\nd", "x\na\nc\ne\nf\n");
        let change = TextChange::between(old, new);
        assert_eq!(change.apply(old).unwrap(), new, "the change leads to the new text");
        assert_eq!(change.inverse().apply(new).unwrap(), old, "its inverse leads back");
        assert_eq!(change.inverse().inverse(), change, "the inverse of the inverse is the change");
    }

    #[test]
    fn a_change_for_another_text_is_refused() {
        let change = TextChange::between("a\nb\n", "a\nc\n");
        for other in ["a\nx\n", "", "ä"] {
            assert!(matches!(change.apply(other), Err(Error::Stale { .. })), "{other:?} is not what it was made for");
        }
    }

    #[test]
    fn a_diff_shows_the_lines_that_differ() {
        let text = diff("a\nb\nc\n", "a\nB\nc\n");
        assert!(text.contains("-b\n+B\n"), "the line before and after: {text}");
        assert_eq!(diff("a\n", "a\n"), "", "nothing where nothing differs");
    }
}
