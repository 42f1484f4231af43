//! The changes that this window has made to a graph and that the app has not told back yet. What is shown is what the app
//! told last, with these on top. Knows nothing of how they are sent.

use std::collections::VecDeque;
use std::sync::Arc;

use graph::{Document, Edit, Error, Graph, LayoutEdit};
use protocol::GraphView;

/// A change as a value: what a person calls it, and what it does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// What a person would call it: `moved 3 nodes`.
    pub(crate) label: String,
    /// What it does to the graph.
    pub(crate) edit: Option<Edit>,
    /// What it does to the layout.
    pub(crate) layout: Option<LayoutEdit>,
    /// Changes with the same number are one step of undo.
    pub(crate) gesture: Option<u64>,
}

/// What is sent to the app, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sending {
    /// A change that is shown already.
    Change(Box<Change>),
    /// The last change is to be taken back.
    Undo,
    /// The last change that was taken back is to be made again.
    Redo,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    base: Arc<GraphView>,
    shown: Arc<GraphView>,
    /// What the app told while something was under way: whether it holds that is known only with the answer.
    held: Option<Arc<GraphView>>,
    under_way: Option<Sending>,
    /// What was answered, with the revision that it led to, and has not been told yet.
    answered: Vec<(u64, Change)>,
    waiting: VecDeque<Sending>,
}

impl Change {
    /// A change of the graph alone.
    pub(crate) fn edit(label: impl Into<String>, edit: Edit) -> Self {
        Self { label: label.into(), edit: Some(edit), layout: None, gesture: None }
    }

    /// A change of the layout alone.
    pub(crate) fn layout(label: impl Into<String>, layout: LayoutEdit) -> Self {
        Self { label: label.into(), edit: None, layout: Some(layout), gesture: None }
    }

    /// Makes the change.
    ///
    /// # Errors
    /// Where it does not fit the graph, which then is as it was.
    fn make(&self, view: &mut GraphView) -> Result<(), Error> {
        if let Some(edit) = &self.edit {
            apply(&mut view.graph, edit)?;
        }
        if let Some(layout) = &self.layout {
            view.layout.apply(layout);
        }
        view.undo = Some(self.label.clone());
        view.redo = None;
        Ok(())
    }

    /// Takes in a change that was made after this one in the same gesture.
    fn absorb(&mut self, later: Change) {
        self.label = later.label;
        self.edit = match (self.edit.take(), later.edit) {
            (Some(first), Some(second)) => Some(Edit::batch(vec![first, second])),
            (first, second) => first.or(second),
        };
        self.layout = match (self.layout.take(), later.layout) {
            (Some(first), Some(second)) => Some(LayoutEdit::batch(vec![first, second])),
            (first, second) => first.or(second),
        };
    }
}

/// Makes an edit of a graph.
///
/// # Errors
/// Where it does not fit the graph, which then is as it was.
pub(crate) fn apply(graph: &mut Graph, edit: &Edit) -> Result<(), Error> {
    let mut document = Document::new(std::mem::take(graph));
    let made = document.apply("", edit).map(drop);
    *graph = document.into_graph();
    made
}

impl Pending {
    /// Nothing is pending.
    pub(crate) fn new(base: GraphView) -> Self {
        let base = Arc::new(base);
        Self { shown: base.clone(), base, held: None, under_way: None, answered: Vec::new(), waiting: VecDeque::new() }
    }

    /// The graph as it is shown.
    pub(crate) fn shown(&self) -> &Arc<GraphView> {
        &self.shown
    }

    /// Makes a change at once, and keeps it to be sent.
    ///
    /// # Errors
    /// Where it does not fit the graph that is shown, which then is as it was.
    pub(crate) fn change(&mut self, change: Change) -> Result<(), Error> {
        change.make(Arc::make_mut(&mut self.shown))?;
        match self.waiting.back_mut() {
            Some(Sending::Change(last)) if last.gesture.is_some() && last.gesture == change.gesture => last.absorb(change),
            _ => self.waiting.push_back(Sending::Change(Box::new(change))),
        }
        Ok(())
    }

    /// Keeps an undo or a redo to be sent after what was made before it.
    pub(crate) fn ask(&mut self, sending: Sending) {
        self.waiting.push_back(sending);
    }

    /// What is to be sent now; none while something is under way.
    pub(crate) fn next(&mut self) -> Option<Sending> {
        if self.under_way.is_some() {
            return None;
        }
        self.under_way = self.waiting.pop_front();
        self.under_way.clone()
    }

    /// Whether the app has answered all that it was asked.
    pub(crate) fn is_told(&self) -> bool {
        self.under_way.is_none() && self.waiting.is_empty()
    }

    /// Takes the answer to what was under way: the revision that it led to, if it is known; none where it was refused.
    pub(crate) fn answer(&mut self, answer: Option<u64>) {
        let sent = self.under_way.take();
        let is_refused = answer.is_none() && matches!(sent, Some(Sending::Change(_)));
        if let (Some(Sending::Change(change)), Some(revision)) = (sent, answer) {
            self.answered.push((revision, *change));
        }
        match self.held.take() {
            Some(held) => self.base = held,
            // What is shown holds the change already.
            None if !is_refused => return,
            None => {}
        }
        self.rebuild();
    }

    /// Takes what the app tells of the graph. What is older than what is known is passed over.
    pub(crate) fn take(&mut self, view: GraphView) {
        let newest = self.held.as_ref().map_or(self.base.revision, |held| held.revision);
        if view.revision < newest {
            return;
        }
        if self.under_way.is_some() {
            self.held = Some(Arc::new(view));
            return;
        }
        self.base = Arc::new(view);
        self.rebuild();
    }

    /// Takes what the app has, whatever was known: after the app was away. What was not sent yet still will be.
    pub(crate) fn reset(&mut self, view: GraphView) {
        self.base = Arc::new(view);
        self.held = None;
        self.answered.clear();
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let told = self.base.revision;
        self.answered.retain(|(revision, _)| *revision > told);
        self.shown = self.base.clone();
        let waiting = self.under_way.iter().chain(&self.waiting).filter_map(|sending| match sending {
            Sending::Change(change) => Some(&**change),
            Sending::Undo | Sending::Redo => None,
        });
        for change in self.answered.iter().map(|(_, change)| change).chain(waiting) {
            // A change that no longer fits will be refused by the app too, which says so.
            change.make(Arc::make_mut(&mut self.shown)).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use graph::Path;
    use protocol::GraphId;
    use serde_json::json;

    fn view(revision: u64, title: &str) -> GraphView {
        let value = json!({"version": "1", "server": {"name": "g", "version": "1", "title": title}, "tools": []});
        GraphView {
            id: GraphId(1),
            path: "/g.yaml".to_owned(),
            dialect: String::new(),
            graph: graph::Graph::from_json(&value).0,
            layout: graph::Layout::default(),
            problems: Vec::new(),
            revision,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        }
    }

    fn titled(title: &str) -> Change {
        let path = Path::root().key("server").key("title");
        Change::edit(format!("call it {title}"), Edit::SetGraph { path, value: Some(title.into()) })
    }

    /// Plays moves, a word each, and says what is shown after each: `+x` a change, `>` send, `=5` answer with a revision, `!`
    /// refusal, `5:x` the app tells revision 5.
    fn check(moves: &[(&str, &str)]) {
        let mut pending = Pending::new(view(1, "a"));
        for (step, expected) in moves {
            match step.split_at(1) {
                ("+", title) => pending.change(titled(title)).unwrap(),
                (">", _) => drop(pending.next().unwrap()),
                ("=", revision) => pending.answer(Some(revision.parse().unwrap())),
                ("!", _) => pending.answer(None),
                (revision, title) => pending.take(view(revision.parse().unwrap(), &title[1..])),
            }
            assert_eq!(pending.shown().graph.about.title.as_deref(), Some(*expected), "after `{step}` of {moves:?}");
        }
    }

    #[test]
    fn a_change_is_shown_at_once_and_stays_when_the_app_tells_it() {
        check(&[("+b", "b"), (">", "b"), ("=2", "b"), ("2:b", "b")]);
        check(&[("+b", "b"), (">", "b"), ("2:b", "b"), ("=2", "b")]);
    }

    #[test]
    fn what_is_told_late_undoes_no_newer_change() {
        check(&[("+b", "b"), (">", "b"), ("=2", "b"), ("+c", "c"), (">", "c"), ("2:b", "c"), ("=3", "c"), ("3:c", "c")]);
        check(&[("5:x", "x"), ("4:w", "x")]);
    }

    #[test]
    fn a_refused_change_goes_and_the_others_stay() {
        check(&[("+b", "b"), (">", "b"), ("+c", "c"), ("!", "c")]);
        check(&[("+b", "b"), (">", "b"), ("!", "a")]);
        check(&[("+b", "b"), (">", "b"), ("2:x", "b"), ("!", "x")]);
    }

    #[test]
    fn letters_of_one_gesture_are_sent_together_and_one_thing_at_a_time() {
        let mut pending = Pending::new(view(1, "a"));
        for title in ["b", "bc", "bcd"] {
            pending.change(Change { gesture: Some(7), ..titled(title) }).unwrap();
        }
        pending.ask(Sending::Undo);
        let first = pending.next();
        let Some(Sending::Change(change)) = first else { panic!("a change is sent, not {first:?}") };
        assert_eq!(change.label, "call it bcd", "the last word names all of it");
        assert_eq!(pending.next(), None, "nothing is sent beside it");
        pending.answer(Some(2));
        assert!(!pending.is_told(), "something waits");
        assert_eq!(pending.next(), Some(Sending::Undo));
        assert!(!pending.is_told(), "something is under way");
        pending.answer(None);
        assert!(pending.is_told());
    }
}
