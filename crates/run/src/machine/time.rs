//! Timers, and the time that a run has used: what it only waits does not count.

use std::sync::Arc;

use nodes::{Answer, Failure, FailureKind};
use serde_json::json;

use super::Run;
use super::asked::Asked;
use crate::effect::{Effect, Fact, Timer};
use crate::event::Moment;
use crate::step::{Step, StepId, StepState};

impl Run {
    /// Sets a step's timer.
    pub(super) fn wake(&mut self, timer: Timer, after_us: u64) {
        let after = i64::try_from(after_us).unwrap_or(i64::MAX);
        self.timers.insert(timer, Moment(self.now.0.saturating_add(after)));
        self.effects.push(Effect::Wake { timer, after_us });
    }

    pub(super) fn woke(&mut self, timer: Timer) {
        self.timers.remove(&timer);
        match timer {
            Timer::Wait(step) => {
                if let Some(strand) = self.open(step, StepState::Asking) {
                    let failure = Failure::new(FailureKind::Timeout, "nobody answered the approval in time");
                    return self.fail(step, strand, failure.with_remedy("answer sooner, or raise its `timeout`"));
                }
                let Some(strand) = self.open(step, StepState::Waiting) else { return };
                let answer = json!({"type": "timer", "time": self.now.as_millis()});
                self.take_answer(step, strand, Answer::Value(Arc::new(answer)));
            }
            Timer::Timeout(step) => {
                let Some(strand) = self
                    .get(step)
                    .filter(|step| !step.state.has_ended() && step.state != StepState::Uncertain)
                    .map(|_| self.strand_of[step.index()])
                else {
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
                    self.enter(strand, node, attempt + 1, None);
                }
            }
            Timer::Limit => self.check_time(),
        }
    }

    /// The run's limit has come, unless some of the time was only waited. While it waits there is nothing to limit.
    fn check_time(&mut self) {
        if self.idle_since.is_some() {
            self.limit_is_set = false;
            return;
        }
        let left = self.time_left();
        if left > 0 {
            return self.effects.push(Effect::Wake { timer: Timer::Limit, after_us: left });
        }
        let failure = Failure::new(FailureKind::Limit, format!("the run took its whole time of {} ms", self.plan.max_us / 1000))
            .with_remedy("find out which node takes so long, or raise `executionLimits.maxExecutionTimeMs`");
        let node = self.steps.iter().rev().find(|step| step.state.is_busy()).map(|step| step.node);
        self.fail_run(node, failure);
    }

    /// How many microseconds a busy run has left.
    pub(super) fn time_left(&self) -> u64 {
        let used = self.now.since(self.started).saturating_sub(self.waited_us);
        self.plan.max_us.saturating_sub(used)
    }

    /// The run that a step has started only waits, or does so no more.
    pub(super) fn rested(&mut self, step: StepId, rests: bool) {
        let has_started_one = matches!(self.asked.get(&step), Some(Asked::Run { .. }));
        if !has_started_one || self.get(step).is_none_or(|at| at.state != StepState::Calling) {
            return;
        }
        let has_changed = if rests { self.resting.insert(step) } else { self.resting.remove(&step) };
        if has_changed {
            self.busy = if rests { self.busy - 1 } else { self.busy + 1 };
            // Whoever has started this run may rest by that, too.
            self.effects.push(Effect::Tell(Fact::StepChanged(step)));
        }
    }

    pub(super) fn count_idle_time(&mut self) {
        match (self.busy, self.idle_since) {
            (0, None) => self.idle_since = Some(self.now),
            (1.., Some(since)) => {
                self.waited_us += self.now.since(since);
                self.idle_since = None;
                if !self.limit_is_set {
                    self.limit_is_set = true;
                    self.effects.push(Effect::Wake { timer: Timer::Limit, after_us: self.time_left() });
                }
            }
            _ => {}
        }
    }
}
