//! A run that begins as another one did: what happened up to a step is taken over, the step is changed, and what follows is to
//! come yet. Knows events alone; carrying the new run on is for whoever drives runs.

use std::sync::Arc;

use graph::{NodeId, Port};
use nodes::{Ask, Failure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{Event, Moment};
use crate::machine::Run;
use crate::plan::{NodeIndex, Plan};
use crate::step::{StepId, StepState};

/// What is another at the step where a fork leaves its run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "change")]
pub enum Change {
    /// Nothing: the step is done once more, on the graph that the fork runs.
    #[default]
    Nothing,
    /// It asks with this: the arguments of a tool, the items of a loop, the detail of an event.
    Input {
        /// What it asks with.
        value: Arc<Value>,
    },
    /// It is done with this, and nothing is asked. Of a switch, the id of the node that it chooses.
    Output {
        /// The output.
        value: Arc<Value>,
    },
}

/// Why a run cannot be forked so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoFork {
    /// The run has no such step.
    NoStep(StepId),
    /// The graph leads elsewhere than the run went before it came to the step.
    Departs {
        /// The first step that is another.
        step: StepId,
        /// The node that it was of.
        node: NodeId,
    },
    /// The step asks with nothing that could be changed.
    NoInput(NodeId),
    /// The value is none that the step can ask with.
    NotAnInput(NodeId),
    /// The step gives nothing of its own.
    NoOutput(NodeId),
    /// The switch has no such way.
    NoWay {
        /// The switch.
        node: NodeId,
        /// The nodes that it can choose.
        ways: Vec<NodeId>,
    },
}

impl std::error::Error for NoFork {}

impl std::fmt::Display for NoFork {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoFork::NoStep(step) => write!(out, "the run has no step {}", step.0),
            NoFork::Departs { step, node } => write!(
                out,
                "the graph as it is now leads elsewhere before the step: at step {}, where the run came to `{node}`; fork an earlier step, \
                 or on the graph as it was",
                step.0
            ),
            NoFork::NoInput(node) => write!(out, "`{node}` asks with nothing that could be changed; change its output, or the graph"),
            NoFork::NotAnInput(node) => write!(out, "`{node}` cannot ask with that; a loop takes an array, a tool an object"),
            NoFork::NoOutput(node) => write!(out, "`{node}` gives what came before it; change the step before"),
            NoFork::NoWay { node, ways } => {
                let ways: Vec<_> = ways.iter().map(|way| format!("\"{way}\"")).collect();
                write!(out, "`{node}` has no such way; its output is one of {}", ways.join(", "))
            }
        }
    }
}

/// The events that a fork begins with: those of the run until `step` began to work, then the change. What other branches had
/// asked for by then and were answered later is taken over too, so that it is not asked twice. The fork goes on when it is
/// resumed from them, by `plan`; `was` is what the run ran.
///
/// # Errors
/// Where the run has no such step, the plan leads elsewhere before it, or the change does not fit the step.
pub fn fork(
    was: &Arc<Plan>,
    plan: &Arc<Plan>,
    events: &[(Moment, Event)],
    step: StepId,
    change: &Change,
) -> Result<Vec<(Moment, Event)>, NoFork> {
    let is_its_work = |event: &Event| matches!(event, Event::Evaluated { step: of, .. } if *of == step);
    let cut = events.iter().position(|(_, event)| is_its_work(event));
    let (before, after) = events.split_at(cut.unwrap_or(events.len()));
    let (old, mut new) = (Run::replay(was.clone(), before), Run::replay(plan.clone(), before));
    let Some(begun) = old.get(step).filter(|begun| begun.state == StepState::Evaluating) else { return Err(NoFork::NoStep(step)) };
    if let Some((step, node)) = departure(&old, &new) {
        return Err(NoFork::Departs { step, node });
    }
    let asked = match after.first() {
        Some((_, Event::Evaluated { result, .. })) => Some(result),
        Some(_) | None => None,
    };
    let at = after.first().map_or(old.now(), |(at, _)| *at);
    let mut taken = before.to_vec();
    let node = old.plan().node(begun.node).id.clone();
    // The answers that are taken over belong to what was asked before the change.
    let is_open = |id: &StepId| new.get(*id).is_some_and(|step| matches!(step.state, StepState::Calling | StepState::Asking));
    let mut open: Vec<StepId> = (0u32..).map(StepId).take(new.steps().len()).filter(is_open).collect();
    let changed = match change {
        Change::Nothing => None,
        Change::Input { value } => Some(input(asked, value, node)?),
        Change::Output { value } => {
            let of = new.get(step).map(|step| step.node).ok_or(NoFork::NoStep(step))?;
            Some(output(plan, of, value)?)
        }
    };
    let mut take = |at: Moment, event: Event| {
        new.step(at, event.clone());
        taken.push((at, event));
    };
    if let Some(ask) = changed {
        take(at, Event::Evaluated { step, result: Ok(ask) });
    }
    for (at, event) in after {
        if let Event::Answered { step, .. } = event
            && let Some(position) = open.iter().position(|asked| asked == step)
        {
            open.swap_remove(position);
            take(*at, event.clone());
        }
    }
    Ok(taken)
}

/// The first step that two runs of the same events do not share, and the node that it is of in the first.
fn departure(old: &Run, new: &Run) -> Option<(StepId, NodeId)> {
    let id = |run: &Run, node: NodeIndex| run.plan().node(node).id.clone();
    let differs = |at: &usize| match (old.steps().get(*at), new.steps().get(*at)) {
        (Some(was), Some(is)) => id(old, was.node) != id(new, is.node) || was.state != is.state || was.item != is.item,
        _ => true,
    };
    let at = (0..old.steps().len().max(new.steps().len())).find(differs)?;
    let known = old.steps().get(at).or_else(|| old.steps().last())?;
    Some((StepId(u32::try_from(at).unwrap_or(u32::MAX)), id(old, known.node)))
}

/// What a step asked, with another input.
pub(crate) fn input(asked: Option<&Result<Ask, Failure>>, value: &Arc<Value>, node: NodeId) -> Result<Ask, NoFork> {
    let fits = |is_fit: bool| if is_fit { Ok(value.clone()) } else { Err(NoFork::NotAnInput(node.clone())) };
    match asked {
        Some(Ok(Ask::Call { server, tool, .. })) => {
            Ok(Ask::Call { server: server.clone(), tool: tool.clone(), args: fits(value.is_object())? })
        }
        Some(Ok(Ask::Run { tool, .. })) => Ok(Ask::Run { tool: tool.clone(), args: fits(value.is_object())? }),
        Some(Ok(Ask::Emit { event, .. })) => Ok(Ask::Emit { event: event.clone(), detail: value.clone() }),
        Some(Ok(Ask::Each { at_once, .. })) => match value.as_array() {
            Some(items) => Ok(Ask::Each { items: Arc::new(items.clone()), at_once: *at_once }),
            None => Err(NoFork::NotAnInput(node)),
        },
        Some(
            Ok(
                Ask::Done { .. }
                | Ask::Choose { .. }
                | Ask::Wait { .. }
                | Ask::Hear { .. }
                | Ask::Approve { .. }
                | Ask::Fork { .. }
                | Ask::End,
            )
            | Err(_),
        )
        | None => Err(NoFork::NoInput(node)),
    }
}

/// What a node asks for that is done with an output.
pub(crate) fn output(plan: &Plan, node: NodeIndex, value: &Arc<Value>) -> Result<Ask, NoFork> {
    let planned = plan.node(node);
    if planned.after.is_some() {
        return Ok(Ask::Done { output: value.clone() });
    }
    let ways: Vec<(Port, NodeIndex)> = planned.edges.iter().filter(|(port, _)| *port != Port::OnError).copied().collect();
    if ways.is_empty() {
        return Err(NoFork::NoOutput(planned.id.clone()));
    }
    let chosen = value.as_str().and_then(|id| ways.iter().find(|(_, to)| plan.node(*to).id.as_str() == id));
    match chosen {
        Some((port, _)) => Ok(Ask::Choose { port: *port }),
        None => {
            let ways = ways.iter().map(|(_, to)| plan.node(*to).id.clone()).collect();
            Err(NoFork::NoWay { node: planned.id.clone(), ways })
        }
    }
}
