//! A run is held before a step, or where a step is about to fail: nothing is evaluated and nothing is taken in until it goes on.

use std::sync::PoisonError;

use expr::{Cancel, EvalError, Expression, Limits};
use nodes::Failure;
use run::debug::{Caller, Pause, Why};
use run::{Event, Run, StepId, Task};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Driver, Message, Next};
use crate::debug::{Debug, Hold, Holding, Instead, Order, is_true};
use crate::handle::Told;
use crate::lane;

/// What becomes of a step that was about to begin.
pub(super) enum Begun {
    Evaluate(Task),
    Next(Next),
}

impl Driver {
    /// Whether somebody may hold the run just now.
    pub(super) fn is_watched(&self) -> bool {
        self.debug.as_ref().is_some_and(Debug::is_alert)
    }

    /// A step is about to begin: the run is held if somebody wants that.
    pub(super) async fn ask_debugger(&mut self, step: StepId, mut task: Task) -> Result<Begun, Failure> {
        let Some(debug) = self.debug.clone() else { return Ok(Begun::Evaluate(task)) };
        let at = self.run.lock().unwrap_or_else(PoisonError::into_inner).get(step).map(|step| step.node);
        let Some(node) = at.map(|at| self.job.plan.node(at).id.clone()) else { return Ok(Begun::Evaluate(task)) };
        let tool = self.job.plan.tool.clone();
        let stop = self.stop_at(&debug, step, &task).await;
        let holding = loop {
            if let Some(next) = self.while_another_is_held().await? {
                return Ok(Begun::Next(next));
            }
            let Some(why) = stop.clone().or_else(|| debug.steps_to(&tool, &node)) else { return Ok(Begun::Evaluate(task)) };
            self.settle().await?;
            if let Some(holding) = self.hold(&debug, step, task.clone(), true, why) {
                break holding;
            }
        };
        let (next, instead) = self.while_held(&debug, holding, Some((step, &mut task))).await?;
        Ok(match (next, instead) {
            (Some(next), _) => Begun::Next(next),
            (None, Some(Instead::Ask(ask))) => Begun::Next(Next::Event(Event::Evaluated { step, result: Ok(ask) })),
            (None, Some(Instead::Output(output))) => Begun::Next(Next::Event(Event::Edited { step, output })),
            (None, None) => Begun::Evaluate(task),
        })
    }

    /// An event is about to be taken: the run is held if it lets a step fail and somebody wants to see that. Gives what is to happen
    /// instead of it.
    pub(super) async fn before(&mut self, event: &Event) -> Result<Option<Next>, Failure> {
        let Some(debug) = self.debug.clone().filter(Debug::breaks_on_error) else { return Ok(None) };
        let (step, failure, sight) = {
            let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((step, failure)) = run.fails_by(event) else { return Ok(None) };
            let Some(sight) = run.sight(step) else { return Ok(None) };
            (step, failure, sight)
        };
        let holding = loop {
            if let Some(next) = self.while_another_is_held().await? {
                return Ok(Some(next));
            }
            self.settle().await?;
            if let Some(holding) = self.hold(&debug, step, sight.clone(), false, Why::Error { failure: failure.clone() }) {
                break holding;
            }
        };
        drop(sight);
        let (next, instead) = self.while_held(&debug, holding, None).await?;
        Ok(match (next, instead) {
            (Some(next), _) => Some(next),
            (None, Some(Instead::Output(output))) => Some(Next::Event(Event::Edited { step, output })),
            (None, Some(Instead::Ask(_)) | None) => None,
        })
    }

    /// The first breakpoint that holds before a step. All that are there count.
    async fn stop_at(&mut self, debug: &Debug, step: StepId, task: &Task) -> Option<Why> {
        let stops = {
            let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
            let id = |at| run.plan().node(at).id.clone();
            let node = id(run.get(step)?.node);
            debug.stops_at(&run.plan().tool, &node, || run.came_by(step).map(|(from, port)| (id(from), port)))
        };
        let mut why = None;
        for (id, condition) in stops {
            let is_met = match condition {
                None => Ok(true),
                Some(condition) => look(task, condition, &self.quick, &self.limits).await.map(|value| value.as_ref().is_some_and(is_true)),
            };
            let stops = match is_met {
                Ok(true) => debug.hit(id).then_some(Why::Breakpoint { id }),
                Ok(false) => None,
                Err(error) => Some(Why::Condition { id, message: error.to_string() }),
            };
            why = why.or(stops);
        }
        why
    }

    fn hold(&self, debug: &Debug, step: StepId, sight: Task, begins: bool, why: Why) -> Option<Holding> {
        let pause = {
            let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
            let (at, node) = run.get(step).map(|at| (at, run.plan().node(at.node)))?;
            Pause {
                tool: run.plan().tool.clone(),
                step,
                node: node.id.clone(),
                kind: node.kind.to_owned(),
                attempt: at.attempt,
                item: at.item,
                callers: debug.callers().to_vec(),
                why,
            }
        };
        let holding = debug.hold(Hold { pause: pause.clone(), run: self.run.clone(), sight, begins })?;
        (self.listener)(Told::Paused(&pause));
        Some(holding)
    }

    /// Does what whoever holds the run says until it goes on or ends. `task` is the work that waits.
    async fn while_held(
        &mut self,
        debug: &Debug,
        mut holding: Holding,
        mut task: Option<(StepId, &mut Task)>,
    ) -> Result<(Option<Next>, Option<Instead>), Failure> {
        let since = Instant::now();
        let end = loop {
            tokio::select! {
                message = self.inbox.recv() => if let Some(end) = self.put_aside(message) { break Some(end) },
                order = holding.orders.recv() => match order {
                    Some(Order::Edit { step, output, done }) => {
                        self.take(Event::Edited { step, output });
                        self.renew(debug, task.as_mut());
                        self.settle().await?;
                        // Whoever does not wait for the answer needs none.
                        let _gone = done.send(());
                    }
                    Some(Order::Go) | None => break None,
                },
            }
        };
        let instead = debug.take_instead();
        drop(holding);
        (self.listener)(Told::Continued);
        if end.is_none() {
            self.go_on(since);
        }
        Ok((end, instead))
    }

    /// Waits while another run of the family is held. Gives what ends this one meanwhile.
    pub(super) async fn while_another_is_held(&mut self) -> Result<Option<Next>, Failure> {
        let Some(debug) = self.debug.clone().filter(Debug::is_held) else { return Ok(None) };
        self.settle().await?;
        let since = Instant::now();
        loop {
            tokio::select! {
                message = self.inbox.recv() => if let Some(end) = self.put_aside(message) { return Ok(Some(end)) },
                () = debug.released() => break,
            }
        }
        self.go_on(since);
        Ok(None)
    }

    /// Keeps what comes for later. Gives what is not kept: the end.
    fn put_aside(&mut self, message: Option<Message>) -> Option<Next> {
        match message? {
            Message::Event(stopped @ Event::Stopped { .. }) => Some(Next::Event(stopped)),
            Message::Leave => Some(Next::Leave),
            other @ (Message::Event(_) | Message::Progress(..) | Message::Said(..)) => {
                self.aside.push_back(other);
                None
            }
        }
    }

    fn go_on(&mut self, since: Instant) {
        let held_us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.take(Event::Continued { held_us });
        self.begin_turn();
    }

    /// All that waits to be done sees what was edited.
    fn renew(&mut self, debug: &Debug, task: Option<&mut (StepId, &mut Task)>) {
        let run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        self.ready.iter_mut().for_each(|(step, task)| run.renew(*step, task));
        if let Some((step, task)) = task {
            run.renew(*step, task);
        }
        debug.renew(&run);
    }
}

/// A step as the caller of what it runs.
pub(super) fn caller(run: &Run, step: StepId) -> Option<Caller> {
    let node = run.plan().node(run.get(step)?.node).id.clone();
    Some(Caller { tool: run.plan().tool.clone(), step, node })
}

/// Evaluates a condition here if it is quick, and on the slow lane if it is not.
async fn look(task: &Task, condition: Expression, quick: &Limits, limits: &Limits) -> Result<Option<Value>, EvalError> {
    let value = task.eval(&condition, quick, &Cancel::new());
    if !matches!(value, Err(EvalError::Time { .. })) {
        return value;
    }
    let (done, slow) = oneshot::channel();
    let (task, limits) = (task.clone(), limits.clone());
    lane::run(move || {
        let _gone = done.send(task.eval(&condition, &limits, &Cancel::new()));
    });
    slow.await.unwrap_or(value)
}
