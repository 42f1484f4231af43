//! Who knows which text: what came from outside and what was told there, so that the echo of what a person typed never overwrites
//! what the person typed since. Knows no editor.

use std::collections::VecDeque;

use super::change::{rebase, with_line_ends_of, with_line_feeds};

/// More than this many texts are never on their way; of those whose echo never came, the oldest are forgotten.
const MOST_TOLD: usize = 64;

/// The text as outside has it, and those that it was told since.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sync {
    /// With the line ends of its file.
    outside: String,
    told: VecDeque<String>,
}

impl Sync {
    /// Nothing was told yet.
    pub(crate) fn new(outside: String) -> Self {
        Self { outside, told: VecDeque::new() }
    }

    /// The text as outside has it, as far as it said.
    pub(crate) fn outside(&self) -> &str {
        &self.outside
    }

    /// Takes a text from outside while the editor has `shown`. Gives what the editor has to show now, none where it stays.
    pub(crate) fn take(&mut self, outside: &str, shown: &str) -> Option<String> {
        if let Some(at) = self.told.iter().position(|told| told == outside) {
            self.told.drain(..=at);
            outside.clone_into(&mut self.outside);
            return None;
        }
        // What outside had when it changed the text is what it was told last.
        let base = self.told.pop_back().unwrap_or_else(|| std::mem::take(&mut self.outside));
        self.take_over(&base, outside, shown)
    }

    /// Takes a text from outside that came of `base`, which outside had before.
    pub(crate) fn take_over(&mut self, base: &str, outside: &str, shown: &str) -> Option<String> {
        self.told.clear();
        let next = rebase(&with_line_feeds(base), shown, &with_line_feeds(outside));
        outside.clone_into(&mut self.outside);
        (next != shown).then_some(next)
    }

    /// Nothing that was told and did not come back was taken.
    pub(crate) fn refused(&mut self) {
        self.told.clear();
    }

    /// What outside has to be told when the editor has `shown`; none where it knows.
    pub(crate) fn tell(&mut self, shown: &str) -> Option<String> {
        let last = self.told.back().unwrap_or(&self.outside);
        let text = with_line_ends_of(&self.outside, shown).into_owned();
        if text == *last {
            return None;
        }
        if self.told.len() == MOST_TOLD {
            self.told.pop_front();
        }
        self.told.push_back(text.clone());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_leaves_what_was_typed_since() {
        let mut sync = Sync::new("x\n".to_owned());
        assert_eq!(sync.tell("x1\n").as_deref(), Some("x1\n"));
        assert_eq!(sync.tell("x12\n").as_deref(), Some("x12\n"));
        assert_eq!(sync.take("x1\n", "x123\n"), None, "the echo of the first");
        assert_eq!(sync.take("x12\n", "x123\n"), None, "the echo of the second");
        assert_eq!(sync.tell("x123\n").as_deref(), Some("x123\n"), "which was not told yet");
    }

    #[test]
    fn what_others_changed_comes_in_beside_what_is_being_typed() {
        let mut sync = Sync::new("a\nb\nc\n".to_owned());
        assert_eq!(sync.take("a\nb\nC\n", "A\nb\nc\n").as_deref(), Some("A\nb\nC\n"), "nothing was told yet");
        assert_eq!(sync.tell("A\nb\nC\n").as_deref(), Some("A\nb\nC\n"));
        assert_eq!(sync.take("X\nB\nC\n", "AA\nb\nC\n"), None, "where both meet, what the person types stays");
        assert_eq!(sync.tell("AA\nb\nC\n").as_deref(), Some("AA\nb\nC\n"), "and outside hears of it");
    }

    #[test]
    fn what_was_refused_stays_in_the_editor_when_others_change_the_text() {
        let mut sync = Sync::new("a\nb\nc\n".to_owned());
        assert_eq!(sync.tell("a: [\nb\nc\n").as_deref(), Some("a: [\nb\nc\n"));
        sync.refused();
        assert_eq!(sync.take("a\nb\nC\n", "a: [\nb\nc\n").as_deref(), Some("a: [\nb\nC\n"), "the person goes on mending it");
    }

    #[test]
    fn an_answer_to_an_earlier_text_leaves_what_was_told_since() {
        let mut sync = Sync::new("a\nb\n".to_owned());
        assert!(sync.tell("a1\nb\n").is_some() && sync.tell("a12\nb\n").is_some());
        let next = sync.take_over("a1\nb\n", "a1\nb\nc\n", "a12\nb\n");
        assert_eq!(next.as_deref(), Some("a12\nb\nc\n"), "the app added a line to the first");
        assert_eq!(sync.tell("a12\nb\nc\n").as_deref(), Some("a12\nb\nc\n"), "and has yet to hear of the rest");
    }

    #[test]
    fn the_same_text_again_is_no_change() {
        let mut sync = Sync::new("a\n".to_owned());
        assert_eq!(sync.take("a\n", "a\n"), None);
        assert_eq!(sync.tell("a\n"), None, "outside knows it");
    }

    #[test]
    fn line_ends_come_back_as_they_went() {
        let mut sync = Sync::new("a\r\nb\r\n".to_owned());
        assert_eq!(sync.tell("a\nb\n"), None, "only the editor's line ends differ");
        assert_eq!(sync.tell("a\nx\nb\n").as_deref(), Some("a\r\nx\r\nb\r\n"));
        assert_eq!(sync.take("a\r\nx\r\nb\r\n", "a\nx\nb\n"), None, "the echo");
    }
}
