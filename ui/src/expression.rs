//! An expression that is being written: whether it is one, and what it gives on the data of the last run.

mod engine;
mod view;

pub(crate) use engine::{Answer, Engine};
pub(crate) use view::{EngineMissing, ExpressionField};
