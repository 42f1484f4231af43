//! What a rectangle that is being moved is nearly level with. Knows rectangles only.

use crate::{Guide, Point, Rect, geometry::pt};

/// How far to move a rectangle so that it is level with others, and the lines that show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snap {
    /// How far, rightward and downward.
    pub by: Point,
    /// The lines, as they are after that move.
    pub guides: Vec<Guide>,
}

/// The sides and the middle of a rectangle along one axis.
type Marks = [f64; 3];

fn marks_x(rect: &Rect) -> Marks {
    [rect.x, rect.center().x, rect.right()]
}

fn marks_y(rect: &Rect) -> Marks {
    [rect.y, rect.center().y, rect.bottom()]
}

/// The least move, within `reach` each way, that brings a side or the middle of `moving` level with the same of one of
/// `others`; a side counts with either side, a middle with middles.
#[must_use]
pub fn snap(moving: &Rect, others: &[Rect], reach: f64) -> Snap {
    let dx = nearest(marks_x(moving), others, marks_x, reach);
    let dy = nearest(marks_y(moving), others, marks_y, reach);
    let by = pt(dx.unwrap_or(0.0), dy.unwrap_or(0.0));
    let at = Rect { x: moving.x + by.x, y: moving.y + by.y, ..*moving };
    let mut guides = Vec::new();
    if dx.is_some() {
        guides.extend(lines(
            &at,
            others,
            marks_x,
            |x, low, high| Guide { from: pt(x, low), to: pt(x, high) },
            |rect| (rect.y, rect.bottom()),
        ));
    }
    if dy.is_some() {
        guides.extend(lines(
            &at,
            others,
            marks_y,
            |y, low, high| Guide { from: pt(low, y), to: pt(high, y) },
            |rect| (rect.x, rect.right()),
        ));
    }
    Snap { by, guides }
}

/// The pairs of marks that may meet: sides with sides, the middle with the middle.
const PAIRS: [(usize, usize); 5] = [(0, 0), (0, 2), (1, 1), (2, 0), (2, 2)];

fn nearest(own: Marks, others: &[Rect], marks: fn(&Rect) -> Marks, reach: f64) -> Option<f64> {
    let offers = others.iter().flat_map(|other| PAIRS.map(|(mine, its)| marks(other)[its] - own[mine]));
    offers.filter(|by| by.abs() <= reach).min_by(|a, b| a.abs().total_cmp(&b.abs()))
}

/// A line for each place where marks meet now, as long as all that meet there together.
fn lines(
    at: &Rect,
    others: &[Rect],
    marks: fn(&Rect) -> Marks,
    line: fn(f64, f64, f64) -> Guide,
    span: fn(&Rect) -> (f64, f64),
) -> Vec<Guide> {
    let meets =
        |mine: usize, other: &Rect| PAIRS.iter().any(|(own, its)| *own == mine && (marks(other)[*its] - marks(at)[mine]).abs() < 1e-6);
    let guides = (0..3).filter_map(|mine| {
        let spans = others.iter().filter(|other| meets(mine, other)).map(span);
        let (low, high) = spans.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
        let own = span(at);
        Some(line(marks(at)[mine], low.min(own.0), high.max(own.1)))
    });
    guides.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(moving: Rect, others: &[Rect], expected: &str) {
        let snap = snap(&moving, others, 6.0);
        let lines: Vec<String> =
            snap.guides.iter().map(|line| format!("{},{}..{},{}", line.from.x, line.from.y, line.to.x, line.to.y)).collect();
        assert_eq!(format!("{},{} {}", snap.by.x, snap.by.y, lines.join(" ")).trim(), expected);
    }

    #[test]
    fn sides_meet_sides_and_middles_meet_middles() {
        let other = Rect::new(0.0, 0.0, 100.0, 50.0);
        check(Rect::new(300.0, 4.0, 100.0, 50.0), &[other], "0,-4 0,0..400,0 0,25..400,25 0,50..400,50");
        check(Rect::new(103.0, 200.0, 60.0, 20.0), &[other], "-3,0 100,0..100,220");
        check(Rect::new(22.0, 200.0, 60.0, 20.0), &[other], "-2,0 50,0..50,220");
        check(Rect::new(300.0, 300.0, 60.0, 20.0), &[other], "0,0");
        check(Rect::new(52.0, 300.0, 60.0, 20.0), &[other], "0,0");
    }

    proptest! {
        #[test]
        fn a_snap_never_moves_further_than_its_reach(
            x in -200.0..200.0f64, y in -200.0..200.0f64, others in prop::collection::vec((-200.0..200.0f64, -200.0..200.0f64), 0..9),
        ) {
            let others: Vec<Rect> = others.into_iter().map(|(x, y)| Rect::new(x, y, 80.0, 40.0)).collect();
            let moving = Rect::new(x, y, 80.0, 40.0);
            let first = snap(&moving, &others, 6.0);
            prop_assert!(first.by.x.abs() <= 6.0 && first.by.y.abs() <= 6.0);
            let after = Rect { x: x + first.by.x, y: y + first.by.y, ..moving };
            let again = snap(&after, &others, 6.0).by;
            prop_assert!(again.x.abs() < 1e-6 && again.y.abs() < 1e-6, "what is level stays");
        }
    }
}
