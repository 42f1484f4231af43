//! Does what a run asks: tools, time, journal. Knows nothing of where tools live or where a journal is kept.
//!
//! [`start`] checks the arguments and gives a [`Handle`]; a task of its own feeds the run its events, one by one, each
//! written to the [`Journal`] before anyone hears of it. Expressions are evaluated on the spot while they are quick; one that
//! takes longer goes to the slow lane, so that it holds up nobody.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod driver;
mod handle;
mod job;
mod journal;
mod lane;
mod plain;
mod schema;
mod tools;

pub use handle::{Handle, Listener, Start, Told, start};
pub use job::Job;
pub use journal::{Journal, MemoryJournal};
pub use schema::{Schemas, mismatches};
pub use tools::{Progress, ToolCall, Tools};
