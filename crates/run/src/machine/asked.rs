//! What steps ask of the world and have no answer to yet: kept so that it can be asked once more, and shown to whoever is
//! waited for.

use std::collections::VecDeque;
use std::sync::Arc;

use graph::{NodeId, ServerName};
use nodes::{Answer, Approval, Failure, FailureKind, Phase, Signal, ToolRef};

use super::{Run, StrandId};
use crate::effect::{Effect, Fact, Timer};
use crate::event::{Decision, Moment};
use crate::step::{StepId, StepState};

/// What a step has asked for, or was answered and makes its output of.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Call { server: ServerName, tool: String },
    Run { tool: ToolRef },
    Emit { signal: Arc<Signal> },
    Approval(Arc<Approval>),
    Event(Listening),
    Answered(Arc<Answer>),
}

/// A step that waits for an event of a type.
#[derive(Clone, Debug)]
pub(crate) struct Listening {
    event: Arc<str>,
    /// The event that it looks at just now, and those that came meanwhile.
    pub(super) judging: Option<Arc<Signal>>,
    heard: VecDeque<Arc<Signal>>,
}

/// A step that waits, as whoever is waited for sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The step.
    pub step: StepId,
    /// Its node.
    pub node: NodeId,
    /// What it waits for.
    pub on: WaitsFor,
    /// When it ends by itself; none where it does not.
    pub until: Option<Moment>,
}

/// What a step waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitsFor {
    /// Time to pass.
    Time,
    /// An event of this type.
    Event(Arc<str>),
    /// A person's answer.
    Person(Arc<Approval>),
    /// Somebody to say what is to become of it: it is uncertain.
    Decision,
}

impl Run {
    /// Every step that waits for time, an event or somebody, in the order in which they began.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let steps = (0u32..).map(StepId).zip(&self.steps);
        let waits = steps.filter_map(|(id, step)| {
            let on = match (step.state, self.asked.get(&id)) {
                (StepState::Uncertain, _) => WaitsFor::Decision,
                (StepState::Asking, Some(Asked::Approval(approval))) => WaitsFor::Person(approval.clone()),
                (StepState::Waiting, Some(Asked::Event(listening))) => WaitsFor::Event(listening.event.clone()),
                (StepState::Waiting, _) => WaitsFor::Time,
                _ => return None,
            };
            let ends = [Timer::Wait(id), Timer::Timeout(id)].iter().filter_map(|timer| self.timers.get(timer)).min();
            Some(Waiting { step: id, node: self.plan.node(step.node).id.clone(), on, until: ends.copied() })
        });
        waits.collect()
    }

    /// Whether a step waits for an event of this type.
    #[must_use]
    pub fn hears(&self, event: &str) -> bool {
        self.asked.values().any(|asked| matches!(asked, Asked::Event(listening) if *listening.event == *event))
    }

    /// Whether nothing is at work in a run that goes on: it only waits.
    #[must_use]
    pub fn only_waits(&self) -> bool {
        self.outcome.is_none() && !self.steps.is_empty() && self.busy == 0
    }

    /// Whether a step has started a run that only waits.
    #[must_use]
    pub fn rests(&self, step: StepId) -> bool {
        self.resting.contains(&step)
    }

    /// When the next of its timers runs out; none where none is set, apart from the run's own limit.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Moment> {
        self.timers.values().min().copied()
    }

    /// The calls of servers' tools that are under way, each with its server and its tool. What the node's `onCrash` says of
    /// them is known already: those are left out that are made again in any case.
    #[must_use]
    pub fn calls_under_way(&self) -> Vec<(StepId, ServerName, String)> {
        let mut calls: Vec<_> = self
            .asked
            .iter()
            .filter_map(|(step, asked)| match asked {
                Asked::Call { server, tool } if self.get(*step)?.state == StepState::Calling && !self.may_repeat(*step) => {
                    Some((*step, server.clone(), tool.clone()))
                }
                _ => None,
            })
            .collect();
        calls.sort_by_key(|(step, ..)| *step);
        calls
    }

    /// The steps that have started a run of a graph's tool which is under way, each with the tool: those are left out that start
    /// another in any case.
    #[must_use]
    pub fn runs_under_way(&self) -> Vec<(StepId, ToolRef)> {
        let under_way = |step: StepId| self.get(step).is_some_and(|at| at.state == StepState::Calling) && !self.may_repeat(step);
        let mut runs: Vec<_> = self
            .asked
            .iter()
            .filter_map(|(step, asked)| match asked {
                Asked::Run { tool } if under_way(*step) => Some((*step, tool.clone())),
                _ => None,
            })
            .collect();
        runs.sort_by_key(|(step, _)| *step);
        runs
    }

    /// Begins to ask the world for something that it answers.
    pub(super) fn call(&mut self, step: StepId, asked: Asked) {
        self.asked.insert(step, asked);
        self.set_state(step, StepState::Calling);
        self.ask(step);
    }

    /// Asks, the first time or once more.
    pub(super) fn ask(&mut self, step: StepId) {
        let args = self.get(step).and_then(|step| step.input.clone()).unwrap_or_default();
        let effect = match self.asked.get(&step) {
            Some(Asked::Call { server, tool }) => Effect::Call { step, server: server.clone(), tool: tool.clone(), args },
            Some(Asked::Run { tool }) => Effect::RunTool { step, tool: tool.clone(), args },
            Some(Asked::Emit { signal }) => Effect::Emit { step, signal: signal.clone() },
            Some(Asked::Approval(_) | Asked::Event(_) | Asked::Answered(_)) | None => return,
        };
        self.effects.push(effect);
    }

    /// Forgets what a step that has ended had asked for, and its timers.
    pub(super) fn forget(&mut self, step: StepId) {
        if !self.asked.is_empty() {
            self.asked.remove(&step);
        }
        if !self.timers.is_empty() {
            self.timers.remove(&Timer::Wait(step));
            self.timers.remove(&Timer::Timeout(step));
        }
    }

    // ---- events ----

    /// A step waits for an event, or goes on waiting since the one that it looked at was not the one that it waits for.
    pub(super) fn listen(&mut self, step: StepId, strand: StrandId, event: Arc<str>) {
        let listening = self.asked.entry(step).or_insert_with(|| Asked::Event(Listening { event, judging: None, heard: VecDeque::new() }));
        let Asked::Event(listening) = listening else { return };
        listening.judging = listening.heard.pop_front();
        match listening.judging.clone() {
            None => self.set_state(step, StepState::Waiting),
            Some(signal) => self.judge(step, strand, signal),
        }
    }

    /// An event came: every step that waits for its type looks at it, each after those that came before.
    pub(super) fn signalled(&mut self, signal: &Arc<Signal>) {
        let mut ears: Vec<StepId> = self
            .asked
            .iter()
            .filter_map(|(step, asked)| match asked {
                Asked::Event(listening) if listening.event == signal.event => Some(*step),
                _ => None,
            })
            .collect();
        ears.sort_unstable();
        for step in ears {
            let strand = self.strand_of[step.index()];
            let Some(Asked::Event(listening)) = self.asked.get_mut(&step) else { continue };
            if listening.judging.is_some() {
                listening.heard.push_back(signal.clone());
            } else {
                listening.judging = Some(signal.clone());
                self.judge(step, strand, signal.clone());
            }
        }
    }

    fn judge(&mut self, step: StepId, strand: StrandId, signal: Arc<Signal>) {
        let Some(scope) = self.strand(strand).map(|strand| strand.scope.clone()) else { return };
        self.set_state(step, StepState::Evaluating);
        self.evaluate(step, scope, Phase::Hear(signal));
    }

    // ---- what is uncertain ----

    /// Somebody says what is to become of an uncertain step.
    pub(super) fn decided(&mut self, step: StepId, decision: Decision) {
        let Some(strand) = self.open(step, StepState::Uncertain) else { return };
        match decision {
            Decision::Retry => {
                let limit_ms = self.plan.node(self.steps[step.index()].node).compiled.common.timeout_ms;
                self.set_state(step, StepState::Calling);
                self.effects.push(Effect::Tell(Fact::StepChanged(step)));
                if let Some(limit_ms) = limit_ms {
                    self.wake(Timer::Timeout(step), limit_ms.saturating_mul(1000));
                }
                self.ask(step);
            }
            Decision::Skip { output } => self.done(step, strand, output),
            Decision::Fail { message } => self.fail(step, strand, Failure::new(FailureKind::Uncertain, message)),
        }
    }
}
