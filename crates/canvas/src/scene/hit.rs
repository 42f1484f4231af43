//! What is under a point.

use graph::Port;

use super::{EdgeKey, Handle, ItemKey, NodeKey, Scene};
use crate::{Point, Rect, geometry::distance_to_line};

/// How near to a port counts as on it, in pixels.
pub const PORT_REACH: f64 = 9.0;
/// How near to an edge counts as on it, in pixels.
const EDGE_REACH: f64 = 6.0;
/// The zoom under which ports are too small to be meant.
const PORTS_FROM: f64 = 0.4;

/// What is under a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A port that edges leave from.
    Port(NodeKey, Port),
    /// A card.
    Node(NodeKey),
    /// An edge.
    Edge(EdgeKey),
    /// An end of the selected edge.
    End(EdgeKey, End),
    /// A note, a frame's bar or side, a picture.
    Item(ItemKey),
    /// A handle of the selected item.
    Handle(ItemKey, Handle),
    /// The canvas itself.
    Nothing,
}

/// The two ends of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it leaves.
    From,
    /// Where it leads.
    To,
}

impl Hit {
    /// The node that is meant, if any.
    #[must_use]
    pub fn node(self) -> Option<NodeKey> {
        match self {
            Hit::Port(node, _) | Hit::Node(node) => Some(node),
            Hit::Edge(_) | Hit::End(..) | Hit::Item(_) | Hit::Handle(..) | Hit::Nothing => None,
        }
    }
}

impl Scene {
    /// What is at `p`, at a zoom of `zoom` pixels a unit: a port before its card, a note before all but ports, the upper card
    /// before the lower, a card before an edge, the nearer edge before the further, and frames and pictures last.
    #[must_use]
    pub fn hit(&self, p: Point, zoom: f64) -> Hit {
        let item = |in_front| self.hit_item(p, zoom, in_front).map(Hit::Item);
        let near = self.hit_port(p, zoom).or_else(|| item(true)).or_else(|| self.hit_node(p));
        near.or_else(|| self.hit_edge(p, zoom)).or_else(|| item(false)).unwrap_or(Hit::Nothing)
    }

    /// The end of an edge at `p`.
    #[must_use]
    pub fn hit_end(&self, key: EdgeKey, p: Point, reach: f64) -> Option<End> {
        let line = &self.edge(key)?.line;
        let is_near = |end: Option<&Point>| end.is_some_and(|end| end.distance(p) <= reach);
        if is_near(line.last()) { Some(End::To) } else { is_near(line.first()).then_some(End::From) }
    }

    /// The upper of the nodes whose card comes within `reach` of `p`.
    #[must_use]
    pub fn node_near(&self, p: Point, reach: f64) -> Option<NodeKey> {
        let exact = self.nodes_in(&Rect::new(p.x, p.y, 0.0, 0.0));
        let row = exact.last().copied().or_else(|| self.nodes_in(&Rect::new(p.x, p.y, 0.0, 0.0).grown(reach)).last().copied())?;
        Some(self.nodes.keys[row])
    }

    fn hit_port(&self, p: Point, zoom: f64) -> Option<Hit> {
        let reach = PORT_REACH / zoom;
        if zoom < PORTS_FROM {
            return None;
        }
        let around = Rect::new(p.x, p.y, 0.0, 0.0).grown(reach);
        let near = self.nodes_in(&around).into_iter().flat_map(|row| {
            let ports = self.nodes.ports[row].iter().enumerate();
            ports.map(move |(at, port)| (self.nodes.output(row, at).distance(p), row, *port))
        });
        let nearest = near.filter(|(away, ..)| *away <= reach).min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        Some(Hit::Port(self.nodes.keys[nearest.1], nearest.2))
    }

    fn hit_node(&self, p: Point) -> Option<Hit> {
        self.nodes_in(&Rect::new(p.x, p.y, 0.0, 0.0)).last().map(|row| Hit::Node(self.nodes.keys[*row]))
    }

    fn hit_edge(&self, p: Point, zoom: f64) -> Option<Hit> {
        let reach = EDGE_REACH / zoom;
        let around = Rect::new(p.x, p.y, 0.0, 0.0).grown(reach);
        let near = self.edges_in(&around).into_iter().map(|row| (distance_to_line(&self.edges.rows[row].line, p), row));
        let nearest = near.filter(|(away, _)| *away <= reach).min_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
        Some(Hit::Edge(self.edges.rows[nearest.1].key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeSpec, geometry::pt};
    use proptest::prelude::*;

    fn scene(places: &[(f64, f64)], edges: &[(usize, usize)]) -> Scene {
        let mut scene = Scene::default();
        let keys: Vec<_> = places
            .iter()
            .enumerate()
            .map(|(i, (x, y))| {
                let ports = vec![Port::Case(0), Port::Next];
                scene.add_node(NodeSpec {
                    id: format!("n{i}").into(),
                    kind: "switch".into(),
                    summary: String::new(),
                    at: pt(*x, *y),
                    ports,
                    has_input: true,
                })
            })
            .collect();
        for (from, to) in edges {
            scene.add_edge(keys[from % keys.len()], Port::Next, keys[to % keys.len()], "");
        }
        scene
    }

    fn describe(scene: &Scene, hit: Hit) -> String {
        let id = |key| scene.id(key).map_or("?", |id| id.as_str()).to_owned();
        match hit {
            Hit::Port(node, port) => format!("{port:?} of {}", id(node)),
            Hit::Node(node) => id(node),
            Hit::Edge(edge) => {
                let row = &scene.edges().rows[scene.edge_row(edge).unwrap()];
                format!("{} to {}", id(row.from), id(row.to))
            }
            Hit::End(..) | Hit::Item(_) | Hit::Handle(..) | Hit::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn the_thing_nearest_to_the_eye_is_hit() {
        // Cards are 208 by 72; the two ports of one at the origin are at (208, 24) and (208, 48).
        let scene = scene(&[(0.0, 0.0), (400.0, 0.0), (168.0, 20.0)], &[(0, 1)]);
        for (x, y, zoom, expected) in [
            (10.0, 10.0, 1.0, "n0"),
            (198.0, 60.0, 1.0, "n2"),
            (208.0, 20.0, 1.0, "Case(0) of n0"),
            (208.0, 55.0, 1.0, "Next of n0"),
            (208.0, 50.0, 0.3, "n2"),
            (500.0, 50.0, 1.0, "n1"),
            (-1.0, 10.0, 1.0, "nothing"),
            (320.0, 900.0, 1.0, "nothing"),
        ] {
            assert_eq!(describe(&scene, scene.hit(pt(x, y), zoom)), expected, "at {x}, {y}, zoom {zoom}");
        }
    }

    #[test]
    fn an_edge_is_hit_within_its_reach_on_the_screen() {
        let scene = scene(&[(0.0, 0.0), (600.0, 0.0)], &[(0, 1)]);
        let on = scene.edges().rows[0].line[3];
        assert_eq!(describe(&scene, scene.hit(on, 1.0)), "n0 to n1");
        assert_eq!(describe(&scene, scene.hit(on.offset(0.0, 20.0), 1.0)), "nothing", "20 units away is too far at zoom 1");
        assert_eq!(describe(&scene, scene.hit(on.offset(0.0, 20.0), 0.25)), "n0 to n1", "but 5 pixels are near");
    }

    proptest! {
        #[test]
        fn the_index_hits_what_looking_at_each_hits(
            places in prop::collection::vec((-1500.0..1500.0f64, -1500.0..1500.0f64), 1..24),
            edges in prop::collection::vec((0usize..24, 0usize..24), 0..24),
            x in -1600.0..1800.0f64, y in -1600.0..1600.0f64, zoom in 0.05..3.0f64,
        ) {
            let scene = scene(&places, &edges);
            let p = pt(x, y);
            let hit = scene.hit(p, zoom);
            let mut best: Option<(f64, usize)> = None;
            for row in 0..scene.nodes().len() {
                for port in 0..2 {
                    let away = scene.nodes().output(row, port).distance(p);
                    if zoom >= PORTS_FROM && away <= PORT_REACH / zoom && best.is_none_or(|(least, _)| away <= least) {
                        best = Some((away, row));
                    }
                }
            }
            let card = (0..scene.nodes().len()).rev().find(|row| scene.nodes().rect(*row).contains(p));
            let edge = scene.edges().rows.iter().map(|row| distance_to_line(&row.line, p)).fold(f64::INFINITY, f64::min);
            match hit {
                Hit::Port(key, _) => prop_assert_eq!(best.map(|(_, row)| scene.nodes().keys[row]), Some(key)),
                Hit::Node(key) => { prop_assert!(best.is_none()); prop_assert_eq!(card.map(|row| scene.nodes().keys[row]), Some(key)) }
                Hit::Edge(key) => {
                    prop_assert!(best.is_none() && card.is_none());
                    let row = &scene.edges().rows[scene.edge_row(key).unwrap()];
                    prop_assert!((distance_to_line(&row.line, p) - edge).abs() < 1e-9 && edge <= EDGE_REACH / zoom);
                }
                Hit::End(..) | Hit::Item(_) | Hit::Handle(..) => prop_assert!(false, "there is no such thing: {:?}", hit),
                Hit::Nothing => prop_assert!(best.is_none() && card.is_none() && edge > EDGE_REACH / zoom),
            }
        }
    }
}
