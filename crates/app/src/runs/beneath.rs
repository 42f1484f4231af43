//! Runs that steps of kept runs have started: kept as those are, gone on with when they are, and found by what they ask.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{ServerName, ToolName};
use nodes::{Failure, FailureKind, Signal, ToolRef, ToolResult};
use protocol::RunId;
use run::{Event, Fact, Moment, Outcome, Part, Run, State, StepId, StopReason};
use runner::{Beneath, Debug, Handle, Job, Journal, Kept, Listener, MemoryJournal, Told, ToolCall, Tools};
use store::{Caller, End, Filter, GraphText, NewRun, RunJournal, RunRecord, Store};

use super::followers::questions;
use super::{Followers, Recorded, Runs, journal, tell};
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};
use crate::tools::failure;
use crate::view;

/// What a run is that a step of another one has started.
#[derive(Clone)]
pub(super) struct Called {
    pub(super) by: Caller,
    /// Whether what its steps do is told to windows: of one that nobody looks at only what it waits for is.
    is_told: Arc<AtomicBool>,
}

impl Called {
    /// Somebody looks at it from now on.
    pub(super) fn look(&self) {
        self.is_told.store(true, Ordering::Relaxed);
    }

    /// Whether something of it is told.
    fn tells(&self, told: &Told<'_>) -> bool {
        if matches!(told, Told::Step(_, Fact::StepChanged(_))) {
            self.look();
        }
        self.is_told.load(Ordering::Relaxed)
    }
}

/// A run that is kept, as those beneath it know it.
#[derive(Clone)]
pub(super) struct Above {
    pub(super) run: RunId,
    /// The run that nobody has called.
    pub(super) family: RunId,
    /// The graph that it runs.
    pub(super) text: GraphText,
    /// How many steps it had when it was taken up: these may have started a run already.
    pub(super) steps: u32,
    /// Who follows the first of the family.
    pub(super) followers: Followers,
}

impl Above {
    /// A run that begins.
    pub(super) fn new(run: RunId, text: GraphText, followers: Followers) -> Self {
        Self { run, family: run, text, steps: 0, followers }
    }

    /// A run that a step of this one starts.
    fn beneath(&self, run: RunId, text: GraphText) -> Self {
        Self { family: self.family, ..Self::new(run, text, self.followers.clone()) }
    }

    /// A run that has come so far.
    pub(super) fn at(self, run: &Run) -> Self {
        Self { steps: u32::try_from(run.steps().len()).unwrap_or(u32::MAX), ..self }
    }

    /// The job whose steps start runs that are kept.
    pub(super) fn job(self, app: &App, file: &GraphFile, job: Job) -> Job {
        let tools = Arc::new(FamilyTools(Arc::new(Family { app: app.clone(), file: file.weak(), inner: job.tools.clone(), above: self })));
        Job { tools, ..job }
    }
}

struct FamilyTools(Arc<Family>);

struct Family {
    app: App,
    file: Weak<GraphFile>,
    inner: Arc<dyn Tools>,
    above: Above,
}

impl Tools for FamilyTools {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        self.0.inner.call(call)
    }

    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        self.0.inner.may_repeat(server, tool)
    }

    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        self.0.inner.emit(signal)
    }

    fn job(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let family = self.0.clone();
        async move { family.beneath(step, tool).await }.boxed()
    }

    fn goes_on(&self, step: StepId, tool: ToolRef) -> BoxFuture<'static, bool> {
        let family = self.0.clone();
        async move { family.goes_on(step, &tool).await.unwrap_or(false) }.boxed()
    }
}

impl Family {
    async fn holder(&self, tool: &ToolRef) -> Result<Arc<GraphFile>, Failure> {
        let file = self.file.upgrade().ok_or_else(|| Failure::new(FailureKind::Cancelled, "the graph was closed"))?;
        match &tool.file {
            None => Ok(file),
            Some(path) => file.neighbour(path).await.map_err(|error| failure(&error)),
        }
    }

    /// Whether a step that was cut off goes on where it was. Where the store has no run of it that may not have begun; or it was
    /// kept nowhere, and nobody knows how far it came.
    async fn goes_on(&self, step: StepId, tool: &ToolRef) -> Result<bool, Error> {
        let Some(store) = self.app.store() else { return Ok(false) };
        let Some(record) = store.beneath(self.above.run.0, step).await? else { return Ok(false) };
        if record.ended.is_some() {
            return Ok(true);
        }
        let Ok(holder) = self.holder(tool).await else { return Ok(false) };
        Ok(self.begun(store, &holder, &record).await.is_ok())
    }

    /// The tool of a run that has begun, as it was then.
    async fn begun(&self, store: &Store, holder: &Arc<GraphFile>, record: &RunRecord) -> Result<(Job, String), Error> {
        let text = store.graph_text(&record.graph).await?.unwrap_or_default();
        let (id, of, read, named) = (record.id, holder.clone(), text.clone(), ToolName::from(record.tool.as_str()));
        let job = off_the_runtime(move || of.job_of(id, read, &named)).await?;
        Ok((job, text))
    }

    async fn beneath(&self, step: StepId, tool: ToolRef) -> Result<Beneath, Failure> {
        let Some(store) = self.app.store_for_runs() else {
            return Ok(self.holder(&tool).await?.job(&tool.tool).map_err(|error| failure(&error))?.into());
        };
        if step.0 < self.above.steps
            && let Some(record) = store.beneath(self.above.run.0, step).await.map_err(|error| failure(&error.into()))?
        {
            return self.going_on(store, &tool, record).await;
        }
        let holder = self.holder(&tool).await?;
        let (job, text) = self.frozen(&holder, tool.file.is_none(), &tool.tool).await.map_err(|error| failure(&error))?;
        if !holder.graph().is_journalled() {
            return Ok(job.into());
        }
        let id = self.app.runs().next_id();
        let by = Caller { run: self.above.run.0, step, family: self.above.family.0 };
        let begins = NewRun {
            id: id.0,
            file: holder.path.display().to_string(),
            tool: tool.tool.to_string(),
            graph: text.clone(),
            part: Part::default(),
            parent: None,
            caller: Some(by),
            started: Moment(clock::now_us()),
        };
        let memory = MemoryJournal::default();
        let (journal, ending) = journal::Both::new(memory.clone(), Some((store.clone(), begins)), 0);
        let above = self.above.beneath(id, text);
        let one = One { id, by, tool: tool.tool, above, memory, events: Vec::new() };
        Ok(one.kept(self, &holder, job, Box::new(journal), ending))
    }

    /// A tool as it is in the graph that the run above runs, where it is a tool of that graph.
    async fn frozen(&self, holder: &Arc<GraphFile>, is_same_file: bool, tool: &ToolName) -> Result<(Job, GraphText), Error> {
        let text = &self.above.text;
        if !is_same_file || holder.text().text == text.text() {
            return holder.frozen(tool);
        }
        let (run, text, holder, tool) = (self.above.run.0, text.clone(), holder.clone(), tool.clone());
        off_the_runtime(move || Ok((holder.job_of(run, text.text().to_string(), &tool)?, text))).await
    }

    /// A run that the step has started before, with what has happened in it; or how it ended.
    async fn going_on(&self, store: &Store, tool: &ToolRef, record: RunRecord) -> Result<Beneath, Failure> {
        if let Some(outcome) = store.outcome(record.id).await.map_err(|error| failure(&error.into()))? {
            return Ok(Beneath::Ended(record.tool.as_str().into(), outcome));
        }
        let holder = self.holder(tool).await?;
        self.further(store, &holder, record).await.map_err(|error| failure(&error))
    }

    async fn further(&self, store: &Store, holder: &Arc<GraphFile>, record: RunRecord) -> Result<Beneath, Error> {
        let (id, tool, by) = (RunId(record.id), ToolName::from(record.tool.as_str()), record.caller.ok_or(Error::NoRun(record.id))?);
        let kept = self.ours(store, id).await?;
        let ((job, text), events) = (self.begun(store, holder, &record).await?, store.events(id.0).await?);
        let run = Run::replay(job.plan.clone(), &events);
        self.app.end_forsaken(store, id.0, &run).await;
        let mut memory = MemoryJournal::default();
        events.iter().for_each(|(at, event)| memory.append(*at, event));
        let (journal, ending) = journal::Both::further(memory.clone(), kept, id.0, &run);
        let above = self.above.beneath(id, GraphText::new(text)).at(&run);
        let one = One { id, by, tool, above, memory, events };
        Ok(one.kept(self, holder, job, Box::new(journal), ending))
    }

    /// The journal of a run whose process is gone, or that this one let go of.
    async fn ours(&self, store: &Store, id: RunId) -> Result<RunJournal, Error> {
        if let Some(kept) = store.adopt(id.0).await? {
            return Ok(kept);
        }
        store.again(id.0).await?.ok_or(Error::Refused(runner::Refused::Gone))
    }
}

/// A run that a step starts or goes on with.
struct One {
    id: RunId,
    by: Caller,
    tool: ToolName,
    above: Above,
    memory: MemoryJournal,
    events: Vec<(Moment, Event)>,
}

impl One {
    fn kept(self, family: &Family, holder: &Arc<GraphFile>, job: Job, journal: Box<dyn Journal>, ending: journal::Ending) -> Beneath {
        let One { id, by, tool, above, memory, events } = self;
        let (app, graph, text, first) = (family.app.clone(), holder.id, above.text.clone(), above.followers.clone());
        let job = above.job(&app, holder, job);
        let (called, followers) = (Called { by, is_told: Arc::default() }, Followers::default());
        let has_ended = Arc::new(AtomicBool::new(false));
        let listener: Listener = {
            let (app, followers, first) = (app.clone(), followers.clone(), first.clone());
            let (called, has_ended) = (called.clone(), has_ended.clone());
            Arc::new(move |told| {
                ending.hear(&told);
                followers.hear(id, &told);
                first.hear_beneath(id, &told);
                if matches!(told, Told::Ended(_)) {
                    has_ended.store(true, Ordering::SeqCst);
                    app.runs().known().beneath.remove(&id.0);
                }
                if called.tells(&told) {
                    tell(&app.bus(), (graph, id), told);
                }
            })
        };
        let begun = Box::new(move |handle: &Handle, debug: Option<&Debug>| {
            let debug = debug.cloned().unwrap_or_default();
            let (journal, called) = (Some(memory), Some(called));
            let (own, is_kept, dry) = (handle.clone(), true, None);
            let run = Recorded { id, graph, tool, handle: own, debug, journal, is_kept, text, followers, called, dry };
            app.runs().signals().add(handle);
            app.runs().known().beneath.insert(id.0, run);
            // Who asks what it waits for may have come before it was known.
            let waits = handle.read(|run| run.waiting().iter().filter_map(|waits| view::step(run, waits.step)).collect::<Vec<_>>());
            waits.into_iter().for_each(|step| app.bus().tell(|| protocol::Event::StepChanged { run: id, step }));
            first.hear_asks(id, handle.read(questions));
            // It may have ended before, too.
            if has_ended.load(Ordering::SeqCst) {
                app.runs().known().beneath.remove(&id.0);
            }
        });
        Beneath::Kept(job, Kept { events, journal, listener, begun })
    }
}

impl Runs {
    /// Waits until the runs beneath these have been let go of, or have ended.
    pub(super) async fn rest_of(&self, families: &[RunId]) {
        let is_meant = |run: &&Recorded| run.called.as_ref().is_some_and(|called| families.contains(&RunId(called.by.family)));
        let beneath: Vec<Handle> = self.known().beneath.values().filter(is_meant).map(|run| run.handle.clone()).collect();
        for run in beneath {
            run.rest().await;
        }
    }
}

impl App {
    /// A run and those beneath it that go on in this process.
    ///
    /// # Errors
    /// Where the run is no longer kept.
    pub fn family(&self, run: RunId) -> Result<Vec<Recorded>, Error> {
        let first = self.run(run)?;
        let known = self.runs().known();
        let is_beneath = |part: &&Recorded| part.called.as_ref().is_some_and(|called| called.by.family == run.0);
        Ok([first].into_iter().chain(known.beneath.values().filter(is_beneath).cloned()).collect())
    }

    /// The last run that a step of a run has started; none where it has started none that is kept.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn run_beneath(&self, run: RunId, step: StepId) -> Result<Option<RunId>, Error> {
        let Some(store) = self.store() else { return Ok(None) };
        Ok(store.beneath(run.0, step).await?.map(|record| RunId(record.id)))
    }

    /// Ends those of these runs whose families have ended without them: their process died before it was told.
    pub(super) async fn end_orphans(&self, store: &Store, adrift: &[RunRecord]) {
        for record in adrift {
            let Some(caller) = record.caller else { continue };
            let done = match store.run(caller.family).await {
                Ok(family) if family.as_ref().is_some_and(|family| family.ended.is_none()) => Ok(()),
                Ok(_) => end(store, record).await,
                Err(error) => Err(error),
            };
            tell_of(record, done);
        }
    }

    /// Ends the runs that steps of this one have started and that are no longer wanted: those steps have ended without them, and
    /// their process died before it was told.
    pub(super) async fn end_forsaken(&self, store: &Store, id: u64, run: &Run) {
        let has_ended = |step: StepId| run.get(step).is_none_or(|step| step.state.has_ended());
        if !run.steps().iter().any(|step| step.state.has_ended() && run.plan().node(step.node).kind == CALL) {
            return;
        }
        let open = match store.runs(&open_beneath(id)).await {
            Ok(open) => open,
            Err(error) => {
                return tracing::warn!(run = id, error = Error::from(error).in_full(), "the runs that it has started cannot be read");
            }
        };
        let mut forsaken: Vec<_> = open.into_iter().filter(|run| run.caller.is_some_and(|caller| has_ended(caller.step))).collect();
        while let Some(record) = forsaken.pop() {
            tell_of(&record, end(store, &record).await);
            forsaken.extend(store.runs(&open_beneath(record.id)).await.unwrap_or_default());
        }
    }
}

/// The kind of node that starts a run.
const CALL: &str = "call";

fn open_beneath(run: u64) -> Filter {
    Filter { caller: Some(run), states: State::UNFINISHED.to_vec(), ..Filter::default() }
}

/// Ends a run that no process drives.
async fn end(store: &Store, record: &RunRecord) -> Result<(), store::Error> {
    if let Some(journal) = store.adopt(record.id).await? {
        let outcome = Outcome::Stopped { reason: StopReason::Asked };
        journal.ending().end(End { at: Moment(clock::now_us()), outcome, steps: record.events });
    }
    Ok(())
}

fn tell_of(record: &RunRecord, done: Result<(), store::Error>) {
    if let Err(error) = done {
        tracing::warn!(run = record.id, error = Error::from(error).in_full(), "a run that is no longer wanted could not be ended");
    }
}
