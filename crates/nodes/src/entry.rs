//! `entry`: where a tool begins; its output is the tool's arguments.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Entry;

impl Kind for Entry {
    fn name(&self) -> &'static str {
        "entry"
    }

    fn title(&self) -> &'static str {
        "Entry"
    }

    fn summary(&self) -> &'static str {
        "Where the tool begins: its output is the tool's arguments"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn takes_common(&self) -> bool {
        false
    }

    fn settings(&self) -> Value {
        json!({"type": "object", "properties": {"next": {"type": "string", "description": "The node that follows"}}, "required": ["next"]})
    }
}

impl Compile for Entry {
    fn compile(&self, _site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        Some(Arc::new(Entry))
    }
}

impl Program for Entry {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let arguments = evaluation.context.binding("arguments");
        let output = arguments.ok_or_else(|| Failure::new(FailureKind::Schema, "the run has no arguments"))?;
        Ok(Ask::Done { output })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        Vec::new()
    }
}
