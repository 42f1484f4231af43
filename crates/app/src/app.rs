//! The app itself: what is open, and the verbs that need more than one piece.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use graph::{ServerEntry, ServerName};
use indexmap::IndexMap;
use protocol::{Event, GraphId, NotOpened, RunId, Workspace};
use run::{StepId, StopReason};
use store::{Keeping, Place, Store};
use telemetry::Telemetry;
use tokio::sync::broadcast;

use crate::bus::Bus;
use crate::error::Error;
use crate::graph_file::{GraphFile, keep_saved, off_the_runtime, read_servers};
use crate::runs::Runs;
use crate::secrets::Secrets;
use crate::watch::watch;
use crate::{place, recent, settings};

/// How long a run may only wait before it leaves memory, in a program that outlasts its runs: an answer that comes soon finds it there.
pub const LINGERS: Duration = Duration::from_secs(10);

/// How the app is set up.
pub struct Options {
    /// Where what outlives a start is kept; the platform's folder for data where there is none.
    pub data: Option<PathBuf>,
    /// Where runs are kept.
    pub runs: KeptIn,
    /// What the command `patchbay` of a server stands for.
    pub executable: PathBuf,
    /// Where secrets come from.
    pub secrets: Secrets,
    /// Whether the shell has native dialogs.
    pub is_native: bool,
    /// How long a run that is kept may only wait before it leaves memory, in a program that outlasts its runs; none where runs stay.
    pub parks: Option<Duration>,
    /// What tracing systems are told, and where they are; none where they are told nothing. See [`telemetry::Options::read`].
    pub telemetry: Option<telemetry::Options>,
}

/// Where runs are kept.
#[derive(Clone, Debug, Default)]
pub enum KeptIn {
    /// In the folder for data.
    #[default]
    Data,
    /// In a database somewhere else.
    Database(Place),
    /// In memory: they are gone with the process.
    Memory,
}

/// The app. A cheap handle; needs a tokio runtime.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    data: Option<PathBuf>,
    executable: Arc<Path>,
    secrets: Secrets,
    is_native: bool,
    parks: Option<Duration>,
    bus: Bus,
    open: Mutex<Vec<Arc<GraphFile>>>,
    next_graph: AtomicU64,
    runs: Runs,
    store: Option<Store>,
    /// Done once, when the first run is to be kept.
    told_of_store: Once,
    not_opened: Mutex<Option<NotOpened>>,
    telemetry: Option<Telemetry>,
}

impl App {
    /// An app with nothing open.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let data = options.data.or_else(|| directories::ProjectDirs::from("", "", "patchbay").map(|dirs| dirs.data_local_dir().to_owned()));
        let place = match options.runs {
            KeptIn::Data => data.as_deref().map(Place::within),
            KeptIn::Database(place) => Some(place),
            KeptIn::Memory => None,
        };
        Self(Arc::new(Inner {
            store: place.map(|place| Store::new(place, Keeping::default())),
            told_of_store: Once::new(),
            data,
            executable: options.executable.into(),
            secrets: options.secrets,
            is_native: options.is_native,
            parks: options.parks,
            bus: Bus::new(),
            open: Mutex::default(),
            next_graph: AtomicU64::new(1),
            runs: Runs::default(),
            not_opened: Mutex::default(),
            telemetry: options.telemetry.map(Telemetry::new),
        }))
    }

    /// Everything that happens from now on, in its order.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.bus.subscribe()
    }

    /// Where secrets come from.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        self.0.secrets.clone()
    }

    pub(crate) fn bus(&self) -> Bus {
        self.0.bus.clone()
    }

    /// Where what outlives a start is kept.
    pub(crate) fn data(&self) -> Option<&Path> {
        self.0.data.as_deref()
    }

    pub(crate) fn executable(&self) -> Arc<Path> {
        self.0.executable.clone()
    }

    pub(crate) fn parks(&self) -> Option<Duration> {
        self.0.parks
    }

    /// Whoever tells tracing systems what happens, where that was asked for.
    pub(crate) fn telemetry(&self) -> Option<&Telemetry> {
        self.0.telemetry.as_ref()
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    /// What runs are kept in; nothing of it is touched before somebody needs it. None where there is no folder for data.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.0.store.as_ref()
    }

    /// The store for a run that begins. Whoever listens is told, from the first on, where it cannot be opened.
    pub(crate) fn store_for_runs(&self) -> Option<&Store> {
        let store = self.store()?;
        self.0.told_of_store.call_once(|| {
            let (bus, mut trouble) = (self.bus(), store.trouble());
            tokio::spawn(async move {
                while trouble.changed().await.is_ok() {
                    let error = trouble.borrow_and_update().clone();
                    if let Some(source) = error {
                        bus.tell(|| Event::RunsNotKept { failed: Error::NotKept { source }.to_failed() });
                    }
                }
            });
        });
        Some(store)
    }

    pub(crate) fn open_files(&self) -> MutexGuard<'_, Vec<Arc<GraphFile>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a graph file, with servers from a file of the `mcp.json` form beside it, and follows its changes on disk. A
    /// file that is open already is given as it is.
    ///
    /// # Errors
    /// Where a file cannot be read or is not YAML. Other faults are the graph's problems.
    pub async fn open(&self, path: &Path, servers: Option<&Path>) -> Result<Arc<GraphFile>, Error> {
        let extra = servers.map(read_servers).transpose()?.unwrap_or_default();
        if place::is_workflow(path) {
            return Err(Error::IsWorkflow(path.to_owned()));
        }
        let file = self.open_quietly(path, extra).await?;
        if let Some(data) = self.0.data.clone() {
            let (app, file) = (self.clone(), file.clone());
            off_the_runtime(move || {
                file.keep_past(&data);
                app.keep_stops(&file, &data);
                recent::note(&data, &file.path);
            })
            .await;
        }
        self.0.bus.tell(|| Event::GraphOpened { graph: Box::new(file.view()) });
        Ok(file)
    }

    /// Opens a graph file as [`App::open`] does, but for a program: it is not noted among the files that a person opened.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn load(&self, path: &Path, servers: Option<&Path>) -> Result<Arc<GraphFile>, Error> {
        let extra = servers.map(read_servers).transpose()?.unwrap_or_default();
        let file = self.open_quietly(path, extra).await?;
        self.0.bus.tell(|| Event::GraphOpened { graph: Box::new(file.view()) });
        Ok(file)
    }

    /// Opens a file that a person chose outside the page. Whether it could be opened is told to all who listen, and to who
    /// asks for the workspace later.
    pub async fn open_chosen(&self, path: &Path) {
        let failed = self.open(path, None).await.err().map(|error| error.to_failed());
        let not_opened = failed.map(|failed| NotOpened { path: path.display().to_string(), failed });
        if let Some(NotOpened { path, failed }) = not_opened.clone() {
            self.0.bus.tell(|| Event::GraphNotOpened { path, failed });
        }
        *self.0.not_opened.lock().unwrap_or_else(PoisonError::into_inner) = not_opened;
    }

    /// Tells that a person chose an item of the window's menu.
    pub fn menu_chosen(&self, id: &str) {
        self.0.bus.tell(|| Event::MenuChosen { id: id.to_owned() });
    }

    /// Tells that a person wants to see a question, chosen outside the page; or, without one, all that is asked.
    pub fn question_chosen(&self, question: Option<(RunId, StepId)>) {
        self.0.bus.tell(|| Event::QuestionChosen { question });
    }

    /// Saves every graph, and gives those that are not safe on disk, with the reason: a file that cannot be written, or a
    /// conflict that waits for the person.
    pub async fn unsaved(&self) -> Vec<(PathBuf, String)> {
        let files = self.open_files().clone();
        off_the_runtime(move || files.iter().filter_map(|file| Some((file.path.clone(), file.why_unsaved()?))).collect()).await
    }

    /// Opens a file without telling anyone.
    pub(crate) async fn open_quietly(&self, path: &Path, extra: IndexMap<ServerName, ServerEntry>) -> Result<Arc<GraphFile>, Error> {
        let path = std::fs::canonicalize(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        if let Some(file) = self.open_files().iter().find(|file| file.path == path) {
            return Ok(file.clone());
        }
        let id = GraphId(self.0.next_graph.fetch_add(1, Ordering::Relaxed));
        let file = GraphFile::open(self, id, path, extra)?;
        watch(&file);
        keep_saved(&file);
        self.open_files().push(file.clone());
        Ok(file)
    }

    /// An open graph.
    ///
    /// # Errors
    /// Where it is no longer open.
    pub fn graph(&self, id: GraphId) -> Result<Arc<GraphFile>, Error> {
        self.open_files().iter().find(|file| file.id == id).cloned().ok_or(Error::GraphGone)
    }

    /// Closes a graph: it is saved, its runs are stopped, its servers ended.
    ///
    /// # Errors
    /// Where it is no longer open, or cannot be saved; it stays open then.
    pub async fn close(&self, id: GraphId) -> Result<(), Error> {
        let file = self.graph(id)?;
        let closing = file.clone();
        off_the_runtime(move || closing.save_at_the_end()).await?;
        self.awake_of(id).await;
        self.open_files().retain(|file| file.id != id);
        self.0.runs.stop_of(id, StopReason::Asked).await;
        file.servers.shutdown().await;
        self.0.bus.tell(|| Event::GraphClosed { graph: id });
        Ok(())
    }

    /// What is open, and what was open lately. It looks at the disk.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        Workspace {
            graphs: self.open_files().iter().map(|file| file.view()).collect(),
            recent: self.data().map(recent::read).unwrap_or_default(),
            is_native: self.0.is_native,
            not_opened: self.0.not_opened.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            folder: place::folder().map(|folder| folder.display().to_string()),
            settings: self.data().map(settings::read).unwrap_or_default(),
        }
    }

    /// The file that was open last, if it is still there.
    #[must_use]
    pub fn last_opened(&self) -> Option<PathBuf> {
        recent::last(self.data()?)
    }

    /// Saves every graph, stops every run and ends every server. The app is of no use afterwards.
    pub async fn shutdown(&self) {
        let files = self.open_files().clone();
        off_the_runtime(move || {
            for file in files {
                if let Err(error) = file.save_at_the_end() {
                    tracing::error!(error = error.in_full(), "a graph could not be saved; what it held is kept among its versions");
                }
            }
        })
        .await;
        self.0.runs.stop_all(StopReason::Shutdown).await;
        let files = std::mem::take(&mut *self.open_files());
        futures::future::join_all(files.iter().map(|file| file.servers.shutdown())).await;
        if let Some(store) = self.store() {
            store.close().await;
        }
        if let Some(telemetry) = self.telemetry() {
            telemetry.shutdown().await;
        }
    }
}
