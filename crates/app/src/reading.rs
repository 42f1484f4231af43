//! Texts that are read and not kept: what was dropped, pasted, or is being typed. Knows no file.

use std::sync::Arc;

use format::Source;
use graph::{Clip, NodeId, Path, ToolName};
use protocol::{Lines, Place, Reading};

use crate::error::Error;

/// The graph in a text, or where it is none.
pub(crate) fn read(text: String) -> Reading {
    match Source::parse(text) {
        Ok(source) => Reading::Graph { graph: Arc::new(source.graph().clone()) },
        Err(error) => {
            let at = Place { line: error.line, column: error.column };
            Reading::Unreadable { at, message: error.message, remedy: error.remedy }
        }
    }
}

/// The nodes in a text that was copied.
///
/// # Errors
/// Where there are none, with the place.
pub(crate) fn clip(text: &str) -> Result<Clip, Error> {
    format::read_clip(text).map_err(Error::NoClip)
}

/// Where a node stands.
pub(crate) fn of_node(text: String, tool: &ToolName, node: &NodeId) -> Option<Lines> {
    let source = Source::parse(text).ok()?;
    let at = source.graph().tool_index(tool.as_str())?;
    let index = source.graph().tools.get(at)?.nodes.iter().position(|one| one.id == *node)?;
    let place = source.locate(&path(at, index), None);
    let from = Place { line: place.line, column: place.column };
    Some(Lines { from, to: Place { line: place.end_line, column: place.end_column } })
}

/// The node on a line, with its tool.
pub(crate) fn node_at(text: String, line: usize) -> Option<(ToolName, NodeId)> {
    let source = Source::parse(text).ok()?;
    source.graph().tools.iter().enumerate().find_map(|(at, tool)| {
        // They stand one after another, and to find a line in a long text takes its time.
        let after = partition(tool.nodes.len(), |index| source.locate(&path(at, index), None).line <= line);
        let index = after.checked_sub(1)?;
        let is_on = source.locate(&path(at, index), None).end_line >= line;
        is_on.then(|| (tool.name.clone(), tool.nodes[index].id.clone()))
    })
}

fn path(tool: usize, node: usize) -> Path {
    Path::root().key("tools").index(tool).key("nodes").index(node)
}

/// How many of the first `count` numbers pass, where all that pass come first.
fn partition(count: usize, passes: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TEXT: &str = "version: \"1\"
server: {name: s, version: \"1\"}
tools:
  - name: one
    description: d
    inputSchema: {type: object}
    nodes:
      - id: entry
        type: entry
        next: exit
      # what comes out
      - id: exit
        type: exit
  - name: two
    description: d
    inputSchema: {type: object}
    nodes:
      - {id: entry, type: entry, next: exit}
      - {id: exit, type: exit}
";

    #[test]
    fn a_node_is_found_by_its_lines_and_its_lines_by_the_node() {
        for (line, expected) in [
            (8, Some(("one", "entry"))),
            (10, Some(("one", "entry"))),
            (12, Some(("one", "exit"))),
            (13, Some(("one", "exit"))),
            (18, Some(("two", "entry"))),
            (19, Some(("two", "exit"))),
            (5, None),
        ] {
            let found = node_at(TEXT.to_owned(), line);
            assert_eq!(found, expected.map(|(tool, node)| (tool.into(), node.into())), "on line {line}");
            if let Some((tool, node)) = found {
                let place = of_node(TEXT.to_owned(), &tool, &node).unwrap();
                assert!((place.from.line..=place.to.line).contains(&line), "{node} of {tool} is on line {line}: {place:?}");
            }
        }
    }

    #[test]
    fn a_text_that_cannot_be_read_has_no_places() {
        assert_eq!(node_at("a: [".to_owned(), 1), None);
    }
}
