//! A graph that is being edited, with undo and redo. Knows nothing of selection, camera or runs.

use crate::{Edit, Error, Graph};

/// A change that was made: what a person would call it, and what takes it back, the last of it first to be made.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    label: String,
    inverses: Vec<Edit>,
}

impl Change {
    fn inverse(&self) -> Edit {
        Edit::batch(self.inverses.iter().rev().cloned().collect())
    }
}

/// A graph and its history. [`Document::apply`] is the only way the graph changes.
#[derive(Clone, Debug, Default)]
pub struct Document {
    graph: Graph,
    done: Vec<Change>,
    undone: Vec<Change>,
    /// The gesture that the last change belongs to; changes of one gesture are undone together.
    gesture: Option<u64>,
}

impl Document {
    /// A document with no history.
    #[must_use]
    pub fn new(graph: Graph) -> Self {
        Self { graph, ..Self::default() }
    }

    /// The graph as it stands.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The graph as it stands, without its history.
    #[must_use]
    pub fn into_graph(self) -> Graph {
        self.graph
    }

    /// Makes an edit, named for people (`move 3 nodes`), and returns its inverse.
    ///
    /// # Errors
    /// Where the edit does not fit the graph, which then is as it was.
    pub fn apply(&mut self, label: &str, edit: &Edit) -> Result<Edit, Error> {
        let inverse = self.graph.apply(edit)?;
        self.gesture = None;
        self.undone.clear();
        self.done.push(Change { label: label.to_owned(), inverses: vec![inverse.clone()] });
        Ok(inverse)
    }

    /// Makes an edit as part of a gesture; all edits of one gesture are one step of undo.
    ///
    /// # Errors
    /// As [`Document::apply`].
    pub fn apply_in_gesture(&mut self, gesture: u64, label: &str, edit: &Edit) -> Result<Edit, Error> {
        let inverse = self.graph.apply(edit)?;
        match self.done.last_mut().filter(|_| self.gesture == Some(gesture)) {
            Some(last) => {
                label.clone_into(&mut last.label);
                last.inverses.push(inverse.clone());
            }
            None => self.done.push(Change { label: label.to_owned(), inverses: vec![inverse.clone()] }),
        }
        self.undone.clear();
        self.gesture = Some(gesture);
        Ok(inverse)
    }

    /// What undo would take back.
    #[must_use]
    pub fn undo_label(&self) -> Option<&str> {
        self.done.last().map(|change| change.label.as_str())
    }

    /// What redo would make again.
    #[must_use]
    pub fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|change| change.label.as_str())
    }

    /// Takes the last change back, and returns the edit that did it; none where there is nothing to undo.
    pub fn undo(&mut self) -> Option<Edit> {
        Self::step(&mut self.graph, &mut self.done, &mut self.undone, &mut self.gesture)
    }

    /// Makes the last undone change again, and returns the edit that did it.
    pub fn redo(&mut self) -> Option<Edit> {
        Self::step(&mut self.graph, &mut self.undone, &mut self.done, &mut self.gesture)
    }

    fn step(graph: &mut Graph, from: &mut Vec<Change>, to: &mut Vec<Change>, gesture: &mut Option<u64>) -> Option<Edit> {
        let change = from.pop()?;
        let inverse = change.inverse();
        *gesture = None;
        // An inverse fits the graph that its edit left; were it not to, the graph stays as it is.
        let again = graph.revert(&inverse).ok()?;
        to.push(Change { label: change.label, inverses: vec![again] });
        Some(inverse)
    }
}
