//! What changed between two values, brought into a third. Knows nothing of text.

use serde_json::{Map, Value};

use super::align::align;

/// `file` with the changes that lead from `base` to `target`. What only `file` holds stays.
pub(crate) fn merge(file: &Value, base: &Value, target: &Value) -> Value {
    if base == target {
        return file.clone();
    }
    if file == base {
        return target.clone();
    }
    match (file, base, target) {
        (Value::Object(file), Value::Object(base), Value::Object(target)) => Value::Object(merge_fields(file, base, target)),
        (Value::Array(file), Value::Array(base), Value::Array(target)) => Value::Array(merge_items(file, base, target)),
        _ => target.clone(),
    }
}

fn merge_fields(file: &Map<String, Value>, base: &Map<String, Value>, target: &Map<String, Value>) -> Map<String, Value> {
    let mut out = file.clone();
    for (key, value) in target {
        match (base.get(key), file.get(key)) {
            (Some(base), _) if base == value => {}
            (Some(base), Some(file)) => {
                out.insert(key.clone(), merge(file, base, value));
            }
            (None, _) | (_, None) => {
                out.insert(key.clone(), value.clone());
            }
        }
    }
    out.retain(|key, _| target.contains_key(key) || !base.contains_key(key));
    out
}

fn merge_items(file: &[Value], base: &[Value], target: &[Value]) -> Vec<Value> {
    let (from_file, to_target) = (align(file, base), align(base, target));
    // The position in the file and in the base of each item that the target keeps.
    let any = |kept: Vec<Option<usize>>, moved: Vec<Option<usize>>| -> Vec<Option<usize>> {
        kept.into_iter().zip(moved).map(|(kept, moved)| kept.or(moved)).collect()
    };
    let files = any(from_file.kept_from(base.len()), from_file.moved_from(base.len()));
    let bases = any(to_target.kept_from(target.len()), to_target.moved_from(target.len()));
    let place = |new: usize| bases[new].and_then(|base| files[base].map(|file| (file, base)));
    let stays = to_target.stays(base.len());
    let mut leaves = vec![false; file.len()];
    for (base, file) in files.iter().enumerate().filter_map(|(base, file)| file.map(|file| (base, file))) {
        leaves[file] = !stays[base];
    }
    let all = file.iter().cloned().enumerate().filter(|(i, _)| !leaves[*i]);
    let mut out: Vec<(Option<usize>, Value)> = all.map(|(i, value)| (Some(i), value)).collect();
    let mut after: Option<usize> = None;
    for (new, value) in target.iter().enumerate() {
        let merged = |at: Option<(usize, usize)>| at.map_or_else(|| value.clone(), |(i, b)| merge(&file[i], &base[b], value));
        let was = place(new);
        let next = after.map_or(0, |after| after + 1);
        let slot = was.and_then(|(i, _)| (0..out.len()).cycle().skip(next).take(out.len()).find(|at| out[*at].0 == Some(i)));
        match slot {
            Some(at) => {
                out[at].1 = merged(was);
                after = Some(at);
            }
            None => {
                let at = if after.is_some() { next } else { first_kept(&out, target, new, &place) };
                out.insert(at, (None, merged(was)));
                after = Some(at);
            }
        }
    }
    out.into_iter().map(|(_, value)| value).collect()
}

/// The place of the first item that stays: new ones at the head of the list go before it.
fn first_kept(out: &[(Option<usize>, Value)], target: &[Value], from: usize, place: &impl Fn(usize) -> Option<(usize, usize)>) -> usize {
    let kept = (from..target.len()).find_map(|new| place(new).and_then(|(i, _)| out.iter().position(|(at, _)| *at == Some(i))));
    kept.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_only_the_file_holds_stays() {
        let table = [
            (json!({"a": 1, "own": 2}), json!({"a": 1}), json!({"a": 3}), json!({"a": 3, "own": 2})),
            (json!({"a": 1, "own": 2}), json!({"a": 1}), json!({"b": 3}), json!({"own": 2, "b": 3})),
            (json!({"v": 1}), json!({"v": "1"}), json!({"v": "1", "x": 0}), json!({"v": 1, "x": 0})),
            (json!(["own", "a", "b"]), json!(["a", "b"]), json!(["a", "c", "b"]), json!(["own", "a", "c", "b"])),
            (json!(["own", "a", "b"]), json!(["a", "b"]), json!(["b"]), json!(["own", "b"])),
            (json!(["own", "a"]), json!(["a"]), json!(["new", "a"]), json!(["own", "new", "a"])),
            (
                json!([{"id": "b", "x": 1}, {"id": "a"}]),
                json!([{"id": "a"}, {"id": "b"}]),
                json!([{"id": "a", "y": 2}, {"id": "b"}]),
                json!([{"id": "b", "x": 1}, {"id": "a", "y": 2}]),
            ),
        ];
        for (file, base, target, merged) in table {
            assert_eq!(merge(&file, &base, &target), merged, "{file} with the change from {base} to {target}");
        }
    }
}
