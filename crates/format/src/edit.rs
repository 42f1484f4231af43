//! From a value that is meant to the few bytes that must change. Knows YAML and JSON, not graphs.
//!
//! Three steps. [`merge`] brings what changed between two written forms of the graph into the value of the file, so that
//! what the graph does not hold stays. [`reconcile`] walks the file's tree beside that value and collects splices where
//! the two differ. Whoever asks then reads the new text and compares: a text that means something else is never kept.

mod align;
mod block;
mod flow;
mod manner;
mod merge;
mod reconcile;
mod regroup;
mod scalar;

pub(crate) use manner::manner;
pub(crate) use merge::merge;
pub(crate) use reconcile::{Comments, reconcile};
pub(crate) use regroup::regroup;
