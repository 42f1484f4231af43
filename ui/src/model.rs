//! What the window knows: open graphs, their last runs, their servers. Plain values, changed by events; no views, no browser.

mod held;
mod past;
mod pending;
mod run;
mod steps;

use std::collections::BTreeMap;
use std::sync::Arc;

use graph::{ServerName, ToolName};
use protocol::debug::Stops;
use protocol::{Failed, GraphChange, GraphId, GraphView, RecentFile, RunId, ServerPhase, ServerTool, Stale, Workspace};

pub(crate) use held::{DrawnStops, Held, stop_at, toggle};
pub(crate) use past::{Bar, Past, Timeline};
pub(crate) use pending::{Change, Pending, Sending, apply};
pub(crate) use run::{NodeRun, Progress, RunState};

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The open graphs, the one last opened at the end.
    pub(crate) graphs: Vec<Arc<GraphView>>,
    /// Files that were open lately, the latest first.
    pub(crate) recent: Vec<RecentFile>,
    /// Where new graphs go unless a person says otherwise.
    pub(crate) folder: Option<String>,
    /// Whether the shell has native dialogs.
    pub(crate) is_native: bool,
    /// The graph that is shown.
    pub(crate) shown: Option<GraphId>,
    /// The tool that is shown, of each graph in which one was chosen.
    tools: BTreeMap<GraphId, ToolName>,
    /// The last run of each tool.
    runs: BTreeMap<(GraphId, ToolName), RunState>,
    /// How many times a run was heard to begin or to end, of any graph.
    pub(crate) runs_heard: u64,
    /// How the servers stand, as far as it was told.
    pub(crate) servers: BTreeMap<(GraphId, ServerName), ServerPhase>,
    /// What the servers offer, as far as it was asked for.
    pub(crate) offers: BTreeMap<(GraphId, ServerName), Offer>,
    /// Where runs of a graph are held, as far as that was told.
    pub(crate) stops: BTreeMap<GraphId, Stops>,
    /// The runs that are held, the latest at the end.
    held: Vec<Held>,
    /// The run that is looked back at: while one is, it is what is shown.
    pub(crate) past: Option<Past>,
    /// What this window changed and the app has not told back yet.
    pending: BTreeMap<GraphId, Pending>,
}

/// The tools of a server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Offer {
    /// It is being asked, which starts it.
    Asked,
    /// These.
    Tools(Arc<Vec<ServerTool>>),
    /// It could not be asked.
    Failed(Failed),
}

impl Model {
    /// Takes over what the app says is open. What is known of runs stays.
    pub(crate) fn take(&mut self, workspace: Workspace) {
        let open: Vec<GraphId> = workspace.graphs.iter().map(|graph| graph.id).collect();
        self.pending.retain(|id, _| open.contains(id));
        for graph in workspace.graphs {
            match self.pending.get_mut(&graph.id) {
                Some(pending) => pending.reset(graph),
                None => drop(self.pending.insert(graph.id, Pending::new(graph))),
            }
        }
        self.graphs = open.iter().filter_map(|id| self.pending.get(id)).map(|pending| pending.shown().clone()).collect();
        self.recent = workspace.recent;
        self.folder = workspace.folder;
        self.is_native = workspace.is_native;
        if self.graph().is_none() {
            self.shown = self.graphs.last().map(|graph| graph.id);
        }
    }

    /// The graph that is shown: the open one, or what a run ran that is looked back at.
    pub(crate) fn graph(&self) -> Option<&Arc<GraphView>> {
        if let Some(past) = &self.past {
            return Some(&past.view);
        }
        self.graphs.iter().find(|graph| Some(graph.id) == self.shown)
    }

    /// The tool that is shown: the chosen one, or the first.
    pub(crate) fn tool(&self) -> Option<&graph::Tool> {
        let view = self.graph()?;
        if let Some(past) = &self.past {
            return view.graph.tool(past.tool.as_str());
        }
        let chosen = self.tools.get(&view.id).and_then(|name| view.graph.tool(name.as_str()));
        chosen.or_else(|| view.graph.tools.first())
    }

    /// Shows another tool of the graph that is shown.
    pub(crate) fn choose_tool(&mut self, tool: ToolName) {
        if let Some(graph) = self.shown {
            self.tools.insert(graph, tool);
        }
    }

    /// The last run of the tool that is shown, or the one that is looked back at, as it stood.
    pub(crate) fn run(&self) -> Option<&RunState> {
        if let Some(past) = &self.past {
            return Some(past.run());
        }
        self.runs.get(&(self.shown?, self.tool()?.name.clone()))
    }

    /// The last run of a tool.
    pub(crate) fn run_of(&self, graph: GraphId, tool: &ToolName) -> Option<&RunState> {
        self.runs.get(&(graph, tool.clone()))
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
        let id = graph.id;
        match self.pending.get_mut(&id) {
            Some(pending) => pending.take(graph),
            None => {
                let pending = Pending::new(graph);
                self.graphs.push(pending.shown().clone());
                self.pending.insert(id, pending);
            }
        }
        self.refresh(id);
    }

    /// Takes what became of a graph.
    ///
    /// # Errors
    /// Where something was not heard: the graph has to be asked for anew.
    pub(crate) fn change_graph(&mut self, change: GraphChange) -> Result<(), Stale> {
        let id = change.id;
        // One that is not open here is told whole when it is.
        let Some(pending) = self.pending.get_mut(&id) else { return Ok(()) };
        pending.take_change(change)?;
        self.refresh(id);
        Ok(())
    }

    /// Makes a change of a graph at once, and keeps it to be sent.
    ///
    /// # Errors
    /// Where it does not fit the graph, which then is as it was.
    pub(crate) fn change(&mut self, id: GraphId, change: Change) -> Result<(), graph::Error> {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.change(change)?;
            self.refresh(id);
        }
        Ok(())
    }

    /// Takes the last change back, and keeps that to be sent. See [`Pending::undo`].
    pub(crate) fn undo(&mut self, id: GraphId) {
        self.pending.get_mut(&id).into_iter().for_each(Pending::undo);
        self.refresh(id);
    }

    /// Makes the last change again that was taken back.
    pub(crate) fn redo(&mut self, id: GraphId) {
        self.pending.get_mut(&id).into_iter().for_each(Pending::redo);
        self.refresh(id);
    }

    /// What is to be sent now; none while something is under way.
    pub(crate) fn next_sending(&mut self, id: GraphId) -> Option<Sending> {
        self.pending.get_mut(&id)?.next()
    }

    /// Whether the app has answered all that it was asked about a graph.
    pub(crate) fn is_told(&self, id: GraphId) -> bool {
        self.pending.get(&id).is_none_or(Pending::is_told)
    }

    /// Takes the answer to what was sent; says whether something else is shown now. See [`Pending::answer`].
    pub(crate) fn answered(&mut self, id: GraphId, revision: Option<u64>) -> bool {
        let Some(pending) = self.pending.get_mut(&id) else { return false };
        pending.answer(revision);
        self.refresh(id)
    }

    /// Shows a graph as it now stands; says whether it is another one.
    fn refresh(&mut self, id: GraphId) -> bool {
        let Some((pending, graph)) = self.pending.get(&id).zip(self.graphs.iter_mut().find(|known| known.id == id)) else { return false };
        let is_new = !Arc::ptr_eq(graph, pending.shown());
        // A server that is described otherwise may offer other tools.
        let (before, now) = (graph.clone(), pending.shown().clone());
        let is_same = |name: &ServerName| before.graph.servers.get(name) == now.graph.servers.get(name);
        self.offers.retain(|(of, name), _| *of != id || is_same(name));
        *graph = pending.shown().clone();
        is_new
    }

    /// Forgets a graph with its runs and servers.
    pub(crate) fn drop_graph(&mut self, id: GraphId) {
        self.graphs.retain(|graph| graph.id != id);
        self.runs.retain(|(graph, _), _| *graph != id);
        self.servers.retain(|(graph, _), _| *graph != id);
        self.offers.retain(|(graph, _), _| *graph != id);
        self.stops.remove(&id);
        self.held.retain(|held| held.graph != id);
        self.pending.remove(&id);
        self.tools.remove(&id);
        self.past.take_if(|past| past.view.id == id);
        if self.shown == Some(id) {
            self.shown = self.graphs.last().map(|graph| graph.id);
        }
    }

    /// The runs that go on, as far as it was told.
    pub(crate) fn active_runs(&self) -> Vec<(GraphId, RunId)> {
        self.runs.iter().filter(|(_, run)| run.is_active()).map(|((graph, _), run)| (*graph, run.id)).collect()
    }
}
