//! A 2D context that thinks in the world's units: places are relative to the camera, so that they are exact however far out
//! one is.

use std::cell::RefCell;
use std::collections::HashMap;

use canvas::{BLEED, Camera, Cubic, Point, Rect, pt};
use web_sys::{CanvasRenderingContext2d, Path2d};

use super::lettering::Lettering;
use super::theme::Theme;

thread_local! {
    /// Icons as paths, by their strokes.
    static ICONS: RefCell<HashMap<&'static str, Option<Path2d>>> = RefCell::default();
}

/// See the module. Ends with [`Pen::done`].
pub(super) struct Pen<'a> {
    pub(super) context: &'a CanvasRenderingContext2d,
    pub(super) theme: &'a Theme,
    pub(super) lettering: &'a mut Lettering,
    /// The camera's place; the context's origin.
    origin: Point,
    /// Pixels a unit.
    pub(super) zoom: f64,
    view: Rect,
    /// The font that the context has; none before the first. Setting one costs as much as a word.
    font: Option<String>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(
        context: &'a CanvasRenderingContext2d,
        theme: &'a Theme,
        lettering: &'a mut Lettering,
        camera: &Camera,
        ratio: f64,
    ) -> Self {
        let scale = camera.zoom * ratio;
        context.save();
        // A finite transform is never refused.
        context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).unwrap_or_default();
        context.set_line_cap("round");
        context.set_line_join("round");
        Self { context, theme, lettering, origin: camera.origin, zoom: camera.zoom, view: camera.visible(), font: None }
    }

    pub(super) fn done(self) {
        self.context.restore();
    }

    /// Where a point of the world is for the context.
    pub(super) fn at(&self, p: Point) -> Point {
        pt(p.x - self.origin.x, p.y - self.origin.y)
    }

    /// A length in pixels, in units.
    pub(super) fn pixels(&self, length: f64) -> f64 {
        length / self.zoom
    }

    /// Confines painting to these parts of the world, with whole pixels around.
    pub(super) fn clip(&self, parts: &[Rect]) {
        self.context.begin_path();
        for part in parts {
            let (low, high) = (self.at(part.origin()), self.at(pt(part.right(), part.bottom())));
            let (down, up) = (|at: f64| (at * self.zoom).floor() / self.zoom, |at: f64| (at * self.zoom).ceil() / self.zoom);
            self.context.rect(down(low.x), down(low.y), up(high.x) - down(low.x), up(high.y) - down(low.y));
        }
        self.context.clip();
    }

    /// Paints only in this part of the world, with whole pixels around.
    pub(super) fn within(&mut self, part: &Rect, paint: impl FnOnce(&mut Self)) {
        let font = self.font.clone();
        self.context.save();
        self.clip(std::slice::from_ref(part));
        paint(self);
        self.context.restore();
        self.font = font;
    }

    /// Fills all that is in view.
    pub(super) fn fill_all(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
        let margin = self.pixels(BLEED);
        self.context.fill_rect(-margin, -margin, self.view.w + 2.0 * margin, self.view.h + 2.0 * margin);
    }

    /// Makes all that is in view transparent.
    pub(super) fn clear(&self) {
        let margin = self.pixels(BLEED);
        self.context.clear_rect(-margin, -margin, self.view.w + 2.0 * margin, self.view.h + 2.0 * margin);
    }

    /// Begins a path with a rounded rectangle of the world.
    pub(super) fn round_rect(&self, rect: &Rect, radius: f64) {
        let (low, c) = (self.at(rect.origin()), self.context);
        c.begin_path();
        if c.round_rect_with_f64(low.x, low.y, rect.w, rect.h, radius).is_ok() {
            return;
        }
        // A browser from before 2023 has it in pieces only.
        let (right, bottom) = (low.x + rect.w, low.y + rect.h);
        c.move_to(low.x + radius, low.y);
        // A radius that is not negative is never refused.
        for (x1, y1, x2, y2) in
            [(right, low.y, right, bottom), (right, bottom, low.x, bottom), (low.x, bottom, low.x, low.y), (low.x, low.y, right, low.y)]
        {
            c.arc_to(x1, y1, x2, y2, radius).unwrap_or_default();
        }
        c.close_path();
    }

    /// Strokes rounded rectangles of the world, all at once.
    pub(super) fn stroke_rects(&self, rects: impl Iterator<Item = Rect>, radius: f64, colour: &str, width: f64) {
        self.context.begin_path();
        for rect in rects {
            let low = self.at(rect.origin());
            if self.context.round_rect_with_f64(low.x, low.y, rect.w, rect.h, radius).is_err() {
                self.context.rect(low.x, low.y, rect.w, rect.h);
            }
        }
        self.stroke(colour, width);
    }

    /// What is in view.
    pub(super) fn view(&self) -> &Rect {
        &self.view
    }

    /// Begins a path with a circle of the world.
    pub(super) fn circle(&self, middle: Point, radius: f64) {
        let at = self.at(middle);
        self.context.begin_path();
        self.context.arc(at.x, at.y, radius, 0.0, std::f64::consts::TAU).unwrap_or_default();
    }

    /// Adds a curve of the world to the path.
    pub(super) fn trace(&self, curve: &[Cubic]) {
        for (i, piece) in curve.iter().enumerate() {
            if i == 0 {
                let from = self.at(piece.from);
                self.context.move_to(from.x, from.y);
            }
            let (out, into, to) = (self.at(piece.out), self.at(piece.into), self.at(piece.to));
            self.context.bezier_curve_to(out.x, out.y, into.x, into.y, to.x, to.y);
        }
    }

    /// Fills the path.
    pub(super) fn fill(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill();
    }

    /// Fills the path so that what is below shines through.
    pub(super) fn veil(&self, colour: &str, opacity: f64) {
        self.context.set_global_alpha(opacity);
        self.fill(colour);
        self.context.set_global_alpha(1.0);
    }

    /// Strokes the path with a line of this width in units.
    pub(super) fn stroke(&self, colour: &str, width: f64) {
        self.context.set_stroke_style_str(colour);
        self.context.set_line_width(width);
        self.context.stroke();
    }

    /// Draws lines of dashes of this length and distance from now on; unbroken ones where it is nothing.
    pub(super) fn dash(&self, length: f64) {
        let lengths = [length, length];
        let lengths = if length > 0.0 { &lengths[..] } else { &[] };
        let pattern: js_sys::Array = lengths.iter().map(|dash| wasm_bindgen::JsValue::from_f64(*dash)).collect();
        // An array of numbers is never refused.
        self.context.set_line_dash(&pattern).unwrap_or_default();
    }

    /// Begins a path with a line of the world.
    pub(super) fn line(&self, from: Point, to: Point) {
        let (from, to) = (self.at(from), self.at(to));
        self.context.begin_path();
        self.context.move_to(from.x, from.y);
        self.context.line_to(to.x, to.y);
    }

    /// Strokes an icon into the square of this size at a place of the world.
    pub(super) fn icon(&self, strokes: &'static str, at: Point, size: f64, colour: &str, width: f64) {
        let place = self.at(at);
        let scale = size / 24.0;
        ICONS.with_borrow_mut(|icons| {
            let Some(path) = icons.entry(strokes).or_insert_with(|| Path2d::new_with_path_string(strokes).ok()) else { return };
            self.context.save();
            self.context.translate(place.x, place.y).unwrap_or_default();
            self.context.scale(scale, scale).unwrap_or_default();
            self.context.set_stroke_style_str(colour);
            self.context.set_line_width(width / scale);
            self.context.stroke_with_path(path);
            self.context.restore();
        });
    }

    /// Writes a line of text, cut to a width, beginning at a place of the world (on the base line).
    pub(super) fn write(&mut self, text: &str, at: Point, most: f64, font: &str, colour: &str) {
        let place = self.at(at);
        self.set_font(font);
        let shown = self.lettering.fit(self.context, text, font, most);
        self.context.set_fill_style_str(colour);
        // Text is refused only where the place is not finite, and then it is not in view.
        self.context.fill_text(shown, place.x, place.y).unwrap_or_default();
    }

    /// Has what is written from now on in this font, unless it is already.
    pub(super) fn set_font(&mut self, font: &str) {
        if self.font.as_deref() != Some(font) {
            self.context.set_font(font);
            self.font = Some(font.to_owned());
        }
    }

    /// The width of a text in units.
    pub(super) fn width(&mut self, text: &str, font: &str) -> f64 {
        self.set_font(font);
        self.lettering.width(self.context, text, font)
    }
}
