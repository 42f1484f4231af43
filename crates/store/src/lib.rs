//! What outlives a process: runs with their events, and the texts of the graphs that they ran. SQLite by default, PostgreSQL by the
//! same statements. Knows nothing of how a run is carried out, nor of who asks.
//!
//! A [`Store`] is a cheap handle that touches nothing until the first run begins or somebody asks. One task writes, and takes all
//! that waits into one transaction (group commit), so that a hundred runs at once cost about what ten cost.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod body;
mod cassette;
mod connection;
mod error;
mod journal;
mod keeping;
mod migrate;
mod owner;
mod place;
mod postgres;
mod record;
mod sqlite;
mod store;
mod table;
mod upkeep;
mod words;
mod writer;

pub use cassette::{Cassette, CassetteError, Take};
pub use error::Error;
pub use journal::{Ending, RunJournal};
pub use keeping::Keeping;
pub use place::Place;
pub use record::{Approval, Caller, End, Filter, GraphText, NewRun, RunRecord, Signal};
/// Where a run stands.
pub use run::State;
pub use store::Store;
pub use upkeep::{Count, Report, Vacuumed};
