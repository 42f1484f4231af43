//! Where things stand on the canvas, and what stands there that is no node. Kept beside the graph, never in it: moving a node
//! does not touch the logic. Knows nothing of how it is written.

use std::hash::Hash;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fields, ItemId, NodeId, ToolName};

/// The canvas of a graph file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Layout {
    /// The drawing of each tool.
    pub tools: IndexMap<ToolName, Drawing>,
    /// Keys that Patchbay does not know, kept.
    #[serde(flatten)]
    pub extra: Fields,
}

/// The drawing of one tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Drawing {
    /// The upper left corner of each node that a person has put somewhere; the others stand where the layout puts them.
    pub nodes: IndexMap<NodeId, Spot>,
    /// Notes, frames and pictures, from the back to the front.
    pub items: IndexMap<ItemId, Item>,
    /// Places to come back to, by the names that a person gave them.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub bookmarks: IndexMap<String, Bookmark>,
    /// Keys that Patchbay does not know, kept.
    #[serde(flatten)]
    pub extra: Fields,
}

/// A place to come back to: what one looks at, and from how near.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The middle of what is seen.
    #[serde(flatten)]
    pub at: Spot,
    /// Pixels a unit.
    pub zoom: f64,
}

/// A place, in units of the canvas; x grows to the right, y downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// What stands on the canvas beside nodes: its rectangle, and what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Written")]
pub struct Item {
    /// The left edge.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width.
    pub w: f64,
    /// The height.
    pub h: f64,
    /// What it is.
    #[serde(flatten)]
    pub content: ItemContent,
    /// Keys that Patchbay does not know, kept.
    #[serde(flatten)]
    pub extra: Fields,
}

/// An item as it is read, before its own fields are told from those that are not known.
#[derive(Deserialize)]
struct Written {
    x: f64,
    y: f64,
    w: f64,
    h: f64,
    #[serde(flatten)]
    rest: Fields,
}

impl TryFrom<Written> for Item {
    type Error = serde_json::Error;

    fn try_from(Written { x, y, w, h, mut rest }: Written) -> Result<Self, serde_json::Error> {
        let content: ItemContent = serde_json::from_value(rest.clone().into())?;
        if let Value::Object(known) = serde_json::to_value(&content)? {
            rest.retain(|key, _| !known.contains_key(key));
        }
        Ok(Self { x, y, w, h, content, extra: rest })
    }
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum ItemContent {
    /// A text.
    Note {
        /// In Markdown.
        text: String,
        /// The name of its colour; the plain one where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<String>,
    },
    /// A box around what belongs together; what is in it moves with it.
    Frame {
        /// What stands on it.
        title: String,
        /// The name of its colour; the plain one where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<String>,
    },
    /// A picture, behind everything else.
    Picture {
        /// The file, from the graph file's folder.
        src: String,
        /// What it shows, for who cannot see it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        alt: String,
        /// Whether it stays where it is, as a floor plan does.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        locked: bool,
    },
}

/// A change of the layout as a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "edit")]
pub enum LayoutEdit {
    /// Puts a node somewhere, or leaves its place to the layout.
    Place {
        /// The tool.
        tool: ToolName,
        /// The node.
        node: NodeId,
        /// Where; none where it has no place of its own.
        at: Option<Spot>,
    },
    /// Sets or removes an item. A new one is in front of all others.
    SetItem {
        /// The tool.
        tool: ToolName,
        /// The item.
        item: ItemId,
        /// What it is; none removes it.
        value: Option<Item>,
        /// Its position among the items, from the back; where it is, or in front, where none is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    /// Sets or removes a bookmark. A new one is the last.
    SetBookmark {
        /// The tool.
        tool: ToolName,
        /// Its name.
        name: String,
        /// Where it leads; none removes it.
        value: Option<Bookmark>,
        /// Its position among the bookmarks; where it is, or last, where none is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<usize>,
    },
    /// Sets or removes all of a tool's drawing, as when the tool gets another name.
    SetDrawing {
        /// The tool.
        tool: ToolName,
        /// The drawing; none removes it.
        value: Option<Drawing>,
    },
    /// Several edits as one.
    Batch {
        /// In the order in which they are made.
        edits: Vec<LayoutEdit>,
    },
}

impl Layout {
    /// Makes the edit and returns its inverse. Every edit fits every layout: what it removes and is not there stays away. A
    /// drawing with nothing in it is left out.
    pub fn apply(&mut self, edit: &LayoutEdit) -> LayoutEdit {
        match edit {
            LayoutEdit::Place { tool, node, at } => {
                let before = self.change(tool, |drawing| match at {
                    Some(at) => drawing.nodes.insert(node.clone(), *at),
                    None => drawing.nodes.shift_remove(node),
                });
                LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at: before }
            }
            LayoutEdit::SetItem { tool, item, value, at } => {
                let (before, was_at) = self.change(tool, |drawing| put(&mut drawing.items, item, value.clone(), *at));
                LayoutEdit::SetItem { tool: tool.clone(), item: item.clone(), value: before, at: was_at }
            }
            LayoutEdit::SetBookmark { tool, name, value, at } => {
                let (before, was_at) = self.change(tool, |drawing| put(&mut drawing.bookmarks, name, *value, *at));
                LayoutEdit::SetBookmark { tool: tool.clone(), name: name.clone(), value: before, at: was_at }
            }
            LayoutEdit::SetDrawing { tool, value } => {
                let before = match value {
                    Some(value) => self.tools.insert(tool.clone(), value.clone()),
                    None => self.tools.shift_remove(tool),
                };
                LayoutEdit::SetDrawing { tool: tool.clone(), value: before }
            }
            LayoutEdit::Batch { edits } => {
                let mut inverses: Vec<_> = edits.iter().map(|edit| self.apply(edit)).collect();
                inverses.reverse();
                LayoutEdit::Batch { edits: inverses }
            }
        }
    }

    /// The edit that makes a later layout of this one, an empty batch where nothing differs; none where what Patchbay does not
    /// know differs, which no edit sets.
    #[must_use]
    pub fn edit_to(&self, later: &Layout) -> Option<LayoutEdit> {
        if self.extra != later.extra {
            return None;
        }
        let mut edits = Vec::new();
        for tool in self.tools.keys().chain(later.tools.keys().filter(|tool| !self.tools.contains_key(*tool))) {
            match (self.tools.get(tool), later.tools.get(tool)) {
                (Some(old), Some(new)) if old.has_beside(new) => edits.extend(old.moves_to(tool, new)),
                (_, new) => edits.push(LayoutEdit::SetDrawing { tool: tool.clone(), value: new.cloned() }),
            }
        }
        Some(LayoutEdit::batch(edits))
    }

    /// The drawing of a tool, if anything was ever put on it.
    #[must_use]
    pub fn drawing(&self, tool: &str) -> Option<&Drawing> {
        self.tools.get(tool)
    }

    fn change<T>(&mut self, tool: &ToolName, change: impl FnOnce(&mut Drawing) -> T) -> T {
        let drawing = self.tools.entry(tool.clone()).or_default();
        let changed = change(drawing);
        if *drawing == Drawing::default() {
            self.tools.shift_remove(tool);
        }
        changed
    }
}

impl Drawing {
    /// Whether two drawings have the same beside the places of nodes, in the same order.
    fn has_beside(&self, other: &Drawing) -> bool {
        self.items.iter().eq(&other.items) && self.bookmarks.iter().eq(&other.bookmarks) && self.extra == other.extra
    }

    /// What puts the nodes where they stand in another drawing.
    fn moves_to<'d>(&'d self, tool: &'d ToolName, other: &'d Drawing) -> impl Iterator<Item = LayoutEdit> + 'd {
        let place = |node: &NodeId, at| LayoutEdit::Place { tool: tool.clone(), node: node.clone(), at };
        let moved = other.nodes.iter().filter(|(node, at)| self.nodes.get(*node) != Some(at)).map(move |(node, at)| place(node, Some(*at)));
        moved.chain(self.nodes.keys().filter(|node| !other.nodes.contains_key(*node)).map(move |node| place(node, None)))
    }
}

impl LayoutEdit {
    /// Several edits as one; a single one stays itself, and what is several already is not nested.
    #[must_use]
    pub fn batch(edits: Vec<LayoutEdit>) -> LayoutEdit {
        let flat = edits.into_iter().flat_map(|edit| match edit {
            LayoutEdit::Batch { edits } => edits,
            edit => vec![edit],
        });
        let mut edits: Vec<LayoutEdit> = flat.collect();
        if edits.len() == 1 { edits.remove(0) } else { LayoutEdit::Batch { edits } }
    }
}

/// Sets or removes an entry; returns what it was and where it stood.
fn put<K: Clone + Eq + Hash, V>(entries: &mut IndexMap<K, V>, key: &K, value: Option<V>, at: Option<usize>) -> (Option<V>, Option<usize>) {
    let was_at = entries.get_index_of(key);
    let before = entries.shift_remove(key);
    if let Some(value) = value {
        let at = at.or(was_at).unwrap_or(entries.len()).min(entries.len());
        entries.shift_insert(at, key.clone(), value);
    }
    (before, was_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn note(text: &str) -> Item {
        let content = ItemContent::Note { text: text.to_owned(), color: None };
        Item { x: 0.0, y: 0.0, w: 160.0, h: 80.0, content, extra: Fields::new() }
    }

    fn edit() -> impl Strategy<Value = LayoutEdit> {
        let tool = || prop::sample::select(vec!["t", "u"]).prop_map(ToolName::from);
        let id = || prop::sample::select(vec!["a", "b", "c"]);
        let spot = prop::option::of((-9.0..9.0f64, -9.0..9.0f64).prop_map(|(x, y)| Spot { x, y }));
        prop_oneof![
            (tool(), id(), spot).prop_map(|(tool, id, at)| LayoutEdit::Place { tool, node: id.into(), at }),
            (tool(), id(), prop::option::of("[a-z]{1,3}"), prop::option::of(0usize..4)).prop_map(|(tool, id, text, at)| {
                LayoutEdit::SetItem { tool, item: id.into(), value: text.map(|text| note(&text)), at }
            }),
            (tool(), id(), prop::option::of(-9.0..9.0f64), prop::option::of(0usize..4)).prop_map(|(tool, name, x, at)| {
                let value = x.map(|x| Bookmark { at: Spot { x, y: 0.0 }, zoom: 1.0 });
                LayoutEdit::SetBookmark { tool, name: name.to_owned(), value, at }
            }),
            (tool(), any::<bool>()).prop_map(|(tool, is_there)| LayoutEdit::SetDrawing {
                tool,
                value: is_there.then(|| {
                    let nodes = IndexMap::from([(NodeId::from("z"), Spot::default())]);
                    Drawing { nodes, ..Drawing::default() }
                })
            }),
        ]
    }

    proptest! {
        #[test]
        fn the_edit_between_two_layouts_makes_one_of_the_other(before in prop::collection::vec(edit(), 0..12), later in prop::collection::vec(edit(), 0..12)) {
            let mut layout = Layout::default();
            before.iter().for_each(|edit| drop(layout.apply(edit)));
            let mut wanted = layout.clone();
            later.iter().for_each(|edit| drop(wanted.apply(edit)));
            layout.apply(&layout.clone().edit_to(&wanted).unwrap());
            prop_assert_eq!(&layout, &wanted);
            for (tool, drawing) in &wanted.tools {
                prop_assert!(layout.tools[tool].has_beside(drawing), "items and bookmarks in another order: {:?}", drawing);
            }
            prop_assert_eq!(layout.edit_to(&wanted), Some(LayoutEdit::Batch { edits: Vec::new() }), "nothing is left to change");
        }

        #[test]
        fn a_change_and_its_inverse_leave_the_layout_as_it_was(before in prop::collection::vec(edit(), 0..12), edits in prop::collection::vec(edit(), 1..12)) {
            let mut layout = Layout::default();
            before.iter().for_each(|edit| drop(layout.apply(edit)));
            let kept = layout.clone();
            let inverse = layout.apply(&LayoutEdit::Batch { edits });
            layout.apply(&inverse);
            prop_assert_eq!(layout, kept);
        }
    }

    #[test]
    fn an_item_is_written_and_read_with_what_is_not_known_of_it() {
        for json in [
            serde_json::json!({"x": 1.0, "y": 2.0, "w": 3.0, "h": 4.0, "type": "note", "text": "hello", "pinned": true}),
            serde_json::json!({"x": 1.0, "y": 2.0, "w": 3.0, "h": 4.0, "type": "picture", "src": "plan.png", "locked": true}),
        ] {
            let item: Item = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&item).unwrap(), json, "nothing is lost and nothing is there twice");
            assert!(!item.extra.contains_key("type"), "what is known is not kept a second time: {:?}", item.extra);
        }
    }

    #[test]
    fn items_keep_their_order_when_one_changes() {
        let mut layout = Layout::default();
        let set = |item: &str, text: &str| LayoutEdit::SetItem { tool: "t".into(), item: item.into(), value: Some(note(text)), at: None };
        for (item, text) in [("a", "1"), ("b", "2"), ("a", "3")] {
            layout.apply(&set(item, text));
        }
        let items: Vec<_> = layout.drawing("t").unwrap().items.keys().map(ItemId::as_str).collect();
        assert_eq!(items, ["a", "b"], "a changed item stays where it was");
    }
}
