//! Walks over everything below a folder, in order, with a limit, and until it is called off. Follows no links.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::FilesError;
use super::folder::{Folder, entries};
use super::glob::matches;

/// The most entries that a walk looks at.
const MOST: usize = 50_000;

/// The most folders below each other.
const DEEPEST: usize = 200;

/// A file or folder with what is below it.
#[derive(Debug, Serialize)]
pub(super) struct Node {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<Node>>,
}

/// Everything below a folder.
pub(super) fn tree(folder: &Folder, path: &str, cancel: &CancellationToken) -> Result<Vec<Node>, FilesError> {
    folder.list(path)?;
    let mut walk = Walk { path, left: MOST, cancel };
    walk.tree(&folder.resolve(path)?, 0)
}

/// The paths below a folder whose name or path below it matches `pattern`.
pub(super) fn find(folder: &Folder, path: &str, pattern: &str, cancel: &CancellationToken) -> Result<Vec<String>, FilesError> {
    folder.list(path)?;
    let real = folder.resolve(path)?;
    let nodes = Walk { path, left: MOST, cancel }.tree(&real, 0)?;
    let mut found = Vec::new();
    collect(&nodes, "", pattern, &mut found);
    Ok(found.into_iter().map(|below| real.join(below).display().to_string()).collect())
}

fn collect(nodes: &[Node], above: &str, pattern: &str, found: &mut Vec<String>) {
    for node in nodes {
        let below = if above.is_empty() { node.name.clone() } else { format!("{above}/{}", node.name) };
        if matches(pattern, &below) || matches(pattern, &node.name) {
            found.push(below.clone());
        }
        if let Some(children) = &node.children {
            collect(children, &below, pattern, found);
        }
    }
}

struct Walk<'a> {
    path: &'a str,
    left: usize,
    cancel: &'a CancellationToken,
}

impl Walk<'_> {
    fn tree(&mut self, real: &std::path::Path, depth: usize) -> Result<Vec<Node>, FilesError> {
        let too_many = || FilesError::TooMany { path: self.path.to_owned(), limit: MOST };
        // Nobody sees what comes of a cancelled call.
        if self.cancel.is_cancelled() {
            return Ok(Vec::new());
        }
        if depth > DEEPEST {
            return Err(too_many());
        }
        // A folder that may not be read is shown without what is in it.
        let entries = entries(real).unwrap_or_default();
        self.left = self.left.checked_sub(entries.len()).ok_or_else(too_many)?;
        let mut nodes = Vec::with_capacity(entries.len());
        for entry in entries {
            let children = if entry.is_folder { Some(self.tree(&real.join(&entry.name), depth + 1)?) } else { None };
            nodes.push(Node { name: entry.name, kind: if entry.is_folder { "directory" } else { "file" }, children });
        }
        Ok(nodes)
    }
}
