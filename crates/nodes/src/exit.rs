//! `exit`: where a tool ends; its output is that of the node before it that is not a switch.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::ask::Ask;
use crate::failure::Failure;
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Exit;

impl Kind for Exit {
    fn name(&self) -> &'static str {
        "exit"
    }

    fn title(&self) -> &'static str {
        "Exit"
    }

    fn summary(&self) -> &'static str {
        "Where the tool ends: its result is the output of the node before"
    }

    fn ports(&self) -> Ports {
        Ports::None
    }

    fn takes_common(&self) -> bool {
        false
    }

    fn settings(&self) -> Value {
        json!({"type": "object", "properties": {}})
    }
}

impl Compile for Exit {
    fn compile(&self, _site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        Some(Arc::new(Exit))
    }
}

impl Program for Exit {
    fn begin(&self, _evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        Ok(Ask::End)
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        Vec::new()
    }
}
