//! What the merged graph says: field by field, nodes and tools told by their names. Knows nothing of text.

use std::collections::{HashMap, HashSet};

use graph::{Graph, NodeId, Path, Segment, ToolName};
use serde_json::{Map, Value};

use super::Conflict;
use super::lines::{Neighbours, Piece, pieces};

/// Merges two graphs that both began as `base`. Where they conflict the merged graph says what ours says.
pub(super) fn merge(base: &Graph, ours: &Graph, theirs: &Graph) -> (Graph, Vec<Conflict>) {
    let mut merger = Merger { tool: None, node: None, conflicts: Vec::new() };
    let [base, own, theirs] = [base, ours, theirs].map(Graph::to_json);
    let merged = merger.value([Some(&base), Some(&own), Some(&theirs)], &Path::root()).unwrap_or(own);
    let (graph, _) = Graph::from_value(merged);
    (graph, merger.conflicts)
}

/// The graph with the tools and nodes that `ours` has too in the order of `ours`, among those that it has not.
pub(super) fn in_the_order_of(ours: &Graph, mut graph: Graph) -> Graph {
    reorder(&ours.tools, &mut graph.tools, |tool| tool.name.as_str());
    for tool in &mut graph.tools {
        if let Some(own) = ours.tool(tool.name.as_str()) {
            reorder(&own.nodes, &mut tool.nodes, |node| node.id.as_str());
        }
    }
    graph
}

fn reorder<T: Clone>(ours: &[T], items: &mut [T], name: impl Fn(&T) -> &str) {
    let ranks: HashMap<&str, usize> = ours.iter().enumerate().map(|(rank, own)| (name(own), rank)).collect();
    let rank = |item: &T| ranks.get(name(item)).copied();
    let places: Vec<usize> = (0..items.len()).filter(|at| rank(&items[*at]).is_some()).collect();
    let mut shared: Vec<T> = places.iter().map(|at| items[*at].clone()).collect();
    shared.sort_by_key(rank);
    for (at, item) in places.into_iter().zip(shared) {
        items[at] = item;
    }
}

/// What the base, ours and theirs have at one place.
type Three<'v> = [Option<&'v Value>; 3];

/// Goes through the graph with what it is in.
struct Merger {
    tool: Option<ToolName>,
    node: Option<NodeId>,
    conflicts: Vec<Conflict>,
}

impl Merger {
    /// `at` is from the tool or the node down that it is in.
    fn value(&mut self, three: Three<'_>, at: &Path) -> Option<Value> {
        let [base, ours, theirs] = three;
        match three {
            _ if ours == theirs || theirs == base => ours.cloned(),
            _ if ours == base => theirs.cloned(),
            [Some(Value::Object(base)), Some(Value::Object(ours)), Some(Value::Object(theirs))] => {
                Some(Value::Object(self.object([base, ours, theirs], at)))
            }
            [Some(Value::Array(base)), Some(Value::Array(ours)), Some(Value::Array(theirs))] => {
                let lists = [base, ours, theirs];
                let before = self.conflicts.len();
                let merged = match self.key_of(at).filter(|key| lists.iter().all(|items| is_named(items, key))) {
                    Some(key) => Some(self.named(key, lists)),
                    None => self.list(lists, at),
                };
                // What the parts conflict in is in the conflict of the whole.
                if merged.is_none() {
                    self.conflicts.truncate(before);
                }
                merged.map(Value::Array).or_else(|| self.conflict(three, at))
            }
            _ => self.conflict(three, at),
        }
    }

    /// What tells the items of a list apart, where something does.
    fn key_of(&self, at: &Path) -> Option<&'static str> {
        match (&self.tool, &self.node, at.segments()) {
            (None, None, [Segment::Key(list)]) if list == "tools" => Some("name"),
            (Some(_), None, [Segment::Key(list)]) if list == "nodes" => Some("id"),
            _ => None,
        }
    }

    fn object(&mut self, [base, ours, theirs]: [&Map<String, Value>; 3], at: &Path) -> Map<String, Value> {
        let mut merged = Map::new();
        for key in ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key))) {
            let value = self.value([base.get(key), ours.get(key), theirs.get(key)], &at.clone().key(key));
            merged.extend(value.map(|value| (key.clone(), value)));
        }
        merged
    }

    /// A list whose items have no names; none where both put other items in place of the same ones.
    fn list(&mut self, [base, ours, theirs]: [&Vec<Value>; 3], at: &Path) -> Option<Vec<Value>> {
        let texts = [base, ours, theirs].map(|items| items.iter().map(Value::to_string).collect::<Vec<_>>());
        let [a, b, c] = texts.each_ref().map(|texts| texts.iter().map(String::as_str).collect::<Vec<_>>());
        let mut merged = Vec::new();
        for piece in pieces(&a, &b, &c, Neighbours::Apart) {
            match piece {
                Piece::Ours(range) => merged.extend_from_slice(&ours[range]),
                Piece::Theirs(range) => merged.extend_from_slice(&theirs[range]),
                Piece::Clash { base: x, ours: y, theirs: z } if x.len() == y.len() && y.len() == z.len() => {
                    for ((x, y), z) in x.zip(y).zip(z) {
                        let at = at.clone().index(merged.len());
                        merged.extend(self.value([base.get(x), ours.get(y), theirs.get(z)], &at));
                    }
                }
                Piece::Clash { .. } => return None,
            }
        }
        Some(merged)
    }

    /// A list of tools or nodes.
    fn named(&mut self, key: &str, lists: [&Vec<Value>; 3]) -> Vec<Value> {
        let mut merged = Vec::new();
        for name in order(lists.map(|items| items.iter().filter_map(|item| name_of(item, key)).collect())) {
            let is_tool = key == "name";
            if is_tool {
                self.tool = Some(name.into());
            } else {
                self.node = Some(name.into());
            }
            merged.extend(self.value(lists.map(|items| items.iter().find(|item| name_of(item, key) == Some(name))), &Path::root()));
            if is_tool {
                self.tool = None;
            } else {
                self.node = None;
            }
        }
        merged
    }

    fn conflict(&mut self, three: Three<'_>, at: &Path) -> Option<Value> {
        let [base, ours, theirs] = three.map(Option::<&Value>::cloned);
        let kept = ours.clone();
        self.conflicts.push(Conflict { tool: self.tool.clone(), node: self.node.clone(), path: at.clone(), base, ours, theirs });
        kept
    }
}

fn name_of<'v>(item: &'v Value, key: &str) -> Option<&'v str> {
    item.get(key)?.as_str()
}

fn is_named(items: &[Value], key: &str) -> bool {
    let mut seen = HashSet::new();
    items.iter().all(|item| name_of(item, key).is_some_and(|name| seen.insert(name)))
}

/// All names, each once, in the order that the sides gave them; one that only is kept stands behind the one before it.
fn order([base, ours, theirs]: [Vec<&str>; 3]) -> Vec<&str> {
    let mut order: Vec<&str> = Vec::new();
    for piece in pieces(&base, &ours, &theirs, Neighbours::Apart) {
        match piece {
            Piece::Ours(range) => order.extend(&ours[range]),
            Piece::Theirs(range) => order.extend(&theirs[range]),
            Piece::Clash { ours: own, theirs: other, .. } => {
                order.extend(&ours[own]);
                order.extend(&theirs[other]);
            }
        }
    }
    let mut seen = HashSet::new();
    order.retain(|name| seen.insert(*name));
    for list in [&ours, &theirs] {
        for (i, name) in list.iter().enumerate().filter(|(_, name)| !order.contains(name)).collect::<Vec<_>>() {
            let before = list[..i].iter().rev().find_map(|before| order.iter().position(|known| known == before));
            order.insert(before.map_or(0, |before| before + 1), name);
        }
    }
    order
}
