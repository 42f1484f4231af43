//! A tool, frozen and compiled: what a run walks through.

use std::sync::Arc;

use graph::{Graph, NodeId, Path, Port, Problem, ServerName, ToolName};
use nodes::{Compiled, Ports};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// The position of a node in its tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeIndex(pub u32);

impl NodeIndex {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A node that can run, with its edges resolved.
#[derive(Debug)]
pub struct Planned {
    /// Its id.
    pub id: NodeId,
    /// Its kind's name.
    pub kind: &'static str,
    pub(crate) waits_for_others: bool,
    pub(crate) compiled: Compiled,
    pub(crate) edges: Vec<(Port, NodeIndex)>,
    /// The port that its kind has for what follows when it is done, and the node that follows.
    pub(crate) after: Option<(Port, NodeIndex)>,
    /// The positions of the nodes that its expressions read; none where they may read all.
    pub(crate) reads: Option<Box<[NodeIndex]>>,
}

impl Planned {
    /// The tool of a server that it calls; none for a node that calls none.
    #[must_use]
    pub fn calls(&self) -> Option<(&ServerName, &str)> {
        self.compiled.calls()
    }

    pub(crate) fn target(&self, port: Port) -> Option<NodeIndex> {
        self.edges.iter().find(|(at, _)| *at == port).map(|(_, to)| *to)
    }
}

/// How a plan is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether `input` is the tool's arguments in every expression (shapes A and B).
    pub input_alias: bool,
}

/// A tool that can run.
#[derive(Debug)]
pub struct Plan {
    /// The tool's name.
    pub tool: ToolName,
    pub(crate) nodes: Vec<Planned>,
    pub(crate) index: FxHashMap<NodeId, NodeIndex>,
    pub(crate) entry: NodeIndex,
    pub(crate) max_steps: u64,
    pub(crate) max_us: u64,
    pub(crate) input_alias: bool,
}

const DEFAULT_MAX_STEPS: u64 = 1000;
const DEFAULT_MAX_MS: u64 = 300_000;

impl Plan {
    /// Compiles a tool of a graph.
    ///
    /// # Errors
    /// The problems that keep it from running; one that names the tool, where the graph does not have it.
    pub fn compile(graph: &Graph, tool: &ToolName, options: PlanOptions) -> Result<Self, Vec<Problem>> {
        let Some(position) = graph.tool_index(tool.as_str()) else {
            let names: Vec<_> = graph.tools.iter().map(|tool| tool.name.as_str()).collect();
            let problem = Problem::error(
                Path::root().key("tools"),
                format!("there is no tool `{tool}`"),
                format!("the graph has: {}", names.join(", ")),
            );
            return Err(vec![problem]);
        };
        let holder = &graph.tools[position];
        let at = Path::root().key("tools").index(position);
        let mut faults: Vec<_> =
            graph::check(graph).into_iter().filter(|problem| problem.is_error() && problem.tool.as_ref() == Some(tool)).collect();
        let (compiled, problems) = nodes::compile(graph, holder, &at, options.input_alias);
        faults.extend(problems.into_iter().filter(Problem::is_error));
        let compiled: Option<Vec<Compiled>> = compiled.into_iter().collect();
        let entry = holder.nodes.iter().position(|node| node.kind == "entry");
        match (compiled, entry) {
            (Some(compiled), Some(entry)) if faults.is_empty() => Ok(Self::assemble(graph, position, compiled, entry, options)),
            _ => Err(faults),
        }
    }

    fn assemble(graph: &Graph, position: usize, compiled: Vec<Compiled>, entry: usize, options: PlanOptions) -> Self {
        let tool = &graph.tools[position];
        let index: FxHashMap<NodeId, NodeIndex> = tool.nodes.iter().enumerate().map(|(i, node)| (node.id.clone(), number(i))).collect();
        let nodes = tool.nodes.iter().zip(compiled).map(|(node, compiled)| {
            let edges: Vec<_> = node.edges().into_iter().filter_map(|edge| Some((edge.port, *index.get(&edge.to)?))).collect();
            let after = match compiled.kind.ports() {
                Ports::Next | Ports::Verdict => Some(Port::Next),
                Ports::Branches | Ports::Body => Some(Port::Join),
                Ports::None | Ports::Cases => None,
            };
            Planned {
                id: node.id.clone(),
                kind: compiled.kind.name(),
                waits_for_others: compiled.kind.waits_for_others(node),
                reads: compiled.reads().map(|names| names.iter().filter_map(|name| index.get(&**name).copied()).collect()),
                after: edges.iter().find(|(port, _)| Some(*port) == after).copied(),
                compiled,
                edges,
            }
        });
        Self {
            tool: tool.name.clone(),
            nodes: nodes.collect(),
            entry: number(entry),
            max_steps: graph.limits.max_node_executions.unwrap_or(DEFAULT_MAX_STEPS),
            max_us: graph.limits.max_execution_time_ms.unwrap_or(DEFAULT_MAX_MS).saturating_mul(1000),
            input_alias: options.input_alias,
            index,
        }
    }

    /// The node at this position.
    #[must_use]
    pub fn node(&self, at: NodeIndex) -> &Planned {
        &self.nodes[at.index()]
    }

    /// The nodes whose outputs a node's expressions read, in the order of the file; none where they may read all.
    #[must_use]
    pub fn reads(&self, node: &NodeId) -> Vec<NodeId> {
        let reads = self.find(node).and_then(|at| self.node(at).reads.as_deref());
        let mut reads = reads.unwrap_or_default().to_vec();
        reads.sort_unstable();
        reads.into_iter().map(|at| self.node(at).id.clone()).collect()
    }

    /// The first node that waits for somebody or something outside, for as long as that takes; none where none does.
    #[must_use]
    pub fn waits_for_others(&self) -> Option<&NodeId> {
        self.nodes.iter().find(|node| node.waits_for_others).map(|node| &node.id)
    }

    /// The position of a node; none where the tool has no such.
    #[must_use]
    pub fn find(&self, node: &NodeId) -> Option<NodeIndex> {
        self.index.get(node).copied()
    }

    /// The ids of the nodes, in the order of the file.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.id.as_str())
    }

    /// How many nodes the tool has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the tool has no node; a plan always has an entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A plan behind the handle that runs share.
    #[must_use]
    pub fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }
}

#[allow(clippy::cast_possible_truncation)]
fn number(position: usize) -> NodeIndex {
    // The reader's budget keeps a file's nodes far below 2^32.
    NodeIndex(position as u32)
}
