//! What must be painted anew, layer by layer. Knows nothing of painting.
//!
//! The *base* holds cards and edges at rest. The *overlay* holds what changes while a person does something: what is
//! picked up, frames, rings. So dragging one node repaints the overlay's small part, however many nodes there are.

use crate::{Camera, Rect};

/// How far past its rectangle a thing may be painted (rings, shadows), in pixels.
pub const BLEED: f64 = 14.0;
/// How many rectangles are kept apart before they become one: as many as nodes may change their state in a frame.
const MOST_RECTS: usize = 48;

/// The part of a layer that is out of date.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Damage {
    /// Nothing.
    #[default]
    None,
    /// These parts of the world.
    Rects(Vec<Rect>),
    /// All that is in view.
    All,
}

/// What is out of date.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers {
    /// Cards and edges at rest.
    pub base: Damage,
    /// What changes while a person does something.
    pub overlay: Damage,
    /// Whether the camera or the canvas's size changed: elements over the canvas must follow.
    pub camera: bool,
    /// Whether the camera moved and came no nearer: what the base shows of places that are still in view is right, but elsewhere.
    pub panned: bool,
    /// Whether all is out of date only since one looks from nearer or further: what the base shows is right, but of another size.
    pub zoomed: bool,
    /// Whether what is drawn changed, in view or not: for the small picture of the whole.
    pub scene: bool,
}

impl Damage {
    /// Adds a part of the world.
    pub fn add(&mut self, rect: Rect) {
        match self {
            Damage::All => {}
            Damage::Rects(rects) if rects.contains(&rect) => {}
            Damage::None => *self = Damage::Rects(vec![rect]),
            Damage::Rects(rects) if rects.len() < MOST_RECTS => rects.push(rect),
            Damage::Rects(rects) => *self = Damage::Rects(vec![rects.iter().fold(rect, |all, other| all.union(other))]),
        }
    }

    /// The damage as `camera` sees it: parts out of view are left out, each is grown by the bleed, and where they are most
    /// of the view, it is all.
    #[must_use]
    pub fn seen_by(self, camera: &Camera) -> Damage {
        let Damage::Rects(rects) = self else { return self };
        let view = camera.visible();
        let grown: Vec<Rect> = rects.iter().map(|rect| rect.grown(BLEED / camera.zoom)).filter(|rect| rect.touches(&view)).collect();
        let area: f64 = grown.iter().map(|rect| rect.w.min(view.w) * rect.h.min(view.h)).sum();
        match grown.len() {
            0 => Damage::None,
            _ if area > view.w * view.h * 0.5 => Damage::All,
            _ => Damage::Rects(grown),
        }
    }
}

impl Layers {
    /// Everything is out of date.
    pub fn add_all(&mut self) {
        let (panned, scene) = (self.panned, self.scene);
        *self = Layers { base: Damage::All, overlay: Damage::All, camera: true, panned, zoomed: false, scene };
    }

    /// The camera came nearer or went further away.
    pub fn add_zoom(&mut self) {
        let is_right = self.base == Damage::None || self.zoomed;
        self.add_all();
        self.zoomed = is_right;
    }

    /// The base must be painted to the pixel.
    pub fn add_base(&mut self) {
        (self.base, self.zoomed) = (Damage::All, false);
    }

    /// The camera moved and came no nearer.
    pub fn add_pan(&mut self) {
        (self.overlay, self.camera, self.panned) = (Damage::All, true, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn camera() -> Camera {
        Camera { zoom: 1.0, width: 1000.0, height: 1000.0, ..Camera::default() }
    }

    #[test]
    fn only_what_is_seen_is_painted() {
        for (rects, expected) in [
            (vec![], Damage::None),
            (vec![Rect::new(5000.0, 0.0, 10.0, 10.0)], Damage::None),
            (vec![Rect::new(0.0, 0.0, 900.0, 900.0)], Damage::All),
            (vec![Rect::new(50.0, 50.0, 10.0, 10.0)], Damage::Rects(vec![Rect::new(36.0, 36.0, 38.0, 38.0)])),
            (vec![Rect::new(-10.0, 0.0, 1.0, 1.0)], Damage::Rects(vec![Rect::new(-24.0, -14.0, 29.0, 29.0)])),
        ] {
            let mut damage = Damage::None;
            rects.into_iter().for_each(|rect| damage.add(rect));
            assert_eq!(damage.clone().seen_by(&camera()), expected, "of {damage:?}");
        }
    }

    #[test]
    fn what_is_seen_from_nearer_is_right_unless_something_else_is_out_of_date() {
        let rect = Rect::new(0.0, 0.0, 10.0, 10.0);
        let check = |name: &str, damage: &[fn(&mut Layers)], is_right: bool| {
            let mut layers = Layers::default();
            damage.iter().for_each(|add| add(&mut layers));
            assert_eq!((layers.zoomed, &layers.base), (is_right, &Damage::All), "{name}");
        };
        check("zoomed twice", &[Layers::add_zoom, Layers::add_zoom], true);
        check("moved, too", &[Layers::add_pan, Layers::add_zoom], true);
        check("a node changed before", &[|layers| layers.base.add(Rect::new(0.0, 0.0, 1.0, 1.0)), Layers::add_zoom], false);
        check("all changed after", &[Layers::add_zoom, Layers::add_all], false);
        check("wanted to the pixel", &[Layers::add_zoom, Layers::add_base, Layers::add_zoom], false);
        let mut layers = Layers::default();
        layers.add_zoom();
        layers.base.add(rect);
        assert!(layers.zoomed, "what changes meanwhile is painted with the next picture to the pixel");
    }

    proptest! {
        #[test]
        fn no_damage_is_lost_by_merging(corners in prop::collection::vec((0.0..5000.0f64, 0.0..5000.0f64), 1..60)) {
            let rects: Vec<Rect> = corners.iter().map(|(x, y)| Rect::new(*x, *y, 20.0, 10.0)).collect();
            let mut damage = Damage::None;
            rects.iter().for_each(|rect| damage.add(*rect));
            if let Damage::Rects(kept) = damage {
                prop_assert!(kept.len() <= MOST_RECTS);
                for rect in rects {
                    prop_assert!(kept.iter().any(|kept| kept.grown(1e-6).encloses(&rect)), "{:?} is covered", rect);
                }
            }
        }
    }
}
