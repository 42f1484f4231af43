//! What is moved together: the selected nodes and items, and what stands in a frame that is among them.

use std::collections::HashSet;

use graph::ItemContent;

use super::View;
use crate::{Intent, ItemKey, NodeKey, Point, Rect, Selection};

/// See the module: each with its upper left corner before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Load {
    nodes: Vec<(NodeKey, Point)>,
    items: Vec<(ItemKey, Point)>,
    /// The nodes in the order of their keys, to be found quickly.
    sorted: Vec<NodeKey>,
    /// The rectangle around all of it, before.
    pub(super) around: Rect,
}

impl Load {
    /// What a selection moves. An item that is locked stays.
    pub(super) fn of(selection: &Selection, view: View<'_>) -> Load {
        let scene = view.scene;
        let (mut nodes, mut items) = (selection.nodes.clone(), selection.items.clone());
        for frame in selection.items.iter().filter_map(|key| scene.item(*key)) {
            if matches!(frame.content, ItemContent::Frame { .. }) {
                let inside = scene.nodes_in(&frame.rect).into_iter().filter(|row| frame.rect.encloses(&scene.nodes().rect(*row)));
                nodes.extend(inside.map(|row| scene.nodes().keys[row]));
                items.extend(scene.items().iter().filter(|item| frame.rect.encloses(&item.rect)).map(|item| item.key));
            }
        }
        let (mut seen_nodes, mut seen_items) = (HashSet::new(), HashSet::new());
        nodes.retain(|key| seen_nodes.insert(*key));
        items.retain(|key| seen_items.insert(*key));
        let nodes: Vec<(NodeKey, Rect)> = nodes.into_iter().filter_map(|key| Some((key, scene.rect(key)?))).collect();
        let items = items.into_iter().filter_map(|key| scene.item(key)).filter(|item| !item.is_locked());
        let items: Vec<(ItemKey, Rect)> = items.map(|item| (item.key, item.rect)).collect();
        let rects = nodes.iter().map(|(_, rect)| *rect).chain(items.iter().map(|(_, rect)| *rect));
        let mut sorted: Vec<NodeKey> = nodes.iter().map(|(key, _)| *key).collect();
        sorted.sort_unstable();
        Load {
            sorted,
            around: rects.reduce(|all, rect| all.union(&rect)).unwrap_or_default(),
            nodes: nodes.iter().map(|(key, rect)| (*key, rect.origin())).collect(),
            items: items.iter().map(|(key, rect)| (*key, rect.origin())).collect(),
        }
    }

    /// Whether there is nothing to move.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.items.is_empty()
    }

    /// The one node that it is; none where it is more or less.
    pub(super) fn only_node(&self) -> Option<NodeKey> {
        match (self.nodes.as_slice(), self.items.as_slice()) {
            ([(node, _)], []) => Some(*node),
            _ => None,
        }
    }

    /// Whether a node is among it.
    pub(super) fn has_node(&self, node: NodeKey) -> bool {
        self.sorted.binary_search(&node).is_ok()
    }

    /// Whether an item is among it.
    pub(super) fn has_item(&self, item: ItemKey) -> bool {
        self.items.iter().any(|(key, _)| *key == item)
    }

    pub(super) fn pick_up(&self) -> Intent {
        let (nodes, items) = self.keys();
        Intent::PickUp(nodes, items)
    }

    /// All of it this far from where it was.
    pub(super) fn placed(&self, by: Point) -> Vec<Intent> {
        let nodes = self.nodes.iter().map(|(node, at)| Intent::Place(*node, at.offset(by.x, by.y)));
        nodes.chain(self.items.iter().map(|(item, at)| Intent::PlaceItem(*item, at.offset(by.x, by.y)))).collect()
    }

    /// All of it is put down this far from where it was.
    pub(super) fn put_down(&self, by: Point) -> Vec<Intent> {
        let (nodes, items) = self.keys();
        let moved = (by != Point::default()).then_some(Intent::Moved(nodes, items));
        std::iter::once(Intent::PutDown).chain(moved).collect()
    }

    /// All of it is put back.
    pub(super) fn put_back(&self) -> Vec<Intent> {
        self.placed(Point::default()).into_iter().chain([Intent::PutDown]).collect()
    }

    fn keys(&self) -> (Vec<NodeKey>, Vec<ItemKey>) {
        (self.nodes.iter().map(|(key, _)| *key).collect(), self.items.iter().map(|(key, _)| *key).collect())
    }
}
