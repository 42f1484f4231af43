//! Whole-product tests of graph files: the real program, real servers, and the figures that mcpGraph was seen to give.
//!
//! Every run is a run of `patchbay` as a person would type it, with nothing of this machine's settings in it.
#![allow(clippy::unwrap_used)]

mod client;
mod dialects;
mod differential;
mod graphs;
mod patchbay;
