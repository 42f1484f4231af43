//! Commands about where runs are held, how they go on, and what is looked at and changed meanwhile.

use ::graph::ToolName;
use ::run::debug::{Edit, Go, Pause, Stops};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command;
use crate::view::{GraphId, RunId};

/// Where a run is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paused {
    /// The step.
    pub pause: Pause,
    /// What the step works on, as far as that is known.
    pub input: Option<Value>,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Its value; none where it gives nothing, or there is an error.
    pub value: Option<Value>,
    /// Why it has none.
    pub error: Option<String>,
}

command! {
    /// Where runs of a graph are held.
    GetBreakpoints, "debug.breakpoints" -> Stops {
        /// The graph.
        graph: GraphId,
    }
}

command! {
    /// Holds runs of a graph here and nowhere else: its next ones, and those that go on from their next step on.
    SetBreakpoints, "debug.setBreakpoints" -> () {
        /// The graph.
        graph: GraphId,
        /// Where.
        stops: Stops,
    }
}

command! {
    /// Starts a run of a tool that is held before its first step.
    DebugTool, "debug.start" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// Its arguments, an object.
        arguments: Value,
    }
}

command! {
    /// Holds a run before its next step, whichever it is.
    PauseRun, "debug.pause" -> () {
        /// The run.
        run: RunId,
    }
}

command! {
    /// Lets a run go on that is held.
    GoOn, "debug.go" -> () {
        /// The run.
        run: RunId,
        /// How.
        go: Go,
    }
}

command! {
    /// Where a run is held; none where it is not.
    GetPaused, "debug.paused" -> Option<Paused> {
        /// The run.
        run: RunId,
    }
}

command! {
    /// What expressions give over all that the step sees at which a run is held, in their order.
    Evaluate, "debug.evaluate" -> Vec<Looked> {
        /// The run.
        run: RunId,
        /// The expressions, JSONata.
        expressions: Vec<String>,
    }
}

command! {
    /// Changes something in a run that is held.
    EditRun, "debug.edit" -> () {
        /// The run.
        run: RunId,
        /// What.
        edit: Edit,
    }
}
