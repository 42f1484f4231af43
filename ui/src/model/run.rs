//! A run as the window shows it: steps in their order, and what each node has made of itself.

use std::collections::HashMap;

use canvas::Status;
use graph::{NodeId, Port};
use protocol::{DryCall, Outcome, Part, RunId, RunView, StepId, StepState, StepView};

use crate::text;

/// See the module.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunState {
    /// The run.
    pub(crate) id: RunId,
    /// How much of the tool it does.
    pub(crate) part: Part,
    /// When it began, in microseconds since 1970.
    pub(crate) started_us: i64,
    /// When it ended.
    pub(crate) ended_us: Option<i64>,
    /// How it ended; none while it goes on.
    pub(crate) outcome: Option<Outcome>,
    /// What it asked for so far, where it is a dry run.
    pub(crate) dry: Option<Vec<DryCall>>,
    steps: Vec<StepView>,
    positions: HashMap<StepId, usize>,
    nodes: HashMap<NodeId, NodeRun>,
    progress: HashMap<StepId, Progress>,
    /// How often each edge was taken, by the node and the port that it leaves.
    taken: HashMap<NodeId, HashMap<Port, u32>>,
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
            Some(
                StepState::Evaluating
                | StepState::Calling
                | StepState::Waiting
                | StepState::Asking
                | StepState::Uncertain
                | StepState::Joining,
            )
            | None => Status::Idle,
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
    pub(crate) fn new(id: RunId, part: Part, started_us: i64) -> Self {
        Self {
            id,
            part,
            started_us,
            ended_us: None,
            outcome: None,
            dry: None,
            steps: Vec::new(),
            positions: HashMap::new(),
            nodes: HashMap::new(),
            progress: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// The same, with the calls of a dry run; none where it is another.
    pub(crate) fn with_calls(self, dry: Option<Vec<DryCall>>) -> Self {
        Self { dry, ..self }
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
        self.part = view.part;
        if let Some(calls) = view.dry {
            let known = self.dry.get_or_insert_default();
            if known.len() < calls.len() {
                *known = calls;
            }
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

    /// How a step stands; none if it was not heard of.
    pub(crate) fn state_of(&self, step: StepId) -> Option<StepState> {
        self.positions.get(&step).map(|at| self.steps[*at].state)
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
        let began_by = step.began_by.clone().filter(|_| was_active.is_none());
        let left_by = step.left_by.filter(|_| was_active != Some(false)).map(|port| (step.node.clone(), port));
        for (node, port) in began_by.into_iter().chain(left_by) {
            *self.taken.entry(node).or_default().entry(port).or_default() += 1;
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

    /// Takes a call of a dry run, before which there were so many.
    pub(crate) fn put_call(&mut self, at: usize, call: DryCall) {
        let known = self.dry.get_or_insert_default();
        // What was asked for in between is in it already; and where something was missed, all is asked for anew.
        if known.len() == at {
            known.push(call);
        }
    }

    /// Whether a call of a node was held back.
    pub(crate) fn holds_back(&self, node: &NodeId) -> bool {
        self.dry.iter().flatten().filter(|call| !call.happened).any(|call| call.step.and_then(|id| self.node_of(id)) == Some(node))
    }

    /// How many calls of a dry run happened, and how many were held back; none of any other.
    pub(crate) fn dry_counts(&self) -> Option<(usize, usize)> {
        let calls = self.dry.as_ref()?;
        let happened = calls.iter().filter(|call| call.happened).count();
        Some((happened, calls.len() - happened))
    }

    /// The node of a step.
    pub(crate) fn node_of(&self, step: StepId) -> Option<&NodeId> {
        self.positions.get(&step).map(|at| &self.steps[*at].node)
    }

    /// Takes how far a step says it is.
    pub(crate) fn put_progress(&mut self, step: StepId, progress: Progress) {
        self.progress.insert(step, progress);
    }

    /// How often each edge that leaves a node was taken, where that is to be seen: while it runs, and where it was more than once.
    pub(crate) fn taken(&self, from: &NodeId) -> impl Iterator<Item = (Port, u32)> {
        let least = if self.is_active() { 1 } else { 2 };
        self.taken.get(from).into_iter().flatten().map(|(port, count)| (*port, *count)).filter(move |(_, count)| *count >= least)
    }

    /// How often an edge was taken, as [`RunState::taken`]; 0 where that is not to be seen.
    pub(crate) fn times(&self, from: &NodeId, port: Port) -> u32 {
        self.taken(from).find(|(taken, _)| *taken == port).map_or(0, |(_, count)| count)
    }

    /// How to draw a node: its state, and what is noted at it: why it failed, that it was held back, or how long it took.
    pub(crate) fn drawn(&self, id: &NodeId) -> (Status, String) {
        let status = self.status(id);
        let fault = self.fault(id).filter(|_| status == Status::Failed);
        let held_back = self.holds_back(id).then(|| "held back".to_owned());
        (status, fault.map(str::to_owned).or(held_back).or_else(|| Some(self.node(id)?.note())).unwrap_or_default())
    }

    /// The state to draw a node in.
    pub(crate) fn status(&self, id: &NodeId) -> Status {
        match self.nodes.get(id) {
            Some(node) => node.status(),
            // A part of a tool leaves the others as they are.
            None if self.is_active() || !self.part.is_whole() => Status::Idle,
            None => Status::Skipped,
        }
    }

    /// Why a node failed the last time that it did.
    pub(crate) fn fault(&self, id: &NodeId) -> Option<&str> {
        let steps = self.node(id)?.steps.iter().rev().map(|at| &self.steps[*at]);
        steps.filter_map(|step| step.failure.as_ref()).next().map(|failure| failure.message.as_str())
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
    use protocol::{Because, DryRequest};

    fn step(id: u32, node: &str, state: StepState, duration_us: Option<u64>) -> StepView {
        StepView {
            id: StepId(id),
            node: node.into(),
            attempt: 1,
            item: None,
            state,
            started_us: 0,
            duration_us,
            failure: None,
            began_by: None,
            left_by: None,
        }
    }

    /// Steps as `node state duration`; the status and note of `a` after all of them.
    fn check(steps: &[(u32, StepState, Option<u64>)], status: Status, note: &str) {
        let mut run = RunState::new(RunId(1), Part::default(), 0);
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
        let view = |steps, outcome| RunView {
            id: RunId(1),
            graph: protocol::GraphId(1),
            tool: "t".into(),
            part: Part::default(),
            started_us: 3,
            steps,
            outcome,
            dry: None,
        };
        let done = || Outcome::Done { result: serde_json::json!(1).into() };
        let mut run = RunState::new(RunId(1), Part::default(), 0);
        run.put_step(step(1, "b", StepState::Done, Some(9)));
        (run.outcome, run.ended_us) = (Some(done()), Some(77));
        run.take(view(vec![step(0, "a", StepState::Done, Some(4)), step(1, "b", StepState::Calling, None)], None));
        assert_eq!((run.status(&"a".into()), run.status(&"b".into())), (Status::Done, Status::Done));
        assert_eq!((run.outcome, run.ended_us, run.started_us), (Some(done()), Some(77), 3));
        let mut late = RunState::new(RunId(1), Part::default(), 0);
        late.take(view(vec![step(0, "a", StepState::Failed, Some(4))], Some(done())));
        assert_eq!(late.ended_us, Some(4), "the end of the last step stands for the end of the run");
    }

    #[test]
    fn a_dry_run_knows_which_of_its_nodes_were_held_back() {
        let call = |step, happened| DryCall {
            request: DryRequest::Emit { emit: "x".into(), detail: serde_json::json!(1).into() },
            step: Some(StepId(step)),
            happened,
            because: Because::Unknown,
            answered: None,
            answer: None,
        };
        let mut run = RunState::new(RunId(1), Part::default(), 0);
        run.put_step(step(0, "a", StepState::Done, Some(1)));
        run.put_step(step(1, "b", StepState::Done, Some(1)));
        assert_eq!(run.dry_counts(), None, "it is no dry run");
        run.put_call(0, call(0, true));
        run.put_call(2, call(1, true));
        run.put_call(1, call(1, false));
        run.put_call(1, call(0, false));
        assert_eq!(run.dry_counts(), Some((1, 1)), "each call once, and in its turn");
        assert_eq!((run.holds_back(&"a".into()), run.holds_back(&"b".into())), (false, true));
    }

    #[test]
    fn an_edge_shows_how_often_it_was_taken_while_it_runs_and_afterwards_where_it_was_more_than_once() {
        let mut run = RunState::new(RunId(1), Part::default(), 0);
        let left = |id, node: &str, port| StepView { left_by: Some(port), ..step(id, node, StepState::Done, Some(1)) };
        let taken = |run: &RunState, node: &str| {
            let mut taken: Vec<_> = run.taken(&node.into()).collect();
            taken.sort_unstable();
            taken
        };
        run.put_step(step(0, "a", StepState::Calling, None));
        assert_eq!(taken(&run, "a"), [], "it has not been left yet");
        run.put_step(left(0, "a", Port::Next));
        run.put_step(left(0, "a", Port::Next));
        assert_eq!(taken(&run, "a"), [(Port::Next, 1)], "once, however often it is told");
        for id in 1..3 {
            run.put_step(StepView { began_by: Some(("l".into(), Port::Body)), ..step(id, "x", StepState::Evaluating, None) });
            run.put_step(StepView { began_by: Some(("l".into(), Port::Body)), ..left(id, "x", Port::OnError) });
        }
        assert_eq!((taken(&run, "l"), taken(&run, "x")), (vec![(Port::Body, 2)], vec![(Port::OnError, 2)]));
        run.outcome = Some(Outcome::Stopped { reason: protocol::StopReason::Asked });
        assert_eq!((taken(&run, "l"), taken(&run, "a")), (vec![(Port::Body, 2)], vec![]), "once is what one expects");
    }

    #[test]
    fn a_part_of_a_tool_skips_nobody() {
        let mut run = RunState::new(RunId(1), Part::until("a".into()), 0);
        run.outcome = Some(Outcome::Done { result: serde_json::json!(1).into() });
        assert_eq!(run.status(&"b".into()), Status::Idle, "nobody meant it to run");
    }

    #[test]
    fn a_node_that_a_finished_run_did_not_reach_is_skipped() {
        let mut run = RunState::new(RunId(1), Part::default(), 0);
        assert_eq!(run.status(&"b".into()), Status::Idle, "it may still come");
        run.outcome = Some(Outcome::Stopped { reason: protocol::StopReason::Asked });
        assert_eq!(run.status(&"b".into()), Status::Skipped, "it will not come");
    }
}
