//! A pointer is down: a click, unless it moves.

use super::{Dragging, Framing, Gesture, Idle, Panning, Step, View, second_finger};
use crate::{Event, Held, Hit, Input, Intent, NodeKey, Pixel, Pointer};

/// How far a pointer may move and still click, in pixels.
pub const SLOP: f32 = 4.0;
/// A finger is less steady.
const TOUCH_SLOP: f32 = 10.0;
/// How soon a second click on the same node must follow to open it, in milliseconds.
const DOUBLE_CLICK: f64 = 400.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub(super) pointer: Pointer,
    pub(super) from: Pixel,
    pub(super) on: Hit,
    pub(super) held: Held,
    pub(super) last_click: Option<(f64, NodeKey)>,
}

impl Pending {
    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        if let Some(pinch) = second_finger(self.pointer, self.from, input) {
            return Step::to(pinch, Vec::new());
        }
        match &input.event {
            Event::Move(pointer, at) if *pointer == self.pointer => {
                let slop = if self.pointer.is_touch { TOUCH_SLOP } else { SLOP };
                if at.distance(self.from) < slop { Step::to(Gesture::Pending(self), Vec::new()) } else { self.drag(input, view) }
            }
            Event::Up(pointer, _) if *pointer == self.pointer => self.click(input.time, view),
            _ => Step::ignored(Gesture::Pending(self)),
        }
    }

    /// Begins what the drag means, and lets it take the movement that there was already.
    fn drag(self, input: &Input, view: View<'_>) -> Step {
        let (next, mut intents) = match self.on.node() {
            Some(node) => Dragging::begin(self.pointer, self.from, node, view),
            None if self.held.shift => (Framing::begin(self.pointer, self.from, view), Vec::new()),
            None => (Panning::begin(self.pointer, self.from, view.camera), Vec::new()),
        };
        let moved = next.step(input, view);
        intents.extend(moved.intents);
        Step::to(moved.next, intents)
    }

    fn click(self, time: f64, view: View<'_>) -> Step {
        let Some(node) = self.on.node() else {
            let keep = self.held.shift || self.held.control || view.selected.is_empty();
            let intents = if keep { Vec::new() } else { vec![Intent::Select(Vec::new())] };
            return Step::to(Gesture::default(), intents);
        };
        let next = Gesture::Idle(Idle { last_click: Some((time, node)) });
        if self.held.shift || self.held.control {
            let mut selected: Vec<NodeKey> = view.selected.iter().copied().filter(|other| *other != node).collect();
            if selected.len() == view.selected.len() {
                selected.push(node);
            }
            return Step::to(next, vec![Intent::Select(selected)]);
        }
        let mut intents = vec![Intent::Select(vec![node])];
        if self.last_click.is_some_and(|(before, on)| on == node && time - before <= DOUBLE_CLICK) {
            intents.push(Intent::Open(node));
        }
        Step::to(next, intents)
    }
}
