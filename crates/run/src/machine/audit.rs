//! What must hold of a run between any two events, for the tests.

use super::{JoinId, Run, StrandId};
use crate::step::{StepId, StepState};

impl Run {
    /// What does not hold; empty where all is right.
    pub(crate) fn audit(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut law = |holds: bool, text: String| {
            if !holds {
                wrong.push(text);
            }
        };
        let has_begun = !self.steps.is_empty();
        let between_attempts = self.strands.iter().filter(|(_, strand)| self.steps[strand.step.index()].state == StepState::Failed).count();
        let busy = self.steps.iter().filter(|step| step.state.is_busy()).count() + between_attempts - self.resting.len();
        law(self.busy == busy, format!("{} are counted as busy and {busy} are", self.busy));
        law(self.outcome.is_some() || !has_begun || self.strands.iter().next().is_some(), "no line of execution is left".to_owned());
        for (id, step) in (0..).map(StepId).zip(&self.steps).filter(|(_, step)| !step.state.has_ended()) {
            law(self.outcome.is_none(), format!("step {} is open after the end", id.0));
            let strand = self.strands.get(self.strand_of[id.index()].0);
            law(
                strand.is_some_and(|strand| strand.step == id),
                format!("step {} ({:?}) belongs to no line of execution", id.0, step.state),
            );
        }
        for (id, strand) in self.strands.iter() {
            let state = self.steps[strand.step.index()].state;
            law(!matches!(state, StepState::Done | StepState::Cancelled), format!("line {id} stands at a step that is {state:?}"));
            let Some((JoinId(join), _)) = strand.owner else { continue };
            let is_known = self.joins.get(join).is_some_and(|join| join.running.contains(&StrandId(id)));
            law(is_known, format!("line {id} is not known to its join"));
        }
        for (id, join) in self.joins.iter() {
            law(self.steps[join.step.index()].state == StepState::Joining, format!("the step of join {id} does not join"));
            law(!join.running.is_empty(), format!("join {id} waits for nothing"));
            law(join.running.iter().all(|strand| self.strands.get(strand.0).is_some()), format!("join {id} waits for a line that is gone"));
        }
        wrong
    }
}
