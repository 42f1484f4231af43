//! Holds the canvas and its painter between inputs and frames, and publishes as signals what views draw: never a place or a
//! size by the frame, but of items that are being moved. What gestures ask of the graph, it hands on as wishes.

mod asking;
#[cfg(test)]
mod sequences;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use canvas::{
    Alignment, Axis, Canvas, Detail, EdgeStyle, Event, Gesture, Handle, Hit, Input, Intent, Map, NodeKey, Pixel, Rect, Scene, Selection,
    Status, Stop, reading_order,
};
use graph::{Bookmark, ItemContent, ItemId, NodeId, Port, Spot, Tool, ToolName};
use leptos::prelude::*;
use protocol::GraphId;
use web_sys::{HtmlCanvasElement, HtmlElement};

use crate::painter::{Loader, Painter};
use crate::signal::{after_frame, keep_if_new, set_if_new};
use crate::wish::{Outlet, Wish};

/// What became of what is shown.
enum Shown {
    /// It is the same.
    Same,
    /// It is the same drawing, changed.
    Changed,
    /// It is another drawing.
    Other,
}

/// Which drawing is on the stage.
pub(crate) type Drawing = (GraphId, ToolName);

/// The room around what is shown whole, in CSS pixels.
const FIT_MARGIN: f32 = 48.0;

/// An item that is being written in, over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    /// The item.
    pub(crate) id: ItemId,
    /// Where it is, in the world.
    pub(crate) rect: Rect,
}
/// How long a node has to run before it gets an element of its own, in milliseconds: what is over sooner would only flicker, and
/// there may be hundreds of those a second.
const LIVE_AFTER_MS: f64 = 150.0;
/// How long the list of nodes may be that of a moment ago, in milliseconds: nobody reads it while a hand moves things.
const ORDER_AFTER_MS: u64 = 60;
/// How long the canvas's area is taken to stand where it was found, in milliseconds.
const CORNER_MS: f64 = 250.0;
/// How long what is at rest may be shown in another size than it was painted in, in milliseconds.
const SHARP_AFTER_MS: u64 = 200;

/// What is done with a wish.
type OnWish = Rc<dyn Fn(Wish)>;

/// A node that has an element of its own over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Live {
    /// The node.
    pub(crate) id: NodeId,
    /// Its card, in the world.
    pub(crate) rect: Rect,
}

/// A note that is in view near enough to be read: its text is an element over the canvas.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LiveNote {
    /// The note.
    pub(crate) id: ItemId,
    /// Where it is, in the world.
    pub(crate) rect: Rect,
    /// Its text, in Markdown.
    pub(crate) text: String,
}

/// What is selected, in the graph's names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Chosen {
    /// The nodes; the last is the current one.
    pub(crate) nodes: Vec<NodeId>,
    /// Notes, frames and pictures.
    pub(crate) items: Vec<ItemId>,
    /// Where the selected edge leaves.
    pub(crate) edge: Option<Outlet>,
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
    /// The pointer is over a node, an edge or an item.
    OnNode,
    /// A drag would draw an edge, or one is being drawn.
    OnPort,
    /// A drag would move this side or corner of an item.
    OnHandle(Handle),
}

/// A node as the accessible list has it: the number in its element's id, and its id in the graph.
pub(crate) type Entry = (u64, NodeId);

/// The same with its card's place in the world.
pub(crate) type Placed = (Entry, Rect);

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    inner: StoredValue<Inner, LocalStorage>,
    /// The current node.
    pub(crate) current: RwSignal<Option<Entry>>,
    /// How many nodes are selected.
    pub(crate) selected: RwSignal<usize>,
    /// All that is selected.
    pub(crate) chosen: RwSignal<Arc<Chosen>>,
    /// The nodes with elements over the canvas.
    pub(crate) live: RwSignal<Vec<Live>>,
    /// The notes with elements over the canvas.
    pub(crate) notes: RwSignal<Vec<LiveNote>>,
    /// The zoom in percent.
    pub(crate) zoom: RwSignal<u32>,
    /// For the pointer's shape.
    pub(crate) grip: RwSignal<Grip>,
    /// All nodes, in the order in which one reads them, where they stand once they are put down; as of up to [`ORDER_AFTER_MS`] ago.
    pub(crate) order: RwSignal<Arc<Vec<Placed>>>,
    /// Grows each time that a person asks to see the current node closely.
    pub(crate) opened: RwSignal<usize>,
    /// The item that a person last asked to see and change, and how often one was asked for.
    pub(crate) opened_item: RwSignal<(usize, Option<ItemId>)>,
    /// The note or frame that is being written in.
    pub(crate) written: RwSignal<Option<Written>>,
    /// Whether the small picture of the whole is wanted.
    pub(crate) overview: RwSignal<bool>,
    /// Whether that picture would show more than the canvas does.
    pub(crate) has_more: RwSignal<bool>,
    /// How edges are drawn.
    pub(crate) edge_style: RwSignal<EdgeStyle>,
    /// What is going on, for those who do not see it.
    pub(crate) told: RwSignal<String>,
}

#[derive(Default)]
struct Inner {
    canvas: Canvas,
    painter: Option<Painter>,
    live_layer: Option<HtmlElement>,
    shown: Option<Drawing>,
    /// The selection that was last published.
    published: Option<Selection>,
    /// The rectangle around everything.
    whole: Option<Rect>,
    on_wish: Option<OnWish>,
    /// How the pictures of drawings are had.
    loader: Option<Loader>,
    /// From where one looked before two versions were compared.
    kept_camera: Option<canvas::Camera>,
    /// The nodes in view that run, and since when they were seen to, in milliseconds of the page's clock.
    running: Vec<(NodeKey, f64)>,
    /// Whether the small picture of the whole has something to show that it was not drawn with yet.
    map_waits: bool,
    /// Whether a frame is asked for later on, for those that have not run for long yet and for that picture.
    looks_again: bool,
    /// Whether what was selected last is told only once the canvas has shown it.
    is_in_passing: bool,
    /// Where the area's corner was found in the window, and when, in milliseconds.
    corner: Option<((f64, f64), f64)>,
    /// Whether the order of the nodes is to be published later on.
    order_waits: bool,
    /// Whether what is at rest is to be painted to the pixel later on.
    sharpens: bool,
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
            live: RwSignal::new(Vec::new()),
            notes: RwSignal::new(Vec::new()),
            zoom: RwSignal::new(100),
            grip: RwSignal::new(Grip::Free),
            order: RwSignal::new(Arc::default()),
            opened: RwSignal::new(0),
            opened_item: RwSignal::new((0, None)),
            written: RwSignal::new(None),
            overview: RwSignal::new(true),
            has_more: RwSignal::new(false),
            edge_style: RwSignal::new(EdgeStyle::default()),
            told: RwSignal::new(String::new()),
        }
    }

    /// Has this done with each wish from now on.
    pub(crate) fn on_wish(self, callback: impl Fn(Wish) + 'static) {
        self.with(|inner| inner.on_wish = Some(Rc::new(callback)));
    }

    /// Has the pictures of drawings by this from now on.
    pub(crate) fn on_picture(self, loader: Loader) {
        self.with(|inner| inner.loader = Some(loader));
    }

    /// Takes the elements to paint on. Says whether the browser can.
    pub(crate) fn attach(self, base: HtmlCanvasElement, overlay: HtmlCanvasElement, live: HtmlElement) -> bool {
        let loader = self.with(|inner| inner.loader.clone()).flatten();
        let painter = Painter::new(base, overlay, loader, move || self.repaint());
        let can_paint = painter.is_some();
        self.with(|inner| {
            inner.painter = painter;
            inner.live_layer = Some(live);
            inner.canvas.repaint();
        });
        can_paint
    }

    /// Where the area's upper left corner is in the window: as it was found within [`CORNER_MS`], or by asking, which has the page
    /// laid out. `now` is a time in milliseconds.
    pub(crate) fn corner(self, now: f64, ask: impl FnOnce() -> (f64, f64)) -> (f64, f64) {
        let known = self.inner.try_with_value(|inner| inner.corner).flatten().filter(|(_, since)| now - since < CORNER_MS);
        known.map(|(corner, _)| corner).unwrap_or_else(|| {
            let corner = ask();
            self.inner.update_value(|inner| inner.corner = Some((corner, now)));
            corner
        })
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
            inner.corner.take_if(|_| matches!(input.event, Event::Resize(..)));
            if let (Event::Resize(width, height), Some(painter)) = (&input.event, &mut inner.painter) {
                painter.resize(*width, *height);
            }
            outcome
        });
        let Some(outcome) = outcome else { return false };
        outcome.intents.iter().for_each(|intent| self.hand_on(intent));
        outcome.taken
    }

    /// Tells the page of an intent, where it is more than looking and moving.
    fn hand_on(self, intent: &Intent) {
        match intent {
            Intent::Open(_) => self.opened.update(|times| *times += 1),
            Intent::OpenItem(key) => {
                if let Some(id) = self.with(|inner| inner.canvas.scene().item(*key).map(|item| item.id.clone())).flatten() {
                    self.open_item(id);
                }
            }
            Intent::Overview => self.overview.update(|shown| *shown = !*shown),
            _ => {}
        }
        let asked = self.with(|inner| Some((inner.on_wish.clone()?, asking::wish(&inner.canvas, intent)?))).flatten();
        if matches!(intent, Intent::Moved(..) | Intent::InsertOn { .. }) {
            self.publish_order_soon();
        }
        // Outside of what holds the canvas: what is done with the wish may well show something else on it.
        if let Some((on_wish, wish)) = asked {
            on_wish(wish);
        }
    }

    /// Shows a tool where its drawing says; nothing where there is none. Another version of the same drawing changes only what
    /// differs, and keeps camera, selection and what is under way.
    pub(crate) fn show(self, drawing: Option<(Drawing, &Tool, Option<&graph::Drawing>)>) {
        let changed = self.with(|inner| {
            let Some((shown, tool, places)) = drawing else {
                inner.shown = None;
                inner.canvas.show(Scene::default());
                return Shown::Other;
            };
            let none = graph::Drawing::default();
            let places = places.unwrap_or(&none);
            if inner.shown.as_ref() == Some(&shown) {
                return if inner.canvas.follow(tool, places, draw::face) { Shown::Changed } else { Shown::Same };
            }
            if let (Some(painter), true) = (&mut inner.painter, inner.shown.as_ref().is_none_or(|before| before.0 != shown.0)) {
                painter.forget_pictures();
            }
            inner.canvas.show(Scene::from_tool(tool, places, draw::face));
            if let Some(camera) = inner.kept_camera.take() {
                inner.canvas.look(camera);
            }
            inner.shown = Some(shown);
            // Keys of another drawing may be the same.
            inner.published = None;
            Shown::Other
        });
        match changed {
            Some(Shown::Other) => self.publish_order(),
            Some(Shown::Changed) => self.publish_order_soon(),
            Some(Shown::Same) | None => {}
        }
    }

    /// Shows two versions of a tool in one; the next drawing that is shown is seen from where one looks now.
    pub(crate) fn show_compared(self, before: (&Tool, &graph::Drawing), after: (&Tool, &graph::Drawing)) {
        self.with(|inner| {
            if inner.shown.take().is_some() {
                inner.kept_camera = Some(*inner.canvas.camera());
            }
            inner.canvas.show(Scene::compared(before, after, draw::face));
        });
        self.written.set(None);
        self.publish_order();
    }

    /// Shows several drawings in one; looked at whole at first, and from where one looks when it is shown again.
    pub(crate) fn show_board(self, scene: Scene, is_first: bool) {
        self.with(|inner| {
            let camera = *inner.canvas.camera();
            (inner.shown, inner.kept_camera, inner.published) = (None, None, None);
            inner.canvas.show(scene);
            if !is_first {
                inner.canvas.look(camera);
            }
        });
        self.written.set(None);
        self.publish_order();
    }

    /// Takes an item to be seen and changed: a note and a frame where they stand, a picture in the inspector.
    pub(crate) fn open_item(self, id: ItemId) {
        let written = self.with(|inner| {
            let item = inner.canvas.scene().find_item(id.as_str())?;
            let (rect, is_text) = (item.rect, !matches!(item.content, ItemContent::Picture { .. }));
            if is_text {
                reveal(&mut inner.canvas, &rect);
            }
            is_text.then(|| Written { id: id.clone(), rect })
        });
        match written.flatten() {
            Some(written) => self.written.set(Some(written)),
            None => self.opened_item.update(|(times, item)| (*times, *item) = (*times + 1, Some(id))),
        }
    }

    /// Where one looks: for a bookmark.
    pub(crate) fn place(self) -> Bookmark {
        let place = self.with(|inner| (inner.canvas.camera().visible().center(), inner.canvas.camera().zoom));
        let (at, zoom) = place.unwrap_or_default();
        Bookmark { at: Spot { x: at.x, y: at.y }, zoom }
    }

    /// Looks at a place that was kept.
    pub(crate) fn look_at(self, place: &Bookmark) {
        self.with(|inner| {
            let camera = inner.canvas.camera().zoomed_to(inner.canvas.camera().middle(), place.zoom);
            let middle = camera.visible().center();
            let origin = camera.origin.offset(place.at.x - middle.x, place.at.y - middle.y);
            inner.canvas.look(canvas::Camera { origin, ..camera });
        });
    }

    /// What is on the canvas as SVG: all, or only what is selected.
    pub(crate) fn svg(self, title: &str, is_dark: bool, only_selected: bool, fonts: &str) -> String {
        let svg = self.with(|inner| {
            let chosen = asking::chosen(&inner.canvas);
            let part = if only_selected { draw::Part::Only { nodes: chosen.nodes, items: chosen.items } } else { draw::Part::Whole };
            let look = if is_dark { draw::Look::dark() } else { draw::Look::light() };
            let painter = inner.painter.as_ref();
            let pictures = |src: &str| painter.and_then(|painter| painter.picture(src));
            draw::svg(inner.canvas.scene(), draw::Svg { title, look: &look, part: &part, pictures: &pictures, fonts })
        });
        svg.unwrap_or_default()
    }

    /// Every node that stands where the layout has put it: to be kept with the first that is placed by hand.
    pub(crate) fn unplaced(self) -> Vec<(NodeId, Spot)> {
        self.with(|inner| asking::unplaced(&inner.canvas)).unwrap_or_default()
    }

    /// Where on the canvas a place of its area is, in CSS pixels.
    pub(crate) fn spot(self, pixel: Pixel) -> Spot {
        let at = self.with(|inner| inner.canvas.camera().to_world(pixel)).unwrap_or_default();
        Spot { x: at.x, y: at.y }
    }

    /// The middle of what is in view.
    pub(crate) fn middle(self) -> Spot {
        let at = self.with(|inner| inner.canvas.camera().visible().center()).unwrap_or_default();
        Spot { x: at.x, y: at.y }
    }

    /// Brings the selected nodes and items in line.
    pub(crate) fn align(self, by: Alignment) {
        self.arrange(|canvas| canvas.align(by));
    }

    /// Shares out the room between the selected nodes and items.
    pub(crate) fn distribute(self, axis: Axis) {
        self.arrange(|canvas| canvas.distribute(axis));
    }

    /// Lays out the selected nodes, or all.
    pub(crate) fn tidy(self) {
        self.arrange(Canvas::tidy);
    }

    fn arrange(self, arrange: impl FnOnce(&mut Canvas) -> Option<Intent>) {
        if let Some(moved) = self.with(|inner| arrange(&mut inner.canvas)).flatten() {
            self.hand_on(&moved);
        }
    }

    /// Draws edges in the other style.
    pub(crate) fn toggle_edge_style(self) {
        let style = match self.edge_style.get_untracked() {
            EdgeStyle::Bezier => EdgeStyle::Orthogonal,
            EdgeStyle::Orthogonal => EdgeStyle::Bezier,
        };
        self.edge_style.set(style);
        self.with(|inner| inner.canvas.set_edge_style(style));
    }

    /// Takes the element for the small picture of the whole, or gives it back.
    pub(crate) fn attach_map(self, element: Option<HtmlCanvasElement>) {
        self.with(|inner| {
            if let Some(painter) = &mut inner.painter {
                painter.attach_map(element);
            }
        });
    }

    /// Looks at what is at this place of the small picture.
    pub(crate) fn look_on_map(self, at: Pixel) {
        self.with(|inner| {
            if let Some(camera) = inner.painter.as_ref().and_then(|painter| painter.look_on_map(inner.canvas.camera(), at)) {
                inner.canvas.look(camera);
            }
        });
    }

    /// Sets the state of a node in the present run, and a word on it.
    pub(crate) fn set_status(self, id: &NodeId, status: Status, note: &str) {
        self.with(|inner| inner.canvas.set_status(id, status, note));
    }

    /// Writes at the edges that leave a node how often each was taken in the present run; nothing for 0.
    pub(crate) fn set_counts(self, from: &NodeId, count: impl Fn(Port) -> u32) {
        self.with(|inner| inner.canvas.set_counts(from, count));
    }

    /// Draws a run, and nothing of another.
    pub(crate) fn set_run(self, node: impl Fn(&NodeId) -> (Status, String), edge: impl Fn(&NodeId, Port) -> u32) {
        self.with(|inner| inner.canvas.set_run(node, edge));
    }

    /// Shows no run.
    pub(crate) fn clear_run(self) {
        self.with(|inner| inner.canvas.clear_run());
    }

    /// The place nearest to this one at which a new node covers no other.
    pub(crate) fn free_spot(self, wish: Spot) -> Spot {
        let found = self.with(|inner| inner.canvas.scene().free_spot(canvas::pt(wish.x, wish.y)));
        found.map_or(wish, |at| Spot { x: at.x.round(), y: at.y.round() })
    }

    /// Marks the nodes in which a problem was found.
    pub(crate) fn set_faulty(self, is_faulty: impl Fn(&NodeId) -> bool) {
        self.with(|inner| inner.canvas.set_faulty(is_faulty));
    }

    /// Draws these breakpoints, and no other.
    pub(crate) fn set_stops(self, node: impl Fn(&NodeId) -> Option<Stop>, edge: impl Fn(&NodeId, Port) -> Option<Stop>) {
        self.with(|inner| inner.canvas.set_stops(node, edge));
    }

    /// Shows how often tests walked through nodes and along edges; nothing where that is none.
    pub(crate) fn set_walked(self, node: impl Fn(&NodeId) -> Option<u32>, edge: impl Fn(&NodeId, Port) -> Option<u32>) {
        self.with(|inner| inner.canvas.set_walked(node, edge));
    }

    /// Draws a run as held before this node, or before none.
    pub(crate) fn set_held(self, id: Option<&NodeId>) {
        self.with(|inner| inner.canvas.set_held(id));
    }

    /// Selects a node and brings it into view.
    pub(crate) fn select(self, id: &NodeId) {
        self.with(|inner| inner.canvas.select_id(id.as_str()));
    }

    /// Selects a node and brings it into view as a run comes to it: the canvas shows it first, and panels follow, which take longer.
    pub(crate) fn select_in_passing(self, id: &NodeId) {
        self.with(|inner| {
            inner.canvas.select_id(id.as_str());
            inner.is_in_passing = true;
        });
    }

    /// Selects these, as many as are there.
    pub(crate) fn choose(self, chosen: &Chosen) {
        self.with(|inner| {
            let scene = inner.canvas.scene();
            let nodes = chosen.nodes.iter().filter_map(|id| scene.find(id.as_str())).collect();
            let items = chosen.items.iter().filter_map(|id| scene.find_item(id.as_str())).map(|item| item.key).collect();
            let edge = chosen.edge.as_ref().and_then(|edge| scene.edge_from(scene.find(edge.node.as_str())?, edge.port));
            inner.canvas.select(Selection { nodes, items, edge });
        });
    }

    /// Where a node is in the canvas's area, in CSS pixels: from the left, from the top, its width and its height.
    pub(crate) fn on_page(self, id: &NodeId) -> Option<(f64, f64, f64, f64)> {
        let found = self.inner.try_with_value(|inner| {
            let (scene, camera) = (inner.canvas.scene(), inner.canvas.camera());
            let rect = scene.rect(scene.find(id.as_str())?)?;
            let Pixel { x, y } = camera.to_screen(canvas::pt(rect.x, rect.y));
            Some((f64::from(x), f64::from(y), rect.w * camera.zoom, rect.h * camera.zoom))
        });
        found.flatten()
    }

    /// The rectangle around all that is selected; none where nothing is.
    pub(crate) fn chosen_rect(self) -> Option<Rect> {
        let around = self.with(|inner| {
            let (scene, selection) = (inner.canvas.scene(), inner.canvas.selection());
            let nodes = selection.nodes.iter().filter_map(|key| scene.rect(*key));
            let items = selection.items.iter().filter_map(|key| scene.item(*key)).map(|item| item.rect);
            nodes.chain(items).reduce(|one, other| one.union(&other))
        });
        around.flatten()
    }

    /// Shows all that is selected.
    pub(crate) fn fit_selection(self) {
        if let Some(around) = self.chosen_rect() {
            self.with(|inner| {
                let camera = *inner.canvas.camera();
                inner.canvas.look(camera.fitted(&around, FIT_MARGIN, 1.0));
            });
        }
    }

    /// Selects nothing.
    pub(crate) fn clear_selection(self) {
        self.with(|inner| inner.canvas.select(Selection::default()));
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

    /// Something that is painted came late, such as a picture.
    fn repaint(self) {
        self.with(|inner| inner.canvas.repaint());
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
            request_animation_frame(move || self.flush());
        }
        result
    }

    /// Paints at once what would be painted in the next frame: for who acts within a frame.
    pub(crate) fn flush(self) {
        if self.inner.try_with_value(|inner| inner.frame_asked) == Some(true) {
            self.frame();
        }
    }

    /// Paints what is out of date, and publishes what changed.
    fn frame(self) {
        let is_coarse = self.inner.try_update_value(|inner| {
            let mut is_coarse = false;
            inner.frame_asked = false;
            take_queued(inner);
            let layers = inner.canvas.take_damage();
            if layers.scene {
                inner.whole = inner.canvas.scene().bounds();
            }
            if let Some(painter) = &mut inner.painter {
                is_coarse = painter.paint(&inner.canvas, &layers);
                inner.map_waits = painter.paint_map(&inner.canvas, &layers, now_ms());
            }
            if let (true, Some(live)) = (layers.camera, &inner.live_layer) {
                let camera = inner.canvas.camera();
                let Pixel { x, y } = camera.to_screen(canvas::pt(0.0, 0.0));
                // A transform that is well formed is never refused.
                live.style().set_property("transform", &format!("translate({x}px, {y}px) scale({})", camera.zoom)).unwrap_or_default();
            }
            is_coarse && !std::mem::replace(&mut inner.sharpens, is_coarse)
        });
        if is_coarse == Some(true) {
            let sharpen = move || {
                self.with(|inner| {
                    inner.sharpens = false;
                    inner.canvas.sharpen();
                });
            };
            set_timeout(sharpen, Duration::from_millis(SHARP_AFTER_MS));
        }
        self.publish();
    }

    fn publish(self) {
        let published = self.inner.try_update_value(|inner| {
            let canvas = &inner.canvas;
            let scene = canvas.scene();
            let current = canvas.selected().last().and_then(|key| Some((key.number(), scene.id(*key)?.clone())));
            let (lasting, is_early) = lasting(&mut inner.running, &canvas.live(), now_ms());
            let asks_again = (is_early || inner.map_waits) && !std::mem::replace(&mut inner.looks_again, true);
            let live = lasting.into_iter().filter_map(|key| Some(Live { id: scene.id(key)?.clone(), rect: scene.rect(key)? }));
            let zoom = (canvas.camera().zoom * 100.0).round() as u32;
            let has_more = !Map::is_needless(inner.whole, canvas.camera());
            // What a frame selects while it is drawn changes with every input, and panels would be built for each of them.
            let is_new = !matches!(canvas.gesture(), Gesture::Framing(_)) && inner.published.as_ref() != Some(canvas.selection());
            let chosen = is_new.then(|| asking::chosen(canvas));
            let current = is_new.then_some(current);
            let published = (current, canvas.selected().len(), live.collect::<Vec<_>>(), notes(canvas), zoom, grip(canvas), has_more);
            let is_here =
                |written: &Written| scene.find_item(written.id.as_str()).map(|item| Written { rect: item.rect, ..written.clone() });
            let written = self.written.with_untracked(|written| written.as_ref().and_then(is_here));
            let told = asking::told(canvas);
            if is_new {
                inner.published = Some(canvas.selection().clone());
            }
            (published, chosen, (told, written, asks_again, std::mem::take(&mut inner.is_in_passing), inner.order_waits))
        });
        let Some((published, chosen, (told, written, asks_again, is_in_passing, order_waits))) = published else { return };
        let (current, selected, live, notes, zoom, grip, has_more) = published;
        // A node that was just added is in the list before it is said to be the current one.
        let is_listed = |entry: &Entry| self.order.with_untracked(|order| order.iter().any(|(other, _)| other == entry));
        if order_waits && current.as_ref().is_some_and(|current| current.as_ref().is_some_and(|entry| !is_listed(entry))) {
            self.publish_order();
        }
        if asks_again {
            let look = move || {
                self.with(|inner| inner.looks_again = false);
            };
            set_timeout(look, Duration::from_millis(LIVE_AFTER_MS as u64));
        }
        let is_current = current.is_none_or(|current| keep_if_new(self.current, current));
        let is_counted = keep_if_new(self.selected, selected);
        set_if_new(self.live, live);
        set_if_new(self.notes, notes);
        set_if_new(self.zoom, zoom);
        set_if_new(self.grip, grip);
        set_if_new(self.has_more, has_more);
        set_if_new(self.told, told);
        set_if_new(self.written, written);
        let is_chosen = chosen.is_none_or(|chosen| keep_if_new(self.chosen, Arc::new(chosen)));
        let tell = move || {
            if !is_current {
                self.current.notify();
            }
            if !is_counted {
                self.selected.notify();
            }
            if !is_chosen {
                self.chosen.notify();
            }
        };
        if is_in_passing { after_frame(tell) } else { tell() }
    }

    /// Publishes the order of the nodes once there is time: it takes as long as there are nodes.
    fn publish_order_soon(self) {
        let is_first = self.inner.try_update_value(|inner| !std::mem::replace(&mut inner.order_waits, true));
        if is_first == Some(true) {
            set_timeout(move || self.publish_order(), Duration::from_millis(ORDER_AFTER_MS));
        }
    }

    fn publish_order(self) {
        let order = self.inner.try_update_value(|inner| {
            inner.order_waits = false;
            let scene = inner.canvas.scene();
            let placed = |key: canvas::NodeKey| Some(((key.number(), scene.id(key)?.clone()), scene.rect(key)?));
            reading_order(scene).into_iter().filter_map(placed).collect::<Vec<_>>()
        });
        set_if_new(self.order, Arc::new(order.unwrap_or_default()));
    }
}

/// Brings a rectangle into view, near enough to be read.
fn reveal(canvas: &mut Canvas, rect: &Rect) {
    let camera = *canvas.camera();
    let near = if canvas.detail() == Detail::Card { camera } else { camera.zoomed_to(camera.to_screen(rect.center()), 1.0) };
    canvas.look(near.revealing(rect, FIT_MARGIN));
}

fn take_queued(inner: &mut Inner) {
    if let Some(input) = inner.queued.take() {
        // A move picks things up, but neither puts them down nor asks for anything: nobody waits for what it means.
        inner.canvas.handle(&input);
    }
}

/// The time of the page's clock, in milliseconds.
fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Which of those that run have done so for long enough, by when each was first seen to; and whether there are others.
fn lasting<K: Copy + PartialEq>(running: &mut Vec<(K, f64)>, seen: &[K], now: f64) -> (Vec<K>, bool) {
    let since = |key: K| running.iter().find(|(other, _)| *other == key).map_or(now, |(_, since)| *since);
    *running = seen.iter().map(|key| (*key, since(*key))).collect();
    let lasting: Vec<K> = running.iter().filter(|(_, since)| now - since >= LIVE_AFTER_MS).map(|(key, _)| *key).collect();
    let has_others = lasting.len() < running.len();
    (lasting, has_others)
}

fn same_pointer(before: &Input, now: &Input) -> bool {
    matches!((&before.event, &now.event), (Event::Move(one, _), Event::Move(other, _)) if one == other)
}

fn grip(canvas: &Canvas) -> Grip {
    match canvas.gesture() {
        Gesture::Panning(_) | Gesture::Pinching(_) | Gesture::Dragging(_) => Grip::Held,
        Gesture::Connecting(_) => Grip::OnPort,
        Gesture::Idle(_) | Gesture::Pending(_) if canvas.is_space_held() => Grip::Ready,
        Gesture::Idle(_) | Gesture::Pending(_) | Gesture::Resizing(_) => match canvas.hover() {
            Hit::Port(..) | Hit::End(..) => Grip::OnPort,
            Hit::Handle(_, handle) => Grip::OnHandle(handle),
            Hit::Node(_) | Hit::Edge(_) => Grip::OnNode,
            Hit::Item(key) if canvas.scene().item(key).is_some_and(|item| !item.is_locked()) => Grip::OnNode,
            Hit::Item(_) | Hit::Nothing => Grip::Free,
        },
        Gesture::Framing(_) | Gesture::Nudging(_) | Gesture::Aiming(_) => Grip::Free,
    }
}

/// The notes that are in view and near enough to be read.
fn notes(canvas: &Canvas) -> Vec<LiveNote> {
    if canvas.detail() != Detail::Card {
        return Vec::new();
    }
    let seen = canvas.camera().visible();
    let notes = canvas.scene().items().iter().filter(|item| item.rect.touches(&seen));
    let live = notes.filter_map(|item| match &item.content {
        ItemContent::Note { text, .. } => Some(LiveNote { id: item.id.clone(), rect: item.rect, text: text.clone() }),
        ItemContent::Frame { .. } | ItemContent::Picture { .. } => None,
    });
    live.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_for_some_time_gets_an_element() {
        let mut running = Vec::new();
        for (now, seen, expected) in [
            (0.0, &['a'][..], (vec![], true)),
            (100.0, &['a', 'b'], (vec![], true)),
            (150.0, &['a', 'b'], (vec!['a'], true)),
            (260.0, &['b'], (vec!['b'], false)),
            (300.0, &['a'], (vec![], true)),
            (301.0, &[], (vec![], false)),
        ] {
            assert_eq!(lasting(&mut running, seen, now), expected, "{seen:?} run at {now} ms");
        }
    }
}
