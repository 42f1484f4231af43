//! Where each part of the graph stands in the file, as paths. Knows nothing of bytes.

use std::collections::HashMap;

use graph::{Path, Segment};

/// Paths of shape E beside the file's own, where they differ.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    to_file: HashMap<Path, Path>,
    to_graph: HashMap<Path, Path>,
}

impl Places {
    /// Notes that what shape E has at `graph` stands at `file`.
    pub(super) fn put(&mut self, graph: Path, file: Path) {
        // The same part of a file may be in several tools; the way back leads to the first.
        self.to_graph.entry(file.clone()).or_insert_with(|| graph.clone());
        self.to_file.insert(graph, file);
    }

    /// The file's path for a path of shape E.
    pub(crate) fn to_file(&self, path: &Path) -> Path {
        follow(&self.to_file, path)
    }

    /// The path of shape E for a path of the file.
    pub(crate) fn to_graph(&self, path: &Path) -> Path {
        follow(&self.to_graph, path)
    }
}

/// Puts the longest known beginning of the path in the other's words.
fn follow(map: &HashMap<Path, Path>, path: &Path) -> Path {
    let mut known = path.clone();
    loop {
        if let Some(other) = map.get(&known) {
            let rest = &path.segments()[known.segments().len()..];
            return rest.iter().fold(other.clone(), |path, segment| match segment {
                Segment::Key(key) => path.key(key),
                Segment::Index(index) => path.index(*index),
            });
        }
        match known.split_last() {
            Some((shorter, _)) => known = shorter,
            None => return path.clone(),
        }
    }
}
