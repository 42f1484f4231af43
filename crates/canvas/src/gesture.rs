//! What is going on between the person and the canvas: one state at a time, each in its own file. A state takes an input
//! and says what it means and which state follows. Nothing is changed here.

mod aiming;
mod connecting;
mod dragging;
mod framing;
mod idle;
mod load;
mod nudging;
mod panning;
mod pending;
mod pinching;
mod resizing;

use crate::{Camera, Event, Hit, Input, Intent, Key, NodeKey, Pixel, Pointer, Scene, Selection};

pub use aiming::Aiming;
pub use connecting::Connecting;
pub use dragging::Dragging;
pub use framing::Framing;
pub use idle::Idle;
pub(crate) use idle::{MARGIN, bring_into_view};
pub use nudging::Nudging;
pub use panning::Panning;
pub use pending::{Pending, SLOP};
pub use pinching::Pinching;
pub use resizing::Resizing;

/// What a state sees of the canvas.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The nodes and edges.
    pub scene: &'a Scene,
    /// The camera.
    pub camera: &'a Camera,
    /// What is selected.
    pub selection: &'a Selection,
    /// Whether the space bar is down.
    pub space: bool,
}

impl View<'_> {
    /// The current node.
    #[must_use]
    pub fn current(&self) -> Option<NodeKey> {
        self.selection.nodes.last().copied()
    }

    /// What is at a pixel: what the selection can be held by before all else.
    #[must_use]
    pub fn hit(&self, at: Pixel) -> Hit {
        let (p, zoom) = (self.camera.to_world(at), self.camera.zoom);
        let handle = match self.selection {
            Selection { nodes, items, .. } if nodes.is_empty() && items.len() == 1 => {
                self.scene.hit_handle(items[0], p, zoom).map(|handle| Hit::Handle(items[0], handle))
            }
            Selection { edge: Some(edge), .. } => self.scene.hit_end(*edge, p, crate::PORT_REACH / zoom).map(|end| Hit::End(*edge, end)),
            Selection { .. } => None,
        };
        handle.unwrap_or_else(|| self.scene.hit(p, zoom))
    }
}

/// The states.
#[derive(Clone, Debug, PartialEq)]
pub enum Gesture {
    /// Nothing is going on.
    Idle(Idle),
    /// A pointer is down and has not yet moved far enough to tell a click from a drag.
    Pending(Pending),
    /// The world is being pushed.
    Panning(Panning),
    /// Two fingers hold the world.
    Pinching(Pinching),
    /// Nodes follow the pointer.
    Dragging(Dragging),
    /// A frame is being drawn around nodes.
    Framing(Framing),
    /// Nodes follow the arrow keys.
    Nudging(Nudging),
    /// An edge is drawn with the pointer.
    Connecting(Connecting),
    /// An edge is drawn with keys.
    Aiming(Aiming),
    /// An item gets another size.
    Resizing(Resizing),
}

/// What came of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The state that follows.
    pub next: Gesture,
    /// What the input means.
    pub intents: Vec<Intent>,
    /// Whether the input meant anything here; if not, the page may use it.
    pub taken: bool,
}

impl Default for Gesture {
    fn default() -> Self {
        Gesture::Idle(Idle::default())
    }
}

impl Gesture {
    /// Takes an input.
    #[must_use]
    pub fn step(self, input: &Input, view: View<'_>) -> Step {
        let is_idle = matches!(self, Gesture::Idle(_));
        match &input.event {
            // The law: Escape leaves every state, and so does all that takes the input away from the canvas.
            Event::Press(Key::Escape) | Event::Blur if !is_idle => return Step::to(Gesture::default(), self.cancel(view)),
            Event::Lost(pointer) if self.holds(*pointer) => return Step::to(Gesture::default(), self.cancel(view)),
            _ => {}
        }
        match self {
            Gesture::Idle(state) => state.step(input, view),
            Gesture::Pending(state) => state.step(input, view),
            Gesture::Panning(state) => state.step(input, view),
            Gesture::Pinching(state) => state.step(input, view),
            Gesture::Dragging(state) => state.step(input, view),
            Gesture::Framing(state) => state.step(input, view),
            Gesture::Nudging(state) => state.step(input),
            Gesture::Connecting(state) => state.step(input, view),
            Gesture::Aiming(state) => state.step(input, view),
            Gesture::Resizing(state) => state.step(input, view),
        }
    }

    /// What takes back what the gesture has done so far.
    fn cancel(self, view: View<'_>) -> Vec<Intent> {
        match self {
            Gesture::Dragging(state) => state.cancel(),
            Gesture::Framing(state) => state.cancel(),
            Gesture::Nudging(state) => state.cancel(),
            Gesture::Panning(state) => state.cancel(view),
            Gesture::Resizing(state) => state.cancel(),
            Gesture::Connecting(_) | Gesture::Aiming(_) => vec![Intent::Draw(None)],
            // A pinch is looking, as the wheel is: there is nothing to take back.
            Gesture::Idle(_) | Gesture::Pending(_) | Gesture::Pinching(_) => Vec::new(),
        }
    }

    fn holds(&self, pointer: Pointer) -> bool {
        match self {
            Gesture::Idle(_) | Gesture::Nudging(_) | Gesture::Aiming(_) => false,
            Gesture::Pending(state) => state.pointer == pointer,
            Gesture::Panning(state) => state.pointer == pointer,
            Gesture::Dragging(state) => state.pointer == pointer,
            Gesture::Framing(state) => state.pointer == pointer,
            Gesture::Connecting(state) => state.pointer == pointer,
            Gesture::Resizing(state) => state.pointer == pointer,
            Gesture::Pinching(state) => state.holds(pointer),
        }
    }
}

impl Step {
    /// The input meant something.
    pub(crate) fn to(next: Gesture, intents: Vec<Intent>) -> Self {
        Self { next, intents, taken: true }
    }

    /// The input means nothing in this state.
    pub(crate) fn ignored(state: Gesture) -> Self {
        Self { next: state, intents: Vec::new(), taken: false }
    }
}

/// A second finger beside the first one turns what is going on into a pinch.
fn second_finger(first: Pointer, at: Pixel, input: &Input) -> Option<Gesture> {
    match input.event {
        Event::Down(second, _, place) if first.is_touch && second.is_touch && second != first => {
            Some(Gesture::Pinching(Pinching::new((first, at), (second, place))))
        }
        _ => None,
    }
}
