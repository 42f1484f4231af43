//! New nodes in a group that has places already: each goes beside a neighbour, into the nearest free room.

use super::{LAYER_GAP, Link, NODE_GAP};
use crate::{Point, Rect, geometry::pt, index::Index};

/// Gives each node of `group` that has no place one. At least one node of the group has one.
pub(super) fn place(group: &[usize], sizes: &[(f64, f64)], links: &[Link], points: &mut [Option<Point>]) {
    let mut taken = Index::default();
    for (node, point) in points.iter().enumerate() {
        if let Some(p) = point {
            taken.put(node as u32, Rect::new(p.x, p.y, sizes[node].0, sizes[node].1));
        }
    }
    while let Some((node, wish)) = next(group, sizes, links, points) {
        let mut room = Rect::new(wish.x, wish.y, sizes[node].0, sizes[node].1);
        let mut found = Vec::new();
        loop {
            found.clear();
            taken.query(&room.grown(NODE_GAP / 2.0), &mut found);
            let Some(lowest) =
                found.iter().filter_map(|other| Some(points[*other as usize]?.y + sizes[*other as usize].1)).reduce(f64::max)
            else {
                break;
            };
            // A little past what `grown` reaches, so that each turn leaves what it found behind.
            room.y = lowest + NODE_GAP / 2.0 + 1.0;
        }
        taken.put(node as u32, room);
        points[node] = Some(room.origin());
    }
}

/// The first node without a place that has a neighbour with one, and where it would best go.
fn next(group: &[usize], sizes: &[(f64, f64)], links: &[Link], points: &[Option<Point>]) -> Option<(usize, Point)> {
    let gap = |link: &Link| LAYER_GAP.max(link.room);
    let after = |link: &Link| points[link.from].map(|p| pt(p.x + sizes[link.from].0 + gap(link), p.y));
    let before = |link: &Link| points[link.to].map(|p| pt(p.x - sizes[link.from].0 - gap(link), p.y));
    let is_open = |node: usize| points[node].is_none() && group.binary_search(&node).is_ok();
    let follows = links.iter().filter(|link| is_open(link.to)).find_map(|link| Some((link.to, after(link)?)));
    follows.or_else(|| links.iter().filter(|link| is_open(link.from)).find_map(|link| Some((link.from, before(link)?))))
}
