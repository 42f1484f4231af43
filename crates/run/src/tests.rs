//! The machine by text in and text out: a sketch of a graph, a script of what happens, and what the run then did.

mod collapse;
mod errors;
mod forks;
mod held;
mod joins;
mod kinds;
mod lasting;
mod laws;
mod limits;
mod parts;
pub(crate) mod sketch;
mod waiting;
mod world;
