//! Adding to the graph that is shown: nodes, notes, tools.

use canvas::Pixel;
use graph::{Fields, Item, ItemContent, ItemId, LayoutEdit, Spot};
use leptos::prelude::*;

use super::Store;
use crate::adding::{self, Adding, Choice};
use crate::model::Change;
use crate::stage::Chosen;
use crate::wish::{Where, Wish};
use crate::wishes::{self, Answer};

/// How large a new note is.
const NOTE: (f64, f64) = (220.0, 120.0);

impl Store {
    /// Fulfils what was asked for on the canvas.
    pub(crate) fn grant(self, wish: Wish) {
        let answer = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            Some(wishes::answer(graph, &tool.name, wish))
        });
        match answer {
            Some(Ok(Answer::Change(change))) => drop(self.make(*change)),
            Some(Ok(Answer::Ask(adding))) => self.adding.set(Some(adding)),
            Some(Err(error)) => drop(self.refuse(&error)),
            None => {}
        }
    }

    /// Asks what is to be added; after the current node, if one is.
    pub(crate) fn ask_what_to_add(self) {
        let after = self
            .stage
            .current
            .get_untracked()
            .and_then(|(_, id)| self.model.with_untracked(|model| adding::free_outlet(model.tool()?.node(id.as_str())?)));
        self.adding.set(Some(Adding { at: None, after }));
    }

    /// What can be added now, with what the servers are known to offer. Follows both.
    pub(crate) fn choices(self) -> Vec<Choice> {
        let offered = self.model.with(|model| {
            let of_graph = model.offers.iter().filter(|((graph, _), _)| Some(*graph) == model.shown);
            let tools = of_graph.filter_map(|((_, server), offer)| match offer {
                crate::model::Offer::Tools(tools) => Some((server.clone(), tools.to_vec())),
                crate::model::Offer::Asked | crate::model::Offer::Failed(_) => None,
            });
            tools.collect::<Vec<_>>()
        });
        self.of_tool(|graph, tool| adding::choices(&graph.graph, Some(tool), &offered)).unwrap_or_default()
    }

    /// Adds what was chosen, selects it and shows it in the inspector.
    pub(crate) fn add(self, choice: &Choice, adding: &Adding) {
        self.adding.set(None);
        // What is there already is not covered.
        let at = adding.at.map(|at| Where { spot: self.stage.free_spot(at.spot), ..at });
        let adding = &Adding { at, after: adding.after.clone() };
        if *choice == Choice::Note {
            let spot = adding.at.map_or_else(|| self.stage.middle(), |at| at.spot);
            return self.add_note(spot);
        }
        let added = self.model.with_untracked(|model| {
            let (graph, tool) = model.graph().zip(model.tool())?;
            Some(adding::add(graph, &tool.name, choice, adding))
        });
        match added {
            Some(Ok((mut change, id))) => {
                change.layout = change.layout.map(|place| self.with_others(place));
                if self.make(change) {
                    self.inspector_shown.set(true);
                    self.stage.select(&id);
                    self.stage.opened.update(|times| *times += 1);
                }
            }
            Some(Err(error)) => drop(self.refuse(&error)),
            None => {}
        }
    }

    /// With the first node that is put somewhere, all others keep the places that the layout gave them: the drawing stays as it
    /// is seen.
    pub(super) fn with_others(self, place: LayoutEdit) -> LayoutEdit {
        let Some(tool) = self.of_tool_now() else { return place };
        let others = self.stage.unplaced().into_iter();
        let others = others.map(|(node, at)| LayoutEdit::Place { tool: tool.clone(), node, at: Some(at) });
        LayoutEdit::batch(others.chain([place]).collect())
    }

    /// Adds what was dropped on a place of the canvas's area.
    pub(crate) fn add_at(self, choice: &Choice, pixel: Pixel) {
        let at = Where { spot: self.stage.spot(pixel), pixel };
        self.add(choice, &Adding { at: Some(at), after: None });
    }

    fn add_note(self, spot: Spot) {
        let content = ItemContent::Note { text: "# Note\n\nWhat others should know.".to_owned(), color: None };
        let id = self.add_item("note", Item { x: spot.x, y: spot.y, w: NOTE.0, h: NOTE.1, content, extra: Fields::new() });
        self.open_item(id);
    }

    /// Selects an item and gives the keyboard to what it says.
    pub(crate) fn open_item(self, id: Option<ItemId>) {
        if let Some(id) = id {
            self.stage.choose(&Chosen { items: vec![id.clone()], ..Chosen::default() });
            self.stage.open_item(id);
        }
    }

    /// Puts an item on the canvas; `word` is what it is, and begins its id, which is the answer.
    pub(crate) fn add_item(self, word: &str, item: Item) -> Option<ItemId> {
        let named = self.model.with_untracked(|model| {
            let tool = model.tool()?.name.clone();
            let drawing = model.graph()?.layout.drawing(tool.as_str());
            let is_taken = |id: &str| drawing.is_some_and(|drawing| drawing.items.contains_key(id));
            let id = (1usize..).map(|n| format!("{word}-{n}")).find(|id| !is_taken(id))?;
            Some((tool, ItemId::from(id)))
        });
        let (tool, id) = named?;
        let layout = LayoutEdit::SetItem { tool, item: id.clone(), value: Some(item), at: None };
        self.make(Change::layout(format!("added a {word}"), layout)).then_some(id)
    }

    /// Adds a tool to the graph and shows it.
    pub(crate) fn add_tool(self) {
        let Some((edit, name)) = self.model.with_untracked(|model| Some(adding::new_tool(&model.graph()?.graph))) else { return };
        if self.make(Change::edit(format!("added the tool {name}"), edit)) {
            self.show_tool(name.as_str());
            self.inspector_shown.set(true);
        }
    }
}
