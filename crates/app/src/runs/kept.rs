//! Runs that have outlived their process: found again, shown step by step, taken out and in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use graph::{Graph, ServerEntry, ToolName};
use protocol::Reported;
use run::{Event, Moment, Outcome, Plan, PlanOptions, Run, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Filter, GraphText, NewRun, Place, RunRecord, Store};
use tokio::sync::watch;

use super::{TraceStep, trace};
use crate::app::App;
use crate::error::Error;
use crate::graph_file::off_the_runtime;
use crate::{clock, disk, view};

/// A run that is kept, with all that happened in it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptRun {
    /// What is kept beside its events.
    #[serde(flatten)]
    pub record: RunRecord,
    /// How it ended; none while it goes on.
    pub result: Option<Outcome>,
    /// Its steps with their data, as they were.
    pub trace: Vec<TraceStep>,
    /// The last run that each of its steps has started, by the step.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub beneath: BTreeMap<u32, u64>,
}

/// A run as a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunFile {
    /// The form of the file: 1.
    patchbay_run: u32,
    record: RunRecord,
    outcome: Option<Outcome>,
    graph: String,
    events: Vec<(Moment, Event)>,
}

impl App {
    fn kept(&self) -> Result<&Store, Error> {
        self.store().ok_or(Error::NoHome)
    }

    /// Where runs are kept.
    ///
    /// # Errors
    /// Where there is no folder for data.
    pub fn runs_place(&self) -> Result<Place, Error> {
        Ok(self.kept()?.place().clone())
    }

    /// Says why runs cannot be kept, as soon as that is known; none while they can, or nothing was to be kept.
    #[must_use]
    pub fn runs_trouble(&self) -> Option<watch::Receiver<Option<Arc<store::Error>>>> {
        self.store().map(Store::trouble)
    }

    /// Runs that are kept, the latest first, those of other processes among them.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn kept_runs(&self, filter: &Filter) -> Result<Vec<RunRecord>, Error> {
        Ok(self.kept()?.runs(filter).await?)
    }

    /// A run that is kept, walked through again on the graph that it ran.
    ///
    /// # Errors
    /// Where it is not kept, or something of it is missing.
    pub async fn kept_run(&self, id: u64) -> Result<KeptRun, Error> {
        let store = self.kept()?;
        let record = store.run(id).await?.ok_or(Error::NoRun(id))?;
        let (events, result, text) = (store.events(id).await?, store.outcome(id).await?, store.graph_text(&record.graph).await?);
        let beneath = store.runs(&Filter { caller: Some(id), ..Filter::default() }).await?;
        let beneath = beneath.iter().rev().filter_map(|run| Some((run.caller?.step.0, run.id))).collect();
        off_the_runtime(move || {
            let (plan, _) = plan(id, &record.tool, text.unwrap_or_default())?;
            let run = Run::replay_to(plan, &events, StepId(u32::MAX));
            Ok(KeptRun { trace: trace(&run), record, result, beneath })
        })
        .await
    }

    /// Writes a run that is kept as one JSON value: its events, its graph, its outcome.
    ///
    /// # Errors
    /// Where it is not kept, or something of it is missing.
    pub async fn export_run(&self, id: u64) -> Result<Value, Error> {
        let store = self.kept()?;
        let record = store.run(id).await?.ok_or(Error::NoRun(id))?;
        let graph = store.graph_text(&record.graph).await?.unwrap_or_default();
        let file = RunFile { patchbay_run: 1, outcome: store.outcome(id).await?, graph, events: store.events(id).await?, record };
        serde_json::to_value(file).map_err(|source| Error::NotARun { path: id.to_string().into(), source })
    }

    /// Takes in a run that was exported, and gives its number: its own, or a new one where that is another run's.
    ///
    /// # Errors
    /// Where the file holds no run, or it cannot be kept.
    pub async fn import_run(&self, path: &Path) -> Result<u64, Error> {
        let text = disk::read(path)?;
        let file: RunFile = serde_json::from_str(&text).map_err(|source| Error::NotARun { path: path.to_owned(), source })?;
        let store = self.kept()?;
        let is_free = store.run(file.record.id).await?.is_none();
        let id = if is_free { file.record.id } else { clock::now_us().unsigned_abs() };
        let record = file.record;
        let parent = record.parent.zip(record.parent_step);
        let graph = GraphText::new(file.graph);
        let mut journal = store.begin(NewRun {
            id,
            file: record.file,
            tool: record.tool,
            graph,
            part: record.part,
            parent,
            caller: None,
            started: record.started,
        });
        for (at, event) in &file.events {
            journal.append(*at, event);
        }
        if let (Some(outcome), Some(at)) = (file.outcome, record.ended) {
            journal.ending().end(store::End { at, outcome, steps: record.steps.unwrap_or_default() });
        }
        journal.settle().await.map_err(|error| Error::NotKept { source: error })?;
        match &*store.trouble().borrow() {
            Some(error) => Err(Error::NotKept { source: error.clone() }),
            None => Ok(id),
        }
    }
}

/// The plan of a tool as it was, with its graph. Servers that stood beside the file then are taken as given: nothing is called.
pub(super) fn plan(run: u64, tool: &str, text: String) -> Result<(Arc<Plan>, Arc<Graph>), Error> {
    let path = std::path::PathBuf::from(format!("run {run}"));
    let source = format::Source::parse(text).map_err(|error| Error::Syntax { path, error })?;
    let mut graph = Graph::clone(source.graph());
    let named = graph.tools.iter().flat_map(|tool| &tool.nodes).filter_map(|node| node.fields.get("server")?.as_str());
    let missing: Vec<String> = named.filter(|server| !graph.servers.contains_key(*server)).map(str::to_owned).collect();
    for server in missing {
        let fields = Map::from_iter([("command".to_owned(), Value::from("none"))]);
        graph.servers.insert(server.as_str().into(), ServerEntry { fields });
    }
    let options = PlanOptions { input_alias: source.input_alias() };
    let compiled = Plan::compile(&graph, &ToolName::from(tool), options).map(|plan| (plan.shared(), Arc::new(source.graph().clone())));
    compiled.map_err(|problems| {
        let problems: Vec<Reported> = problems.into_iter().map(|problem| view::reported(&source, problem)).collect();
        Error::OldGraph { run, tool: tool.to_owned(), problems }
    })
}
