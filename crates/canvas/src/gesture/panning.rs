//! The world is being pushed.

use super::{Gesture, Step, View, second_finger};
use crate::{Camera, Event, Input, Intent, Pixel, Point, Pointer};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Panning {
    pub(super) pointer: Pointer,
    /// The point of the world that the pointer holds.
    held: Point,
    at: Pixel,
    /// Where one looked from before.
    before: Point,
}

impl Panning {
    pub(super) fn begin(pointer: Pointer, at: Pixel, camera: &Camera) -> Gesture {
        Gesture::Panning(Self { pointer, held: camera.to_world(at), at, before: camera.origin })
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        if let Some(pinch) = second_finger(self.pointer, self.at, input) {
            return Step::to(pinch, Vec::new());
        }
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let look = held_at(view.camera, self.held, at);
                self.at = at;
                Step::to(Gesture::Panning(self), vec![Intent::Look(look)])
            }
            Event::Up(pointer, _) if pointer == self.pointer => Step::to(Gesture::default(), Vec::new()),
            _ => Step::ignored(Gesture::Panning(self)),
        }
    }

    pub(super) fn cancel(self, view: View<'_>) -> Vec<Intent> {
        vec![Intent::Look(Camera { origin: self.before, ..*view.camera })]
    }
}

/// The camera under which the point `held` is at the pixel `at`.
pub(super) fn held_at(camera: &Camera, held: Point, at: Pixel) -> Camera {
    let now = camera.to_world(at);
    Camera { origin: camera.origin.offset(held.x - now.x, held.y - now.y), ..*camera }
}
