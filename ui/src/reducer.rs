//! The one place where events change what the window knows.

use graph::NodeId;
use protocol::{Event, Failed, GraphId, NotOpened, RecentFile, RunId, StepId, StepState};

use crate::model::{Held, Model, Progress, RunState};

/// What an event, or several, changed in what is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changes {
    /// The graph or the tool that is shown.
    pub(crate) drawing: bool,
    /// The states of all nodes: another run is shown, or the run ended.
    pub(crate) all_nodes: bool,
    /// The states of these nodes.
    pub(crate) nodes: Vec<NodeId>,
    /// Why a file could not be opened.
    pub(crate) not_opened: Option<NotOpened>,
    /// Why runs are in memory only.
    pub(crate) not_kept: Option<Failed>,
    /// A graph was opened, or one that is open was asked for.
    pub(crate) opened: bool,
    /// The items that were chosen in the window's menu.
    pub(crate) chosen: Vec<String>,
    /// The question that was chosen in a notification; inside, none for all that is asked.
    pub(crate) question: Option<Option<(RunId, StepId)>>,
    /// Somebody may be asked something, or not any more.
    pub(crate) asks: bool,
    /// Some run may wait for an event, or not any more.
    pub(crate) waits: bool,
    /// The graphs in which a run is held since.
    pub(crate) held: Vec<GraphId>,
    /// A run is not held any more.
    pub(crate) let_go: bool,
    /// Runs are held elsewhere.
    pub(crate) stops: bool,
    /// Events were lost: what is shown has to be asked for anew.
    pub(crate) missed: bool,
}

impl Changes {
    /// Whether panels may show it a frame after the canvas: nothing but what runs came to changed, and where they are held.
    pub(crate) fn may_be_told_late(&self) -> bool {
        // Each field by its name, so that a further one is decided on.
        let Self {
            drawing,
            not_opened,
            not_kept,
            opened,
            chosen,
            question,
            missed,
            all_nodes: _,
            nodes: _,
            asks: _,
            waits: _,
            held: _,
            let_go: _,
            stops: _,
        } = self;
        let is_of_window = not_opened.is_some() || not_kept.is_some() || question.is_some() || !chosen.is_empty();
        !(*drawing || *opened || *missed || is_of_window)
    }
}

/// Takes an event; adds to `changes` what it changed in what is shown.
pub(crate) fn apply(model: &mut Model, event: Event, changes: &mut Changes) {
    match event {
        Event::GraphOpened { graph } => {
            model.recent.retain(|file| file.path != graph.path);
            model.recent.insert(0, RecentFile { path: graph.path.clone(), is_missing: false });
            model.shown = Some(graph.id);
            model.put_graph(*graph);
            (changes.drawing, changes.opened) = (true, true);
        }
        Event::GraphNotOpened { path, failed } => changes.not_opened = Some(NotOpened { path, failed }),
        Event::RunsNotKept { failed } => changes.not_kept = Some(failed),
        Event::BreakpointsChanged { graph, stops } => {
            model.stops.insert(graph, stops);
            changes.stops = true;
        }
        Event::RunPaused { run, graph, pause } => {
            model.hold(Held { run, graph, pause: *pause });
            changes.held.push(graph);
        }
        Event::RunContinued { run } => changes.let_go |= model.let_go(run),
        Event::MenuChosen { id } => changes.chosen.push(id),
        Event::QuestionChosen { question } => changes.question = Some(question),
        Event::GraphChanged { change } => {
            changes.drawing |= model.shown == Some(change.id);
            changes.missed |= model.change_graph(*change).is_err();
        }
        Event::GraphClosed { graph } => {
            changes.drawing |= model.shown == Some(graph);
            model.drop_graph(graph);
        }
        Event::RunStarted { run, graph, tool, part, is_dry, at_us } => {
            model.runs_heard += 1;
            // A run that someone else starts beside one that goes on does not push it off the screen.
            if !model.is_running(graph, &tool) {
                let dry = is_dry.then(Vec::new);
                model.keep_run(graph, tool, RunState::new(run, part, at_us).with_calls(dry));
                changes.all_nodes |= is_shown(model, graph);
            }
        }
        Event::StepStarted { run, step } | Event::StepChanged { run, step } | Event::StepEnded { run, step } => {
            let asked = |state: StepState| matches!(state, StepState::Asking | StepState::Uncertain);
            let before = model.run_by_id(run).and_then(|run| run.state_of(step.id));
            changes.asks |= asked(step.state) || before.is_some_and(asked);
            changes.waits |= step.state == StepState::Waiting || before == Some(StepState::Waiting);
            // The edge that a branch began by leaves another node.
            let nodes = step.began_by.as_ref().map(|(from, _)| from.clone()).into_iter().chain([step.node.clone()]).collect::<Vec<_>>();
            if let Some(state) = model.run_by_id_mut(run) {
                state.put_step(step);
                if model.run().is_some_and(|shown| shown.id == run) {
                    changes.nodes.extend(nodes.into_iter().filter(|node| !changes.nodes.contains(node)).collect::<Vec<_>>());
                }
            }
        }
        Event::DryCalled { run, at, call } => {
            let is_shown = model.run().is_some_and(|shown| shown.id == run);
            if let Some(state) = model.run_by_id_mut(run) {
                let node = call.step.and_then(|step| state.node_of(step)).cloned();
                state.put_call(at, *call);
                changes.nodes.extend(node.filter(|node| is_shown && !changes.nodes.contains(node)));
            }
        }
        Event::StepProgress { run, step, progress, total, message } => {
            if let Some(state) = model.run_by_id_mut(run) {
                state.put_progress(step, Progress { done: progress, total, message });
            }
        }
        Event::RunEnded { run, outcome, at_us } => {
            model.runs_heard += 1;
            (changes.asks, changes.waits) = (true, true);
            changes.let_go |= model.let_go(run);
            if let Some(state) = model.run_by_id_mut(run) {
                (state.outcome, state.ended_us) = (Some(outcome), Some(at_us));
                changes.all_nodes |= model.run().is_some_and(|shown| shown.id == run);
            }
        }
        Event::ServerChanged { graph, server, phase } => {
            model.servers.insert((graph, server), phase);
        }
        // Shown with the servers' panel, which is to come; kept nowhere, since a log has no end.
        Event::ServerLog { .. } => {}
        Event::Missed { .. } => changes.missed = true,
    }
}

fn is_shown(model: &Model, graph: GraphId) -> bool {
    model.shown == Some(graph)
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvas::Status;
    use protocol::{GraphView, Outcome, RunId, StepId, StepState, StepView};
    use serde_json::json;

    fn graph(id: u64, tools: &[&str]) -> GraphView {
        let tools: Vec<_> = tools
            .iter()
            .map(|name| json!({"name": name, "description": "", "inputSchema": {}, "nodes": [{"id": "a", "type": "entry"}]}))
            .collect();
        let value = json!({"version": "1", "server": {"name": "g", "version": "1"}, "tools": tools});
        let (graph, _) = graph::Graph::from_json(&value);
        GraphView {
            id: GraphId(id),
            path: format!("/g{id}.yaml"),
            dialect: "shape E".to_owned(),
            graph: graph.into(),
            layout: std::sync::Arc::default(),
            problems: Vec::new(),
            revision: 0,
            undo: None,
            redo: None,
            unsaved: None,
            conflict: None,
        }
    }

    /// What becomes of a graph that has these tools from now on.
    fn changed(model: &Model, id: u64, tools: &[&str]) -> Event {
        let before = model.graphs.iter().find(|view| view.id == GraphId(id)).unwrap();
        let after = GraphView { revision: before.revision + 1, ..graph(id, tools) };
        Event::GraphChanged { change: Box::new(before.change_to(&after)) }
    }

    fn opened(id: u64) -> Event {
        Event::GraphOpened { graph: Box::new(graph(id, &["one", "two"])) }
    }

    fn started(run: u64, graph: u64, tool: &str) -> Event {
        Event::RunStarted {
            run: RunId(run),
            graph: GraphId(graph),
            tool: tool.into(),
            part: protocol::Part::default(),
            is_dry: false,
            at_us: 0,
        }
    }

    fn step(run: u64, state: StepState) -> Event {
        let step = StepView {
            id: StepId(0),
            node: "a".into(),
            attempt: 1,
            item: None,
            state,
            started_us: 0,
            duration_us: state.has_ended().then_some(7),
            failure: None,
            began_by: None,
            left_by: None,
        };
        Event::StepStarted { run: RunId(run), step }
    }

    fn play(events: Vec<Event>) -> (Model, Changes) {
        let (mut model, mut changes) = (Model::default(), Changes::default());
        events.into_iter().for_each(|event| apply(&mut model, event, &mut changes));
        (model, changes)
    }

    #[test]
    fn the_graph_opened_last_is_shown_and_the_one_before_comes_back_when_it_closes() {
        let (mut model, changes) = play(vec![opened(1), opened(2)]);
        assert_eq!((model.shown, changes.drawing), (Some(GraphId(2)), true));
        let recent: Vec<&str> = model.recent.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(recent, ["/g2.yaml", "/g1.yaml"], "the latest first");
        apply(&mut model, Event::GraphClosed { graph: GraphId(2) }, &mut Changes::default());
        assert_eq!(model.shown, Some(GraphId(1)));
    }

    #[test]
    fn a_changed_file_keeps_the_chosen_tool_while_it_is_there() {
        let (mut model, _) = play(vec![opened(1)]);
        model.choose_tool("two".into());
        let change = changed(&model, 1, &["zero", "two"]);
        apply(&mut model, change, &mut Changes::default());
        assert_eq!(model.tool().map(|tool| tool.name.as_str()), Some("two"));
        let change = changed(&model, 1, &["zero"]);
        apply(&mut model, change, &mut Changes::default());
        assert_eq!(model.tool().map(|tool| tool.name.as_str()), Some("zero"), "otherwise the first");
    }

    #[test]
    fn a_change_that_does_not_lead_on_has_the_graph_asked_for_anew() {
        let (mut model, mut changes) = play(vec![opened(1)]);
        let Event::GraphChanged { mut change } = changed(&model, 1, &["zero"]) else { unreachable!() };
        (change.from, change.revision) = (7, 8);
        apply(&mut model, Event::GraphChanged { change }, &mut changes);
        assert!(changes.missed, "revisions 1 to 7 were not heard");
        assert_eq!(model.tool().map(|tool| tool.name.as_str()), Some("one"), "what is known stays");
    }

    #[test]
    fn that_runs_are_not_kept_is_no_failure_to_open_a_file() {
        let failed = Failed { code: protocol::Code::Failed, message: "the disk is full".to_owned(), detail: None };
        let (_, changes) = play(vec![Event::RunsNotKept { failed: failed.clone() }]);
        assert_eq!((changes.not_kept, changes.not_opened), (Some(failed), None));
    }

    #[test]
    fn each_tool_keeps_its_last_run() {
        let (mut model, _) = play(vec![opened(1), started(5, 1, "one"), started(6, 1, "two"), step(5, StepState::Done)]);
        assert_eq!(model.run().map(|run| run.id), Some(RunId(5)), "the first tool is shown, with its run");
        assert_eq!(model.run().map(|run| run.status(&"a".into())), Some(Status::Done));
        model.choose_tool("two".into());
        assert_eq!(model.run().map(|run| (run.id, run.status(&"a".into()))), Some((RunId(6), Status::Idle)));
    }

    #[test]
    fn a_second_run_of_a_tool_waits_for_the_first_to_end() {
        let (mut model, _) = play(vec![opened(1), started(5, 1, "one"), started(6, 1, "one"), step(6, StepState::Done)]);
        assert_eq!(model.run().map(|run| run.id), Some(RunId(5)), "the one that goes on stays");
        let end = Event::RunEnded { run: RunId(5), outcome: Outcome::Done { result: json!(0).into() }, at_us: 9 };
        let mut changes = Changes::default();
        apply(&mut model, end, &mut changes);
        apply(&mut model, started(7, 1, "one"), &mut changes);
        assert!(changes.all_nodes, "every node looks different now");
        assert_eq!(model.run().map(|run| run.id), Some(RunId(7)));
    }

    #[test]
    fn only_what_is_shown_is_painted_anew() {
        let (mut model, _) = play(vec![opened(1), started(5, 1, "one"), opened(2)]);
        let mut changes = Changes::default();
        apply(&mut model, step(5, StepState::Calling), &mut changes);
        let change = changed(&model, 1, &["one"]);
        apply(&mut model, change, &mut changes);
        assert_eq!(changes, Changes::default(), "graph 1 is not shown");
        model.shown = Some(GraphId(1));
        apply(&mut model, step(5, StepState::Done), &mut changes);
        apply(&mut model, step(5, StepState::Done), &mut changes);
        assert_eq!(changes.nodes, ["a".into()], "once");
    }

    #[test]
    fn only_what_runs_came_to_is_told_late() {
        let check = |name: &str, change: fn(&mut Changes), expected: bool| {
            let mut changes = Changes::default();
            change(&mut changes);
            assert_eq!(changes.may_be_told_late(), expected, "{name}");
        };
        check("a node's state", |changes| changes.nodes.push("a".into()), true);
        check("a run that is held", |changes| changes.held.push(GraphId(1)), true);
        check("the drawing", |changes| changes.drawing = true, false);
        check("a graph that was opened", |changes| (changes.opened, changes.all_nodes) = (true, true), false);
        check("events that were lost", |changes| changes.missed = true, false);
        check("a question that was chosen", |changes| changes.question = Some(None), false);
    }
}
