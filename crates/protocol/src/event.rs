//! Events: facts, in their order, on one channel. Never an instruction.

use graph::{ServerName, ToolName};
use run::debug::{Pause, Stops};
use run::{Outcome, Part, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dry::DryCall;
use crate::error::Failed;
use crate::view::{GraphChange, GraphId, GraphView, RunId, ServerPhase, StepView};

/// What has happened. As JSON it is an object with one field, which is named for it: what is told within needs no copy of its own
/// that is read when the name has been found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// A graph was opened.
    GraphOpened {
        /// The graph as it stands.
        graph: Box<GraphView>,
    },
    /// A file that somebody wanted to open could not be.
    GraphNotOpened {
        /// The file as it was named.
        path: String,
        /// Why.
        failed: Failed,
    },
    /// A graph's file changed.
    GraphChanged {
        /// What became of it.
        change: Box<GraphChange>,
    },
    /// A graph was closed.
    GraphClosed {
        /// The graph.
        graph: GraphId,
    },
    /// A run began.
    RunStarted {
        /// The run.
        run: RunId,
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// How much of the tool is done.
        #[serde(default)]
        part: Part,
        /// Whether it is a dry run.
        #[serde(default)]
        is_dry: bool,
        /// When, in microseconds since 1970.
        at_us: i64,
    },
    /// A dry run asked for something.
    DryCalled {
        /// The run.
        run: RunId,
        /// How many times it had asked before.
        at: usize,
        /// For what.
        call: Box<DryCall>,
    },
    /// A step began.
    StepStarted {
        /// The run.
        run: RunId,
        /// The step.
        step: StepView,
    },
    /// A step waits for somebody, or goes on after that: it asks a person, or it is uncertain.
    StepChanged {
        /// The run.
        run: RunId,
        /// The step.
        step: StepView,
    },
    /// A tool said how far it is.
    StepProgress {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// How much is done.
        progress: f64,
        /// Of how much, where that is known.
        total: Option<f64>,
        /// What it is doing.
        message: Option<String>,
    },
    /// A step ended.
    StepEnded {
        /// The run.
        run: RunId,
        /// The step.
        step: StepView,
    },
    /// A run ended.
    RunEnded {
        /// The run.
        run: RunId,
        /// How.
        outcome: Outcome,
        /// When, in microseconds since 1970.
        at_us: i64,
    },
    /// A run is held before a step, or where a step is about to fail: its own step, or one of a run that it has begun.
    RunPaused {
        /// The run that a person or a client started.
        run: RunId,
        /// Its graph.
        graph: GraphId,
        /// Where, and why.
        pause: Box<Pause>,
    },
    /// A run goes on that was held.
    RunContinued {
        /// The run.
        run: RunId,
    },
    /// Runs of a graph are held elsewhere from now on.
    BreakpointsChanged {
        /// The graph.
        graph: GraphId,
        /// Where.
        stops: Stops,
    },
    /// Runs cannot be kept: those that begin now are gone with the process.
    RunsNotKept {
        /// Why, and what to do.
        failed: Failed,
    },
    /// A server's state changed.
    ServerChanged {
        /// The graph that describes it.
        graph: GraphId,
        /// The server.
        server: ServerName,
        /// How it stands.
        phase: ServerPhase,
    },
    /// A server sent a log notification.
    ServerLog {
        /// The graph that describes it.
        graph: GraphId,
        /// The server.
        server: ServerName,
        /// MCP's level: `debug` to `emergency`.
        level: String,
        /// What it said.
        data: Value,
    },
    /// A person chose an item of the window's menu.
    MenuChosen {
        /// The item's id, as [`SetMenu`](crate::SetMenu) named it.
        id: String,
    },
    /// A person chose a question outside the page, in a notification: the page shows it, or all that is asked.
    QuestionChosen {
        /// The run and the step that ask; none for all.
        question: Option<(RunId, StepId)>,
    },
    /// The listener was too slow and lost events: what it shows has to be asked for anew.
    Missed {
        /// How many.
        count: u64,
    },
}
