//! What each side of a conflict did to the graph: the nodes and fields that differ from what both began with. No views.

use graph::{Diff, Graph, diff};
use protocol::Hunk;

/// What our side and the other did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sides {
    pub(crate) ours: Diff,
    pub(crate) theirs: Diff,
}

/// The text as both began with it, as it is here and as it is on disk, where they differ at one place; `text` is our side's. None
/// where the place is not in this text.
pub(crate) fn versions(text: &str, hunk: &Hunk) -> Option<[String; 3]> {
    let start: usize = text.split_inclusive('\n').take(hunk.line.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(start..)?.strip_prefix(hunk.ours.as_str())?;
    let with = |lines: &str| format!("{}{lines}{rest}", &text[..start]);
    Some([with(&hunk.base), with(&hunk.ours), with(&hunk.theirs)])
}

/// What both sides did, by the graphs of those texts; none where only what a graph does not hold (comments, places of line ends)
/// differs.
pub(crate) fn sides([base, ours, theirs]: [&Graph; 3]) -> Option<Sides> {
    let sides = Sides { ours: diff(base, ours), theirs: diff(base, theirs) };
    (!sides.ours.is_empty() || !sides.theirs.is_empty()).then_some(sides)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version: '1'\nserver: {name: g, version: '1'}\ntools:\n  - name: t\n    nodes:\n      - id: a\n        type: wait\n        durationMs: 5\n      - {id: z, type: exit}\n";

    /// The nodes and fields that a side touched, in a line.
    fn told(diff: &Diff) -> String {
        let nodes = diff.tools.iter().flat_map(|tool| &tool.nodes);
        let nodes = nodes.map(|node| {
            let fields: Vec<_> = node.fields.iter().map(|field| format!("{} {:?}", field.path, field.new)).collect();
            format!("{} {:?} {}", node.node, node.fate, fields.join(" "))
        });
        nodes.collect::<Vec<_>>().join("; ")
    }

    fn check(line: usize, base: &str, ours: &str, theirs: &str, expected: Option<(&str, &str)>) {
        let hunk = Hunk { line, base: base.to_owned(), ours: ours.to_owned(), theirs: theirs.to_owned() };
        let read = |text: String| format::Source::parse(text).ok().map(|source| source.graph().clone());
        let graphs = versions(TEXT, &hunk).and_then(|[base, ours, theirs]| Some((read(base)?, read(ours)?, read(theirs)?)));
        let found =
            graphs.and_then(|(base, ours, theirs)| sides([&base, &ours, &theirs])).map(|sides| (told(&sides.ours), told(&sides.theirs)));
        assert_eq!(found.as_ref().map(|(ours, theirs)| (ours.as_str(), theirs.as_str())), expected, "of {hunk:?}");
    }

    #[test]
    fn each_side_is_seen_against_what_both_began_with() {
        let node = |ms: u32| format!("        durationMs: {ms}\n");
        check(8, &node(1), &node(5), &node(9), Some(("a Changed durationMs Some(Number(5))", "a Changed durationMs Some(Number(9))")));
        let a = "      - id: a\n        type: wait\n        durationMs: 5\n";
        check(6, &a.replace('5', "1"), a, "", Some(("a Changed durationMs Some(Number(5))", "a Removed ")));
    }

    #[test]
    fn what_says_nothing_of_a_graph_is_left_to_the_lines() {
        check(8, "", "        durationMs: 5\n", "  [", None);
        check(3, "", "        durationMs: 5\n", "", None);
        check(90, "", "x\n", "", None);
    }
}
