//! A node's own work, taken out of the machine so that it can be done anywhere and take its time.

use std::sync::Arc;

use expr::{Cancel, EvalError, Expression, Limits};
use nodes::{Ask, Evaluation, Failure, Phase};
use serde_json::Value;

use crate::event::Moment;
use crate::fork::{self, Change, NoFork};
use crate::plan::{NodeIndex, Plan};
use crate::scope::{Scope, View};
use crate::step::StepId;

/// The work of one step, with all that it needs.
#[derive(Clone, Debug)]
pub struct Task {
    pub(crate) plan: Arc<Plan>,
    pub(crate) node: NodeIndex,
    pub(crate) phase: Phase,
    pub(crate) scope: Arc<Scope>,
    pub(crate) now: Moment,
    pub(crate) seed: u64,
}

impl Task {
    /// A task that is only looked at.
    pub(crate) fn to_look(plan: Arc<Plan>, node: NodeIndex, scope: Arc<Scope>, now: Moment, seed: u64, step: StepId) -> Self {
        Self { plan, node, phase: Phase::Begin, scope, now, seed: seed_of_step(seed, step.0) }
    }

    fn view(&self) -> View<'_> {
        View { plan: &self.plan, scope: &self.scope, now: self.now, seed: self.seed }
    }

    /// Whether it is the first work of its step.
    #[must_use]
    pub fn begins(&self) -> bool {
        matches!(self.phase, Phase::Begin)
    }

    /// What an expression gives over all that the step sees; none where it gives nothing.
    ///
    /// # Errors
    /// Why it gives no value.
    pub fn eval(&self, expression: &Expression, limits: &Limits, cancel: &Cancel) -> Result<Option<Value>, EvalError> {
        expression.eval(&self.view(), limits, cancel)
    }

    /// What the step is to ask in place of what its work would give; none where nothing is another. For the first work of a step.
    ///
    /// # Errors
    /// Where the step cannot be changed so.
    pub fn instead(&self, change: &Change, limits: &Limits, cancel: &Cancel) -> Result<Option<Ask>, NoFork> {
        match change {
            Change::Nothing => Ok(None),
            Change::Output { value } => fork::output(&self.plan, self.node, value).map(Some),
            Change::Input { value } => {
                let asked = self.perform(limits, cancel);
                fork::input(Some(&asked), value, self.plan.node(self.node).id.clone()).map(Some)
            }
        }
    }

    /// Does the work. Doing it twice gives the same.
    ///
    /// # Errors
    /// Where the node fails, or an expression runs past the limits.
    pub fn perform(&self, limits: &Limits, cancel: &Cancel) -> Result<Ask, Failure> {
        let view = self.view();
        self.plan.node(self.node).compiled.perform(&self.phase, &Evaluation { context: &view, limits, cancel })
    }
}

/// A seed for each step from that of the run (`SplitMix64`), so that parallel steps draw different numbers.
pub(crate) fn seed_of_step(run: u64, step: u32) -> u64 {
    let mut z = run.wrapping_add((u64::from(step) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
