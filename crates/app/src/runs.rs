//! The runs of this process: started, watched, kept for a while after they have ended.

mod beneath;
mod debug;
mod followers;
mod journal;
mod kept;
mod kept_stops;
mod parked;
mod parts;
mod past;
mod taken_up;
mod traced;
mod words;

pub(crate) use followers::{Followed, Followers, Turn};
pub use kept::KeptRun;
pub(crate) use traced::Asked;
pub use words::{Heard, event};

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use expr::Limits;
use graph::ToolName;
use protocol::{Event, GraphId, RunId, RunView, StepDetail, StepView};
use run::{Fact, Moment, Outcome, Part, Run, Seen, StepId, StopReason};
use runner::{Debug, Handle, Job, Listener, MemoryJournal, Signals, Start, Told};
use serde::Serialize;
use serde_json::Value;
use store::{GraphText, NewRun};

use crate::app::App;
use crate::bus::Bus;
use crate::clock;
use crate::dry::DryRun;
use crate::error::Error;
use crate::graph_file::GraphFile;
use crate::view;
use beneath::{Above, Called};
use parked::Parked;
use traced::Traced;

/// How many runs that have ended are kept. They live in memory only.
const KEPT: usize = 100;

/// How many steps they may have together: each takes about 0.6 KB and the data that it worked on.
const KEPT_STEPS: usize = 100_000;

/// How many steps the runs may have whose journals are kept too: the latest, and as many before it as fit. What a node saw is
/// found in a journal.
const KEPT_JOURNALS: usize = 20_000;

/// The runs.
#[derive(Default)]
pub(crate) struct Runs {
    known: Mutex<Known>,
    signals: Arc<Signals>,
    /// Those that were looked back at.
    held: past::Held,
    listening: words::Listening,
    taking_up: tokio::sync::Mutex<()>,
    breakpoints: debug::Breakpoints,
}

#[derive(Default)]
struct Known {
    last: u64,
    runs: VecDeque<Recorded>,
    /// Those that steps of others have started and that go on.
    beneath: HashMap<u64, Recorded>,
    /// Those that only wait, and are in memory no more.
    parked: BTreeMap<u64, Parked>,
}

/// A run of this process. A cheap handle.
#[derive(Clone)]
pub struct Recorded {
    /// The run.
    pub id: RunId,
    /// The graph.
    pub graph: GraphId,
    /// The tool.
    pub tool: ToolName,
    /// The run itself.
    pub handle: Handle,
    /// Who may hold it.
    debug: Debug,
    /// Its events, where they are still kept.
    journal: Option<MemoryJournal>,
    /// Whether its journal outlives the process.
    is_kept: bool,
    /// The graph that it runs.
    text: GraphText,
    followers: Followers,
    /// Who has started it, where that is a step of another run.
    called: Option<Called>,
    /// What it asked for, where it is a dry run.
    dry: Option<DryRun>,
}

/// What a run begins with.
#[derive(Default)]
pub(crate) struct Begin {
    /// There where what writes is held back.
    dry: Option<DryRun>,
    arguments: Value,
    part: Part,
    seen: Option<Arc<Seen>>,
    followers: Followers,
    /// Whether it is held before its first step.
    is_held: bool,
    asked: Asked,
}

/// A tool as it runs.
struct Frozen {
    /// The tool, compiled.
    job: Job,
    /// What it was compiled from.
    text: GraphText,
    /// Whether the run is to outlive the process.
    is_kept: bool,
}

impl Begin {
    pub(crate) fn whole(arguments: Value) -> Self {
        Self { arguments, ..Self::default() }
    }

    /// The same, followed from the beginning.
    pub(crate) fn followed_by(self, followers: Followers) -> Self {
        Self { followers, ..self }
    }

    /// The same run, with what writes held back.
    pub(crate) fn dry(self, dry: DryRun) -> Self {
        Self { dry: Some(dry), ..self }
    }

    /// The same run, asked for by somebody.
    pub(crate) fn asked_by(self, asked: Asked) -> Self {
        Self { asked, ..self }
    }
}

/// A step with its data, for a trace.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceStep {
    /// The step.
    #[serde(flatten)]
    pub step: StepView,
    /// What it worked on.
    pub input: Option<Value>,
    /// Its output.
    pub output: Option<Value>,
}

impl Runs {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who hears the events that runs tell.
    pub(crate) fn signals(&self) -> Arc<Signals> {
        self.signals.clone()
    }

    fn get(&self, id: RunId) -> Result<Recorded, Error> {
        let known = self.known();
        let found = known.runs.iter().rev().find(|run| run.id == id).or_else(|| known.beneath.get(&id.0));
        found.cloned().ok_or(Error::RunGone)
    }

    /// A number that no run of this process has, and that grows from one start to the next.
    fn next_id(&self) -> RunId {
        let mut known = self.known();
        known.last = clock::now_us().unsigned_abs().max(known.last + 1);
        RunId(known.last)
    }

    fn kept_and_going(&self) -> Vec<Recorded> {
        let goes_on = |run: &&Recorded| run.is_kept && run.handle.outcome_now().is_none();
        let known = self.known();
        known.runs.iter().chain(known.beneath.values()).filter(goes_on).cloned().collect()
    }

    fn keep(&self, run: Recorded) {
        // Before the lock, so that it is let go first: a run of many nodes takes milliseconds to be dropped.
        let mut gone = Vec::new();
        let mut known = self.known();
        if known.parked.contains_key(&run.id.0) {
            return;
        }
        known.runs.push_back(run);
        let mut steps: usize = known.runs.iter().map(Recorded::len).sum();
        while known.runs.len() > KEPT || steps > KEPT_STEPS {
            // The oldest that have ended go first; one that goes on stays, however old.
            let Some(oldest) = known.runs.iter().position(|run| run.handle.outcome_now().is_some()) else { break };
            let Some(run) = known.runs.remove(oldest) else { break };
            steps = steps.saturating_sub(run.len());
            gone.push(run);
        }
        let mut steps = 0;
        for run in known.runs.iter_mut().rev().skip(1) {
            steps += run.len();
            if steps > KEPT_JOURNALS {
                run.journal = None;
            }
        }
    }

    /// The last run of a tool that is kept.
    fn last_of(&self, graph: GraphId, tool: &ToolName) -> Option<Recorded> {
        self.known().runs.iter().rev().find(|run| run.graph == graph && run.tool == *tool).cloned()
    }

    pub(crate) async fn stop_of(&self, graph: GraphId, reason: StopReason) {
        self.stop_where(reason, |run| run.graph == graph).await;
    }

    pub(crate) async fn stop_all(&self, reason: StopReason) {
        // Who follows one of these is told that the program ends.
        std::mem::take(&mut self.known().parked);
        self.stop_where(reason, |_| true).await;
    }

    /// Where the program ends, a run that is kept is let go of: it goes on with the next start.
    async fn stop_where(&self, reason: StopReason, is_meant: impl Fn(&Recorded) -> bool) {
        let meant = |run: &&Recorded| is_meant(run);
        let meant: Vec<Recorded> = self.known().runs.iter().filter(meant).cloned().collect();
        for run in &meant {
            if run.is_kept && reason == StopReason::Shutdown {
                run.handle.leave();
            } else {
                run.handle.stop(reason);
            }
        }
        for run in &meant {
            run.handle.rest().await;
        }
        self.rest_of(&meant.iter().map(|run| run.id).collect::<Vec<_>>()).await;
    }
}

impl App {
    /// Starts a run of a tool.
    ///
    /// # Errors
    /// Where the tool cannot run, or the arguments do not fit its schema.
    pub fn start_run(&self, file: &GraphFile, tool: &ToolName, arguments: Value) -> Result<Recorded, Error> {
        self.begin(file, tool, Begin::whole(arguments))
    }

    pub(crate) fn begin(&self, file: &GraphFile, tool: &ToolName, begin: Begin) -> Result<Recorded, Error> {
        let (job, text) = file.frozen(tool)?;
        let is_kept = begin.dry.is_none() && file.graph().is_journalled() && self.store().is_some();
        let job = match &begin.dry {
            Some(dry) => dry.wrap(job, file),
            None => job,
        };
        self.begin_frozen(file, tool, Frozen { job, text, is_kept }, begin)
    }

    /// Begins a run of a tool as it was compiled.
    fn begin_frozen(&self, file: &GraphFile, tool: &ToolName, frozen: Frozen, begin: Begin) -> Result<Recorded, Error> {
        let Frozen { job, text, is_kept } = frozen;
        let Begin { dry, arguments, part, seen, followers, is_held, asked } = begin;
        let id = self.runs().next_id();
        let graph = file.id;
        let debug = self.runs().debugger(graph)?;
        if is_held {
            debug.pause();
        }
        let bus = self.bus();
        let is_dry = dry.is_some();
        bus.tell(|| Event::RunStarted { run: id, graph, tool: tool.clone(), part: part.clone(), is_dry, at_us: clock::now_us() });
        dry.iter().for_each(|dry| dry.tell_as(id, bus.clone()));
        let memory = MemoryJournal::default();
        let kept = is_kept.then(|| self.store_for_runs()).flatten().map(|store| {
            let run = NewRun {
                id: id.0,
                file: file.path.display().to_string(),
                tool: tool.to_string(),
                graph: text.clone(),
                part: part.clone(),
                parent: None,
                caller: None,
                started: Moment(clock::now_us()),
            };
            (store.clone(), run)
        });
        let (journal, ending) = journal::Both::new(memory.clone(), kept, 0);
        let (seed, trace) = (clock::seed(), asked.caller.clone());
        let traced = self.traced(file, &traced::Known { run: id.0, seed, tool, is_kept, is_new: true }, asked);
        let job = if is_kept { Above::new(id, text.clone(), followers.clone()).job(self, file, job) } else { job };
        let job = Traced::job(&traced, job);
        let listener = listener(self, Parked::new(id, graph, tool.clone(), followers.clone()), ending, traced);
        let started = runner::start(Start {
            job,
            arguments,
            part,
            seen,
            trace,
            seed,
            limits: Limits::default(),
            journal: Box::new(journal),
            listener,
            depth: 0,
            parks: self.parks(),
            debug: Some(debug.clone()),
        });
        let handle = started.map_err(|failure| {
            let outcome = Outcome::Failed { failure: run::RunFailure { node: None, failure: failure.clone() } };
            self.bus().tell(|| Event::RunEnded { run: id, outcome, at_us: clock::now_us() });
            Error::Failure(failure)
        })?;
        let (journal, called) = (Some(memory), None);
        let run = Recorded { id, graph, tool: tool.clone(), handle, debug, journal, is_kept, text, followers, called, dry };
        self.look_after(&run);
        Ok(run)
    }

    /// Asks a run to stop.
    ///
    /// # Errors
    /// Where it does not go on in this process.
    pub(crate) async fn stop_run(&self, id: RunId) -> Result<(), Error> {
        match self.run(id) {
            Ok(run) => run.handle.stop(StopReason::Asked),
            Err(gone) => self.awake(id).await?.ok_or(gone)?.handle.stop(StopReason::Asked),
        }
        Ok(())
    }

    /// Has a run that goes on heard of events, found again, and told what others say to it.
    fn look_after(&self, run: &Recorded) {
        self.runs().signals().add(&run.handle);
        self.runs().keep(run.clone());
        if run.is_kept {
            self.listen();
        }
    }

    /// A run of this process.
    ///
    /// # Errors
    /// Where it is no longer kept.
    pub fn run(&self, id: RunId) -> Result<Recorded, Error> {
        self.runs().get(id)
    }
}

/// Who is told of a run: the store first. `parked` is what is kept of it when it leaves memory.
fn listener(app: &App, parked: Parked, ending: journal::Ending, traced: Option<Traced>) -> Listener {
    let app = app.clone();
    Arc::new(move |told| {
        ending.hear(&told);
        parked.followers.hear(parked.id, &told);
        Traced::hear(&traced, &told);
        if let Told::Parked(waits) = &told {
            app.runs().park(parked.with(waits));
        }
        tell(&app.bus(), (parked.graph, parked.id), told);
    })
}

fn tell(bus: &Bus, (graph, run): (GraphId, RunId), told: Told<'_>) {
    match told {
        Told::Step(state, fact) => {
            let (Fact::StepStarted(step) | Fact::StepChanged(step) | Fact::StepEnded(step)) = fact;
            // A run of many nodes makes no views of its steps for nobody.
            if bus.is_heard()
                && let Some(step) = view::step(state, step)
            {
                bus.tell(|| match fact {
                    Fact::StepStarted(_) => Event::StepStarted { run, step },
                    Fact::StepChanged(_) => Event::StepChanged { run, step },
                    Fact::StepEnded(_) => Event::StepEnded { run, step },
                });
            }
        }
        Told::Progress(step, progress) => {
            bus.tell(|| Event::StepProgress { run, step, progress: progress.progress, total: progress.total, message: progress.message })
        }
        Told::Paused(pause) => bus.tell(|| Event::RunPaused { run, graph, pause: Box::new(pause.clone()) }),
        Told::Continued => bus.tell(|| Event::RunContinued { run }),
        // What a run beneath a `call` node does is that run's own; and one that is parked waits as before.
        Told::Below(..) | Told::Parked(_) => {}
        Told::Ended(outcome) => bus.tell(|| Event::RunEnded { run, outcome: outcome.clone(), at_us: clock::now_us() }),
    }
}

impl Recorded {
    /// How many steps it has had so far.
    fn len(&self) -> usize {
        self.handle.read(|run| run.steps().len())
    }

    /// What its journal holds, where that is still kept.
    pub(crate) fn events(&self) -> Option<Vec<(Moment, run::Event)>> {
        Some(self.journal.as_ref()?.events())
    }

    /// Whether its writes were held back, so that some of its answers are made up.
    pub(crate) fn is_dry(&self) -> bool {
        self.dry.is_some()
    }

    /// The text of the graph that it runs.
    pub(crate) fn graph_text(&self) -> &str {
        self.text.text()
    }

    /// The run as the window shows it.
    #[must_use]
    pub fn view(&self) -> RunView {
        let outcome = self.handle.outcome_now();
        self.handle.read(|run| RunView {
            id: self.id,
            graph: self.graph,
            tool: self.tool.clone(),
            part: run.part().clone(),
            started_us: run.started().0,
            steps: ids(run).filter_map(|id| view::step(run, id)).collect(),
            outcome,
            dry: self.dry.as_ref().map(DryRun::calls),
        })
    }

    /// A step with its data.
    ///
    /// # Errors
    /// Where the run has no such step.
    pub fn step(&self, id: StepId) -> Result<StepDetail, Error> {
        self.handle.read(|run| {
            let step = view::step(run, id).ok_or(Error::StepGone)?;
            let output = run.get(id).and_then(|step| step.output.as_deref().cloned());
            Ok(StepDetail { step, input: run.input_of(id), output, beneath: None })
        })
    }

    /// Every step with its data.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceStep> {
        self.handle.read(trace)
    }
}

/// Every step of a run with its data.
pub(crate) fn trace(run: &Run) -> Vec<TraceStep> {
    let detail = |id| {
        let step = view::step(run, id)?;
        let output = run.get(id)?.output.as_deref().cloned();
        Some(TraceStep { step, input: run.input_of(id), output })
    };
    ids(run).filter_map(detail).collect()
}

fn ids(run: &Run) -> impl Iterator<Item = StepId> + use<> {
    let count = u32::try_from(run.steps().len()).unwrap_or(u32::MAX);
    (0..count).map(StepId)
}
