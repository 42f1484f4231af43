//! The canvas: scene, camera, selection and gesture together, and what each change makes out of date. The one place where
//! intents are carried out. Knows nothing of how it is shown.

use std::collections::HashMap;

use graph::{Drawing, Node, NodeId, Port, Tool};

use crate::{
    Alignment, Axis, Camera, Damage, Detail, Draft, EdgeKey, EdgeStyle, Event, Face, Gesture, Guide, Hit, Input, Intent, ItemKey, Key,
    Layers, NodeKey, Point, Rect, Scene, Selection, Status, Step, Stop, View, align, distribute,
    gesture::{MARGIN, bring_into_view},
    layout::{self, Link},
    pt,
};

/// The most nodes that are shown as live elements at once.
pub const MOST_LIVE: usize = 60;

/// How far the sign at a node before which a run is held reaches beside and above it, in pixels.
pub const HELD_ROOM: (f64, f64) = (10.0, 36.0);

/// What came of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What it meant, in order. What looks, chooses or moves is already carried out.
    pub intents: Vec<Intent>,
    /// Whether it meant anything; if not, the page may use it.
    pub taken: bool,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    scene: Scene,
    camera: Camera,
    detail: Detail,
    selection: Selection,
    hover: Option<Hit>,
    frame: Option<Rect>,
    draft: Option<Draft>,
    guides: Vec<Guide>,
    /// The edge that what is dragged would go into.
    over: Option<EdgeKey>,
    /// In the order of their keys.
    lifted: Vec<NodeKey>,
    lifted_items: Vec<ItemKey>,
    /// The rectangle around where what is picked up was, and is put down.
    lifted_area: Option<Rect>,
    gesture: Gesture,
    space: bool,
    /// The whole is shown, also when the screen gets another size, until one looks elsewhere.
    is_fitted: bool,
    layers: Layers,
}

impl Canvas {
    /// The nodes and edges.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The camera.
    #[must_use]
    pub fn camera(&self) -> &Camera {
        &self.camera
    }

    /// How much of each node is drawn.
    #[must_use]
    pub fn detail(&self) -> Detail {
        self.detail
    }

    /// The selected nodes; the last is the current one.
    #[must_use]
    pub fn selected(&self) -> &[NodeKey] {
        &self.selection.nodes
    }

    /// The selected edge.
    #[must_use]
    pub fn selected_edge(&self) -> Option<EdgeKey> {
        self.selection.edge
    }

    /// All that is selected.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The edge that is being drawn.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref()
    }

    /// The lines that what is dragged is level with.
    #[must_use]
    pub fn guides(&self) -> &[Guide] {
        &self.guides
    }

    /// The edge that what is dragged would go into.
    #[must_use]
    pub fn over(&self) -> Option<EdgeKey> {
        self.over
    }

    /// What the pointer is over.
    #[must_use]
    pub fn hover(&self) -> Hit {
        self.hover.unwrap_or(Hit::Nothing)
    }

    /// The frame that is being drawn.
    #[must_use]
    pub fn frame(&self) -> Option<&Rect> {
        self.frame.as_ref()
    }

    /// The nodes that are picked up: the overlay shows them and their edges, the base leaves them out.
    #[must_use]
    pub fn lifted(&self) -> &[NodeKey] {
        &self.lifted
    }

    /// Whether a node is picked up.
    #[must_use]
    pub fn is_lifted(&self, key: NodeKey) -> bool {
        self.lifted.binary_search(&key).is_ok()
    }

    /// The items that are picked up.
    #[must_use]
    pub fn lifted_items(&self) -> &[ItemKey] {
        &self.lifted_items
    }

    /// The edges of the nodes that are picked up.
    #[must_use]
    pub fn lifted_edges(&self) -> Vec<EdgeKey> {
        let edges = self.lifted.iter().filter_map(|key| self.scene.row(*key)).flat_map(|row| &self.scene.nodes().edges[row]);
        let mut edges: Vec<EdgeKey> = edges.copied().collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The state of the present gesture.
    #[must_use]
    pub fn gesture(&self) -> &Gesture {
        &self.gesture
    }

    /// Whether a drag would pan wherever it begins.
    #[must_use]
    pub fn is_space_held(&self) -> bool {
        self.space
    }

    /// Shows another scene: all of it, and with nothing selected.
    pub fn show(&mut self, scene: Scene) {
        let style = self.scene.edge_style();
        self.scene = scene;
        self.scene.set_edge_style(style);
        self.selection = Selection::default();
        self.let_go();
        self.layers.add_all();
        self.layers.scene = true;
        self.fit();
    }

    /// Follows another version of what is shown, and says whether anything changed. What is there in both stays as it is seen:
    /// the selection, the states of the run, and what is under way, unless its end is gone.
    pub fn follow(&mut self, tool: &Tool, drawing: &Drawing, face: impl Fn(&Node) -> Face) -> bool {
        if !self.scene.follow(tool, drawing, (&self.lifted, &self.lifted_items), face) {
            return false;
        }
        let scene = &self.scene;
        self.selection.nodes.retain(|key| scene.row(*key).is_some());
        self.selection.items.retain(|key| scene.item(*key).is_some());
        self.selection.edge = self.selection.edge.filter(|key| scene.edge_row(*key).is_some());
        self.hover = None;
        let has_node = |key: NodeKey| scene.row(key).is_some();
        let is_whole = self.lifted.iter().all(|key| has_node(*key))
            && self.lifted_items.iter().all(|key| scene.item(*key).is_some())
            && self.over.is_none_or(|key| scene.edge_row(key).is_some())
            && self.draft.as_ref().is_none_or(|draft| {
                draft.from.is_none_or(|(node, port)| scene.output(node, port).is_some()) && draft.to.is_none_or(has_node)
            });
        if !is_whole {
            self.let_go();
        }
        self.layers.add_all();
        self.layers.scene = true;
        // Not for less than what would be out of sight: nothing moves under the hand of one who moves a node.
        let is_out_of_sight = self.scene.bounds().is_some_and(|all| !self.camera.visible().encloses(&all));
        if self.is_fitted && is_out_of_sight && matches!(self.gesture, Gesture::Idle(_)) {
            self.fit();
        }
        true
    }

    /// Ends whatever is under way, where it is.
    fn let_go(&mut self) {
        self.lifted.clear();
        self.lifted_items.clear();
        self.guides.clear();
        self.lifted_area = None;
        (self.hover, self.frame, self.draft, self.over) = (None, None, None, None);
        self.gesture = Gesture::default();
    }

    /// Draws edges in another style.
    pub fn set_edge_style(&mut self, style: EdgeStyle) {
        if self.scene.edge_style() != style {
            self.scene.set_edge_style(style);
            self.layers.add_all();
            self.layers.scene = true;
        }
    }

    /// Brings the selected nodes and items in line, and says what moved: to be kept.
    pub fn align(&mut self, by: Alignment) -> Option<Intent> {
        self.rearrange(|rects| align(rects, by))
    }

    /// Shares out the room between the selected nodes and items, and says what moved: to be kept.
    pub fn distribute(&mut self, axis: Axis) -> Option<Intent> {
        self.rearrange(|rects| distribute(rects, axis))
    }

    /// Lays the selected nodes out, or all where none is selected, and says what moved: to be kept. The rest stays, and what is
    /// laid out comes to stand where it was, lower down where that is taken.
    pub fn tidy(&mut self) -> Option<Intent> {
        let nodes = if self.selection.nodes.is_empty() { self.scene.nodes().keys.clone() } else { self.selection.nodes.clone() };
        let points = tidied(&self.scene, &nodes);
        self.move_to(nodes.into_iter().zip(points).collect(), Vec::new())
    }

    fn rearrange(&mut self, arrange: impl Fn(&[Rect]) -> Vec<Point>) -> Option<Intent> {
        let nodes: Vec<(NodeKey, Rect)> = self.selection.nodes.iter().filter_map(|key| Some((*key, self.scene.rect(*key)?))).collect();
        let items = self.selection.items.iter().filter_map(|key| self.scene.item(*key)).filter(|item| !item.is_locked());
        let items: Vec<(ItemKey, Rect)> = items.map(|item| (item.key, item.rect)).collect();
        let rects: Vec<Rect> = nodes.iter().map(|(_, rect)| *rect).chain(items.iter().map(|(_, rect)| *rect)).collect();
        let mut points = arrange(&rects).into_iter();
        let nodes = nodes.into_iter().map(|(key, _)| key).zip(points.by_ref()).collect();
        self.move_to(nodes, items.into_iter().map(|(key, _)| key).zip(points).collect())
    }

    /// Moves these as one gesture would, to whole units: so they are kept.
    fn move_to(&mut self, mut nodes: Vec<(NodeKey, Point)>, mut items: Vec<(ItemKey, Point)>) -> Option<Intent> {
        let places = nodes.iter_mut().map(|(_, to)| to).chain(items.iter_mut().map(|(_, to)| to));
        places.for_each(|to| *to = pt(to.x.round(), to.y.round()));
        let (nodes, items): (Vec<_>, Vec<_>) = (
            nodes.into_iter().filter(|(key, to)| self.scene.rect(*key).is_some_and(|rect| rect.origin() != *to)).collect(),
            items.into_iter().filter(|(key, to)| self.scene.item(*key).is_some_and(|item| item.rect.origin() != *to)).collect(),
        );
        if self.scene.is_still() || (nodes.is_empty() && items.is_empty()) {
            return None;
        }
        let (node_keys, item_keys): (Vec<NodeKey>, Vec<ItemKey>) =
            (nodes.iter().map(|(key, _)| *key).collect(), items.iter().map(|(key, _)| *key).collect());
        self.carry_out(&Intent::PickUp(node_keys.clone(), item_keys.clone()));
        // Their edges find their ways once all stand where they come to: as what is picked up is put down.
        let stale: Vec<EdgeKey> = nodes.into_iter().flat_map(|(key, to)| self.scene.put_node(key, to)).collect();
        for (key, to) in items {
            self.carry_out(&Intent::PlaceItem(key, to));
        }
        self.settle_with(stale);
        self.layers.overlay = Damage::All;
        Some(Intent::Moved(node_keys, item_keys))
    }

    /// Takes an input and carries out what it means.
    pub fn handle(&mut self, input: &Input) -> Outcome {
        match &input.event {
            Event::Resize(width, height) => {
                let resized = self.camera.resized(*width, *height);
                if self.is_fitted {
                    self.camera = resized;
                    self.fit();
                } else {
                    self.look(resized);
                }
                self.layers.add_all();
                return Outcome { intents: vec![Intent::Look(self.camera)], taken: true };
            }
            Event::Press(Key::Space) => self.space = true,
            Event::Release(Key::Space) | Event::Blur => self.space = false,
            _ => {}
        }
        let view = View { scene: &self.scene, camera: &self.camera, selection: &self.selection, space: self.space };
        let Step { next, intents, taken } = std::mem::take(&mut self.gesture).step(input, view);
        self.gesture = next;
        let before = self.overlay_rects();
        let changed: Vec<Intent> = intents.into_iter().filter(|intent| self.carry_out(intent)).collect();
        if !changed.is_empty() {
            self.damage_overlay(before);
        }
        Outcome { intents: changed, taken: taken || matches!(input.event, Event::Press(Key::Space)) }
    }

    /// Looks from another camera.
    pub fn look(&mut self, camera: Camera) {
        if camera != self.camera {
            self.is_fitted = false;
            let is_as_near = Camera { origin: camera.origin, ..self.camera } == camera;
            self.camera = camera;
            self.detail = self.detail.at(camera.zoom);
            if is_as_near {
                self.layers.add_pan();
            } else {
                self.layers.add_zoom();
            }
        }
    }

    /// Shows the whole scene, until one looks elsewhere; from where one was, where it is empty.
    pub fn fit(&mut self) {
        let is_sized = self.camera.width > 0.0 && self.camera.height > 0.0;
        if let Some(all) = self.scene.bounds().filter(|_| is_sized) {
            self.look(self.camera.fitted(&all, MARGIN, 1.0));
        }
        self.is_fitted = true;
    }

    /// Selects exactly one node, and brings it into view; nothing if there is none of this id.
    pub fn select_id(&mut self, id: &str) -> Option<NodeKey> {
        let key = self.scene.find(id)?;
        self.select(Selection::nodes(vec![key]));
        if let Some(Intent::Look(camera)) = self.scene.rect(key).and_then(|rect| bring_into_view(&self.camera, &rect)) {
            self.look(camera);
        }
        Some(key)
    }

    /// Selects exactly this.
    pub fn select(&mut self, selection: Selection) {
        let before = self.overlay_rects();
        if self.carry_out(&Intent::Select(selection)) {
            self.damage_overlay(before);
        }
    }

    /// Sets the state of a node in the present run, and a word on it. Only where it is seen, something is painted.
    pub fn set_status(&mut self, id: &NodeId, status: Status, note: &str) {
        let Some(key) = self.scene.find(id.as_str()) else { return };
        if self.scene.set_status(key, status, note) {
            self.damage_node(key);
        }
    }

    /// Writes at the edges that leave a node how often each was taken, by its port; nothing for 0.
    pub fn set_counts(&mut self, from: &NodeId, count: impl Fn(Port) -> u32) {
        let Some(from) = self.scene.find(from.as_str()) else { return };
        let leaving: Vec<EdgeKey> = self.scene.neighbours(from, true).map(|(edge, _)| edge).collect();
        for edge in leaving {
            self.set_count(edge, &count);
        }
    }

    fn set_count(&mut self, edge: EdgeKey, count: impl Fn(Port) -> u32) {
        let port = self.scene.edge_row(edge).map(|row| self.scene.edges().rows[row].port);
        if let Some(area) = port.and_then(|port| self.scene.set_count(edge, count(port))) {
            self.layers.base.add(area);
            self.layers.overlay.add(area);
        }
    }

    /// Draws a run, and nothing of another: how each node stands with what is noted at it, and how often each edge was taken that leaves
    /// a node by a port; nothing for 0.
    pub fn set_run(&mut self, node: impl Fn(&NodeId) -> (Status, String), edge: impl Fn(&NodeId, Port) -> u32) {
        for row in 0..self.scene.nodes().len() {
            let key = self.scene.nodes().keys[row];
            let (status, note) = node(&self.scene.nodes().texts[row].id);
            if self.scene.set_status(key, status, &note) {
                self.damage_node(key);
            }
        }
        for row in 0..self.scene.edges().rows.len() {
            let at = &self.scene.edges().rows[row];
            let (key, before) = (at.key, at.count);
            let count = self.scene.id(at.from).map_or(0, |from| edge(from, at.port));
            if before != count {
                self.set_count(key, |_| count);
            }
        }
    }

    /// Shows no run.
    pub fn clear_run(&mut self) {
        self.set_run(|_| (Status::Idle, String::new()), |_, _| 0);
    }

    /// Marks the nodes in which a problem was found, and no other.
    pub fn set_faulty(&mut self, is_faulty: impl Fn(&NodeId) -> bool) {
        for row in 0..self.scene.nodes().len() {
            let (key, faulty) = (self.scene.nodes().keys[row], is_faulty(&self.scene.nodes().texts[row].id));
            if self.scene.nodes().faulty[row] != faulty {
                self.scene.set_faulty(key, faulty);
                self.damage_node(key);
            }
        }
    }

    /// Draws these breakpoints, and no other: those before nodes, and those on the edges that leave a node by a port.
    pub fn set_stops(&mut self, node: impl Fn(&NodeId) -> Option<Stop>, edge: impl Fn(&NodeId, Port) -> Option<Stop>) {
        for row in 0..self.scene.nodes().len() {
            let key = self.scene.nodes().keys[row];
            let stop = node(&self.scene.nodes().texts[row].id);
            if self.scene.set_stop(key, stop) {
                self.damage_node(key);
            }
        }
        for row in 0..self.scene.edges().rows.len() {
            let at = &self.scene.edges().rows[row];
            let (key, bounds) = (at.key, at.bounds);
            let stop = self.scene.id(at.from).and_then(|from| edge(from, at.port));
            if self.scene.set_edge_stop(key, stop) {
                self.layers.base.add(bounds);
                self.layers.overlay.add(bounds);
            }
        }
    }

    /// Shows how often tests walked through nodes and along the edges that leave them by a port; nothing where that is none.
    pub fn set_walked(&mut self, node: impl Fn(&NodeId) -> Option<u32>, edge: impl Fn(&NodeId, Port) -> Option<u32>) {
        for row in 0..self.scene.nodes().len() {
            let key = self.scene.nodes().keys[row];
            let times = node(&self.scene.nodes().texts[row].id);
            if self.scene.set_walked(key, times) {
                self.damage_node(key);
            }
        }
        for row in 0..self.scene.edges().rows.len() {
            let at = &self.scene.edges().rows[row];
            let (key, times) = (at.key, self.scene.id(at.from).and_then(|from| edge(from, at.port)));
            if let Some(area) = self.scene.set_edge_walked(key, times) {
                self.layers.base.add(area);
                self.layers.overlay.add(area);
            }
        }
    }

    /// Draws a run as held before this node, or before none.
    pub fn set_held(&mut self, id: Option<&NodeId>) {
        let (before, now) = (self.scene.held(), id.and_then(|id| self.scene.find(id.as_str())));
        if before != now {
            let rects = self.overlay_rects();
            self.scene.set_held(now);
            self.damage_overlay(rects);
        }
    }

    /// Everything must be painted anew, as after a change of colours.
    pub fn repaint(&mut self) {
        self.layers.add_all();
    }

    /// What is at rest must be painted to the pixel, as after it was shown in another size for a moment.
    pub fn sharpen(&mut self) {
        self.layers.add_base();
    }

    /// What is out of date since the last call, as the camera sees it.
    pub fn take_damage(&mut self) -> Layers {
        let layers = std::mem::take(&mut self.layers);
        Layers { base: layers.base.seen_by(&self.camera), overlay: layers.overlay.seen_by(&self.camera), ..layers }
    }

    /// The nodes in view that move by themselves and so are worth an element of their own: those that run. At most
    /// [`MOST_LIVE`], in the order of painting.
    #[must_use]
    pub fn live(&self) -> Vec<NodeKey> {
        let running = self.scene.running_in(&self.camera.visible());
        running.into_iter().take(MOST_LIVE).map(|row| self.scene.nodes().keys[row]).collect()
    }

    /// Carries an intent out; says whether it changed anything, or asks for something.
    fn carry_out(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Look(camera) => {
                let changes = self.camera != *camera;
                self.look(*camera);
                changes
            }
            Intent::Select(selection) => std::mem::replace(&mut self.selection, selection.clone()) != *selection,
            Intent::Hover(hit) => self.hover.replace(*hit) != Some(*hit),
            Intent::Frame(frame) => std::mem::replace(&mut self.frame, *frame) != *frame,
            Intent::Draw(draft) => std::mem::replace(&mut self.draft, draft.clone()) != *draft,
            Intent::Guides(guides) => std::mem::replace(&mut self.guides, guides.clone()) != *guides,
            Intent::Over(edge) => std::mem::replace(&mut self.over, *edge) != *edge,
            Intent::PickUp(nodes, items) => {
                self.lifted.clone_from(nodes);
                self.lifted.sort_unstable();
                self.lifted_items.clone_from(items);
                self.damage_lifted();
                true
            }
            Intent::Place(key, to) => {
                let changes = self.scene.rect(*key).is_some_and(|rect| rect.origin() != *to);
                if changes {
                    self.scene.move_node(*key, *to);
                }
                changes
            }
            Intent::PlaceItem(key, to) => {
                let rect = self.scene.item(*key).map(|item| Rect { x: to.x, y: to.y, ..item.rect });
                rect.is_some_and(|rect| self.set_item_rect(*key, rect))
            }
            Intent::ResizeItem(key, rect) => self.set_item_rect(*key, *rect),
            Intent::PutDown => {
                self.settle();
                true
            }
            Intent::Open(_)
            | Intent::OpenItem(_)
            | Intent::Overview
            | Intent::Moved(..)
            | Intent::Connect { .. }
            | Intent::Reconnect { .. }
            | Intent::Disconnect(_)
            | Intent::Remove(..)
            | Intent::Offer { .. }
            | Intent::Add { .. }
            | Intent::InsertOn { .. } => true,
        }
    }

    fn set_item_rect(&mut self, key: ItemKey, rect: Rect) -> bool {
        let changes = self.scene.item(key).is_some_and(|item| item.rect != rect);
        self.scene.set_item_rect(key, rect);
        changes
    }

    fn damage_node(&mut self, key: NodeKey) {
        let Some(rect) = self.scene.rect(key) else { return };
        self.layers.base.add(rect);
        self.layers.scene = true;
        if self.is_lifted(key) || self.selection.nodes.contains(&key) {
            self.layers.overlay.add(rect);
        }
    }

    fn damage_overlay(&mut self, before: Vec<Rect>) {
        let now = self.overlay_rects();
        before.into_iter().chain(now).for_each(|rect| self.layers.overlay.add(rect));
    }

    /// What was picked up is at rest again: other edges may be in its way, or have the way free that it barred.
    fn settle(&mut self) {
        self.settle_with(Vec::new());
    }

    /// The same, with edges whose ways are still those of before what they join was moved.
    fn settle_with(&mut self, stale: Vec<EdgeKey>) {
        self.damage_lifted();
        self.layers.scene = true;
        if let Some(area) = self.lifted_area.take() {
            let edges = self.scene.edges_in(&area).into_iter().map(|row| self.scene.edges().rows[row].bounds);
            let before = edges.fold(area, |all, bounds| all.union(&bounds));
            self.scene.reroute_in(&area, stale);
            let edges = self.scene.edges_in(&area).into_iter().map(|row| self.scene.edges().rows[row].bounds);
            self.layers.base.add(edges.fold(before, |all, bounds| all.union(&bounds)));
        }
        self.lifted.clear();
        self.lifted_items.clear();
    }

    /// What is picked up is out of date where it is now, and the area between its places grows.
    fn damage_lifted(&mut self) {
        for (reach, rect) in self.lifted.iter().filter_map(|key| Some((self.scene.reach(*key)?, self.scene.rect(*key)?))) {
            self.layers.base.add(reach);
            self.lifted_area = Some(self.lifted_area.map_or(rect, |area| area.union(&rect)));
        }
        // No edge makes way for an item.
        for item in self.lifted_items.iter().filter_map(|key| self.scene.item(*key)) {
            self.layers.base.add(item.rect);
        }
    }

    /// Where the overlay has something now. A large selection is one rectangle.
    fn overlay_rects(&self) -> Vec<Rect> {
        let edge = |key: EdgeKey| self.scene.edge(key).map(|edge| edge.bounds);
        let item = |key: ItemKey| self.scene.item(key).map(|item| item.rect);
        let Selection { nodes, items, edge: selected_edge } = &self.selection;
        if nodes.len() + self.lifted.len() > MOST_RINGS {
            return vec![self.camera.visible()];
        }
        let lifted = self.lifted.iter().chain(nodes).filter_map(|key| self.scene.reach(*key));
        let rings = lifted.chain(self.lifted_items.iter().chain(items).filter_map(|key| item(*key))).reduce(|all, rect| all.union(&rect));
        let hover = match self.hover() {
            Hit::Node(key) => self.scene.rect(key),
            Hit::Port(key, port) => {
                let word = self.scene.output(key, port).map(|at| self.word_room(at));
                self.scene.rect(key).into_iter().chain(word).reduce(|all, rect| all.union(&rect))
            }
            Hit::Edge(key) | Hit::End(key, _) => edge(key),
            Hit::Item(key) | Hit::Handle(key, _) => item(key),
            Hit::Nothing => None,
        };
        let edges = [*selected_edge, self.over].into_iter().flatten().filter_map(edge);
        let drafted = self.draft.iter().flat_map(|draft| {
            let word = draft.refusal.map(|_| self.word_room(draft.tip));
            let target = draft.to.and_then(|to| self.scene.rect(to));
            let replaced = draft.replaces.and_then(edge);
            [Some(draft.bounds()), word, target, replaced].into_iter().flatten()
        });
        let guides = self.guides.iter().map(Guide::bounds);
        let held = self.scene.held().and_then(|key| self.scene.rect(key)).map(|rect| self.held_room(&rect));
        rings.into_iter().chain(hover).chain(edges).chain(drafted).chain(guides).chain(held).chain(self.frame).collect()
    }

    /// The room of the sign at a node before which the run is held, and of the ring around it.
    fn held_room(&self, rect: &Rect) -> Rect {
        let (beside, above) = (HELD_ROOM.0 / self.camera.zoom, HELD_ROOM.1 / self.camera.zoom);
        Rect::new(rect.x - beside, rect.y - above, rect.w + 2.0 * beside, rect.h + above + beside)
    }

    /// The room of a word beside a place.
    fn word_room(&self, at: Point) -> Rect {
        let (width, height) = (WORD_ROOM.0 / self.camera.zoom, WORD_ROOM.1 / self.camera.zoom);
        Rect::new(at.x, at.y - height / 2.0, width, height)
    }
}

/// From how many selected nodes on it costs less to paint all of the overlay than to find out which part.
const MOST_RINGS: usize = 400;

/// The room beside a port or the end of an edge in which a word is said on it, in pixels: to the right, above and below.
pub const WORD_ROOM: (f64, f64) = (400.0, 64.0);

/// Places for some nodes by their own edges, around where they are, such that they are on no other.
fn tidied(scene: &Scene, nodes: &[NodeKey]) -> Vec<Point> {
    let at: HashMap<NodeKey, usize> = nodes.iter().enumerate().map(|(at, key)| (*key, at)).collect();
    let rects: Vec<Rect> = nodes.iter().map(|key| scene.rect(*key).unwrap_or_default()).collect();
    let sizes: Vec<(f64, f64)> = rects.iter().map(|rect| (rect.w, rect.h)).collect();
    let mut links = Vec::new();
    for (from, key) in nodes.iter().enumerate() {
        let mut edges: Vec<_> = scene.neighbours(*key, true).filter_map(|(edge, _)| scene.edge(edge)).collect();
        edges.sort_by_key(|edge| edge.port_at);
        links.extend(edges.into_iter().filter_map(|edge| Some(Link { from, to: *at.get(&edge.to)?, room: edge.label_room() })));
    }
    let points = layout::arrange(&sizes, &links, &vec![None; nodes.len()]);
    let around = |rects: &[Rect]| rects.iter().copied().reduce(|all, rect| all.union(&rect)).unwrap_or_default();
    let laid: Vec<Rect> = points.iter().zip(&sizes).map(|(p, (w, h))| Rect::new(p.x, p.y, *w, *h)).collect();
    let (before, after) = (around(&rects), around(&laid));
    let (dx, mut dy) = (before.x - after.x, before.y - after.y);
    loop {
        let moved = laid.iter().map(|rect| Rect { x: rect.x + dx, y: rect.y + dy, ..*rect }.grown(layout::NODE_GAP / 2.0));
        let hit = moved.filter_map(|rect| {
            let others = scene.nodes_in(&rect).into_iter().filter(|row| !at.contains_key(&scene.nodes().keys[*row]));
            others.map(|row| scene.nodes().rect(row).bottom() - rect.y).reduce(f64::max)
        });
        match hit.reduce(f64::max) {
            // A little past what touches, so that each turn leaves what it found behind.
            Some(down) => dy += down + 1.0,
            None => break,
        }
    }
    points.into_iter().map(|p| p.offset(dx, dy)).collect()
}

impl Layers {
    /// Whether nothing on the canvas itself is out of date.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.base == Damage::None && self.overlay == Damage::None && !self.camera && !self.panned
    }
}

#[cfg(test)]
mod tests;
