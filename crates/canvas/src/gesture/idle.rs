//! Nothing is going on: hovering, the wheel, and the keys.

use super::{Aiming, Gesture, Nudging, Panning, Pending, Step, View};
use crate::{
    Button, Camera, Direction, Event, Hit, Input, Intent, Key, NodeKey, Pixel, Rect, Selection, camera::ZOOM_STEP, layout::LAYER_GAP, walk,
};

/// How far a turn of the wheel zooms: about a tenth for one notch of a usual mouse.
const WHEEL_ZOOM: f64 = 0.0025;
/// The most that one wheel event may zoom by; some mice report whole pages.
const MOST_WHEEL: f64 = 240.0;
/// How far an arrow key pans when no node can be gone to, in pixels.
const ARROW_PAN: f32 = 80.0;
/// The margin around a graph that is shown whole, and around a node that is brought into view, in pixels.
pub(crate) const MARGIN: f32 = 40.0;

/// How soon a second click on the same thing must follow to mean more, in milliseconds.
const DOUBLE_CLICK: f64 = 400.0;
/// How far it may be from the first, in pixels.
const DOUBLE_REACH: f32 = 8.0;

/// A click that was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Click {
    pub(super) time: f64,
    pub(super) on: Hit,
    pub(super) at: Pixel,
}

impl Click {
    /// Whether `next` is the second click of a double click.
    pub(super) fn is_followed_by(&self, next: &Click) -> bool {
        let is_soon = next.time - self.time <= DOUBLE_CLICK;
        let is_same = self.on.node().map_or(self.on == next.on, |node| next.on.node() == Some(node));
        is_soon && is_same && (next.on != Hit::Nothing || self.at.distance(next.at) <= DOUBLE_REACH)
    }
}

/// The state, with the last click: a second one soon after on the same thing opens it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Idle {
    pub(super) last_click: Option<Click>,
}

impl Idle {
    pub(super) fn step(self, input: &Input, view: View<'_>) -> Step {
        let camera = view.camera;
        match &input.event {
            Event::Down(pointer, Button::Main, at) if view.space => Step::to(Panning::begin(*pointer, *at, camera), Vec::new()),
            Event::Down(pointer, Button::Middle, at) => Step::to(Panning::begin(*pointer, *at, camera), Vec::new()),
            Event::Down(pointer, Button::Main, at) => {
                let on = view.hit(*at);
                let pending = Pending { pointer: *pointer, from: *at, on, held: input.held, last_click: self.last_click };
                Step::to(Gesture::Pending(pending), Vec::new())
            }
            Event::Move(_, at) => {
                let on = view.hit(*at);
                Step::to(Gesture::Idle(self), vec![Intent::Hover(on)])
            }
            Event::Leave => Step::to(Gesture::Idle(self), vec![Intent::Hover(Hit::Nothing)]),
            Event::Wheel(at, dx, dy) => Step::to(Gesture::Idle(self), vec![Intent::Look(wheel(camera, input, *at, *dx, *dy))]),
            Event::Press(key) => self.press(*key, input, view),
            Event::Down(_, Button::Other, _) | Event::Up(..) | Event::Lost(_) | Event::Release(_) | Event::Blur | Event::Resize(..) => {
                Step::ignored(Gesture::Idle(self))
            }
        }
    }

    fn press(self, key: Key, input: &Input, view: View<'_>) -> Step {
        let camera = view.camera;
        let current = view.current();
        let middle = camera.middle();
        let go = |to: Option<NodeKey>| to.map(|to| walk::select(view, to));
        let changes = matches!(key, Key::Tab | Key::Delete | Key::Character('m' | 'c'));
        if changes && view.scene.is_still() && !input.held.control {
            return Step::ignored(Gesture::Idle(self));
        }
        let intents = match key {
            Key::Escape if !view.selection.is_empty() => Some(vec![Intent::Select(Selection::default())]),
            // With Shift, the keyboard leaves the canvas as it leaves any other part of the page.
            Key::Tab if !input.held.shift => Some(vec![add_next(view, current)]),
            Key::Delete => remove(view).map(|intent| vec![intent]),
            Key::Home => go(walk::in_turn(view.scene, None, 1)),
            Key::End => go(walk::in_turn(view.scene, None, -1)),
            Key::Arrow(direction) => Some(arrow(direction, input, view, current)),
            // With Control it runs the tool, which is the page's.
            Key::Enter if input.held.control => None,
            Key::Enter => current.map(Intent::Open).or_else(|| only_item(view)).map(|open| vec![open]),
            Key::Character('a') if input.held.control => Some(vec![Intent::Select(everything(view))]),
            Key::Character(_) if input.held.control => None,
            Key::Character('m') => return Nudging::begin(view).unwrap_or_else(|| Step::ignored(Gesture::Idle(self))),
            Key::Character('c') => return Aiming::begin(view).unwrap_or_else(|| Step::ignored(Gesture::Idle(self))),
            Key::Character('e') => next_edge(view).map(|edge| vec![Intent::Select(edge)]),
            Key::Character('o') => Some(vec![Intent::Overview]),
            Key::Character('+' | '=') => Some(vec![Intent::Look(camera.zoomed(middle, ZOOM_STEP))]),
            Key::Character('-') => Some(vec![Intent::Look(camera.zoomed(middle, 1.0 / ZOOM_STEP))]),
            Key::Character('0') => Some(vec![Intent::Look(camera.zoomed_to(middle, 1.0))]),
            Key::Character('1') => view.scene.bounds().map(|all| vec![Intent::Look(camera.fitted(&all, MARGIN, 1.0))]),
            Key::Character('2') => bounds(view).map(|all| vec![Intent::Look(camera.fitted(&all, MARGIN, 1.0))]),
            Key::Escape | Key::Tab | Key::Space | Key::Character(_) => None,
        };
        match intents {
            Some(intents) => Step::to(Gesture::Idle(self), intents),
            None => Step::ignored(Gesture::Idle(self)),
        }
    }
}

/// The wish to change the one item that is selected.
fn only_item(view: View<'_>) -> Option<Intent> {
    let Selection { nodes, items, .. } = view.selection;
    items.first().filter(|_| nodes.is_empty() && items.len() == 1 && !view.scene.is_still()).map(|item| Intent::OpenItem(*item))
}

/// Asks for a node after the current one, or in the middle of what is seen.
fn add_next(view: View<'_>, current: Option<NodeKey>) -> Intent {
    let after = current.and_then(|node| Some((node, view.scene.next_port(node)?)));
    let beside = current.and_then(|node| view.scene.rect(node)).map(|rect| rect.origin().offset(rect.w + LAYER_GAP, 0.0));
    Intent::Add { at: beside.unwrap_or_else(|| view.camera.visible().center()), after }
}

fn remove(view: View<'_>) -> Option<Intent> {
    let Selection { nodes, items, edge } = view.selection;
    if let Some(edge) = edge {
        return Some(Intent::Disconnect(*edge));
    }
    (!nodes.is_empty() || !items.is_empty()).then(|| Intent::Remove(nodes.clone(), items.clone()))
}

/// The rectangle around what is selected.
fn bounds(view: View<'_>) -> Option<Rect> {
    let nodes = view.selection.nodes.iter().filter_map(|key| view.scene.rect(*key));
    let items = view.selection.items.iter().filter_map(|key| view.scene.item(*key)).map(|item| item.rect);
    nodes.chain(items).reduce(|all, rect| all.union(&rect))
}

fn everything(view: View<'_>) -> Selection {
    let items = view.scene.items().iter().filter(|item| !item.is_locked()).map(|item| item.key);
    Selection { nodes: view.scene.nodes().keys.clone(), items: items.collect(), edge: None }
}

/// The first edge out of the current node; from one of a node's edges, the next.
fn next_edge(view: View<'_>) -> Option<Selection> {
    let scene = view.scene;
    let chosen = view.selection.edge.and_then(|edge| scene.edge(edge));
    let node = chosen.map(|edge| edge.from).or(view.current())?;
    let mut edges: Vec<_> = scene.neighbours(node, true).filter_map(|(edge, _)| scene.edge(edge)).collect();
    edges.sort_by_key(|edge| edge.port_at);
    let at = chosen.and_then(|chosen| edges.iter().position(|edge| edge.key == chosen.key)).map_or(0, |at| (at + 1) % edges.len());
    edges.get(at).map(|edge| Selection::edge(edge.key))
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
