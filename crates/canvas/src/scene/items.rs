//! What stands on the canvas beside nodes: notes, frames, pictures. Few against nodes, so a list without an index.

use graph::{Item, ItemContent, ItemId};

use super::Scene;
use crate::{Point, Rect, geometry::pt};

/// The height of a frame's bar with its title, inside the frame at its top.
pub const FRAME_BAR: f64 = 32.0;
/// The least width and height of an item.
pub const LEAST_ITEM: f64 = 48.0;
/// How near to a side of a frame counts as on it, in pixels.
const SIDE_REACH: f64 = 6.0;
/// How near to a handle counts as on it, in pixels.
const HANDLE_REACH: f64 = 8.0;

/// An item, for as long as it is in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey(u64);

/// One item.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    /// Its key.
    pub key: ItemKey,
    /// Its id in the layout.
    pub id: ItemId,
    /// Where it is.
    pub rect: Rect,
    /// What it is.
    pub content: ItemContent,
}

/// The items, from the back to the front.
#[derive(Clone, Debug, Default)]
pub(super) struct Items {
    pub(super) rows: Vec<ItemRow>,
    /// How many keys were ever given.
    given: u64,
}

/// A handle of an item, by which it gets another size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The side that it moves: -1 the left one, 1 the right one, 0 neither.
    pub x: i8,
    /// Likewise: -1 the upper one, 1 the lower one.
    pub y: i8,
}

impl Handle {
    /// All eight, corners first.
    pub const ALL: [Handle; 8] = [
        Handle { x: -1, y: -1 },
        Handle { x: 1, y: -1 },
        Handle { x: -1, y: 1 },
        Handle { x: 1, y: 1 },
        Handle { x: 0, y: -1 },
        Handle { x: -1, y: 0 },
        Handle { x: 1, y: 0 },
        Handle { x: 0, y: 1 },
    ];

    /// Where the handle of a rectangle is.
    #[must_use]
    pub fn of(self, rect: &Rect) -> Point {
        let middle = rect.center();
        pt(middle.x + f64::from(self.x) * rect.w / 2.0, middle.y + f64::from(self.y) * rect.h / 2.0)
    }

    /// The rectangle after the handle was moved by this much. It never becomes smaller than [`LEAST_ITEM`].
    #[must_use]
    pub fn resized(self, rect: &Rect, dx: f64, dy: f64) -> Rect {
        let along = |side: i8, low: f64, size: f64, by: f64| match side {
            -1 => {
                let by = by.min(size - LEAST_ITEM);
                (low + by, size - by)
            }
            0 => (low, size),
            _ => (low, (size + by).max(LEAST_ITEM)),
        };
        let ((x, w), (y, h)) = (along(self.x, rect.x, rect.w, dx), along(self.y, rect.y, rect.h, dy));
        Rect { x, y, w, h }
    }
}

impl ItemRow {
    /// Whether it stays where it is.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.content, ItemContent::Picture { locked: true, .. })
    }

    /// Whether it is in front of nodes and edges; the others are behind.
    #[must_use]
    pub fn is_in_front(&self) -> bool {
        matches!(self.content, ItemContent::Note { .. })
    }

    /// Whether a point is on it. A frame is held by its bar and its sides: what is in it is not covered by it.
    fn has(&self, p: Point, zoom: f64) -> bool {
        let reach = SIDE_REACH / zoom;
        match self.content {
            ItemContent::Note { .. } | ItemContent::Picture { .. } => self.rect.contains(p),
            ItemContent::Frame { .. } => {
                let inside = self.rect.grown(-reach.min(self.rect.w.min(self.rect.h) / 2.0));
                let on_side = self.rect.grown(reach).contains(p) && !inside.contains(p);
                on_side || Rect { h: FRAME_BAR.min(self.rect.h), ..self.rect }.contains(p)
            }
        }
    }
}

impl Scene {
    /// The items, from the back to the front.
    #[must_use]
    pub fn items(&self) -> &[ItemRow] {
        &self.items.rows
    }

    /// An item; none if it is no longer there.
    #[must_use]
    pub fn item(&self, key: ItemKey) -> Option<&ItemRow> {
        self.items.rows.iter().find(|row| row.key == key)
    }

    /// The item of this id.
    #[must_use]
    pub fn find_item(&self, id: &str) -> Option<&ItemRow> {
        self.items.rows.iter().find(|row| row.id.as_str() == id)
    }

    /// Gives an item another place or size.
    pub fn set_item_rect(&mut self, key: ItemKey, rect: Rect) {
        if let Some(row) = self.items.rows.iter_mut().find(|row| row.key == key) {
            row.rect = rect;
        }
    }

    /// Has exactly these items from now on; one of the same id keeps its key, and `held` ones their rectangle. Says whether
    /// that is a change.
    pub fn set_items<'i>(&mut self, items: impl IntoIterator<Item = (&'i ItemId, &'i Item)>, held: &[ItemKey]) -> bool {
        let mut rows = Vec::new();
        for (id, item) in items {
            let known = self.items.rows.iter().find(|row| row.id == *id);
            let key = known.map_or(ItemKey(self.items.given + 1), |row| row.key);
            self.items.given = self.items.given.max(key.0);
            let rect = Rect { x: item.x, y: item.y, w: item.w.max(LEAST_ITEM), h: item.h.max(LEAST_ITEM) };
            let rect = known.filter(|row| held.contains(&row.key)).map_or(rect, |row| row.rect);
            rows.push(ItemRow { key, id: id.clone(), rect, content: item.content.clone() });
        }
        let changes = rows != self.items.rows;
        self.items.rows = rows;
        changes
    }

    /// The front item at a point among those in front of the nodes, or among those behind.
    pub(super) fn hit_item(&self, p: Point, zoom: f64, in_front: bool) -> Option<ItemKey> {
        self.items.rows.iter().rev().find(|row| row.is_in_front() == in_front && row.has(p, zoom)).map(|row| row.key)
    }

    /// The handle of an item at a point; none of one that stays where it is.
    #[must_use]
    pub fn hit_handle(&self, key: ItemKey, p: Point, zoom: f64) -> Option<Handle> {
        let row = self.item(key).filter(|row| !row.is_locked())?;
        Handle::ALL.into_iter().find(|handle| handle.of(&row.rect).distance(p) <= HANDLE_REACH / zoom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_handle_moves_its_own_sides_and_no_other(at in 0usize..8, dx in -500.0..500.0f64, dy in -500.0..500.0f64) {
            let (rect, handle) = (Rect::new(10.0, 20.0, 200.0, 100.0), Handle::ALL[at]);
            let after = handle.resized(&rect, dx, dy);
            prop_assert!(after.w >= LEAST_ITEM && after.h >= LEAST_ITEM, "{:?} stays large enough", after);
            prop_assert!(handle.x < 0 || (after.x - rect.x).abs() < 1e-9, "the left side stays");
            prop_assert!(handle.x > 0 || (after.right() - rect.right()).abs() < 1e-9, "the right side stays");
            prop_assert!(handle.y < 0 || (after.y - rect.y).abs() < 1e-9, "the upper side stays");
            prop_assert!(handle.y > 0 || (after.bottom() - rect.bottom()).abs() < 1e-9, "the lower side stays");
        }
    }
}
