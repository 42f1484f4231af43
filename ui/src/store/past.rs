//! Runs looked back at: opened on the canvas, walked through, forked, compared.

use std::sync::Arc;

use graph::{NodeId, ToolName};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{
    Change, CompareRuns, Event, ForkRun, GetCassette, GraphId, ListAwaited, ListQuestions, MakeTest, NodeDifference, OpenGraph, OpenRun,
    Part, Question, RunId, RunSummary, StepId,
};

use super::Store;
use super::export::base64;
use crate::app::focus;
use crate::model::{Model, Past, RunState};
use crate::reducer::{self, Changes};
use crate::side::Side;
use crate::text;
use crate::toast::Toast;

/// Two runs, and what differs between them. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunComparison {
    /// The run that is looked back at.
    pub(crate) one: RunId,
    /// The other.
    pub(crate) other: RunId,
    /// The nodes that did something else.
    pub(crate) nodes: Arc<Vec<NodeDifference>>,
}

impl Store {
    /// Shows a run as it was; its graph's file is opened if it is still there.
    pub(crate) fn open_past(self, run: RunId) {
        spawn_local(async move {
            let past = match self.bridge.call(&OpenRun { run }).await {
                Ok(past) => past,
                Err(failed) => return self.toast.set(Some(Toast::failed("The run cannot be shown", failed))),
            };
            let path = past.summary.path.clone();
            let is_open = self.model.with_untracked(|model| model.graphs.iter().any(|graph| graph.path == path));
            // A file that is gone keeps nobody from looking at the run.
            if !is_open && let Ok(graph) = self.bridge.call(&OpenGraph { path }).await {
                let opened = Event::GraphOpened { graph: Box::new(graph) };
                self.model.update(|model| reducer::apply(model, opened, &mut Changes::default()));
            }
            self.finding.welcome_shown.set(false);
            self.comparison.set(None);
            self.run_comparison.set(None);
            self.leave_board();
            self.model.update(|model| {
                let view = past.summary.graph.and_then(|id| model.graphs.iter().find(|graph| graph.id == id)).cloned();
                model.shown = view.as_ref().map(|view| view.id).or(model.shown);
                model.past = Some(Past::new(past, view.as_deref()));
            });
            self.picked.set(None);
            self.look_at_moment();
            self.draw();
        });
    }

    /// Shows the last run of the tool that is shown as it was.
    pub(crate) fn walk_through_last(self) {
        let last = self.model.with_untracked(|model| Some(model.run()?.id));
        match last {
            Some(run) => self.open_past(run),
            None => self.toast.set(Some(Toast::note("The tool has not run yet. Earlier runs are in the panel Runs."))),
        }
    }

    /// Shows the graph again as it is.
    pub(crate) fn leave_past(self) {
        if self.is_past() {
            self.model.update(|model| model.past = None);
            self.run_comparison.set(None);
            self.picked.set(None);
            self.draw();
        }
    }

    /// Follows the run that is looked back at as it goes on, if it does.
    pub(crate) fn follow_past(self) {
        let past = self.model.with_untracked(|model| {
            let past = model.past.as_ref()?;
            Some((past.summary.graph?, past.tool.clone(), past.summary.id))
        });
        if let Some((graph, tool, run)) = past {
            self.leave_past();
            self.show_tool(tool.as_str());
            self.follow_run(graph, &tool, run);
        }
    }

    /// Shows a run that goes on, at one of its nodes.
    pub(crate) fn go_to_run(self, graph: GraphId, tool: &ToolName, run: RunId, node: &NodeId) {
        self.leave_past();
        self.show_graph(graph);
        self.show_tool(tool.as_str());
        self.follow_run(graph, tool, run);
        self.stage.select(node);
        focus("canvas");
    }

    /// Keeps a run as the last of its tool that was told of nowhere in this window yet.
    fn follow_run(self, graph: GraphId, tool: &ToolName, run: RunId) {
        if self.model.with_untracked(|model| model.run_by_id(run).is_none()) {
            let begun = RunState::new(run, Part::default(), super::now_us());
            self.model.update(|model| model.keep_run(graph, tool.clone(), begun));
            spawn_local(async move { self.fetch_run(run).await });
        }
    }

    /// Whether a run is looked back at.
    pub(crate) fn is_past(self) -> bool {
        self.model.with_untracked(|model| model.past.is_some())
    }

    /// Something of the run that is looked back at. Follows everything that is heard.
    pub(crate) fn of_past<T>(self, read: impl FnOnce(&Past) -> T) -> Option<T> {
        self.model.with(|model| model.past.as_ref().map(read))
    }

    /// Looks at another moment of the run that is looked back at.
    pub(crate) fn seek(self, to: impl FnOnce(&Past) -> Option<usize>) {
        let Some(at) = self.model.with_untracked(|model| model.past.as_ref().and_then(to)) else { return };
        let seek = |model: &mut Model| model.past.iter_mut().for_each(|past| past.seek(at));
        self.model.update(seek);
        self.picked.set(None);
        self.look_at_moment();
        self.draw_run();
    }

    /// Looks at the next moment, or the one before.
    pub(crate) fn seek_by(self, by: isize) {
        self.seek(|past| past.at().checked_add_signed(by));
    }

    fn look_at_moment(self) {
        if let Some(time) = self.model.with_untracked(|model| model.past.as_ref().map(Past::time_us)) {
            self.now_us.set(time);
        }
    }

    /// Begins a run as the one began that is looked back at, up to a step, and shows it.
    pub(crate) fn fork(self, run: RunId, step: StepId, change: Change, on_graph_now: bool) {
        let part = self.model.with_untracked(|model| model.run().map(|run| run.part.clone())).unwrap_or_default();
        let Some((graph, tool)) = self.model.with_untracked(|model| Some((model.shown?, model.tool()?.name.clone()))) else { return };
        self.run_failed.set(None);
        spawn_local(async move {
            match self.bridge.call(&ForkRun { run, step, change, on_graph_now }).await {
                Ok(fork) => {
                    self.leave_past();
                    self.model.update(|model| {
                        model.choose_tool(tool.clone());
                        if model.run_by_id(fork).is_none() {
                            model.keep_run(graph, tool, RunState::new(fork, part, super::now_us()));
                        }
                    });
                    self.draw();
                    // What was taken over was told by nobody.
                    self.fetch_run(fork).await;
                }
                Err(failed) => self.toast.set(Some(Toast::failed("The run cannot go another way there", failed))),
            }
        });
    }

    /// Saves a run that has ended as a cassette, where the person says.
    pub(crate) fn save_cassette(self, run: RunId) {
        spawn_local(async move {
            match self.bridge.call(&GetCassette { run }).await {
                Ok(cassette) => self.save(cassette.name, "application/x-ndjson", base64(cassette.text.as_bytes())),
                Err(failed) => self.toast.set(Some(Toast::failed("The run cannot be saved as a cassette", failed))),
            }
        });
    }

    /// Makes a test of a run that has ended, beside its graph.
    pub(crate) fn make_test(self, run: RunId) {
        spawn_local(async move {
            self.toast.set(Some(match self.bridge.call(&MakeTest { run }).await {
                Ok(made) => {
                    if self.side.get_untracked() == Some(Side::Tests) {
                        self.run_tests();
                    }
                    Toast::note(format!("{} has the case {}", text::file_name(&made.file), made.name))
                }
                Err(failed) => Toast::failed("No test could be made of the run", failed),
            }));
        });
    }

    /// Compares the run that is looked back at with another.
    pub(crate) fn compare_run(self, other: RunId) {
        let Some(one) = self.model.with_untracked(|model| model.past.as_ref().map(|past| past.summary.id)) else { return };
        spawn_local(async move {
            match self.bridge.call(&CompareRuns { one, other }).await {
                Ok(nodes) => {
                    self.inspector_shown.set(true);
                    self.run_comparison.set(Some(RunComparison { one, other, nodes: Arc::new(nodes) }));
                }
                Err(failed) => self.toast.set(Some(Toast::failed("The runs cannot be compared", failed))),
            }
        });
    }
}

impl Store {
    /// Goes to the node of a question, and shows the panel with all that is asked; the panel alone where it is answered by now.
    pub(crate) fn show_question(self, question: Option<(RunId, StepId)>) {
        self.side.set(Some(Side::Inbox));
        spawn_local(async move {
            let Ok(now) = self.bridge.call(&ListQuestions {}).await else { return };
            let chosen = now.iter().find(|asked| Some((asked.run, asked.step)) == question).cloned();
            self.questions.set(Some(now));
            if let Some(asked) = chosen {
                self.go_to_asking(asked.graph, asked.path, &asked.tool, asked.run, &asked.node);
            }
        });
    }

    /// Goes to the node that asks; its file is opened where it is not.
    pub(crate) fn go_to_asking(self, graph: Option<GraphId>, path: String, tool: &ToolName, run: RunId, node: &NodeId) {
        match graph {
            Some(graph) => self.go_to_run(graph, tool, run, node),
            None => self.open(path),
        }
    }

    /// Asks for which events runs wait.
    pub(crate) fn fetch_awaited(self) {
        spawn_local(async move {
            if let Ok(now) = self.bridge.call(&ListAwaited {}).await
                && self.awaited.with_untracked(|before| *before != now)
            {
                self.awaited.set(now);
            }
        });
    }

    /// Asks what runs ask people; a question that is new is told where its node is not looked at.
    pub(crate) fn fetch_questions(self) {
        spawn_local(async move {
            // What cannot be had is asked for again with the next event.
            let Ok(now) = self.bridge.call(&ListQuestions {}).await else { return };
            let before = self.questions.get_untracked();
            if before.as_ref() == Some(&now) {
                return;
            }
            let known = |question: &Question| {
                before.as_ref().is_none_or(|before| before.iter().any(|old| (old.run, old.step) == (question.run, question.step)))
            };
            if let Some(new) = now.iter().find(|question| !known(question))
                && self.side.get_untracked() != Some(Side::Inbox)
            {
                let what = if new.is_uncertain { "asks what became of its call".to_owned() } else { format!("asks: {}", new.message) };
                self.toast.set(Some(Toast::note(format!("{} {what}", new.node))));
            }
            self.questions.set(Some(now));
        });
    }
}

/// When a run began, as the person's own system writes it.
pub(crate) fn began(summary: &RunSummary) -> String {
    crate::clock::when(summary.started_us)
}
