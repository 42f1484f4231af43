//! Points, rectangles and cubic curves. Knows nothing of nodes or cameras.
//!
//! World coordinates are `f64`, so that a canvas has no edge one could reach; y grows downward. Screen coordinates are
//! [`Pixel`]s in `f32`, since no screen needs more.

use serde::{Deserialize, Serialize};

/// A place in the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Rightward.
    pub x: f64,
    /// Downward.
    pub y: f64,
}

/// A place on the screen, in CSS pixels from the canvas's upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pixel {
    /// Rightward.
    pub x: f32,
    /// Downward.
    pub y: f32,
}

/// A rectangle in the world. Width and height are never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Its width.
    pub w: f64,
    /// Its height.
    pub h: f64,
}

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cubic {
    /// Where it begins.
    pub from: Point,
    /// The handle at its beginning.
    pub out: Point,
    /// The handle at its end.
    pub into: Point,
    /// Where it ends.
    pub to: Point,
}

/// Shorthand for a [`Point`].
#[must_use]
pub const fn pt(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    /// The point this far away.
    #[must_use]
    pub fn offset(self, dx: f64, dy: f64) -> Self {
        pt(self.x + dx, self.y + dy)
    }

    /// The distance to `other`.
    #[must_use]
    pub fn distance(self, other: Point) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point at the share `t` of the way to `other`.
    #[must_use]
    pub fn lerp(self, other: Point, t: f64) -> Self {
        pt(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }
}

impl Pixel {
    /// The distance to `other`, in pixels.
    #[must_use]
    pub fn distance(self, other: Pixel) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The pixel in the middle between this and `other`.
    #[must_use]
    pub fn middle(self, other: Pixel) -> Pixel {
        Pixel { x: f32::midpoint(self.x, other.x), y: f32::midpoint(self.y, other.y) }
    }
}

impl Rect {
    /// The rectangle with these sides.
    #[must_use]
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// The rectangle that two opposite corners span.
    #[must_use]
    pub fn spanning(a: Point, b: Point) -> Self {
        Self { x: a.x.min(b.x), y: a.y.min(b.y), w: (a.x - b.x).abs(), h: (a.y - b.y).abs() }
    }

    /// The smallest rectangle around all these points; none around no point.
    #[must_use]
    pub fn around(points: &[Point]) -> Option<Self> {
        let (first, rest) = points.split_first()?;
        let (low, high) =
            rest.iter().fold((*first, *first), |(low, high), p| (pt(low.x.min(p.x), low.y.min(p.y)), pt(high.x.max(p.x), high.y.max(p.y))));
        Some(Self::spanning(low, high))
    }

    /// Its right side.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Its lower side.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Its upper left corner.
    #[must_use]
    pub fn origin(&self) -> Point {
        pt(self.x, self.y)
    }

    /// Its middle.
    #[must_use]
    pub fn center(&self) -> Point {
        pt(self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Whether the point is inside or on a side.
    #[must_use]
    pub fn contains(&self, p: Point) -> bool {
        p.x >= self.x && p.x <= self.right() && p.y >= self.y && p.y <= self.bottom()
    }

    /// Whether all of `other` is inside.
    #[must_use]
    pub fn encloses(&self, other: &Rect) -> bool {
        other.x >= self.x && other.right() <= self.right() && other.y >= self.y && other.bottom() <= self.bottom()
    }

    /// Whether the two share a point; a common side counts.
    #[must_use]
    pub fn touches(&self, other: &Rect) -> bool {
        self.x <= other.right() && other.x <= self.right() && self.y <= other.bottom() && other.y <= self.bottom()
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Rect { x, y, w: self.right().max(other.right()) - x, h: self.bottom().max(other.bottom()) - y }
    }

    /// The rectangle with each side moved outward by `by`.
    #[must_use]
    pub fn grown(&self, by: f64) -> Rect {
        Rect { x: self.x - by, y: self.y - by, w: self.w + 2.0 * by, h: self.h + 2.0 * by }
    }
}

impl Cubic {
    /// The straight line from `from` to `to`.
    #[must_use]
    pub fn line(from: Point, to: Point) -> Self {
        Self { from, out: from.lerp(to, 1.0 / 3.0), into: from.lerp(to, 2.0 / 3.0), to }
    }

    /// The point at `t`, from 0 to 1.
    #[must_use]
    pub fn at(&self, t: f64) -> Point {
        let (a, b, c) = (self.from.lerp(self.out, t), self.out.lerp(self.into, t), self.into.lerp(self.to, t));
        a.lerp(b, t).lerp(b.lerp(c, t), t)
    }

    /// Appends points after `from`, such that straight lines between them stay within `tolerance` of the curve.
    pub fn flatten(&self, tolerance: f64, points: &mut Vec<Point>) {
        let bend = |a: Point, b: Point, c: Point| (a.x - 2.0 * b.x + c.x).hypot(a.y - 2.0 * b.y + c.y);
        // A curve leaves its chord by at most an eighth of its greatest second derivative.
        let most = 6.0 * bend(self.from, self.out, self.into).max(bend(self.out, self.into, self.to));
        let pieces = (most / (8.0 * tolerance)).sqrt().ceil().clamp(1.0, 64.0) as u32;
        points.extend((1..=pieces).map(|i| self.at(f64::from(i) / f64::from(pieces))));
    }
}

/// The distance from `p` to the nearest point of the line through `points`; infinite without points.
#[must_use]
pub fn distance_to_line(points: &[Point], p: Point) -> f64 {
    let single = points.first().map_or(f64::INFINITY, |first| first.distance(p));
    points.windows(2).fold(single, |nearest, ends| nearest.min(distance_to_segment(ends[0], ends[1], p)))
}

/// Whether the line through `points` has a point inside `rect`.
#[must_use]
pub(crate) fn line_touches(points: &[Point], rect: &Rect) -> bool {
    points.windows(2).any(|ends| clip(ends[0], ends[1], rect).is_some()) || points.first().is_some_and(|first| rect.contains(*first))
}

/// The part of the line from `from` to `to` inside `rect` (Liang and Barsky's way); none where it is outside.
#[must_use]
pub(crate) fn clip(from: Point, to: Point, rect: &Rect) -> Option<(Point, Point)> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let sides = [(-dx, from.x - rect.x), (dx, rect.right() - from.x), (-dy, from.y - rect.y), (dy, rect.bottom() - from.y)];
    for (step, room) in sides {
        if step == 0.0 && room < 0.0 {
            return None;
        }
        let t = room / step;
        if step < 0.0 {
            enter = enter.max(t);
        } else if step > 0.0 {
            leave = leave.min(t);
        }
    }
    (enter <= leave).then(|| (from.lerp(to, enter), from.lerp(to, leave)))
}

fn distance_to_segment(a: Point, b: Point, p: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let t = if length == 0.0 { 0.0 } else { (((p.x - a.x) * dx + (p.y - a.y) * dy) / length).clamp(0.0, 1.0) };
    a.lerp(b, t).distance(p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rectangles_touch_where_they_share_a_point() {
        let a = Rect::new(0.0, 0.0, 10.0, 10.0);
        for (b, touches, encloses) in [
            (Rect::new(10.0, 0.0, 5.0, 5.0), true, false),
            (Rect::new(10.1, 0.0, 5.0, 5.0), false, false),
            (Rect::new(2.0, 2.0, 3.0, 3.0), true, true),
            (Rect::new(-5.0, -5.0, 50.0, 50.0), true, false),
            (Rect::new(0.0, -7.0, 4.0, 6.0), false, false),
        ] {
            assert_eq!(a.touches(&b), touches, "touches {b:?}");
            assert_eq!(b.touches(&a), touches, "touching is mutual for {b:?}");
            assert_eq!(a.encloses(&b), encloses, "encloses {b:?}");
        }
    }

    #[test]
    fn the_distance_to_a_line_is_to_its_nearest_piece() {
        let line = [pt(0.0, 0.0), pt(10.0, 0.0), pt(10.0, 10.0)];
        for (p, expected) in [(pt(5.0, 3.0), 3.0), (pt(13.0, 5.0), 3.0), (pt(-3.0, 4.0), 5.0), (pt(10.0, 0.0), 0.0)] {
            assert!((distance_to_line(&line, p) - expected).abs() < 1e-9, "{p:?} is {expected} away");
        }
        assert!(distance_to_line(&[], pt(0.0, 0.0)).is_infinite(), "no line is near");
        assert_eq!(distance_to_line(&[pt(3.0, 4.0)], pt(0.0, 0.0)), 5.0, "a single point is a line");
    }

    fn coordinate() -> impl Strategy<Value = f64> {
        -2000.0..2000.0
    }

    prop_compose! {
        fn any_point()(x in coordinate(), y in coordinate()) -> Point { pt(x, y) }
    }

    proptest! {
        #[test]
        fn a_flattened_curve_stays_within_its_tolerance(a in any_point(), b in any_point(), c in any_point(), d in any_point()) {
            let curve = Cubic { from: a, out: b, into: c, to: d };
            let mut points = vec![a];
            // 64 pieces bound the error of the wildest curve of this size by 1.5 units.
            curve.flatten(1.5, &mut points);
            prop_assert_eq!(points.last().copied(), Some(curve.at(1.0)), "it ends where the curve ends");
            for i in 0..=200 {
                let away = distance_to_line(&points, curve.at(f64::from(i) / 200.0));
                prop_assert!(away <= 1.51, "the curve leaves its line by {}", away);
            }
        }

        #[test]
        fn a_clipped_line_is_inside_and_on_the_line(a in any_point(), b in any_point(), c in any_point(), d in any_point()) {
            let rect = Rect::spanning(c, d);
            if let Some((from, to)) = clip(a, b, &rect) {
                for p in [from, to] {
                    prop_assert!(rect.grown(1e-6).contains(p));
                    prop_assert!(distance_to_line(&[a, b], p) < 1e-6);
                }
            } else {
                prop_assert!((0..=50).all(|i| !rect.grown(-1e-6).contains(a.lerp(b, f64::from(i) / 50.0))));
            }
        }

        #[test]
        fn a_union_encloses_both(a in any_point(), b in any_point(), c in any_point(), d in any_point()) {
            let (one, two) = (Rect::spanning(a, b), Rect::spanning(c, d));
            let both = one.union(&two).grown(1e-6);
            prop_assert!(both.encloses(&one) && both.encloses(&two));
        }
    }
}
