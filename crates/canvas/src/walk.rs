//! Going from node to node without a pointer.

use crate::{
    Direction, Intent, NodeKey, Scene, Selection,
    geometry::pt,
    gesture::{View, bring_into_view},
};

/// The intents that make `to` the one selected node, in view.
pub(crate) fn select(view: View<'_>, to: NodeKey) -> Vec<Intent> {
    let look = view.scene.rect(to).and_then(|rect| bring_into_view(view.camera, &rect));
    std::iter::once(Intent::Select(Selection::nodes(vec![to]))).chain(look).collect()
}

/// The node after (or, by -1, before) `current` as one reads: by columns from left to right, each from the top. From
/// nowhere, the first or last. None past the ends.
pub(crate) fn in_turn(scene: &Scene, current: Option<NodeKey>, by: i32) -> Option<NodeKey> {
    let order = reading_order(scene);
    let at = current.and_then(|current| order.iter().position(|key| *key == current));
    match (at, by > 0) {
        (None, true) => order.first().copied(),
        (None, false) => order.last().copied(),
        (Some(at), true) => order.get(at + 1).copied(),
        (Some(at), false) => at.checked_sub(1).map(|at| order[at]),
    }
}

/// All nodes in the order in which one reads them.
#[must_use]
pub fn reading_order(scene: &Scene) -> Vec<NodeKey> {
    let nodes = scene.nodes();
    let mut rows: Vec<usize> = (0..nodes.len()).collect();
    rows.sort_by(|a, b| nodes.x[*a].total_cmp(&nodes.x[*b]).then(nodes.y[*a].total_cmp(&nodes.y[*b])).then(a.cmp(b)));
    rows.into_iter().map(|row| nodes.keys[row]).collect()
}

/// The node nearest to `current` in a direction; straight ahead counts before aside.
pub(crate) fn nearest(scene: &Scene, current: NodeKey, direction: Direction) -> Option<NodeKey> {
    let (dx, dy) = direction.step();
    let from = scene.rect(current)?.center();
    let nodes = scene.nodes();
    let others = (0..nodes.len()).filter(|row| nodes.keys[*row] != current);
    let ahead = others.filter_map(|row| {
        let to = nodes.rect(row).center();
        let offset = pt(to.x - from.x, to.y - from.y);
        let onward = offset.x * dx + offset.y * dy;
        let aside = (offset.x * dy).abs() + (offset.y * dx).abs();
        // Within 63 degrees to each side of the way.
        (onward > 1.0 && aside <= 2.0 * onward).then_some((onward + 2.0 * aside, row))
    });
    let (_, row) = ahead.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    Some(nodes.keys[row])
}

/// The node that an edge joins to `current`: to the right what follows, to the left what comes before, up and down the
/// others that have the same node before.
pub(crate) fn along(scene: &Scene, current: NodeKey, direction: Direction) -> Option<NodeKey> {
    let height = |key: &NodeKey| scene.rect(*key).map_or(0.0, |rect| rect.y);
    match direction {
        Direction::Right => scene.neighbours(current, true).map(|(_, to)| to).next(),
        Direction::Left => scene.neighbours(current, false).map(|(_, from)| from).next(),
        Direction::Up | Direction::Down => {
            let (_, before) = scene.neighbours(current, false).next()?;
            let mut siblings: Vec<_> = scene.neighbours(before, true).map(|(_, to)| to).collect();
            siblings.sort_by(|a, b| height(a).total_cmp(&height(b)).then(a.cmp(b)));
            siblings.dedup();
            let at = siblings.iter().position(|key| *key == current)?;
            if direction == Direction::Down { siblings.get(at + 1).copied() } else { at.checked_sub(1).map(|at| siblings[at]) }
        }
    }
}
