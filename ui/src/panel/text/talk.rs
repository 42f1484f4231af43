//! The talk about a graph's text between the window and the app: one thing at a time, and what has to wait. Pure: what is to be
//! asked is returned.

/// What the app is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// For the text as it stands.
    Get,
    /// To take the text as it is now, typed over that of a revision.
    Set {
        base: u64,
    },
    Undo,
    Redo,
}

/// How the talk stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Talk {
    /// The revision of the text that was last heard.
    revision: u64,
    /// The newest revision that there is, as far as it was told.
    newest: u64,
    /// Whether the text is wanted, whatever was heard of it.
    is_wanted: bool,
    is_busy: bool,
    /// Whether somebody typed what the app was not told yet.
    has_typed: bool,
    /// What is to be taken back or made again once all is said.
    step: Option<Ask>,
}

impl Talk {
    /// The text is to be shown from now on: it is not known, or may have changed.
    pub(super) fn begin(&mut self) -> Option<Ask> {
        self.is_wanted = true;
        self.next()
    }

    /// A person typed.
    pub(super) fn typed(&mut self) -> Option<Ask> {
        self.has_typed = true;
        self.next()
    }

    /// A person wants to take back or make again.
    pub(super) fn step(&mut self, step: Ask) -> Option<Ask> {
        self.step = Some(step);
        self.next()
    }

    /// The graph is at this revision.
    pub(super) fn changed(&mut self, revision: u64) -> Option<Ask> {
        self.newest = self.newest.max(revision);
        self.next()
    }

    /// The app gave a text of this revision, or did something that gives none, or refused.
    pub(super) fn answered(&mut self, revision: Option<u64>) -> Option<Ask> {
        self.is_busy = false;
        self.revision = revision.unwrap_or(self.revision);
        self.newest = self.newest.max(self.revision);
        self.next()
    }

    /// Whether the app has yet to answer. What was typed is told as soon as it has.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    fn next(&mut self) -> Option<Ask> {
        if self.is_busy {
            return None;
        }
        // What was typed first: the app joins it with what is newer.
        if std::mem::take(&mut self.has_typed) {
            return self.ask(Ask::Set { base: self.revision });
        }
        if let Some(step) = self.step.take() {
            return self.ask(step);
        }
        if std::mem::take(&mut self.is_wanted) || self.newest > self.revision { self.ask(Ask::Get) } else { None }
    }

    fn ask(&mut self, ask: Ask) -> Option<Ask> {
        self.is_busy = true;
        Some(ask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(base: u64) -> Option<Ask> {
        Some(Ask::Set { base })
    }

    #[test]
    fn what_is_typed_while_the_app_answers_is_sent_once_over_its_answer() {
        let mut talk = Talk::default();
        assert_eq!(talk.begin(), Some(Ask::Get));
        assert_eq!(talk.answered(Some(3)), None);
        assert_eq!(talk.typed(), set(3));
        assert_eq!(talk.typed(), None, "one thing at a time");
        assert_eq!(talk.typed(), None);
        assert_eq!(talk.answered(Some(4)), set(4), "over the text that came of the first");
        assert_eq!(talk.answered(Some(5)), None);
    }

    #[test]
    fn the_echo_of_ones_own_change_asks_for_nothing() {
        let mut talk = Talk { revision: 3, newest: 3, ..Talk::default() };
        assert_eq!(talk.typed(), set(3));
        assert_eq!(talk.changed(4), None, "which may come before the answer");
        assert_eq!(talk.answered(Some(4)), None);
        assert_eq!(talk.changed(4), None, "or after it");
    }

    #[test]
    fn a_change_from_the_canvas_is_fetched_once_nothing_else_is_asked() {
        let mut talk = Talk { revision: 3, newest: 3, ..Talk::default() };
        assert_eq!(talk.changed(4), Some(Ask::Get));
        assert_eq!(talk.changed(5), None);
        assert_eq!(talk.answered(Some(4)), Some(Ask::Get), "5 came meanwhile");
        assert_eq!(talk.answered(Some(5)), None);
    }

    #[test]
    fn what_was_typed_is_told_before_it_is_taken_back() {
        let mut talk = Talk { revision: 3, newest: 3, ..Talk::default() };
        assert_eq!(talk.typed(), set(3));
        assert_eq!(talk.step(Ask::Undo), None);
        assert_eq!(talk.answered(Some(4)), Some(Ask::Undo));
        assert_eq!(talk.changed(5), None);
        assert_eq!(talk.answered(None), Some(Ask::Get), "the text as it was");
    }

    #[test]
    fn after_a_refusal_the_talk_goes_on_from_what_was_heard_last() {
        let mut talk = Talk { revision: 3, newest: 3, ..Talk::default() };
        assert_eq!(talk.typed(), set(3));
        assert_eq!(talk.answered(None), None, "nothing changed");
        assert_eq!(talk.typed(), set(3));
    }
}
