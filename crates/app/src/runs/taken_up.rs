//! Runs whose process is gone, gone on with where they were: on the graph as it was when they began.

use std::path::Path;
use std::sync::Arc;

use expr::Limits;
use graph::ToolName;
use indexmap::IndexMap;
use nodes::Failure;
use protocol::{Event, RunId};
use run::Run;
use runner::{Journal, MemoryJournal, Resume};
use store::{GraphText, RunRecord, Store};

use super::traced::{Asked, Known, Traced, begun_with};
use super::{Recorded, journal, tell};
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};

impl App {
    /// Goes on with every run that no process drives any more: those of these files, or all where none are named. One that cannot
    /// go on is told in the log and stays as it is.
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    pub async fn take_up_runs(&self, of: &[Arc<GraphFile>]) -> Result<Vec<Recorded>, Error> {
        let Some(store) = self.store() else { return Ok(Vec::new()) };
        let is_meant = |record: &RunRecord| of.is_empty() || of.iter().any(|file| file.path == Path::new(&record.file));
        let mut taken = Vec::new();
        for record in store.adrift().await?.iter().filter(|record| is_meant(record)) {
            match self.take_up(store, record).await {
                Ok(run) => taken.extend(run),
                Err(error) => tracing::warn!(run = record.id, error = error.in_full(), "a run that was not finished cannot go on"),
            }
        }
        Ok(taken)
    }

    /// Goes on with one run. None where it has ended, or some process drives it.
    ///
    /// # Errors
    /// Where it is not kept, or its graph does not compile any more or its file is gone.
    pub async fn take_up_run(&self, id: u64) -> Result<Option<Recorded>, Error> {
        let store = self.store().ok_or(Error::NoHome)?;
        let record = store.run(id).await?.ok_or(Error::NoRun(id))?;
        self.take_up(store, &record).await
    }

    async fn take_up(&self, store: &Store, record: &RunRecord) -> Result<Option<Recorded>, Error> {
        let tool = ToolName::from(record.tool.as_str());
        let file = self.open_quietly(Path::new(&record.file), IndexMap::new()).await?;
        let text = store.graph_text(&record.graph).await?.unwrap_or_default();
        let (of, named, id, read) = (file.clone(), tool.clone(), record.id, text.clone());
        let job = off_the_runtime(move || of.job_of(id, read, &named)).await?;
        let Some(kept) = store.adopt(record.id).await? else { return Ok(None) };
        let events = store.events(record.id).await?;
        let mut memory = MemoryJournal::default();
        events.iter().for_each(|(at, event)| memory.append(*at, event));
        let run = Run::replay(job.plan.clone(), &events);
        let (journal, ending) = journal::Both::further(memory.clone(), kept, record.id, &run);
        let (id, graph, bus) = (RunId(record.id), file.id, self.bus());
        let (seed, caller) = begun_with(&events);
        let asked = Asked { caller: caller.filter(|_| record.parent.is_none()), is_client: false };
        let traced = self.traced(&file, &Known { run: id.0, seed, tool: &tool, is_kept: true, is_new: false }, asked);
        let job = Traced::job(&traced, job);
        bus.tell(|| Event::RunStarted { run: id, graph, tool: tool.clone(), part: record.part.clone(), at_us: clock::now_us() });
        let resumed = runner::resume(Resume {
            job,
            events,
            limits: Limits::default(),
            journal: Box::new(journal),
            listener: Arc::new(move |told| {
                ending.hear(&told);
                Traced::hear(&traced, &told);
                tell(&bus, id, told, None);
            }),
            parks: false,
        });
        let handle = resumed.map_err(|failure: Failure| Error::Failure(failure))?;
        let run = Recorded { id, graph, tool, handle, journal: Some(memory), is_kept: true, text: GraphText::new(text) };
        self.look_after(&run);
        Ok(Some(run))
    }
}
