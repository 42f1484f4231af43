//! A frame is drawn around nodes and items, to select them.

use super::{Gesture, Step, View};
use crate::{Event, Input, Intent, Pixel, Point, Pointer, Rect, Selection};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Framing {
    pub(super) pointer: Pointer,
    corner: Point,
    /// What was selected before and stays so.
    before: Selection,
}

impl Framing {
    pub(super) fn begin(pointer: Pointer, at: Pixel, view: View<'_>) -> Gesture {
        Gesture::Framing(Self { pointer, corner: view.camera.to_world(at), before: view.selection.clone() })
    }

    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let frame = Rect::spanning(self.corner, view.camera.to_world(at));
                let mut intents = vec![Intent::Frame(Some(frame))];
                let selection = self.selection(&frame, view);
                if selection != *view.selection {
                    intents.push(Intent::Select(selection));
                }
                Step::to(Gesture::Framing(self), intents)
            }
            Event::Up(pointer, _) if pointer == self.pointer => Step::to(Gesture::default(), vec![Intent::Frame(None)]),
            _ => Step::ignored(Gesture::Framing(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        vec![Intent::Frame(None), Intent::Select(self.before)]
    }

    /// What the frame touches, and the items that are wholly in it: a picture behind everything is not what is meant.
    fn selection(&self, frame: &Rect, view: View<'_>) -> Selection {
        let (mut all, nodes) = (Selection { edge: None, ..self.before.clone() }, view.scene.nodes());
        let inside = view.scene.nodes_in(frame).into_iter().map(|row| nodes.keys[row]);
        all.nodes.extend(inside.filter(|key| !self.before.nodes.contains(key)));
        let items = view.scene.items().iter().filter(|item| frame.encloses(&item.rect) && !item.is_locked()).map(|item| item.key);
        all.items.extend(items.filter(|key| !self.before.items.contains(key)));
        all
    }
}
