//! Does what a run asks: tools, time, journal. Knows nothing of where tools live or where a journal is kept.
//!
//! [`start`] checks the arguments and gives a [`Handle`]; a task of its own feeds the run its events, one by one. Each is in
//! the [`Journal`] before anyone is told of what followed from it, and before anything is asked of the world for it. Expressions are evaluated on the spot while they are quick; one that
//! takes longer goes to the slow lane, so that it holds up nobody.
//!
//! A run that only waits can be parked: its task ends, and [`resume`] goes on with it from its journal, as it does with one
//! whose process has died.
//!
//! A run can be played without the world, too: [`play`] carries it out in no time, with answers from a [`Tape`] or from whoever makes
//! them up. It has no tools, no sockets and no clock to ask.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod child;
mod clock;
mod debug;
mod driver;
mod handle;
mod held;
mod job;
mod journal;
mod lane;
mod plain;
mod play;
mod resume;
mod said;
mod sample;
mod schema;
mod signals;
mod tape;
mod tools;

pub use debug::{Breakpoint, Caller, Debug, Edit, Go, Pause, Place, Refusal, Stops, Why};
pub use handle::{Handle, Listener, Parked, Rest, Start, Told, start};
pub use job::Job;
pub use journal::{Journal, MemoryJournal};
pub use play::{Answered, Answers, Asked, Play, Played, Script, play};
pub use resume::{Resume, resume};
pub use said::{Refused, Said};
pub use sample::sample;
pub use schema::{Schemas, mismatches};
pub use signals::Signals;
pub use tape::{Departure, Found, Replayed, Request, Tape};
pub use tools::{Begun, Beneath, Kept, Progress, ToolCall, Tools};
