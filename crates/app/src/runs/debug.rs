//! Runs that are held: where, for each graph, and what is done with one that is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use graph::{Graph, ToolName};
use protocol::debug::{Edit, Stops};
use protocol::{Event, GraphId, Looked, Paused};
use runner::{Debug, Refusal};
use serde_json::Value;

use super::{Begin, Recorded, Runs, kept_stops};
use crate::app::App;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};

/// Where runs are held, by graph.
#[derive(Default)]
pub(super) struct Breakpoints(Mutex<HashMap<GraphId, OfGraph>>);

#[derive(Default)]
struct OfGraph {
    stops: Stops,
    /// The folder for data and the file, where they outlive the process.
    kept: Option<(PathBuf, PathBuf)>,
}

impl Breakpoints {
    fn all(&self) -> MutexGuard<'_, HashMap<GraphId, OfGraph>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, graph: GraphId) -> Stops {
        self.all().get(&graph).map(|of| of.stops.clone()).unwrap_or_default()
    }
}

impl Runs {
    /// Who may hold a run of a graph that begins now, or is taken up.
    pub(super) fn debugger(&self, graph: GraphId) -> Result<Debug, Error> {
        Ok(Debug::new(&self.breakpoints.of(graph))?)
    }
}

impl App {
    /// Where runs of a graph are held.
    #[must_use]
    pub fn stops(&self, graph: GraphId) -> Stops {
        self.runs().breakpoints.of(graph)
    }

    /// Holds runs of a graph here and nowhere else: its next ones, and those that go on from their next step on. Of a file that
    /// a person opened this is kept for the next start, which blocks.
    ///
    /// # Errors
    /// Where a condition is no expression; nothing has changed then.
    pub fn set_stops(&self, graph: GraphId, stops: Stops) -> Result<(), Error> {
        // What compiles once does so for each run.
        Debug::new(&stops)?;
        let kept = {
            let mut all = self.runs().breakpoints.all();
            let of = all.entry(graph).or_default();
            of.stops = stops.clone();
            of.kept.clone()
        };
        let going: Vec<Debug> = self.runs().known().runs.iter().filter(|run| run.graph == graph).map(|run| run.debug.clone()).collect();
        going.iter().try_for_each(|debug| debug.set(&stops))?;
        self.bus().tell(|| Event::BreakpointsChanged { graph, stops: stops.clone() });
        if let Some((data, file)) = kept
            && let Err(error) = kept_stops::write(&data, &file, &stops)
        {
            tracing::warn!(error = error.in_full(), "the breakpoints are not kept for the next start");
        }
        Ok(())
    }

    /// Takes up where runs of a file were held when it was last open, and keeps it from now on: a person works with it. It blocks.
    pub(crate) fn keep_stops(&self, file: &GraphFile, data: &Path) {
        let mut all = self.runs().breakpoints.all();
        let of = all.entry(file.id).or_default();
        if of.kept.is_none() {
            of.stops = kept_stops::read(data, &file.path);
            of.kept = Some((data.to_owned(), file.path.clone()));
        }
    }

    /// Has breakpoints keep to what got another name.
    pub(crate) fn follow_stops(&self, graph: GraphId, before: &Graph, after: &Graph) {
        let mut stops = self.stops(graph);
        if stops.follow(before, after)
            && let Err(error) = self.set_stops(graph, stops)
        {
            tracing::warn!(error = error.in_full(), "the breakpoints do not follow the new name");
        }
    }

    /// Starts a run of a tool that is held before its first step.
    ///
    /// # Errors
    /// Where the tool cannot run, or the arguments do not fit its schema.
    pub fn debug_tool(&self, file: &GraphFile, tool: &ToolName, arguments: Value) -> Result<Recorded, Error> {
        self.begin(file, tool, Begin { is_held: true, ..Begin::whole(arguments) })
    }
}

impl Recorded {
    /// Who may hold it.
    #[must_use]
    pub fn debugger(&self) -> &Debug {
        &self.debug
    }

    /// Where it is held, and what the step works on; none where it is not.
    pub async fn paused(&self) -> Option<Paused> {
        let debug = self.debug.clone();
        off_the_runtime(move || Some(Paused { pause: debug.paused()?, input: debug.input().ok().flatten() })).await
    }

    /// What expressions give over all that the step sees at which it is held, in their order.
    ///
    /// # Errors
    /// Where it is not held.
    pub async fn evaluate(&self, expressions: Vec<String>) -> Result<Vec<Looked>, Error> {
        let debug = self.debug.clone();
        off_the_runtime(move || {
            let look = |text: &String| match debug.evaluate(text) {
                Ok(value) => Ok(Looked { value, error: None }),
                Err(Refusal::NotPaused) => Err(Error::Debug(Refusal::NotPaused)),
                Err(error) => Ok(Looked { value: None, error: Some(Error::in_full_of(&error)) }),
            };
            expressions.iter().map(look).collect()
        })
        .await
    }

    /// Changes something while it is held.
    ///
    /// # Errors
    /// Where it is not held, or it cannot be changed so.
    pub async fn edit_held(&self, edit: Edit) -> Result<(), Error> {
        Ok(self.debug.edit(edit).await?)
    }
}
