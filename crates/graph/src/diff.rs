//! What differs between two graphs, by tool, node and field, and the edit that leads from one to the other. Knows nothing
//! of texts.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Edit, Graph, Node, NodeId, Path, Tool, ToolName};

/// What differs between two graphs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// The fields of the graph itself, servers included.
    pub fields: Vec<FieldDiff>,
    /// The tools that differ, in the order of the new graph, those that are gone at the end.
    pub tools: Vec<ToolDiff>,
}

/// What became of a tool or a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is there still, with other fields or at another place.
    Changed,
}

/// What differs in a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolDiff {
    /// The tool.
    pub tool: ToolName,
    /// What became of it.
    pub fate: Fate,
    /// Whether it stands elsewhere among the tools that both graphs have.
    pub is_moved: bool,
    /// Its own fields that differ.
    pub fields: Vec<FieldDiff>,
    /// Its nodes that differ, in the order of the new tool, those that are gone at the end.
    pub nodes: Vec<NodeDiff>,
}

/// What differs in a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeDiff {
    /// The node.
    pub node: NodeId,
    /// The kind that it has, or had.
    pub kind: String,
    /// What became of it.
    pub fate: Fate,
    /// Whether it stands elsewhere among the nodes that both tools have.
    pub is_moved: bool,
    /// Its fields that differ.
    pub fields: Vec<FieldDiff>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDiff {
    /// From what holds it down.
    pub path: Path,
    /// What it was; none where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// What it is; none where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// What differs between two graphs.
#[must_use]
pub fn diff(old: &Graph, new: &Graph) -> Diff {
    let bare = |graph: &Graph| Graph { tools: Vec::new(), ..graph.clone() }.to_json();
    let name = |tool: &Tool| tool.name.clone();
    let pairs = pairs(&old.tools, &new.tools, name);
    let tools = pairs.into_iter().filter_map(|pair| match (pair.old, pair.new) {
        (Some(a), Some(b)) => {
            let own = ToolDiff {
                fields: diff_values(&bare_tool(a), &bare_tool(b)),
                nodes: nodes(a, b),
                is_moved: pair.is_moved,
                ..tool_diff(b, Fate::Changed)
            };
            (own.is_moved || !own.fields.is_empty() || !own.nodes.is_empty()).then_some(own)
        }
        (None, Some(b)) => Some(ToolDiff { nodes: nodes(&Tool { nodes: Vec::new(), ..b.clone() }, b), ..tool_diff(b, Fate::Added) }),
        (Some(a), None) => Some(ToolDiff { nodes: nodes(a, &Tool { nodes: Vec::new(), ..a.clone() }), ..tool_diff(a, Fate::Removed) }),
        (None, None) => None,
    });
    Diff { fields: diff_values(&bare(old), &bare(new)), tools: tools.collect() }
}

/// The edit that makes the new graph of the old one. Fields are set as deep as they differ; what stands elsewhere is taken
/// out and put in again.
#[must_use]
pub fn edit_between(old: &Graph, new: &Graph) -> Edit {
    let found = diff(old, new);
    let mut edits: Vec<Edit> = found.fields.into_iter().map(|field| Edit::SetGraph { path: field.path, value: field.new }).collect();
    let goes = |fate: Fate, is_moved: bool| fate == Fate::Removed || is_moved;
    edits.extend(found.tools.iter().filter(|tool| goes(tool.fate, tool.is_moved)).map(|tool| Edit::RemoveTool { tool: tool.tool.clone() }));
    for tool in &found.tools {
        let Some((at, whole)) = new.tools.iter().enumerate().find(|(_, whole)| whole.name == tool.tool) else { continue };
        if tool.fate == Fate::Added || tool.is_moved {
            edits.push(Edit::InsertTool { at, tool: whole.clone() });
            continue;
        }
        let name = || tool.tool.clone();
        edits.extend(tool.fields.iter().map(|field| Edit::SetTool { tool: name(), path: field.path.clone(), value: field.new.clone() }));
        let gone = tool.nodes.iter().filter(|node| goes(node.fate, node.is_moved));
        edits.extend(gone.map(|node| Edit::RemoveNode { tool: name(), node: node.node.clone() }));
        for node in tool.nodes.iter().filter(|node| node.fate != Fate::Removed) {
            if node.fate == Fate::Added || node.is_moved {
                let place = whole.nodes.iter().enumerate().find(|(_, own)| own.id == node.node);
                edits.extend(place.map(|(at, own)| Edit::InsertNode { tool: name(), at, node: Node::clone(own) }));
            } else {
                let set = |field: &FieldDiff| Edit::SetNode {
                    tool: name(),
                    node: node.node.clone(),
                    path: field.path.clone(),
                    value: field.new.clone(),
                };
                edits.extend(node.fields.iter().map(set));
            }
        }
    }
    Edit::batch(edits)
}

fn tool_diff(tool: &Tool, fate: Fate) -> ToolDiff {
    ToolDiff { tool: tool.name.clone(), fate, is_moved: false, fields: Vec::new(), nodes: Vec::new() }
}

fn bare_tool(tool: &Tool) -> Value {
    Tool { nodes: Vec::new(), ..tool.clone() }.to_json()
}

fn nodes(old: &Tool, new: &Tool) -> Vec<NodeDiff> {
    let pairs = pairs(&old.nodes, &new.nodes, |node| node.id.clone());
    let told = pairs.into_iter().filter_map(|pair| {
        let whole = pair.new.or(pair.old)?;
        let (fate, fields) = match (pair.old, pair.new) {
            // Most have not changed, and need not be written down to see it.
            (Some(a), Some(b)) if a == b => (Fate::Changed, Vec::new()),
            (Some(a), Some(b)) => (Fate::Changed, diff_values(&a.to_json(), &b.to_json())),
            (None, _) => (Fate::Added, Vec::new()),
            (_, None) => (Fate::Removed, Vec::new()),
        };
        let told = NodeDiff { node: whole.id.clone(), kind: whole.kind.clone(), fate, is_moved: pair.is_moved, fields };
        (fate != Fate::Changed || told.is_moved || !told.fields.is_empty()).then_some(told)
    });
    told.collect()
}

/// What is in both lists under one name, or in one of them.
struct Pair<'v, T> {
    old: Option<&'v T>,
    new: Option<&'v T>,
    is_moved: bool,
}

/// Joins two lists by name, in the order of the new one; what is gone comes last. A faulty file may hold a name twice: the
/// first is meant by it.
fn pairs<'v, T, K: Eq + Hash>(old: &'v [T], new: &'v [T], name: impl Fn(&T) -> K) -> Vec<Pair<'v, T>> {
    let index = |items: &'v [T]| {
        let mut index = HashMap::new();
        for (i, item) in items.iter().enumerate() {
            index.entry(name(item)).or_insert(i);
        }
        index
    };
    let (in_old, in_new) = (index(old), index(new));
    let is_first = |map: &HashMap<K, usize>, i: usize, item: &T| map.get(&name(item)) == Some(&i);
    let here: Vec<(usize, &T)> = new.iter().enumerate().filter(|(i, item)| is_first(&in_new, *i, item)).collect();
    let was: Vec<Option<usize>> = here.iter().map(|(_, item)| in_old.get(&name(item)).copied()).collect();
    let stays = rising(&was.iter().flatten().copied().collect::<Vec<_>>());
    let mut seen = 0;
    let mut pairs: Vec<Pair<'v, T>> = Vec::new();
    for ((_, item), was) in here.into_iter().zip(was) {
        let is_moved = was.is_some() && !stays[seen];
        seen += usize::from(was.is_some());
        pairs.push(Pair { old: was.map(|at| &old[at]), new: Some(item), is_moved });
    }
    let gone = old.iter().enumerate().filter(|(i, item)| is_first(&in_old, *i, item) && !in_new.contains_key(&name(item)));
    pairs.extend(gone.map(|(_, item)| Pair { old: Some(item), new: None, is_moved: false }));
    pairs
}

/// Which of these belong to the longest rising part of them: what has not moved against its neighbours.
fn rising(numbers: &[usize]) -> Vec<bool> {
    // `ends[n]` is where the rising part of length n + 1 with the smallest end ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; numbers.len()];
    for (i, number) in numbers.iter().enumerate() {
        let at = ends.partition_point(|end| numbers[*end] < *number);
        before[i] = at.checked_sub(1).map(|last| ends[last]);
        if at == ends.len() {
            ends.push(i);
        } else {
            ends[at] = i;
        }
    }
    let mut stays = vec![false; numbers.len()];
    let mut at = ends.last().copied();
    while let Some(i) = at {
        stays[i] = true;
        at = before[i];
    }
    stays
}

/// The fields in which two values differ, as deep as both have the same form.
#[must_use]
pub fn diff_values(old: &Value, new: &Value) -> Vec<FieldDiff> {
    let mut found = Vec::new();
    compare(old, new, &Path::root(), &mut found);
    found
}

fn compare(old: &Value, new: &Value, at: &Path, found: &mut Vec<FieldDiff>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                let at = at.clone().key(key);
                match b.get(key) {
                    Some(other) => compare(value, other, &at, found),
                    None => found.push(FieldDiff { path: at, old: Some(value.clone()), new: None }),
                }
            }
            let added = b.iter().filter(|(key, _)| !a.contains_key(*key));
            found.extend(added.map(|(key, value)| FieldDiff { path: at.clone().key(key), old: None, new: Some(value.clone()) }));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| compare(a, b, &at.clone().index(i), found));
        }
        _ => found.push(FieldDiff { path: at.clone(), old: Some(old.clone()), new: Some(new.clone()) }),
    }
}

impl Diff {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.tools.is_empty()
    }
}

/// A line for each tool, node and field, marked `+`, `-` and `~` as it was added, removed and changed.
impl fmt::Display for Diff {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(out, &self.fields, "")?;
        for tool in &self.tools {
            let moved = if tool.is_moved { " (moved)" } else { "" };
            writeln!(out, "{} tool {}{moved}", mark(tool.fate), tool.tool)?;
            show(out, &tool.fields, "    ")?;
            for node in &tool.nodes {
                let moved = if node.is_moved { ", moved" } else { "" };
                writeln!(out, "  {} {} ({}{moved})", mark(node.fate), node.node, node.kind)?;
                show(out, &node.fields, "      ")?;
            }
        }
        Ok(())
    }
}

fn mark(fate: Fate) -> char {
    match fate {
        Fate::Added => '+',
        Fate::Removed => '-',
        Fate::Changed => '~',
    }
}

fn show(out: &mut fmt::Formatter<'_>, fields: &[FieldDiff], indent: &str) -> fmt::Result {
    for FieldDiff { path, old, new } in fields {
        match (old, new) {
            (Some(old), Some(new)) => writeln!(out, "{indent}{path}: {old} -> {new}")?,
            (None, Some(new)) => writeln!(out, "{indent}{path}: + {new}")?,
            (Some(old), None) => writeln!(out, "{indent}{path}: - {old}")?,
            (None, None) => {}
        }
    }
    Ok(())
}
