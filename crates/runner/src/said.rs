//! What people and programs say to a run that waits for them, and why it may not listen.

use std::sync::Arc;

use graph::NodeId;
use nodes::{Failure, Reply, Signal};
use run::{Decision, Event, Run, StepId, StepState, WaitsFor};
use serde::{Deserialize, Serialize};

use crate::job::Job;

/// Something that is said to a run. As JSON it is what one process leaves for another that drives the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "word")]
pub enum Said {
    /// A person's answer.
    Reply {
        /// The step that asks.
        step: StepId,
        /// The answer.
        reply: Reply,
    },
    /// What is to become of an uncertain step.
    Decision {
        /// The step.
        step: StepId,
        /// What is to become of it.
        decision: Decision,
        /// Who said so, where that is known.
        by: Option<String>,
    },
    /// An event.
    Event {
        /// The event.
        signal: Arc<Signal>,
    },
}

/// Why a run did not take what was said to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The run has no such step.
    #[error("the run has no step {}", .0.0)]
    NoStep(StepId),
    /// Somebody was first, or the time was over.
    #[error("the node `{0}` does not wait any more: it was answered already, or its time was over")]
    Over(NodeId),
    /// The step is another's matter.
    #[error("the node `{0}` does not ask for this")]
    NotAsked(NodeId),
    /// Others are to answer.
    #[error("{} may not answer the node `{node}`: it asks {}", .by.as_deref().unwrap_or("whoever says no name"), .approvers.join(", "))]
    NotNamed {
        /// The node.
        node: NodeId,
        /// Who answered.
        by: Option<String>,
        /// Who may answer.
        approvers: Vec<String>,
    },
    /// What was filled in does not fit the form.
    #[error("{0}")]
    Unfit(Failure),
    /// No step waits for such an event.
    #[error("the run does not wait for an event of the type `{0}`")]
    NotHeard(String),
    /// There is nobody to take it here.
    #[error("the run does not go on here: it has ended, is parked, or goes on elsewhere")]
    Gone,
}

impl Said {
    /// The event that it is, if the run as it stands wants to hear it.
    ///
    /// # Errors
    /// Why the run does not.
    pub fn admitted(self, run: &Run, job: &Job) -> Result<Event, Refused> {
        match self {
            Said::Event { signal } if run.hears(&signal.event) => Ok(Event::Signalled { signal }),
            Said::Event { signal } => Err(Refused::NotHeard(signal.event.to_string())),
            Said::Decision { step, decision, by } => {
                in_state(run, step, StepState::Uncertain)?;
                Ok(Event::Decided { step, decision, by })
            }
            Said::Reply { step, reply } => {
                let node = in_state(run, step, StepState::Asking)?;
                let waits = run.waiting().into_iter().find(|waits| waits.step == step);
                let Some(WaitsFor::Person(approval)) = waits.map(|waits| waits.on) else { return Err(Refused::Over(node)) };
                let is_named = reply.by().is_some_and(|by| approval.approvers.iter().any(|name| name == by));
                if !approval.approvers.is_empty() && !is_named {
                    let (by, approvers) = (reply.by().map(str::to_owned), approval.approvers.clone());
                    return Err(Refused::NotNamed { node, by, approvers });
                }
                if let Reply::Approved { values, .. } = &reply {
                    job.schemas.check_form(&node, values).map_err(Refused::Unfit)?;
                }
                Ok(Event::Answered { step, result: Ok(nodes::Answer::Person(reply)) })
            }
        }
    }
}

/// The node of a step that stands as it must.
fn in_state(run: &Run, step: StepId, wanted: StepState) -> Result<NodeId, Refused> {
    let at = run.get(step).ok_or(Refused::NoStep(step))?;
    let node = run.plan().node(at.node);
    if at.state == wanted {
        return Ok(node.id.clone());
    }
    // Of what has ended only what once asked this is over; the rest never did.
    let asks = node.kind == "approval" || wanted == StepState::Uncertain;
    Err(if asks { Refused::Over(node.id.clone()) } else { Refused::NotAsked(node.id.clone()) })
}
