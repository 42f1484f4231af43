//! The steps of undo that this window has made itself: what undo and redo would do, so that it can be shown before the app tells
//! it. Only as long as nobody else has changed the graph; the app keeps the whole history.

use super::Change;

/// How many steps are kept: what lies further back is shown when the app tells it.
const MOST: usize = 200;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    /// What takes each step back, and what makes it again; the latest at the end.
    done: Vec<(Change, Change)>,
    /// The same of what was taken back.
    undone: Vec<(Change, Change)>,
    /// The revision that the last step led to that was answered.
    at: Option<u64>,
}

impl Steps {
    /// A change was made; `inverse` takes it back.
    pub(super) fn made(&mut self, change: &Change, inverse: Change) {
        self.undone.clear();
        match self.done.last_mut().filter(|(_, last)| change.gesture.is_some() && last.gesture == change.gesture) {
            Some((back, forth)) => {
                forth.absorb(change.clone());
                let before = std::mem::replace(back, inverse);
                back.absorb(before);
                back.label.clone_from(&forth.label);
            }
            None => self.done.push((inverse, change.clone())),
        }
        if self.done.len() > MOST {
            self.done.remove(0);
        }
    }

    /// What was sent was answered, with the revision that it led to, if it is known; `is_latest` where it was the change that was
    /// made last.
    pub(super) fn answered(&mut self, revision: Option<u64>, is_latest: bool) {
        let leads_on = revision.is_some_and(|now| self.at.is_none_or(|before| now == before + 1));
        if !leads_on {
            // What lies before it is no longer the last that happened.
            let latest = self.done.pop().filter(|_| is_latest && revision.is_some());
            self.forget();
            self.done.extend(latest);
        }
        self.at = revision;
    }

    /// Forgets the steps: something happened that is not known here.
    pub(super) fn forget(&mut self) {
        self.done.clear();
        self.undone.clear();
    }

    /// Whether they lead to this revision, or to a later one that was not told yet.
    pub(super) fn lead_to(&self, revision: u64) -> bool {
        self.at.is_none_or(|at| at >= revision)
    }

    /// What undo does, if it is known.
    pub(super) fn undo(&mut self) -> Option<Change> {
        let step = self.done.pop()?;
        let back = step.0.clone();
        self.undone.push(step);
        Some(back)
    }

    /// What redo does, if it is known.
    pub(super) fn redo(&mut self) -> Option<Change> {
        let step = self.undone.pop()?;
        let forth = step.1.clone();
        self.done.push(step);
        Some(forth)
    }
}
