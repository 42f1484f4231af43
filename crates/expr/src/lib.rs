//! JSONata and JSON Logic, compiled once, evaluated within limits. Knows nothing of graphs.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clock;
mod context;
mod convert;
mod engine;
mod error;
mod expression;
mod fault;
mod guard;
mod host;
mod js;
mod plain;
mod reference;
mod rule;
mod syntax;
mod token;

pub use context::{Cancel, Context, Fields, Limits};
pub use error::{EvalError, RuleError, SyntaxError};
pub use expression::{Expression, MAX_SOURCE};
pub use reference::{Reads, Reference, ReferenceKind};
pub use rule::{Rule, RuleReference};
