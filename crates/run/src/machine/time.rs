//! Timers, and the time that a run has used: what it only waits does not count.

use std::sync::Arc;

use nodes::{Answer, Failure, FailureKind};
use serde_json::json;

use super::Run;
use crate::effect::{Effect, Timer};
use crate::step::{Step, StepState};

impl Run {
    pub(super) fn woke(&mut self, timer: Timer) {
        match timer {
            Timer::Wait(step) => {
                let Some(strand) = self.open(step, StepState::Waiting) else { return };
                let answer = json!({"type": "timer", "time": self.now.as_millis()});
                self.take_answer(step, strand, Answer::Value(Arc::new(answer)));
            }
            Timer::Timeout(step) => {
                let Some(strand) = self.get(step).filter(|step| !step.state.has_ended()).map(|_| self.strand_of[step.index()]) else {
                    return;
                };
                let limit = self.plan.node(self.steps[step.index()].node).compiled.common.timeout_ms.unwrap_or_default();
                self.give_up(step);
                let failure = Failure::new(FailureKind::Timeout, format!("the node was not done within its {limit} ms"));
                self.fail(step, strand, failure.with_remedy("raise its `timeoutMs`, or find out why it takes so long"));
            }
            Timer::Retry(step) => {
                // Only a strand that still stands at the failed step goes on.
                let Some(strand) = self.open(step, StepState::Failed) else { return };
                if self.strand(strand).is_some_and(|at| at.step == step) {
                    self.busy -= 1;
                    let Step { node, attempt, .. } = self.steps[step.index()];
                    self.enter(strand, node, attempt + 1);
                }
            }
            Timer::Limit => self.check_time(),
        }
    }

    fn check_time(&mut self) {
        let idle = self.idle_since.map_or(0, |since| self.now.since(since));
        let used = self.now.since(self.started).saturating_sub(self.waited_us + idle);
        match self.plan.max_us.checked_sub(used).filter(|left| *left > 0) {
            Some(after_us) => self.effects.push(Effect::Wake { timer: Timer::Limit, after_us }),
            None => {
                let failure = Failure::new(FailureKind::Limit, format!("the run took its whole time of {} ms", self.plan.max_us / 1000))
                    .with_remedy("find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`");
                let node = self.steps.iter().rev().find(|step| step.state.is_busy()).map(|step| step.node);
                self.fail_run(node, failure);
            }
        }
    }

    pub(super) fn count_idle_time(&mut self) {
        match (self.busy, self.idle_since) {
            (0, None) => self.idle_since = Some(self.now),
            (1.., Some(since)) => {
                self.waited_us += self.now.since(since);
                self.idle_since = None;
            }
            _ => {}
        }
    }
}
