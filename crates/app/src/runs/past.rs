//! Runs looked back at: listed, walked through step by step on the graph that they ran, forked, compared. Those of this process
//! are found as they stand; of the others, what is kept is played again.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use graph::{Graph, NodeId, ToolName};
use indexmap::IndexMap;
use protocol::{DryCall, Event as Told, GraphId, NodeDifference, PastRun, RunId, RunSummary, RunView, StepDetail};
use run::{Change, Event, Moment, Outcome, Run, State, StepId, StepState, fork};
use runner::{Journal, MemoryJournal, Resume};
use store::{Filter, GraphText, NewRun, RunRecord};

use super::kept::plan;
use super::traced::{Asked, Known, Traced, begun_with};
use super::{Above, Followers, Parked, Recorded, ids, journal, listener};
use crate::app::App;
use crate::dry::{Dry, DryRun};
use crate::error::Error;
use crate::graph_file::off_the_runtime;
use crate::{clock, view};

/// How many runs that were looked at are held ready: the window asks for step after step.
const HELD: usize = 4;

/// A run as it was when it was looked at.
pub(super) struct Past {
    record: RunRecord,
    /// The run, at its end or as far as it had come.
    run: Run,
    /// As its caller was told; none while it goes on.
    outcome: Option<Outcome>,
    events: Vec<(Moment, Event)>,
    graph: Arc<Graph>,
    text: GraphText,
    /// What it asked for, where it is a dry run.
    dry: Option<Vec<DryCall>>,
}

/// The runs that were looked at last.
#[derive(Default)]
pub(super) struct Held(Mutex<VecDeque<Arc<Past>>>);

impl Held {
    fn get(&self, id: RunId) -> Option<Arc<Past>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|past| past.record.id == id.0).cloned()
    }

    /// Holds a run that has ended: it does not change any more.
    fn put(&self, past: &Arc<Past>) {
        if past.outcome.is_none() {
            return;
        }
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|known| known.record.id != past.record.id);
        held.push_front(past.clone());
        held.truncate(HELD);
    }
}

impl App {
    /// Runs that are kept, the latest first, as the window lists them.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn list_runs(&self, filter: &Filter) -> Result<Vec<RunSummary>, Error> {
        let runs = self.kept_runs(filter).await?;
        let open: HashMap<String, GraphId> = self.open_files().iter().map(|file| (file.path.display().to_string(), file.id)).collect();
        Ok(runs.iter().map(|record| summary(record, open.get(&record.file).copied())).collect())
    }

    /// A run as it was, with the graph that it ran. Its file is opened, where it is still there.
    ///
    /// # Errors
    /// Where the run is not kept, or its graph does not compile any more.
    pub async fn past_run(&self, id: RunId) -> Result<PastRun, Error> {
        let past = self.look_at(id).await?;
        // A file that is gone, or broken, keeps nobody from looking at what its graph did.
        let file = self.open(Path::new(&past.record.file), None).await.ok();
        let graph = file.as_ref().map(|file| file.id);
        let is_current = file.is_some_and(|file| file.text().text == past.text.text());
        let summary = summary(&past.record, graph);
        Ok(PastRun { run: past.view(graph), summary, graph: past.graph.clone(), is_current })
    }

    /// A run with its steps, of this process or kept.
    ///
    /// # Errors
    /// Where it is neither.
    pub async fn run_view(&self, id: RunId) -> Result<RunView, Error> {
        match self.run(id) {
            Ok(run) => {
                if let Some(called) = &run.called {
                    called.look();
                }
                Ok(run.view())
            }
            Err(_) => {
                let past = self.look_at(id).await?;
                let graph = self.open_files().iter().find(|file| file.path == Path::new(&past.record.file)).map(|file| file.id);
                Ok(past.view(graph))
            }
        }
    }

    /// A step of a run with its data.
    ///
    /// # Errors
    /// Where there is no such run or step.
    pub async fn step_detail(&self, id: RunId, step: StepId) -> Result<StepDetail, Error> {
        let calls = |run: &Run| run.get(step).is_some_and(|step| run.plan().node(step.node).kind == "call");
        let (detail, calls) = match self.run(id) {
            Ok(run) => (run.step(step)?, run.handle.read(calls)),
            Err(_) => {
                let past = self.look_at(id).await?;
                (detail(&past.run, step).ok_or(Error::StepGone)?, calls(&past.run))
            }
        };
        let beneath = if calls { self.run_beneath(id, step).await? } else { None };
        Ok(StepDetail { beneath, ..detail })
    }

    /// Begins a run as another one began, up to a step, which is done anew or changed; it goes on by itself.
    ///
    /// # Errors
    /// Where there is no such run or step, the change does not fit, or the file of the graph is gone or cannot run.
    pub async fn fork_run(&self, id: RunId, step: StepId, change: Change, on_graph_now: bool) -> Result<Recorded, Error> {
        let past = self.look_at(id).await?;
        let file = self.open_quietly(Path::new(&past.record.file), IndexMap::new()).await?;
        let tool = ToolName::from(past.record.tool.as_str());
        let (of, named, was) = (file.clone(), tool.clone(), past.clone());
        let (job, text, events) = off_the_runtime(move || {
            let (job, text) = match on_graph_now {
                true => of.frozen(&named)?,
                false => (of.job_of(id.0, was.text.text().to_string(), &named)?, was.text.clone()),
            };
            let events = fork(was.run.plan(), &job.plan, &was.events, step, &change)?;
            Ok::<_, Error>((job, text, events))
        })
        .await?;
        let begun = Run::replay(job.plan.clone(), &events);
        // What follows on answers that were made up writes nothing either; how it was made is known as long as the run is.
        let anew = || self.run(id).ok().and_then(|run| run.dry.as_ref().map(DryRun::anew));
        let dry = past.dry.as_ref().map(|_| anew().unwrap_or_else(|| DryRun::new(Dry::default())));
        let job = match &dry {
            Some(dry) => dry.wrap(job, &file),
            None => job,
        };
        let kept = self.store_for_runs().filter(|_| dry.is_none() && file.graph().is_journalled());
        let (run, graph, bus) = (self.runs().next_id(), file.id, self.bus());
        let kept = kept.map(|store| {
            let begins = NewRun {
                id: run.0,
                file: past.record.file.clone(),
                tool: tool.to_string(),
                graph: text.clone(),
                part: past.record.part.clone(),
                parent: Some((id.0, step)),
                caller: None,
                started: Moment(clock::now_us()),
            };
            (store.clone(), begins)
        });
        let is_kept = kept.is_some();
        let memory = MemoryJournal::default();
        let (mut journal, ending) = journal::Both::new(memory.clone(), kept, begun.steps().len() as u64);
        events.iter().for_each(|(at, event)| journal.append(*at, event));
        // A fork is a trace of its own: whoever asked for the run before it did not ask for this one.
        let known = Known { run: run.0, seed: begun_with(&events).0, tool: &tool, is_kept, is_new: true };
        let traced = self.traced(&file, &known, Asked::default());
        let (debug, followers) = (self.runs().debugger(graph)?, Followers::default());
        let above = Above::new(run, text.clone(), followers.clone());
        let job = if is_kept { above.job(self, &file, job) } else { job };
        let job = Traced::job(&traced, job);
        let part = past.record.part.clone();
        let is_dry = dry.is_some();
        bus.tell(|| Told::RunStarted { run, graph, tool: tool.clone(), part, is_dry, at_us: begun.started().0 });
        dry.iter().for_each(|dry| dry.tell_as(run, bus.clone()));
        let listener = listener(self, Parked::new(run, graph, tool.clone(), followers.clone()), ending, traced);
        let handle = runner::resume(Resume {
            job,
            events,
            limits: expr::Limits::default(),
            journal: Box::new(journal),
            listener,
            depth: 0,
            parks: self.parks(),
            debug: Some(debug.clone()),
        });
        let handle = handle.map_err(Error::Failure)?;
        let (journal, called) = (Some(memory), None);
        let recorded = Recorded { id: run, graph, tool, handle, debug, journal, is_kept, text, followers, called, dry };
        self.look_after(&recorded);
        Ok(recorded)
    }

    /// The nodes that did something else in one run than in another, in the order in which they ran. Times do not count.
    ///
    /// # Errors
    /// Where one of them is not there.
    pub async fn compare_runs(&self, one: RunId, other: RunId) -> Result<Vec<NodeDifference>, Error> {
        let (one, other) = (self.look_at(one).await?, self.look_at(other).await?);
        Ok(off_the_runtime(move || differences(&one.details(), &other.details())).await)
    }

    async fn look_at(&self, id: RunId) -> Result<Arc<Past>, Error> {
        if let Some(past) = self.runs().held.get(id) {
            return Ok(past);
        }
        let past = match self.run(id).ok().and_then(|run| self.of_this_process(&run)) {
            Some(past) => past,
            None => self.of_the_store(id).await?,
        };
        let past = Arc::new(past);
        self.runs().held.put(&past);
        Ok(past)
    }

    /// A run of this process, if its events are still there.
    fn of_this_process(&self, recorded: &Recorded) -> Option<Past> {
        let events = recorded.journal.as_ref()?.events();
        let file = self.graph(recorded.graph).ok()?;
        // What was taken in a moment ago and is not written yet is left out.
        let run = Run::replay(recorded.handle.read(|run| run.plan().clone()), &events);
        let outcome = recorded.handle.outcome_now();
        let record = RunRecord {
            id: recorded.id.0,
            file: file.path.display().to_string(),
            tool: recorded.tool.to_string(),
            graph: recorded.text.hash().to_owned(),
            state: outcome.as_ref().map_or_else(|| state(&run), State::after),
            part: run.part().clone(),
            parent: None,
            parent_step: None,
            caller: recorded.called.as_ref().map(|called| called.by),
            started: run.started(),
            ended: outcome.is_some().then(|| run.now()),
            steps: outcome.is_some().then(|| run.steps().len() as u64),
            events: events.len() as u64,
            bytes: None,
            is_adrift: false,
        };
        let graph = format::Source::parse(recorded.text.text().to_string()).ok()?.graph().clone().into();
        let dry = recorded.dry.as_ref().map(DryRun::calls);
        Some(Past { record, run, outcome, events, graph, text: recorded.text.clone(), dry })
    }

    async fn of_the_store(&self, id: RunId) -> Result<Past, Error> {
        let store = self.store().ok_or(Error::NoHome)?;
        let record = store.run(id.0).await?.ok_or(Error::NoRun(id.0))?;
        let (events, outcome) = (store.events(id.0).await?, store.outcome(id.0).await?);
        let text = store.graph_text(&record.graph).await?.unwrap_or_default();
        off_the_runtime(move || {
            let (plan, graph) = plan(id.0, &record.tool, text.clone())?;
            let run = Run::replay(plan, &events);
            Ok(Past { record, run, outcome, events, graph, text: GraphText::new(text), dry: None })
        })
        .await
    }
}

impl Past {
    fn view(&self, graph: Option<GraphId>) -> RunView {
        RunView {
            id: RunId(self.record.id),
            // A file that is gone has no id; its runs are shown all the same.
            graph: graph.unwrap_or(GraphId(0)),
            tool: ToolName::from(self.record.tool.as_str()),
            part: self.record.part.clone(),
            started_us: self.run.started().0,
            steps: ids(&self.run).filter_map(|step| view::step(&self.run, step)).collect(),
            outcome: self.outcome.clone(),
            dry: self.dry.clone(),
        }
    }

    fn details(&self) -> Vec<StepDetail> {
        ids(&self.run).filter_map(|step| detail(&self.run, step)).collect()
    }
}

fn detail(run: &Run, id: StepId) -> Option<StepDetail> {
    let step = view::step(run, id)?;
    let output = run.get(id).and_then(|step| step.output.as_deref().cloned());
    Some(StepDetail { step, input: run.input_of(id), output, beneath: None })
}

/// Where a run stands that goes on.
fn state(run: &Run) -> State {
    if run.steps().iter().any(|step| step.state == StepState::Uncertain) {
        State::Uncertain
    } else if run.only_waits() {
        State::Waiting
    } else {
        State::Running
    }
}

fn summary(record: &RunRecord, graph: Option<GraphId>) -> RunSummary {
    RunSummary {
        id: RunId(record.id),
        path: record.file.clone(),
        graph,
        tool: ToolName::from(record.tool.as_str()),
        state: record.state,
        part: record.part.clone(),
        caller: record.caller.map(|caller| (RunId(caller.run), caller.step)),
        parent: record.parent.zip(record.parent_step).map(|(run, step)| (RunId(run), step)),
        started_us: record.started.0,
        ended_us: record.ended.map(|at| at.0),
        steps: record.steps,
        is_adrift: record.is_adrift,
    }
}

/// See [`App::compare_runs`].
fn differences(one: &[StepDetail], other: &[StepDetail]) -> Vec<NodeDifference> {
    let mut nodes: IndexMap<&NodeId, (Vec<&StepDetail>, Vec<&StepDetail>)> = IndexMap::new();
    one.iter().for_each(|step| nodes.entry(&step.step.node).or_default().0.push(step));
    other.iter().for_each(|step| nodes.entry(&step.step.node).or_default().1.push(step));
    let difference = |(node, (one, other)): (&NodeId, (Vec<&StepDetail>, Vec<&StepDetail>))| {
        let at = (0..one.len().max(other.len())).find(|at| match (one.get(*at), other.get(*at)) {
            (Some(one), Some(other)) => said(one) != said(other),
            _ => true,
        })?;
        let get = |steps: &[&StepDetail]| steps.get(at).map(|step| StepDetail::clone(step));
        Some(NodeDifference { node: node.clone(), times: (one.len(), other.len()), at: at + 1, one: get(&one), other: get(&other) })
    };
    nodes.into_iter().filter_map(difference).collect()
}

/// What counts when two executions are compared.
fn said(detail: &StepDetail) -> impl PartialEq + '_ {
    let step = &detail.step;
    (step.state, step.attempt, step.item, &step.failure, &detail.input, &detail.output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::StepView;
    use serde_json::{Value, json};

    /// Steps as `node output`; a step that failed gives nothing.
    fn steps(all: &[(&str, Value)]) -> Vec<StepDetail> {
        let step = |(at, (node, output)): (usize, &(&str, Value))| StepDetail {
            step: StepView {
                id: StepId(u32::try_from(at).unwrap()),
                node: (*node).into(),
                attempt: 1,
                item: None,
                state: if output.is_null() { StepState::Failed } else { StepState::Done },
                started_us: i64::try_from(at).unwrap(),
                duration_us: Some(at as u64),
                failure: None,
                began_by: None,
                left_by: None,
            },
            input: None,
            output: Some(output.clone()),
            beneath: None,
        };
        all.iter().enumerate().map(step).collect()
    }

    #[track_caller]
    fn check(one: &[(&str, Value)], other: &[(&str, Value)], expected: &str) {
        let told: Vec<String> = differences(&steps(one), &steps(other))
            .into_iter()
            .map(|found| {
                let value = |side: Option<StepDetail>| side.and_then(|step| step.output).map_or("-".to_owned(), |value| value.to_string());
                format!("{} {} of {:?}: {} | {}", found.node, found.at, found.times, value(found.one), value(found.other))
            })
            .collect();
        assert_eq!(told.join("; "), expected);
    }

    #[test]
    fn two_runs_differ_where_a_node_did_something_else() {
        let line = [("a", json!(1)), ("b", json!(2)), ("b", json!(3))];
        check(&line, &line, "");
        check(&line, &[("x", json!(1)), ("a", json!(1)), ("b", json!(2)), ("b", json!(3))], "x 1 of (0, 1): - | 1");
        check(&line, &[("a", json!(1)), ("b", json!(2)), ("b", json!(4))], "b 2 of (2, 2): 3 | 4");
        check(&line, &[("a", json!(null)), ("b", json!(2))], "a 1 of (1, 1): 1 | null; b 2 of (2, 1): 3 | -");
    }
}
