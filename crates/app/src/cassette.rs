//! Cassettes: made of a run that has ended, and played again. Playing one starts no server, opens no store and needs no runtime.

use std::path::Path;
use std::sync::Arc;

use expr::Limits;
use graph::{NodeId, ToolName};
use protocol::{CassetteText, Outcome, RunId};
use run::{Event, Moment, Run, StepId};
use runner::{Departure, Request, Script, Tape};
use serde::Serialize;
use store::{Cassette, Take};

use crate::app::App;
use crate::disk;
use crate::error::Error;
use crate::graph_file::off_the_runtime;
use crate::offline::Offline;
use crate::runs::{Recorded, TraceStep, trace};

/// A cassette that was played again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The tool.
    pub tool: ToolName,
    /// How the run ended now.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How it had ended.
    pub recorded: Outcome,
    /// Whether every event and the end are the recorded ones.
    pub is_same: bool,
    /// How many events there were.
    pub events: usize,
    /// The requests that are not the recorded ones.
    pub departures: Vec<Departure>,
    /// The recorded requests that were not made.
    pub unasked: Vec<Unasked>,
    /// Its steps with their data.
    pub steps: Vec<TraceStep>,
}

/// A recorded request that was not made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unasked {
    /// The node that had made it.
    pub node: NodeId,
    /// The request.
    pub recorded: Request,
}

impl App {
    /// A cassette of a run that has ended: one of this process, or one that is kept.
    ///
    /// # Errors
    /// Where there is no such run, it goes on or was a dry one, or something of it is missing.
    pub async fn cassette_of(&self, run: u64) -> Result<Cassette, Error> {
        let recorded = self.run(RunId(run)).ok();
        if recorded.as_ref().is_some_and(Recorded::is_dry) {
            return Err(Error::MadeUp(run));
        }
        if let Some((recorded, events)) = recorded.and_then(|recorded| Some((recorded.clone(), recorded.events()?))) {
            let file = self.graph(recorded.graph).map(|file| name(&file.path)).unwrap_or_default();
            return recorded.cassette(file, &events);
        }
        let store = self.store().ok_or(Error::NoHome)?;
        let record = store.run(run).await?.ok_or(Error::NoRun(run))?;
        let outcome = store.outcome(run).await?.ok_or(Error::NotEnded(run))?;
        let (events, graph) = (store.events(run).await?, store.graph_text(&record.graph).await?.unwrap_or_default());
        off_the_runtime(move || {
            let file = name(Path::new(&record.file));
            let script = Offline::of_text(graph.clone(), &file)?.script(&ToolName::from(record.tool.as_str()))?;
            let state = Run::replay_to(script.plan, &events, StepId(u32::MAX));
            Ok(Cassette { file, tool: record.tool, part: record.part, graph, outcome, takes: takes(&state, &events) })
        })
        .await
    }
}

impl App {
    /// A run that has ended as the text of a cassette, with a name for its file.
    ///
    /// # Errors
    /// As [`App::cassette_of`].
    pub async fn cassette_text(&self, run: RunId) -> Result<CassetteText, Error> {
        let cassette = self.cassette_of(run.0).await?;
        let stem = Path::new(&cassette.file).file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}-{}.cassette", cassette.tool);
        let text = cassette.to_text().map_err(|source| Error::Write { path: name.clone().into(), source: source.into() })?;
        Ok(CassetteText { name, text })
    }
}

impl Recorded {
    fn cassette(&self, file: String, events: &[(Moment, Event)]) -> Result<Cassette, Error> {
        let outcome = self.handle.outcome_now().ok_or(Error::NotEnded(self.id.0))?;
        Ok(self.handle.read(|run| Cassette {
            file,
            tool: self.tool.to_string(),
            part: run.part().clone(),
            graph: self.graph_text().to_owned(),
            outcome,
            takes: takes(run, events),
        }))
    }
}

/// The name of a file without its folder: where it lay is nobody's business.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A run's events, each with the node that it is about.
fn takes(run: &Run, events: &[(Moment, Event)]) -> Vec<Take> {
    let node = |event: &Event| {
        let step = match event {
            Event::Evaluated { step, .. }
            | Event::Answered { step, .. }
            | Event::Decided { step, .. }
            | Event::Edited { step, .. }
            | Event::Rested { step, .. } => run.get(*step)?,
            Event::Started { .. }
            | Event::Signalled { .. }
            | Event::TakenUp { .. }
            | Event::Continued { .. }
            | Event::Woke { .. }
            | Event::Stopped { .. } => return None,
        };
        Some(run.plan().node(step.node).id.clone())
    };
    events.iter().map(|(at, event)| Take { at: *at, node: node(event), event: event.clone() }).collect()
}

/// Writes a cassette, whole or not at all.
///
/// # Errors
/// Where it cannot be written.
pub fn write_cassette(path: &Path, cassette: &Cassette) -> Result<(), Error> {
    let text = cassette.to_text().map_err(|source| Error::Write { path: path.to_owned(), source: source.into() })?;
    disk::write(path, &text)
}

/// Reads a cassette.
///
/// # Errors
/// Where the file cannot be read, or holds none.
pub(crate) fn read_cassette(path: &Path) -> Result<Cassette, Error> {
    Cassette::of_text(&disk::read(path)?).map_err(|source| Error::NotACassette { path: path.to_owned(), source })
}

/// A cassette as a source of answers, for a graph.
pub(crate) fn tape(cassette: &Cassette, graph: &Arc<Offline>) -> Tape {
    let takes = cassette.takes.iter().map(|take| (take.at, take.node.clone(), take.event.clone()));
    let graph = graph.clone();
    Tape::new(takes.collect(), Box::new(move |tool| graph.called(tool)))
}

/// Plays a cassette again: on the graph that it holds, or on another.
///
/// # Errors
/// Where a file cannot be read, the cassette or the graph cannot be played, or the arguments do not fit the tool any more.
pub fn replay_cassette(path: &Path, graph: Option<&Path>) -> Result<Replay, Error> {
    let cassette = read_cassette(path)?;
    let graph = match graph {
        Some(file) => Offline::read(file)?,
        None => Offline::of_text(cassette.graph.clone(), &cassette.file)?,
    };
    let tool = ToolName::from(cassette.tool.as_str());
    let script: Script = graph.script(&tool)?;
    let replayed = tape(&cassette, &Arc::new(graph)).replay(script, Limits::default()).map_err(Error::Failure)?;
    Ok(Replay {
        tool,
        is_same: replayed.is_same && replayed.played.outcome == cassette.outcome,
        events: replayed.played.journal.len(),
        steps: trace(&replayed.played.run),
        outcome: replayed.played.outcome,
        recorded: cassette.outcome,
        departures: replayed.departures,
        unasked: replayed.unasked.into_iter().map(|(node, recorded)| Unasked { node, recorded }).collect(),
    })
}
