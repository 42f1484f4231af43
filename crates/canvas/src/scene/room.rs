//! Where a new card finds room: near where it is wished, over no other.

use super::{CARD_HEIGHT, CARD_WIDTH, Scene};
use crate::{Point, Rect, geometry::pt};

/// The least room between a new card and those that are there.
const GAP: f64 = 20.0;

/// How many turns the search takes at most; each looks past the cards that the last one met.
const TURNS: usize = 64;

impl Scene {
    /// The upper left corner nearest to `wish` at which a card covers no node: the wish itself where that is free. Of places
    /// equally far, the one below is taken.
    #[must_use]
    pub fn free_spot(&self, wish: Point) -> Point {
        let card = |at: Point| Rect::new(at.x, at.y, CARD_WIDTH, CARD_HEIGHT);
        let near =
            |at: Point| -> Vec<Rect> { self.nodes_in(&card(at).grown(GAP - 1.0)).into_iter().map(|row| self.nodes.rect(row)).collect() };
        let covers = |at: Point| self.nodes_in(&card(at)).into_iter().next().is_some();
        if !covers(wish) {
            return wish;
        }
        let mut open = vec![wish];
        let mut seen: Vec<Point> = Vec::new();
        for _ in 0..TURNS {
            // The nearest that was not looked at yet; of equals the lower, then the one to the right.
            let far = |at: &Point| (wish.distance(*at), -at.y, -at.x);
            let Some(next) = (0..open.len()).min_by(|a, b| {
                let (a, b) = (far(&open[*a]), far(&open[*b]));
                a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2))
            }) else {
                break;
            };
            let at = open.swap_remove(next);
            seen.push(at);
            let met = near(at);
            if met.is_empty() {
                return at;
            }
            for other in met {
                let beside = [
                    pt(at.x, other.bottom() + GAP),
                    pt(other.right() + GAP, at.y),
                    pt(at.x, other.y - CARD_HEIGHT - GAP),
                    pt(other.x - CARD_WIDTH - GAP, at.y),
                ];
                open.extend(beside.into_iter().filter(|at| !seen.contains(at)));
            }
        }
        // A crowd with no hole near: below all of it there is room.
        let column = (0..self.nodes.len()).map(|row| self.nodes.rect(row)).filter(|card| {
            let is_past = card.x > wish.x + CARD_WIDTH + GAP || card.right() < wish.x - GAP;
            !is_past
        });
        column.map(|card| card.bottom() + GAP).reduce(f64::max).map_or(wish, |y| pt(wish.x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeSpec;
    use graph::Port;
    use proptest::prelude::*;

    fn scene(at: &[(f64, f64)]) -> Scene {
        let mut scene = Scene::default();
        for (number, (x, y)) in at.iter().enumerate() {
            let (id, kind) = (format!("n{number}").as_str().into(), "transform".to_owned());
            scene.add_node(NodeSpec { id, kind, summary: String::new(), at: pt(*x, *y), ports: vec![Port::Next], has_input: true });
        }
        scene
    }

    fn check(nodes: &[(f64, f64)], wish: (f64, f64), expected: (f64, f64)) {
        let found = scene(nodes).free_spot(pt(wish.0, wish.1));
        assert_eq!((found.x, found.y), expected, "for a card at {wish:?} among {nodes:?}");
    }

    #[test]
    fn a_card_goes_where_it_is_wished_or_as_near_as_it_covers_nothing() {
        check(&[], (10.0, 10.0), (10.0, 10.0));
        check(&[(0.0, 0.0)], (0.0, 75.0), (0.0, 75.0));
        // Between two that a person placed, there is no room: it goes below the one that it would cover.
        check(&[(0.0, 0.0), (268.0, 0.0)], (268.0, 0.0), (268.0, CARD_HEIGHT + GAP));
        check(&[(0.0, 0.0)], (0.0, -40.0), (0.0, -CARD_HEIGHT - GAP));
        check(&[(0.0, 0.0)], (150.0, 0.0), (CARD_WIDTH + GAP, 0.0));
        check(&[(0.0, 0.0), (0.0, 92.0), (0.0, -92.0)], (0.0, 0.0), (0.0, 184.0));
    }

    proptest! {
        #[test]
        fn a_new_card_never_covers_another(nodes in prop::collection::vec((0u8..12, 0u8..12), 0..90), x in 0.0..900.0f64, y in 0.0..700.0f64) {
            let nodes: Vec<_> = nodes.into_iter().map(|(x, y)| (f64::from(x) * 80.0, f64::from(y) * 60.0)).collect();
            let scene = scene(&nodes);
            let at = scene.free_spot(pt(x, y));
            let card = Rect::new(at.x, at.y, CARD_WIDTH, CARD_HEIGHT);
            prop_assert!(scene.nodes_in(&card).is_empty(), "{:?} covers {:?}", card, scene.nodes_in(&card));
        }
    }
}
