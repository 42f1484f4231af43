//! A node's own work, taken out of the machine so that it can be done anywhere and take its time.

use std::sync::Arc;

use expr::{Cancel, Limits};
use nodes::{Ask, Evaluation, Failure, Phase};

use crate::event::Moment;
use crate::plan::{NodeIndex, Plan};
use crate::scope::{Scope, View};

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
    /// Does the work. Doing it twice gives the same.
    ///
    /// # Errors
    /// Where the node fails, or an expression runs past the limits.
    pub fn perform(&self, limits: &Limits, cancel: &Cancel) -> Result<Ask, Failure> {
        let view = View { plan: &self.plan, scope: &self.scope, now: self.now, seed: self.seed };
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
