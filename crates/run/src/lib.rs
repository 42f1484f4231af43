//! What happens next in a run, as a pure machine. Knows no clock and no process.
//!
//! A [`Plan`] is a tool frozen and compiled. A [`Run`] takes one [`Event`] after another and answers each with the
//! [`Effect`]s that are to be carried out; what they bring comes back as events. Feeding the same events to a new run
//! rebuilds it exactly, since everything that may differ between two times (answers, values of expressions, the clock, the
//! seed) is in the events.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod debug;
mod effect;
mod event;
mod fork;
mod join;
mod machine;
mod part;
mod plan;
mod scope;
mod slots;
mod state;
mod step;
mod task;
#[cfg(test)]
mod tests;
mod trace;

pub use effect::{Effect, Fact, Timer};
pub use event::{Decision, Event, Moment, Outcome, RunFailure, StopReason};
pub use fork::{Change, NoFork, fork};
pub use machine::{Run, Waiting, WaitsFor};
pub use part::{Part, Seen};
pub use plan::{NodeIndex, Plan, PlanOptions, Planned};
pub use scope::Item;
pub use state::State;
pub use step::{Step, StepId, StepState};
pub use task::Task;
pub use trace::TraceContext;
