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

use super::{Parked, Recorded, journal, listener};
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
        // Whoever finds a run taken up here finds it among those of this process.
        let _one_by_one = self.runs().taking_up.lock().await;
        self.resume(store, record, None).await
    }

    /// Goes on with a run from its journal: one of this process that is parked, or one that is adrift.
    pub(super) async fn resume(&self, store: &Store, record: &RunRecord, parked: Option<&Parked>) -> Result<Option<Recorded>, Error> {
        let tool = ToolName::from(record.tool.as_str());
        let file = self.open_quietly(Path::new(&record.file), IndexMap::new()).await?;
        let text = store.graph_text(&record.graph).await?.unwrap_or_default();
        let (of, named, id, read) = (file.clone(), tool.clone(), record.id, text.clone());
        let job = off_the_runtime(move || of.job_of(id, read, &named)).await?;
        let kept = match parked {
            Some(_) => store.again(record.id).await?,
            None => store.adopt(record.id).await?,
        };
        let Some(kept) = kept else { return Ok(None) };
        let events = store.events(record.id).await?;
        let mut memory = MemoryJournal::default();
        events.iter().for_each(|(at, event)| memory.append(*at, event));
        let run = Run::replay(job.plan.clone(), &events);
        let (journal, ending) = journal::Both::further(memory.clone(), kept, record.id, &run);
        let (id, graph) = (RunId(record.id), file.id);
        // Nobody has seen that a run was parked.
        if parked.is_none() {
            let part = record.part.clone();
            self.bus().tell(|| Event::RunStarted { run: id, graph, tool: tool.clone(), part, at_us: clock::now_us() });
        }
        let followers = parked.map(|parked| parked.followers.clone()).unwrap_or_default();
        let listener = listener(self, Parked::new(id, graph, tool.clone(), followers.clone()), ending);
        // It may be parked again before it is found among the runs that go on.
        self.runs().unpark(id);
        let resumed =
            runner::resume(Resume { job, events, limits: Limits::default(), journal: Box::new(journal), listener, parks: self.parks() });
        let handle = resumed.map_err(|failure: Failure| Error::Failure(failure))?;
        let run = Recorded { id, graph, tool, handle, journal: Some(memory), is_kept: true, text: GraphText::new(text), followers };
        self.look_after(&run);
        Ok(Some(run))
    }
}
