//! Stable keys for rows that move: a slot keeps where its row is now, and how often it was taken.

/// A slot, and which of its uses is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) slot: u32,
    generation: u32,
}

/// A node, for as long as it is in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeKey(pub(crate) Key);

/// An edge, for as long as it is in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EdgeKey(pub(crate) Key);

impl NodeKey {
    /// A number that no other node has while this one is there; for elements of a page.
    #[must_use]
    pub fn number(self) -> u64 {
        (u64::from(self.0.generation) << 32) | u64::from(self.0.slot)
    }
}

#[derive(Clone, Debug)]
struct Slot {
    generation: u32,
    /// `None` while the slot is free.
    row: Option<u32>,
}

/// Which row each key means. Rows are dense: removing one moves those after it up, so that the order of painting stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// The slot of each row.
    rows: Vec<u32>,
}

impl Slots {
    /// A key for a new last row.
    pub(crate) fn add(&mut self) -> Key {
        let row = self.rows.len() as u32;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { generation: 0, row: None });
            self.slots.len() as u32 - 1
        });
        self.rows.push(slot);
        let taken = &mut self.slots[slot as usize];
        taken.row = Some(row);
        Key { slot, generation: taken.generation }
    }

    /// Frees what these keys mean; says of each row whether it stays.
    pub(crate) fn remove(&mut self, keys: impl Iterator<Item = Key>) -> Vec<bool> {
        let mut stays = vec![true; self.rows.len()];
        for key in keys {
            let Some(row) = self.row(key) else { continue };
            stays[row] = false;
            let slot = &mut self.slots[key.slot as usize];
            slot.row = None;
            slot.generation = slot.generation.wrapping_add(1);
            self.free.push(key.slot);
        }
        let first = stays.iter().position(|stays| !stays).unwrap_or(stays.len());
        let mut each = stays.iter();
        self.rows.retain(|_| each.next().is_some_and(|stays| *stays));
        for (at, slot) in self.rows.iter().enumerate().skip(first) {
            self.slots[*slot as usize].row = Some(at as u32);
        }
        stays
    }

    pub(crate) fn row(&self, key: Key) -> Option<usize> {
        let slot = self.slots.get(key.slot as usize)?;
        (slot.generation == key.generation).then_some(slot.row?).map(|row| row as usize)
    }

    pub(crate) fn row_of_slot(&self, slot: u32) -> Option<usize> {
        self.slots.get(slot as usize)?.row.map(|row| row as usize)
    }
}
