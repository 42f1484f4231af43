//! Copy, cut and paste of nodes, as YAML on the system's clipboard: also between windows, and from a text editor.

use graph::{Clip, NodeId, Spot};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ReadClip;
use wasm_bindgen_futures::JsFuture;

use super::Store;
use crate::model::Change;
use crate::stage::Chosen;
use crate::text;
use crate::toast::Toast;
use crate::wish::Wish;

impl Store {
    /// The selected nodes as YAML; none where none are.
    pub(crate) fn copied(self) -> Option<String> {
        let nodes = self.stage.chosen.get_untracked().nodes.clone();
        if nodes.is_empty() {
            return None;
        }
        let copied = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            Some(format::copy(&graph.graph, &tool.name, &nodes, Some(&graph.layout)))
        })?;
        match copied {
            Ok(text) => Some(text),
            Err(error) => {
                self.refuse(&error);
                None
            }
        }
    }

    /// Removes what was copied.
    pub(crate) fn cut_away(self) {
        let nodes: Vec<NodeId> = self.stage.chosen.get_untracked().nodes.clone();
        self.grant(Wish::Remove { nodes, items: Vec::new() });
    }

    /// Puts nodes that are written as YAML into the tool that is shown, and selects them. Where they were copied from stays free:
    /// they stand a little aside of it, or in the middle of what is in view where nothing says where they stood.
    pub(crate) fn paste(self, text: String) {
        spawn_local(async move {
            match self.bridge.call(&ReadClip { text }).await {
                Ok(clip) => self.put_in(&clip),
                Err(failed) => self.toast.set(Some(Toast::error(failed.message))),
            }
        });
    }

    fn put_in(self, clip: &Clip) {
        let at: Option<Spot> = clip.places.is_empty().then(|| self.stage.middle());
        let pasted = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            Some(nodes::paste(&graph.graph, &tool.name, clip, at))
        });
        match pasted {
            Some(Ok(pasted)) => {
                let label = format!("pasted {}", text::count(pasted.ids.len(), "node"));
                let layout = pasted.layout.map(|layout| self.with_others(layout));
                if self.make(Change { label, edit: Some(pasted.edit), layout, gesture: None }) {
                    self.stage.choose(&Chosen { nodes: pasted.ids, ..Chosen::default() });
                }
            }
            Some(Err(error)) => drop(self.refuse(&error)),
            None => {}
        }
    }

    /// Copies by the clipboard that a page may write to when a person chose to copy from a list.
    pub(crate) fn copy_to_clipboard(self, cuts: bool) {
        let (Some(text), Some(window)) = (self.copied(), web_sys::window()) else { return };
        spawn_local(async move {
            match JsFuture::from(window.navigator().clipboard().write_text(&text)).await {
                Ok(_) if cuts => self.cut_away(),
                Ok(_) => {}
                Err(_) => self.toast.set(Some(Toast::error("the browser does not let this page copy: use the keyboard"))),
            }
        });
    }

    /// Pastes by the clipboard that a page may read when a person chose to paste from a list.
    pub(crate) fn paste_from_clipboard(self) {
        let Some(window) = web_sys::window() else { return };
        spawn_local(async move {
            match JsFuture::from(window.navigator().clipboard().read_text()).await {
                Ok(text) => self.paste(text.as_string().unwrap_or_default()),
                Err(_) => self.toast.set(Some(Toast::error("the browser does not let this page paste: use the keyboard"))),
            }
        });
    }
}
