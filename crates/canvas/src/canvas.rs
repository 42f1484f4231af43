//! The canvas: scene, camera, selection and gesture together, and what each change makes out of date. The one place where
//! intents are carried out. Knows nothing of how it is shown.

use graph::NodeId;

use crate::{
    Camera, Damage, Detail, EdgeKey, Event, Gesture, Hit, Input, Intent, Key, Layers, NodeKey, Rect, Scene, Status, Step, View,
    gesture::{MARGIN, bring_into_view},
};

/// The most nodes that are shown as live elements at once.
pub const MOST_LIVE: usize = 60;

/// What came of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What it meant, in order. Already carried out.
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
    selected: Vec<NodeKey>,
    hover: Option<Hit>,
    frame: Option<Rect>,
    lifted: Vec<NodeKey>,
    /// The rectangle around where the nodes that are picked up were, and are put down.
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
        &self.selected
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

    /// Shows another scene. If `fresh`, all of it and with nothing selected; otherwise what was selected stays so, by id,
    /// and so do the camera and the states of the run.
    pub fn show(&mut self, scene: Scene, fresh: bool) {
        let before = std::mem::replace(&mut self.scene, scene);
        let kept = std::mem::take(&mut self.selected);
        self.lifted.clear();
        self.lifted_area = None;
        (self.hover, self.frame, self.gesture) = (None, None, Gesture::default());
        self.layers.add_all();
        if fresh {
            self.fit();
            return;
        }
        let found = kept.iter().filter_map(|key| self.scene.find(before.id(*key)?.as_str()));
        self.selected = found.collect();
        for (row, text) in before.nodes().texts.iter().enumerate() {
            if let Some(key) = self.scene.find(text.id.as_str()) {
                self.scene.set_status(key, before.nodes().status[row], &text.note);
            }
        }
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
        let view = View { scene: &self.scene, camera: &self.camera, selected: &self.selected, space: self.space };
        let Step { next, intents, taken } = std::mem::take(&mut self.gesture).step(input, view);
        self.gesture = next;
        let before = self.overlay_rects();
        let changed: Vec<Intent> = intents.into_iter().filter(|intent| self.carry_out(intent)).collect();
        if !changed.is_empty() {
            let rects: Vec<Rect> = before.into_iter().chain(self.overlay_rects()).collect();
            rects.into_iter().for_each(|rect| self.layers.overlay.add(rect));
        }
        Outcome { intents: changed, taken: taken || matches!(input.event, Event::Press(Key::Space)) }
    }

    /// Looks from another camera.
    pub fn look(&mut self, camera: Camera) {
        if camera != self.camera {
            self.is_fitted = false;
            self.camera = camera;
            self.detail = self.detail.at(camera.zoom);
            self.layers.add_all();
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
        self.select(vec![key]);
        if let Some(Intent::Look(camera)) = self.scene.rect(key).and_then(|rect| bring_into_view(&self.camera, &rect)) {
            self.look(camera);
        }
        Some(key)
    }

    /// Selects exactly these nodes.
    pub fn select(&mut self, keys: Vec<NodeKey>) {
        let before = self.overlay_rects();
        if self.carry_out(&Intent::Select(keys)) {
            let rects: Vec<Rect> = before.into_iter().chain(self.overlay_rects()).collect();
            rects.into_iter().for_each(|rect| self.layers.overlay.add(rect));
        }
    }

    /// Sets the state of a node in the present run, and a word on it. Only where it is seen, something is painted.
    pub fn set_status(&mut self, id: &NodeId, status: Status, note: &str) {
        let Some(key) = self.scene.find(id.as_str()) else { return };
        if self.scene.set_status(key, status, note) {
            self.damage_node(key);
        }
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

    /// Everything must be painted anew, as after a change of colours.
    pub fn repaint(&mut self) {
        self.layers.add_all();
    }

    /// What is out of date since the last call, as the camera sees it.
    pub fn take_damage(&mut self) -> Layers {
        let layers = std::mem::take(&mut self.layers);
        Layers { base: layers.base.seen_by(&self.camera), overlay: layers.overlay.seen_by(&self.camera), camera: layers.camera }
    }

    /// The nodes in view that move by themselves and so are worth an element of their own: those that run. At most
    /// [`MOST_LIVE`], in the order of painting.
    #[must_use]
    pub fn live(&self) -> Vec<NodeKey> {
        let nodes = self.scene.nodes();
        let seen = self.scene.nodes_in(&self.camera.visible());
        let running = seen.into_iter().filter(|row| nodes.status[*row] == Status::Running);
        running.take(MOST_LIVE).map(|row| nodes.keys[row]).collect()
    }

    /// Carries an intent out; says whether anything changed.
    fn carry_out(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Look(camera) => {
                let changes = self.camera != *camera;
                self.look(*camera);
                changes
            }
            Intent::Select(keys) => std::mem::replace(&mut self.selected, keys.clone()) != *keys,
            Intent::Hover(hit) => self.hover.replace(*hit) != Some(*hit),
            Intent::Frame(frame) => std::mem::replace(&mut self.frame, *frame) != *frame,
            Intent::PickUp(keys) => {
                self.lifted.clone_from(keys);
                self.damage_lifted();
                true
            }
            Intent::Place(key, to) => {
                let changes = self.scene.rect(*key).is_some_and(|rect| rect.origin() != *to);
                self.scene.move_node(*key, *to);
                changes
            }
            Intent::PutDown => {
                self.settle();
                true
            }
            Intent::Open(_) => true,
        }
    }

    fn damage_node(&mut self, key: NodeKey) {
        let Some(rect) = self.scene.rect(key) else { return };
        self.layers.base.add(rect);
        if self.selected.contains(&key) || self.lifted.contains(&key) {
            self.layers.overlay.add(rect);
        }
    }

    /// What was picked up is at rest again: other edges may be in its way, or have the way free that it barred.
    fn settle(&mut self) {
        self.damage_lifted();
        if let Some(area) = self.lifted_area.take() {
            let edges = self.scene.edges_in(&area).into_iter().map(|row| self.scene.edges().rows[row].bounds);
            let before = edges.fold(area, |all, bounds| all.union(&bounds));
            self.scene.reroute_in(&area);
            let edges = self.scene.edges_in(&area).into_iter().map(|row| self.scene.edges().rows[row].bounds);
            self.layers.base.add(edges.fold(before, |all, bounds| all.union(&bounds)));
        }
        self.lifted.clear();
    }

    /// What is picked up is out of date where it is now, and the area between its places grows.
    fn damage_lifted(&mut self) {
        for (reach, rect) in self.lifted.iter().filter_map(|key| Some((self.scene.reach(*key)?, self.scene.rect(*key)?))) {
            self.layers.base.add(reach);
            self.lifted_area = Some(self.lifted_area.map_or(rect, |area| area.union(&rect)));
        }
    }

    /// Where the overlay has something now. A large selection is one rectangle.
    fn overlay_rects(&self) -> Vec<Rect> {
        let lifted = self.lifted.iter().filter_map(|key| self.scene.reach(*key));
        let selected = self.selected.iter().filter_map(|key| self.scene.reach(*key));
        let rings = lifted.chain(selected).reduce(|all, rect| all.union(&rect));
        let hover = match self.hover() {
            Hit::Node(key) | Hit::Port(key, _) => self.scene.rect(key),
            Hit::Edge(key) => self.scene.edge_row(key).map(|row| self.scene.edges().rows[row].bounds),
            Hit::Nothing => None,
        };
        rings.into_iter().chain(hover).chain(self.frame).collect()
    }
}

impl Layers {
    /// Whether nothing is out of date.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.base == Damage::None && self.overlay == Damage::None && !self.camera
    }
}

#[cfg(test)]
mod tests;
