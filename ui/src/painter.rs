//! Paints the canvas's layers: the base with cards and edges at rest, the overlay with what is going on. Reads the scene,
//! changes nothing.

mod card;
mod edge;
mod item;
mod lettering;
mod marks;
mod overlay;
mod pen;
mod pictures;
mod stops;
mod theme;

use std::rc::Rc;

use canvas::{BLEED, Camera, Canvas, Damage, Detail, Layers, Map, Pixel, Raster, Rect, shows_edges};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use lettering::Lettering;
pub(crate) use marks::sign;
use pen::Pen;
use pictures::Pictures;
pub(crate) use pictures::{Loader, OnPicture};
use theme::Theme;

/// The least distance of two dots of the ground, in pixels.
const DOT_STEP: f64 = 22.0;
/// The distance of two dots in the world at natural size.
const DOT_GRID: f64 = 24.0;

/// How long the small picture of the whole rests between two drawings, in milliseconds.
const MAP_PAUSE_MS: f64 = 100.0;

/// A canvas element and its context.
struct Surface {
    element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

/// See the module.
pub(crate) struct Painter {
    base: Surface,
    overlay: Surface,
    /// From where what is on the base is seen, where that is known to the pixel.
    painted: Option<Camera>,
    /// The base as it was painted last to the pixel, and from where it is seen, while it is shown in another size.
    stand_in: Option<(Surface, Camera)>,
    /// An element for the next of those.
    spare: Option<Surface>,
    /// Whether nothing is on the overlay.
    overlay_is_blank: bool,
    theme: Theme,
    lettering: Lettering,
    raster: Raster,
    pictures: Pictures,
    /// The small picture of the whole, while it is on the page.
    map: Option<Surface>,
    map_drawing: Map,
    /// Whether the small picture does not show what there is.
    map_is_stale: bool,
    /// Its size in CSS pixels, where it is known: to ask for it has the page laid out.
    map_size: Option<(f32, f32)>,
    /// When it was drawn, in milliseconds of the page's clock.
    map_drawn: f64,
    /// Device pixels a CSS pixel.
    ratio: f64,
}

impl Surface {
    /// A surface; one that nothing shines through is put on the screen at less cost.
    fn new(element: HtmlCanvasElement, is_opaque: bool) -> Option<Self> {
        let options = js_sys::Object::new();
        // A fresh object takes any property.
        js_sys::Reflect::set(&options, &"alpha".into(), &(!is_opaque).into()).unwrap_or_default();
        let context = element.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()?;
        Some(Self { element, context })
    }

    fn resize(&self, width: u32, height: u32) {
        self.element.set_width(width);
        self.element.set_height(height);
    }
}

impl Painter {
    /// A painter for these two elements, which has pictures by `loader`; none where the browser has no 2D canvas. `on_late` is called when something that was
    /// painted without, such as a picture, has come.
    pub(crate) fn new(
        base: HtmlCanvasElement,
        overlay: HtmlCanvasElement,
        loader: Option<Loader>,
        on_late: impl Fn() + 'static,
    ) -> Option<Self> {
        Some(Self {
            base: Surface::new(base, true)?,
            overlay: Surface::new(overlay, false)?,
            painted: None,
            stand_in: None,
            spare: None,
            overlay_is_blank: true,
            theme: Theme::read(),
            lettering: Lettering::default(),
            raster: Raster::default(),
            pictures: Pictures::new(loader, Rc::new(on_late)),
            map: None,
            map_drawing: Map::default(),
            map_is_stale: true,
            map_size: None,
            map_drawn: f64::NEG_INFINITY,
            ratio: 1.0,
        })
    }

    /// Fits the elements to a size in CSS pixels. They are blank afterwards.
    pub(crate) fn resize(&mut self, width: f32, height: f32) {
        self.ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let pixels = |side: f32| (f64::from(side) * self.ratio).round() as u32;
        self.base.resize(pixels(width), pixels(height));
        self.overlay.resize(pixels(width), pixels(height));
        (self.painted, self.overlay_is_blank) = (None, true);
        (self.stand_in, self.spare) = (None, None);
    }

    /// Reads the colours and fonts of the page anew.
    pub(crate) fn restyle(&mut self) {
        self.theme = Theme::read();
        self.lettering = Lettering::default();
        (self.map_is_stale, self.map_size) = (true, None);
    }

    /// The address of a picture that has come.
    pub(crate) fn picture(&self, src: &str) -> Option<String> {
        self.pictures.address(src)
    }

    /// Asks for every picture anew.
    pub(crate) fn forget_pictures(&mut self) {
        self.pictures.forget();
    }

    /// Takes the element for the small picture of the whole, or gives it back.
    pub(crate) fn attach_map(&mut self, element: Option<HtmlCanvasElement>) {
        self.map = element.and_then(|element| Surface::new(element, true));
        (self.map_is_stale, self.map_size, self.map_drawn) = (true, None, f64::NEG_INFINITY);
    }

    /// The camera that looks at what is at this place of the small picture; none while it is not on the page.
    pub(crate) fn look_on_map(&self, camera: &Camera, at: Pixel) -> Option<Camera> {
        self.map.as_ref().map(|_| self.map_drawing.look(camera, at))
    }

    /// Paints what is out of date. Says whether what is at rest is shown in another size than it was painted in, so that it has to be
    /// painted to the pixel soon.
    pub(crate) fn paint(&mut self, canvas: &Canvas, layers: &Layers) -> bool {
        if layers.base != Damage::None || layers.panned {
            // The far view is painted whole: it costs less than finding out what changed.
            if canvas.detail() == Detail::Box {
                self.sharpen();
                self.paint_far(canvas);
            } else if !(layers.zoomed && self.paint_stand_in(canvas.camera())) {
                self.sharpen();
                let parts = self.stale_parts(canvas.camera(), layers);
                self.paint_base(canvas, &parts);
            }
        }
        let is_blank = overlay::is_blank(canvas);
        let was_blank = std::mem::replace(&mut self.overlay_is_blank, is_blank);
        match &layers.overlay {
            Damage::None => {}
            _ if is_blank && was_blank => {}
            Damage::All => self.paint_overlay(canvas, &[canvas.camera().visible()]),
            Damage::Rects(rects) => self.paint_overlay(canvas, rects),
        }
        self.stand_in.is_some()
    }

    fn sharpen(&mut self) {
        if let Some((surface, _)) = self.stand_in.take() {
            self.spare = Some(surface);
        }
    }

    /// Shows the base as it was in the size that it has now: while one zooms, that costs a part of painting each card at each size.
    /// Says whether it can be.
    fn paint_stand_in(&mut self, camera: &Camera) -> bool {
        self.put_stand_in(camera).is_some()
    }

    fn put_stand_in(&mut self, camera: &Camera) -> Option<()> {
        if self.stand_in.is_none() {
            let before = self.painted?;
            self.stand_in = Some((self.copied()?, before));
        }
        let (surface, before) = self.stand_in.as_ref()?;
        let (left, top, larger) = camera.stand_in(before, self.ratio)?;
        let (width, height) = (f64::from(self.base.element.width()), f64::from(self.base.element.height()));
        self.base.context.set_fill_style_str(&self.theme.ground);
        self.base.context.fill_rect(0.0, 0.0, width, height);
        let (element, w, h) = (&surface.element, width * larger, height * larger);
        self.base.context.draw_image_with_html_canvas_element_and_dw_and_dh(element, left, top, w, h).ok()?;
        self.painted = None;
        Some(())
    }

    /// What is on the base, beside it.
    fn copied(&mut self) -> Option<Surface> {
        let surface = match self.spare.take() {
            Some(spare) => spare,
            None => {
                let element = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
                let surface = Surface::new(element, true)?;
                surface.resize(self.base.element.width(), self.base.element.height());
                surface
            }
        };
        surface.context.draw_image_with_html_canvas_element(&self.base.element, 0.0, 0.0).ok()?;
        Some(surface)
    }

    /// What of the base has to be painted, after what can be kept was pushed to where it is seen now.
    fn stale_parts(&mut self, camera: &Camera, layers: &Layers) -> Vec<Rect> {
        let whole = vec![camera.visible()];
        let rects = match &layers.base {
            Damage::All => None,
            Damage::Rects(rects) => Some(rects.as_slice()),
            Damage::None => Some(&[][..]),
        };
        let parts = rects.and_then(|rects| {
            let before = self.painted?;
            let push = camera.push_from(&before, self.ratio)?;
            if push != (0, 0) {
                let Surface { element, context } = &self.base;
                context.draw_image_with_html_canvas_element(element, f64::from(push.0), f64::from(push.1)).ok()?;
            }
            // Where it was painted to the pixel, so that many small pushes do not add up to a wrong one.
            self.painted = Some(before.pushed(push, self.ratio));
            Some(camera.bared(push, self.ratio).into_iter().chain(rects.iter().copied()).collect())
        });
        parts.unwrap_or_else(|| {
            self.painted = Some(*camera);
            whole
        })
    }

    fn paint_base(&mut self, canvas: &Canvas, parts: &[Rect]) {
        let pictures = &mut self.pictures;
        let mut pen = Pen::new(&self.base.context, &self.theme, &mut self.lettering, canvas.camera(), self.ratio);
        // What each part has most of is written in this font, which is set once for all: what a part sets ends with it.
        pen.set_font(if canvas.detail() == Detail::Card { &pen.theme.title_font } else { &pen.theme.far_font });
        for part in parts {
            pen.within(part, |pen| {
                pen.fill_all(&pen.theme.ground.clone());
                dots(pen, canvas.camera(), part);
                // What is beside it may reach into it.
                let part = &part.grown(pen.pixels(BLEED));
                item::paint_resting(pen, canvas, part, false, pictures);
                edge::paint_resting(pen, canvas, part);
                card::paint_resting(pen, canvas, part);
                item::paint_resting(pen, canvas, part, true, pictures);
                marks::paint(pen, canvas, part);
            });
        }
        pen.done();
    }

    fn paint_far(&mut self, canvas: &Canvas) {
        self.painted = None;
        let camera = canvas.camera();
        let (width, height) = (self.base.element.width(), self.base.element.height());
        self.raster.resize(width as usize, height as usize);
        let palette = self.theme.palette(canvas.scene().kinds());
        let with_edges = shows_edges(canvas.detail(), canvas.scene().edges().rows.len(), camera.zoom);
        self.raster.draw(canvas.scene(), camera, self.ratio, &palette, with_edges);
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(self.raster.bytes()), width, height);
        // Only a canvas without pixels refuses, and then there is nothing to see.
        if let Ok(image) = image {
            self.base.context.put_image_data(&image, 0.0, 0.0).unwrap_or_default();
        }
        let mut pen = Pen::new(&self.base.context, &self.theme, &mut self.lettering, canvas.camera(), self.ratio);
        marks::paint(&mut pen, canvas, &canvas.camera().visible());
        pen.done();
    }

    /// Paints the small picture of the whole, where what it shows changed: where one looks at once, all else not at every frame.
    /// Says whether something is put off. `now` is the time of the page's clock in milliseconds.
    pub(crate) fn paint_map(&mut self, canvas: &Canvas, layers: &Layers, now: f64) -> bool {
        let Some(map) = &self.map else { return false };
        self.map_is_stale |= layers.scene;
        let is_drawn = self.map_is_stale && now - self.map_drawn >= MAP_PAUSE_MS;
        if !is_drawn && !layers.camera {
            return self.map_is_stale;
        }
        if is_drawn {
            let measured = || (map.element.client_width() as f32, map.element.client_height() as f32);
            let size = *self.map_size.get_or_insert_with(measured);
            (self.map_is_stale, self.map_drawn) = (false, now);
            let palette = self.theme.palette(canvas.scene().kinds());
            self.map_drawing.draw(canvas.scene(), size, self.ratio, &palette);
        }
        let (veil, line) = self.theme.map_view();
        let picture = self.map_drawing.with_view(canvas.camera(), self.ratio, veil, line);
        let (width, height) = (picture.width() as u32, picture.height() as u32);
        if (map.element.width(), map.element.height()) != (width, height) {
            map.resize(width, height);
        }
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(picture.bytes()), width, height) {
            map.context.put_image_data(&image, 0.0, 0.0).unwrap_or_default();
        }
        self.map_is_stale
    }

    fn paint_overlay(&mut self, canvas: &Canvas, parts: &[Rect]) {
        let mut pen = Pen::new(&self.overlay.context, &self.theme, &mut self.lettering, canvas.camera(), self.ratio);
        pen.clip(parts);
        pen.clear();
        overlay::paint(&mut pen, canvas, &mut self.pictures);
        pen.done();
    }
}

/// The ground's dots, further apart in the world the further away one looks.
fn dots(pen: &mut Pen<'_>, camera: &Camera, part: &Rect) {
    let mut step = DOT_GRID;
    while step * camera.zoom < DOT_STEP {
        step *= 2.0;
    }
    let (first_x, first_y) = ((part.x / step).floor() * step, (part.y / step).floor() * step);
    let (columns, rows) = ((part.w / step) as u32 + 2, (part.h / step) as u32 + 2);
    let size = 1.5 / camera.zoom;
    pen.context.begin_path();
    for row in 0..rows {
        for column in 0..columns {
            let at = pen.at(canvas::pt(first_x + f64::from(column) * step, first_y + f64::from(row) * step));
            pen.context.rect(at.x - size / 2.0, at.y - size / 2.0, size, size);
        }
    }
    pen.fill(&pen.theme.dot.clone());
}
