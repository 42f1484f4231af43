//! Two changes of one text brought together, line by line. Knows nothing of what the text means: the caller reads the result.

use std::ops::Range;

use format::{Splice, TextChange};
use protocol::{Conflict, Hunk, Side};

/// A text with two changes in it, as far as both can be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merge(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// What both sides say, or only one has changed.
    Agreed(String),
    /// What both have changed, each in another way.
    Choice { base: String, ours: String, theirs: String },
}

/// Brings together what `ours` and `theirs` changed in `base`.
pub(crate) fn merged(base: &str, ours: &str, theirs: &str) -> Merge {
    let (ours, theirs) = (TextChange::between(base, ours).splices, TextChange::between(base, theirs).splices);
    let (mut ours, mut theirs) = (ours.as_slice(), theirs.as_slice());
    let mut merge = Merge(Vec::new());
    let mut done = 0;
    while let Some(first) = first(ours, theirs) {
        let mut range = bytes(first);
        let (mut our_part, mut their_part) = (0, 0);
        // Takes in every change that touches what is taken in already.
        loop {
            let more = |side: &[Splice], part: usize| side.get(part).is_some_and(|splice| touches(&range, &bytes(splice)));
            let taken = if more(ours, our_part) {
                our_part += 1;
                &ours[our_part - 1]
            } else if more(theirs, their_part) {
                their_part += 1;
                &theirs[their_part - 1]
            } else {
                break;
            };
            range = range.start.min(taken.at)..range.end.max(bytes(taken).end);
        }
        merge.agree(&base[done..range.start]);
        let (our_text, their_text) = (changed(base, &range, &ours[..our_part]), changed(base, &range, &theirs[..their_part]));
        if their_part == 0 || our_text == their_text {
            merge.agree(&our_text);
        } else if our_part == 0 {
            merge.agree(&their_text);
        } else {
            merge.0.push(Piece::Choice { base: base[range.clone()].to_owned(), ours: our_text, theirs: their_text });
        }
        done = range.end;
        (ours, theirs) = (&ours[our_part..], &theirs[their_part..]);
    }
    merge.agree(&base[done..]);
    merge
}

fn first<'s>(ours: &'s [Splice], theirs: &'s [Splice]) -> Option<&'s Splice> {
    ours.first().into_iter().chain(theirs.first()).min_by_key(|splice| splice.at)
}

fn bytes(splice: &Splice) -> Range<usize> {
    splice.at..splice.at + splice.removed.len()
}

/// Whether two changes concern the same lines. Where one only puts lines in, so do neighbours: their order would be a guess.
fn touches(one: &Range<usize>, other: &Range<usize>) -> bool {
    let overlap = one.start < other.end && other.start < one.end;
    overlap || ((one.is_empty() || other.is_empty()) && one.start <= other.end && other.start <= one.end)
}

/// A piece of the base after some changes in it.
fn changed(base: &str, range: &Range<usize>, splices: &[Splice]) -> String {
    let mut out = String::new();
    let mut done = range.start;
    for splice in splices {
        out.push_str(&base[done..splice.at]);
        out.push_str(&splice.inserted);
        done = bytes(splice).end;
    }
    out.push_str(&base[done..range.end]);
    out
}

impl Merge {
    /// A merge that is one choice between two whole texts.
    pub(crate) fn whole(base: &str, ours: &str, theirs: &str) -> Self {
        Self(vec![Piece::Choice { base: base.to_owned(), ours: ours.to_owned(), theirs: theirs.to_owned() }])
    }

    fn agree(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Agreed(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Piece::Agreed(text.to_owned())),
        }
    }

    /// The text, where nothing is left to choose.
    pub(crate) fn text(&self) -> Option<String> {
        self.resolve(&[])
    }

    /// The text with the same side's lines wherever there is a choice.
    pub(crate) fn favouring(&self, side: Side) -> String {
        self.resolve(&vec![side; self.choices()]).unwrap_or_default()
    }

    /// The text with these choices; none where there are more or fewer of them.
    pub(crate) fn resolve(&self, sides: &[Side]) -> Option<String> {
        let mut sides = sides.iter();
        let mut out = String::new();
        for piece in &self.0 {
            out.push_str(match piece {
                Piece::Agreed(text) => text,
                Piece::Choice { ours, theirs, .. } => match sides.next()? {
                    Side::Ours => ours,
                    Side::Theirs => theirs,
                },
            });
        }
        sides.next().is_none().then_some(out)
    }

    fn choices(&self) -> usize {
        self.0.iter().filter(|piece| matches!(piece, Piece::Choice { .. })).count()
    }

    /// What a person has to choose. Lines are those of our text.
    pub(crate) fn conflict(&self) -> Conflict {
        let mut line = 1;
        let mut hunks = Vec::new();
        for piece in &self.0 {
            let text = match piece {
                Piece::Agreed(text) => text,
                Piece::Choice { base, ours, theirs } => {
                    hunks.push(Hunk { line, base: base.clone(), ours: ours.clone(), theirs: theirs.clone() });
                    ours
                }
            };
            line += text.matches('\n').count();
        }
        Conflict { hunks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters are lines; `merged` has each choice as `<ours|theirs>`.
    #[track_caller]
    fn check(base: &str, ours: &str, theirs: &str, expected: &str) {
        let lines = |letters: &str| letters.chars().map(|letter| format!("{letter}\n")).collect::<String>();
        let merge = merged(&lines(base), &lines(ours), &lines(theirs));
        let shown: String = merge
            .0
            .iter()
            .map(|piece| match piece {
                Piece::Agreed(text) => text.clone(),
                Piece::Choice { ours, theirs, .. } => format!("<{ours}|{theirs}>"),
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
        check("abc", "axc", "axc", "axc");
        check("abc", "axc", "ayc", "a<x|y>c");
        check("abc", "axbc", "aybc", "a<x|y>bc");
        check("abcde", "axxde", "abyye", "a<xxd|byy>e");
        check("abc", "ac", "ayc", "a<|y>c");
        check("", "x", "", "x");
        check("", "x", "y", "<x|y>");
    }

    #[test]
    fn choices_are_made_one_by_one_and_their_lines_are_those_of_our_text() {
        let merge = merged("a\nb\nc\nd\n", "a\nX\nX\nc\nY\n", "a\np\nc\nq\n");
        let lines: Vec<_> = merge.conflict().hunks.iter().map(|hunk| hunk.line).collect();
        assert_eq!(lines, [2, 5], "the second begins after the two lines of the first");
        assert_eq!(merge.resolve(&[Side::Ours, Side::Theirs]).unwrap(), "a\nX\nX\nc\nq\n", "each side is taken where it was chosen");
        assert_eq!(merge.resolve(&[Side::Ours]), None, "too few choices");
        assert_eq!(merge.resolve(&[Side::Ours; 3]), None, "too many choices");
        assert_eq!(merge.favouring(Side::Theirs), "a\np\nc\nq\n", "one side throughout");
    }
}
