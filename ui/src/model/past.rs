//! A run that is looked back at: what stood at one moment of it, and its steps on a line of time.

use std::collections::HashMap;
use std::sync::Arc;

use graph::ToolName;
use protocol::{GraphView, Outcome, PastRun, RunSummary, StepId, StepState, StepView};

use super::run::RunState;

/// A time in which nothing happened for longer than this is drawn short, in microseconds: an answer that took a week must not
/// leave the steps around it a hair's breadth.
const LONG_US: i64 = 60_000_000;

/// The most lanes of a line of time that has some for each node.
const MOST_LANES: usize = 40;

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// Its line in the list.
    pub(crate) summary: RunSummary,
    /// Whether the graph's file still says the same.
    pub(crate) is_current: bool,
    /// The graph that it ran, as an open one is shown.
    pub(crate) view: Arc<GraphView>,
    /// The tool.
    pub(crate) tool: ToolName,
    /// Its steps, in the order in which they began.
    steps: Vec<StepView>,
    moments: Vec<Moment>,
    outcome: Option<Outcome>,
    /// How many moments have passed.
    at: usize,
    /// What stood then.
    run: RunState,
}

/// Something that happened: a step began or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    at_us: i64,
    /// The position of the step.
    step: usize,
    is_end: bool,
}

/// A step on the line of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    /// The position of the step.
    pub(crate) step: usize,
    /// Where it begins and ends, from 0 to 1.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Its lane, from the top.
    pub(crate) lane: usize,
    /// How it ended.
    pub(crate) state: StepState,
}

/// The steps of a run on a line of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Timeline {
    /// In the order in which they began.
    pub(crate) bars: Vec<Bar>,
    /// How many lanes there are.
    pub(crate) lanes: usize,
    /// The nodes, each with its first lane and how many it has; none where a lane holds steps of any node.
    pub(crate) nodes: Vec<(graph::NodeId, usize, usize)>,
    /// Where a long time in which nothing happened was cut short, from 0 to 1.
    pub(crate) cuts: Vec<f64>,
    /// The times at which something happened, and where they are.
    scale: Vec<(i64, f64)>,
}

impl Past {
    /// A run at its end. `view` is how its file is shown that is open, whose places and servers stay.
    pub(crate) fn new(past: PastRun, view: Option<&GraphView>) -> Self {
        let PastRun { summary, run, graph, is_current } = past;
        let mut shown = view.cloned().unwrap_or_else(|| GraphView {
            id: run.graph,
            path: summary.path.clone(),
            dialect: String::new(),
            graph: graph.clone(),
            layout: Arc::default(),
            problems: Vec::new(),
            revision: 0,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        });
        // The very same graph, so that nothing is drawn anew for nothing.
        if !is_current || view.is_none() {
            shown.graph = graph;
            shown.problems = Vec::new();
        }
        let moments = moments(&run.steps);
        let at = moments.len();
        let mut state = RunState::new(run.id, run.part.clone(), run.started_us);
        let (tool, steps, outcome) = (run.tool.clone(), run.steps.clone(), run.outcome.clone());
        state.take(run);
        Self { summary, is_current, view: Arc::new(shown), tool, steps, moments, outcome, at, run: state }
    }

    /// What stood at the moment that is looked at.
    pub(crate) fn run(&self) -> &RunState {
        &self.run
    }

    /// Whether it is a dry run, some of whose answers were made up.
    pub(crate) fn is_dry(&self) -> bool {
        self.run.dry.is_some()
    }

    /// How many moments have passed at the one that is looked at.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many moments there are.
    pub(crate) fn len(&self) -> usize {
        self.moments.len()
    }

    /// The step that began or ended last, and whether it has ended then; none before the first.
    pub(crate) fn latest(&self) -> Option<(&StepView, bool)> {
        let moment = self.moments.get(self.at.checked_sub(1)?)?;
        Some((&self.steps[moment.step], moment.is_end))
    }

    /// The time of the moment that is looked at, in microseconds since 1970.
    pub(crate) fn time_us(&self) -> i64 {
        let last = self.at.checked_sub(1).and_then(|at| self.moments.get(at));
        last.map_or(self.run.started_us, |moment| moment.at_us)
    }

    /// Looks at the moment before which `at` others have passed.
    pub(crate) fn seek(&mut self, at: usize) {
        let at = at.min(self.moments.len());
        if at < self.at || self.run.outcome.is_some() {
            let dry = self.run.dry.take();
            self.run = RunState::new(self.run.id, self.run.part.clone(), self.run.started_us).with_calls(dry);
            self.at = 0;
        }
        for moment in &self.moments[self.at..at] {
            let step = &self.steps[moment.step];
            self.run.put_step(if moment.is_end { step.clone() } else { under_way(step) });
        }
        self.at = at;
        if at == self.moments.len() {
            // What has not ended stands as it does.
            self.steps.iter().filter(|step| !step.state.has_ended()).for_each(|step| self.run.put_step(step.clone()));
            (self.run.outcome, self.run.ended_us) = (self.outcome.clone(), self.outcome.as_ref().map(|_| self.time_us()));
        }
    }

    /// The moment just after a step has ended, or begun where it has not ended.
    pub(crate) fn after(&self, step: StepId) -> Option<usize> {
        let position = self.steps.iter().position(|known| known.id == step)?;
        self.moments.iter().rposition(|moment| moment.step == position).map(|at| at + 1)
    }

    /// The next moment, forwards or back, at which something happened to another step of a node; none where there is none.
    pub(crate) fn next_of(&self, node: &graph::NodeId, is_back: bool) -> Option<usize> {
        let is_of = |at: &usize| self.moments[*at - 1].is_end && self.steps[self.moments[*at - 1].step].node == *node;
        if is_back { (1..self.at).rev().find(is_of) } else { (self.at + 1..=self.moments.len()).find(is_of) }
    }

    /// The last moment at or before a place on the line of time.
    pub(crate) fn at_place(&self, line: &Timeline, place: f64) -> usize {
        let time = line.time_at(place);
        self.moments.partition_point(|moment| moment.at_us <= time)
    }

    /// A step by its position.
    pub(crate) fn step(&self, position: usize) -> Option<&StepView> {
        self.steps.get(position)
    }

    /// Its steps on a line of time.
    pub(crate) fn timeline(&self) -> Timeline {
        Timeline::of(&self.steps, &self.moments)
    }
}

/// A step as it was before it had ended.
fn under_way(step: &StepView) -> StepView {
    let state = if step.state.has_ended() { StepState::Calling } else { step.state };
    StepView { state, duration_us: None, failure: None, left_by: None, ..step.clone() }
}

/// All that happened, in its order.
fn moments(steps: &[StepView]) -> Vec<Moment> {
    let mut moments = Vec::with_capacity(steps.len() * 2);
    for (step, view) in steps.iter().enumerate() {
        moments.push(Moment { at_us: view.started_us, step, is_end: false });
        if let (Some(duration), true) = (view.duration_us, view.state.has_ended()) {
            moments.push(Moment { at_us: view.started_us.saturating_add_unsigned(duration), step, is_end: true });
        }
    }
    moments.sort_unstable();
    moments
}

impl Timeline {
    fn of(steps: &[StepView], moments: &[Moment]) -> Self {
        let mut times: Vec<i64> = moments.iter().map(|moment| moment.at_us).collect();
        times.dedup();
        let (scale, cuts) = scale(&times);
        let end_of = |view: &StepView| {
            let end = view.duration_us.map(|duration| view.started_us.saturating_add_unsigned(duration));
            end.unwrap_or_else(|| times.last().copied().unwrap_or(view.started_us))
        };
        let (lanes, count, nodes) = lanes_by_node(steps, end_of).unwrap_or_else(|| {
            let mut ends = Vec::new();
            let lanes: Vec<usize> = steps.iter().map(|view| free_lane(&mut ends, view.started_us, end_of(view))).collect();
            (lanes, ends.len(), Vec::new())
        });
        let mut line = Self { bars: Vec::new(), lanes: count, nodes, cuts, scale };
        let bar = |(step, (view, lane)): (usize, (&StepView, usize))| Bar {
            step,
            from: line.place_of(view.started_us),
            to: line.place_of(end_of(view)),
            lane,
            state: view.state,
        };
        line.bars = steps.iter().zip(lanes).enumerate().map(bar).collect();
        line
    }

    /// Where a time is, from 0 to 1.
    pub(crate) fn place_of(&self, time: i64) -> f64 {
        let after = self.scale.partition_point(|(known, _)| *known <= time);
        match (after.checked_sub(1).map(|at| self.scale[at]), self.scale.get(after)) {
            (Some((t0, x0)), Some((t1, x1))) => x0 + (x1 - x0) * (time - t0) as f64 / (t1 - t0) as f64,
            (Some((_, x)), None) | (None, Some(&(_, x))) => x,
            (None, None) => 0.0,
        }
    }

    /// The time at a place.
    fn time_at(&self, place: f64) -> i64 {
        let after = self.scale.partition_point(|(_, x)| *x <= place);
        match (after.checked_sub(1).map(|at| self.scale[at]), self.scale.get(after)) {
            (Some((t0, x0)), Some((t1, x1))) if *x1 > x0 => t0 + ((t1 - t0) as f64 * (place - x0) / (x1 - x0)) as i64,
            (Some((t, _)), _) => t,
            (None, Some((t, _))) => *t,
            (None, None) => 0,
        }
    }

    /// The bar at a place and a lane; the nearest in that lane where it is hit by a hair.
    pub(crate) fn bar_at(&self, place: f64, lane: usize, reach: f64) -> Option<&Bar> {
        let distance = |bar: &Bar| if place < bar.from { bar.from - place } else { (place - bar.to).max(0.0) };
        let near = self.bars.iter().filter(|bar| bar.lane == lane && distance(bar) <= reach);
        near.min_by(|one, other| distance(one).total_cmp(&distance(other)))
    }
}

/// The first lane that is free at a time, taken until `end`.
fn free_lane(ends: &mut Vec<i64>, start: i64, end: i64) -> usize {
    let lane = ends.iter().position(|busy| *busy <= start).unwrap_or(ends.len());
    match ends.get_mut(lane) {
        Some(busy) => *busy = end,
        None => ends.push(end),
    }
    lane
}

/// Lanes of steps, how many there are, and the nodes with theirs.
type Lanes = (Vec<usize>, usize, Vec<(graph::NodeId, usize, usize)>);

/// A lane for each node, or as many as it has steps at the same time; none where those would be too many to be told apart.
fn lanes_by_node(steps: &[StepView], end_of: impl Fn(&StepView) -> i64) -> Option<Lanes> {
    let (mut order, mut of_node): (Vec<&graph::NodeId>, HashMap<&graph::NodeId, Vec<i64>>) = Default::default();
    let mut within = Vec::with_capacity(steps.len());
    for view in steps {
        let ends = of_node.entry(&view.node).or_insert_with(|| {
            order.push(&view.node);
            Vec::new()
        });
        within.push(free_lane(ends, view.started_us, end_of(view)));
        if order.len() > MOST_LANES {
            return None;
        }
    }
    let mut first = HashMap::new();
    let mut nodes = Vec::with_capacity(order.len());
    let mut count = 0;
    for node in order {
        let own = of_node[node].len();
        first.insert(node, count);
        nodes.push((node.clone(), count, own));
        count += own;
    }
    let lanes = steps.iter().zip(within).map(|(view, lane)| first[&view.node] + lane).collect();
    (count <= MOST_LANES).then_some((lanes, count, nodes))
}

/// Where each time is, from 0 to 1, and where a long time was cut short: one that is longer than a minute and than four times
/// all the shorter ones together.
fn scale(times: &[i64]) -> (Vec<(i64, f64)>, Vec<f64>) {
    let mut gaps: Vec<(usize, i64)> = times.windows(2).enumerate().map(|(at, pair)| (at, pair[1] - pair[0])).collect();
    gaps.sort_unstable_by_key(|(_, gap)| *gap);
    let (mut widths, mut cut, mut sum) = (vec![0.0; gaps.len()], vec![false; gaps.len()], 0.0);
    for (at, gap) in gaps {
        let is_cut = sum > 0.0 && gap > LONG_US && gap as f64 > 4.0 * sum;
        (widths[at], cut[at]) = (if is_cut { sum / 4.0 } else { gap as f64 }, is_cut);
        sum += widths[at];
    }
    let mut x = 0.0;
    let mut scale: Vec<(i64, f64)> = times.first().map(|first| (*first, 0.0)).into_iter().collect();
    let mut cuts = Vec::new();
    for (at, width) in widths.iter().enumerate() {
        if cut[at] {
            cuts.push((x + width / 2.0) / sum);
        }
        x += width;
        scale.push((times[at + 1], if sum > 0.0 { x / sum } else { 0.0 }));
    }
    (scale, cuts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvas::Status;
    use graph::Graph;
    use protocol::{GraphId, Part, RunId, RunView, State};

    /// Steps as `node began ended`, in milliseconds; one that goes on has no end.
    fn past(steps: &[(&str, i64, Option<i64>)]) -> Past {
        let step = |(at, (node, began, ended)): (usize, &(&str, i64, Option<i64>))| StepView {
            id: StepId(u32::try_from(at).unwrap()),
            node: (*node).into(),
            attempt: 1,
            item: None,
            state: if ended.is_some() { StepState::Done } else { StepState::Asking },
            started_us: began * 1000,
            duration_us: ended.map(|ended| u64::try_from((ended - began) * 1000).unwrap()),
            failure: None,
            began_by: None,
            left_by: Some(graph::Port::Next),
        };
        let run = RunView {
            id: RunId(1),
            graph: GraphId(1),
            tool: "t".into(),
            part: Part::default(),
            started_us: 0,
            steps: steps.iter().enumerate().map(step).collect(),
            outcome: steps.iter().all(|step| step.2.is_some()).then(|| Outcome::Done { result: serde_json::json!(1).into() }),
            dry: None,
        };
        let summary = RunSummary {
            id: RunId(1),
            path: "/g.yaml".to_owned(),
            graph: None,
            tool: "t".into(),
            state: State::Done,
            part: Part::default(),
            parent: None,
            caller: None,
            started_us: 0,
            ended_us: None,
            steps: None,
            is_adrift: false,
        };
        Past::new(PastRun { summary, run, graph: Arc::new(Graph::default()), is_current: false }, None)
    }

    /// How nodes stand at a moment, as a letter each: idle, running, done.
    fn stand(past: &mut Past, at: usize, nodes: &[&str]) -> String {
        past.seek(at);
        let letter = |node: &&str| match past.run().status(&(*node).into()) {
            Status::Running => 'r',
            Status::Done => 'd',
            Status::Idle => 'i',
            other => panic!("{other:?}"),
        };
        nodes.iter().map(letter).collect()
    }

    #[test]
    fn each_moment_shows_what_stood_then_forwards_and_back() {
        let mut run = past(&[("a", 0, Some(1)), ("b", 1, Some(5)), ("c", 5, Some(5))]);
        let nodes = ["a", "b", "c"];
        let expected = ["iii", "rii", "dii", "dri", "ddi", "ddr", "ddd"];
        for (at, expected) in expected.iter().enumerate().chain(expected.iter().enumerate().rev()) {
            assert_eq!(stand(&mut run, at, &nodes), *expected, "after {at} moments");
            assert_eq!(run.run().outcome.is_some(), at == 6, "it has ended only at its end");
        }
        assert_eq!(run.len(), 6);
        run.seek(4);
        assert_eq!((run.latest().map(|(step, ended)| (step.node.as_str(), ended)), run.time_us()), (Some(("b", true)), 5000));
    }

    #[test]
    fn edges_are_counted_up_to_the_moment_and_a_step_that_goes_on_has_no_end() {
        let mut run = past(&[("a", 0, Some(1)), ("a", 1, Some(2)), ("b", 2, None)]);
        run.seek(2);
        assert_eq!(run.run().taken(&"a".into()).collect::<Vec<_>>(), [(graph::Port::Next, 1)], "the second time is still to come");
        run.seek(5);
        assert_eq!(run.run().steps().last().map(|step| step.state), Some(StepState::Asking), "it asks to this day");
    }

    #[test]
    fn steps_of_a_node_are_found_forwards_and_back() {
        let mut run = past(&[("a", 0, Some(1)), ("b", 1, Some(2)), ("a", 2, Some(3))]);
        assert_eq!((run.after(StepId(0)), run.after(StepId(2)), run.after(StepId(9))), (Some(2), Some(6), None));
        run.seek(3);
        assert_eq!((run.next_of(&"a".into(), false), run.next_of(&"a".into(), true)), (Some(6), Some(2)));
        assert_eq!((run.next_of(&"x".into(), false), run.next_of(&"b".into(), true)), (None, None));
    }

    #[test]
    fn a_node_has_as_many_lanes_as_it_has_steps_at_once_and_many_nodes_share_them() {
        let each = past(&[("l", 0, Some(9)), ("x", 0, Some(4)), ("x", 1, Some(3)), ("x", 3, Some(5)), ("y", 5, Some(9))]).timeline();
        assert_eq!(each.bars.iter().map(|bar| bar.lane).collect::<Vec<_>>(), [0, 1, 2, 2, 3]);
        assert_eq!(each.nodes, [("l".into(), 0, 1), ("x".into(), 1, 2), ("y".into(), 3, 1)]);
        let names: Vec<String> = (0..50).map(|at| format!("n{at}")).collect();
        let many: Vec<_> = names.iter().zip(0i64..).map(|(name, at)| (name.as_str(), at, Some(at + 1))).collect();
        let many = past(&many).timeline();
        assert_eq!((many.lanes, many.nodes.len()), (1, 0), "one after the other in one lane");
    }

    #[test]
    fn steps_at_the_same_time_lie_in_lanes_and_a_week_of_waiting_is_short() {
        let week = 7 * 24 * 3600 * 1000;
        let run = past(&[("p", 0, Some(100)), ("x", 0, Some(40)), ("y", 0, Some(60)), ("z", 40, Some(100)), ("w", week, Some(week + 100))]);
        let line = run.timeline();
        assert_eq!(line.bars.iter().map(|bar| bar.lane).collect::<Vec<_>>(), [0, 1, 2, 3, 4], "a lane for each node");
        assert_eq!((line.lanes, line.cuts.len()), (5, 1));
        let first = &line.bars[0];
        assert!(first.to - first.from > 0.39, "a step that took as long as the other has two fifths of the line: {first:?}");
        assert_eq!(run.at_place(&line, 0.0), 3, "three began at once");
        assert_eq!(run.at_place(&line, 1.0), run.len());
        assert_eq!(line.bar_at(0.1, 1, 0.0).map(|bar| bar.step), Some(1));
        assert_eq!(past(&[]).timeline(), Timeline::default(), "a run without a step");
    }
}
