//! A rasteriser of our own for what is far away: boxes and hair lines into pixels. Faster than a canvas's calls from some
//! thousands of nodes on, and the same on every machine.

use crate::{
    Camera, Detail, Nodes, Point, Rect, Scene, Status,
    geometry::{clip, pt},
};

/// A colour: red, green, blue, opacity, not premultiplied.
pub type Rgba = [u8; 4];

/// The colours of a far view.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// Behind everything.
    pub background: Rgba,
    /// Hair lines.
    pub edge: Rgba,
    /// Notes, frames and pictures.
    pub item: Rgba,
    /// By the number of the kind; the last serves all further kinds.
    pub kinds: Vec<Rgba>,
    /// In place of the kind's colour, once a node has run.
    pub running: Rgba,
    /// Likewise.
    pub done: Rgba,
    /// Likewise.
    pub failed: Rgba,
}

impl Palette {
    fn node(&self, kind: u16, status: Status) -> Rgba {
        match status {
            Status::Running => self.running,
            Status::Done => self.done,
            Status::Failed => self.failed,
            Status::Idle | Status::Skipped => {
                let own = self.kinds.get(usize::from(kind)).or_else(|| self.kinds.last()).copied();
                own.unwrap_or(self.edge)
            }
        }
    }
}

/// An opaque picture: rows of pixels from the top, four bytes each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raster {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Raster {
    /// Makes the picture this many pixels wide and high. The memory is used again.
    pub fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.bytes.resize(width * height * 4, 0);
    }

    /// The width in pixels.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The height in pixels.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels: red, green, blue and opacity of each, row by row.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The colour of a pixel inside the picture.
    #[must_use]
    pub fn pixel(&self, x: usize, y: usize) -> Option<Rgba> {
        let at = (y * self.width + x) * 4;
        let inside = x < self.width && y < self.height;
        inside.then(|| [self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]])
    }

    /// Draws what `camera` sees of `scene`, edges only where `with_edges`. `scale` is pixels of the picture a pixel of the
    /// screen.
    pub fn draw(&mut self, scene: &Scene, camera: &Camera, scale: f64, palette: &Palette, with_edges: bool) {
        self.clear(palette.background);
        let zoom = camera.zoom * scale;
        let place = |p: Point| pt((p.x - camera.origin.x) * zoom, (p.y - camera.origin.y) * zoom);
        let view = camera.visible();
        for item in scene.items().iter().filter(|item| item.rect.touches(&view)) {
            let corner = place(item.rect.origin());
            self.fill(Rect::new(corner.x, corner.y, item.rect.w * zoom, item.rect.h * zoom), palette.item);
        }
        if with_edges {
            for row in scene.edges_in(&view) {
                let edge = &scene.edges().rows[row];
                if let (Some(from), Some(to)) = (edge.line.first(), edge.line.last()) {
                    self.line(place(*from), place(*to), palette.edge);
                }
            }
        }
        let nodes = scene.nodes();
        for row in scene.nodes_in(&view) {
            let rect = nodes.rect(row);
            let corner = place(rect.origin());
            let size = (rect.w * zoom, rect.h * zoom);
            self.fill(Rect::new(corner.x, corner.y, size.0, size.1), palette.node(nodes.kind[row], seen(nodes, row)));
        }
    }

    /// Veils a rectangle, and draws its sides a pixel wide.
    pub(crate) fn frame(&mut self, rect: Rect, veil: Rgba, line: Rgba) {
        // What reaches out of the picture is held at its border, so that one still sees that it is there.
        let (most_x, most_y) = ((self.width as f64 - 1.0).max(0.0), (self.height as f64 - 1.0).max(0.0));
        let (left, right) = (rect.x.clamp(0.0, most_x), rect.right().clamp(0.0, most_x));
        let (top, bottom) = (rect.y.clamp(0.0, most_y), rect.bottom().clamp(0.0, most_y));
        self.fill(Rect::new(left, top, right - left, bottom - top), veil);
        for side in [
            Rect::new(left, top, right - left, 1.0),
            Rect::new(left, bottom, right - left, 1.0),
            Rect::new(left, top, 1.0, bottom - top),
            Rect::new(right, top, 1.0, bottom - top),
        ] {
            self.fill(side, line);
        }
    }

    fn clear(&mut self, colour: Rgba) {
        for pixel in self.bytes.as_chunks_mut::<4>().0 {
            *pixel = colour;
        }
    }

    /// Fills the pixels that the rectangle covers by more than half, but at least one each way, so that nothing vanishes.
    fn fill(&mut self, rect: Rect, colour: Rgba) {
        let span = |low: f64, size: f64, most: usize| {
            let first = low.round();
            let last = (low + size).round().max(first + 1.0);
            (first.clamp(0.0, most as f64) as usize, last.clamp(0.0, most as f64) as usize)
        };
        let (left, right) = span(rect.x, rect.w, self.width);
        let (top, bottom) = span(rect.y, rect.h, self.height);
        for y in top..bottom {
            let row = y * self.width;
            for pixel in self.bytes[(row + left) * 4..(row + right) * 4].as_chunks_mut::<4>().0 {
                *pixel = blend(*pixel, colour);
            }
        }
    }

    /// A line of one pixel. Shorter than three pixels, it would only be dirt.
    fn line(&mut self, from: Point, to: Point, colour: Rgba) {
        let picture = Rect::new(0.0, 0.0, self.width as f64, self.height as f64);
        let Some((from, to)) = clip(from, to, &picture).filter(|(from, to)| from.distance(*to) >= 3.0) else { return };
        let steps = (to.x - from.x).abs().max((to.y - from.y).abs()).ceil().max(1.0) as u32;
        for step in 0..=steps {
            let p = from.lerp(to, f64::from(step) / f64::from(steps));
            let (x, y) = (p.x as usize, p.y as usize);
            if x < self.width && y < self.height {
                let at = (y * self.width + x) * 4;
                if let Some(pixel) = self.bytes[at..].first_chunk_mut::<4>() {
                    *pixel = blend(*pixel, colour);
                }
            }
        }
    }
}

/// Whether a scene of this many edges is still drawn with them at this detail: further out they would be a grey veil.
#[must_use]
pub fn shows_edges(detail: Detail, edges: usize, zoom: f64) -> bool {
    detail == Detail::Box && (edges < 20_000 || zoom > 0.05)
}

fn blend(below: Rgba, above: Rgba) -> Rgba {
    let opacity = u32::from(above[3]);
    if opacity == 255 {
        return above;
    }
    let mix = |below: u8, above: u8| ((u32::from(below) * (255 - opacity) + u32::from(above) * opacity + 127) / 255) as u8;
    [mix(below[0], above[0]), mix(below[1], above[1]), mix(below[2], above[2]), below[3]]
}

/// The state that a node has from afar: where it is shown what tests walked through, that is as good as done.
fn seen(nodes: &Nodes, row: usize) -> Status {
    match nodes.walked[row] {
        None => nodes.status[row],
        Some(0) => Status::Idle,
        Some(_) => Status::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeSpec;
    use graph::Port;
    use proptest::prelude::*;

    fn palette() -> Palette {
        Palette {
            background: [0, 0, 0, 255],
            edge: [9, 9, 9, 255],
            item: [8, 8, 8, 255],
            kinds: vec![[1, 1, 1, 255], [2, 2, 2, 255]],
            running: [3, 3, 3, 255],
            done: [4, 4, 4, 255],
            failed: [5, 5, 5, 255],
        }
    }

    /// One letter a pixel: `.` for the background, otherwise the colour's red.
    fn picture(raster: &Raster) -> String {
        let letter = |x, y| match raster.pixel(x, y) {
            Some([0, ..]) => '.',
            Some([red, ..]) => char::from(b'0' + red),
            None => '?',
        };
        (0..raster.height()).map(|y| (0..raster.width()).map(|x| letter(x, y)).collect::<String>() + "\n").collect()
    }

    fn scene() -> Scene {
        let mut scene = Scene::default();
        let mut add = |id: &str, kind: &str, x, y| {
            scene.add_node(NodeSpec {
                id: id.into(),
                kind: kind.into(),
                summary: String::new(),
                at: pt(x, y),
                ports: vec![Port::Next],
                has_input: true,
            })
        };
        let (a, b) = (add("a", "entry", 0.0, 0.0), add("b", "exit", 720.0, 0.0));
        add("c", "exit", 240.0, 240.0);
        scene.set_status(b, Status::Failed, "");
        scene.add_edge(a, Port::Next, b, "");
        scene
    }

    #[test]
    fn what_tests_walked_through_is_seen_from_afar_in_place_of_the_run() {
        let mut raster = Raster::default();
        raster.resize(17, 1);
        let camera = Camera { origin: pt(0.0, 0.0), zoom: 1.0 / 60.0, width: 17.0, height: 1.0 };
        let mut scene = scene();
        let (a, b) = (scene.find("a").unwrap(), scene.find("b").unwrap());
        scene.set_walked(a, Some(3));
        scene.set_walked(b, Some(0));
        raster.draw(&scene, &camera, 1.0, &palette(), false);
        assert_eq!(picture(&raster).trim_end(), "444.........222..", "`a` as done, `b` in the colour of its kind though its run failed");
    }

    #[test]
    fn a_far_view_is_boxes_in_the_colour_of_their_kind_or_state() {
        let mut raster = Raster::default();
        raster.resize(17, 6);
        let camera = Camera { origin: pt(0.0, 0.0), zoom: 1.0 / 60.0, width: 17.0, height: 6.0 };
        raster.draw(&scene(), &camera, 1.0, &palette(), true);
        let expected =
            ["111999999999555..", ".................", ".................", ".................", "....222..........", "................."];
        assert_eq!(picture(&raster).lines().collect::<Vec<_>>(), expected);
    }

    proptest! {
        #[test]
        fn no_view_reaches_past_the_picture(x in -2000.0..2000.0f64, y in -2000.0..2000.0f64, zoom in 0.01..4.0f64, w in 0usize..40, h in 0usize..40) {
            let mut raster = Raster::default();
            raster.resize(w, h);
            let camera = Camera { origin: pt(x, y), zoom, width: w as f32, height: h as f32 };
            raster.draw(&scene(), &camera, 1.0, &palette(), true);
            prop_assert_eq!(raster.bytes().len(), w * h * 4);
            prop_assert!(raster.bytes().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255), "it stays opaque");
        }
    }
}
