//! What came of a run: the result on standard output, the failure on standard error.

use std::sync::Arc;
use std::time::Duration;

use app::TraceStep;
use protocol::{DryCall, Outcome, RunFailure};
use serde::Serialize;
use serde_json::Value;

use super::{dry, trace};
use crate::args::Output;
use crate::error::Error;
use crate::exit::Exit;
use crate::out;

/// What came of a run, as `--output json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    tool: String,
    outcome: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Arc<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<RunFailure>,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<TraceStep>>,
    /// What a dry run asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<Vec<DryCall>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Word {
    Done,
    Failed,
    Stopped,
}

impl Report {
    pub(super) fn new(tool: String, outcome: Outcome, took: Duration, steps: Option<Vec<TraceStep>>) -> Self {
        let (word, result, failure) = match outcome {
            Outcome::Done { result } => (Word::Done, Some(result), None),
            Outcome::Failed { failure } => (Word::Failed, None, Some(failure)),
            Outcome::Stopped { .. } => (Word::Stopped, None, None),
        };
        // Microseconds are as exact as a run's own times.
        let duration_ms = (took.as_secs_f64() * 1e6).round() / 1e3;
        Self { tool, outcome: word, result, failure, duration_ms, steps, dry_run: None }
    }

    /// The same for a dry run.
    pub(super) fn dry(mut self, calls: Vec<DryCall>) -> Self {
        self.dry_run = Some(calls);
        self
    }

    /// With which number the program ends.
    pub(super) fn exit(&self) -> Exit {
        match self.outcome {
            Word::Done => Exit::Done,
            Word::Failed | Word::Stopped => Exit::Failed,
        }
    }

    /// Prints what came of it.
    pub(super) fn print(&self, output: Output, is_traced: bool) -> Result<(), Error> {
        if output == Output::Text && is_traced {
            out::say(trace::text(self.steps.as_deref().unwrap_or_default()).trim_end());
        }
        if let (Output::Text, Some(calls)) = (output, &self.dry_run) {
            out::say(dry::text(calls).trim_end());
        }
        match (output, &self.result) {
            (Output::Json, _) => out::json(self)?,
            (Output::Text, Some(result)) => out::json(result)?,
            (Output::Text, None) => {}
        }
        match (self.outcome, &self.failure) {
            (Word::Failed, Some(failure)) => out::say_error(&failure.to_string()),
            (Word::Stopped, _) => out::say_error(&format!("the run of `{}` was stopped", self.tool)),
            _ => {}
        }
        Ok(())
    }
}
