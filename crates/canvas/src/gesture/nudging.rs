//! Nodes follow the arrow keys, from M until Enter.

use super::{Gesture, Step, View};
use crate::{Event, Input, Intent, Key, NodeKey, Point};

/// How far one press moves, in units.
const STEP: f64 = 8.0;
/// How far it moves with Shift.
const LONG_STEP: f64 = 48.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Nudging {
    /// Each node's place before.
    before: Vec<(NodeKey, Point)>,
    /// How far they are from there.
    moved: Point,
}

impl Nudging {
    /// Picks up the selected nodes.
    pub(super) fn begin(view: View<'_>) -> Step {
        let before: Vec<_> = view.selected.iter().filter_map(|key| Some((*key, view.scene.rect(*key)?.origin()))).collect();
        Step::to(Gesture::Nudging(Self { before, moved: Point::default() }), vec![Intent::PickUp(view.selected.to_vec())])
    }

    pub(super) fn step(mut self, input: &Input) -> Step {
        match input.event {
            Event::Press(Key::Arrow(direction)) => {
                let by = if input.held.shift { LONG_STEP } else { STEP };
                let (x, y) = direction.step();
                self.moved = self.moved.offset(x * by, y * by);
                let intents = self.placed(self.moved);
                Step::to(Gesture::Nudging(self), intents)
            }
            // A pointer or any other key puts the nodes down where they are.
            Event::Press(_) | Event::Down(..) => Step::to(Gesture::default(), vec![Intent::PutDown]),
            _ => Step::ignored(Gesture::Nudging(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        let mut intents = self.placed(Point::default());
        intents.push(Intent::PutDown);
        intents
    }

    fn placed(&self, by: Point) -> Vec<Intent> {
        self.before.iter().map(|(node, at)| Intent::Place(*node, at.offset(by.x, by.y))).collect()
    }
}
