//! Three lists merged item by item: the lines of texts, the ids of nodes. Knows nothing of what the items mean.

use std::ops::Range;

use crate::change::{Hunk, hunks};

/// Which side's lines stand where both changed the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
}

/// A piece of two changed texts, whole lines each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinePiece {
    /// What both sides say, or only one has changed.
    Agreed(String),
    /// What both have changed, each in another way.
    Choice {
        /// What both began with.
        base: String,
        /// What ours has.
        ours: String,
        /// What theirs has.
        theirs: String,
    },
}

/// A text with two changes in it, as far as both can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineMerge(Vec<LinePiece>);

/// A piece of three lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// One side, or none, changed it: the items of that side.
    Ours(Range<usize>),
    /// Only theirs changed it.
    Theirs(Range<usize>),
    /// Both changed it, each in its own way.
    Clash { base: Range<usize>, ours: Range<usize>, theirs: Range<usize> },
}

/// What becomes of something put in right beside what the other side changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// Both are kept: the items are told from each other.
    Apart,
    /// They are one piece: the order of lines would be a guess.
    Together,
}

impl Neighbours {
    fn touch(self, one: &Range<usize>, other: &Range<usize>) -> bool {
        match self {
            Self::Apart => other.start < one.end || other.start == one.start,
            Self::Together => other.start < one.end || (other.start == one.end && (one.is_empty() || other.is_empty())),
        }
    }
}

/// Cuts three lists into pieces.
pub(super) fn pieces(base: &[&str], ours: &[&str], theirs: &[&str], neighbours: Neighbours) -> Vec<Piece> {
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
            let touches = |hunk: &Hunk| hunk.old.start == start || neighbours.touch(&(start..end), &hunk.old);
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

/// Brings together what `ours` and `theirs` changed in `base`. Lines that one side only puts in are one piece with neighbours
/// that the other changed: their order would be a guess.
#[must_use]
pub fn merge_lines(base: &str, ours: &str, theirs: &str) -> LineMerge {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (base, ours, theirs) = (lines(base), lines(ours), lines(theirs));
    let mut merge = LineMerge(Vec::new());
    for piece in pieces(&base, &ours, &theirs, Neighbours::Together) {
        match piece {
            Piece::Ours(range) => merge.agree(&ours[range].concat()),
            Piece::Theirs(range) => merge.agree(&theirs[range].concat()),
            Piece::Clash { base: was, ours: own, theirs: other } => {
                let (base, ours, theirs) = (base[was].concat(), ours[own].concat(), theirs[other].concat());
                merge.0.push(LinePiece::Choice { base, ours, theirs });
            }
        }
    }
    merge
}

impl LineMerge {
    /// A merge that is one choice between two whole texts.
    #[must_use]
    pub fn whole(base: &str, ours: &str, theirs: &str) -> Self {
        Self(vec![LinePiece::Choice { base: base.to_owned(), ours: ours.to_owned(), theirs: theirs.to_owned() }])
    }

    /// The pieces, in their order.
    #[must_use]
    pub fn pieces(&self) -> &[LinePiece] {
        &self.0
    }

    /// The text, where nothing is left to choose.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.resolve(&[])
    }

    /// The text with the same side's lines wherever there is a choice.
    #[must_use]
    pub fn favouring(&self, side: Take) -> String {
        let choices = self.0.iter().filter(|piece| matches!(piece, LinePiece::Choice { .. })).count();
        self.resolve(&vec![side; choices]).unwrap_or_default()
    }

    /// The text with these choices; none where there are more or fewer of them.
    #[must_use]
    pub fn resolve(&self, sides: &[Take]) -> Option<String> {
        let mut sides = sides.iter();
        let mut texts = Vec::new();
        for piece in &self.0 {
            texts.push(match piece {
                LinePiece::Agreed(text) => text.as_str(),
                LinePiece::Choice { ours, theirs, .. } => match sides.next()? {
                    Take::Ours => ours,
                    Take::Theirs => theirs,
                },
            });
        }
        sides.next().is_none().then(|| joined(texts))
    }

    /// The text with the lines of both sides, ours first, where both only put some in; ours wherever else there is a choice.
    pub(super) fn with_both_additions(&self) -> String {
        joined(self.0.iter().flat_map(|piece| match piece {
            LinePiece::Agreed(text) => [text.as_str(), ""],
            LinePiece::Choice { base, ours, theirs } => [ours.as_str(), if base.is_empty() { theirs } else { "" }],
        }))
    }

    fn agree(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(LinePiece::Agreed(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(LinePiece::Agreed(text.to_owned())),
        }
    }
}

/// Texts of whole lines, one after the other. The last line of a file may lack its break.
fn joined<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Letters are lines.
    fn lines(letters: &str) -> String {
        letters.chars().map(|letter| format!("{letter}\n")).collect()
    }

    /// `expected` has each choice as `<ours|theirs>`.
    #[track_caller]
    fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
        let merge = merge_lines(&lines(base), &lines(ours), &lines(theirs));
        let shown: String = merge
            .pieces()
            .iter()
            .map(|piece| match piece {
                LinePiece::Agreed(text) => text.clone(),
                LinePiece::Choice { ours, theirs, .. } => format!("<{ours}|{theirs}>"),
            })
            .collect();
        assert_eq!(shown.replace('\n', ""), expected, "{base} changed to {ours} here and to {theirs} there");
        assert_eq!(merge.text().is_some(), !expected.contains('<'), "there is a text where there is no choice");
    }

    #[test]
    fn what_only_one_side_changed_is_kept_and_what_both_changed_is_a_choice() {
        check("abc", "abc", "abc", "abc");
        check("abcd", "axcd", "abcy", "axcy");
        check("abcd", "xabcd", "abcdy", "xabcdy");
        check("abcd", "acd", "abd", "ad");
        check("abcd", "abxd", "aycd", "ayxd");
        check("abc", "axc", "axc", "axc");
        check("abc", "axc", "ayc", "a<x|y>c");
        check("abc", "axbc", "aybc", "a<x|y>bc");
        check("abc", "axc", "abyc", "a<x|by>c");
        check("abcde", "axxde", "abyye", "a<xxd|byy>e");
        check("abc", "ac", "ayc", "a<|y>c");
        check("", "x", "", "x");
        check("", "x", "y", "<x|y>");
    }

    #[test]
    fn additions_of_both_sides_can_follow_each_other_and_elsewhere_ours_stays() {
        for (base, ours, theirs, expected) in
            [("abc", "axc", "ayc", "axc"), ("abc", "abxc", "abyc", "abxyc"), ("abcd", "ad", "abyd", "ad"), ("", "x", "y", "xy")]
        {
            let merged = merge_lines(&lines(base), &lines(ours), &lines(theirs)).with_both_additions();
            assert_eq!(merged, lines(expected), "{base} as {ours} and as {theirs}");
        }
    }

    #[test]
    fn choices_are_made_one_by_one() {
        let merge = merge_lines("a\nb\nc\nd\n", "a\nX\nX\nc\nY\n", "a\np\nc\nq\n");
        assert_eq!(merge.resolve(&[Take::Ours, Take::Theirs]).unwrap(), "a\nX\nX\nc\nq\n", "each side is taken where it was chosen");
        assert_eq!(merge.resolve(&[Take::Ours]), None, "too few choices");
        assert_eq!(merge.resolve(&[Take::Ours; 3]), None, "too many choices");
        assert_eq!(merge.favouring(Take::Theirs), "a\np\nc\nq\n", "one side throughout");
    }

    proptest! {
        #[test]
        fn a_side_that_changed_nothing_leaves_the_other_as_it_is(base in "[abc\n]{0,12}", other in "[abc\n]{0,12}") {
            for (ours, theirs) in [(&base, &other), (&other, &base), (&other, &other)] {
                let merge = merge_lines(&base, ours, theirs);
                prop_assert_eq!(merge.text(), Some(other.clone()));
                prop_assert_eq!(&merge.with_both_additions(), &other);
            }
        }
    }
}
