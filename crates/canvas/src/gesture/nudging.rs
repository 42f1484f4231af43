//! Nodes and items follow the arrow keys, from M until Enter.

use super::{Gesture, Step, View, load::Load};
use crate::{Event, Input, Intent, Key, Point};

/// How far one press moves, in units.
const STEP: f64 = 8.0;
/// How far it moves with Shift.
const LONG_STEP: f64 = 48.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Nudging {
    load: Load,
    /// How far it is from where it was.
    moved: Point,
}

impl Nudging {
    /// Picks up what is selected; none where that is nothing that can be moved.
    pub(super) fn begin(view: View<'_>) -> Option<Step> {
        let load = Load::of(view.selection, view);
        let pick_up = load.pick_up();
        (!load.is_empty()).then(|| Step::to(Gesture::Nudging(Self { load, moved: Point::default() }), vec![pick_up]))
    }

    pub(super) fn step(mut self, input: &Input) -> Step {
        match input.event {
            Event::Press(Key::Arrow(direction)) => {
                let by = if input.held.shift { LONG_STEP } else { STEP };
                let (x, y) = direction.step();
                self.moved = self.moved.offset(x * by, y * by);
                let intents = self.load.placed(self.moved);
                Step::to(Gesture::Nudging(self), intents)
            }
            // A pointer or any other key puts it down where it is.
            Event::Press(_) | Event::Down(..) => Step::to(Gesture::default(), self.load.put_down(self.moved)),
            _ => Step::ignored(Gesture::Nudging(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        self.load.put_back()
    }
}
