//! Two fingers hold the world: it follows both.

use super::{Gesture, Panning, Step, View};
use crate::{Event, Input, Intent, Pixel, Pointer};

/// The least distance of two fingers that says anything about zoom, in pixels.
const LEAST_SPREAD: f32 = 8.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Pinching {
    fingers: [(Pointer, Pixel); 2],
}

impl Pinching {
    pub(super) fn new(first: (Pointer, Pixel), second: (Pointer, Pixel)) -> Self {
        Self { fingers: [first, second] }
    }

    pub(super) fn holds(&self, pointer: Pointer) -> bool {
        self.fingers.iter().any(|(finger, _)| *finger == pointer)
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if self.holds(pointer) => {
                let before = self.fingers;
                for (finger, place) in &mut self.fingers {
                    if *finger == pointer {
                        *place = at;
                    }
                }
                let middle = |fingers: &[(Pointer, Pixel); 2]| fingers[0].1.middle(fingers[1].1);
                let spread = |fingers: &[(Pointer, Pixel); 2]| fingers[0].1.distance(fingers[1].1).max(LEAST_SPREAD);
                let (from, to) = (middle(&before), middle(&self.fingers));
                let factor = f64::from(spread(&self.fingers) / spread(&before));
                let look = view.camera.panned(to.x - from.x, to.y - from.y).zoomed(to, factor);
                Step::to(Gesture::Pinching(self), vec![Intent::Look(look)])
            }
            Event::Up(pointer, _) if self.holds(pointer) => {
                let [(first, first_at), (second, second_at)] = self.fingers;
                let (stays, at) = if first == pointer { (second, second_at) } else { (first, first_at) };
                Step::to(Panning::begin(stays, at, view.camera), Vec::new())
            }
            _ => Step::ignored(Gesture::Pinching(self)),
        }
    }
}
