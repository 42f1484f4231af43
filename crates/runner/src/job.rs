//! A tool that can be run as often as one likes: its plan, its schemas, and where its tools come from.

use std::sync::Arc;

use graph::{Graph, Problem, ToolName};
use run::{Outcome, Plan, PlanOptions, Run};

use crate::schema::Schemas;
use crate::tools::Tools;

/// A tool of a graph, frozen: later changes of the file do not reach it.
#[derive(Clone)]
pub struct Job {
    /// What a run walks through.
    pub plan: Arc<Plan>,
    /// What goes in and comes out.
    pub schemas: Arc<Schemas>,
    /// Where the tools that it calls come from.
    pub tools: Arc<dyn Tools>,
}

impl Job {
    /// Freezes and compiles a tool.
    ///
    /// # Errors
    /// The problems that keep it from running.
    pub fn compile(graph: &Graph, tool: &ToolName, options: PlanOptions, tools: Arc<dyn Tools>) -> Result<Self, Vec<Problem>> {
        let plan = Plan::compile(graph, tool, options)?;
        let schemas = Schemas::of(graph, tool)?;
        Ok(Self { plan: plan.shared(), schemas: Arc::new(schemas), tools })
    }

    /// A result that does not fit the tool's schema is a failure. What a part of the tool gives is another node's.
    pub(crate) fn checked(&self, run: &Run, outcome: Outcome) -> Outcome {
        self.schemas.checked(run, outcome)
    }
}
