//! Whoever holds runs: where, how they go on, and what is looked at and changed meanwhile. One for a run and all that it runs by
//! `call`: while one of these is held, all are. Knows no terminal and no window.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use expr::{Cancel, EvalError, Expression, Limits, SyntaxError};
use graph::{NodeId, Port, ToolName};
use nodes::Ask;
pub use run::debug::{Breakpoint, Caller, Edit, Go, Pause, Place, Stops, Why};
use run::{Change, NoFork, Run, StepId, StepState, Task};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

/// What may hold a run. A cheap handle: clones hold the same runs.
#[derive(Clone, Default)]
pub struct Debug {
    shared: Arc<Shared>,
    callers: Arc<[Caller]>,
}

/// Why a debugger does not do what was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is held.
    #[error("the run is not paused")]
    NotPaused,
    /// An expression is none.
    #[error("`{text}` is no expression")]
    Syntax {
        /// The text.
        text: String,
        /// Why not.
        source: SyntaxError,
    },
    /// An expression has no value here.
    #[error(transparent)]
    NoValue(#[from] EvalError),
    /// The step cannot be changed so.
    #[error("{0}")]
    Change(NoFork),
    /// The step has no output that could be another.
    #[error("step {} is not done: only what is done has an output to edit", .0.0)]
    NotDone(StepId),
    /// The run has no such node to go on to.
    #[error("the tool `{tool}` has no node `{node}`")]
    NoNode {
        /// The tool.
        tool: ToolName,
        /// The node.
        node: NodeId,
    },
}

#[derive(Default)]
struct Shared {
    /// Whether a run has to ask at all.
    is_alert: AtomicBool,
    state: Mutex<State>,
    held: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    stops: Vec<Stop>,
    on_error: bool,
    going: Going,
    /// The run that is held, and the way to its task.
    held: Option<(Hold, mpsc::UnboundedSender<Order>)>,
    /// What is to become of its step.
    instead: Option<Instead>,
}

struct Stop {
    breakpoint: Breakpoint,
    condition: Option<Expression>,
    hits: u32,
}

/// How the runs go on, with how many callers whoever was held had.
#[derive(Clone, Debug, Default, PartialEq)]
enum Going {
    #[default]
    Freely,
    Asked,
    Into,
    Over(usize),
    Out(usize),
    To(usize, ToolName, NodeId),
}

/// The run that is held.
pub(crate) struct Hold {
    pub(crate) pause: Pause,
    pub(crate) run: Arc<Mutex<Run>>,
    /// What the step sees.
    pub(crate) sight: Task,
    /// Whether the step is about to begin; it is about to fail otherwise.
    pub(crate) begins: bool,
}

/// What the task of the run that is held is to do.
pub(crate) enum Order {
    Go,
    Edit { step: StepId, output: Arc<Value>, done: oneshot::Sender<()> },
}

/// What becomes of the step at which a run was held.
pub(crate) enum Instead {
    Ask(Ask),
    Output(Arc<Value>),
}

/// Held as long as this lives.
pub(crate) struct Holding {
    debug: Debug,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
}

impl Debug {
    /// A debugger that holds runs here.
    ///
    /// # Errors
    /// Where a condition is no expression.
    pub fn new(stops: &Stops) -> Result<Self, Refusal> {
        let debug = Self::default();
        debug.set(stops)?;
        Ok(debug)
    }

    /// Holds runs here from their next step on, and nowhere else. A breakpoint that stays as it was goes on counting.
    ///
    /// # Errors
    /// Where a condition is no expression; nothing has changed then.
    pub fn set(&self, stops: &Stops) -> Result<(), Refusal> {
        let compiled = stops.breakpoints.iter().map(|breakpoint| {
            let condition = breakpoint.condition.as_deref().map(parse).transpose()?;
            Ok(Stop { breakpoint: breakpoint.clone(), condition, hits: 0 })
        });
        let mut compiled = compiled.collect::<Result<Vec<Stop>, Refusal>>()?;
        self.change(|state| {
            for stop in &mut compiled {
                let known = state.stops.iter().find(|known| known.breakpoint == stop.breakpoint);
                stop.hits = known.map_or(0, |known| known.hits);
            }
            (state.stops, state.on_error) = (compiled, stops.on_error);
        });
        Ok(())
    }

    /// Asks that the run be held before its next step, whichever it is.
    pub fn pause(&self) {
        self.change(|state| {
            if state.held.is_none() {
                state.going = Going::Asked;
            }
        });
    }

    /// Lets a run go on that is held.
    ///
    /// # Errors
    /// Where none is held, or the node that it is to come to is not there.
    pub fn go(&self, go: Go) -> Result<(), Refusal> {
        self.change(|state| {
            let (hold, orders) = state.held.as_ref().ok_or(Refusal::NotPaused)?;
            let depth = hold.pause.callers.len();
            let going = match go {
                Go::Continue => Going::Freely,
                Go::Into => Going::Into,
                Go::Over => Going::Over(depth),
                Go::Out => Going::Out(depth),
                Go::To { node } => {
                    let tool = hold.pause.tool.clone();
                    let is_known = hold.run.lock().unwrap_or_else(PoisonError::into_inner).plan().find(&node).is_some();
                    if !is_known {
                        return Err(Refusal::NoNode { tool, node });
                    }
                    Going::To(depth, tool, node)
                }
            };
            state.going = going;
            // Whoever does not take it any more is not held.
            orders.send(Order::Go).map_err(|_| Refusal::NotPaused)
        })
    }

    /// Where a run is held; none where none is.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        self.state().held.as_ref().map(|(hold, _)| hold.pause.clone())
    }

    /// Looks at the run that is held: the one of the tool that [`Pause::tool`] names.
    ///
    /// # Errors
    /// Where none is held.
    pub fn read<T>(&self, look: impl FnOnce(&Run) -> T) -> Result<T, Refusal> {
        let run = self.state().held.as_ref().map(|(hold, _)| hold.run.clone()).ok_or(Refusal::NotPaused)?;
        let run = run.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(look(&run))
    }

    /// What an expression gives over all that the step sees at which the run is held; none where it gives nothing. It may take as
    /// long as any expression of a run may.
    ///
    /// # Errors
    /// Where none is held, the text is no expression, or it has no value.
    pub fn evaluate(&self, text: &str) -> Result<Option<Value>, Refusal> {
        let (sight, _) = self.sight()?;
        Ok(sight.eval(&parse(text)?, &Limits::default(), &Cancel::new())?)
    }

    /// What the step at which the run is held works on: what it is about to ask with, as far as that is known before it does, or the
    /// outputs that it reads, by node.
    ///
    /// # Errors
    /// Where none is held.
    pub fn input(&self) -> Result<Option<Value>, Refusal> {
        let (sight, begins) = self.sight()?;
        let asked = if begins { sight.perform(&Limits::default(), &Cancel::new()).ok() } else { None };
        let input = match asked {
            Some(Ask::Call { args, .. } | Ask::Run { args, .. }) => Some(Value::clone(&args)),
            Some(Ask::Emit { detail, .. }) => Some(Value::clone(&detail)),
            Some(Ask::Each { items, .. }) => Some(Value::Array(items.to_vec())),
            Some(_) | None => None,
        };
        match input {
            Some(input) => Ok(Some(input)),
            None => {
                let step = self.paused().ok_or(Refusal::NotPaused)?.step;
                self.read(|run| run.input_of(step))
            }
        }
    }

    /// Changes something in the run that is held. What a step that is done gave is another at once; what the step at which it is
    /// held does is another once it goes on.
    ///
    /// # Errors
    /// Where none is held, or it cannot be changed so.
    pub async fn edit(&self, edit: Edit) -> Result<(), Refusal> {
        match edit {
            Edit::Output { step, value } => {
                let is_done = self.read(|run| run.get(step).is_some_and(|step| step.state == StepState::Done))?;
                if !is_done {
                    return Err(Refusal::NotDone(step));
                }
                let (done, taken) = oneshot::channel();
                let order = Order::Edit { step, output: value, done };
                let sent = self.state().held.as_ref().map(|(_, orders)| orders.send(order));
                match sent {
                    Some(Ok(())) => taken.await.map_err(|_| Refusal::NotPaused),
                    Some(Err(_)) | None => Err(Refusal::NotPaused),
                }
            }
            Edit::Instead { change } => {
                let (sight, begins) = self.sight()?;
                let node = self.paused().ok_or(Refusal::NotPaused)?.node;
                let instead = match (&change, begins) {
                    (Change::Input { .. }, false) => Err(NoFork::NoInput(node)),
                    (Change::Output { value }, _) => {
                        sight.instead(&change, &Limits::default(), &Cancel::new()).map(|_| Some(Instead::Output(value.clone())))
                    }
                    (Change::Nothing | Change::Input { .. }, _) => {
                        // To know what it would ask, its work is done: that may take a while.
                        let work = tokio::task::spawn_blocking(move || sight.instead(&change, &Limits::default(), &Cancel::new()));
                        work.await.unwrap_or(Err(NoFork::NoInput(node))).map(|ask| ask.map(Instead::Ask))
                    }
                };
                self.state().instead = instead.map_err(Refusal::Change)?;
                Ok(())
            }
        }
    }

    fn sight(&self) -> Result<(Task, bool), Refusal> {
        self.state().held.as_ref().map(|(hold, _)| (hold.sight.clone(), hold.begins)).ok_or(Refusal::NotPaused)
    }

    // ---- for the runs ----

    /// The same, for a run that a step starts.
    pub(crate) fn within(&self, caller: Caller) -> Self {
        Self { shared: self.shared.clone(), callers: self.callers.iter().cloned().chain([caller]).collect() }
    }

    pub(crate) fn callers(&self) -> &[Caller] {
        &self.callers
    }

    pub(crate) fn is_alert(&self) -> bool {
        self.shared.is_alert.load(Ordering::Relaxed)
    }

    pub(crate) fn is_held(&self) -> bool {
        *self.shared.held.borrow()
    }

    /// Waits until a run is held.
    pub(crate) async fn held(&self) {
        self.becomes(true).await;
    }

    /// Waits until none is.
    pub(crate) async fn released(&self) {
        self.becomes(false).await;
    }

    async fn becomes(&self, held: bool) {
        let mut changes = self.shared.held.subscribe();
        // The sender lives as long as this handle.
        let _gone = changes.wait_for(|is| *is == held).await;
    }

    pub(crate) fn breaks_on_error(&self) -> bool {
        self.state().on_error
    }

    /// The breakpoints before a step, with their conditions.
    pub(crate) fn stops_at(
        &self,
        tool: &ToolName,
        node: &NodeId,
        edge: impl FnOnce() -> Option<(NodeId, Port)>,
    ) -> Vec<(u32, Option<Expression>)> {
        let state = self.state();
        let here: Vec<&Stop> = state.stops.iter().filter(|stop| stop.breakpoint.is_enabled && stop.breakpoint.tool == *tool).collect();
        let edge = if here.iter().any(|stop| matches!(stop.breakpoint.place, Place::Edge { .. })) { edge() } else { None };
        let is_here = |stop: &&&Stop| match &stop.breakpoint.place {
            Place::Node { node: at } => at == node,
            Place::Edge { node: from, port } => edge.as_ref().is_some_and(|(came, by)| came == from && by == port),
        };
        here.iter().filter(is_here).map(|stop| (stop.breakpoint.id, stop.condition.clone())).collect()
    }

    /// A breakpoint's place is reached and its condition is true; whether it holds this time.
    pub(crate) fn hit(&self, id: u32) -> bool {
        let mut state = self.state();
        let Some(stop) = state.stops.iter_mut().find(|stop| stop.breakpoint.id == id) else { return false };
        stop.hits = stop.hits.saturating_add(1);
        stop.hits >= stop.breakpoint.count
    }

    /// Whether somebody let the runs go on to this step, or asked for the next.
    pub(crate) fn steps_to(&self, tool: &ToolName, node: &NodeId) -> Option<Why> {
        let depth = self.callers.len();
        let is_here = match &self.state().going {
            Going::Freely => false,
            Going::Asked => return Some(Why::Asked),
            Going::Into => true,
            Going::Over(of) => depth <= *of,
            Going::Out(of) => depth < *of,
            Going::To(of, to, at) => depth == *of && to == tool && at == node,
        };
        is_here.then_some(Why::Step)
    }

    /// Holds a run; none where another is held already.
    pub(crate) fn hold(&self, hold: Hold) -> Option<Holding> {
        let (send, orders) = mpsc::unbounded_channel();
        let is_first = self.change(|state| {
            let is_first = state.held.is_none();
            if is_first {
                (state.held, state.instead, state.going) = (Some((hold, send)), None, Going::Freely);
            }
            is_first
        });
        if !is_first {
            return None;
        }
        self.shared.held.send_replace(true);
        Some(Holding { debug: self.clone(), orders })
    }

    /// What the step sees is another now.
    pub(crate) fn renew(&self, run: &Run) {
        if let Some((hold, _)) = &mut self.state().held {
            run.renew(hold.pause.step, &mut hold.sight);
        }
    }

    pub(crate) fn take_instead(&self) -> Option<Instead> {
        self.state().instead.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let changed = change(&mut state);
        let is_alert = !state.stops.is_empty() || state.on_error || state.going != Going::Freely || state.held.is_some();
        self.shared.is_alert.store(is_alert, Ordering::Relaxed);
        changed
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.debug.change(|state| state.held = None);
        self.debug.shared.held.send_replace(false);
    }
}

fn parse(text: &str) -> Result<Expression, Refusal> {
    Expression::parse(text).map_err(|source| Refusal::Syntax { text: text.to_owned(), source })
}

/// Whether a condition is true: what JSONata's `$boolean` says of its value.
pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(is_true),
        Value::Object(fields) => !fields.is_empty(),
    }
}
