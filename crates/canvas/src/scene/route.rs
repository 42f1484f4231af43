//! The way of an edge between two ports. Knows only the two cards.

use crate::{Cubic, Point, Rect, geometry::pt};

/// How far an edge goes straight out of a port before it turns back.
const STUB: f64 = 28.0;
/// The distance of a returning edge from the cards that it passes under.
const CLEARANCE: f64 = 28.0;
/// The distance between returning edges of one node.
const LANE: f64 = 12.0;
/// The distance of a label from the port that its edge leaves.
const LABEL_OFFSET: f64 = 14.0;
/// The height of a label's box.
const LABEL_HEIGHT: f64 = 20.0;
/// The widest that a label's box becomes.
const MOST_LABEL: f64 = 196.0;
/// What a character of a label takes on average, a little generous.
const LABEL_CHARACTER: f64 = 6.3;
/// The radius of a turn.
const RADIUS: f64 = 18.0;

/// The curve from the output `start` of the card `from` to the input `end` of the card `to`. An edge that leads on is one
/// curve; one that leads back goes under both cards, lower for a lower port.
pub(super) fn route(start: Point, end: Point, from: Rect, to: Rect, port: usize) -> Vec<Cubic> {
    let ahead = end.x - start.x;
    if ahead >= STUB {
        let reach = (ahead / 2.0).max(STUB).min(ahead.max(160.0));
        return vec![Cubic { from: start, out: start.offset(reach, 0.0), into: end.offset(-reach, 0.0), to: end }];
    }
    let lane = from.bottom().max(to.bottom()) + CLEARANCE + LANE * port as f64;
    let right = start.x + STUB + LANE * port as f64;
    let left = end.x - STUB;
    rounded(&[start, pt(right, start.y), pt(right, lane), pt(left, lane), pt(left, end.y), end])
}

/// The width of a label's box: what its characters take at the size that labels are drawn in, but no more than
/// [`MOST_LABEL`]; the painter cuts what does not fit.
fn label_width(label: &str) -> f64 {
    if label.is_empty() { 0.0 } else { (label.chars().count() as f64 * LABEL_CHARACTER + 16.0).min(MOST_LABEL) }
}

/// The room that a label needs between two cards.
pub(super) fn label_room(label: &str) -> f64 {
    if label.is_empty() { 0.0 } else { LABEL_OFFSET + label_width(label) + STUB }
}

/// Where a label goes: beside the port that its edge leaves, where no two can meet, or in the middle of the way back. None
/// for no label.
pub(super) fn label_box(label: &str, curve: &[Cubic]) -> Option<Rect> {
    let (first, width) = (curve.first()?, label_width(label));
    let left_middle = match curve {
        [_] => first.from.offset(LABEL_OFFSET, 0.0),
        _ => curve.get(curve.len() / 2)?.at(0.5).offset(-width / 2.0, 0.0),
    };
    (width > 0.0).then(|| Rect::new(left_middle.x, left_middle.y - LABEL_HEIGHT / 2.0, width, LABEL_HEIGHT))
}

/// The line through the points with its corners rounded.
fn rounded(points: &[Point]) -> Vec<Cubic> {
    /// A circle's quarter as a cubic has its handles at this share of the radius.
    const QUARTER: f64 = 0.5523;
    let mut curve = Vec::new();
    let Some(mut at) = points.first().copied() else { return curve };
    for corner in points.windows(3) {
        let [before, turn, after] = [corner[0], corner[1], corner[2]];
        let radius = RADIUS.min(before.distance(turn) / 2.0).min(turn.distance(after) / 2.0);
        let toward = |other: Point, by: f64| turn.lerp(other, if turn == other { 0.0 } else { by / turn.distance(other) });
        let (enter, leave) = (toward(before, radius), toward(after, radius));
        curve.push(Cubic::line(at, enter));
        let handle = radius * (1.0 - QUARTER);
        curve.push(Cubic { from: enter, out: toward(before, handle), into: toward(after, handle), to: leave });
        at = leave;
    }
    if let Some(last) = points.last() {
        curve.push(Cubic::line(at, *last));
    }
    curve
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(from: Rect, to: Rect) -> (Point, Point) {
        (pt(from.right(), from.y + 36.0), pt(to.x, to.y + 36.0))
    }

    proptest! {
        #[test]
        fn a_route_joins_its_ports_without_a_gap(x in -3000.0..3000.0f64, y in -3000.0..3000.0f64, port in 0usize..6) {
            let (from, to) = (Rect::new(0.0, 0.0, 240.0, 72.0), Rect::new(x, y, 240.0, 120.0));
            let (start, end) = ends(from, to);
            let curve = route(start, end, from, to, port);
            prop_assert_eq!(curve.first().map(|piece| piece.from), Some(start));
            prop_assert_eq!(curve.last().map(|piece| piece.to), Some(end));
            for pair in curve.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from, "each piece begins where the last ended");
            }
        }
    }

    #[test]
    fn an_edge_back_passes_under_both_cards() {
        let (from, to) = (Rect::new(600.0, 0.0, 240.0, 72.0), Rect::new(0.0, 50.0, 240.0, 120.0));
        let (start, end) = ends(from, to);
        let lowest = |port| {
            let curve = route(start, end, from, to, port);
            curve.iter().flat_map(|piece| (0..=10).map(|i| piece.at(f64::from(i) / 10.0).y)).fold(f64::MIN, f64::max)
        };
        assert!(lowest(0) >= 170.0 + CLEARANCE - 0.01, "under the lower of the two");
        assert!(lowest(1) > lowest(0), "a lower port takes a lower lane");
    }

    #[test]
    fn an_edge_ahead_never_turns_back() {
        let (from, to) = (Rect::new(0.0, 0.0, 240.0, 72.0), Rect::new(300.0, 900.0, 240.0, 72.0));
        let (start, end) = ends(from, to);
        for piece in route(start, end, from, to, 0) {
            assert!(piece.out.x >= start.x && piece.into.x <= end.x, "handles lie between the ports' outward sides");
        }
    }
}
