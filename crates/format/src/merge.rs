//! Two changed versions of a file and the one that both began as, merged by node and field. Knows nothing of version control.
//!
//! [`values`] decides what the merged graph says. The text of both is then merged line by line, which keeps the comments of
//! both; where that says something else, what is missing is edited into it.

mod lines;
mod values;

use std::fmt;

use graph::{Edit, Graph, NodeId, Path, Problem, ToolName, edit_between};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Source};
pub use lines::{LineMerge, LinePiece, Take, merge_lines};

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The merged text. Where the versions conflict it says what ours says.
    pub text: String,
    /// What both changed, each in its own way.
    pub conflicts: Vec<Conflict>,
}

/// A part that both versions changed, each in its own way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The tool that holds it; none for what belongs to the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolName>,
    /// The node that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// From what holds it down; the root is all of it.
    pub path: Path,
    /// What both began with; none where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Value>,
    /// What ours says; none where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ours: Option<Value>,
    /// What theirs says; none where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theirs: Option<Value>,
}

impl Conflict {
    /// The edit that takes theirs in place of ours; none where that would be a whole node or tool that is there already.
    #[must_use]
    pub fn take_theirs(&self) -> Option<Edit> {
        let value = self.theirs.clone();
        let path = self.path.clone();
        Some(match (self.tool.clone(), self.node.clone()) {
            (Some(tool), Some(node)) if path.is_root() => match value {
                None => Edit::RemoveNode { tool, node },
                Some(value) if self.ours.is_none() => Edit::InsertNode { tool, at: usize::MAX, node: graph::Node::from_json(&value).ok()? },
                Some(_) => return None,
            },
            (Some(tool), None) if path.is_root() => match value {
                None => Edit::RemoveTool { tool },
                Some(value) if self.ours.is_none() => Edit::InsertTool { at: usize::MAX, tool: graph::Tool::from_json(&value).ok()? },
                Some(_) => return None,
            },
            (Some(tool), Some(node)) => Edit::SetNode { tool, node, path, value },
            (Some(tool), None) => Edit::SetTool { tool, path, value },
            (None, _) => Edit::SetGraph { path, value },
        })
    }
}

/// One line: where it is, and what each version says.
impl fmt::Display for Conflict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holders = [self.tool.as_ref().map(ToolName::as_str), self.node.as_ref().map(NodeId::as_str)];
        let place = holders.into_iter().flatten().collect::<Vec<_>>().join("/");
        let dot = if place.is_empty() || self.path.is_root() { "" } else { ": " };
        let said = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        write!(out, "{place}{dot}{}: ours {}, theirs {}, before {}", self.path, said(&self.ours), said(&self.theirs), said(&self.base))
    }
}

/// Merges two versions of a file that both began as `base`. Where one of them changed nothing, the other comes back byte for
/// byte. Otherwise the lines of both are merged, comments included, as far as they do not clash, and the graph is merged by
/// node and field; what truly conflicts is listed and stays as ours has it.
///
/// # Errors
/// Where one of the three cannot be read.
pub fn merge3(base: &str, ours: &str, theirs: &str) -> Result<Merge, Error> {
    let whole = |text: &str| Ok(Merge { text: text.to_owned(), conflicts: Vec::new() });
    if ours == theirs || theirs == base {
        return whole(ours);
    }
    if ours == base {
        return whole(theirs);
    }
    let [base_graph, ours_graph, theirs_graph] = [("base", base), ("ours", ours), ("theirs", theirs)]
        .map(|(side, text)| read(text).map_err(|source| Error::Side { side, source: Box::new(source) }));
    let (base_graph, ours_graph, theirs_graph) = (base_graph?, ours_graph?, theirs_graph?);
    let (merged, mut conflicts) = values::merge(&base_graph, &ours_graph, &theirs_graph);
    let mut start = None;
    let by_lines = merge_lines(base, ours, theirs);
    for text in [by_lines.favouring(Take::Ours), by_lines.with_both_additions()] {
        let Ok(source) = Source::parse(text) else { continue };
        if source.problems().iter().any(Problem::is_error) {
            continue;
        }
        if *source.graph() == merged {
            return Ok(Merge { text: source.text, conflicts });
        }
        start.get_or_insert(source);
    }
    let mut ours = Source::parse(ours.to_owned())?;
    let same_shape = start.filter(|start| start.dialect() == ours.dialect());
    if let Some(mut start) = same_shape
        && start.apply(&edit_between(start.graph(), &merged)).is_ok()
        // Lines of both may have made two of one name, which no edit tells apart.
        && start.graph == merged
    {
        return Ok(Merge { text: start.text, conflicts });
    }
    // What is in ours may stay where it is: an order is worth less than what stands in it.
    let kept_order = values::in_the_order_of(&ours_graph, merged.clone());
    let whole = [&merged, &kept_order].map(|graph| edit_between(&ours_graph, graph));
    if whole.iter().all(|edit| ours.apply(edit).is_err()) {
        // Some of it has no form in the file as it is written.
        let [_, edit] = whole;
        let edits = if let Edit::Batch { edits } = edit { edits } else { vec![edit] };
        for edit in &edits {
            if ours.apply(edit).is_err() {
                conflicts = refused(&ours_graph, edit, conflicts);
            }
        }
    }
    Ok(Merge { text: ours.text, conflicts })
}

fn read(text: &str) -> Result<Graph, Error> {
    // Both may have begun with nothing.
    if text.trim().is_empty() {
        return Ok(Graph::default());
    }
    let source = Source::parse(text.to_owned())?;
    match source.problems().iter().find(|problem| problem.is_error()) {
        Some(problem) => Err(Error::Unreadable(Box::new(problem.clone()))),
        None => Ok(source.graph),
    }
}

/// The conflicts with one more: a change of theirs that the text of ours could not take.
fn refused(ours: &Graph, edit: &Edit, mut conflicts: Vec<Conflict>) -> Vec<Conflict> {
    let root = Path::root();
    let (tool, node, path, theirs) = match edit {
        Edit::SetNode { tool, node, path, value } => (Some(tool), Some(node), path, value.clone()),
        Edit::InsertNode { tool, node, .. } => (Some(tool), Some(&node.id), &root, Some(node.to_json())),
        Edit::RemoveNode { tool, node } => (Some(tool), Some(node), &root, None),
        Edit::SetNodeId { tool, from, to } => (Some(tool), Some(from), &root, Some(to.as_str().into())),
        Edit::SetTool { tool, path, value } => (Some(tool), None, path, value.clone()),
        Edit::InsertTool { tool, .. } => (Some(&tool.name), None, &root, Some(tool.to_json())),
        Edit::RemoveTool { tool } => (Some(tool), None, &root, None),
        Edit::SetToolName { from, to } => (Some(from), None, &root, Some(to.as_str().into())),
        Edit::SetGraph { path, value } => (None, None, path, value.clone()),
        Edit::SetServerName { to, .. } => (None, None, &root, Some(to.as_str().into())),
        Edit::Batch { edits } => return edits.iter().fold(conflicts, |conflicts, edit| refused(ours, edit, conflicts)),
    };
    let holder = tool.and_then(|tool| ours.tool(tool.as_str()));
    let written = match (tool, node) {
        (Some(_), Some(node)) => holder.and_then(|tool| tool.node(node.as_str())).map(graph::Node::to_json),
        (Some(_), None) => holder.map(graph::Tool::to_json),
        (None, _) => Some(ours.to_json()),
    };
    let kept = written.and_then(|written| if path.is_root() { Some(written) } else { path.find(&written).cloned() });
    conflicts.push(Conflict { tool: tool.cloned(), node: node.cloned(), path: path.clone(), base: kept.clone(), ours: kept, theirs });
    conflicts
}
