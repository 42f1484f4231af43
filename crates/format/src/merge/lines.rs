//! Three lists merged item by item: the lines of texts, the ids of nodes. Knows nothing of what the items mean.

use std::ops::Range;

use crate::change::{Hunk, hunks};

/// What stands where both sides changed the same items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clashes {
    /// What ours has.
    Ours,
    /// What ours has and what theirs has, where both only put something in.
    Both,
}

/// A piece of the merged list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One side, or none, changed it: the items of that side.
    Ours(Range<usize>),
    /// Only theirs changed it.
    Theirs(Range<usize>),
    /// Both changed it, each in its own way.
    Clash { base: Range<usize>, ours: Range<usize>, theirs: Range<usize> },
}

/// Cuts three lists into pieces.
pub(super) fn pieces(base: &[&str], ours: &[&str], theirs: &[&str]) -> Vec<Piece> {
    let (a, b) = (hunks(base, ours), hunks(base, theirs));
    let (mut i, mut j) = (0, 0);
    // How far each list has been cut.
    let (mut at, mut at_ours, mut at_theirs) = (0, 0, 0);
    let mut pieces = Vec::new();
    loop {
        let start = match (a.get(i), b.get(j)) {
            (None, None) => break,
            (Some(one), None) | (None, Some(one)) => one.old.start,
            (Some(one), Some(other)) => one.old.start.min(other.old.start),
        };
        if start > at {
            pieces.push(Piece::Ours(at_ours..at_ours + start - at));
            (at_ours, at_theirs) = (at_ours + start - at, at_theirs + start - at);
        }
        // All hunks that touch each other belong to one piece.
        let (from_ours, from_theirs, mut end) = (i, j, start);
        loop {
            let touches = |hunk: &Hunk| hunk.old.start < end || hunk.old.start == start;
            if let Some(hunk) = a.get(i).filter(|hunk| touches(hunk)) {
                end = end.max(hunk.old.end);
                i += 1;
            } else if let Some(hunk) = b.get(j).filter(|hunk| touches(hunk)) {
                end = end.max(hunk.old.end);
                j += 1;
            } else {
                break;
            }
        }
        let grown = |hunks: &[Hunk]| hunks.iter().fold((0, 0), |(own, base), hunk| (own + hunk.new.len(), base + hunk.old.len()));
        let length = |(own, replaced): (usize, usize)| end - start + own - replaced;
        let own = at_ours..at_ours + length(grown(&a[from_ours..i]));
        let other = at_theirs..at_theirs + length(grown(&b[from_theirs..j]));
        let piece = if from_theirs == j || ours[own.clone()] == theirs[other.clone()] {
            Piece::Ours(own.clone())
        } else if from_ours == i {
            Piece::Theirs(other.clone())
        } else {
            Piece::Clash { base: start..end, ours: own.clone(), theirs: other.clone() }
        };
        pieces.push(piece);
        (at, at_ours, at_theirs) = (end, own.end, other.end);
    }
    if at < base.len() {
        pieces.push(Piece::Ours(at_ours..ours.len()));
    }
    pieces
}

/// Merges texts line by line.
pub(super) fn merge_lines(base: &str, ours: &str, theirs: &str, clashes: Clashes) -> String {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let mut text = String::new();
    let mut put = |lines: &[&str]| {
        for line in lines {
            // The last line of a file may lack its break.
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(line);
        }
    };
    for piece in pieces(&base, &ours, &theirs) {
        match piece {
            Piece::Ours(range) => put(&ours[range]),
            Piece::Theirs(range) => put(&theirs[range]),
            Piece::Clash { base, ours: own, theirs: other } => {
                put(&ours[own]);
                if clashes == Clashes::Both && base.is_empty() {
                    put(&theirs[other]);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
        let text = |letters: &str| letters.chars().map(|letter| format!("{letter}\n")).collect::<String>();
        let merged = merge_lines(&text(base), &text(ours), &text(theirs), Clashes::Both);
        assert_eq!(merged, text(expected), "{base} as {ours} and as {theirs}");
    }

    #[test]
    fn changes_of_both_sides_are_kept_where_they_do_not_touch() {
        check("abcdef", "aXcdef", "abcdYf", "aXcdYf");
        check("abc", "abcX", "Yabc", "YabcX");
        check("abcdef", "adef", "abcdefY", "adefY");
        check("abc", "aXc", "aXc", "aXc");
        check("abcd", "abXd", "aYcd", "aYXd");
    }

    #[test]
    fn where_both_changed_the_same_lines_ours_stays_and_additions_follow_each_other() {
        check("abc", "aXc", "aYc", "aXc");
        check("abc", "abXc", "abYc", "abXYc");
        check("abcd", "ad", "abYd", "ad");
        check("", "X", "Y", "XY");
    }

    proptest! {
        #[test]
        fn a_side_that_changed_nothing_leaves_the_other_as_it_is(base in "[abc\n]{0,12}", other in "[abc\n]{0,12}") {
            for clashes in [Clashes::Ours, Clashes::Both] {
                prop_assert_eq!(&merge_lines(&base, &base, &other, clashes), &other);
                prop_assert_eq!(&merge_lines(&base, &other, &base, clashes), &other);
                prop_assert_eq!(&merge_lines(&base, &other, &other, clashes), &other);
            }
        }
    }
}
