//! How steps, lines of execution and the run itself come to an end before their time, or in it.

use std::sync::Arc;

use nodes::Failure;
use serde_json::Value;

use super::{Run, StrandId};
use crate::effect::{Effect, Timer};
use crate::event::{Outcome, RunFailure};
use crate::plan::NodeIndex;
use crate::step::{StepId, StepState};

impl Run {
    pub(super) fn cancel_all(&mut self, strands: &[StrandId]) {
        for id in strands {
            let Some(strand) = self.strands.take(id.0) else { continue };
            self.cancel_step(strand.step);
        }
    }

    fn cancel_step(&mut self, step: StepId) {
        if self.steps[step.index()].state == StepState::Failed {
            // It was between two attempts.
            self.busy -= 1;
            self.timers.remove(&Timer::Retry(step));
            return;
        }
        self.give_up(step);
        if !self.steps[step.index()].state.has_ended() {
            self.set_state(step, StepState::Cancelled);
        }
    }

    /// Cancels what was asked for a step, and the strands that it waits for.
    pub(super) fn give_up(&mut self, step: StepId) {
        match self.steps[step.index()].state {
            StepState::Evaluating | StepState::Calling => self.effects.push(Effect::Cancel { step }),
            StepState::Joining => {
                let id = self.joins.iter().find(|(_, join)| join.step == step).map(|(id, _)| id);
                if let Some(join) = id.and_then(|id| self.joins.take(id)) {
                    self.cancel_all(&join.running);
                }
            }
            StepState::Waiting | StepState::Asking | StepState::Uncertain | StepState::Done | StepState::Failed | StepState::Cancelled => {}
        }
    }

    pub(super) fn fail_run(&mut self, node: Option<NodeIndex>, failure: Failure) {
        let node = node.map(|node| self.plan.node(node).id.clone());
        self.finish(Outcome::Failed { failure: RunFailure { node, failure } });
    }

    /// The node with which a part of the tool ends has given its output.
    pub(super) fn finish_part(&mut self, strand: StrandId, result: Arc<Value>) {
        self.left = self.strands.take(strand.0).map(|at| (at.scope, at.last));
        self.finish(Outcome::Done { result });
    }

    pub(super) fn finish(&mut self, outcome: Outcome) {
        if self.outcome.is_some() {
            return;
        }
        let open: Vec<_> = (0u32..).zip(&self.steps).filter(|(_, step)| !step.state.has_ended()).map(|(i, _)| StepId(i)).collect();
        for step in open {
            if self.steps[step.index()].state.is_busy() {
                self.effects.push(Effect::Cancel { step });
            }
            self.set_state(step, StepState::Cancelled);
        }
        self.busy = 0;
        self.resting.clear();
        let own = self.strands.iter().find(|(_, strand)| strand.owner.is_none()).map(|(at, _)| at);
        if let Some(own) = own.and_then(|at| self.strands.take(at)).filter(|_| self.left.is_none()) {
            self.left = Some((own.scope, own.last));
        }
        self.strands.clear();
        self.joins.clear();
        self.asked.clear();
        self.timers.clear();
        self.effects.push(Effect::Finish(outcome.clone()));
        self.outcome = Some(outcome);
    }
}
