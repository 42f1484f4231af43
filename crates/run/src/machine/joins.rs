//! Where lines of execution part and come together again.

use std::sync::Arc;

use graph::Port;
use nodes::{Answer, Failure, FailureKind};

use super::{JoinId, Run, Strand, StrandId};
use crate::event::{Outcome, RunFailure};
use crate::join::{Join, Progress, Work};
use crate::step::{StepId, StepState};

/// How many joins a line of execution may lie within: a body that comes back to its own loop would otherwise nest without end.
const MAX_DEPTH: u32 = 100;

impl Run {
    pub(super) fn join(&mut self, step: StepId, parent: StrandId, work: Work, needed: usize, at_once: usize) {
        let Some(at) = self.plan.node(self.steps[step.index()].node).target(Port::Join) else {
            return self.fail(step, parent, Failure::new(FailureKind::Expression, "the node has no join").with_remedy("add `join`"));
        };
        if self.strand(parent).is_some_and(|parent| parent.depth >= MAX_DEPTH) {
            let failure = Failure::new(FailureKind::Limit, format!("branches and loops are nested {MAX_DEPTH} deep, which is the limit"));
            return self.fail(step, parent, failure.with_remedy("let the body lead to its join, not back to the node that began it"));
        }
        self.set_state(step, StepState::Joining);
        let join = Join::new(step, parent, at, work, needed, at_once);
        let is_complete = join.is_complete();
        let id = JoinId(self.joins.insert(join));
        if is_complete { self.complete(id) } else { self.begin_more(id) }
    }

    /// Begins as many strands of a join as may be under way.
    fn begin_more(&mut self, id: JoinId) {
        loop {
            let Some(join) = self.joins.get_mut(id.0) else { return };
            let Some(parent) = self.strands.get(join.parent.0) else { return };
            let Some((slot, node, scope)) = join.begin_next(&parent.scope) else { return };
            let began_by = (self.steps[join.step.index()].node, join.port_of(slot));
            // It stands at its loop's step until it enters its first node, which is at once.
            let strand = Strand { step: join.step, scope: Arc::new(scope), last: None, owner: Some((id, slot)), depth: parent.depth + 1 };
            let strand = StrandId(self.strands.insert(strand));
            join.running.push(strand);
            self.enter(strand, node, 1, Some(began_by));
        }
    }

    /// A strand has come to its join.
    pub(super) fn arrive(&mut self, strand: StrandId, id: JoinId, slot: usize) {
        let Some(Strand { scope, last, .. }) = self.strands.take(strand.0) else { return };
        let given = scope.into_given();
        let Some(join) = self.joins.get_mut(id.0) else { return };
        let progress = join.succeed(slot, strand, last.unwrap_or_default(), given);
        self.progress(id, progress);
    }

    pub(super) fn fail_strand(&mut self, strand: StrandId, failure: RunFailure) {
        let Some(strand_at) = self.strands.take(strand.0) else { return };
        match strand_at.owner {
            None => {
                self.left = Some((strand_at.scope, strand_at.last));
                self.finish(Outcome::Failed { failure });
            }
            Some((id, _)) => {
                let Some(join) = self.joins.get_mut(id.0) else { return };
                let progress = join.fail(strand, failure);
                self.progress(id, progress);
            }
        }
    }

    fn progress(&mut self, id: JoinId, progress: Progress) {
        match progress {
            Progress::Goes => self.begin_more(id),
            Progress::Complete => self.complete(id),
            Progress::Failed(failure) => {
                let Some(join) = self.joins.take(id.0) else { return };
                self.cancel_all(&join.running);
                let inner = failure.node.map_or_else(String::new, |node| format!("in node `{node}`: "));
                self.fail(join.step, join.parent, Failure { message: format!("{inner}{}", failure.failure.message), ..failure.failure });
            }
        }
    }

    fn complete(&mut self, id: JoinId) {
        let Some(join) = self.joins.take(id.0) else { return };
        self.cancel_all(&join.running);
        let (step, parent) = (join.step, join.parent);
        let (output, given) = join.into_output(&self.plan);
        let Some(at) = self.strand(parent) else { return };
        let scope = Arc::make_mut(&mut at.scope);
        given.into_iter().for_each(|given| scope.give(given));
        self.take_answer(step, parent, Answer::Value(Arc::new(output)));
    }
}
