//! What tests of graphs came to: each case, what did not hold, and how much of the graph they walked through.

use graph::{NodeId, ToolName};
use serde::{Deserialize, Serialize};

use crate::view::{Place, Reported};

/// The tests of a graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphTests {
    /// The test file beside the graph, absolute, whether it is there or not.
    pub file: String,
    /// What came of it; none where there is no such file.
    pub tested: Option<TestedFile>,
}

/// What came of one test file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestedFile {
    /// The file.
    pub file: String,
    /// The graph that it tests.
    pub graph: String,
    /// What is wrong with the file itself; no case of it was run then.
    pub problems: Vec<Reported>,
    /// Its cases, in the order of the file; those that were run.
    pub cases: Vec<Tested>,
    /// How many cases were not run, since somebody stopped them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub not_run: usize,
    /// How much of the graph its cases walked through.
    pub coverage: Vec<ToolCoverage>,
}

/// What came of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// Where it stands in the file.
    pub place: Place,
    /// The tool; none where the case names none and the graph has several.
    pub tool: Option<ToolName>,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// What did not hold; nothing where it passed.
    pub faults: Vec<Fault>,
}

/// Something that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Where it is claimed.
    pub place: Place,
    /// What was claimed, or what went wrong.
    pub message: String,
    /// What should have been, where that is a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<String>,
    /// The node that it is about, where it is about one: the one that failed, that asked, or whose steps are claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
}

/// How much of a tool was walked through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolCoverage {
    /// The tool.
    pub tool: ToolName,
    /// Its nodes, in the order of the file.
    pub nodes: Vec<NodeCoverage>,
    /// Its edges, in the order of the file; each way of a switch is one.
    pub edges: Vec<EdgeCoverage>,
}

/// How often a node was executed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeCoverage {
    /// The node.
    pub node: NodeId,
    /// How often.
    pub times: u64,
}

/// How often an edge was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeCoverage {
    /// The node that it leaves.
    pub from: NodeId,
    /// Where it is written in that node.
    pub port: String,
    /// Where it leads.
    pub to: NodeId,
    /// How often.
    pub times: u64,
}

/// Whether a count is one of nothing.
// By reference, as it is asked by serde.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl TestedFile {
    /// Whether all of it passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.problems.is_empty() && self.not_run == 0 && self.cases.iter().all(|case| case.faults.is_empty())
    }
}

impl ToolCoverage {
    /// How many nodes were executed, of how many.
    #[must_use]
    pub fn nodes_covered(&self) -> (usize, usize) {
        (self.nodes.iter().filter(|node| node.times > 0).count(), self.nodes.len())
    }

    /// How many edges were taken, of how many.
    #[must_use]
    pub fn edges_covered(&self) -> (usize, usize) {
        (self.edges.iter().filter(|edge| edge.times > 0).count(), self.edges.len())
    }
}
