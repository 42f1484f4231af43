//! Brings rectangles in line, and the same room between them. Knows rectangles only.

use crate::{Point, Rect};

/// What is brought in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// The left sides, at the leftmost.
    Left,
    /// The middles, on one upright line.
    Center,
    /// The right sides, at the rightmost.
    Right,
    /// The upper sides, at the uppermost.
    Top,
    /// The middles, on one level line.
    Middle,
    /// The lower sides, at the lowest.
    Bottom,
}

/// Along which axis room is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// From left to right.
    Horizontal,
    /// From top to bottom.
    Vertical,
}

/// The upper left corner of each rectangle, brought in line.
#[must_use]
pub fn align(rects: &[Rect], by: Alignment) -> Vec<Point> {
    let Some(all) = rects.iter().copied().reduce(|all, rect| all.union(&rect)) else { return Vec::new() };
    let placed = |rect: &Rect| match by {
        Alignment::Left => Point { x: all.x, ..rect.origin() },
        Alignment::Center => Point { x: all.center().x - rect.w / 2.0, ..rect.origin() },
        Alignment::Right => Point { x: all.right() - rect.w, ..rect.origin() },
        Alignment::Top => Point { y: all.y, ..rect.origin() },
        Alignment::Middle => Point { y: all.center().y - rect.h / 2.0, ..rect.origin() },
        Alignment::Bottom => Point { y: all.bottom() - rect.h, ..rect.origin() },
    };
    rects.iter().map(placed).collect()
}

/// The upper left corner of each rectangle, with the same room between neighbours; the first and the last stay.
#[must_use]
pub fn distribute(rects: &[Rect], axis: Axis) -> Vec<Point> {
    let mut points: Vec<Point> = rects.iter().map(Rect::origin).collect();
    let spans: Vec<(f64, f64)> = rects.iter().map(|rect| along(axis, rect)).collect();
    let middle = |at: &usize| spans[*at].0 + spans[*at].1 / 2.0;
    let mut order: Vec<usize> = (0..rects.len()).collect();
    order.sort_by(|a, b| middle(a).total_cmp(&middle(b)).then(a.cmp(b)));
    let (Some(first), Some(last)) = (order.first(), order.last()) else { return points };
    let mut next = spans[*first].0;
    let room = spans[*last].0 + spans[*last].1 - next - spans.iter().map(|(_, size)| size).sum::<f64>();
    let gap = room / (order.len().max(2) - 1) as f64;
    for at in order {
        match axis {
            Axis::Horizontal => points[at].x = next,
            Axis::Vertical => points[at].y = next,
        }
        next += spans[at].1 + gap;
    }
    points
}

/// Where a rectangle begins along an axis, and how much it takes.
fn along(axis: Axis, rect: &Rect) -> (f64, f64) {
    match axis {
        Axis::Horizontal => (rect.x, rect.w),
        Axis::Vertical => (rect.y, rect.h),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rects() -> Vec<Rect> {
        vec![Rect::new(0.0, 10.0, 100.0, 40.0), Rect::new(300.0, 0.0, 50.0, 20.0), Rect::new(120.0, 60.0, 80.0, 60.0)]
    }

    #[test]
    fn each_alignment_brings_its_side_in_line() {
        for (by, expected) in [
            (Alignment::Left, "0,10 0,0 0,60"),
            (Alignment::Center, "125,10 150,0 135,60"),
            (Alignment::Right, "250,10 300,0 270,60"),
            (Alignment::Top, "0,0 300,0 120,0"),
            (Alignment::Middle, "0,40 300,50 120,30"),
            (Alignment::Bottom, "0,80 300,100 120,60"),
        ] {
            let points: Vec<String> = align(&rects(), by).iter().map(|p| format!("{},{}", p.x, p.y)).collect();
            assert_eq!(points.join(" "), expected, "{by:?}");
        }
        assert!(align(&[], Alignment::Left).is_empty(), "nothing is in line with nothing");
    }

    #[test]
    fn room_is_shared_out_between_the_first_and_the_last() {
        let told = |axis| distribute(&rects(), axis).iter().map(|p| format!("{},{}", p.x, p.y)).collect::<Vec<_>>().join(" ");
        assert_eq!(told(Axis::Horizontal), "0,10 300,0 160,60", "60 on both sides of the one between");
        assert_eq!(told(Axis::Vertical), "0,20 300,0 120,60", "none above and under the one between, as there was none");
    }

    proptest! {
        #[test]
        fn what_is_in_line_and_shared_out_stays_so(places in prop::collection::vec((0.0..900.0f64, 0.0..900.0f64, 10.0..90.0f64), 1..9)) {
            let rects: Vec<Rect> = places.into_iter().map(|(x, y, w)| Rect::new(x, y, w, w / 2.0)).collect();
            let moved = |points: &[Point]| -> Vec<Rect> { rects.iter().zip(points).map(|(r, p)| Rect { x: p.x, y: p.y, ..*r }).collect() };
            for by in [Alignment::Left, Alignment::Center, Alignment::Right, Alignment::Top, Alignment::Middle, Alignment::Bottom] {
                let once = align(&rects, by);
                for (a, b) in once.iter().zip(align(&moved(&once), by)) {
                    prop_assert!(a.distance(b) < 1e-9, "{:?}", by);
                }
            }
        }
    }
}
