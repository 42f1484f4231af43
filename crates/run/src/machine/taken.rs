//! A run is taken up by another process: what was under way is begun anew, or is uncertain from now on.

use std::sync::Arc;

use nodes::{OnCrash, Phase};

use super::Run;
use super::asked::Asked;
use crate::effect::{Effect, Fact, Timer};
use crate::event::Moment;
use crate::step::{StepId, StepState};

impl Run {
    /// What a process has to do that has only the journal: evaluations are pure and are done again, timers run on by the
    /// wall's time, and a call is made again where that does no harm. `before` is when the last thing happened before.
    pub(super) fn taken_up(&mut self, before: Moment, repeats: &[StepId]) {
        self.leave_out(self.now.since(before));
        let open: Vec<StepId> =
            (0u32..).map(StepId).zip(&self.steps).filter(|(_, step)| !step.state.has_ended()).map(|(id, _)| id).collect();
        for step in open {
            match self.steps[step.index()].state {
                StepState::Evaluating => {
                    // What has asked for nothing yet has its beginning here.
                    if !self.asked.contains_key(&step) {
                        self.steps[step.index()].started = self.now;
                    }
                    self.evaluate_again(step);
                }
                StepState::Calling => {
                    // It is heard of anew.
                    self.rested(step, false);
                    self.call_again(step, repeats.contains(&step));
                }
                StepState::Waiting | StepState::Asking | StepState::Uncertain | StepState::Joining => {}
                StepState::Done | StepState::Failed | StepState::Cancelled => {}
            }
        }
        self.set_timers_anew();
    }

    /// Has every timer set by whoever has none, or has dropped those that stood before.
    pub(super) fn set_timers_anew(&mut self) {
        self.limit_is_set = false;
        let mut timers: Vec<(Moment, Timer)> = self.timers.iter().map(|(timer, at)| (*at, *timer)).collect();
        timers.sort_unstable_by_key(|(at, timer)| (*at, timer.place()));
        for (at, timer) in timers {
            self.effects.push(Effect::Wake { timer, after_us: at.since(self.now) });
        }
        if self.busy > 0 {
            self.limit_is_set = true;
            self.effects.push(Effect::Wake { timer: Timer::Limit, after_us: self.time_left() });
        }
    }

    /// The time in which nobody worked for a run that was at work counts towards no limit. What only waits has its time by the
    /// wall.
    pub(super) fn leave_out(&mut self, away: u64) {
        if self.idle_since.is_some() {
            return;
        }
        self.waited_us += away;
        let away = i64::try_from(away).unwrap_or(i64::MAX);
        for (timer, at) in &mut self.timers {
            let Timer::Timeout(step) = timer else { continue };
            let waits = matches!(self.steps[step.index()].state, StepState::Waiting | StepState::Asking | StepState::Uncertain);
            if !waits {
                at.0 = at.0.saturating_add(away);
            }
        }
    }

    fn evaluate_again(&mut self, step: StepId) {
        let phase = match self.asked.get(&step) {
            Some(Asked::Answered(answer)) => Phase::Finish(answer.clone()),
            Some(Asked::Event(listening)) => listening.judging.clone().map_or(Phase::Begin, Phase::Hear),
            Some(Asked::Call { .. } | Asked::Run { .. } | Asked::Emit { .. } | Asked::Approval(_)) | None => Phase::Begin,
        };
        let strand = self.strand_of[step.index()];
        if let Some(scope) = self.strand(strand).map(|strand| Arc::clone(&strand.scope)) {
            self.evaluate(step, scope, phase);
        }
    }

    fn call_again(&mut self, step: StepId, is_harmless: bool) {
        if is_harmless || self.may_repeat(step) {
            return self.ask(step);
        }
        self.timers.remove(&Timer::Timeout(step));
        self.set_state(step, StepState::Uncertain);
        self.effects.push(Effect::Tell(Fact::StepChanged(step)));
    }

    /// Whether what a step asked for is asked again without asking anybody. An event that is told twice has the same id.
    pub(super) fn may_repeat(&self, step: StepId) -> bool {
        let says_so = self.plan.node(self.steps[step.index()].node).compiled.common.on_crash == OnCrash::Retry;
        says_so || matches!(self.asked.get(&step), Some(Asked::Emit { .. }))
    }
}
