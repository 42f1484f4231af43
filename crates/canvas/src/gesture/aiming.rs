//! An edge is drawn by keys, from C until Enter: arrows choose the node, C the port.

use graph::Port;

use super::connecting::{ask_for, draft_from};
use super::{Gesture, Step, View, bring_into_view};
use crate::{Draft, Event, Input, Intent, Key, NodeKey, layout::LAYER_GAP, walk};

/// The state.
#[derive(Clone, Debug, PartialEq)]
pub struct Aiming {
    from: NodeKey,
    port: Port,
    /// The node that the edge would lead to; none for one that is yet to be added.
    to: Option<NodeKey>,
}

impl Aiming {
    /// Begins at the current node's next port; none where no node is current or it has no port.
    pub(super) fn begin(view: View<'_>) -> Option<Step> {
        let from = view.current()?;
        let state = Self { from, port: view.scene.next_port(from)?, to: None };
        Some(state.shown(view))
    }

    pub(super) fn step(mut self, input: &Input, view: View<'_>) -> Step {
        match input.event {
            Event::Press(Key::Arrow(direction)) => {
                let at = self.to.unwrap_or(self.from);
                // Back at the node itself, the edge leads to what is yet to be added.
                let to = if input.held.alt { walk::along(view.scene, at, direction) } else { walk::nearest(view.scene, at, direction) };
                self.to = to.or(self.to).filter(|to| *to != self.from);
                self.shown(view)
            }
            Event::Press(Key::Character('c')) => {
                self.port = self.other_port(view);
                self.shown(view)
            }
            Event::Press(Key::Enter) => {
                let draft = self.draft(view);
                if draft.as_ref().is_some_and(|draft| draft.refusal.is_some()) {
                    return Step::to(Gesture::Aiming(self), Vec::new());
                }
                let asked = draft.and_then(|draft| ask_for(view, (self.from, self.port), self.to, draft.tip));
                Step::to(Gesture::default(), std::iter::once(Intent::Draw(None)).chain(asked).collect())
            }
            Event::Down(..) => Step::to(Gesture::default(), vec![Intent::Draw(None)]),
            // Nothing else may happen meanwhile, such as leaving the canvas by Tab with an edge in hand.
            Event::Press(_) => Step::to(Gesture::Aiming(self), Vec::new()),
            _ => Step::ignored(Gesture::Aiming(self)),
        }
    }

    fn shown(self, view: View<'_>) -> Step {
        let look = self.to.and_then(|to| view.scene.rect(to)).and_then(|rect| bring_into_view(view.camera, &rect));
        let intents = [Intent::Draw(self.draft(view))].into_iter().chain(look).collect();
        Step::to(Gesture::Aiming(self), intents)
    }

    fn draft(&self, view: View<'_>) -> Option<Draft> {
        let tip = view.scene.output(self.from, self.port)?.offset(LAYER_GAP, 0.0);
        draft_from(view, (self.from, self.port), self.to, tip, None)
    }

    fn other_port(&self, view: View<'_>) -> Port {
        let ports = view.scene.row(self.from).map_or(&[][..], |row| &view.scene.nodes().ports[row]);
        let at = ports.iter().position(|port| *port == self.port).unwrap_or_default();
        ports.get((at + 1) % ports.len().max(1)).copied().unwrap_or(self.port)
    }
}
