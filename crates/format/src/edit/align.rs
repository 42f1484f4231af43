//! Which items of a list are which items of another. Knows nothing of text.

use serde_json::Value;

/// How two lists correspond, as positions in the old and in the new one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// The same item, perhaps changed; both positions rise.
    pub(super) kept: Vec<(usize, usize)>,
    /// The same item at another place among the rest.
    pub(super) moved: Vec<(usize, usize)>,
}

impl Alignment {
    /// For each item of a new list of this length, where it stays from.
    pub(super) fn kept_from(&self, len: usize) -> Vec<Option<usize>> {
        positions(&self.kept, len)
    }

    /// For each item of a new list of this length, where it moved from.
    pub(super) fn moved_from(&self, len: usize) -> Vec<Option<usize>> {
        positions(&self.moved, len)
    }

    /// For each item of the old list whether it stays where it is.
    pub(super) fn stays(&self, len: usize) -> Vec<bool> {
        let mut stays = vec![false; len];
        for (old, _) in &self.kept {
            stays[*old] = true;
        }
        stays
    }
}

fn positions(pairs: &[(usize, usize)], len: usize) -> Vec<Option<usize>> {
    let mut positions = vec![None; len];
    for (old, new) in pairs {
        positions[*new] = Some(*old);
    }
    positions
}

/// The largest table for the longest common subsequence; past it only the ends of the lists are compared.
const MAX_TABLE: usize = 4_000_000;

/// Aligns two lists: items with an `id` or `name` by it, others by being equal; what is left between two that correspond
/// is taken for changed in place where there is as much of it on both sides.
pub(super) fn align(old: &[Value], new: &[Value]) -> Alignment {
    let same = |i: usize, j: usize| match (identity(&old[i]), identity(&new[j])) {
        (Some(a), Some(b)) => a == b,
        (None, None) => old[i] == new[j],
        _ => false,
    };
    let head = (0..old.len().min(new.len())).take_while(|i| same(*i, *i)).count();
    let spare = old.len().min(new.len()) - head;
    let tail = (0..spare).take_while(|i| same(old.len() - 1 - i, new.len() - 1 - i)).count();
    let mut kept: Vec<_> = (0..head).map(|i| (i, i)).collect();
    kept.extend(common(head..old.len() - tail, head..new.len() - tail, &same));
    kept.extend((0..tail).rev().map(|i| (old.len() - 1 - i, new.len() - 1 - i)));

    let mut is_old_used = vec![false; old.len()];
    let mut is_new_used = vec![false; new.len()];
    for (i, j) in &kept {
        (is_old_used[*i], is_new_used[*j]) = (true, true);
    }
    let mut moved = Vec::new();
    for j in (0..new.len()).filter(|j| !is_new_used[*j]).collect::<Vec<_>>() {
        if let Some(i) = (0..old.len()).find(|i| !is_old_used[*i] && same(*i, j)) {
            (is_old_used[i], is_new_used[j]) = (true, true);
            moved.push((i, j));
        }
    }
    let mut all = Vec::with_capacity(kept.len());
    let (mut from_old, mut from_new) = (0, 0);
    for (i, j) in kept.into_iter().chain([(old.len(), new.len())]) {
        let left: Vec<_> = (from_old..i).filter(|i| !is_old_used[*i]).collect();
        let right: Vec<_> = (from_new..j).filter(|j| !is_new_used[*j]).collect();
        if left.len() == right.len() {
            all.extend(left.into_iter().zip(right).filter(|(i, j)| is_alike(&old[*i], &new[*j])));
        } else {
            let mut left = left.into_iter();
            all.extend(
                right
                    .into_iter()
                    .filter_map(|j| left.clone().position(|i| shares_a_field(&old[i], &new[j])).and_then(|n| Some((left.nth(n)?, j)))),
            );
        }
        if i < old.len() {
            all.push((i, j));
        }
        (from_old, from_new) = (i + 1, j + 1);
    }
    Alignment { kept: all, moved }
}

/// What a list's item is known by.
pub(super) fn identity(item: &Value) -> Option<&str> {
    item.get("id").or_else(|| item.get("name"))?.as_str()
}

/// Whether one may be the other after a change: a renamed node keeps its type.
fn is_alike(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => a.get("type") == b.get("type") && identity(old).is_some() == identity(new).is_some(),
        (Value::Array(_), Value::Array(_)) => true,
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => false,
        _ => true,
    }
}

/// Whether two items without a name have something in common that tells them from others.
fn shares_a_field(old: &Value, new: &Value) -> bool {
    let (Some(a), Some(b)) = (old.as_object(), new.as_object()) else { return false };
    identity(old).is_none() && identity(new).is_none() && a.iter().any(|(key, value)| b.get(key) == Some(value))
}

/// The longest common subsequence of two ranges, by the usual table.
fn common(old: std::ops::Range<usize>, new: std::ops::Range<usize>, same: &impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let (n, m) = (old.len(), new.len());
    if n == 0 || m == 0 || n.saturating_mul(m) > MAX_TABLE {
        return Vec::new();
    }
    let width = m + 1;
    let mut table = vec![0u32; (n + 1) * width];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            table[i * width + j] = if same(old.start + i, new.start + j) {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < n && j < m {
        if same(old.start + i, new.start + j) {
            pairs.push((old.start + i, new.start + j));
            (i, j) = (i + 1, j + 1);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(old: &Value, new: &Value, kept: &[(usize, usize)], moved: &[(usize, usize)]) {
        let alignment = align(old.as_array().unwrap(), new.as_array().unwrap());
        assert_eq!(alignment.kept, kept, "kept from {old} to {new}");
        assert_eq!(alignment.moved, moved, "moved from {old} to {new}");
    }

    #[test]
    fn items_are_known_by_id_then_by_value_then_by_place() {
        check(&json!(["a", "b", "c"]), &json!(["a", "c"]), &[(0, 0), (2, 1)], &[]);
        check(&json!(["a", "b", "c"]), &json!(["a", "x", "c"]), &[(0, 0), (1, 1), (2, 2)], &[]);
        check(&json!(["a", "b"]), &json!(["b", "a"]), &[(1, 0)], &[(0, 1)]);
        check(&json!([{"id": "a"}, {"id": "b"}]), &json!([{"id": "b", "x": 1}]), &[(1, 0)], &[]);
        check(&json!([{"id": "a", "type": "t"}]), &json!([{"id": "z", "type": "t"}]), &[(0, 0)], &[]);
        check(&json!([{"id": "a", "type": "t"}]), &json!([{"id": "z", "type": "u"}]), &[], &[]);
        check(&json!([{"rule": 1, "target": "a"}, {"target": "b"}]), &json!([{"rule": 1, "next": "a"}]), &[(0, 0)], &[]);
        check(&json!([]), &json!([1]), &[], &[]);
    }
}
