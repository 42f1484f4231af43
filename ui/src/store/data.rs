//! The outputs of the last run, as data for expressions that are being written: asked for when somebody writes one.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{GetStep, RunId, StepId};
use serde_json::{Map, Value};

use super::Store;

/// The most nodes whose outputs are asked for.
const MOST: usize = 200;

/// The outputs of a run, by node.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunData {
    /// The run that they are of, and how many of its steps had ended.
    of: Option<(RunId, usize)>,
    /// The outputs, by node.
    pub(crate) outputs: Arc<Map<String, Value>>,
}

impl Store {
    /// Brings [`Store::data`] in line with the last run of the tool that is shown.
    pub(crate) fn want_data(self) {
        let wanted = self.model.with_untracked(|model| {
            let run = model.run()?;
            let mut last: Vec<(String, StepId)> = Vec::new();
            for step in run.steps().iter().filter(|step| step.state == protocol::StepState::Done) {
                last.retain(|(node, _)| node != step.node.as_str());
                last.push((step.node.to_string(), step.id));
            }
            let ended = run.steps().iter().filter(|step| step.state.has_ended()).count();
            Some((run.id, ended, last))
        });
        let Some((run, ended, last)) = wanted else { return self.data.set(RunData::default()) };
        if self.data.with_untracked(|data| data.of == Some((run, ended))) {
            return;
        }
        // Marked at once, so that two fields do not ask for the same.
        self.data.update(|data| data.of = Some((run, ended)));
        spawn_local(async move {
            let mut outputs = Map::new();
            for (node, step) in last.into_iter().rev().take(MOST) {
                // What is forgotten by now is not there.
                if let Ok(detail) = self.bridge.call(&GetStep { run, step }).await
                    && let Some(output) = detail.output
                {
                    outputs.insert(node, output);
                }
            }
            self.data.update(|data| {
                if data.of == Some((run, ended)) {
                    data.outputs = Arc::new(outputs);
                }
            });
        });
    }
}
