//! A group of connected nodes in layers, from left to right.

use std::collections::BTreeSet;

use rust_sugiyama::{configure::Config, from_vertices_and_edges};

use super::{LAYER_GAP, Link, NODE_GAP};
use crate::{Point, geometry::pt};

/// Places for the nodes of `group`, in its order, with the group's own corner near the origin.
pub(super) fn place(group: &[usize], sizes: &[(f64, f64)], links: &[Link]) -> Vec<Point> {
    let local = |node: usize| group.binary_search(&node).ok();
    let links: Vec<Link> = links.iter().filter_map(|link| Some(Link { from: local(link.from)?, to: local(link.to)?, ..*link })).collect();
    let ahead = without_cycles(group.len(), &links);
    // The library draws downward: width and height change places. It speaks of middles, and equal heights are one layer.
    let vertices: Vec<(u32, (f64, f64))> = group.iter().enumerate().map(|(i, node)| (i as u32, (sizes[*node].1, sizes[*node].0))).collect();
    let config = Config { vertex_spacing: NODE_GAP, dummy_size: 0.5, ..Config::default() };
    let mut middles = vec![Point::default(); group.len()];
    for (layout, ..) in from_vertices_and_edges(&vertices, &ahead, &config) {
        for (i, (across, along)) in layout {
            middles[i] = pt(along, across);
        }
    }
    if is_upside_down(&links, &middles) {
        middles.iter_mut().for_each(|middle| middle.y = -middle.y);
    }
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut order: Vec<usize> = (0..group.len()).collect();
    order.sort_by(|a, b| middles[*a].x.total_cmp(&middles[*b].x).then(middles[*a].y.total_cmp(&middles[*b].y)).then(a.cmp(b)));
    for i in order {
        match layers.last_mut() {
            Some(layer) if middles[i].x - middles[layer[0]].x < 1.0 => layer.push(i),
            _ => layers.push(vec![i]),
        }
    }
    let mut rooms = vec![0.0f64; group.len()];
    // What is written at a link that leads back stands on its way under the nodes.
    for link in links.iter().filter(|link| middles[link.to].x > middles[link.from].x) {
        rooms[link.from] = rooms[link.from].max(link.room);
    }
    let mut points = vec![Point::default(); group.len()];
    let mut x = 0.0;
    for layer in layers {
        let mut free_from = f64::NEG_INFINITY;
        for i in &layer {
            let height = sizes[group[*i]].1;
            // The library keeps nodes of one layer apart; should it ever fail to, they are pushed down.
            let y = (middles[*i].y - height / 2.0).max(free_from);
            free_from = y + height + NODE_GAP / 2.0;
            points[*i] = pt(x, y);
        }
        let width = layer.iter().map(|i| sizes[group[*i]].0).fold(0.0, f64::max);
        x += width + layer.iter().map(|i| rooms[*i]).fold(LAYER_GAP, f64::max);
    }
    points
}

/// Whether most pairs of links that leave one node cross: a node's links are in the order of its ports, from the top. The
/// library knows nothing of that order, and what it draws is as good from below.
fn is_upside_down(links: &[Link], middles: &[Point]) -> bool {
    let mut balance = 0;
    for (at, upper) in links.iter().enumerate() {
        for lower in links[at + 1..].iter().take_while(|lower| lower.from == upper.from) {
            let (above, below) = (middles[upper.to].y, middles[lower.to].y);
            balance += i32::from(above > below) - i32::from(above < below);
        }
    }
    balance > 0
}

/// The links without those that lead back, as a walk from the first node finds them; each once. A link that leads back joins
/// two nodes that others join already, and is drawn under the nodes: it needs no room between them. The library could break
/// cycles too, but not so that the entry stays first.
fn without_cycles(count: usize, links: &[Link]) -> Vec<(u32, u32)> {
    let mut onward: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_before = vec![false; count];
    for link in links.iter().filter(|link| link.from != link.to) {
        onward[link.from].push(link.to);
        has_before[link.to] = true;
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; count];
    let mut ahead = BTreeSet::new();
    let starts = (0..count).filter(|node| !has_before[*node]).chain(0..count);
    for start in starts {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        // A stack of our own: a chain may be longer than the thread's stack is deep.
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let Some(to) = onward[*node].get(*next).copied() else {
                marks[*node] = Mark::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let from = *node;
            if marks[to] == Mark::Open {
                continue;
            }
            ahead.insert((from as u32, to as u32));
            if marks[to] == Mark::New {
                marks[to] = Mark::Open;
                stack.push((to, 0));
            }
        }
    }
    ahead.into_iter().collect()
}
