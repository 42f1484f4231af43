//! Looks back into a run: what a step saw when it began. The journal tells it, by being replayed up to there.

use std::sync::Arc;

use super::Run;
use crate::event::{Event, Moment};
use crate::part::Seen;
use crate::plan::Plan;
use crate::step::StepId;

impl Run {
    /// The run that these events made, as it was when a step began; as far as they lead where they make no such step.
    #[must_use]
    pub fn replay_to<'e>(plan: Arc<Plan>, events: impl IntoIterator<Item = &'e (Moment, Event)>, step: StepId) -> Self {
        let mut run = Self::new(plan);
        for (at, event) in events {
            run.step(*at, event.clone());
            if run.steps.len() > step.index() {
                break;
            }
        }
        run
    }

    /// What a step has seen that goes on; none where it has ended.
    #[must_use]
    pub fn seen_by(&self, step: StepId) -> Option<Seen> {
        let strand = self.strands.get(self.strand_of.get(step.index())?.0).filter(|strand| strand.step == step)?;
        Some(strand.scope.seen(&self.plan, strand.last.clone()))
    }

    /// What the run's own line had seen when the run ended, or the line that came to the last node of a part; none while it goes
    /// on.
    #[must_use]
    pub fn seen_at_the_end(&self) -> Option<Seen> {
        let (scope, last) = self.left.as_ref()?;
        Some(scope.seen(&self.plan, last.clone()))
    }
}
