//! Two changes of one text as a person chooses between them: the places of a [`LineMerge`] as the window shows them. How texts
//! are merged is `format`'s.

use format::{LineMerge, LinePiece, Take};
use protocol::{Conflict, Hunk, Side};

/// What a person has to choose. Lines are those of our text.
pub(crate) fn conflict(merge: &LineMerge) -> Conflict {
    let mut line = 1;
    let mut hunks = Vec::new();
    for piece in merge.pieces() {
        let text = match piece {
            LinePiece::Agreed(text) => text,
            LinePiece::Choice { base, ours, theirs } => {
                hunks.push(Hunk { line, base: base.clone(), ours: ours.clone(), theirs: theirs.clone() });
                ours
            }
        };
        line += text.matches('\n').count();
    }
    Conflict { hunks }
}

/// The text with a person's choices; none where there are more or fewer of them than places.
pub(crate) fn resolved(merge: &LineMerge, sides: &[Side]) -> Option<String> {
    let takes: Vec<Take> = sides
        .iter()
        .map(|side| match side {
            Side::Ours => Take::Ours,
            Side::Theirs => Take::Theirs,
        })
        .collect();
    merge.resolve(&takes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_choices_are_lines_of_our_text() {
        let merge = format::merge_lines("a\nb\nc\nd\n", "a\nX\nX\nc\nY\n", "a\np\nc\nq\n");
        let lines: Vec<_> = conflict(&merge).hunks.iter().map(|hunk| hunk.line).collect();
        assert_eq!(lines, [2, 5], "the second begins after the two lines of the first");
        assert_eq!(resolved(&merge, &[Side::Ours, Side::Theirs]).unwrap(), "a\nX\nX\nc\nq\n", "each side where it was chosen");
    }
}
