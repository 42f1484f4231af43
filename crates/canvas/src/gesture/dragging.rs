//! Nodes follow the pointer.

use super::{Gesture, Step, View};
use crate::{Event, Input, Intent, NodeKey, Pixel, Point, Pointer};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Dragging {
    pub(super) pointer: Pointer,
    /// The point of the world where the nodes are held.
    held: Point,
    /// Each node's place before.
    before: Vec<(NodeKey, Point)>,
}

impl Dragging {
    /// Picks up the selected nodes, or `node` alone where it is not among them.
    pub(super) fn begin(pointer: Pointer, at: Pixel, node: NodeKey, view: View<'_>) -> (Gesture, Vec<Intent>) {
        let alone = [node];
        let selects = !view.selected.contains(&node);
        let nodes = if selects { &alone[..] } else { view.selected };
        let before: Vec<_> = nodes.iter().filter_map(|key| Some((*key, view.scene.rect(*key)?.origin()))).collect();
        let select = selects.then(|| Intent::Select(vec![node]));
        let intents = select.into_iter().chain([Intent::PickUp(nodes.to_vec())]).collect();
        (Gesture::Dragging(Self { pointer, held: view.camera.to_world(at), before }), intents)
    }

    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let to = view.camera.to_world(at);
                let intents = self.placed(to.x - self.held.x, to.y - self.held.y);
                Step::to(Gesture::Dragging(self), intents)
            }
            Event::Up(pointer, _) if pointer == self.pointer => Step::to(Gesture::default(), vec![Intent::PutDown]),
            _ => Step::ignored(Gesture::Dragging(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        let mut intents = self.placed(0.0, 0.0);
        intents.push(Intent::PutDown);
        intents
    }

    fn placed(&self, dx: f64, dy: f64) -> Vec<Intent> {
        self.before.iter().map(|(node, at)| Intent::Place(*node, at.offset(dx, dy))).collect()
    }
}
