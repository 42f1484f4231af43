//! Runs of the tool that is shown: begun, stopped, asked for.

use graph::{NodeId, ToolName};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Code, Command, GetRun, GraphId, Part, RunAgain, RunId, RunNode, StartRun, StopRun};
use serde_json::Value;

use super::{Store, now_us};
use crate::model::RunState;
use crate::toast::Toast;

impl Store {
    /// Runs the tool that is shown with what was typed.
    pub(crate) fn start_run(self) {
        self.start_with_form(None);
    }

    /// Runs the tool that is shown with what was typed, until the current node has finished.
    pub(crate) fn run_up_to_here(self) {
        if let Some(node) = self.current_node() {
            self.start_with_form(Some(node));
        }
    }

    /// Runs the current node alone on what it saw in the last run.
    pub(crate) fn run_node(self) {
        self.leave_past();
        let (Some(node), Some((graph, tool))) = (self.current_node(), self.idle_tool()) else { return };
        let of = self.last_run();
        self.begin_run(graph, tool.clone(), Part::only(node.clone()), RunNode { graph, tool, node, of });
    }

    /// Runs again what the last run did.
    pub(crate) fn run_again(self) {
        let of_past = self.last_run().filter(|_| self.is_past());
        self.leave_past();
        let Some((graph, tool)) = self.idle_tool() else { return };
        let part = self.model.with_untracked(|model| model.run().map(|run| run.part.clone())).unwrap_or_default();
        let of = of_past.or_else(|| self.last_run());
        self.begin_run(graph, tool.clone(), part, RunAgain { graph, tool, of });
    }

    /// The current node.
    fn current_node(self) -> Option<NodeId> {
        self.stage.current.with_untracked(|current| current.as_ref().map(|(_, id)| id.clone()))
    }

    fn last_run(self) -> Option<RunId> {
        self.model.with_untracked(|model| model.run().map(|run| run.id))
    }

    /// The tool that is shown, unless it runs already.
    fn idle_tool(self) -> Option<(GraphId, ToolName)> {
        let (graph, tool) = self.model.with_untracked(|model| Some((model.graph()?.id, model.tool()?.name.clone())))?;
        let is_busy = self.is_starting.get_untracked() || self.model.with_untracked(|model| model.is_running(graph, &tool));
        (!is_busy).then_some((graph, tool))
    }

    fn start_with_form(self, until: Option<NodeId>) {
        self.leave_past();
        let to = until.clone();
        self.start_by(until, move |graph, tool, arguments| StartRun { graph, tool, arguments, until: to });
    }

    /// Begins a run of the tool that is shown with what was typed, by a command.
    pub(super) fn start_by<C: Command<Reply = RunId> + 'static>(
        self,
        until: Option<NodeId>,
        command: impl FnOnce(GraphId, ToolName, Value) -> C,
    ) {
        let Some((graph, tool)) = self.idle_tool() else { return };
        let Some(arguments) = self.form.collect() else {
            if let Some(node) = until {
                // The form is where the tool is.
                self.stage.clear_selection();
                self.inspector_shown.set(true);
                self.toast.set(Some(Toast::note(format!("Fill in what the tool takes, then run up to {node} again."))));
            }
            return;
        };
        let command = command(graph, tool.clone(), arguments);
        self.begin_run(graph, tool, Part { from: None, until }, command);
    }

    /// Begins a run and keeps it as the last of its tool.
    fn begin_run<C: Command<Reply = RunId> + 'static>(self, graph: GraphId, tool: ToolName, part: Part, command: C) {
        self.run_failed.set(None);
        self.picked.set(None);
        self.leave_coverage();
        self.is_starting.set(true);
        let begin = async move {
            match self.bridge.call(&command).await {
                // Its events may have come already; if not, they come to what is kept here.
                Ok(run) if self.model.with_untracked(|model| model.run_by_id(run).is_none()) => {
                    self.model.update(|model| model.keep_run(graph, tool, RunState::new(run, part, now_us())));
                    self.draw_run();
                    self.fetch_run(run).await;
                }
                Ok(_) => {}
                Err(failed) => {
                    self.inspector_shown.set(true);
                    self.run_failed.set(Some(failed));
                }
            }
            self.is_starting.set(false);
        };
        self.once_told(graph, move || spawn_local(begin));
    }

    /// Stops the run that is shown.
    pub(crate) fn stop_run(self) {
        let Some(run) = self.model.with_untracked(|model| model.run().filter(|run| run.is_active()).map(|run| run.id)) else { return };
        spawn_local(async move {
            if let Err(failed) = self.bridge.call(&StopRun { run }).await {
                self.run_failed.set(Some(failed));
            }
        });
    }

    /// Takes a run as the app has it, in place of what was heard of it.
    pub(super) async fn fetch_run(self, id: RunId) {
        match self.bridge.call(&GetRun { run: id }).await {
            Ok(view) => {
                self.model.update(|model| {
                    if let Some(run) = model.run_by_id_mut(id) {
                        run.take(view);
                    }
                });
                self.draw_run();
            }
            Err(failed) if failed.code == Code::Gone => {}
            Err(failed) => self.run_failed.set(Some(failed)),
        }
    }
}
