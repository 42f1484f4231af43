//! The small picture of the whole: which part of the world it shows, and where one looks after a click on it.

use crate::{Camera, Palette, Pixel, Raster, Rect, Rgba, Scene};

/// The margin of the picture, in its pixels.
const MARGIN: f32 = 8.0;
/// The most edges that the picture is drawn with; more would be a grey veil.
const MOST_EDGES: usize = 2_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// How the picture sees the world.
    camera: Camera,
    /// The scene, without the rectangle that the canvas shows.
    ground: Raster,
}

impl Map {
    /// Draws the scene anew, in a picture of this size in CSS pixels, `scale` pixels of the picture each.
    pub fn draw(&mut self, scene: &Scene, (width, height): (f32, f32), scale: f64, palette: &Palette) {
        let blank = Camera { width, height, ..Camera::default() };
        self.camera = scene.bounds().map_or(blank, |bounds| blank.shown_whole(&bounds, MARGIN));
        let pixels = |side: f32| (f64::from(side) * scale).round() as usize;
        self.ground.resize(pixels(width), pixels(height));
        self.ground.draw(scene, &self.camera, scale, palette, scene.edges().rows.len() <= MOST_EDGES);
    }

    /// The picture with the rectangle that `camera` shows.
    #[must_use]
    pub fn with_view(&self, camera: &Camera, scale: f64, veil: Rgba, line: Rgba) -> Raster {
        let mut picture = self.ground.clone();
        let view = camera.visible();
        let (zoom, origin) = (self.camera.zoom * scale, self.camera.origin);
        let shown = Rect::new((view.x - origin.x) * zoom, (view.y - origin.y) * zoom, view.w * zoom, view.h * zoom);
        picture.frame(shown, veil, line);
        picture
    }

    /// The canvas's camera with what is at this pixel of the picture in the middle.
    #[must_use]
    pub fn look(&self, camera: &Camera, at: Pixel) -> Camera {
        camera.centered(self.camera.to_world(at))
    }

    /// Whether `camera` shows the whole anyway, or there is nothing, so that nobody needs the picture.
    #[must_use]
    pub fn is_needless(whole: Option<Rect>, camera: &Camera) -> bool {
        whole.is_none_or(|bounds| camera.visible().encloses(&bounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeSpec, pt};

    fn scene() -> Scene {
        let mut scene = Scene::default();
        for (id, x, y) in [("a", 0.0, 0.0), ("b", 4000.0, 0.0), ("c", 0.0, 2000.0)] {
            let ports = Vec::new();
            scene.add_node(NodeSpec { id: id.into(), kind: "exit".into(), summary: String::new(), at: pt(x, y), ports, has_input: true });
        }
        scene
    }

    fn palette() -> Palette {
        let grey = [9, 9, 9, 255];
        Palette { background: [0, 0, 0, 255], edge: grey, item: grey, kinds: vec![[1, 1, 1, 255]], running: grey, done: grey, failed: grey }
    }

    #[test]
    fn the_picture_shows_every_node_and_where_one_looks() {
        let mut map = Map::default();
        map.draw(&scene(), (60.0, 36.0), 1.0, &palette());
        let camera = Camera { origin: pt(3000.0, -500.0), zoom: 1.0, width: 1000.0, height: 800.0 };
        let picture = map.with_view(&camera, 1.0, [7, 7, 7, 255], [5, 5, 5, 255]);
        let reds: Vec<u8> = picture.bytes().as_chunks::<4>().0.iter().map(|pixel| pixel[0]).collect();
        for red in [1, 5, 7] {
            assert!(reds.contains(&red), "{red} is in the picture");
        }
        let boxes = reds.iter().zip(reds.iter().skip(1)).filter(|(a, b)| **a != 1 && **b == 1).count();
        assert!(boxes >= 2, "the nodes that one does not look at are drawn as boxes: {boxes}");
    }

    #[test]
    fn a_click_brings_what_is_there_into_the_middle() {
        let mut map = Map::default();
        map.draw(&scene(), (120.0, 80.0), 2.0, &palette());
        let camera = Camera { origin: pt(0.0, 0.0), zoom: 2.0, width: 800.0, height: 600.0 };
        let place = map.camera.to_screen(pt(4000.0, 30.0));
        let looked = map.look(&camera, place);
        assert!(looked.visible().center().distance(pt(4000.0, 30.0)) < 1.0, "it is in the middle");
        assert!((looked.zoom - 2.0).abs() < 1e-9, "as near as before");
    }

    #[test]
    fn a_graph_that_is_seen_whole_needs_no_picture() {
        let near = Camera { origin: pt(0.0, 0.0), zoom: 1.0, width: 800.0, height: 600.0 };
        assert!(!Map::is_needless(scene().bounds(), &near), "some of it is out of sight");
        assert!(Map::is_needless(scene().bounds(), &Camera { origin: pt(-500.0, -500.0), zoom: 0.1, ..near }), "all of it is seen");
        assert!(Map::is_needless(None, &near), "there is nothing");
    }
}
