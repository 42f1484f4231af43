//! Nodes and items follow the pointer, level with what is near; a single node that nothing is joined to may be dropped into
//! an edge.

use super::{Gesture, Step, View, load::Load};
use crate::{EdgeKey, Event, Input, Intent, Pixel, Point, Pointer, Rect, Selection, geometry::distance_to_line, pt, snap::snap};

/// How near sides or middles must come to be brought level, in pixels.
const SNAP_REACH: f64 = 6.0;
/// How far around what is dragged something level with it is looked for, in pixels.
const SNAP_AROUND: f64 = 600.0;
/// How near to its middle an edge must pass for a node to be dropped into it, in units.
const INSERT_REACH: f64 = 30.0;

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Dragging {
    pub(super) pointer: Pointer,
    /// The point of the world where the load is held.
    held: Point,
    load: Load,
    /// How far it is from where it was.
    by: Point,
    /// The edge that it would go into.
    over: Option<EdgeKey>,
}

impl Dragging {
    /// Picks up what is selected, or `alone` where what was held is not among it.
    pub(super) fn begin(pointer: Pointer, at: Pixel, alone: Option<Selection>, view: View<'_>) -> (Gesture, Vec<Intent>) {
        let load = Load::of(alone.as_ref().unwrap_or(view.selection), view);
        let intents = alone.map(Intent::Select).into_iter().chain([load.pick_up()]).collect();
        let state = Self { pointer, held: view.camera.to_world(at), load, by: Point::default(), over: None };
        (Gesture::Dragging(state), intents)
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                let to = view.camera.to_world(at);
                let by = pt(to.x - self.held.x, to.y - self.held.y);
                let is_free = input.held.alt || input.held.control;
                let level = if is_free { Default::default() } else { self.level(by, view) };
                self.by = by.offset(level.by.x, level.by.y);
                self.over = self.edge_under(view);
                let mut intents = self.load.placed(self.by);
                intents.extend([Intent::Guides(level.guides), Intent::Over(self.over)]);
                Step::to(Gesture::Dragging(self), intents)
            }
            Event::Up(pointer, _) if pointer == self.pointer => Step::to(Gesture::default(), self.drop(view)),
            _ => Step::ignored(Gesture::Dragging(self)),
        }
    }

    pub(super) fn cancel(self) -> Vec<Intent> {
        [Intent::Guides(Vec::new()), Intent::Over(None)].into_iter().chain(self.load.put_back()).collect()
    }

    fn drop(self, view: View<'_>) -> Vec<Intent> {
        let mut intents = vec![Intent::Guides(Vec::new()), Intent::Over(None)];
        let port = |node| view.scene.next_port(node);
        match self.over.zip(self.load.only_node()).and_then(|(edge, node)| Some((edge, node, port(node)?))) {
            Some((edge, node, port)) => intents.extend([Intent::PutDown, Intent::InsertOn { edge, node, port }]),
            None => intents.extend(self.load.put_down(self.by)),
        }
        intents
    }

    /// What brings the load level, once it is `by` from where it was.
    fn level(&self, by: Point, view: View<'_>) -> crate::snap::Snap {
        let (zoom, scene) = (view.camera.zoom, view.scene);
        let moving = Rect { x: self.load.around.x + by.x, y: self.load.around.y + by.y, ..self.load.around };
        let near = moving.grown(SNAP_AROUND / zoom);
        let nodes = scene.nodes_in(&near).into_iter().filter(|row| !self.load.has_node(scene.nodes().keys[*row]));
        let nodes = nodes.map(|row| scene.nodes().rect(row));
        let items = scene.items().iter().filter(|item| near.touches(&item.rect) && !self.load.has_item(item.key)).map(|item| item.rect);
        let seen = view.camera.visible();
        let others: Vec<Rect> = nodes.chain(items).filter(|rect| rect.touches(&seen)).collect();
        snap(&moving, &others, SNAP_REACH / zoom)
    }

    /// The edge that passes under the middle of the load, if the load is a node that may go into it.
    fn edge_under(&self, view: View<'_>) -> Option<EdgeKey> {
        let (node, scene) = (self.load.only_node()?, view.scene);
        let row = scene.row(node).filter(|row| scene.nodes().has_input[*row])?;
        if !scene.is_loose(node) || scene.next_port(node).is_none() {
            return None;
        }
        let card = scene.nodes().rect(row);
        let middle = card.offset(self.load.around, self.by).center();
        let reach = Rect::new(middle.x, middle.y, 0.0, 0.0).grown(INSERT_REACH);
        let near = scene.edges_in(&reach).into_iter().map(|row| &scene.edges().rows[row]);
        let near = near.map(|edge| (distance_to_line(&edge.line, middle), edge.key)).filter(|(away, _)| *away <= INSERT_REACH);
        near.min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|(_, key)| key)
    }
}

impl Rect {
    /// The rectangle of this size where `before` is after it was moved.
    fn offset(&self, before: Rect, by: Point) -> Rect {
        Rect { x: before.x + by.x, y: before.y + by.y, ..*self }
    }
}
