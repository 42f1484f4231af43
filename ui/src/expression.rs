//! An expression that is being written: whether it is one, and what it gives on the data of the last run.

mod judge;
mod view;

pub(crate) use judge::{Sees, decide};
pub(crate) use view::ExpressionField;
