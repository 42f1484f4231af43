//! A spatial index: which rectangles touch a rectangle. Knows nothing of what the rectangles are.
//!
//! A uniform grid, since canvases change at every frame of a drag: moving is a few list operations. What is larger than a
//! few cells goes to a coarse grid of the same form, and what is larger still to a list that every query looks through.

use rustc_hash::FxHashMap;

use crate::Rect;

/// The side of a cell, in units of the world: about two cards.
const CELL: f64 = 512.0;
/// The side of a coarse cell.
const COARSE_CELL: f64 = 16.0 * CELL;
/// How many cells a rectangle may take along one side before it counts as large.
const MOST_CELLS: i64 = 4;

type Cell = (i64, i64);

/// Rectangles by a small number, found by place.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// By number; `None` where there is none.
    rects: Vec<Option<Rect>>,
    count: usize,
    fine: FxHashMap<Cell, Vec<u32>>,
    coarse: FxHashMap<Cell, Vec<u32>>,
    huge: Vec<u32>,
}

/// Where a rectangle is kept: which cells, from the first to the last.
enum Home {
    Fine(Cell, Cell),
    Coarse(Cell, Cell),
    Huge,
}

fn cells(rect: &Rect, side: f64) -> (Cell, Cell) {
    let cell = |at: f64| (at / side).floor() as i64;
    ((cell(rect.x), cell(rect.y)), (cell(rect.right()), cell(rect.bottom())))
}

fn is_small(first: Cell, last: Cell) -> bool {
    last.0 - first.0 < MOST_CELLS && last.1 - first.1 < MOST_CELLS
}

fn home(rect: &Rect) -> Home {
    let (first, last) = cells(rect, CELL);
    if is_small(first, last) {
        return Home::Fine(first, last);
    }
    let (first, last) = cells(rect, COARSE_CELL);
    if is_small(first, last) { Home::Coarse(first, last) } else { Home::Huge }
}

fn each_cell(first: Cell, last: Cell) -> impl Iterator<Item = Cell> {
    (first.1..=last.1).flat_map(move |y| (first.0..=last.0).map(move |x| (x, y)))
}

impl Index {
    /// Puts a rectangle under a number, in place of the one that was there.
    pub fn put(&mut self, number: u32, rect: Rect) {
        self.remove(number);
        let at = number as usize;
        if self.rects.len() <= at {
            self.rects.resize(at + 1, None);
        }
        self.rects[at] = Some(rect);
        self.count += 1;
        match home(&rect) {
            Home::Fine(first, last) => each_cell(first, last).for_each(|cell| self.fine.entry(cell).or_default().push(number)),
            Home::Coarse(first, last) => each_cell(first, last).for_each(|cell| self.coarse.entry(cell).or_default().push(number)),
            Home::Huge => self.huge.push(number),
        }
    }

    /// Takes the rectangle of a number away, if there is one.
    pub fn remove(&mut self, number: u32) {
        let Some(rect) = self.rects.get_mut(number as usize).and_then(Option::take) else { return };
        self.count -= 1;
        match home(&rect) {
            Home::Fine(first, last) => take_from(&mut self.fine, first, last, number),
            Home::Coarse(first, last) => take_from(&mut self.coarse, first, last, number),
            Home::Huge => self.huge.retain(|other| *other != number),
        }
    }

    /// Appends the numbers of all rectangles that touch `area`, each once, in no order that means anything.
    pub fn query(&self, area: &Rect, found: &mut Vec<u32>) {
        self.query_grid(&self.fine, CELL, area, found);
        self.query_grid(&self.coarse, COARSE_CELL, area, found);
        found.extend(self.huge.iter().filter(|number| self.touches(**number, area)));
    }

    fn query_grid(&self, grid: &FxHashMap<Cell, Vec<u32>>, side: f64, area: &Rect, found: &mut Vec<u32>) {
        let (first, last) = cells(area, side);
        let wanted = (last.0 - first.0 + 1).saturating_mul(last.1 - first.1 + 1);
        let mut look = |cell: Cell, numbers: &[u32]| {
            for number in numbers {
                let Some(rect) = self.rects.get(*number as usize).copied().flatten() else { continue };
                // A rectangle in several cells is told by the first of them that the query sees.
                let (own, _) = cells(&rect, side);
                if rect.touches(area) && cell == (own.0.max(first.0), own.1.max(first.1)) {
                    found.push(*number);
                }
            }
        };
        // Zoomed far out there are more cells in view than are taken.
        if usize::try_from(wanted).is_ok_and(|wanted| wanted <= grid.len()) {
            for cell in each_cell(first, last) {
                if let Some(numbers) = grid.get(&cell) {
                    look(cell, numbers);
                }
            }
        } else {
            for (cell, numbers) in grid {
                look(*cell, numbers);
            }
        }
    }

    /// Whether `area` takes so much of what there is that looking at every rectangle costs less than asking.
    #[must_use]
    pub fn is_wide(&self, area: &Rect) -> bool {
        let (first, last) = cells(area, CELL);
        let wanted = (last.0 - first.0 + 1).saturating_mul(last.1 - first.1 + 1);
        usize::try_from(wanted).is_ok_and(|wanted| wanted >= self.fine.len() / 2)
    }

    fn touches(&self, number: u32, area: &Rect) -> bool {
        self.rects.get(number as usize).copied().flatten().is_some_and(|rect| rect.touches(area))
    }

    /// How many rectangles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn take_from(grid: &mut FxHashMap<Cell, Vec<u32>>, first: Cell, last: Cell, number: u32) {
    for cell in each_cell(first, last) {
        if let Some(numbers) = grid.get_mut(&cell) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                grid.remove(&cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn any_rect()(x in -9000.0..9000.0, y in -9000.0..9000.0, w in size(), h in size()) -> Rect { Rect::new(x, y, w, h) }
    }

    fn size() -> impl Strategy<Value = f64> {
        prop_oneof![8 => 0.0..300.0, 2 => 300.0..4000.0, 1 => 4000.0..80000.0]
    }

    #[derive(Clone, Debug)]
    enum Change {
        Put(u32, Rect),
        Remove(u32),
    }

    fn any_change() -> impl Strategy<Value = Change> {
        prop_oneof![4 => (0u32..40, any_rect()).prop_map(|(n, r)| Change::Put(n, r)), 1 => (0u32..40).prop_map(Change::Remove)]
    }

    proptest! {
        #[test]
        fn the_index_finds_what_looking_at_each_finds(changes in prop::collection::vec(any_change(), 0..120), area in any_rect()) {
            let mut index = Index::default();
            let mut plain: std::collections::BTreeMap<u32, Rect> = std::collections::BTreeMap::new();
            for change in changes {
                match change {
                    Change::Put(number, rect) => { index.put(number, rect); plain.insert(number, rect); }
                    Change::Remove(number) => { index.remove(number); plain.remove(&number); }
                }
            }
            let mut found = Vec::new();
            index.query(&area, &mut found);
            found.sort_unstable();
            let expected: Vec<u32> = plain.iter().filter(|(_, rect)| rect.touches(&area)).map(|(number, _)| *number).collect();
            prop_assert_eq!(found, expected, "each that touches, once");
            prop_assert_eq!(index.len(), plain.len());
        }
    }

    #[test]
    fn an_emptied_index_keeps_no_cells() {
        let mut index = Index::default();
        index.put(3, Rect::new(0.0, 0.0, 5000.0, 10.0));
        index.put(4, Rect::new(0.0, 0.0, 10.0, 10.0));
        index.remove(3);
        index.remove(4);
        assert!(index.is_empty() && index.fine.is_empty() && index.coarse.is_empty() && index.huge.is_empty(), "nothing is left behind");
    }
}
