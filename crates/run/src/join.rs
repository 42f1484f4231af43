//! Branches and items under way: how many may be, how many must succeed, and what they give together.

use std::sync::Arc;

use graph::Port;
use serde_json::{Map, Value};

use crate::event::RunFailure;
use crate::machine::StrandId;
use crate::plan::{NodeIndex, Plan};
use crate::scope::{Given, Item, Scope};
use crate::step::StepId;

/// What the strands of a join do.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Each its own branch.
    Branches(Vec<NodeIndex>),
    /// Each the same body, with its own item.
    Items { items: Arc<Vec<Value>>, body: NodeIndex },
}

impl Work {
    pub(crate) fn len(&self) -> usize {
        match self {
            Work::Branches(branches) => branches.len(),
            Work::Items { items, .. } => items.len(),
        }
    }
}

/// The strands that a `parallel` or a `forEach` step waits for.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    pub(crate) step: StepId,
    pub(crate) parent: StrandId,
    /// Where a strand's work ends.
    pub(crate) at: NodeIndex,
    work: Work,
    needed: usize,
    at_once: usize,
    begun: usize,
    failed: usize,
    /// For each slot that succeeded, its last output and all that it gave.
    done: Vec<Option<(Arc<Value>, Vec<Given>)>>,
    succeeded: usize,
    pub(crate) running: Vec<StrandId>,
}

/// What follows when one strand of a join has ended.
pub(crate) enum Progress {
    /// Others are still needed.
    Goes,
    /// Enough have succeeded.
    Complete,
    /// Too many have failed.
    Failed(RunFailure),
}

impl Join {
    pub(crate) fn new(step: StepId, parent: StrandId, at: NodeIndex, work: Work, needed: usize, at_once: usize) -> Self {
        let slots = work.len();
        Self {
            step,
            parent,
            at,
            work,
            needed,
            at_once: at_once.max(1),
            begun: 0,
            failed: 0,
            done: vec![None; slots],
            succeeded: 0,
            running: Vec::new(),
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.succeeded >= self.needed
    }

    /// The port that a slot's strand begins by.
    pub(crate) fn port_of(&self, slot: usize) -> Port {
        match &self.work {
            Work::Branches(_) => Port::Branch(slot),
            Work::Items { .. } => Port::Body,
        }
    }

    /// The next slot that may begin: its number, its first node, its scope.
    pub(crate) fn begin_next(&mut self, outer: &Arc<Scope>) -> Option<(usize, NodeIndex, Scope)> {
        if self.begun >= self.work.len() || self.running.len() >= self.at_once {
            return None;
        }
        let slot = self.begun;
        self.begun += 1;
        Some(match &self.work {
            Work::Branches(branches) => (slot, branches[slot], Scope::inner(outer, None)),
            Work::Items { items, body } => {
                let index = u32::try_from(slot).unwrap_or(u32::MAX);
                let item = Item { value: Arc::new(items[slot].clone()), index };
                (slot, *body, Scope::inner(outer, Some(item)))
            }
        })
    }

    pub(crate) fn succeed(&mut self, slot: usize, strand: StrandId, output: Arc<Value>, given: Vec<Given>) -> Progress {
        self.running.retain(|running| *running != strand);
        self.done[slot] = Some((output, given));
        self.succeeded += 1;
        if self.is_complete() { Progress::Complete } else { Progress::Goes }
    }

    /// What a step gave that belongs to a slot which has succeeded is another.
    pub(crate) fn replace_output(&mut self, step: StepId, was: &Arc<Value>, output: &Arc<Value>) {
        for (last, given) in self.done.iter_mut().flatten() {
            if Arc::ptr_eq(last, was) {
                *last = output.clone();
            }
            given.iter_mut().filter(|given| given.step == Some(step)).for_each(|given| given.value = output.clone());
        }
    }

    pub(crate) fn fail(&mut self, strand: StrandId, failure: RunFailure) -> Progress {
        self.running.retain(|running| *running != strand);
        self.failed += 1;
        if self.work.len() - self.failed < self.needed { Progress::Failed(failure) } else { Progress::Goes }
    }

    /// The output of the whole, and all that the strands gave, in the order of the slots.
    pub(crate) fn into_output(self, plan: &Plan) -> (Value, Vec<Given>) {
        let mut all = Vec::new();
        let mut outputs = Vec::with_capacity(self.done.len());
        for (slot, done) in self.done.into_iter().enumerate() {
            let Some((output, given)) = done else { continue };
            all.extend(given);
            outputs.push((slot, Arc::unwrap_or_clone(output)));
        }
        let output = match &self.work {
            Work::Branches(branches) => {
                let named = outputs.into_iter().map(|(slot, value)| (plan.node(branches[slot]).id.to_string(), value));
                Value::Object(named.collect::<Map<_, _>>())
            }
            Work::Items { .. } => Value::Array(outputs.into_iter().map(|(_, value)| value).collect()),
        };
        (output, all)
    }
}
