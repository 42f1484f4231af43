//! A change of text as a value that can be stored, sent, made and taken back. Knows nothing of what the text means.

use std::ops::Range;

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
        let splices = hunks(&old_lines, &new_lines).into_iter().map(|hunk| Splice {
            at: starts[hunk.old.start],
            removed: old_lines[hunk.old].concat(),
            inserted: new_lines[hunk.new].concat(),
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

/// A run of lines in place of which the new text has others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
}

/// The runs of lines in which two texts differ, in their order.
pub(crate) fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    // Only the lengths can be relied on: where a run was moved to fit better, the places of its neighbours are as before.
    for op in TextDiff::from_slices(old, new).ops() {
        let (_, was, is) = op.as_tag_tuple();
        let (from_old, from_new) = (at_old, at_new);
        at_old += was.len();
        at_new += is.len();
        if op.tag() == DiffTag::Equal {
            continue;
        }
        match hunks.last_mut().filter(|last| last.old.end == from_old && last.new.end == from_new) {
            Some(last) => (last.old.end, last.new.end) = (at_old, at_new),
            None => hunks.push(Hunk { old: from_old..at_old, new: from_new..at_new }),
        }
    }
    hunks
}

/// Two texts as a unified diff with three lines around each change; empty where they are equal.
#[must_use]
pub fn diff(old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_change_and_its_inverse_leave_the_text_as_it_was() {
        let (old, new) = ("a\nb\nc\nd", "x\na\nc\ne\nf\n");
        let change = TextChange::between(old, new);
        assert_eq!(change.apply(old).unwrap(), new, "the change leads to the new text");
        assert_eq!(change.inverse().apply(new).unwrap(), old, "its inverse leads back");
        assert_eq!(change.inverse().inverse(), change, "the inverse of the inverse is the change");
    }

    proptest! {
        #[test]
        fn the_change_between_any_two_texts_leads_from_one_to_the_other(old in "[abc\n]{0,12}", new in "[abc\n]{0,12}") {
            let change = TextChange::between(&old, &new);
            prop_assert_eq!(change.apply(&old).unwrap(), new.as_str());
            prop_assert_eq!(change.inverse().apply(&new).unwrap(), old);
        }
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
