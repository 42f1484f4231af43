//! An end of an edge follows the pointer, from a port to a node or from a node to a port.

use graph::Port;

use super::{Gesture, Step, View};
use crate::{Draft, EdgeKey, End, Event, Hit, Input, Intent, NodeKey, Pixel, Point, Pointer, Refusal};

/// How near to a card an end counts as over it, in pixels.
const CARD_REACH: f64 = 12.0;

/// The end of the edge that stays.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fixed {
    Port(NodeKey, Port),
    Node(NodeKey),
}

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Connecting {
    pub(super) pointer: Pointer,
    fixed: Fixed,
    /// The edge whose end it is; none for a new edge.
    edge: Option<EdgeKey>,
    draft: Option<Draft>,
}

impl Connecting {
    /// A new edge from a port.
    pub(super) fn from_port(pointer: Pointer, node: NodeKey, port: Port) -> Gesture {
        Gesture::Connecting(Self { pointer, fixed: Fixed::Port(node, port), edge: None, draft: None })
    }

    /// The end of an edge is taken off; none if the edge is not there.
    pub(super) fn from_end(pointer: Pointer, key: EdgeKey, end: End, view: View<'_>) -> Option<Gesture> {
        let edge = view.scene.edge(key)?;
        let fixed = match end {
            End::To => Fixed::Port(edge.from, edge.port),
            End::From => Fixed::Node(edge.to),
        };
        Some(Gesture::Connecting(Self { pointer, fixed, edge: Some(key), draft: None }))
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Move(pointer, at) if pointer == self.pointer => {
                self.draft = self.draft_to(at, view);
                let intents = vec![Intent::Draw(self.draft.clone())];
                Step::to(Gesture::Connecting(self), intents)
            }
            Event::Up(pointer, _) if pointer == self.pointer => {
                let asked = self.ask(view);
                Step::to(Gesture::default(), std::iter::once(Intent::Draw(None)).chain(asked).collect())
            }
            _ => Step::ignored(Gesture::Connecting(self)),
        }
    }

    fn draft_to(&self, at: Pixel, view: View<'_>) -> Option<Draft> {
        let tip = view.camera.to_world(at);
        let over = view.scene.node_near(tip, CARD_REACH / view.camera.zoom);
        match self.fixed {
            Fixed::Port(node, port) => draft_from(view, (node, port), over, tip, self.edge),
            Fixed::Node(to) => {
                let from = match view.scene.hit(tip, view.camera.zoom) {
                    Hit::Port(node, port) => Some((node, port)),
                    _ => over.and_then(|node| Some((node, view.scene.next_port(node)?))),
                };
                let refusal = match (from, over) {
                    (Some((node, port)), _) => view.scene.refusal(node, port, to),
                    (None, Some(_)) => Some(Refusal::NoPort),
                    (None, None) => None,
                };
                let tip = from.and_then(|(node, port)| view.scene.output(node, port)).unwrap_or(tip);
                let curve = view.scene.sketch(tip, view.scene.input(to)?);
                Some(Draft { from, to: Some(to), replaces: self.edge, tip, curve, refusal })
            }
        }
    }

    /// What the drop asks for; nothing where the edge may not be, is there already, or has lost its end.
    fn ask(self, view: View<'_>) -> Option<Intent> {
        let draft = self.draft.filter(|draft| draft.refusal.is_none())?;
        let (from, port) = draft.from?;
        match (draft.to, self.edge) {
            (Some(to), Some(key)) => {
                let edge = view.scene.edge(key)?;
                ((edge.from, edge.port, edge.to) != (from, port, to)).then_some(Intent::Reconnect { edge: key, from, port, to })
            }
            (to, None) => ask_for(view, (from, port), to, draft.tip),
            (None, Some(_)) => None,
        }
    }
}

/// The edge from a port to the node that its end is over, or to where the end is.
pub(super) fn draft_from(
    view: View<'_>,
    (node, port): (NodeKey, Port),
    over: Option<NodeKey>,
    tip: Point,
    replaces: Option<EdgeKey>,
) -> Option<Draft> {
    let refusal = over.and_then(|to| view.scene.refusal(node, port, to));
    let snapped = over.filter(|_| refusal.is_none()).and_then(|to| view.scene.input(to));
    let tip = snapped.unwrap_or(tip);
    let curve = view.scene.sketch(view.scene.output(node, port)?, tip);
    let replaces = replaces.or_else(|| view.scene.edge_from(node, port));
    Some(Draft { from: Some((node, port)), to: over, replaces, tip, curve, refusal })
}

/// What an edge from a port asks for: to be made, or, where it leads to nothing, what shall stand there.
pub(super) fn ask_for(view: View<'_>, (from, port): (NodeKey, Port), to: Option<NodeKey>, tip: Point) -> Option<Intent> {
    let Some(to) = to else {
        // The card's input comes to be where the end was dropped.
        return Some(Intent::Offer { from, port, at: tip.offset(0.0, -crate::CARD_HEIGHT / 2.0) });
    };
    let is_new = view.scene.edge_from(from, port).and_then(|key| view.scene.edge(key)).is_none_or(|edge| edge.to != to);
    is_new.then_some(Intent::Connect { from, port, to })
}
