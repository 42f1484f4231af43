//! From a path of the graph to lines and columns of the file. Knows nothing of what is wrong there.

use std::ops::Range;

use graph::{Path, Segment};
use serde::{Deserialize, Serialize};

use crate::Source;
use crate::yaml::{self, At, Content, Tree};

/// A piece of the text. Lines and columns are from 1, columns count characters; the end is past the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The first line.
    pub line: usize,
    /// The first character on it.
    pub column: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The column of the end.
    pub end_column: usize,
    /// The first byte, from 0.
    pub offset: usize,
    /// How many bytes.
    pub length: usize,
}

impl Location {
    pub(crate) fn of(text: &str, bytes: Range<usize>) -> Self {
        let (line, column) = yaml::position(text, bytes.start);
        let (end_line, end_column) = yaml::position(text, bytes.end);
        Self { line, column, end_line, end_column, offset: bytes.start, length: bytes.end.saturating_sub(bytes.start) }
    }
}

impl Source {
    /// Where the part of the graph at `path` (of shape E) stands in the file. A scalar is its own bytes, a field that
    /// holds more begins at its key. `within` narrows a text to some of its bytes, by the bytes of the text as read. What
    /// is not in the file is located at the nearest thing around it that is.
    #[must_use]
    pub fn locate(&self, path: &Path, within: Option<Range<usize>>) -> Location {
        Location::of(&self.text, find(&self.text, &self.tree, &self.places.to_file(path), within))
    }

    /// The file's path to a node.
    pub(crate) fn path_of(&self, wanted: At) -> Path {
        let mut path = Vec::new();
        let mut at = self.tree.root();
        // A node comes after those that hold it and before those that follow it, so the last child that is not after it holds it.
        while let Some(here) = at.filter(|here| *here != wanted) {
            let step = match &self.tree.node(here).content {
                Content::Mapping { entries, .. } => {
                    let entry = entries.iter().rev().find(|entry| entry.key <= wanted);
                    entry.map(|entry| (Segment::Key(entry.name.clone()), entry.value))
                }
                Content::Sequence { items, .. } => {
                    let item = items.iter().enumerate().rev().find(|(_, item)| item.node <= wanted);
                    item.map(|(index, item)| (Segment::Index(index), item.node))
                }
                Content::Scalar { .. } | Content::Alias { .. } => None,
            };
            at = step.map(|(segment, below)| {
                path.push(segment);
                below
            });
        }
        path.into_iter().fold(Path::root(), |path, segment| match segment {
            Segment::Key(key) => path.key(key),
            Segment::Index(index) => path.index(index),
        })
    }
}

/// The bytes of what stands at a path of the file, or of the nearest thing around it that is there.
pub(crate) fn find(text: &str, tree: &Tree, path: &Path, within: Option<Range<usize>>) -> Range<usize> {
    let Some(root) = tree.root() else { return 0..0 };
    let mut at = root;
    let mut bytes = first_line(text, tree, root);
    let mut is_whole = true;
    for segment in path.segments() {
        let holder = tree.resolved(at);
        let next = match (segment, &tree.node(holder).content) {
            (Segment::Key(name), Content::Mapping { entries, .. }) => {
                let own = entries.iter().find(|entry| !entry.is_merge && entry.name == *name);
                own.map(|entry| (entry.value, entry_bytes(tree, entry.key, entry.value))).or_else(|| merged_entry(tree, holder, name))
            }
            (Segment::Index(index), Content::Sequence { items, .. }) => {
                items.get(*index).map(|item| (item.node, tree.node(item.node).range.clone()))
            }
            _ => None,
        };
        let Some((below, found)) = next else {
            is_whole = false;
            break;
        };
        (at, bytes) = (below, found);
    }
    let node = tree.node(tree.resolved(at));
    if let (true, Some(within), Content::Scalar { .. }) = (is_whole, within, &node.content) {
        bytes = yaml::bytes_in_source(text, node, within);
    }
    bytes
}

/// A field with a scalar is the scalar; one with more is all of it, from the key.
fn entry_bytes(tree: &Tree, key: At, value: At) -> Range<usize> {
    let (key, node) = (tree.node(key), tree.node(value));
    match &node.content {
        Content::Scalar { .. } | Content::Alias { .. } if !node.range.is_empty() => node.range.clone(),
        _ => key.range.start..node.range.end.max(key.range.end),
    }
}

fn merged_entry(tree: &Tree, holder: At, name: &str) -> Option<(At, Range<usize>)> {
    let Content::Mapping { entries, .. } = &tree.node(holder).content else { return None };
    let sources = entries.iter().filter(|entry| entry.is_merge).flat_map(|entry| {
        let from = tree.resolved(entry.value);
        match &tree.node(from).content {
            Content::Sequence { items, .. } => items.iter().map(|item| tree.resolved(item.node)).collect(),
            _ => vec![from],
        }
    });
    sources.filter(|from| *from != holder).find_map(|from| match &tree.node(from).content {
        Content::Mapping { entries, .. } => {
            let own = entries.iter().find(|entry| entry.name == name && !entry.is_merge);
            own.map(|entry| (entry.value, entry_bytes(tree, entry.key, entry.value))).or_else(|| merged_entry(tree, from, name))
        }
        _ => None,
    })
}

/// The top of the file, where nothing nearer is known.
fn first_line(text: &str, tree: &Tree, root: At) -> Range<usize> {
    let node = tree.node(root);
    let start = node.range.start.min(text.len());
    let end = text[start..].find(['\r', '\n']).map_or(text.len(), |end| start + end);
    start..end
}
