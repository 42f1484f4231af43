//! The machine: one event in, what is to be done out.

use std::collections::BTreeSet;
use std::sync::Arc;

use graph::{NodeId, Port};
use nodes::{Answer, Ask, Failure, FailureKind, Phase, Reply, Signal, Until};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::effect::{Effect, Fact, Timer};
use crate::event::{Event, Moment, Outcome, RunFailure};
use crate::join::{Join, Work};
use crate::part::{Part, Seen};
use crate::plan::{NodeIndex, Plan};
use crate::scope::{Given, Scope};
use crate::slots::Slots;
use crate::step::{Step, StepId, StepState};
use crate::task::{Task, seed_of_step};

mod asked;
#[cfg(test)]
mod audit;
mod end;
mod held;
mod joins;
mod past;
mod taken;
mod time;

use asked::Asked;
pub use asked::{Waiting, WaitsFor};

/// The place of a line of execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StrandId(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct JoinId(u32);

/// One line of execution: the whole run at first, then a branch, an item.
#[derive(Clone, Debug)]
struct Strand {
    step: StepId,
    scope: Arc<Scope>,
    /// The output of the last node that was not a switch.
    last: Option<Arc<Value>>,
    owner: Option<(JoinId, usize)>,
    /// How many joins it lies within.
    depth: u32,
}

/// A run of a tool.
#[derive(Clone, Debug)]
pub struct Run {
    plan: Arc<Plan>,
    arguments: Arc<Value>,
    seed: u64,
    part: Part,
    /// What stood before the first node.
    seen: Option<Arc<Seen>>,
    /// The node with which the run ends, where that is not the exit.
    until: Option<NodeIndex>,
    /// What the run's own line had seen when the run ended, or the line that ended a part of the tool.
    left: Option<(Arc<Scope>, Option<Arc<Value>>)>,
    now: Moment,
    started: Moment,
    /// Microseconds in which every line of execution only waited.
    waited_us: u64,
    idle_since: Option<Moment>,
    /// Whether a timer stands for the run's time limit.
    limit_is_set: bool,
    busy: usize,
    /// The steps that have started a run which only waits: they call, and are not counted as busy.
    resting: BTreeSet<StepId>,
    steps: Vec<Step>,
    /// For each step, the strand that it belongs to.
    strand_of: Vec<StrandId>,
    strands: Slots<Strand>,
    joins: Slots<Join>,
    /// What steps that have not ended have asked for, and what they were answered and still make something of.
    asked: FxHashMap<StepId, Asked>,
    /// When the timers of steps run out.
    timers: FxHashMap<Timer, Moment>,
    outcome: Option<Outcome>,
    effects: Vec<Effect>,
}

impl Run {
    /// A run that has not begun: its first event is [`Event::Started`].
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            arguments: Arc::default(),
            seed: 0,
            part: Part::default(),
            seen: None,
            until: None,
            left: None,
            now: Moment::default(),
            started: Moment::default(),
            waited_us: 0,
            idle_since: None,
            limit_is_set: false,
            busy: 0,
            resting: BTreeSet::new(),
            steps: Vec::new(),
            strand_of: Vec::new(),
            strands: Slots::new(),
            joins: Slots::new(),
            asked: FxHashMap::default(),
            timers: FxHashMap::default(),
            outcome: None,
            effects: Vec::new(),
        }
    }

    /// The run that these events made, in their order.
    #[must_use]
    pub fn replay<'e>(plan: Arc<Plan>, events: impl IntoIterator<Item = &'e (Moment, Event)>) -> Self {
        let mut run = Self::new(plan);
        for (at, event) in events {
            run.step(*at, event.clone());
        }
        run
    }

    /// Takes an event and says what is to be done. After the run's end, and for a step that is no longer wanted, nothing is.
    pub fn step(&mut self, at: Moment, event: Event) -> Vec<Effect> {
        // Time does not go back in a run, whatever the clocks of the processes say that it went through.
        let before = self.now;
        self.now = at.max(before);
        let has_begun = !self.steps.is_empty();
        let is_due = has_begun || matches!(event, Event::Started { .. } | Event::Stopped { .. });
        if self.outcome.is_none() && is_due {
            match event {
                Event::Started { .. } if has_begun => {}
                Event::Started { arguments, seed, part, seen, trace: _ } => self.start(arguments, seed, part, seen),
                Event::Evaluated { step, result } => self.evaluated(step, result),
                Event::Answered { step, result } => self.answered(step, result),
                Event::Signalled { signal } => self.signalled(&signal),
                Event::TakenUp { repeats } => self.taken_up(before, &repeats),
                Event::Decided { step, decision, .. } => self.decided(step, decision),
                Event::Continued { held_us } => self.continued(held_us),
                Event::Rested { step, rests } => self.rested(step, rests),
                Event::Edited { step, output } => self.edited(step, output),
                Event::Woke { timer } => self.woke(timer),
                Event::Stopped { reason } => self.finish(Outcome::Stopped { reason }),
            }
            self.count_idle_time();
        }
        std::mem::take(&mut self.effects)
    }

    /// What it runs.
    #[must_use]
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What `$random` comes from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the tool was called with.
    #[must_use]
    pub fn arguments(&self) -> &Arc<Value> {
        &self.arguments
    }

    /// How much of the tool it does.
    #[must_use]
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// What stood before its first node, where that is not the entry.
    #[must_use]
    pub fn seen(&self) -> Option<&Arc<Seen>> {
        self.seen.as_ref()
    }

    /// Every step so far, in the order in which they began.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// A step; none where the run has no such.
    #[must_use]
    pub fn get(&self, step: StepId) -> Option<&Step> {
        self.steps.get(step.index())
    }

    /// How it ended; none while it goes on.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// When it began.
    #[must_use]
    pub fn started(&self) -> Moment {
        self.started
    }

    /// When the last thing happened.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.now
    }

    /// What a step worked on: what it asked with, or else the outputs that its expressions read, by node.
    #[must_use]
    pub fn input_of(&self, step: StepId) -> Option<Value> {
        let step = self.get(step)?;
        if let Some(input) = &step.input {
            return Some(Value::clone(input));
        }
        let read = step.reads.iter().filter_map(|read| self.get(*read));
        let now = read.filter_map(|read| Some((&self.plan.node(read.node).id, read.output.as_ref()?)));
        let of_node = self.plan.node(step.node).reads.as_deref().unwrap_or_default().iter().map(|at| &self.plan.node(*at).id);
        // What was there before the run, where no step has given another since.
        let before = self.seen.iter().flat_map(|seen| of_node.clone().filter_map(|id| Some((id, seen.latest(id)?))));
        Some(Value::Object(before.chain(now).map(|(id, value)| (id.to_string(), Value::clone(value))).collect()))
    }

    fn start(&mut self, arguments: Arc<Value>, seed: u64, part: Part, seen: Option<Arc<Seen>>) {
        (self.arguments, self.seed, self.part, self.seen) = (arguments.clone(), seed, part, seen);
        self.started = self.now;
        let from = self.part.from.clone();
        let (from, until) = (from.map_or(Ok(self.plan.entry), |id| self.find(&id)), self.part.until.clone().map(|id| self.find(&id)));
        let (from, until) = match (from, until.transpose()) {
            (Ok(from), Ok(until)) => (from, until),
            (Err(failure), _) | (_, Err(failure)) => return self.fail_run(None, failure),
        };
        self.until = until;
        self.limit_is_set = true;
        self.effects.push(Effect::Wake { timer: Timer::Limit, after_us: self.plan.max_us });
        let (scope, last) = match &self.seen {
            Some(seen) => (Scope::after(&self.plan, arguments, seen), seen.last.clone()),
            None => (Scope::root(&self.plan, arguments), None),
        };
        let strand = Strand { step: StepId(0), scope: Arc::new(scope), last, owner: None, depth: 0 };
        let strand = StrandId(self.strands.insert(strand));
        self.enter(strand, from, 1, None);
    }

    fn find(&self, node: &NodeId) -> Result<NodeIndex, Failure> {
        let missing = || Failure::new(FailureKind::Unreached, format!("the tool `{}` has no node `{node}`", self.plan.tool));
        self.plan.find(node).ok_or_else(missing)
    }

    // ---- strands ----

    fn strand(&mut self, id: StrandId) -> Option<&mut Strand> {
        self.strands.get_mut(id.0)
    }

    /// Brings a strand to a node: a new step begins, or the strand's work ends at its join. `began_by` is the edge by which the
    /// strand itself began, for its first step.
    fn enter(&mut self, id: StrandId, node: NodeIndex, attempt: u32, began_by: Option<(NodeIndex, Port)>) {
        let Some(strand) = self.strand(id) else { return };
        if let Some((join, slot)) = strand.owner
            && self.joins.get(join.0).is_some_and(|join| join.at == node)
        {
            return self.arrive(id, join, slot);
        }
        if self.steps.len() as u64 >= self.plan.max_steps {
            let failure = Failure::new(FailureKind::Limit, format!("the run executed {} nodes, which is its limit", self.plan.max_steps))
                .with_remedy("look for a loop that does not end, or raise `executionLimits.maxNodeExecutions`");
            return self.fail_run(Some(node), failure);
        }
        let step = StepId(u32::try_from(self.steps.len()).unwrap_or(u32::MAX));
        let Some(strand) = self.strand(id) else { return };
        strand.step = step;
        let scope = strand.scope.clone();
        let plan = self.plan.clone();
        let planned = plan.node(node);
        let reads = planned.reads.as_deref().unwrap_or_default().iter().filter_map(|node| scope.latest(*node)?.step);
        self.steps.push(Step {
            node,
            attempt,
            item: scope.item_index(),
            state: StepState::Evaluating,
            input: None,
            reads: reads.collect(),
            output: None,
            failure: None,
            began_by,
            left_by: None,
            started: self.now,
            ended: None,
        });
        self.strand_of.push(id);
        self.busy += 1;
        self.effects.push(Effect::Tell(Fact::StepStarted(step)));
        if let Some(timeout_ms) = planned.compiled.common.timeout_ms {
            self.wake(Timer::Timeout(step), timeout_ms.saturating_mul(1000));
        }
        self.evaluate(step, scope, Phase::Begin);
    }

    fn evaluate(&mut self, step: StepId, scope: Arc<Scope>, phase: Phase) {
        let task = Task {
            plan: self.plan.clone(),
            node: self.steps[step.index()].node,
            phase,
            scope,
            now: self.now,
            seed: seed_of_step(self.seed, step.0),
        };
        self.effects.push(Effect::Evaluate { step, task });
    }

    // ---- steps ----

    /// The strand of a step that is in this state; none for one that is no longer wanted.
    fn open(&self, step: StepId, state: StepState) -> Option<StrandId> {
        self.get(step).filter(|step| step.state == state)?;
        self.strand_of.get(step.index()).copied()
    }

    fn set_state(&mut self, step: StepId, state: StepState) {
        let now = self.now;
        let step_at = &mut self.steps[step.index()];
        let was_busy = std::mem::replace(&mut step_at.state, state).is_busy() && (self.resting.is_empty() || !self.resting.remove(&step));
        if state.has_ended() {
            step_at.ended = Some(now);
            self.forget(step);
            self.effects.push(Effect::Tell(Fact::StepEnded(step)));
        }
        if state == StepState::Waiting {
            self.effects.push(Effect::Tell(Fact::StepChanged(step)));
        }
        self.busy = self.busy - usize::from(was_busy) + usize::from(state.is_busy());
    }

    fn evaluated(&mut self, step: StepId, result: Result<Ask, Failure>) {
        let Some(strand) = self.open(step, StepState::Evaluating) else { return };
        let ask = match result {
            Ok(ask) => ask,
            Err(failure) => return self.fail(step, strand, failure),
        };
        match ask {
            Ask::Done { output } => self.done(step, strand, output),
            Ask::Choose { port } => self.choose(step, strand, port),
            Ask::Call { server, tool, args } => {
                self.steps[step.index()].input = Some(args);
                self.call(step, Asked::Call { server, tool });
            }
            Ask::Run { tool, args } => {
                self.steps[step.index()].input = Some(args);
                self.call(step, Asked::Run { tool });
            }
            Ask::Emit { event, detail } => {
                let id = format!("{:016x}", seed_of_step(self.seed, step.0));
                self.steps[step.index()].input = Some(detail.clone());
                self.call(step, Asked::Emit { signal: Arc::new(Signal { id, event, detail }) });
            }
            Ask::Hear { event } => self.listen(step, strand, event),
            Ask::Approve { approval } => {
                let timeout_ms = approval.timeout_ms;
                self.steps[step.index()].input = serde_json::to_value(&*approval).ok().map(Arc::new);
                self.asked.insert(step, Asked::Approval(approval));
                self.set_state(step, StepState::Asking);
                self.effects.push(Effect::Tell(Fact::StepChanged(step)));
                if let Some(timeout_ms) = timeout_ms {
                    self.wake(Timer::Wait(step), timeout_ms.saturating_mul(1000));
                }
            }
            Ask::Wait { until } => {
                let after_us = match until {
                    Until::For(milliseconds) => milliseconds.saturating_mul(1000),
                    Until::At(milliseconds) => Moment(milliseconds.saturating_mul(1000)).since(self.now),
                };
                self.set_state(step, StepState::Waiting);
                self.wake(Timer::Wait(step), after_us);
            }
            Ask::Fork { policy, at_once } => {
                let edges = &self.plan.node(self.steps[step.index()].node).edges;
                let branches: Vec<_> = edges.iter().filter(|(port, _)| matches!(port, Port::Branch(_))).map(|(_, to)| *to).collect();
                let needed = policy.needed(branches.len());
                self.join(step, strand, Work::Branches(branches), needed, at_once);
            }
            Ask::Each { items, at_once } => match self.plan.node(self.steps[step.index()].node).target(Port::Body) {
                Some(body) => {
                    let needed = items.len();
                    self.steps[step.index()].input = Some(Arc::new(Value::Array(items.to_vec())));
                    self.join(step, strand, Work::Items { items, body }, needed, at_once);
                }
                None => self.fail(step, strand, Failure::new(FailureKind::Expression, "the loop has no body")),
            },
            Ask::End => self.end(step, strand),
        }
    }

    fn answered(&mut self, step: StepId, result: Result<Answer, Failure>) {
        // A person answers a person's question, and nobody else does.
        let state = if matches!(result, Ok(Answer::Person(_))) { StepState::Asking } else { StepState::Calling };
        let Some(strand) = self.open(step, state) else { return };
        match result {
            Ok(Answer::Person(Reply::Rejected { reason, by })) if self.target(step, Port::OnReject).is_some() => {
                self.rejected(step, strand, reason, by);
            }
            Ok(answer) => self.take_answer(step, strand, answer),
            Err(failure) => self.fail(step, strand, failure),
        }
    }

    /// The node makes its output of what it had asked for.
    fn take_answer(&mut self, step: StepId, strand: StrandId, answer: Answer) {
        let Some(scope) = self.strand(strand).map(|strand| strand.scope.clone()) else { return };
        let answer = Arc::new(answer);
        self.asked.insert(step, Asked::Answered(answer.clone()));
        self.set_state(step, StepState::Evaluating);
        self.evaluate(step, scope, Phase::Finish(answer));
    }

    fn target(&self, step: StepId, port: Port) -> Option<NodeIndex> {
        self.plan.node(self.steps[step.index()].node).target(port)
    }

    /// A person said no, and a way leads on from there: what was said is the output.
    fn rejected(&mut self, step: StepId, strand: StrandId, reason: Option<String>, by: Option<String>) {
        let Some(next) = self.target(step, Port::OnReject) else { return };
        let output = Arc::new(json!({"rejected": true, "reason": reason, "by": by}));
        if self.give(step, strand, output) {
            self.follow(step, strand, Port::OnReject, next);
        }
    }

    /// A step is done with this output; whether its strand goes on.
    fn give(&mut self, step: StepId, strand: StrandId, output: Arc<Value>) -> bool {
        let node = self.steps[step.index()].node;
        self.steps[step.index()].output = Some(output.clone());
        self.set_state(step, StepState::Done);
        let Some(at) = self.strand(strand) else { return false };
        at.last = Some(output.clone());
        Arc::make_mut(&mut at.scope).give(Given { node, step: Some(step), value: output.clone() });
        if self.until == Some(node) {
            self.finish_part(strand, output);
            return false;
        }
        true
    }

    fn done(&mut self, step: StepId, strand: StrandId, output: Arc<Value>) {
        if !self.give(step, strand, output) {
            return;
        }
        let node = self.steps[step.index()].node;
        match self.plan.node(node).after {
            Some((port, next)) => self.follow(step, strand, port, next),
            None => self.fail_run(Some(node), Failure::new(FailureKind::Expression, "nothing follows this node").with_remedy("add `next`")),
        }
    }

    /// A switch: its output is the id of the node that it chose, and what came before stays the last output.
    fn choose(&mut self, step: StepId, strand: StrandId, port: Port) {
        let node = self.steps[step.index()].node;
        let Some(next) = self.plan.node(node).target(port) else {
            return self.fail(step, strand, Failure::new(FailureKind::Expression, "the switch chose a way that leads nowhere"));
        };
        let output = Arc::new(Value::from(self.plan.node(next).id.as_str()));
        self.steps[step.index()].output = Some(output.clone());
        self.set_state(step, StepState::Done);
        let Some(at) = self.strand(strand) else { return };
        Arc::make_mut(&mut at.scope).give(Given { node, step: Some(step), value: output.clone() });
        if self.until == Some(node) {
            return self.finish_part(strand, output);
        }
        self.follow(step, strand, port, next);
    }

    /// Leaves a step by a port, to the next node.
    fn follow(&mut self, step: StepId, strand: StrandId, port: Port, next: NodeIndex) {
        self.steps[step.index()].left_by = Some(port);
        self.enter(strand, next, 1, None);
    }

    fn end(&mut self, step: StepId, strand: StrandId) {
        let Some(at) = self.strand(strand) else { return };
        if at.owner.is_some() {
            let failure = Failure::new(FailureKind::Expression, "a branch came to the exit without passing its join")
                .with_remedy("let the branch's last node lead to the join");
            return self.fail(step, strand, failure);
        }
        let result = at.last.clone().unwrap_or_default();
        self.steps[step.index()].output = Some(result.clone());
        self.set_state(step, StepState::Done);
        match self.until.filter(|until| *until != self.steps[step.index()].node) {
            None => self.finish(Outcome::Done { result }),
            Some(until) => {
                let failure = Failure::new(FailureKind::Unreached, "the run came to its end by another way");
                self.fail_run(Some(until), failure.with_remedy("look at the switches on the way, or run it with other arguments"));
            }
        }
    }

    /// A step failed: it is tried again, or its error edge is taken, or its strand fails.
    fn fail(&mut self, step: StepId, strand: StrandId, failure: Failure) {
        let Step { node, attempt, .. } = self.steps[step.index()];
        self.steps[step.index()].failure = Some(failure.clone());
        self.set_state(step, StepState::Failed);
        let plan = self.plan.clone();
        let planned = plan.node(node);
        let wait = planned.compiled.common.retry.filter(|_| failure.may_pass()).and_then(|retry| retry.wait_before(u64::from(attempt) + 1));
        if let Some(wait_ms) = wait {
            // The wait between attempts spends the run's time, so that endless retries end.
            self.busy += 1;
            self.wake(Timer::Retry(step), wait_ms.saturating_mul(1000));
        } else if self.until == Some(node) {
            // It is this node that somebody wants to see, not what mends it.
            self.fail_run(Some(node), failure);
        } else if let Some(handler) = planned.target(Port::OnError) {
            let Some(at) = self.strand(strand) else { return };
            let error = Arc::new(json!({"node": planned.id, "kind": failure.kind, "message": failure.message, "attempts": attempt}));
            at.last = Some(error.clone());
            Arc::make_mut(&mut at.scope).set_error(error);
            self.follow(step, strand, Port::OnError, handler);
        } else {
            self.fail_strand(strand, RunFailure { node: Some(planned.id.clone()), failure });
        }
    }
}
