//! Runs whose process is gone, gone on with where they were: on the graph as it was when they began.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use expr::Limits;
use futures::{StreamExt, stream};
use graph::ToolName;
use indexmap::IndexMap;
use nodes::Failure;
use protocol::{Event, RunId};
use run::Run;
use runner::{Job, Journal, MemoryJournal, Resume};
use store::{GraphText, RunRecord, Store};

use super::traced::{Asked, Known, Traced, begun_with};
use super::{Above, Parked, Recorded, journal, listener};
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};

/// How many runs are taken up at once: what they write meanwhile is written together.
const AT_ONCE: usize = 64;

/// Where a run comes from.
#[derive(Clone)]
struct Origin {
    file: Arc<GraphFile>,
    job: Job,
    text: GraphText,
}

/// Where runs come from, by file, text and tool: a thousand runs may be of one graph.
#[derive(Default)]
pub(super) struct Origins(tokio::sync::Mutex<HashMap<(String, String, String), Origin>>);

impl App {
    /// Goes on with every run that no process drives any more: those of these files, or all where none are named. One that cannot
    /// go on is told in the log and stays as it is.
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    pub async fn take_up_runs(&self, of: &[Arc<GraphFile>]) -> Result<Vec<Recorded>, Error> {
        let Some(store) = self.store() else { return Ok(Vec::new()) };
        let is_meant = |record: &RunRecord| of.is_empty() || of.iter().any(|file| file.path == Path::new(&record.file));
        // Whoever finds a run taken up here finds it among those of this process.
        let _one_by_one = self.runs().taking_up.lock().await;
        let (mut adrift, known) = (store.adrift().await?, Origins::default());
        self.end_orphans(store, &adrift).await;
        // What a step has started goes on with it.
        adrift.retain(|record| record.caller.is_none() && is_meant(record));
        let taken = stream::iter(adrift).map(|record| self.take_up_or_tell(store, record, &known)).buffered(AT_ONCE);
        Ok(taken.filter_map(std::future::ready).collect().await)
    }

    async fn take_up_or_tell(&self, store: &Store, record: RunRecord, known: &Origins) -> Option<Recorded> {
        self.resume(store, &record, None, known).await.unwrap_or_else(|error| {
            tracing::warn!(run = record.id, error = error.in_full(), "a run that was not finished cannot go on");
            None
        })
    }

    /// Goes on with one run; where a step of another has started it, with the whole family, whose first run is given. None where
    /// it has ended, or some process drives it.
    ///
    /// # Errors
    /// Where it is not kept, or its graph does not compile any more or its file is gone.
    pub async fn take_up_run(&self, id: u64) -> Result<Option<Recorded>, Error> {
        let store = self.store().ok_or(Error::NoHome)?;
        let mut record = store.run(id).await?.ok_or(Error::NoRun(id))?;
        if let Some(caller) = record.caller {
            record = store.run(caller.family).await?.ok_or(Error::NoRun(caller.family))?;
        }
        let _one_by_one = self.runs().taking_up.lock().await;
        self.resume(store, &record, None, &Origins::default()).await
    }

    /// What runs of one tool of one text of a file go on with: read and compiled for the first of them.
    async fn known(&self, store: &Store, record: &RunRecord, known: &Origins) -> Result<Origin, Error> {
        let of = (record.file.clone(), record.graph.clone(), record.tool.clone());
        let mut known = known.0.lock().await;
        if let Some(origin) = known.get(&of) {
            return Ok(origin.clone());
        }
        let file = self.open_quietly(Path::new(&record.file), IndexMap::new()).await?;
        let text = store.graph_text(&record.graph).await?.unwrap_or_default();
        let (holder, named, id, read) = (file.clone(), ToolName::from(record.tool.as_str()), record.id, text.clone());
        let job = off_the_runtime(move || holder.job_of(id, read, &named)).await?;
        let origin = Origin { file, job, text: GraphText::new(text) };
        known.insert(of, origin.clone());
        Ok(origin)
    }

    /// Goes on with a run from its journal: one of this process that is parked, or one that is adrift.
    pub(super) async fn resume(
        &self,
        store: &Store,
        record: &RunRecord,
        parked: Option<&Parked>,
        known: &Origins,
    ) -> Result<Option<Recorded>, Error> {
        let tool = ToolName::from(record.tool.as_str());
        let Origin { file, job, text } = self.known(store, record, known).await?;
        let kept = match parked {
            Some(_) => store.again(record.id).await?,
            None => store.adopt(record.id).await?,
        };
        let Some(kept) = kept else { return Ok(None) };
        let events = store.events(record.id).await?;
        let mut memory = MemoryJournal::default();
        events.iter().for_each(|(at, event)| memory.append(*at, event));
        let run = Run::replay(job.plan.clone(), &events);
        self.end_forsaken(store, record.id, &run).await;
        let (journal, ending) = journal::Both::further(memory.clone(), kept, record.id, &run);
        let (id, graph) = (RunId(record.id), file.id);
        // Nobody has seen that a run was parked.
        if parked.is_none() {
            let part = record.part.clone();
            self.bus().tell(|| Event::RunStarted { run: id, graph, tool: tool.clone(), part, is_dry: false, at_us: clock::now_us() });
        }
        let followers = parked.map(|parked| parked.followers.clone()).unwrap_or_default();
        let (seed, caller) = begun_with(&events);
        // A fork is nobody's: whoever asked for the run before it did not ask for this one.
        let asked = Asked { caller: caller.filter(|_| record.parent.is_none()), is_client: false };
        let traced = self.traced(&file, &Known { run: id.0, seed, tool: &tool, is_kept: true, is_new: false }, asked);
        let above = Above::new(id, text.clone(), followers.clone()).at(&run);
        let job = Traced::job(&traced, above.job(self, &file, job));
        let listener = listener(self, Parked::new(id, graph, tool.clone(), followers.clone()), ending, traced);
        // It may be parked again before it is found among the runs that go on.
        self.runs().unpark(id);
        let debug = self.runs().debugger(graph)?;
        let (limits, journal) = (Limits::default(), Box::new(journal));
        let resumed =
            runner::resume(Resume { job, events, limits, journal, listener, depth: 0, parks: self.parks(), debug: Some(debug.clone()) });
        let handle = resumed.map_err(|failure: Failure| Error::Failure(failure))?;
        let (journal, is_kept, called, dry) = (Some(memory), true, None, None);
        let run = Recorded { id, graph, tool, handle, debug, journal, is_kept, text, followers, called, dry };
        self.look_after(&run);
        Ok(Some(run))
    }
}
