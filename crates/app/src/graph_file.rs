//! A graph file that is open: its texts, its compiled tools, its servers.

mod content;
mod editing;
mod saving;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use format::{LayoutSource, Source, SyntaxError};
use graph::{Graph, Problem, ServerEntry, ServerName, ToolName};
use indexmap::IndexMap;
use protocol::{Event, GraphId, GraphView, Reported};
use run::PlanOptions;
use runner::Job;
use store::GraphText;
use tokio::sync::{Notify, watch};

use self::content::Content;
pub(crate) use self::saving::{keep_saved, off_the_runtime};
use crate::app::App;
use crate::disk;
use crate::error::Error;
use crate::past::Past;
use crate::servers::{ServerReport, Servers};
use crate::tools::GraphTools;
use crate::view::reported;

/// A graph file that is open.
pub struct GraphFile {
    /// Its id while it is open.
    pub id: GraphId,
    /// Absolute.
    pub path: PathBuf,
    /// The layout file beside it, which need not be there.
    canvas_path: PathBuf,
    pub(crate) servers: Servers,
    app: App,
    content: RwLock<Content>,
    /// Held while a change is made and told, so that events come in the order of the changes.
    turn: Mutex<()>,
    /// Held while disk and memory are compared. Taken before `turn`.
    disk_turn: Mutex<()>,
    /// Woken when there is something to save.
    due: Arc<Notify>,
    jobs: Mutex<HashMap<ToolName, (Job, GraphText)>>,
    /// How often somebody wanted no further case of its tests to be run.
    pub(crate) tests_stopped: AtomicU64,
    changes: watch::Sender<u64>,
    me: Weak<GraphFile>,
}

impl GraphFile {
    /// The app that it is open in.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }
}

impl Drop for GraphFile {
    fn drop(&mut self) {
        // Whoever waits to save it finds that it is gone.
        self.due.notify_one();
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

/// Where the layout of a graph file is kept.
pub(crate) fn canvas_path(path: &Path) -> PathBuf {
    path.with_extension("canvas.yaml")
}

/// Reads a layout file; one that is not there is empty. What cannot be read is given as it is, with the reason.
fn read_canvas(path: &Path) -> Result<LayoutSource, (String, SyntaxError)> {
    match disk::read_if_there(path) {
        Ok(text) => {
            let text = text.unwrap_or_default();
            LayoutSource::parse(text.clone()).map_err(|error| (text, error))
        }
        Err(error) => {
            let remedy = "see to it that it can be read, or move it away".to_owned();
            Err((String::new(), SyntaxError { line: 1, column: 1, message: error.in_full(), remedy }))
        }
    }
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
        let canvas_path = canvas_path(&path);
        let content = Content::new(&path, read_source(&path)?, read_canvas(&canvas_path), extra);
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Arc::new_cyclic(|me| Self {
            id,
            servers: Servers::new(app, id, folder),
            path,
            canvas_path,
            app: app.clone(),
            content: RwLock::new(content),
            turn: Mutex::default(),
            disk_turn: Mutex::default(),
            due: Arc::default(),
            jobs: Mutex::default(),
            tests_stopped: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            me: me.clone(),
        }))
    }

    /// Takes up the history that was kept of it, and keeps it from now on: a person works with it.
    pub(crate) fn keep_past(&self, data: &Path) {
        let mut content = self.content_mut();
        if !content.past.is_kept() {
            let texts = content.texts();
            content.past = Past::read(Some(data), &self.path, &texts);
        }
    }

    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn content_mut(&self) -> RwLockWriteGuard<'_, Content> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a change, and tells it: all that can be seen of the content changes here.
    fn change<T>(&self, act: impl FnOnce(&mut Content) -> Result<T, Error>) -> Result<T, Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, before, after) = {
            let mut content = self.content_mut();
            let before = self.view_of(&content);
            let done = act(&mut content)?;
            if content.revision != before.revision {
                content.bring_together(false);
            }
            (done, before, self.view_of(&content))
        };
        if !Arc::ptr_eq(&before.graph, &after.graph) {
            self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clear();
            self.servers.retain(&after.graph);
            self.changes.send_modify(|changes| *changes += 1);
        }
        if before.revision != after.revision {
            self.due.notify_one();
            self.app.bus().tell(|| Event::GraphChanged { change: Box::new(before.change_to(&after)) });
            self.app.follow_stops(self.id, &before.graph, &after.graph);
        }
        Ok(done)
    }

    /// What it holds, with the servers from beside it.
    #[must_use]
    pub fn graph(&self) -> Arc<Graph> {
        self.content().graph.clone()
    }

    /// What is wrong with it.
    #[must_use]
    pub fn problems(&self) -> Vec<Reported> {
        self.content().problems()
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
        self.view_of(&self.content())
    }

    fn view_of(&self, content: &Content) -> GraphView {
        GraphView {
            id: self.id,
            path: self.path.display().to_string(),
            dialect: content.source.dialect().to_string(),
            graph: content.graph.clone(),
            layout: content.canvas.layout().clone(),
            problems: content.problems(),
            revision: content.revision,
            undo: content.past.history.last().map(|step| step.label.clone()),
            redo: content.past.history.taken_back().map(|step| step.label.clone()),
            unsaved: content.unsaved.clone(),
            conflict: content.conflict(),
        }
    }

    /// A tool, ready to run; compiled once for each change of the file.
    ///
    /// # Errors
    /// Where the file has no such tool, or the tool has problems.
    pub fn job(&self, tool: &ToolName) -> Result<Job, Error> {
        Ok(self.frozen(tool)?.0)
    }

    /// A tool, ready to run, and the text that it was compiled from.
    pub(crate) fn frozen(&self, tool: &ToolName) -> Result<(Job, GraphText), Error> {
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
        let frozen = (job, GraphText::new(content.source.text()));
        jobs.insert(tool.clone(), frozen.clone());
        Ok(frozen)
    }

    /// A tool as a run of it began with it, ready to go on; its servers are those of this file.
    ///
    /// # Errors
    /// Where the text cannot be read, or the tool has problems.
    pub(crate) fn job_of(&self, run: u64, text: String, tool: &ToolName) -> Result<Job, Error> {
        let source = Source::parse(text).map_err(|error| Error::Syntax { path: self.path.clone(), error })?;
        let graph = Arc::new(with_servers(source.graph(), &self.content().extra));
        let tools = Arc::new(GraphTools { file: self.me.clone(), graph: graph.clone() });
        let options = PlanOptions { input_alias: source.input_alias() };
        Job::compile(&graph, tool, options, tools).map_err(|problems| {
            let problems = problems.into_iter().map(|problem| reported(&source, problem)).collect();
            Error::OldGraph { run, tool: tool.to_string(), problems }
        })
    }

    /// The file, for who must not keep it open.
    pub(crate) fn weak(&self) -> Weak<Self> {
        self.me.clone()
    }

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// A graph file named by a path that begins at this one.
    pub(crate) async fn neighbour(&self, path: &str) -> Result<Arc<GraphFile>, Error> {
        let extra = self.content().extra.clone();
        self.app.open_quietly(&self.folder().join(path), extra).await
    }
}

/// Whether a reading problem keeps this tool from running: its own errors, and those of what holds all tools.
fn concerns(problem: &Problem, tool: &ToolName) -> bool {
    problem.is_error() && problem.tool.as_ref().is_none_or(|of| of == tool)
}
