//! The way of an edge between two ports. Knows the two cards, and asks whether another is in the way.

use crate::{Cubic, Point, Rect, geometry::pt};

/// How far an edge goes straight out of a port before it turns back.
const STUB: f64 = 28.0;
/// The distance of a returning edge from the cards that it passes under.
const CLEARANCE: f64 = 28.0;
/// The distance of an edge that leads on from the cards that it goes around.
const PASSING: f64 = 16.0;
/// How many obstacles are taken together before a way around is given up.
const MOST_TRIES: usize = 4;
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

/// How edges that lead on are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdgeStyle {
    /// As curves.
    #[default]
    Bezier,
    /// As level and upright lines with round corners.
    Orthogonal,
}

/// Two cards and the ports that an edge joins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    /// The output, on the right side of the card `from`.
    pub(super) start: Point,
    /// The input, on the left side of the card `to`.
    pub(super) end: Point,
    /// The card that the edge leaves.
    pub(super) from: Rect,
    /// The card that it enters.
    pub(super) to: Rect,
    /// The position of its port, from the top.
    pub(super) port: usize,
    /// How wide what is written at the port is: an upright line does not pass through it.
    pub(super) label: f64,
    /// How the edge is drawn.
    pub(super) style: EdgeStyle,
}

/// The curve of an edge. One that leads on is a single curve, or goes over or under the cards that `blocked` says are in the
/// way of a curve; where there is no such way, through behind them. One that leads back goes under both its cards, lower for
/// a lower port.
pub(super) fn route(ends: Ends, blocked: impl Fn(&[Cubic]) -> Option<Rect>) -> Vec<Cubic> {
    let Ends { start, end, from, to, port, .. } = ends;
    if end.x - start.x < STUB {
        let lane = from.bottom().max(to.bottom()) + CLEARANCE + LANE * port as f64;
        let right = start.x + STUB + LANE * port as f64;
        let left = end.x - STUB;
        return rounded(&[start, pt(right, start.y), pt(right, lane), pt(left, lane), pt(left, end.y), end]);
    }
    let direct = ends.through(&[]);
    let Some(obstacle) = blocked(&direct) else { return direct };
    let around = [around(ends, obstacle, &blocked, Rect::y_above), around(ends, obstacle, &blocked, Rect::y_below)];
    let length = |curve: &Vec<Cubic>| curve.iter().map(|piece| piece.from.distance(piece.to)).sum::<f64>();
    around.into_iter().flatten().min_by(|a, b| length(a).total_cmp(&length(b))).unwrap_or(direct)
}

/// A curve that leaves and arrives level.
fn sway(from: Point, to: Point) -> Cubic {
    let ahead = to.x - from.x;
    let reach = (ahead / 2.0).max(STUB.min(ahead));
    Cubic { from, out: from.offset(reach, 0.0), into: to.offset(-reach, 0.0), to }
}

/// The way past the obstacle on the lane that `lane` gives, if it is free.
fn around(ends: Ends, obstacle: Rect, blocked: impl Fn(&[Cubic]) -> Option<Rect>, lane: fn(&Rect) -> f64) -> Option<Vec<Cubic>> {
    let mut obstacle = obstacle;
    for _ in 0..MOST_TRIES {
        let (enter, leave) = ((obstacle.x - STUB).max(ends.start.x + STUB), (obstacle.right() + STUB).min(ends.end.x - STUB));
        if enter > leave {
            return None;
        }
        let (enter, leave) = (pt(enter, lane(&obstacle)), pt(leave, lane(&obstacle)));
        let way = ends.through(&[enter, leave]);
        match blocked(&way) {
            None => return Some(way),
            Some(more) => obstacle = obstacle.union(&more),
        }
    }
    None
}

impl Ends {
    /// The way over the lane between two points, or without any straight on.
    fn through(&self, lane: &[Point]) -> Vec<Cubic> {
        let (start, end) = (self.start, self.end);
        match (self.style, lane) {
            (EdgeStyle::Bezier, [enter, leave]) => vec![sway(start, *enter), Cubic::line(*enter, *leave), sway(*leave, end)],
            (EdgeStyle::Bezier, _) => vec![sway(start, end)],
            (EdgeStyle::Orthogonal, [enter, leave]) => {
                let turn = self.turn(enter.x);
                rounded(&[start, pt(turn, start.y), pt(turn, enter.y), *leave, pt(leave.x, end.y), end])
            }
            (EdgeStyle::Orthogonal, _) if (start.y - end.y).abs() < 0.5 => vec![Cubic::line(start, end)],
            (EdgeStyle::Orthogonal, _) => {
                let turn = self.turn(f64::midpoint(start.x, end.x));
                rounded(&[start, pt(turn, start.y), pt(turn, end.y), end])
            }
        }
    }

    /// Where an upright line leaves the port's height: at `wish`, but past what is written there, if there is room. Lines of
    /// several ports keep apart.
    fn turn(&self, wish: f64) -> f64 {
        let past_label = self.start.x + if self.label > 0.0 { LABEL_OFFSET + self.label + LABEL_OFFSET } else { STUB / 2.0 };
        let last = self.end.x - STUB / 2.0;
        (wish - LANE / 2.0 * self.port as f64).max(past_label).min(last).max(self.start.x)
    }
}

impl Rect {
    fn y_above(&self) -> f64 {
        self.y - PASSING
    }

    fn y_below(&self) -> f64 {
        self.bottom() + PASSING
    }
}

/// The width of a label's box: what its characters take at the size that labels are drawn in, but no more than
/// [`MOST_LABEL`]; the painter cuts what does not fit.
pub(super) fn label_width(label: &str) -> f64 {
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
    let left_middle = if leads_back(curve) {
        curve.get(curve.len() / 2)?.at(0.5).offset(-width / 2.0, 0.0)
    } else {
        first.from.offset(LABEL_OFFSET, 0.0)
    };
    (width > 0.0).then(|| Rect::new(left_middle.x, left_middle.y - LABEL_HEIGHT / 2.0, width, LABEL_HEIGHT))
}

/// Whether the curve is of an edge that leads back.
pub(super) fn leads_back(curve: &[Cubic]) -> bool {
    curve.first().zip(curve.last()).is_some_and(|(first, last)| last.to.x - first.from.x < STUB)
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

    fn ends(from: Rect, to: Rect, port: usize) -> Ends {
        let (start, end) = (pt(from.right(), from.y + 36.0), pt(to.x, to.y + 36.0));
        Ends { start, end, from, to, port, label: 0.0, style: EdgeStyle::Bezier }
    }

    /// What of `cards` a curve touches.
    fn blocked(cards: &[Rect]) -> impl Fn(&[Cubic]) -> Option<Rect> {
        move |curve| {
            let points: Vec<Point> = curve.iter().flat_map(|piece| (0..=40).map(|i| piece.at(f64::from(i) / 40.0))).collect();
            cards.iter().copied().filter(|card| points.iter().any(|p| card.contains(*p))).reduce(|a, b| a.union(&b))
        }
    }

    proptest! {
        #[test]
        fn a_route_joins_its_ports_without_a_gap(
            x in -3000.0..3000.0f64, y in -3000.0..3000.0f64, port in 0usize..6, upright in any::<bool>(), label in 0.0..200.0f64,
            cards in prop::collection::vec((-500.0..3000.0f64, -900.0..900.0f64), 0..12),
        ) {
            let (from, to) = (Rect::new(0.0, 0.0, 240.0, 72.0), Rect::new(x, y, 240.0, 120.0));
            let style = if upright { EdgeStyle::Orthogonal } else { EdgeStyle::Bezier };
            let ends = Ends { style, label, ..ends(from, to, port) };
            let cards: Vec<Rect> = cards.into_iter().map(|(x, y)| Rect::new(x, y, 208.0, 72.0)).collect();
            let curve = route(ends, blocked(&cards));
            prop_assert_eq!(curve.first().map(|piece| piece.from), Some(ends.start));
            prop_assert_eq!(curve.last().map(|piece| piece.to), Some(ends.end));
            for pair in curve.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from, "each piece begins where the last ended");
            }
        }
    }

    #[test]
    fn an_edge_back_passes_under_both_cards() {
        let (from, to) = (Rect::new(600.0, 0.0, 240.0, 72.0), Rect::new(0.0, 50.0, 240.0, 120.0));
        let lowest = |port| {
            let curve = route(ends(from, to, port), |_| None);
            curve.iter().flat_map(|piece| (0..=10).map(|i| piece.at(f64::from(i) / 10.0).y)).fold(f64::MIN, f64::max)
        };
        assert!(lowest(0) >= 170.0 + CLEARANCE - 0.01, "under the lower of the two");
        assert!(lowest(1) > lowest(0), "a lower port takes a lower lane");
        assert!(leads_back(&route(ends(from, to, 0), |_| None)), "and counts as leading back");
    }

    #[test]
    fn an_edge_ahead_never_turns_back() {
        let (from, to) = (Rect::new(0.0, 0.0, 240.0, 72.0), Rect::new(300.0, 900.0, 240.0, 72.0));
        let ends = ends(from, to, 0);
        for piece in route(ends, |_| None) {
            assert!(piece.out.x >= ends.start.x && piece.into.x <= ends.end.x, "handles lie between the ports' outward sides");
        }
    }

    #[test]
    fn an_edge_goes_around_a_card_on_the_shorter_side() {
        let (from, to) = (Rect::new(0.0, 0.0, 208.0, 72.0), Rect::new(800.0, 0.0, 208.0, 72.0));
        for (card, is_above) in [(Rect::new(400.0, 20.0, 208.0, 72.0), true), (Rect::new(400.0, -20.0, 208.0, 72.0), false)] {
            let cards = [card];
            let free = blocked(&cards);
            let curve = route(ends(from, to, 0), &free);
            assert_eq!(free(&curve), None, "{card:?} is not touched");
            assert_eq!(curve[1].from.y < card.y, is_above, "{card:?} is passed where it is nearer");
        }
    }

    #[test]
    fn an_upright_line_does_not_pass_through_what_is_written_at_its_port() {
        let (from, to) = (Rect::new(0.0, 0.0, 208.0, 72.0), Rect::new(480.0, 300.0, 208.0, 72.0));
        let curve = route(Ends { style: EdgeStyle::Orthogonal, label: 150.0, ..ends(from, to, 0) }, |_| None);
        let upright = curve.iter().filter(|piece| (piece.from.x - piece.to.x).abs() < 1e-9).map(|piece| piece.from.x);
        assert!(upright.clone().count() > 0, "there is an upright line in {curve:?}");
        assert!(upright.into_iter().all(|x| x > 208.0 + LABEL_OFFSET + 150.0), "it is past the label: {curve:?}");
    }

    #[test]
    fn an_edge_that_is_walled_in_goes_through() {
        let wall: Vec<Rect> = (-40..40).map(|i| Rect::new(400.0, f64::from(i) * 80.0, 208.0, 72.0)).collect();
        let (from, to) = (Rect::new(0.0, 0.0, 208.0, 72.0), Rect::new(800.0, 0.0, 208.0, 72.0));
        assert_eq!(route(ends(from, to, 0), blocked(&wall)).len(), 1, "it is one curve behind the wall");
    }
}
