//! The changes that this window has made to a graph and that the app has not told back yet. What is shown is what the app
//! told last, with these on top. Knows nothing of how they are sent.

use std::collections::VecDeque;
use std::sync::Arc;

use graph::{Document, Edit, Error, Graph, LayoutEdit};
use protocol::{GraphChange, GraphView, Stale};

use super::steps::Steps;

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
    /// The last change is to be taken back; with what that does, where it is known and shown already.
    Undo(Option<Box<Change>>),
    /// The last change that was taken back is to be made again; as above.
    Redo(Option<Box<Change>>),
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
    answered: Vec<(u64, Sending)>,
    waiting: VecDeque<Sending>,
    /// What undo and redo would do.
    steps: Steps,
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

    /// Makes the change, and gives what takes it back.
    ///
    /// # Errors
    /// Where it does not fit the graph, which then is as it was.
    fn make(&self, view: &mut GraphView) -> Result<Change, Error> {
        let edit = self.edit.as_ref().map(|edit| apply(Arc::make_mut(&mut view.graph), edit)).transpose()?;
        let layout = self.layout.as_ref().map(|layout| Arc::make_mut(&mut view.layout).apply(layout));
        view.undo = Some(self.label.clone());
        view.redo = None;
        Ok(Change { label: self.label.clone(), edit, layout, gesture: self.gesture })
    }

    /// Takes in a change that is made after this one.
    pub(super) fn absorb(&mut self, later: Change) {
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

/// Makes an edit of a graph, and gives its inverse.
///
/// # Errors
/// Where it does not fit the graph, which then is as it was.
pub(crate) fn apply(graph: &mut Graph, edit: &Edit) -> Result<Edit, Error> {
    let mut document = Document::new(std::mem::take(graph));
    let made = document.apply("", edit);
    *graph = document.into_graph();
    made
}

impl Sending {
    /// What it is known to do.
    fn change(&self) -> Option<&Change> {
        match self {
            Sending::Change(change) => Some(change),
            Sending::Undo(known) | Sending::Redo(known) => known.as_deref(),
        }
    }

    /// Does to a view what it is known to do.
    fn make(&self, view: &mut GraphView) -> Result<(), Error> {
        let Some(change) = self.change() else { return Ok(()) };
        let before = view.undo.clone();
        change.make(view)?;
        match self {
            Sending::Change(_) => {}
            // What stands before it is told by the app in a moment.
            Sending::Undo(_) => (view.undo, view.redo) = (before, Some(change.label.clone())),
            Sending::Redo(_) => view.undo = Some(change.label.clone()),
        }
        Ok(())
    }
}

impl Pending {
    /// Nothing is pending.
    pub(crate) fn new(base: GraphView) -> Self {
        let base = Arc::new(base);
        Self {
            shown: base.clone(),
            base,
            held: None,
            under_way: None,
            answered: Vec::new(),
            waiting: VecDeque::new(),
            steps: Steps::default(),
        }
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
        let inverse = change.make(Arc::make_mut(&mut self.shown))?;
        self.steps.made(&change, inverse);
        match self.waiting.back_mut() {
            Some(Sending::Change(last)) if last.gesture.is_some() && last.gesture == change.gesture => last.absorb(change),
            _ => self.waiting.push_back(Sending::Change(Box::new(change))),
        }
        Ok(())
    }

    /// Keeps an undo to be sent after what was made before it; shows at once what it does, if that is known.
    pub(crate) fn undo(&mut self) {
        let known = self.known_step(Steps::undo);
        self.ask(Sending::Undo(known));
    }

    /// Keeps a redo to be sent, as [`Pending::undo`].
    pub(crate) fn redo(&mut self) {
        let known = self.known_step(Steps::redo);
        self.ask(Sending::Redo(known));
    }

    fn known_step(&mut self, step: fn(&mut Steps) -> Option<Change>) -> Option<Box<Change>> {
        if !self.is_known() {
            self.steps.forget();
        }
        step(&mut self.steps).map(Box::new)
    }

    fn ask(&mut self, sending: Sending) {
        // What does not fit is shown when the app tells it.
        if sending.make(Arc::make_mut(&mut self.shown)).is_err() {
            self.steps.forget();
        }
        self.waiting.push_back(sending);
    }

    /// Whether nothing happened to the graph, and nothing will, but what is known here.
    fn is_known(&self) -> bool {
        // What is under way is often told before it is answered. Where that was somebody else's after all, the answer says so, and what
        // the app tells next is shown.
        let told = self.newest().revision.saturating_sub(u64::from(self.under_way.is_some()));
        self.steps.lead_to(told) && self.under_way.iter().chain(&self.waiting).all(|sending| sending.change().is_some())
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
        let is_refused = answer.is_none() && sent.as_ref().is_some_and(|sent| sent.change().is_some());
        let is_latest = self.waiting.is_empty() && matches!(sent, Some(Sending::Change(_)));
        self.steps.answered(answer, is_latest);
        if let (Some(sent), Some(revision)) = (sent, answer)
            && sent.change().is_some()
        {
            self.answered.push((revision, sent));
        }
        match self.held.take() {
            Some(held) => self.base = held,
            // What is shown holds the change already.
            None if !is_refused => return,
            None => {}
        }
        self.rebuild();
    }

    /// Takes the graph as the app has it. What is older than what is known is passed over.
    pub(crate) fn take(&mut self, view: GraphView) {
        if view.revision >= self.newest().revision {
            self.hear(Arc::new(view));
        }
    }

    /// Takes what became of the graph. What is known already is passed over.
    ///
    /// # Errors
    /// Where it does not lead on from what is known: something was not heard.
    pub(crate) fn take_change(&mut self, change: GraphChange) -> Result<(), Stale> {
        if change.revision > self.newest().revision {
            let mut view = GraphView::clone(self.newest());
            view.take(change)?;
            self.hear(Arc::new(view));
        }
        Ok(())
    }

    /// What the app told last.
    fn newest(&self) -> &Arc<GraphView> {
        self.held.as_ref().unwrap_or(&self.base)
    }

    fn hear(&mut self, view: Arc<GraphView>) {
        if self.under_way.is_some() {
            self.held = Some(view);
            return;
        }
        self.base = view;
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
        let before = std::mem::replace(&mut self.shown, self.base.clone());
        for sending in self.answered.iter().map(|(_, sent)| sent).chain(&self.under_way).chain(&self.waiting) {
            if sending.change().is_some() {
                // What no longer fits will be refused by the app too, which says so.
                sending.make(Arc::make_mut(&mut self.shown)).unwrap_or_default();
            }
        }
        // What is as it was is the very same, and need not be drawn again.
        let is_base = Arc::ptr_eq(&self.shown, &self.base);
        keep_same(&before, Arc::make_mut(&mut self.shown));
        if is_base {
            self.base = self.shown.clone();
        }
    }
}

/// Puts what a view before had in place of what is equal to it.
fn keep_same(before: &GraphView, now: &mut GraphView) {
    if now.graph == before.graph {
        now.graph = before.graph.clone();
    }
    // In equal layouts, items may lie in another order.
    if Arc::ptr_eq(&now.layout, &before.layout) || before.layout.edit_to(&now.layout) == Some(LayoutEdit::Batch { edits: Vec::new() }) {
        now.layout = before.layout.clone();
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
            graph: Arc::new(graph::Graph::from_json(&value).0),
            layout: Arc::default(),
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
    /// refusal, `5:x` the app tells revision 5, `~5:x` what leads to it from the one before.
    fn check(moves: &[(&str, &str)]) {
        let mut pending = Pending::new(view(1, "a"));
        for (step, expected) in moves {
            match step.split_at(1) {
                ("+", title) => pending.change(titled(title)).unwrap(),
                (">", _) => drop(pending.next().unwrap()),
                ("=", revision) => pending.answer(Some(revision.parse().unwrap())),
                ("!", _) => pending.answer(None),
                ("~", change) => {
                    let (revision, title) = change.split_once(':').unwrap();
                    let revision = revision.parse().unwrap();
                    let before = view(revision - 1, "whatever");
                    let heard = pending.take_change(before.change_to(&view(revision, title)));
                    assert_eq!(heard, Ok(()), "`{step}` leads on in {moves:?}");
                }
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
    fn what_leads_on_is_taken_like_the_whole_and_what_does_not_is_told() {
        check(&[("+b", "b"), (">", "b"), ("~2:b", "b"), ("=2", "b"), ("~3:c", "c")]);
        check(&[("+b", "b"), (">", "b"), ("~2:x", "b"), ("!", "x")]);
        check(&[("5:x", "x"), ("~4:w", "x")]);
        let mut pending = Pending::new(view(1, "a"));
        assert_eq!(pending.take_change(view(3, "c").change_to(&view(4, "d"))), Err(Stale), "2 and 3 were not heard");
    }

    #[test]
    fn what_was_shown_before_it_was_told_is_not_shown_anew() {
        let mut pending = Pending::new(view(1, "a"));
        pending.change(titled("b")).unwrap();
        let shown = pending.shown().graph.clone();
        pending.next().unwrap();
        pending.take_change(view(1, "a").change_to(&view(2, "b"))).unwrap();
        pending.answer(Some(2));
        assert!(Arc::ptr_eq(&pending.shown().graph, &shown), "the drawing of it stays");
    }

    /// As [`check`], with `u` for undo and `r` for redo.
    #[test]
    fn what_undo_does_is_shown_at_once_where_nobody_else_changed_the_graph() {
        let title = |pending: &Pending| pending.shown().graph.about.title.clone().unwrap();
        let settle = |pending: &mut Pending, revision: u64, told: &str| {
            pending.next().unwrap();
            pending.answer(Some(revision));
            pending.take_change(view(revision - 1, "whatever").change_to(&view(revision, told))).unwrap();
        };
        let mut pending = Pending::new(view(1, "a"));
        for (revision, name) in [(2, "b"), (3, "c")] {
            pending.change(titled(name)).unwrap();
            settle(&mut pending, revision, name);
        }
        pending.undo();
        assert_eq!(title(&pending), "b", "before the app has heard of it");
        assert_eq!(pending.shown().redo.as_deref(), Some("call it c"));
        pending.undo();
        assert_eq!(title(&pending), "a", "and the one before it, with the first still waiting");
        settle(&mut pending, 4, "b");
        assert_eq!(title(&pending), "a", "what is told of the first leaves the second");
        settle(&mut pending, 5, "a");
        pending.redo();
        assert_eq!(title(&pending), "b");
        settle(&mut pending, 6, "b");
        pending.take(view(7, "other"));
        pending.undo();
        assert_eq!(title(&pending), "other", "what somebody else did is undone by the app alone");
        settle(&mut pending, 8, "b");
        pending.change(titled("d")).unwrap();
        settle(&mut pending, 9, "d");
        pending.undo();
        assert_eq!(title(&pending), "b", "the last is known again");
        pending.undo();
        assert_eq!(title(&pending), "b", "what lies before it is not");
    }

    #[test]
    fn undo_and_redo_are_shown_at_once_also_while_the_last_is_told_and_not_answered() {
        let title = |pending: &Pending| pending.shown().graph.about.title.clone().unwrap();
        let mut pending = Pending::new(view(1, "a"));
        pending.change(titled("b")).unwrap();
        pending.next().unwrap();
        let told = |pending: &mut Pending, revision: u64, name: &str| {
            pending.take_change(view(revision - 1, "whatever").change_to(&view(revision, name))).unwrap();
        };
        told(&mut pending, 2, "b");
        pending.answer(Some(2));
        for (revision, before, after) in [(3, "a", "b"), (5, "a", "b")] {
            pending.undo();
            assert_eq!(title(&pending), before, "before the app has heard of it");
            pending.next().unwrap();
            told(&mut pending, revision, before);
            pending.redo();
            assert_eq!(title(&pending), after, "before the undo is answered");
            pending.answer(Some(revision));
            assert_eq!(title(&pending), after, "and still when it is");
            pending.next().unwrap();
            told(&mut pending, revision + 1, after);
            pending.answer(Some(revision + 1));
            assert_eq!(title(&pending), after, "and when both are");
        }
        pending.undo();
        pending.next().unwrap();
        told(&mut pending, 7, "somebody else's");
        pending.redo();
        assert_eq!(title(&pending), "b", "as far as is known");
        pending.answer(Some(8));
        pending.next().unwrap();
        told(&mut pending, 8, "after the undo");
        told(&mut pending, 9, "after the redo");
        pending.answer(Some(9));
        assert_eq!(title(&pending), "after the redo", "what the app has is shown in the end");
        pending.change(titled("x")).unwrap();
        pending.next().unwrap();
        told(&mut pending, 10, "x");
        pending.answer(Some(10));
        pending.undo();
        pending.next().unwrap();
        pending.answer(None);
        assert_eq!(title(&pending), "x", "an undo that came to nothing is not shown any more");
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
        pending.undo();
        let first = pending.next();
        let Some(Sending::Change(change)) = first else { panic!("a change is sent, not {first:?}") };
        assert_eq!(change.label, "call it bcd", "the last word names all of it");
        assert_eq!(pending.next(), None, "nothing is sent beside it");
        pending.answer(Some(2));
        assert!(!pending.is_told(), "something waits");
        assert!(matches!(pending.next(), Some(Sending::Undo(_))), "then the undo");
        assert!(!pending.is_told(), "something is under way");
        pending.answer(None);
        assert!(pending.is_told());
    }
}
