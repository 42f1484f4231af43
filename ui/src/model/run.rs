//! A run as the window shows it: steps in their order, and what each node has made of itself.

use std::collections::HashMap;

use canvas::Status;
use graph::NodeId;
use protocol::{Outcome, RunId, RunView, StepId, StepState, StepView};

use crate::text;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunState {
    /// The run.
    pub(crate) id: RunId,
    /// When it began, in microseconds since 1970.
    pub(crate) started_us: i64,
    /// When it ended.
    pub(crate) ended_us: Option<i64>,
    /// How it ended; none while it goes on.
    pub(crate) outcome: Option<Outcome>,
    steps: Vec<StepView>,
    positions: HashMap<StepId, usize>,
    nodes: HashMap<NodeId, NodeRun>,
    progress: HashMap<StepId, Progress>,
}

/// What a node has made of itself in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NodeRun {
    /// The positions of its steps.
    pub(crate) steps: Vec<usize>,
    /// How many of them go on.
    active: usize,
    /// How the one that ended last stood.
    last: Option<StepState>,
    /// How long those that ended took together, in microseconds.
    total_us: u64,
}

/// How far a tool says it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Progress {
    /// How much is done.
    pub(crate) done: f64,
    /// Of how much, where that is known.
    pub(crate) total: Option<f64>,
    /// What it is doing.
    pub(crate) message: Option<String>,
}

impl NodeRun {
    /// The state to draw.
    pub(crate) fn status(&self) -> Status {
        match self.last {
            _ if self.active > 0 => Status::Running,
            Some(StepState::Failed) => Status::Failed,
            Some(StepState::Cancelled) => Status::Skipped,
            Some(StepState::Done) => Status::Done,
            Some(StepState::Evaluating | StepState::Calling | StepState::Waiting | StepState::Joining) | None => Status::Idle,
        }
    }

    /// How long it took, and how often it ran where that was more than once.
    pub(crate) fn note(&self) -> String {
        let times = if self.steps.len() > 1 { format!("×{}", self.steps.len()) } else { String::new() };
        match (self.active, self.last) {
            (0, Some(_)) if times.is_empty() => text::duration(self.total_us),
            (0, Some(_)) => format!("{times} · {}", text::duration(self.total_us)),
            _ => times,
        }
    }
}

impl RunState {
    /// A run that has just begun.
    pub(crate) fn new(id: RunId, started_us: i64) -> Self {
        Self {
            id,
            started_us,
            ended_us: None,
            outcome: None,
            steps: Vec::new(),
            positions: HashMap::new(),
            nodes: HashMap::new(),
            progress: HashMap::new(),
        }
    }

    /// Takes a run as the app had it at some moment. What was heard since then stays: an end is never taken back.
    pub(crate) fn take(&mut self, view: RunView) {
        let end = |step: &StepView| step.started_us.saturating_add_unsigned(step.duration_us.unwrap_or(0));
        let last = view.steps.iter().map(end).max().unwrap_or(view.started_us);
        for step in view.steps {
            let has_ended = self.positions.get(&step.id).is_some_and(|at| self.steps[*at].state.has_ended());
            if !has_ended {
                self.put_step(step);
            }
        }
        // A run that was asked for and has not begun yet has no time of its own.
        if view.started_us > 0 {
            self.started_us = view.started_us;
        }
        if let (None, Some(outcome)) = (&self.outcome, view.outcome) {
            (self.outcome, self.ended_us) = (Some(outcome), Some(last));
        }
    }

    /// Whether it goes on.
    pub(crate) fn is_active(&self) -> bool {
        self.outcome.is_none()
    }

    /// The steps, in the order in which they were heard of.
    pub(crate) fn steps(&self) -> &[StepView] {
        &self.steps
    }

    /// What a node has made of itself; none if it did not run.
    pub(crate) fn node(&self, id: &NodeId) -> Option<&NodeRun> {
        self.nodes.get(id)
    }

    /// How far a step says it is.
    pub(crate) fn progress(&self, step: StepId) -> Option<&Progress> {
        self.progress.get(&step)
    }

    /// Takes what was told of a step: that it began, or how it ended.
    pub(crate) fn put_step(&mut self, step: StepView) {
        let node = self.nodes.entry(step.node.clone()).or_default();
        let position = *self.positions.entry(step.id).or_insert(self.steps.len());
        let was_active = self.steps.get(position).map(|before| !before.state.has_ended());
        if was_active.is_none() {
            node.steps.push(position);
        }
        let is_active = !step.state.has_ended();
        node.active = node.active + usize::from(is_active) - usize::from(was_active == Some(true));
        if step.state.has_ended() && was_active != Some(false) {
            node.last = Some(step.state);
            node.total_us += step.duration_us.unwrap_or(0);
        }
        match self.steps.get_mut(position) {
            Some(before) => *before = step,
            None => self.steps.push(step),
        }
    }

    /// Takes how far a step says it is.
    pub(crate) fn put_progress(&mut self, step: StepId, progress: Progress) {
        self.progress.insert(step, progress);
    }

    /// The state to draw a node in.
    pub(crate) fn status(&self, id: &NodeId) -> Status {
        match self.nodes.get(id) {
            Some(node) => node.status(),
            None if self.is_active() => Status::Idle,
            None => Status::Skipped,
        }
    }

    /// The step that a failed run failed in.
    pub(crate) fn failed_step(&self) -> Option<&StepView> {
        self.steps.iter().rev().find(|step| step.state == StepState::Failed)
    }

    /// How long it took, in microseconds; none while it goes on.
    pub(crate) fn duration_us(&self) -> Option<u64> {
        u64::try_from(self.ended_us? - self.started_us).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: u32, node: &str, state: StepState, duration_us: Option<u64>) -> StepView {
        StepView { id: StepId(id), node: node.into(), attempt: 1, item: None, state, started_us: 0, duration_us, failure: None }
    }

    /// Steps as `node state duration`; the status and note of `a` after all of them.
    fn check(steps: &[(u32, StepState, Option<u64>)], status: Status, note: &str) {
        let mut run = RunState::new(RunId(1), 0);
        for (id, state, duration) in steps {
            run.put_step(step(*id, "a", *state, *duration));
        }
        assert_eq!(run.status(&"a".into()), status, "after {steps:?}");
        assert_eq!(run.node(&"a".into()).map(NodeRun::note).unwrap_or_default(), note, "after {steps:?}");
    }

    #[test]
    fn a_node_is_drawn_as_its_steps_stand() {
        use StepState::{Calling, Cancelled, Done, Evaluating, Failed};
        check(&[], Status::Idle, "");
        check(&[(0, Evaluating, None)], Status::Running, "");
        check(&[(0, Evaluating, None), (0, Done, Some(1500))], Status::Done, "1.5 ms");
        check(&[(0, Done, Some(1500)), (0, Done, Some(1500))], Status::Done, "1.5 ms");
        check(&[(0, Failed, Some(5)), (1, Calling, None)], Status::Running, "×2");
        check(&[(0, Failed, Some(5)), (1, Calling, None), (1, Done, Some(10))], Status::Done, "×2 · 15 µs");
        check(&[(0, Calling, None), (1, Calling, None), (0, Done, Some(2))], Status::Running, "×2");
        check(&[(0, Calling, None), (0, Failed, Some(2))], Status::Failed, "2 µs");
        check(&[(0, Calling, None), (0, Cancelled, Some(2))], Status::Skipped, "2 µs");
    }

    #[test]
    fn an_older_view_takes_no_end_back_and_adds_what_was_not_heard() {
        let view = |steps, outcome| RunView { id: RunId(1), graph: protocol::GraphId(1), tool: "t".into(), started_us: 3, steps, outcome };
        let done = || Outcome::Done { result: serde_json::json!(1).into() };
        let mut run = RunState::new(RunId(1), 0);
        run.put_step(step(1, "b", StepState::Done, Some(9)));
        (run.outcome, run.ended_us) = (Some(done()), Some(77));
        run.take(view(vec![step(0, "a", StepState::Done, Some(4)), step(1, "b", StepState::Calling, None)], None));
        assert_eq!((run.status(&"a".into()), run.status(&"b".into())), (Status::Done, Status::Done));
        assert_eq!((run.outcome, run.ended_us, run.started_us), (Some(done()), Some(77), 3));
        let mut late = RunState::new(RunId(1), 0);
        late.take(view(vec![step(0, "a", StepState::Failed, Some(4))], Some(done())));
        assert_eq!(late.ended_us, Some(4), "the end of the last step stands for the end of the run");
    }

    #[test]
    fn a_node_that_a_finished_run_did_not_reach_is_skipped() {
        let mut run = RunState::new(RunId(1), 0);
        assert_eq!(run.status(&"b".into()), Status::Idle, "it may still come");
        run.outcome = Some(Outcome::Stopped { reason: protocol::StopReason::Asked });
        assert_eq!(run.status(&"b".into()), Status::Skipped, "it will not come");
    }
}
