//! The outputs of the last run, as data for expressions that are being written: asked for when somebody writes one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{GetStep, RunId, StepId, StepState, StepView};
use serde_json::{Map, Value};

use super::Store;

/// The most nodes whose outputs are asked for.
const MOST: usize = 200;

/// The outputs of a run, by node.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunData {
    /// The run that they are of, and how many of its steps had ended.
    of: Option<(RunId, usize)>,
    /// The step of each node whose output is there.
    known: HashMap<String, StepId>,
    /// The outputs, by node.
    pub(crate) outputs: Arc<Map<String, Value>>,
}

impl Store {
    /// Asks for all of it once more, after an output was changed by hand.
    pub(crate) fn want_data_anew(self) {
        if self.data.with_untracked(|data| data.of.is_some()) {
            self.data.set(RunData::default());
            self.want_data();
        }
    }

    /// Brings [`Store::data`] in line with the last run of the tool that is shown.
    pub(crate) fn want_data(self) {
        let wanted = self.model.with_untracked(|model| {
            let run = model.run()?;
            let ended = run.steps().iter().filter(|step| step.state.has_ended()).count();
            Some((run.id, ended, last_done(run.steps())))
        });
        let Some((run, ended, last)) = wanted else { return self.data.set(RunData::default()) };
        if self.data.with_untracked(|data| data.of == Some((run, ended))) {
            return;
        }
        // Marked at once, so that two fields do not ask for the same.
        self.data.update(|data| {
            if data.of.is_none_or(|(of, _)| of != run) {
                *data = RunData::default();
            }
            data.of = Some((run, ended));
        });
        let known = self.data.with_untracked(|data| data.known.clone());
        spawn_local(async move {
            let mut came = Vec::new();
            for (node, step) in last {
                if known.get(&node) == Some(&step) {
                    continue;
                }
                // What is forgotten by now is not there.
                if let Ok(detail) = self.bridge.call(&GetStep { run, step }).await
                    && let Some(output) = detail.output
                {
                    came.push((node, step, output));
                }
            }
            self.data.update(|data| {
                if data.of == Some((run, ended)) {
                    let outputs = Arc::make_mut(&mut data.outputs);
                    for (node, step, output) in came {
                        outputs.insert(node.clone(), output);
                        data.known.insert(node, step);
                    }
                }
            });
        });
    }
}

/// The last step of each node that is done, the latest first, of so many nodes.
fn last_done(steps: &[StepView]) -> Vec<(String, StepId)> {
    let (mut seen, mut last) = (HashSet::new(), Vec::new());
    for step in steps.iter().rev().filter(|step| step.state == StepState::Done) {
        if last.len() < MOST && seen.insert(step.node.as_str()) {
            last.push((step.node.to_string(), step.id));
        }
    }
    last
}
