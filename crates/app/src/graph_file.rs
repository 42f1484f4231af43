//! A graph file that is open: its text, its compiled tools, its servers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak};

use format::Source;
use graph::{Graph, Problem, ServerEntry, ServerName, ToolName};
use indexmap::IndexMap;
use protocol::{Event, GraphId, GraphView, Place, Reported};
use run::PlanOptions;
use runner::Job;
use tokio::sync::watch;

use crate::app::App;
use crate::check;
use crate::disk;
use crate::error::Error;
use crate::servers::{ServerReport, Servers};
use crate::tools::GraphTools;
use crate::view::reported;

/// A graph file that is open.
pub struct GraphFile {
    /// Its id while it is open.
    pub id: GraphId,
    /// Absolute.
    pub path: PathBuf,
    pub(crate) servers: Servers,
    app: App,
    /// Servers from beside the file (`-m mcp.json`); the file's own win on a clash.
    extra: IndexMap<ServerName, ServerEntry>,
    content: RwLock<Content>,
    jobs: Mutex<HashMap<ToolName, Job>>,
    changes: watch::Sender<u64>,
    me: Weak<GraphFile>,
}

/// What the file holds.
struct Content {
    source: Source,
    /// The source's graph with the servers from beside it.
    graph: Arc<Graph>,
    problems: Vec<Reported>,
}

impl Content {
    fn new(source: Source, extra: &IndexMap<ServerName, ServerEntry>) -> Self {
        let graph = Arc::new(with_servers(source.graph(), extra));
        let problems = check::problems(&source, &graph);
        let problems = problems.into_iter().map(|problem| reported(&source, problem)).collect();
        Self { source, graph, problems }
    }
}

/// A graph with the servers from beside it; its own win on a clash.
pub(crate) fn with_servers(graph: &Graph, extra: &IndexMap<ServerName, ServerEntry>) -> Graph {
    Graph { servers: format::merge_servers(graph, extra.clone()), ..graph.clone() }
}

/// Reads a file of servers.
pub(crate) fn read_servers(path: &Path) -> Result<IndexMap<ServerName, ServerEntry>, Error> {
    let text = disk::read(path)?;
    format::servers_from_mcp_json(&text).map_err(|source| Error::Servers { path: path.to_owned(), source })
}

/// Reads and parses a graph file.
pub(crate) fn read_source(path: &Path) -> Result<Source, Error> {
    let text = disk::read(path)?;
    Source::parse(text).map_err(|error| Error::Syntax { path: path.to_owned(), error })
}

/// What a graph file holds, without opening it.
///
/// # Errors
/// Where the file cannot be read or is not YAML.
pub fn read_graph(path: &Path) -> Result<Graph, Error> {
    Ok(read_source(path)?.graph().clone())
}

impl GraphFile {
    /// Opens a file.
    pub(crate) fn open(app: &App, id: GraphId, path: PathBuf, extra: IndexMap<ServerName, ServerEntry>) -> Result<Arc<Self>, Error> {
        let content = Content::new(read_source(&path)?, &extra);
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Arc::new_cyclic(|me| Self {
            id,
            servers: Servers::new(id, folder, app.executable(), app.secrets(), app.bus()),
            path,
            app: app.clone(),
            extra,
            content: RwLock::new(content),
            jobs: Mutex::default(),
            changes: watch::Sender::new(0),
            me: me.clone(),
        }))
    }

    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it holds, with the servers from beside it.
    #[must_use]
    pub fn graph(&self) -> Arc<Graph> {
        self.content().graph.clone()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Reported> {
        self.content().problems.clone()
    }

    /// Counts its changes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Starts every server, all at once, and tells how each stands.
    pub async fn start_servers(&self) -> Vec<ServerReport> {
        self.servers.start_all(&self.graph()).await
    }

    /// The file as the window shows it.
    #[must_use]
    pub fn view(&self) -> GraphView {
        let content = self.content();
        GraphView {
            id: self.id,
            path: self.path.display().to_string(),
            dialect: content.source.dialect().to_string(),
            graph: Graph::clone(&content.graph),
            layout: graph::Layout::default(),
            problems: content.problems.clone(),
            revision: 0,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        }
    }

    /// A tool, ready to run; compiled once for each change of the file.
    ///
    /// # Errors
    /// Where the file has no such tool, or the tool has problems.
    pub fn job(&self, tool: &ToolName) -> Result<Job, Error> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.get(tool) {
            return Ok(job.clone());
        }
        let content = self.content();
        if content.graph.tool(tool.as_str()).is_none() {
            let known = content.graph.tools.iter().map(|tool| tool.name.to_string()).collect();
            return Err(Error::NoTool { path: self.path.clone(), tool: tool.to_string(), known });
        }
        let options = PlanOptions { input_alias: content.source.input_alias() };
        let tools = Arc::new(GraphTools { file: self.me.clone(), graph: content.graph.clone() });
        let unread: Vec<Problem> = content.source.problems().iter().filter(|problem| concerns(problem, tool)).cloned().collect();
        let job = if unread.is_empty() { Job::compile(&content.graph, tool, options, tools) } else { Err(unread) };
        let job = job.map_err(|problems| Error::Problems {
            path: self.path.clone(),
            tool: tool.clone(),
            problems: problems.into_iter().map(|problem| reported(&content.source, problem)).collect(),
        })?;
        jobs.insert(tool.clone(), job.clone());
        Ok(job)
    }

    /// A graph file named by a path that begins at this one.
    pub(crate) async fn neighbour(&self, path: &str) -> Result<Arc<GraphFile>, Error> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.app.open_quietly(&folder.join(path), self.extra.clone()).await
    }

    /// Takes in what the file holds now, if it has changed. What cannot be read is a problem of the graph that was read last.
    pub(crate) fn reload(&self) {
        let text = match disk::read(&self.path) {
            Ok(text) => text,
            // Editors replace a file in two steps; what is gone for good is said when it is next opened.
            Err(error) => return tracing::debug!(error = error.in_full(), "the graph file cannot be read just now"),
        };
        {
            let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
            if content.source.text() == text {
                return;
            }
            match Source::parse(text) {
                Ok(source) => *content = Content::new(source, &self.extra),
                Err(error) => {
                    let message = format!("the file on disk cannot be read, and what was read last is still in use: {}", error.message);
                    let problem = Problem::error(graph::Path::root(), message, error.remedy);
                    content.problems = vec![Reported { problem, place: Some(Place { line: error.line, column: error.column }) }];
                }
            }
        }
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.servers.retain(&self.graph());
        self.changes.send_modify(|changes| *changes += 1);
        self.app.bus().tell(|| Event::GraphChanged { graph: Box::new(self.view()) });
    }
}

/// Whether a reading problem keeps this tool from running: its own errors, and those of what holds all tools.
fn concerns(problem: &Problem, tool: &ToolName) -> bool {
    problem.is_error() && problem.tool.as_ref().is_none_or(|of| of == tool)
}
