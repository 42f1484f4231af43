//! A run that somebody holds and looks into: it goes on later as if no time had passed, and with other outputs where somebody
//! wants that. Knows nothing of why it was held.

use std::sync::Arc;

use graph::Port;
use nodes::{Ask, Failure, FailureKind};
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::Run;
use crate::effect::Timer;
use crate::event::Event;
use crate::fork;
use crate::plan::NodeIndex;
use crate::scope::Scope;
use crate::step::{StepId, StepState};
use crate::task::Task;

impl Run {
    /// More time than the run has had cannot be left out.
    pub(super) fn continued(&mut self, held_us: u64) {
        self.leave_out(held_us.min(self.now.since(self.started)));
        self.set_timers_anew();
    }

    pub(super) fn edited(&mut self, step: StepId, output: Arc<Value>) {
        match self.get(step).map(|step| step.state) {
            Some(StepState::Done) => self.replace_output(step, output),
            Some(StepState::Evaluating | StepState::Calling) => self.done_by_hand(step, &output),
            // Nobody waits for its output.
            Some(
                StepState::Waiting
                | StepState::Asking
                | StepState::Uncertain
                | StepState::Joining
                | StepState::Failed
                | StepState::Cancelled,
            )
            | None => {}
        }
    }

    /// What was seen of a step that is done is another from now on, wherever it is seen. What was made of it before stays.
    fn replace_output(&mut self, step: StepId, output: Arc<Value>) {
        let Some(was) = self.steps[step.index()].output.replace(output.clone()) else { return };
        let mut edited = FxHashMap::default();
        for strand in self.strands.values_mut() {
            strand.scope = Scope::with_output(&strand.scope, step, &output, &mut edited);
            if let Some(last) = &mut strand.last
                && Arc::ptr_eq(last, &was)
            {
                *last = output.clone();
            }
        }
        for join in self.joins.values_mut() {
            join.replace_output(step, &was, &output);
        }
    }

    /// A step that is at work is done with this, and what it had asked for is not wanted any more.
    fn done_by_hand(&mut self, step: StepId, output: &Arc<Value>) {
        let strand = self.strand_of[step.index()];
        if self.strand(strand).is_none_or(|at| at.step != step) {
            return;
        }
        let Ok(ask) = fork::output(&self.plan, self.steps[step.index()].node, output) else { return };
        self.give_up(step);
        match ask {
            Ask::Choose { port } => self.choose(step, strand, port),
            _ => self.done(step, strand, output.clone()),
        }
    }

    /// Lets a step's work see what the run has there now.
    pub fn renew(&self, step: StepId, task: &mut Task) {
        let strand = self.strand_of.get(step.index()).and_then(|strand| self.strands.get(strand.0));
        if let Some(strand) = strand.filter(|strand| strand.step == step) {
            task.scope = strand.scope.clone();
        }
    }

    /// What a step sees that has not ended, to evaluate expressions on; none where it has.
    #[must_use]
    pub fn sight(&self, step: StepId) -> Option<Task> {
        let strand = self.strands.get(self.strand_of.get(step.index())?.0).filter(|strand| strand.step == step)?;
        let node = self.steps[step.index()].node;
        Some(Task::to_look(self.plan.clone(), node, strand.scope.clone(), self.now, self.seed, step))
    }

    /// The edge by which a step began that goes on: the node that it leaves, and the port. None for the first step, for a further
    /// attempt, and for one that has ended.
    #[must_use]
    pub fn came_by(&self, step: StepId) -> Option<(NodeIndex, Port)> {
        let at = self.get(step).filter(|at| at.attempt == 1)?;
        if at.began_by.is_some() {
            return at.began_by;
        }
        let strand = self.strand_of[step.index()];
        let before = (0..step.index()).rev().find(|i| self.strand_of[*i] == strand)?;
        Some((self.steps[before].node, self.steps[before].left_by?))
    }

    /// The step that an event is about to let fail, and why.
    #[must_use]
    pub fn fails_by(&self, event: &Event) -> Option<(StepId, Failure)> {
        let in_state = |step: &StepId, state| self.get(*step).is_some_and(|step| step.state == state);
        match event {
            Event::Evaluated { step, result: Err(failure) } if in_state(step, StepState::Evaluating) => Some((*step, failure.clone())),
            Event::Answered { step, result: Err(failure) } if in_state(step, StepState::Calling) => Some((*step, failure.clone())),
            Event::Woke { timer: Timer::Timeout(step) } if in_state(step, StepState::Calling) || in_state(step, StepState::Evaluating) => {
                Some((*step, Failure::new(FailureKind::Timeout, "the node was not done within its time limit")))
            }
            _ => None,
        }
    }
}
