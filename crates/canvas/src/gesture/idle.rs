//! Nothing is going on: hovering, the wheel, and the keys.

use super::{Gesture, Nudging, Panning, Pending, Step, View};
use crate::{Button, Camera, Direction, Event, Input, Intent, Key, NodeKey, Pixel, Rect, camera::ZOOM_STEP, walk};

/// How far a turn of the wheel zooms: about a tenth for one notch of a usual mouse.
const WHEEL_ZOOM: f64 = 0.0025;
/// The most that one wheel event may zoom by; some mice report whole pages.
const MOST_WHEEL: f64 = 240.0;
/// How far an arrow key pans when no node can be gone to, in pixels.
const ARROW_PAN: f32 = 80.0;
/// The margin around a graph that is shown whole, and around a node that is brought into view, in pixels.
pub(crate) const MARGIN: f32 = 40.0;

/// The state, with the last click: a second one soon after on the same node opens it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Idle {
    pub(super) last_click: Option<(f64, NodeKey)>,
}

impl Idle {
    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        let camera = view.camera;
        match &input.event {
            Event::Down(pointer, Button::Main, at) if view.space => Step::to(Panning::begin(*pointer, *at, camera), Vec::new()),
            Event::Down(pointer, Button::Middle, at) => Step::to(Panning::begin(*pointer, *at, camera), Vec::new()),
            Event::Down(pointer, Button::Main, at) => {
                let on = view.scene.hit(camera.to_world(*at), camera.zoom);
                let pending = Pending { pointer: *pointer, from: *at, on, held: input.held, last_click: self.last_click };
                Step::to(Gesture::Pending(pending), Vec::new())
            }
            Event::Move(_, at) => {
                let on = view.scene.hit(camera.to_world(*at), camera.zoom);
                Step::to(Gesture::Idle(self), vec![Intent::Hover(on)])
            }
            Event::Leave => Step::to(Gesture::Idle(self), vec![Intent::Hover(crate::Hit::Nothing)]),
            Event::Wheel(at, dx, dy) => Step::to(Gesture::Idle(self), vec![Intent::Look(wheel(camera, input, *at, *dx, *dy))]),
            Event::Press(key) => self.press(*key, input, view),
            Event::Down(_, Button::Other, _) | Event::Up(..) | Event::Lost(_) | Event::Release(_) | Event::Blur | Event::Resize(..) => {
                Step::ignored(Gesture::Idle(self))
            }
        }
    }

    fn press(self, key: Key, input: &Input, view: View<'_>) -> Step {
        let camera = view.camera;
        let current = view.selected.last().copied();
        let middle = camera.middle();
        let go = |to: Option<NodeKey>| to.map(|to| walk::select(view, to));
        let intents = match key {
            Key::Escape if !view.selected.is_empty() => Some(vec![Intent::Select(Vec::new())]),
            Key::Tab => go(walk::in_turn(view.scene, current, if input.held.shift { -1 } else { 1 })),
            Key::Home => go(walk::in_turn(view.scene, None, 1)),
            Key::End => go(walk::in_turn(view.scene, None, -1)),
            Key::Arrow(direction) => Some(arrow(direction, input, view, current)),
            Key::Enter => current.map(|node| vec![Intent::Open(node)]),
            Key::Character('a') if input.held.control => Some(vec![Intent::Select(view.scene.nodes().keys.clone())]),
            Key::Character('m') if current.is_some() && !input.held.control => return Nudging::begin(view),
            Key::Character('+' | '=') => Some(vec![Intent::Look(camera.zoomed(middle, ZOOM_STEP))]),
            Key::Character('-') => Some(vec![Intent::Look(camera.zoomed(middle, 1.0 / ZOOM_STEP))]),
            Key::Character('0') => Some(vec![Intent::Look(camera.zoomed_to(middle, 1.0))]),
            Key::Character('1') => view.scene.bounds().map(|all| vec![Intent::Look(camera.fitted(&all, MARGIN, 1.0))]),
            Key::Escape | Key::Space | Key::Character(_) => None,
        };
        match intents {
            Some(intents) => Step::to(Gesture::Idle(self), intents),
            None => Step::ignored(Gesture::Idle(self)),
        }
    }
}

fn wheel(camera: &Camera, input: &Input, at: Pixel, dx: f32, dy: f32) -> Camera {
    if input.held.control {
        let turn = f64::from(dy).clamp(-MOST_WHEEL, MOST_WHEEL);
        return camera.zoomed(at, (-turn * WHEEL_ZOOM).exp());
    }
    // A mouse with one wheel pans sideways with Shift.
    if input.held.shift && dx == 0.0 { camera.panned(-dy, 0.0) } else { camera.panned(-dx, -dy) }
}

fn arrow(direction: Direction, input: &Input, view: View<'_>, current: Option<NodeKey>) -> Vec<Intent> {
    let to = match current {
        Some(current) if input.held.alt => walk::along(view.scene, current, direction),
        Some(current) => walk::nearest(view.scene, current, direction),
        None => None,
    };
    match (to, current) {
        (Some(to), _) => walk::select(view, to),
        // At the last node in a direction, the arrow does nothing rather than something else.
        (None, Some(_)) => Vec::new(),
        (None, None) => {
            let (x, y) = direction.step();
            vec![Intent::Look(view.camera.panned(-(x as f32) * ARROW_PAN, -(y as f32) * ARROW_PAN))]
        }
    }
}

/// The camera that has `rect` in view, moved only if it is not.
pub(crate) fn bring_into_view(camera: &Camera, rect: &Rect) -> Option<Intent> {
    let seen = camera.revealing(rect, MARGIN);
    (seen != *camera).then_some(Intent::Look(seen))
}
