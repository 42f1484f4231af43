//! A frame is drawn around nodes, to select them.

use super::{Gesture, Step, View};
use crate::{Event, Input, Intent, NodeKey, Pixel, Point, Pointer, Rect};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Framing {
    pub(super) pointer: Pointer,
    corner: Point,
    /// What was selected before and stays so.
    before: Vec<NodeKey>,
}

impl Framing {
    pub(super) fn begin(pointer: Pointer, at: Pixel, view: View<'_>) -> Gesture {
        Gesture::Framing(Self { pointer, corner: view.camera.to_world(at), before: view.selected.to_vec() })
    }

    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let frame = Rect::spanning(self.corner, view.camera.to_world(at));
                let mut intents = vec![Intent::Frame(Some(frame))];
                let selected = self.selection(&frame, view);
                if selected != view.selected {
                    intents.push(Intent::Select(selected));
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

    fn selection(&self, frame: &Rect, view: View<'_>) -> Vec<NodeKey> {
        let nodes = view.scene.nodes();
        let inside = view.scene.nodes_in(frame).into_iter().map(|row| nodes.keys[row]);
        let new: Vec<_> = inside.filter(|key| !self.before.contains(key)).collect();
        self.before.iter().copied().chain(new).collect()
    }
}
