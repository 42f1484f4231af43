//! Texts of an editor as values: what changed between two, two changes as one, line ends, places. Knows no editor.

use std::borrow::Cow;

use format::{Splice, TextChange};
use serde::Serialize;

/// One piece of text in place of another. Offsets are in UTF-16 units of the text before, as browsers count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// Where it begins.
    pub(crate) from: usize,
    /// Where what it replaces ends.
    pub(crate) to: usize,
    /// What stands there now.
    pub(crate) insert: String,
}

/// The changes that lead from one text to the other: in the lines that differ, and of these only what differs.
pub(crate) fn changes(before: &str, after: &str) -> Vec<Change> {
    let mut byte = 0;
    let mut units = 0;
    let splices = TextChange::between(before, after).splices.into_iter().map(|splice| {
        let (start, removed, inserted) = trimmed(&splice);
        units += utf16(&before[byte..start]);
        let from = units;
        units += utf16(removed);
        byte = start + removed.len();
        Change { from, to: units, insert: inserted.to_owned() }
    });
    splices.collect()
}

/// A splice without what stands at both its ends before and after.
fn trimmed(splice: &Splice) -> (usize, &str, &str) {
    let (mut removed, mut inserted) = (splice.removed.as_str(), splice.inserted.as_str());
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = removed.chars().zip(inserted.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    (removed, inserted) = (&removed[start..], &inserted[start..]);
    let end: usize = removed.chars().rev().zip(inserted.chars().rev()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
    (splice.at + start, &removed[..removed.len() - end], &inserted[..inserted.len() - end])
}

/// The text with what both changed since `base`. Where both changed the same lines, ours stands: a person is typing there.
pub(crate) fn rebase(base: &str, ours: &str, theirs: &str) -> String {
    if ours == base || ours == theirs {
        return theirs.to_owned();
    }
    let own = TextChange::between(base, ours).splices;
    let end = |splice: &Splice| splice.at + splice.removed.len();
    let meet = |one: &Splice, other: &Splice| one.at == other.at || (one.at < end(other) && other.at < end(one));
    let clashes = |one: &Splice| own.iter().any(|other| meet(one, other));
    let mut splices: Vec<Splice> = TextChange::between(base, theirs).splices.into_iter().filter(|splice| !clashes(splice)).collect();
    splices.extend(own.iter().cloned());
    splices.sort_by_key(|splice| splice.at);
    // Splices that do not meet fit the text that both were made for.
    TextChange { splices }.apply(base).unwrap_or_else(|_| ours.to_owned())
}

/// The text as every editor of a browser holds it: lines end in a line feed.
pub(crate) fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// The edited text with the line ends of the text that it came from: each line that is still there keeps its own, a new one
/// ends as the first line does.
pub(crate) fn with_line_ends_of<'t>(model: &str, edited: &'t str) -> Cow<'t, str> {
    if !model.contains('\r') {
        return Cow::Borrowed(edited);
    }
    let lines = lines(model);
    let usual = lines.first().map_or("\n", |line| line_end(line));
    let (mut out, mut rest, mut at) = (String::with_capacity(edited.len() + lines.len()), lines.iter(), 0);
    // Walks over so many bytes of the model as it is with line feeds.
    let mut walk = |to: usize, mut keep: Option<&mut String>| {
        while at < to {
            let Some(line) = rest.next() else { return };
            let end = line_end(line);
            at += line.len() - end.len() + usize::from(!end.is_empty());
            if let Some(out) = keep.as_deref_mut() {
                out.push_str(line);
            }
        }
    };
    for splice in TextChange::between(&with_line_feeds(model), edited).splices {
        walk(splice.at, Some(&mut out));
        walk(splice.at + splice.removed.len(), None);
        out.push_str(&splice.inserted.replace('\n', usual));
    }
    walk(usize::MAX, Some(&mut out));
    Cow::Owned(out)
}

/// The lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut lines = Vec::new();
    while let Some(at) = rest.find(['\r', '\n']) {
        let end = at + if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        lines.push(&rest[..end]);
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

fn line_end(line: &str) -> &str {
    ["\r\n", "\r", "\n"].into_iter().find(|end| line.ends_with(end)).unwrap_or_default()
}

/// Line and column of a byte, from 1, columns in characters; of one past the end, the end.
pub(crate) fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The byte of a line and a column; of a place that is not there, the nearest before it.
pub(crate) fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start = text.match_indices('\n').map(|(at, _)| at + 1).nth(line.wrapping_sub(2)).filter(|_| line > 1).unwrap_or(0);
    let line = text[start..].lines().next().unwrap_or_default();
    start + line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
}

/// The byte that stands at so many UTF-16 units.
pub(crate) fn byte_at(text: &str, units: usize) -> usize {
    let mut left = units;
    let found = text.char_indices().find(|(_, c)| {
        let here = left;
        left = left.saturating_sub(c.len_utf16());
        here == 0
    });
    found.map_or(text.len(), |(byte, _)| byte)
}

/// How many UTF-16 units a text is long.
pub(crate) fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes the changes, as the browser would.
    fn make(before: &str, changes: &[Change]) -> String {
        let mut units: Vec<u16> = before.encode_utf16().collect();
        for change in changes.iter().rev() {
            units.splice(change.from..change.to, change.insert.encode_utf16());
        }
        String::from_utf16(&units).unwrap()
    }

    #[test]
    fn a_text_is_changed_only_where_it_differs() {
        for (before, after, expected) in [
            ("a: 1\nb: 2\n", "a: 1\nb: 2\n", vec![]),
            ("a: 1\nb: 2\nc: 3\n", "a: 10\nb: 2\nc: 4\n", vec![(4, 4, "0"), (13, 14, "4")]),
            ("😀: 1\nb: 2\n", "😀: 1\nb: 3\n", vec![(9, 10, "3")]),
            ("a\n", "b\na\n", vec![(0, 0, "b\n")]),
            ("", "a", vec![(0, 0, "a")]),
        ] {
            let changes = changes(before, after);
            let short: Vec<_> = changes.iter().map(|change| (change.from, change.to, change.insert.as_str())).collect();
            assert_eq!(short, expected, "from {before:?} to {after:?}");
            assert_eq!(make(before, &changes), after, "the changes lead there");
        }
    }

    #[test]
    fn two_changes_of_a_text_become_one_and_ours_stands_where_they_meet() {
        for (base, ours, theirs, expected) in [
            ("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"),
            ("a\nb\nc\n", "A\nb\nc\n", "X\nb\nc\n", "A\nb\nc\n"),
            ("a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", "A\nB\nc\n"),
            ("a\nb\nc\n", "a\nb\nc\n", "a\nx\nc\n", "a\nx\nc\n"),
            ("a\nb\nc\n", "a\nx\nc\n", "a\nx\nc\n", "a\nx\nc\n"),
            ("a\nb\n", "a\nb\nours\n", "theirs\na\nb\n", "theirs\na\nb\nours\n"),
        ] {
            assert_eq!(rebase(base, ours, theirs), expected, "{base:?} as {ours:?} and as {theirs:?}");
        }
    }

    #[test]
    fn each_line_keeps_its_own_end_and_a_new_one_ends_as_the_first() {
        for (model, edited, expected) in [
            ("a\nb\n", "a\nx\nb\n", "a\nx\nb\n"),
            ("a\r\nb\r\n", "a\nx\nb\n", "a\r\nx\r\nb\r\n"),
            ("a\r\nb\nc\rd", "a\nb\nc\nd", "a\r\nb\nc\rd"),
            ("a\r\nb\nc\n", "b\nc\n", "b\nc\n"),
            ("a\r\nb", "a\nb\nc", "a\r\nb\r\nc"),
        ] {
            assert_eq!(with_line_ends_of(model, edited), expected, "{edited:?} with the ends of {model:?}");
        }
    }

    #[test]
    fn places_count_characters_and_offsets_count_as_browsers_do() {
        let text = "ä😀b\ncd";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, "ä😀".len()), (1, 3), "two characters stand before it");
        assert_eq!(place(text, text.len()), (2, 3));
        assert_eq!(place(text, 99), (2, 3), "past the end is the end");
        for byte in [0, 2, 6, 7, 8, 9, 10] {
            let (line, column) = place(text, byte);
            assert_eq!(byte_of(text, line, column), byte, "there and back");
        }
        assert_eq!((byte_at(text, 3), byte_at(text, 0), byte_at(text, 99)), ("ä😀".len(), 0, text.len()), "😀 is two units");
    }
}
