//! Which part of the world is on the screen, and how large. Knows nothing of what is drawn.

use crate::{Pixel, Point, Rect, geometry::pt};

/// The nearest that one can look.
pub const MOST_ZOOM: f64 = 4.0;
/// The furthest that one can look.
pub const LEAST_ZOOM: f64 = 0.01;
/// How far from a whole pixel counts as on it.
const WHOLE: f64 = 0.02;
/// What one press of `+` or `-` multiplies or divides by.
pub const ZOOM_STEP: f64 = 1.25;

/// A view of the world: what is at the screen's upper left corner, and how many pixels a unit takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The world's point at the screen's upper left corner.
    pub origin: Point,
    /// Pixels a unit, between [`LEAST_ZOOM`] and [`MOST_ZOOM`].
    pub zoom: f64,
    /// The screen's width in CSS pixels.
    pub width: f32,
    /// The screen's height in CSS pixels.
    pub height: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { origin: Point::default(), zoom: 1.0, width: 0.0, height: 0.0 }
    }
}

/// How much smaller and larger a picture may be shown for a moment than it was painted.
const LEAST_STAND_IN: f64 = 0.6;
const MOST_STAND_IN: f64 = 1.7;

impl Camera {
    /// Where a point of the world is on the screen.
    #[must_use]
    pub fn to_screen(&self, p: Point) -> Pixel {
        Pixel { x: ((p.x - self.origin.x) * self.zoom) as f32, y: ((p.y - self.origin.y) * self.zoom) as f32 }
    }

    /// By how many device pixels, `ratio` of them a CSS pixel, a picture seen by `before` has to be pushed right and down to be
    /// seen by this camera; none where one looks nearer or further, or past the picture, or the push is not of whole pixels.
    #[must_use]
    pub fn push_from(&self, before: &Camera, ratio: f64) -> Option<(i32, i32)> {
        if *self != (Camera { origin: self.origin, ..*before }) {
            return None;
        }
        let scale = self.zoom * ratio;
        let (dx, dy) = ((before.origin.x - self.origin.x) * scale, (before.origin.y - self.origin.y) * scale);
        let is_whole = |by: f64| (by - by.round()).abs() < WHOLE;
        let is_seen = dx.abs() < f64::from(self.width) * ratio && dy.abs() < f64::from(self.height) * ratio;
        (is_whole(dx) && is_whole(dy) && is_seen).then_some((dx.round() as i32, dy.round() as i32))
    }

    /// The camera from which a picture is seen that was seen from here, after it was pushed by so many device pixels.
    #[must_use]
    pub fn pushed(&self, (dx, dy): (i32, i32), ratio: f64) -> Camera {
        let scale = self.zoom * ratio;
        Camera { origin: self.origin.offset(-f64::from(dx) / scale, -f64::from(dy) / scale), ..*self }
    }

    /// What of the view is bare after the picture was pushed by so many device pixels: a column, a row, or both.
    #[must_use]
    pub fn bared(&self, (dx, dy): (i32, i32), ratio: f64) -> Vec<Rect> {
        let (view, scale) = (self.visible(), self.zoom * ratio);
        let (w, h) = (f64::from(dx.abs()) / scale, f64::from(dy.abs()) / scale);
        let column = Rect { x: if dx > 0 { view.x } else { view.right() - w }, w, ..view };
        let row = Rect { y: if dy > 0 { view.y } else { view.bottom() - h }, h, ..view };
        [(dx, column), (dy, row)].into_iter().filter(|(by, _)| *by != 0).map(|(_, rect)| rect).collect()
    }

    /// Where a picture seen by `before` has to be put, in device pixels from the upper left, and how many times larger it has to be, to
    /// stand in for what this camera sees; none where it would show too little of that, or only coarsely.
    #[must_use]
    pub fn stand_in(&self, before: &Camera, ratio: f64) -> Option<(f64, f64, f64)> {
        let larger = self.zoom / before.zoom;
        let is_fit = (self.width, self.height) == (before.width, before.height) && (LEAST_STAND_IN..=MOST_STAND_IN).contains(&larger);
        let scale = self.zoom * ratio;
        is_fit.then_some(((before.origin.x - self.origin.x) * scale, (before.origin.y - self.origin.y) * scale, larger))
    }

    /// Which point of the world is at a pixel.
    #[must_use]
    pub fn to_world(&self, p: Pixel) -> Point {
        pt(self.origin.x + f64::from(p.x) / self.zoom, self.origin.y + f64::from(p.y) / self.zoom)
    }

    /// What part of the world is on the screen.
    #[must_use]
    pub fn visible(&self) -> Rect {
        Rect { x: self.origin.x, y: self.origin.y, w: f64::from(self.width) / self.zoom, h: f64::from(self.height) / self.zoom }
    }

    /// The pixel in the middle of the screen.
    #[must_use]
    pub fn middle(&self) -> Pixel {
        Pixel { x: self.width / 2.0, y: self.height / 2.0 }
    }

    /// The camera after the world was pushed by this many pixels.
    #[must_use]
    pub fn panned(self, dx: f32, dy: f32) -> Self {
        Self { origin: self.origin.offset(-f64::from(dx) / self.zoom, -f64::from(dy) / self.zoom), ..self }
    }

    /// The camera with `factor` times the zoom, where the point of the world at `about` stays in its place.
    #[must_use]
    pub fn zoomed(self, about: Pixel, factor: f64) -> Self {
        self.zoomed_to(about, self.zoom * factor)
    }

    /// The camera with this zoom, brought within the limits, where the point of the world at `about` stays in its place.
    #[must_use]
    pub fn zoomed_to(self, about: Pixel, zoom: f64) -> Self {
        let zoom = if zoom.is_finite() { zoom.clamp(LEAST_ZOOM, MOST_ZOOM) } else { self.zoom };
        let held = self.to_world(about);
        let origin = held.offset(-f64::from(about.x) / zoom, -f64::from(about.y) / zoom);
        Self { origin, zoom, ..self }
    }

    /// The camera that shows all of `bounds` in the middle with `margin` pixels around, but no nearer than `most` pixels a
    /// unit: a single card should not fill the screen.
    #[must_use]
    pub fn fitted(self, bounds: &Rect, margin: f32, most: f64) -> Self {
        let room = |side: f32| f64::from((side - 2.0 * margin).max(1.0));
        let zoom = (room(self.width) / bounds.w.max(1.0)).min(room(self.height) / bounds.h.max(1.0)).min(most);
        Self { zoom: zoom.clamp(LEAST_ZOOM, MOST_ZOOM), ..self }.centered(bounds.center())
    }

    /// The camera of a small picture that shows all of `bounds`, however far away that is.
    #[must_use]
    pub(crate) fn shown_whole(self, bounds: &Rect, margin: f32) -> Self {
        let room = |side: f32| f64::from((side - 2.0 * margin).max(1.0));
        let zoom = (room(self.width) / bounds.w.max(1.0)).min(room(self.height) / bounds.h.max(1.0)).min(1.0);
        Self { zoom, ..self }.centered(bounds.center())
    }

    /// The camera with this point of the world in the middle.
    #[must_use]
    pub fn centered(self, p: Point) -> Self {
        let half = |side: f32| f64::from(side) / 2.0 / self.zoom;
        Self { origin: p.offset(-half(self.width), -half(self.height)), ..self }
    }

    /// The camera moved as little as shows all of `bounds` with `margin` pixels around; where it is too large, its upper
    /// left corner.
    #[must_use]
    pub fn revealing(self, bounds: &Rect, margin: f32) -> Self {
        let (view, room) = (self.visible(), bounds.grown(f64::from(margin) / self.zoom));
        let shift = |low: f64, high: f64, view_low: f64, view_high: f64| {
            if low < view_low || high - low > view_high - view_low { low - view_low } else { (high - view_high).max(0.0) }
        };
        let dx = shift(room.x, room.right(), view.x, view.right());
        let dy = shift(room.y, room.bottom(), view.y, view.bottom());
        Self { origin: self.origin.offset(dx, dy), ..self }
    }

    /// The camera on a screen of another size; what is in the middle stays there.
    #[must_use]
    pub fn resized(self, width: f32, height: f32) -> Self {
        if self.width == 0.0 || self.height == 0.0 {
            return Self { width, height, ..self };
        }
        let middle = self.to_world(self.middle());
        Self { width, height, ..self }.centered(middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn camera() -> Camera {
        Camera { origin: pt(-50.0, 20.0), zoom: 0.5, width: 800.0, height: 600.0 }
    }

    fn near(a: Point, b: Point) -> bool {
        a.distance(b) < 1e-3
    }

    #[test]
    fn fitting_shows_the_whole_in_the_middle_and_no_nearer_than_asked() {
        for (bounds, zoom) in [
            (Rect::new(0.0, 0.0, 1400.0, 100.0), 0.5),
            (Rect::new(0.0, 0.0, 100.0, 2000.0), 0.25),
            (Rect::new(9.0, 9.0, 10.0, 10.0), 1.0),
            (Rect::new(0.0, 0.0, 0.0, 0.0), 1.0),
            (Rect::new(-1e9, 0.0, 2e9, 1.0), LEAST_ZOOM),
        ] {
            let camera = camera().fitted(&bounds, 50.0, 1.0);
            assert!((camera.zoom - zoom).abs() < 1e-9, "{bounds:?} is shown at {zoom}, not at {}", camera.zoom);
            assert!(near(camera.visible().center(), bounds.center()), "{bounds:?} is in the middle");
        }
    }

    #[test]
    fn revealing_moves_only_as_far_as_needed() {
        let camera = Camera { origin: pt(0.0, 0.0), zoom: 1.0, width: 100.0, height: 100.0 };
        for (bounds, origin) in [
            (Rect::new(20.0, 20.0, 10.0, 10.0), pt(0.0, 0.0)),
            (Rect::new(120.0, 20.0, 10.0, 10.0), pt(40.0, 0.0)),
            (Rect::new(-30.0, 150.0, 10.0, 10.0), pt(-40.0, 70.0)),
            (Rect::new(50.0, 50.0, 500.0, 10.0), pt(40.0, 0.0)),
        ] {
            assert!(near(camera.revealing(&bounds, 10.0).origin, origin), "{bounds:?} is revealed from {origin:?}");
        }
    }

    #[test]
    fn a_new_size_keeps_the_middle() {
        let middle = camera().visible().center();
        assert!(near(camera().resized(300.0, 900.0).visible().center(), middle), "the middle stays");
        let first = Camera::default().resized(300.0, 900.0);
        assert_eq!(first.origin, Point::default(), "the first size has no middle to keep");
    }

    #[test]
    fn a_picture_is_pushed_by_whole_pixels_or_painted_anew() {
        let camera = Camera { origin: pt(10.0, 20.0), zoom: 0.5, width: 800.0, height: 600.0 };
        for (now, ratio, expected) in [
            (camera.panned(30.0, -7.0), 1.0, Some((30, -7))),
            (camera.panned(30.0, -7.0), 2.0, Some((60, -14))),
            (camera.panned(0.5, 0.0), 1.0, None),
            (camera.panned(0.5, 0.0), 2.0, Some((1, 0))),
            (camera.panned(801.0, 0.0), 1.0, None),
            (camera.zoomed(camera.middle(), 1.01), 1.0, None),
            (camera.resized(801.0, 600.0), 1.0, None),
        ] {
            assert_eq!(now.push_from(&camera, ratio), expected, "from {camera:?} to {now:?} at {ratio}");
        }
    }

    proptest! {
        #[test]
        fn what_is_bared_and_what_was_seen_before_are_all_that_is_seen(
            dx in -900i32..900, dy in -700i32..700, x in 0.0..800.0f64, y in 0.0..600.0f64, zoom in 0.1..4.0f64,
        ) {
            let before = Camera { origin: pt(0.0, 0.0), zoom, width: 800.0, height: 600.0 };
            let now = before.pushed((dx, dy), 1.0);
            let p = now.to_world(Pixel { x: x as f32, y: y as f32 });
            let is_bared = now.bared((dx, dy), 1.0).iter().any(|rect| rect.grown(1e-6 / zoom).contains(p));
            prop_assert!(is_bared || before.visible().contains(p), "{:?}", p);
        }

        #[test]
        fn zooming_holds_the_point_under_the_pointer(x in 0.0f32..800.0, y in 0.0f32..600.0, factor in 0.001f64..1000.0) {
            let about = Pixel { x, y };
            let after = camera().zoomed(about, factor);
            prop_assert!(near(after.to_world(about), camera().to_world(about)));
            prop_assert!((LEAST_ZOOM..=MOST_ZOOM).contains(&after.zoom));
        }

        #[test]
        fn the_screen_and_the_world_are_inverse(x in -1e6f64..1e6, y in -1e6f64..1e6) {
            let p = pt(x, y);
            prop_assert!(camera().to_world(camera().to_screen(p)).distance(p) < 0.2, "within what f32 can tell at 1e6");
        }
    }
}
