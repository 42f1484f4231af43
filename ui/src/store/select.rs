//! What is done to the selection.

use graph::{Fields, Item, ItemContent};
use leptos::prelude::*;

use super::Store;
use crate::app::focus;
use crate::model::Change;
use crate::side::Side;
use crate::stage::Chosen;
use crate::text;
use crate::wish::Wish;
use crate::wishes::Draft;

/// The room between a frame and what is in it, and for the title above.
const FRAME_ROOM: f64 = 24.0;
const FRAME_TITLE: f64 = 28.0;

impl Store {
    /// Removes what is selected.
    pub(crate) fn delete_selection(self) {
        let chosen = self.stage.chosen.get_untracked();
        match (&chosen.edge, chosen.nodes.is_empty() && chosen.items.is_empty()) {
            (Some(edge), true) => self.grant(Wish::Disconnect { edge: edge.clone() }),
            _ => self.grant(Wish::Remove { nodes: chosen.nodes.clone(), items: chosen.items.clone() }),
        }
    }

    /// Makes a second one of each selected node.
    pub(crate) fn duplicate_selection(self) {
        let nodes = self.stage.chosen.get_untracked().nodes.clone();
        let edit = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            let mut draft = Draft::new(&graph.graph);
            let made = nodes.iter().try_for_each(|node| {
                let copy = graph::duplicate_node(draft.graph(), &tool.name, node, None)?;
                draft.make(copy)
            });
            Some(made.map(|()| draft.edit()))
        });
        if let Some(edit) = edit {
            self.change_with(format!("duplicated {}", text::count(nodes.len(), "node")), edit);
        }
    }

    /// Takes each selected node out of the way that leads through it.
    pub(crate) fn splice_selection(self) {
        let nodes = self.stage.chosen.get_untracked().nodes.clone();
        let edit = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            let mut draft = Draft::new(&graph.graph);
            let made = nodes.iter().try_for_each(|node| {
                let edit = graph::splice_out(draft.graph(), &tool.name, node)?;
                draft.make(edit)
            });
            Some(made.map(|()| draft.edit()))
        });
        if let Some(edit) = edit {
            self.change_with(format!("took out {}", text::count(nodes.len(), "node")), edit);
        }
    }

    /// Draws a frame around what is selected.
    pub(crate) fn frame_selection(self) {
        let Some(around) = self.stage.chosen_rect() else { return };
        let content = ItemContent::Frame { title: "Group".to_owned(), color: None };
        let (x, y) = (around.x - FRAME_ROOM, around.y - FRAME_ROOM - FRAME_TITLE);
        let (w, h) = (around.w + 2.0 * FRAME_ROOM, around.h + 2.0 * FRAME_ROOM + FRAME_TITLE);
        let id = self.add_item("frame", Item { x, y, w, h, content, extra: Fields::new() });
        self.open_item(id);
    }

    /// Selects everything.
    pub(crate) fn select_all(self) {
        let all = self.model.with_untracked(|model| {
            let tool = model.tool()?;
            let drawing = model.graph()?.layout.drawing(tool.name.as_str());
            let items = drawing.map(|drawing| drawing.items.keys().cloned().collect()).unwrap_or_default();
            Some(Chosen { nodes: tool.nodes.iter().map(|node| node.id.clone()).collect(), items, edge: None })
        });
        if let Some(all) = all {
            self.stage.choose(&all);
        }
    }

    /// Gives the keyboard to the name of the current node, or else of the tool.
    pub(crate) fn rename(self) {
        self.inspector_shown.set(true);
        request_animation_frame(|| focus("inspector-name"));
    }

    /// Removes the tool that is shown.
    pub(crate) fn remove_tool(self) {
        let Some(tool) = self.model.with_untracked(|model| model.tool().map(|tool| tool.name.clone())) else { return };
        self.make(Change {
            label: format!("removed the tool {tool}"),
            edit: Some(graph::Edit::RemoveTool { tool: tool.clone() }),
            layout: Some(graph::LayoutEdit::SetDrawing { tool, value: None }),
            gesture: None,
        });
    }

    /// Shows a panel on the left, or hides it where it is shown.
    pub(crate) fn toggle_side(self, side: Side) {
        match self.side.get_untracked() == Some(side) {
            true => self.side.set(None),
            false => self.show_side(side),
        }
    }

    /// Shows a panel beside the rail, and gives it the keyboard.
    pub(crate) fn show_side(self, side: Side) {
        self.side.set(Some(side));
        request_animation_frame(|| focus("side-head"));
    }
}
