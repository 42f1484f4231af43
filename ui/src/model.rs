//! What the window knows: open graphs, their last runs, their servers. Plain values, changed by events; no views, no browser.

mod run;

use std::collections::BTreeMap;
use std::sync::Arc;

use graph::{ServerName, ToolName};
use protocol::{GraphId, GraphView, RunId, ServerPhase, Workspace};

pub(crate) use run::{NodeRun, Progress, RunState};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The open graphs, the one last opened at the end.
    pub(crate) graphs: Vec<Arc<GraphView>>,
    /// Files that were open lately, the latest first.
    pub(crate) recent: Vec<String>,
    /// Whether the shell has native dialogs.
    pub(crate) is_native: bool,
    /// The graph that is shown.
    pub(crate) shown: Option<GraphId>,
    /// The tool that is shown, of each graph in which one was chosen.
    tools: BTreeMap<GraphId, ToolName>,
    /// The last run of each tool.
    runs: BTreeMap<(GraphId, ToolName), RunState>,
    /// How the servers stand, as far as it was told.
    pub(crate) servers: BTreeMap<(GraphId, ServerName), ServerPhase>,
}

impl Model {
    /// Takes over what the app says is open. What is known of runs stays.
    pub(crate) fn take(&mut self, workspace: Workspace) {
        self.graphs = workspace.graphs.into_iter().map(Arc::new).collect();
        self.recent = workspace.recent;
        self.is_native = workspace.is_native;
        if self.graph().is_none() {
            self.shown = self.graphs.last().map(|graph| graph.id);
        }
    }

    /// The graph that is shown.
    pub(crate) fn graph(&self) -> Option<&Arc<GraphView>> {
        self.graphs.iter().find(|graph| Some(graph.id) == self.shown)
    }

    /// The tool that is shown: the chosen one, or the first.
    pub(crate) fn tool(&self) -> Option<&graph::Tool> {
        let view = self.graph()?;
        let chosen = self.tools.get(&view.id).and_then(|name| view.graph.tool(name.as_str()));
        chosen.or_else(|| view.graph.tools.first())
    }

    /// Shows another tool of the graph that is shown.
    pub(crate) fn choose_tool(&mut self, tool: ToolName) {
        if let Some(graph) = self.shown {
            self.tools.insert(graph, tool);
        }
    }

    /// The last run of the tool that is shown.
    pub(crate) fn run(&self) -> Option<&RunState> {
        self.runs.get(&(self.shown?, self.tool()?.name.clone()))
    }

    /// The run of this id, if it is the last of its tool.
    pub(crate) fn run_by_id(&self, id: RunId) -> Option<&RunState> {
        self.runs.values().find(|run| run.id == id)
    }

    pub(crate) fn run_by_id_mut(&mut self, id: RunId) -> Option<&mut RunState> {
        self.runs.values_mut().find(|run| run.id == id)
    }

    /// Keeps a run as the last of its tool.
    pub(crate) fn keep_run(&mut self, graph: GraphId, tool: ToolName, run: RunState) {
        self.runs.insert((graph, tool), run);
    }

    /// Whether the last run of this tool goes on.
    pub(crate) fn is_running(&self, graph: GraphId, tool: &ToolName) -> bool {
        self.runs.get(&(graph, tool.clone())).is_some_and(RunState::is_active)
    }

    /// Adds a graph or takes its new version.
    pub(crate) fn put_graph(&mut self, graph: GraphView) {
        match self.graphs.iter_mut().find(|known| known.id == graph.id) {
            Some(known) => *known = Arc::new(graph),
            None => self.graphs.push(Arc::new(graph)),
        }
    }

    /// Forgets a graph with its runs and servers.
    pub(crate) fn drop_graph(&mut self, id: GraphId) {
        self.graphs.retain(|graph| graph.id != id);
        self.runs.retain(|(graph, _), _| *graph != id);
        self.servers.retain(|(graph, _), _| *graph != id);
        self.tools.remove(&id);
        if self.shown == Some(id) {
            self.shown = self.graphs.last().map(|graph| graph.id);
        }
    }

    /// The runs that go on, as far as it was told.
    pub(crate) fn active_runs(&self) -> Vec<RunId> {
        self.runs.values().filter(|run| run.is_active()).map(|run| run.id).collect()
    }
}
