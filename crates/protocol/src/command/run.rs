//! Commands about runs.

use ::graph::ToolName;
use ::run::StepId;
use serde_json::Value;

use super::command;
use crate::view::{GraphId, RunId, RunView, StepDetail};

command! {
    /// Starts a run of a tool, as the graph's file stands now.
    StartRun, "run.start" -> RunId {
        /// The graph.
        graph: GraphId,
        /// The tool.
        tool: ToolName,
        /// Its arguments, an object.
        arguments: Value,
    }
}

command! {
    /// Stops a run. One that has ended stays as it is.
    StopRun, "run.stop" -> () {
        /// The run.
        run: RunId,
    }
}

command! {
    /// A run with all its steps.
    GetRun, "run.get" -> RunView {
        /// The run.
        run: RunId,
    }
}

command! {
    /// A step with its input and output.
    GetStep, "run.step" -> StepDetail {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
    }
}
