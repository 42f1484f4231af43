//! An item's side or corner follows the pointer.

use super::{Gesture, Step, View};
use crate::{Event, Handle, Input, Intent, ItemKey, Pixel, Point, Pointer, Rect};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Resizing {
    pub(super) pointer: Pointer,
    item: ItemKey,
    handle: Handle,
    /// The point of the world where the handle is held.
    held: Point,
    before: Rect,
    now: Rect,
}

impl Resizing {
    /// Takes the item by the handle; none if it is not there.
    pub(super) fn begin(pointer: Pointer, at: Pixel, (item, handle): (ItemKey, Handle), view: View<'_>) -> Option<(Gesture, Vec<Intent>)> {
        let before = view.scene.item(item)?.rect;
        let state = Self { pointer, item, handle, held: view.camera.to_world(at), before, now: before };
        Some((Gesture::Resizing(state), vec![Intent::PickUp(Vec::new(), vec![item])]))
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let to = view.camera.to_world(at);
                self.now = self.handle.resized(&self.before, to.x - self.held.x, to.y - self.held.y);
                let intents = vec![Intent::ResizeItem(self.item, self.now)];
                Step::to(Gesture::Resizing(self), intents)
            }
            Event::Up(pointer, _) if pointer == self.pointer => {
                let changed = (self.now != self.before).then(|| Intent::Moved(Vec::new(), vec![self.item]));
                Step::to(Gesture::default(), std::iter::once(Intent::PutDown).chain(changed).collect())
            }
            _ => Step::ignored(Gesture::Resizing(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        vec![Intent::ResizeItem(self.item, self.before), Intent::PutDown]
    }
}
