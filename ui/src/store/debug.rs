//! Runs that are held: where, how they go on, what is looked at and changed meanwhile.

use std::time::Duration;

use graph::{NodeId, ToolName};
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::debug::{Edit, Go, Pause, Place, Stops};
use protocol::{
    Code, Command, DebugTool, EditRun, Evaluate, GetBreakpoints, GetPaused, GoOn, GraphId, Part, PauseRun, RunId, SetBreakpoints,
};

use super::Store;
use crate::model::{DrawnStops, Held, Model, RunState, toggle};
use crate::side::Side;
use crate::signal::set_if_new;
use crate::toast::Toast;

/// How long a run goes on before the window says that it is not held any more.
const CALM: Duration = Duration::from_millis(300);

impl Store {
    /// Begins a run that is held before its first step; lets it go on where it is held, and holds it where it goes on.
    pub(crate) fn debug(self) {
        if self.held(|_| ()).is_some() {
            self.go(Go::Continue);
        } else if self.model.with_untracked(|model| model.run().is_some_and(RunState::is_active)) {
            self.pause();
        } else {
            self.leave_past();
            self.start_by(None, |graph, tool, arguments| DebugTool { graph, tool, arguments });
        }
    }

    /// Lets the run go on that is held.
    pub(crate) fn go(self, go: Go) {
        let Some(run) = self.held(|held| held.run) else { return };
        self.ask_debugger(GoOn { run, go }, "The run does not go on");
    }

    /// Lets the run go on that is held, to the current node.
    pub(crate) fn go_to_here(self) {
        let Some(node) = self.stage.current.with_untracked(|current| current.as_ref().map(|(_, id)| id.clone())) else { return };
        self.go(Go::To { node });
    }

    /// Holds the run that is shown before its next step.
    pub(crate) fn pause(self) {
        let Some(run) = self.model.with_untracked(|model| model.run().filter(|run| run.is_active()).map(|run| run.id)) else { return };
        self.debugger.run.set(Some(run));
        self.ask_debugger(PauseRun { run }, "The run cannot be held");
    }

    /// Changes something in the run that is held.
    pub(crate) fn edit_held(self, edit: Edit, done: &'static str) {
        let Some(run) = self.held(|held| held.run) else { return };
        spawn_local(async move {
            match self.bridge.call(&EditRun { run, edit }).await {
                Ok(()) => {
                    self.toast.set(Some(Toast::note(done)));
                    self.fetch_run(run).await;
                    self.want_data_anew();
                    self.look_at_held();
                }
                Err(failed) => self.toast.set(Some(Toast::failed("The run cannot be changed so", failed))),
            }
        });
    }

    /// Sets a breakpoint on the edge or before each of the nodes that are selected, or takes it away.
    pub(crate) fn toggle_breakpoint(self) {
        let chosen = self.stage.chosen.get_untracked();
        let edge = chosen.edge.iter().map(|edge| Place::Edge { node: edge.node.clone(), port: edge.port });
        let places: Vec<Place> = edge.chain(chosen.nodes.iter().map(|node| Place::Node { node: node.clone() })).collect();
        let Some(tool) = self.of_tool_now() else { return };
        self.change_stops(|stops| places.into_iter().for_each(|place| toggle(stops, &tool, place)));
    }

    /// Holds runs of the graph that is shown elsewhere.
    pub(crate) fn change_stops(self, change: impl FnOnce(&mut Stops)) {
        let before = self.model.with_untracked(|model| Some((model.shown?, model.stops().cloned().unwrap_or_default())));
        let Some((graph, before)) = before else { return };
        let mut stops = before.clone();
        change(&mut stops);
        if stops == before {
            return;
        }
        self.take_stops(graph, stops.clone());
        spawn_local(async move {
            if let Err(failed) = self.bridge.call(&SetBreakpoints { graph, stops }).await {
                self.take_stops(graph, before);
                self.toast.set(Some(Toast::failed("The breakpoint cannot be set", failed)));
            }
        });
    }

    /// Watches another expression.
    pub(crate) fn watch(self, expression: String) {
        self.debugger.watches.update(|watches| watches.push(expression));
        self.look_at_held();
    }

    /// Watches something else in place of an expression; nothing for none.
    pub(crate) fn watch_instead(self, at: usize, expression: Option<String>) {
        self.debugger.watches.update(|watches| match (expression, watches.get_mut(at)) {
            (Some(expression), Some(watch)) => *watch = expression,
            (None, Some(_)) => drop(watches.remove(at)),
            (_, None) => {}
        });
        self.debugger.looked.set(Vec::new());
        self.look_at_held();
    }

    /// Something of the run that is held.
    pub(crate) fn held<T>(self, read: impl FnOnce(&Held) -> T) -> Option<T> {
        self.model.with_untracked(|model| model.held().map(read))
    }

    /// Shows a place in the graph that is shown.
    pub(crate) fn go_to_node(self, tool: &ToolName, node: &NodeId) {
        self.turn_to(tool);
        self.stage.select(node);
    }

    fn turn_to(self, tool: &ToolName) {
        if self.of_tool_now().as_ref() != Some(tool) {
            self.show_tool(tool.as_str());
        }
    }

    /// Brings the window in line with what is held: `new` are the graphs in which a run was just held.
    pub(super) fn follow_held(self, new: &[GraphId]) {
        let held = self.held(Held::clone).filter(|held| new.contains(&held.graph));
        let is_shown = held.is_none_or(|held| {
            set_if_new(self.debugger.run, Some(held.run));
            self.show_held(&held)
        });
        // What its nodes did was drawn as it was told, where it is the run that is shown.
        if is_shown {
            self.draw_stops()
        } else {
            self.draw_run()
        }
        self.look_at_held();
    }

    /// Brings the step into view at which a run is held, with what there is to know of it. Says whether its run was shown already.
    fn show_held(self, held: &Held) -> bool {
        let Pause { tool, node, .. } = &held.pause;
        let is_known = self.model.with_untracked(|model| model.run_by_id(held.run).is_some());
        if !is_known {
            // Another run of the tool was shown; this is the one that waits for a person.
            let (graph, of, run) = (held.graph, held.tool().clone(), RunState::new(held.run, Part::default(), super::now_us()));
            self.model.update(|model| model.keep_run(graph, of, run));
            let id = held.run;
            spawn_local(async move { self.fetch_run(id).await });
        }
        set_if_new(self.picked, None);
        self.turn_to(tool);
        self.stage.select_in_passing(node);
        if self.side.get_untracked().is_none() {
            // The keyboard stays where it is: the next key is likely the next step.
            self.side.set(Some(Side::Debugger));
        }
        is_known
    }

    /// Asks what the step works on at which the run is held, and what is watched comes to.
    pub(super) fn look_at_held(self) {
        let Some(held) = self.held(Held::clone) else { return };
        let expressions = self.debugger.watches.get_untracked();
        spawn_local(async move {
            let run = held.run;
            let is_still = move || self.held(Held::clone).as_ref() == Some(&held);
            // One that went on meanwhile is not looked at any more.
            let paused = self.bridge.call(&GetPaused { run }).await;
            if is_still() {
                self.debugger.paused.set(paused.ok().flatten().map(|paused| (run, paused)));
            }
            if expressions.is_empty() {
                return self.debugger.looked.set(Vec::new());
            }
            if let Ok(looked) = self.bridge.call(&Evaluate { run, expressions }).await
                && is_still()
            {
                self.debugger.looked.set(looked);
            }
        });
    }

    /// Asks where runs of a graph are held, and whether one is: what was said before this window listened.
    pub(super) fn fetch_stops(self, graph: GraphId) {
        spawn_local(async move {
            // What cannot be had now is told when it changes.
            if let Ok(stops) = self.bridge.call(&GetBreakpoints { graph }).await {
                self.take_stops(graph, stops);
            }
        });
    }

    /// Shows where the run is held. When it goes on, that stays for [`CALM`], or until the run ends or another graph is shown.
    pub(super) fn keep_held_shown(self) {
        let debugger = self.debugger;
        let clear = move || {
            // It may be held again, and who follows the model not have heard of it yet.
            if self.held(|_| ()).is_some() {
                return;
            }
            debugger.shown.set(None);
            debugger.paused.set(None);
            debugger.looked.set(Vec::new());
        };
        let now = Memo::new(move |_| {
            self.model.with(|model| {
                let goes_on = |shown: &Held| {
                    let is_active = model.run_by_id(shown.run).is_some_and(RunState::is_active);
                    model.past.is_none() && model.shown == Some(shown.graph) && is_active
                };
                (model.held().cloned(), debugger.shown.with_untracked(|shown| shown.as_ref().is_some_and(goes_on)))
            })
        });
        Effect::new(move |waiting: Option<Option<TimeoutHandle>>| {
            waiting.flatten().iter().for_each(TimeoutHandle::clear);
            match now.get() {
                (Some(held), _) => debugger.shown.set(Some(held)),
                (None, true) => return set_timeout_with_handle(clear, CALM).ok(),
                (None, false) => clear(),
            }
            None
        });
    }

    /// Asks whether a run is held that goes on.
    pub(super) async fn fetch_held(self, graph: GraphId, run: RunId) {
        if let Ok(Some(paused)) = self.bridge.call(&GetPaused { run }).await {
            self.model.update(|model| model.hold(Held { run, graph, pause: paused.pause }));
            self.follow_held(&[graph]);
        }
    }

    fn take_stops(self, graph: GraphId, stops: Stops) {
        self.model.update(|model| drop(model.stops.insert(graph, stops)));
        self.draw_stops();
    }

    /// Draws breakpoints, and where a run is held.
    pub(super) fn draw_stops(self) {
        self.model.with_untracked(|model: &Model| {
            let Some(tool) = model.tool().map(|tool| &tool.name).filter(|_| !self.board.get_untracked()) else { return };
            let stops = DrawnStops::of(model.stops(), tool);
            self.stage.set_stops(|node| stops.before(node), |node, port| stops.on(node, port));
            self.stage.set_held(model.held().filter(|held| held.pause.tool == *tool).map(|held| &held.pause.node));
        });
    }

    fn ask_debugger<C: Command<Reply = ()> + 'static>(self, command: C, refused: &'static str) {
        spawn_local(async move {
            match self.bridge.call(&command).await {
                Ok(()) => {}
                // It has ended meanwhile.
                Err(failed) if failed.code == Code::Gone => {}
                Err(failed) => self.toast.set(Some(Toast::failed(refused, failed))),
            }
        });
    }
}
