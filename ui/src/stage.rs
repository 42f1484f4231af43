//! Holds the canvas and its painter between inputs and frames, and publishes as signals what views draw: never a place or a
//! size by the frame.

use std::collections::HashMap;
use std::sync::Arc;

use canvas::{Canvas, Event, Gesture, Input, Intent, Pixel, Places, Rect, Scene, Status, reading_order};
use graph::{NodeId, Tool, ToolName};
use leptos::prelude::*;
use protocol::GraphId;
use web_sys::{HtmlCanvasElement, HtmlElement};

use crate::painter::Painter;
use crate::summary;

/// Which drawing is on the stage.
pub(crate) type Drawing = (GraphId, ToolName);

/// A node that has an element of its own over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Live {
    /// The node.
    pub(crate) id: NodeId,
    /// Its card, in the world.
    pub(crate) rect: Rect,
}

/// What is selected, in the graph's names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chosen {
    /// The nodes; the last is the current one.
    pub(crate) nodes: Vec<NodeId>,
    /// Notes, frames and pictures.
    pub(crate) items: Vec<graph::ItemId>,
    /// Where the selected edge leaves.
    pub(crate) edge: Option<crate::wish::Outlet>,
}

/// How the canvas is held: for the pointer's shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Not at all.
    #[default]
    Free,
    /// A drag would push it.
    Ready,
    /// It is being pushed.
    Held,
    /// The pointer is over a node.
    OnNode,
}

/// A node as the accessible list has it: the number in its element's id, and its id in the graph.
pub(crate) type Entry = (u64, NodeId);

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    inner: StoredValue<Inner, LocalStorage>,
    /// The current node.
    pub(crate) current: RwSignal<Option<Entry>>,
    /// How many nodes are selected.
    pub(crate) selected: RwSignal<usize>,
    pub(crate) chosen: RwSignal<Arc<Chosen>>,
    pub(crate) opened_item: RwSignal<(usize, Option<graph::ItemId>)>,
    /// The nodes with elements over the canvas.
    pub(crate) live: RwSignal<Vec<Live>>,
    /// The zoom in percent.
    pub(crate) zoom: RwSignal<u32>,
    /// For the pointer's shape.
    pub(crate) grip: RwSignal<Grip>,
    /// All nodes, in the order in which one reads them.
    pub(crate) order: RwSignal<Arc<Vec<Entry>>>,
    /// Grows each time that a person asks to see the current node closely.
    pub(crate) opened: RwSignal<usize>,
}

#[derive(Default)]
struct Inner {
    canvas: Canvas,
    painter: Option<Painter>,
    live_layer: Option<HtmlElement>,
    shown: Option<Drawing>,
    /// Where nodes were put by hand.
    places: HashMap<Drawing, Places>,
    /// The last move that was not yet taken: a mouse may report more of them than there are frames.
    queued: Option<Input>,
    frame_asked: bool,
}

impl Stage {
    /// An empty stage without elements.
    pub(crate) fn new() -> Self {
        Self {
            inner: StoredValue::new_local(Inner::default()),
            current: RwSignal::new(None),
            selected: RwSignal::new(0),
            chosen: RwSignal::new(Arc::default()),
            opened_item: RwSignal::new((0, None)),
            live: RwSignal::new(Vec::new()),
            zoom: RwSignal::new(100),
            grip: RwSignal::new(Grip::Free),
            order: RwSignal::new(Arc::default()),
            opened: RwSignal::new(0),
        }
    }

    /// Takes the elements to paint on. Says whether the browser can.
    pub(crate) fn attach(self, base: HtmlCanvasElement, overlay: HtmlCanvasElement, live: HtmlElement) -> bool {
        let painter = Painter::new(base, overlay);
        let can_paint = painter.is_some();
        self.with(|inner| {
            inner.painter = painter;
            inner.live_layer = Some(live);
            inner.canvas.repaint();
        });
        can_paint
    }

    /// Takes an input; says whether it meant anything here.
    pub(crate) fn input(self, input: Input) -> bool {
        if matches!(input.event, Event::Move(..)) {
            self.with(|inner| match &inner.queued {
                Some(before) if same_pointer(before, &input) => inner.queued = Some(input),
                _ => {
                    take_queued(inner);
                    inner.queued = Some(input);
                }
            });
            return true;
        }
        let outcome = self.with(|inner| {
            take_queued(inner);
            let outcome = inner.canvas.handle(&input);
            if let (Event::Resize(width, height), Some(painter)) = (&input.event, &mut inner.painter) {
                painter.resize(*width, *height);
            }
            outcome
        });
        let Some(outcome) = outcome else { return false };
        for intent in &outcome.intents {
            match intent {
                Intent::Open(_) => self.opened.update(|times| *times += 1),
                Intent::PutDown => self.keep_places(),
                Intent::Look(_) | Intent::Select(_) | Intent::Hover(_) | Intent::Frame(_) | Intent::PickUp(_) | Intent::Place(..) => {}
            }
        }
        outcome.taken
    }

    /// Shows a tool; nothing where there is none. The same drawing in a new version keeps camera, selection and places.
    pub(crate) fn show(self, drawing: Option<(Drawing, &Tool)>) {
        self.with(|inner| {
            let (shown, tool) = drawing.unzip();
            let fresh = inner.shown != shown;
            let places = shown.as_ref().and_then(|shown| inner.places.get(shown));
            let empty = Places::new();
            let scene = tool.map(|tool| Scene::from_tool(tool, places.unwrap_or(&empty), summary::of)).unwrap_or_default();
            inner.canvas.show(scene, fresh);
            inner.shown = shown;
        });
        self.publish_order();
    }

    /// Sets the state of a node in the present run, and a word on it.
    pub(crate) fn set_status(self, id: &NodeId, status: Status, note: &str) {
        self.with(|inner| inner.canvas.set_status(id, status, note));
    }

    /// Marks the nodes in which a problem was found.
    pub(crate) fn set_faulty(self, is_faulty: impl Fn(&NodeId) -> bool) {
        self.with(|inner| inner.canvas.set_faulty(is_faulty));
    }

    /// Selects a node and brings it into view.
    pub(crate) fn select(self, id: &NodeId) {
        self.with(|inner| inner.canvas.select_id(id.as_str()));
    }

    pub(crate) fn spot(self, pixel: Pixel) -> graph::Spot {
        let at = self.with(|inner| inner.canvas.camera().to_world(pixel)).unwrap_or_default();
        graph::Spot { x: at.x.into(), y: at.y.into() }
    }

    pub(crate) fn middle(self) -> graph::Spot {
        graph::Spot::default()
    }

    pub(crate) fn unplaced(self) -> Vec<(NodeId, graph::Spot)> {
        Vec::new()
    }

    pub(crate) fn fit_selection(self) {}

    pub(crate) fn choose(self, _chosen: &Chosen) {}

    pub(crate) fn on_wish(self, _: impl Fn(crate::wish::Wish) + 'static) {}

    /// Selects nothing.
    pub(crate) fn clear_selection(self) {
        self.with(|inner| inner.canvas.select(Vec::new()));
    }

    /// Looks nearer or further by a factor, about the middle.
    pub(crate) fn zoom_by(self, factor: f64) {
        self.with(|inner| {
            let camera = *inner.canvas.camera();
            inner.canvas.look(camera.zoomed(camera.middle(), factor));
        });
    }

    /// Looks at this many pixels a unit, about the middle.
    pub(crate) fn zoom_to(self, zoom: f64) {
        self.with(|inner| {
            let camera = *inner.canvas.camera();
            inner.canvas.look(camera.zoomed_to(camera.middle(), zoom));
        });
    }

    /// Shows all of the drawing.
    pub(crate) fn fit(self) {
        self.with(|inner| inner.canvas.fit());
    }

    /// The page's colours or fonts changed.
    pub(crate) fn restyle(self) {
        self.with(|inner| {
            inner.canvas.repaint();
            if let Some(painter) = &mut inner.painter {
                painter.restyle();
            }
        });
    }

    /// Does something with what is inside, and has it painted with the next frame.
    fn with<T>(self, work: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        let mut asks = false;
        let result = self.inner.try_update_value(|inner| {
            let result = work(inner);
            asks = !std::mem::replace(&mut inner.frame_asked, true);
            result
        });
        if asks {
            request_animation_frame(move || self.frame());
        }
        result
    }

    /// Paints what is out of date, and publishes what changed.
    fn frame(self) {
        self.inner.try_update_value(|inner| {
            inner.frame_asked = false;
            take_queued(inner);
            let layers = inner.canvas.take_damage();
            if let Some(painter) = &mut inner.painter {
                painter.paint(&inner.canvas, &layers);
            }
            if let (true, Some(live)) = (layers.camera, &inner.live_layer) {
                let camera = inner.canvas.camera();
                let Pixel { x, y } = camera.to_screen(canvas::pt(0.0, 0.0));
                // A transform that is well formed is never refused.
                live.style().set_property("transform", &format!("translate({x}px, {y}px) scale({})", camera.zoom)).unwrap_or_default();
            }
        });
        self.publish();
    }

    fn publish(self) {
        let published = self.inner.try_with_value(|inner| {
            let canvas = &inner.canvas;
            let current = canvas.selected().last().and_then(|key| Some((key.number(), canvas.scene().id(*key)?.clone())));
            let live = canvas
                .live()
                .into_iter()
                .filter_map(|key| Some(Live { id: canvas.scene().id(key)?.clone(), rect: canvas.scene().rect(key)? }));
            let zoom = (canvas.camera().zoom * 100.0).round() as u32;
            (current, canvas.selected().len(), live.collect::<Vec<_>>(), zoom, grip(canvas))
        });
        let Some((current, selected, live, zoom, grip)) = published else { return };
        set_if_new(self.current, current);
        set_if_new(self.selected, selected);
        set_if_new(self.live, live);
        set_if_new(self.zoom, zoom);
        set_if_new(self.grip, grip);
    }

    fn publish_order(self) {
        let order = self.inner.try_with_value(|inner| {
            let scene = inner.canvas.scene();
            reading_order(scene).into_iter().filter_map(|key| Some((key.number(), scene.id(key)?.clone()))).collect::<Vec<_>>()
        });
        set_if_new(self.order, Arc::new(order.unwrap_or_default()));
    }

    fn keep_places(self) {
        self.with(|inner| {
            if let Some(shown) = inner.shown.clone() {
                inner.places.insert(shown, inner.canvas.scene().places());
            }
        });
        self.publish_order();
    }
}

fn take_queued(inner: &mut Inner) {
    if let Some(input) = inner.queued.take() {
        // A move picks nodes up, but neither puts them down nor opens one: nobody waits for what it means.
        inner.canvas.handle(&input);
    }
}

fn same_pointer(before: &Input, now: &Input) -> bool {
    matches!((&before.event, &now.event), (Event::Move(one, _), Event::Move(other, _)) if one == other)
}

fn grip(canvas: &Canvas) -> Grip {
    match canvas.gesture() {
        Gesture::Panning(_) | Gesture::Pinching(_) | Gesture::Dragging(_) => Grip::Held,
        Gesture::Idle(_) | Gesture::Pending(_) if canvas.is_space_held() => Grip::Ready,
        Gesture::Idle(_) | Gesture::Pending(_) if canvas.hover().node().is_some() => Grip::OnNode,
        Gesture::Idle(_) | Gesture::Pending(_) | Gesture::Framing(_) | Gesture::Nudging(_) => Grip::Free,
    }
}

fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
