//! The window's state as signals, and what changes it: commands to the app and events from it. Views read it, and call it
//! through actions.

mod add;
mod board;
mod clip;
mod compare;
mod data;
mod debug;
mod dropped;
mod edit;
mod export;
mod files;
mod offer;
mod past;
mod pictures;
mod places;
mod run;
mod select;
mod testing;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use graph::{Node, NodeId, Path, Severity, Tool, ToolName};
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Awaited, Code, Event, Failed, GetWorkspace, GraphId, GraphView, NotOpened, OpenGraph, PickFile, Question, StepId};

use crate::app::focus;
use crate::bridge::{Bridge, Incoming};
use crate::debugger::Debugger;
use crate::desk::Desk;
use crate::expression::Engine;
use crate::finding::Finding;
use crate::form_view::Form;
use crate::model::{Model, RunState};
use crate::panel::Text;
use crate::reducer::{self, Changes};
pub(crate) use compare::{Comparison, Version};
pub(crate) use data::RunData;
pub(crate) use dropped::Dropped;
pub(crate) use past::{RunComparison, began};
pub(crate) use places::PLACE_NAME;

use crate::adding::Adding;
use crate::side::Side;
use crate::signal::after_frame;
use crate::stage::Stage;
use crate::testing::Testing;
use crate::toast::Toast;
use crate::value::Way;

/// How often the time of a run that goes on is shown anew.
const TICK: Duration = Duration::from_millis(100);

/// How the page is joined to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Not yet.
    Joining,
    /// It is.
    Up,
    /// It was, and will be again if the app answers.
    Down,
}

/// A value that is the same only if it is the very same: cheap to compare, however large.
#[derive(Debug)]
pub(crate) struct Same<T>(pub(crate) Arc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What is done once the app knows all that was changed in a graph.
type Due = (GraphId, Box<dyn FnOnce()>);

/// See the module.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    pub(crate) bridge: Bridge,
    /// The canvas.
    pub(crate) stage: Stage,
    /// What is known.
    pub(crate) model: RwSignal<Model>,
    /// How the page is joined to the app.
    pub(crate) link: RwSignal<Link>,
    /// Whether the app has told what is open.
    pub(crate) is_loaded: RwSignal<bool>,
    /// The graph that is shown.
    pub(crate) graph: Memo<Option<Same<GraphView>>>,
    /// The position of the tool that is shown.
    tool: Memo<Option<usize>>,
    /// The file that is being opened.
    pub(crate) opening: RwSignal<Option<String>>,
    /// Why the last file could not be opened.
    pub(crate) open_failed: RwSignal<Option<Failed>>,
    /// Whether the panel for opening a file is shown over a graph.
    pub(crate) open_shown: RwSignal<bool>,
    /// The canvas and the text beside it.
    pub(crate) desk: RwSignal<Desk>,
    /// The texts of graphs that were shown.
    pub(crate) texts: StoredValue<HashMap<GraphId, Text>>,
    /// Whether the list of keys is shown.
    pub(crate) keys_shown: RwSignal<bool>,
    /// The form of the tool that is shown.
    pub(crate) form: Form,
    /// What just happened.
    pub(crate) toast: RwSignal<Option<Toast>>,
    /// What is asked to be added; the palette is open while something is.
    pub(crate) adding: RwSignal<Option<Adding>>,
    /// Whether the list of commands is open.
    pub(crate) commands_shown: RwSignal<bool>,
    /// What the panel on the left shows.
    pub(crate) side: RwSignal<Option<Side>>,
    /// Whether the inspector is there.
    pub(crate) inspector_shown: RwSignal<bool>,
    /// How wide it is, in pixels.
    pub(crate) inspector_width: RwSignal<i32>,
    /// The two versions that are compared on the canvas.
    pub(crate) comparison: RwSignal<Option<Comparison>>,
    /// What differs between the run that is looked back at and another.
    pub(crate) run_comparison: RwSignal<Option<RunComparison>>,
    /// What is looked at while a run is held.
    pub(crate) debugger: Debugger,
    /// Whether a run of the graph that is shown is held.
    pub(crate) is_held: Memo<bool>,
    /// What is looked at of a graph's tests, and how dry runs are made.
    pub(crate) testing: Testing,
    /// What runs ask people; none before it was asked for.
    pub(crate) questions: RwSignal<Option<Vec<Question>>>,
    /// The events that runs wait for, as they were when the panel of questions was last filled.
    pub(crate) awaited: RwSignal<Vec<Awaited>>,
    /// Whether the list of places is open.
    pub(crate) places_shown: RwSignal<bool>,
    /// Whether all open graphs are shown side by side.
    pub(crate) board: RwSignal<bool>,
    /// The graphs that the board was last drawn with.
    boarded: StoredValue<Vec<Arc<GraphView>>>,
    /// The place that one came to last.
    last_place: StoredValue<Option<String>>,
    /// Whether the name is asked for of the tool that what is selected is to become.
    pub(crate) collapse_shown: RwSignal<bool>,
    /// Whether the panel for a new graph is open.
    pub(crate) new_shown: RwSignal<bool>,
    /// The field that a person asked to see: from the node down.
    pub(crate) sought: RwSignal<Option<Path>>,
    /// Whether a run is being started.
    pub(crate) is_starting: RwSignal<bool>,
    /// Why the last run could not be started or stopped.
    pub(crate) run_failed: RwSignal<Option<Failed>>,
    /// The execution that the inspector shows; none for the latest.
    pub(crate) picked: RwSignal<Option<StepId>>,
    /// The way in which a person last chose to look at a value.
    pub(crate) value_way: RwSignal<Option<Way>>,
    /// The time, in microseconds since 1970; it goes on only while the run that is shown does.
    pub(crate) now_us: RwSignal<i64>,
    /// The outputs of the last run, for expressions that are being written.
    pub(crate) data: RwSignal<RunData>,
    /// What tries them.
    pub(crate) engine: Engine,
    /// What helps a person find their way.
    pub(crate) finding: Finding,
    /// What is done once the app knows all that was changed here.
    once_told: StoredValue<Vec<Due>, LocalStorage>,
    /// The number of the last gesture.
    gestures: StoredValue<u64>,
    /// What the canvas was last brought in line with.
    drawn: StoredValue<Option<(Arc<GraphView>, ToolName)>>,
    /// Whether who follows the model is about to be told of a change.
    tells_soon: StoredValue<bool>,
    /// Where nodes were found last among those of their tool.
    positions: StoredValue<HashMap<NodeId, usize>>,
    /// Events that wait for the next frame.
    queue: StoredValue<Vec<Event>>,
    /// Who owns what lives as long as the page.
    owner: StoredValue<Owner>,
}

impl Store {
    /// A store that has heard nothing yet.
    pub(crate) fn new(bridge: Bridge) -> Self {
        let model = RwSignal::new(Model::default());
        Self {
            bridge,
            stage: Stage::new(),
            model,
            link: RwSignal::new(Link::Joining),
            is_loaded: RwSignal::new(false),
            graph: Memo::new(move |_| model.with(|model| model.graph().cloned().map(Same))),
            tool: Memo::new(move |_| model.with(|model| model.graph()?.graph.tool_index(model.tool()?.name.as_str()))),
            opening: RwSignal::new(None),
            open_failed: RwSignal::new(None),
            open_shown: RwSignal::new(false),
            desk: RwSignal::new(Desk::default()),
            texts: StoredValue::new(HashMap::new()),
            keys_shown: RwSignal::new(false),
            form: Form::new("field"),
            toast: RwSignal::new(None),
            adding: RwSignal::new(None),
            commands_shown: RwSignal::new(false),
            side: RwSignal::new(None),
            inspector_shown: RwSignal::new(true),
            inspector_width: RwSignal::new(crate::inspector::WIDTH),
            comparison: RwSignal::new(None),
            run_comparison: RwSignal::new(None),
            debugger: Debugger::new(),
            is_held: Memo::new(move |_| model.with(|model| model.held().is_some())),
            testing: Testing::new(),
            questions: RwSignal::new(None),
            awaited: RwSignal::new(Vec::new()),
            places_shown: RwSignal::new(false),
            board: RwSignal::new(false),
            boarded: StoredValue::new(Vec::new()),
            last_place: StoredValue::new(None),
            collapse_shown: RwSignal::new(false),
            new_shown: RwSignal::new(false),
            sought: RwSignal::new(None),
            is_starting: RwSignal::new(false),
            run_failed: RwSignal::new(None),
            picked: RwSignal::new(None),
            value_way: RwSignal::new(None),
            now_us: RwSignal::new(now_us()),
            data: RwSignal::new(RunData::default()),
            engine: Engine::new(),
            finding: Finding::new(),
            once_told: StoredValue::new_local(Vec::new()),
            // Two windows on one graph must not take each other’s gestures for their own; and JSON holds no more than 53 bits.
            gestures: StoredValue::new(now_us().unsigned_abs()),
            drawn: StoredValue::new(None),
            tells_soon: StoredValue::new(false),
            positions: StoredValue::new(HashMap::new()),
            queue: StoredValue::new(Vec::new()),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// Makes something that lives as long as the page, whoever makes it.
    pub(crate) fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    /// Begins to hear events; the first thing heard brings what is open.
    pub(crate) fn begin(self) {
        self.stage.on_wish(move |wish| self.grant(wish));
        self.stage.on_picture(Rc::new(move |src, on_picture| self.fetch_picture(src, on_picture)));
        self.keep_settings();
        self.keep_held_shown();
        crate::menu::keep(self);
        self.bridge.listen(move |incoming| match incoming {
            Incoming::Up => {
                self.link.set(Link::Up);
                self.refresh();
            }
            Incoming::Down => {
                self.link.set(Link::Down);
                // Where events cannot be heard at all, what is open can still be shown.
                if !self.is_loaded.get_untracked() {
                    self.refresh();
                }
            }
            Incoming::Event(event) => self.hear(*event),
        });
        let tick = move || {
            if self.model.with_untracked(|model| model.past.is_none() && model.run().is_some_and(RunState::is_active)) {
                self.now_us.set(now_us());
            }
        };
        set_interval(tick, TICK);
    }

    /// Asks for everything anew.
    fn refresh(self) {
        spawn_local(async move {
            match self.bridge.call(&GetWorkspace {}).await {
                Ok(mut workspace) => {
                    let not_opened = workspace.not_opened.take();
                    self.take_settings(&workspace.settings);
                    self.model.update(|model| model.take(workspace));
                    self.draw();
                    if let Some(failed) = not_opened {
                        self.tell_not_opened(failed);
                    }
                    self.fetch_questions();
                    self.model
                        .with_untracked(|model| model.graphs.iter().map(|graph| graph.id).collect::<Vec<_>>())
                        .into_iter()
                        .for_each(|id| self.fetch_stops(id));
                    for (graph, run) in self.model.with_untracked(Model::active_runs) {
                        self.fetch_run(run).await;
                        self.fetch_held(graph, run).await;
                    }
                }
                Err(failed) => self.open_failed.set(Some(failed)),
            }
            self.is_loaded.set(true);
        });
    }

    /// Keeps an event for the next frame: a run of a thousand steps must not draw a thousand times.
    fn hear(self, event: Event) {
        let is_first = self.queue.try_update_value(|queue| {
            queue.push(event);
            queue.len() == 1
        });
        if is_first == Some(true) {
            request_animation_frame(move || self.take_queue());
        }
    }

    fn take_queue(self) {
        let events = self.queue.try_update_value(std::mem::take).unwrap_or_default();
        let mut changes = Changes::default();
        self.model.update_untracked(|model| events.into_iter().for_each(|event| reducer::apply(model, event, &mut changes)));
        if changes.may_be_told_late() {
            self.follow(changes);
            // What a run did is seen on the canvas first: panels take longer than it.
            self.stage.flush();
            self.tell_soon();
        } else {
            self.model.notify();
            self.follow(changes);
            self.stage.flush();
        }
    }

    /// Tells who follows the model of what changed, once the canvas has been seen.
    fn tell_soon(self) {
        if !self.tells_soon.get_value() {
            self.tells_soon.set_value(true);
            after_frame(move || {
                self.tells_soon.set_value(false);
                self.model.notify();
            });
        }
    }

    /// Brings canvas and form in line with what changed in the model.
    fn follow(self, changes: Changes) {
        if let Some(failed) = changes.not_opened {
            self.tell_not_opened(failed);
        }
        if let Some(failed) = changes.not_kept {
            self.toast.set(Some(Toast::failed("Runs are kept in memory only", failed)));
        }
        if changes.missed {
            self.refresh();
        }
        if let Some(question) = changes.question {
            self.show_question(question);
        } else if changes.asks {
            self.fetch_questions();
        }
        if changes.waits && self.side.get_untracked() == Some(Side::Inbox) {
            self.fetch_awaited();
        }
        if changes.opened {
            self.finding.welcome_shown.set(false);
            if let Some(graph) = self.model.with_untracked(|model| model.shown) {
                self.fetch_stops(graph);
            }
        }
        for id in &changes.chosen {
            crate::menu::choose(self, id);
        }
        if changes.let_go || !changes.held.is_empty() {
            self.follow_held(&changes.held);
        } else if changes.stops {
            self.draw_stops();
        }
        if changes.drawing || self.board.get_untracked() {
            self.draw();
        } else if changes.all_nodes {
            self.draw_run();
        } else {
            let is_covered = untrack(|| self.shown_coverage()).is_some();
            self.model.with_untracked(|model| {
                if let Some(run) = model.run().filter(|_| !is_covered) {
                    changes.nodes.iter().for_each(|id| self.draw_node(run, id));
                }
            });
        }
    }

    /// Brings the canvas and the form in line with the graph and the tool that are shown.
    fn draw(self) {
        if self.draw_comparison() || self.draw_board() {
            return;
        }
        let shown = self.model.with_untracked(|model| Some((model.graph()?.clone(), model.tool()?.name.clone())));
        let is_same = self.drawn.with_value(|drawn| match (drawn, &shown) {
            (Some((graph, tool)), Some((now, named))) => tool == named && looks_same(graph, now),
            _ => false,
        });
        // What the app tells of a change that was made here is often on the canvas already.
        if is_same {
            return self.draw_run();
        }
        self.drawn.set_value(shown);
        self.positions.update_value(HashMap::clear);
        self.model.with_untracked(|model| {
            let drawing = model.graph().zip(model.tool()).map(|(graph, tool)| {
                let places = graph.layout.drawing(tool.name.as_str());
                ((graph.id, tool.name.clone()), tool, places)
            });
            let faulty: HashSet<NodeId> = model.graph().map(|graph| faulty_nodes(graph, model.tool())).unwrap_or_default();
            self.stage.show(drawing);
            self.stage.set_faulty(|id| faulty.contains(id));
            self.form.take_schema(model.tool().map(|tool| &tool.input_schema));
        });
        self.draw_run();
    }

    /// Brings the canvas in line with where things stand.
    fn draw_layout(self) {
        self.draw();
    }

    fn draw_run(self) {
        if self.board.get_untracked() {
            return self.draw_board_runs();
        }
        // What tests walked through is not to be mixed with what a run did.
        let is_covered = untrack(|| self.shown_coverage()).is_some();
        self.model.with_untracked(|model| match model.run().filter(|_| !is_covered) {
            Some(run) => self.stage.set_run(|id| run.drawn(id), |from, port| run.times(from, port)),
            None => self.stage.clear_run(),
        });
        self.draw_stops();
        self.draw_walked();
    }

    /// Brings a node and the edges that leave it in line with the run.
    fn draw_node(self, run: &RunState, id: &NodeId) {
        let (status, note) = run.drawn(id);
        self.stage.set_status(id, status, &note);
        self.stage.set_counts(id, |port| run.times(id, port));
    }

    /// Lets the person choose a file: by the system's dialog where there is one, otherwise by its path.
    pub(crate) fn choose_file(self) {
        let has_graph = self.graph.with_untracked(Option::is_some);
        if !self.model.with_untracked(|model| model.is_native) {
            // Without a graph, the page itself asks for a path.
            return if has_graph { self.open_shown.set(true) } else { focus("open-path") };
        }
        spawn_local(async move {
            match self.bridge.call(&PickFile {}).await {
                Ok(Some(path)) => self.open(path),
                Ok(None) => {}
                Err(failed) => self.tell_not_opened(NotOpened { path: String::new(), failed }),
            }
        });
    }

    /// Says why a file could not be opened where the person sees it: on the page without a graph, over the graph otherwise. What
    /// can be imported is offered to be.
    fn tell_not_opened(self, NotOpened { path, failed }: NotOpened) {
        if failed.code == Code::Workflow {
            return self.offer_import(path);
        }
        self.open_failed.set(Some(failed));
        self.open_shown.set(self.graph.with_untracked(Option::is_some));
    }

    /// Opens a file.
    pub(crate) fn open(self, path: String) {
        self.opening.set(Some(path.clone()));
        self.open_failed.set(None);
        spawn_local(async move {
            match self.bridge.call(&OpenGraph { path: path.clone() }).await {
                Ok(graph) => {
                    let mut changes = Changes::default();
                    // What the event will tell too; whichever comes first.
                    let opened = Event::GraphOpened { graph: Box::new(graph) };
                    self.model.update(|model| reducer::apply(model, opened, &mut changes));
                    self.follow(changes);
                    self.open_shown.set(false);
                }
                Err(failed) if failed.code == Code::Workflow => self.offer_import(path),
                Err(failed) => self.open_failed.set(Some(failed)),
            }
            self.opening.set(None);
        });
    }

    /// Shows another open graph.
    pub(crate) fn show_graph(self, id: GraphId) {
        self.finding.welcome_shown.set(false);
        self.model.update(|model| (model.shown, model.past) = (Some(id), None));
        self.comparison.set(None);
        self.leave_board();
        self.leave_tool();
    }

    /// Shows another tool of the graph.
    pub(crate) fn show_tool(self, name: &str) {
        self.model.update(|model| {
            model.past = None;
            model.choose_tool(name.into());
        });
        self.comparison.set(None);
        self.leave_board();
        self.leave_tool();
    }

    fn leave_tool(self) {
        self.run_comparison.set(None);
        self.run_failed.set(None);
        self.picked.set(None);
        self.draw();
    }

    /// Something of the tool that is shown; none where no tool is. Follows the graph and the choice of the tool.
    pub(crate) fn of_tool<T>(self, read: impl FnOnce(&GraphView, &Tool) -> T) -> Option<T> {
        let at = self.tool.get()?;
        self.graph.with(|graph| graph.as_ref().and_then(|graph| graph.0.graph.tools.get(at).map(|tool| read(&graph.0, tool))))
    }

    /// A node of a tool, found where one of its id was found last: to look through all for each field takes long in a large tool.
    pub(crate) fn node_of<'t>(self, tool: &'t Tool, id: &NodeId) -> Option<&'t Node> {
        let known = self.positions.with_value(|positions| positions.get(id).copied());
        let known = known.and_then(|at| tool.nodes.get(at)).filter(|node| node.id == *id);
        known.map(Arc::as_ref).or_else(|| {
            let at = tool.node_index(id.as_str())?;
            self.positions.update_value(|positions| {
                positions.insert(id.clone(), at);
            });
            Some(&tool.nodes[at])
        })
    }

    /// The name of the tool that is shown, as it is now.
    pub(crate) fn of_tool_now(self) -> Option<graph::ToolName> {
        self.model.with_untracked(|model| model.tool().map(|tool| tool.name.clone()))
    }

    /// Something of the last run of the tool that is shown. Follows everything that is heard.
    pub(crate) fn of_run<T>(self, read: impl FnOnce(&RunState) -> T) -> Option<T> {
        self.model.with(|model| model.run().map(read))
    }
}

/// Whether two views of a graph look the same on the canvas.
fn looks_same(one: &Arc<GraphView>, other: &Arc<GraphView>) -> bool {
    let has_same = || Arc::ptr_eq(&one.graph, &other.graph) && Arc::ptr_eq(&one.layout, &other.layout);
    Arc::ptr_eq(one, other) || (one.id == other.id && has_same() && one.problems == other.problems)
}

/// The time, in microseconds since 1970, to the millisecond.
fn now_us() -> i64 {
    js_sys::Date::now() as i64 * 1000
}

/// The nodes of a tool in which an error was found.
fn faulty_nodes(graph: &GraphView, tool: Option<&Tool>) -> HashSet<NodeId> {
    let of_tool = |problem: &&protocol::Reported| problem.problem.tool.as_ref() == tool.map(|tool| &tool.name);
    let errors = graph.problems.iter().filter(of_tool).filter(|problem| problem.problem.severity == Severity::Error);
    errors.filter_map(|problem| problem.problem.node.clone()).collect()
}
