//! The steps that can be taken back and made again: changes of a graph file's text and of its layout's text, together. Knows
//! nothing of what the texts mean, nor of where it is kept.

use format::TextChange;
use serde::{Deserialize, Serialize};

/// How much text the steps of one graph may hold. A step holds the lines that it changed, so this is very many.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// A graph file's text and its layout's; a layout that is not there is an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) graph: String,
    pub(crate) layout: String,
}

/// One step of undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// What a person calls it.
    pub(crate) label: String,
    /// Steps with the same number become one. Numbers are the window's, so they mean nothing after a restart.
    #[serde(skip)]
    pub(crate) gesture: Option<u64>,
    pub(crate) graph: TextChange,
    pub(crate) layout: TextChange,
}

impl Step {
    /// What leads from some texts to others.
    pub(crate) fn between(label: String, gesture: Option<u64>, before: &Texts, after: &Texts) -> Self {
        let change = |old: &str, new: &str| if old == new { TextChange::default() } else { TextChange::between(old, new) };
        let (graph, layout) = (change(&before.graph, &after.graph), change(&before.layout, &after.layout));
        Self { label, gesture, graph, layout }
    }

    pub(crate) fn inverse(&self) -> Self {
        Self { label: self.label.clone(), gesture: None, graph: self.graph.inverse(), layout: self.layout.inverse() }
    }

    /// The texts after the step.
    ///
    /// # Errors
    /// Where they are not those that the step was made for.
    pub(crate) fn apply(&self, texts: &Texts) -> Result<Texts, format::Error> {
        Ok(Texts { graph: self.graph.apply(&texts.graph)?, layout: self.layout.apply(&texts.layout)? })
    }

    fn bytes(&self) -> usize {
        let splices = self.graph.splices.iter().chain(&self.layout.splices);
        self.label.len() + splices.map(|splice| splice.removed.len() + splice.inserted.len() + 32).sum::<usize>()
    }
}

/// A movement in the history, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Move {
    /// A new step; what was taken back before is forgotten.
    Do(Step),
    /// The last step, which has grown.
    Grow(Step),
    /// The last step is taken back.
    Undo,
    /// The last step that was taken back is made again.
    Redo,
}

/// The steps of one graph, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
    bytes: usize,
}

impl History {
    /// The movement by which `before` became `after`; none where nothing changed.
    pub(crate) fn next(&self, label: String, gesture: Option<u64>, before: &Texts, after: &Texts) -> Option<Move> {
        if before == after {
            return None;
        }
        if let Some(last) = self.undo.last()
            && gesture.is_some()
            && last.gesture == gesture
            && self.redo.is_empty()
            && let Ok(begun) = last.inverse().apply(before)
        {
            return Some(Move::Grow(Step::between(label, gesture, &begun, after)));
        }
        Some(Move::Do(Step::between(label, gesture, before, after)))
    }

    /// Notes a movement that was made.
    pub(crate) fn take(&mut self, made: Move) {
        match made {
            Move::Do(step) => {
                self.bytes -= self.redo.drain(..).map(|step| step.bytes()).sum::<usize>();
                self.push(step);
            }
            Move::Grow(step) => {
                self.bytes -= self.undo.pop().map_or(0, |step| step.bytes());
                self.push(step);
            }
            // What was taken back or made again is closed: what follows is a step of its own.
            Move::Undo => self.redo.extend(self.undo.pop().map(|step| Step { gesture: None, ..step })),
            Move::Redo => self.undo.extend(self.redo.pop().map(|step| Step { gesture: None, ..step })),
        }
    }

    fn push(&mut self, step: Step) {
        self.bytes += step.bytes();
        self.undo.push(step);
        let mut gone = 0;
        while self.bytes > MOST_BYTES && gone + 1 < self.undo.len() {
            self.bytes -= self.undo[gone].bytes();
            gone += 1;
        }
        self.undo.drain(..gone);
    }

    /// The step that undo takes back.
    pub(crate) fn last(&self) -> Option<&Step> {
        self.undo.last()
    }

    /// The step that redo makes again.
    pub(crate) fn taken_back(&self) -> Option<&Step> {
        self.redo.last()
    }

    /// The movements that lead to this history from none.
    pub(crate) fn moves(&self) -> Vec<Move> {
        let steps = self.undo.iter().chain(self.redo.iter().rev()).cloned().map(Move::Do);
        steps.chain(self.redo.iter().map(|_| Move::Undo)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(graph: &str) -> Texts {
        Texts { graph: graph.to_owned(), layout: String::new() }
    }

    fn step(history: &mut History, label: &str, gesture: Option<u64>, before: &str, after: &str) {
        let made = history.next(label.to_owned(), gesture, &texts(before), &texts(after)).unwrap();
        history.take(made);
    }

    #[test]
    fn letters_of_one_gesture_are_one_step_and_others_are_not() {
        let mut history = History::default();
        step(&mut history, "type a", Some(1), "", "a");
        step(&mut history, "type ab", Some(1), "a", "ab");
        step(&mut history, "type abc", Some(2), "ab", "abc");
        assert_eq!(history.undo.iter().map(|step| step.label.as_str()).collect::<Vec<_>>(), ["type ab", "type abc"], "two gestures");
        assert_eq!(history.undo[0].inverse().apply(&texts("ab")).unwrap(), texts(""), "the step leads back to where it began");
        history.take(Move::Undo);
        step(&mut history, "type x", Some(1), "ab", "abx");
        assert_eq!(history.undo.len(), 2, "after undo a new step begins, whatever its gesture");
        assert_eq!(history.taken_back(), None, "what was taken back is forgotten when something else is done");
        assert_eq!(history.next(String::new(), None, &texts("a"), &texts("a")), None, "nothing is no step");
    }

    #[test]
    fn a_history_is_rebuilt_from_its_movements() {
        let mut history = History::default();
        for (before, after) in [("", "a"), ("a", "b"), ("b", "c")] {
            step(&mut history, after, None, before, after);
        }
        history.take(Move::Undo);
        history.take(Move::Undo);
        let mut rebuilt = History::default();
        history.moves().into_iter().for_each(|made| rebuilt.take(made));
        assert_eq!(rebuilt, history, "the same steps on both sides");
    }

    #[test]
    fn the_oldest_steps_go_when_there_is_too_much_and_the_last_never() {
        let mut history = History::default();
        let big = "x".repeat(MOST_BYTES / 3);
        for n in 0..4 {
            step(&mut history, &n.to_string(), None, "", &format!("{n}{big}"));
        }
        assert_eq!(history.undo.iter().map(|step| step.label.as_str()).collect::<Vec<_>>(), ["2", "3"], "what fits stays");
        step(&mut history, "big", None, "", &big.repeat(4));
        assert_eq!(history.undo.len(), 1, "the last step can always be taken back");
    }
}
