//! What is selected.

use crate::{EdgeKey, ItemKey, NodeKey};

/// See the module. An edge is selected alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The selected nodes; the last is the current one.
    pub nodes: Vec<NodeKey>,
    /// The selected notes, frames and pictures.
    pub items: Vec<ItemKey>,
    /// The selected edge.
    pub edge: Option<EdgeKey>,
}

impl Selection {
    /// Exactly these nodes.
    #[must_use]
    pub fn nodes(nodes: Vec<NodeKey>) -> Self {
        Self { nodes, ..Self::default() }
    }

    /// Exactly this item.
    #[must_use]
    pub fn item(item: ItemKey) -> Self {
        Self { items: vec![item], ..Self::default() }
    }

    /// Exactly this edge.
    #[must_use]
    pub fn edge(edge: EdgeKey) -> Self {
        Self { edge: Some(edge), ..Self::default() }
    }

    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The selection with a node added, or taken away where it was there.
    #[must_use]
    pub fn toggled_node(&self, node: NodeKey) -> Self {
        Self { nodes: toggled(&self.nodes, node), items: self.items.clone(), edge: None }
    }

    /// The selection with an item added, or taken away where it was there.
    #[must_use]
    pub fn toggled_item(&self, item: ItemKey) -> Self {
        Self { nodes: self.nodes.clone(), items: toggled(&self.items, item), edge: None }
    }
}

fn toggled<T: Copy + PartialEq>(all: &[T], one: T) -> Vec<T> {
    let mut rest: Vec<T> = all.iter().copied().filter(|other| *other != one).collect();
    if rest.len() == all.len() {
        rest.push(one);
    }
    rest
}
