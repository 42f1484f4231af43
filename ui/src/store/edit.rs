//! Changes that a person makes: shown at once, sent one after the other, taken back where the app refuses them.

use graph::{Edit, LayoutEdit};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Code, EditGraph, Failed, GraphId, RedoGraph, Stepped, UndoGraph};

use super::{Due, Store};
use crate::model::{Change, Model, Sending};
use crate::panel::Text;
use crate::text;
use crate::toast::Toast;

/// What the app said to what was sent.
enum Answer {
    /// It is made; this is the revision that it led to, if it is known.
    Made(Option<u64>),
    /// It took back, or made again, what is named; none where there was nothing.
    Stepped(Option<Stepped>),
}

impl Store {
    /// A number for a gesture that nobody has used.
    pub(crate) fn gesture(self) -> u64 {
        self.gestures
            .try_update_value(|last| {
                *last += 1;
                *last
            })
            .unwrap_or_default()
    }

    /// Changes the graph that is shown, its layout, or both, as one step of undo; `label` is what a person would call it,
    /// such as `moved 3 nodes`. Says whether it could be made; where not, the person has been told.
    pub(crate) fn change(self, label: impl Into<String>, edit: Option<Edit>, layout: Option<LayoutEdit>, gesture: Option<u64>) -> bool {
        self.make(Change { label: label.into(), edit, layout, gesture })
    }

    /// As [`Store::change`], with what is to be done or why it cannot.
    pub(crate) fn change_with(self, label: impl Into<String>, edit: Result<Edit, graph::Error>) -> bool {
        match edit {
            Ok(edit) => self.make(Change::edit(label, edit)),
            Err(error) => self.refuse(&error),
        }
    }

    /// Makes a change; see [`Store::change`].
    pub(crate) fn make(self, change: Change) -> bool {
        let Some(graph) = self.shown_id() else { return false };
        if self.only_compares() {
            return false;
        }
        let moves_only = change.edit.is_none();
        let made = self.model.try_update(|model| model.change(graph, change)).unwrap_or(Ok(()));
        if let Err(error) = made {
            return self.refuse(&error);
        }
        if moves_only {
            self.draw_layout()
        } else {
            self.draw()
        }
        self.send(graph);
        true
    }

    /// Takes the last change back.
    pub(crate) fn undo(self) {
        let has_any = self.graph.with_untracked(|graph| graph.as_ref().is_some_and(|graph| graph.0.undo.is_some()));
        self.step(has_any, Model::undo, "There is nothing to undo.");
    }

    /// Makes the last change again that was taken back.
    pub(crate) fn redo(self) {
        let has_any = self.graph.with_untracked(|graph| graph.as_ref().is_some_and(|graph| graph.0.redo.is_some()));
        self.step(has_any, Model::redo, "There is nothing to redo.");
    }

    fn step(self, has_any: bool, step: fn(&mut Model, GraphId), nothing: &str) {
        let Some(graph) = self.shown_id() else { return };
        if self.only_compares() {
            return;
        }
        if !has_any {
            return self.toast.set(Some(Toast::note(nothing)));
        }
        self.model.update(|model| step(model, graph));
        self.draw();
        self.send(graph);
    }

    /// Does something once the app knows all that was changed in a graph here: what goes by the app's graph, such as a run, must
    /// not overtake the last letter.
    pub(crate) fn once_told(self, graph: GraphId, then: impl FnOnce() + 'static) {
        if let Some(text) = self.text(graph) {
            text.flush();
        }
        self.once_told.update_value(|waiting| waiting.push((graph, Box::new(then))));
        self.told(graph);
    }

    /// Does what waited until the app knows all of a graph, if it does.
    pub(crate) fn told(self, graph: GraphId) {
        if !self.model.with_untracked(|model| model.is_told(graph)) || self.text(graph).is_some_and(Text::is_untold) {
            return;
        }
        let due = |waiting: &mut Vec<Due>| waiting.extract_if(.., |(of, _)| *of == graph).collect::<Vec<_>>();
        for (_, then) in self.once_told.try_update_value(due).unwrap_or_default() {
            then();
        }
    }

    fn text(self, graph: GraphId) -> Option<Text> {
        self.texts.with_value(|texts| texts.get(&graph).copied())
    }

    /// Whether something lies over the page that has the keys to itself.
    pub(crate) fn is_modal(self) -> bool {
        [
            self.open_shown,
            self.new_shown,
            self.keys_shown,
            self.commands_shown,
            self.collapse_shown,
            self.finding.import_shown,
            self.finding.dropped_shown,
            self.finding.report_shown,
        ]
        .iter()
        .any(|shown| shown.get_untracked())
    }

    /// The graph that is shown.
    pub(crate) fn shown_id(self) -> Option<GraphId> {
        self.model.with_untracked(|model| model.shown)
    }

    /// Sends what waits, one after the other: they are made in the order in which the person made them.
    fn send(self, graph: GraphId) {
        let Some(sending) = self.model.try_update_untracked(|model| model.next_sending(graph)).flatten() else { return self.told(graph) };
        spawn_local(async move {
            let answer = self.ask(graph, sending.clone()).await;
            let revision = match &answer {
                Ok(Answer::Made(revision)) => *revision,
                Ok(Answer::Stepped(stepped)) => stepped.as_ref().map(|stepped| stepped.revision),
                Err(_) => None,
            };
            let is_new = self.model.try_update_untracked(|model| model.answered(graph, revision)).unwrap_or_default();
            if is_new {
                self.model.notify();
                self.draw();
            }
            match answer {
                Ok(Answer::Made(_)) => {}
                Ok(Answer::Stepped(Some(stepped))) => self.toast.set(Some(Toast::stepped(&sending, &stepped.label))),
                Ok(Answer::Stepped(None)) => self.toast.set(Some(Toast::note("There is nothing to take back."))),
                Err(failed) if failed.code == Code::Gone => {}
                Err(failed) => self.toast.set(Some(Toast::failed(refused(&sending), failed))),
            }
            self.send(graph);
        });
    }

    async fn ask(self, graph: GraphId, sending: Sending) -> Result<Answer, Failed> {
        match sending {
            Sending::Change(change) => {
                let Change { label, edit, layout, gesture } = *change;
                self.bridge.call(&EditGraph { graph, label, edit, layout, gesture }).await.map(|revision| Answer::Made(Some(revision)))
            }
            Sending::Undo(_) => self.bridge.call(&UndoGraph { graph }).await.map(Answer::Stepped),
            Sending::Redo(_) => self.bridge.call(&RedoGraph { graph }).await.map(Answer::Stepped),
        }
    }

    /// Says why something could not be done; gives `false`, for who has to say whether it was.
    pub(crate) fn refuse(self, error: &graph::Error) -> bool {
        self.toast.set(Some(Toast::error(text::sentence(&error.to_string()))));
        false
    }
}

/// What could not be done, for the person who did it.
fn refused(sending: &Sending) -> String {
    match sending {
        Sending::Change(change) => format!("could not keep: {}", change.label),
        Sending::Undo(_) => "could not undo".to_owned(),
        Sending::Redo(_) => "could not redo".to_owned(),
    }
}
