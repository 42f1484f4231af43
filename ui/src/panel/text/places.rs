//! From nodes to lines of the text and back. Knows nothing of the editor.

use format::{Location, Source};
use graph::{NodeId, Path, ToolName};

/// The graph that the window last looked for in a text, kept since reading a large one takes a while.
#[derive(Debug, Default)]
pub(super) struct Places {
    source: Option<Source>,
}

impl Places {
    /// Where a node stands; none where it is not in the text, or the text cannot be read.
    pub(super) fn of_node(&mut self, text: &str, tool: &ToolName, node: &NodeId) -> Option<Location> {
        let source = self.read(text)?;
        let at = source.graph().tool_index(tool.as_str())?;
        let index = source.graph().tools.get(at)?.nodes.iter().position(|one| one.id == *node)?;
        Some(source.locate(&path(at, index), None))
    }

    /// The node on a line, with its tool.
    pub(super) fn node_at(&mut self, text: &str, line: usize) -> Option<(ToolName, NodeId)> {
        let source = self.read(text)?;
        source.graph().tools.iter().enumerate().find_map(|(at, tool)| {
            // They stand one after another, and to find a line in a long text takes its time.
            let after = partition(tool.nodes.len(), |index| source.locate(&path(at, index), None).line <= line);
            let index = after.checked_sub(1)?;
            let is_on = source.locate(&path(at, index), None).end_line >= line;
            is_on.then(|| (tool.name.clone(), tool.nodes[index].id.clone()))
        })
    }

    fn read(&mut self, text: &str) -> Option<&Source> {
        if self.source.as_ref().is_none_or(|source| source.text() != text) {
            self.source = Source::parse(text.to_owned()).ok();
        }
        self.source.as_ref()
    }
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
        let mut places = Places::default();
        for (line, expected) in [
            (8, Some(("one", "entry"))),
            (10, Some(("one", "entry"))),
            (12, Some(("one", "exit"))),
            (13, Some(("one", "exit"))),
            (18, Some(("two", "entry"))),
            (19, Some(("two", "exit"))),
            (5, None),
        ] {
            let found = places.node_at(TEXT, line);
            assert_eq!(found, expected.map(|(tool, node)| (tool.into(), node.into())), "on line {line}");
            if let Some((tool, node)) = found {
                let place = places.of_node(TEXT, &tool, &node).unwrap();
                assert!((place.line..=place.end_line).contains(&line), "{node} of {tool} is on line {line}: {place:?}");
            }
        }
    }

    #[test]
    fn a_text_that_cannot_be_read_has_no_places() {
        assert_eq!(Places::default().node_at("a: [", 1), None);
    }
}
