//! Where nodes go that nobody has placed. Knows sizes and links, nothing of what they are.
//!
//! Each group of connected nodes is laid out in layers from left to right (`rust-sugiyama`); groups are packed under one
//! another. A node that was placed stays, and new ones beside it take the nearest free room. The same input always gives
//! the same picture.

mod beside;
mod layers;

use crate::{Point, Rect, geometry::pt};

/// The least room between two layers.
pub const LAYER_GAP: f64 = 60.0;
/// The room between two nodes of a layer.
pub const NODE_GAP: f64 = 40.0;
/// The room between two groups.
const GROUP_GAP: f64 = 80.0;
/// The width over the height that packed groups come near to.
const ASPECT: f64 = 1.6;

/// An edge, as the layout sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The position of the node that it leaves.
    pub from: usize,
    /// The position of the node that it enters.
    pub to: usize,
    /// How much room what is written at it needs beside the node that it leaves.
    pub room: f64,
}

/// A place for each node of `sizes` (width, height), given the `links` between them by position and the places that are
/// fixed. Links to nowhere are ignored.
#[must_use]
pub fn arrange(sizes: &[(f64, f64)], links: &[Link], placed: &[Option<Point>]) -> Vec<Point> {
    let count = sizes.len();
    let links: Vec<Link> = links.iter().copied().filter(|link| link.from < count && link.to < count).collect();
    let mut points: Vec<Option<Point>> = (0..count).map(|i| placed.get(i).copied().flatten()).collect();
    let taken = |points: &[Option<Point>]| {
        let rects = points.iter().zip(sizes).filter_map(|(point, size)| point.map(|p| Rect::new(p.x, p.y, size.0, size.1)));
        rects.reduce(|all, rect| all.union(&rect))
    };
    let mut fresh = Vec::new();
    for group in groups(count, &links) {
        if group.iter().all(|node| points[*node].is_some()) {
            continue;
        }
        if group.iter().any(|node| points[*node].is_some()) {
            beside::place(&group, sizes, &links, &mut points);
        } else {
            fresh.push((layers::place(&group, sizes, &links), group));
        }
    }
    let below = taken(&points).map_or(Point::default(), |taken| pt(taken.x, taken.bottom() + GROUP_GAP));
    pack(fresh, sizes, below, &mut points);
    points.into_iter().map(Option::unwrap_or_default).collect()
}

/// The nodes that hang together, each group and the groups in the order of their first node.
fn groups(count: usize, links: &[Link]) -> Vec<Vec<usize>> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); count];
    for link in links {
        near[link.from].push(link.to);
        near[link.to].push(link.from);
    }
    let mut seen = vec![false; count];
    let mut groups = Vec::new();
    for first in 0..count {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut group = vec![first];
        let mut next = 0;
        while let Some(node) = group.get(next).copied() {
            next += 1;
            for other in &near[node] {
                if !std::mem::replace(&mut seen[*other], true) {
                    group.push(*other);
                }
            }
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

/// Puts groups on shelves, from left to right and then down, beginning at `corner`.
fn pack(groups: Vec<(Vec<Point>, Vec<usize>)>, sizes: &[(f64, f64)], corner: Point, points: &mut [Option<Point>]) {
    let boxes: Vec<Rect> = groups
        .iter()
        .map(|(places, group)| {
            let rects = places.iter().zip(group).map(|(p, node)| Rect::new(p.x, p.y, sizes[*node].0, sizes[*node].1));
            rects.reduce(|all, rect| all.union(&rect)).unwrap_or_default()
        })
        .collect();
    let area: f64 = boxes.iter().map(|rect| (rect.w + GROUP_GAP) * (rect.h + GROUP_GAP)).sum();
    let widest = boxes.iter().map(|rect| rect.w).fold(0.0, f64::max);
    let room = widest.max((area * ASPECT).sqrt());
    let (mut at, mut shelf) = (corner, 0.0f64);
    for ((places, group), rect) in groups.into_iter().zip(boxes) {
        if at.x > corner.x && at.x + rect.w > corner.x + room {
            at = pt(corner.x, at.y + shelf + GROUP_GAP);
            shelf = 0.0;
        }
        for (place, node) in places.into_iter().zip(group) {
            points[node] = Some(place.offset(at.x - rect.x, at.y - rect.y));
        }
        at.x += rect.w + GROUP_GAP;
        shelf = shelf.max(rect.h);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlaps(sizes: &[(f64, f64)], points: &[Point]) -> Option<(usize, usize)> {
        let rect = |i: usize| Rect::new(points[i].x, points[i].y, sizes[i].0, sizes[i].1).grown(-0.5);
        (0..points.len()).flat_map(|a| (0..a).map(move |b| (a, b))).find(|(a, b)| rect(*a).touches(&rect(*b)))
    }

    fn links(pairs: &[(usize, usize)]) -> Vec<Link> {
        pairs.iter().map(|(from, to)| Link { from: *from, to: *to, room: 0.0 }).collect()
    }

    fn cards(count: usize) -> Vec<(f64, f64)> {
        (0..count).map(|i| (240.0, 72.0 + 24.0 * (i % 4) as f64)).collect()
    }

    #[test]
    fn a_chain_reads_from_left_to_right_in_one_line() {
        let points = arrange(&[(240.0, 72.0); 4], &links(&[(0, 1), (1, 2), (2, 3)]), &[None; 4]);
        for pair in points.windows(2) {
            assert!((pair[1].x - pair[0].x - 240.0 - LAYER_GAP).abs() < 1.0, "a gap between layers: {points:?}");
            assert!((pair[1].y - pair[0].y).abs() < 1.0, "in one line: {points:?}");
        }
    }

    #[test]
    fn ways_leave_in_the_order_of_their_ports() {
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)];
        let points = arrange(&[(240.0, 72.0); 5], &links(&pairs), &[None; 5]);
        assert!(points[1].y < points[2].y && points[2].y < points[3].y, "the first is the uppermost: {points:?}");
    }

    #[test]
    fn a_loop_leads_on_from_its_first_node() {
        let points = arrange(&cards(4), &links(&[(0, 1), (1, 2), (2, 1), (2, 3), (3, 3)]), &[None; 4]);
        assert!(points.is_sorted_by(|a, b| a.x < b.x), "the edge back does not turn the picture round: {points:?}");
    }

    #[test]
    fn what_is_written_at_an_edge_finds_room() {
        let links = [Link { from: 0, to: 1, room: 150.0 }, Link { from: 1, to: 2, room: 0.0 }];
        let points = arrange(&[(240.0, 72.0); 3], &links, &[None; 3]);
        assert!(points[1].x - points[0].x - 240.0 >= 150.0, "the first gap is wide enough: {points:?}");
        assert!((points[2].x - points[1].x - 240.0 - LAYER_GAP).abs() < 1.0, "the second is as ever: {points:?}");
    }

    #[test]
    fn groups_stand_apart_and_are_packed_near_to_a_page() {
        let pairs: Vec<_> = (0..20).map(|i| (2 * i, 2 * i + 1)).collect();
        let sizes = cards(40);
        let points = arrange(&sizes, &links(&pairs), &[None; 40]);
        assert_eq!(overlaps(&sizes, &points), None, "nothing overlaps");
        let all = points.iter().zip(&sizes).map(|(p, s)| Rect::new(p.x, p.y, s.0, s.1)).reduce(|a, b| a.union(&b)).unwrap();
        assert!(all.w < 3.5 * all.h && all.h < 3.5 * all.w, "the whole is {} by {}", all.w, all.h);
    }

    #[test]
    fn a_thousand_nodes_in_a_chain_and_in_a_fan_are_laid_out() {
        let chain: Vec<_> = (0..999).map(|i| (i, i + 1)).collect();
        let fan: Vec<_> = (1..1000).map(|i| (0, i)).collect();
        for pairs in [chain, fan] {
            let sizes = cards(1000);
            assert_eq!(overlaps(&sizes, &arrange(&sizes, &links(&pairs), &vec![None; 1000])), None, "nothing overlaps");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn nothing_overlaps_and_the_same_graph_is_drawn_the_same(
            count in 1usize..28,
            pairs in prop::collection::vec((0usize..28, 0usize..28), 0..48),
        ) {
            let sizes = cards(count);
            let points = arrange(&sizes, &links(&pairs), &vec![None; count]);
            prop_assert_eq!(overlaps(&sizes, &points), None, "in {:?}", points);
            prop_assert_eq!(arrange(&sizes, &links(&pairs), &vec![None; count]), points);
        }

        #[test]
        fn what_was_placed_stays_and_new_nodes_keep_off(
            count in 1usize..20,
            pairs in prop::collection::vec((0usize..20, 0usize..20), 0..30),
            kept in prop::collection::vec(any::<bool>(), 20),
        ) {
            let sizes = cards(count);
            let all = arrange(&sizes, &links(&pairs), &vec![None; count]);
            let placed: Vec<_> = all.iter().zip(&kept).map(|(point, kept)| kept.then_some(point.offset(1000.0, -500.0))).collect();
            let points = arrange(&sizes, &links(&pairs), &placed);
            for (point, place) in points.iter().zip(&placed) {
                prop_assert!(place.is_none_or(|place| place == *point), "{:?} moved", place);
            }
            prop_assert_eq!(overlaps(&sizes, &points), None, "in {:?}", points);
        }
    }
}
