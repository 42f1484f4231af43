//! A pointer is down: a click, unless it moves.

use super::idle::Click;
use super::{Connecting, Dragging, Framing, Gesture, Idle, Panning, Resizing, Step, View, second_finger};
use crate::{Held, Hit, Input, Intent, Pixel, Pointer, Selection};

use crate::Event;

/// How far a pointer may move and still click, in pixels.
pub const SLOP: f32 = 4.0;
/// A finger is less steady.
const TOUCH_SLOP: f32 = 10.0;
/// How near to its end a drag of an edge takes that end off, in pixels.
const END_REACH: f64 = 28.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub(super) pointer: Pointer,
    pub(super) from: Pixel,
    pub(super) on: Hit,
    pub(super) held: Held,
    pub(super) last_click: Option<Click>,
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
        let (next, mut intents) = self.begin(view).unwrap_or_else(|| match self.held.shift {
            true => (Framing::begin(self.pointer, self.from, view), Vec::new()),
            false => (Panning::begin(self.pointer, self.from, view.camera), Vec::new()),
        });
        let moved = next.step(input, view);
        intents.extend(moved.intents);
        Step::to(moved.next, intents)
    }

    /// What a drag of what is held begins; none where it is the canvas itself that is held.
    fn begin(&self, view: View<'_>) -> Option<(Gesture, Vec<Intent>)> {
        if view.scene.is_still() {
            return None;
        }
        let unless = |is_selected: bool, alone: Selection| if is_selected { None } else { Some(alone) };
        match self.on {
            Hit::Node(node) => {
                let alone = unless(view.selection.nodes.contains(&node), Selection::nodes(vec![node]));
                Some(Dragging::begin(self.pointer, self.from, alone, view))
            }
            Hit::Item(item) if view.scene.item(item).is_some_and(|item| !item.is_locked()) => {
                let alone = unless(view.selection.items.contains(&item), Selection::item(item));
                Some(Dragging::begin(self.pointer, self.from, alone, view))
            }
            Hit::Port(node, port) => Some((Connecting::from_port(self.pointer, node, port), Vec::new())),
            Hit::End(edge, end) => Some((Connecting::from_end(self.pointer, edge, end, view)?, Vec::new())),
            Hit::Edge(edge) => {
                let at = view.camera.to_world(self.from);
                let end = view.scene.hit_end(edge, at, END_REACH / view.camera.zoom)?;
                Some((Connecting::from_end(self.pointer, edge, end, view)?, Vec::new()))
            }
            Hit::Handle(item, handle) => Resizing::begin(self.pointer, self.from, (item, handle), view),
            Hit::Item(_) | Hit::Nothing => None,
        }
    }

    fn click(self, time: f64, view: View<'_>) -> Step {
        let adds = self.held.shift || self.held.control;
        let click = Click { time, on: self.on, at: self.from };
        let is_double = !adds && self.last_click.is_some_and(|last| last.is_followed_by(&click));
        let selection = match self.on {
            Hit::Node(node) | Hit::Port(node, _) if adds => view.selection.toggled_node(node),
            Hit::Node(node) | Hit::Port(node, _) => Selection::nodes(vec![node]),
            Hit::Item(item) if adds => view.selection.toggled_item(item),
            Hit::Item(item) => Selection::item(item),
            Hit::Edge(edge) => Selection::edge(edge),
            Hit::End(..) | Hit::Handle(..) => view.selection.clone(),
            Hit::Nothing if adds => view.selection.clone(),
            Hit::Nothing => Selection::default(),
        };
        let opened = is_double.then(|| self.doubled(view)).flatten();
        // A third click begins anew.
        let next = Gesture::Idle(Idle { last_click: (!is_double).then_some(click) });
        let select = (selection != *view.selection).then_some(Intent::Select(selection));
        Step::to(next, select.into_iter().chain(opened).collect())
    }

    /// What a second click means.
    fn doubled(&self, view: View<'_>) -> Option<Intent> {
        match self.on {
            Hit::Node(node) | Hit::Port(node, _) => Some(Intent::Open(node)),
            _ if view.scene.is_still() => None,
            Hit::Item(item) if view.scene.item(item).is_some_and(|item| !item.is_locked()) => Some(Intent::OpenItem(item)),
            // A picture that stays where it is, is ground.
            Hit::Item(_) | Hit::Nothing => Some(Intent::Add { at: view.camera.to_world(self.from), after: None }),
            Hit::Edge(_) | Hit::End(..) | Hit::Handle(..) => None,
        }
    }
}
