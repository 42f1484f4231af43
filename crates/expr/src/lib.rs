//! JSONata and JSON Logic, compiled once, evaluated within limits. Knows nothing of graphs.
//!
//! Without the feature `engine` they are read and renamed and not evaluated, and nobody below needs to bring the engine along:
//! so the window is built, which has the engine in a module that it loads when it is first needed.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clock;
mod context;
#[cfg(feature = "engine")]
mod convert;
#[cfg_attr(not(feature = "engine"), path = "absent.rs")]
mod engine;
mod error;
mod expression;
#[cfg(feature = "engine")]
mod fault;
#[cfg(feature = "engine")]
mod guard;
mod held;
#[cfg(feature = "engine")]
mod host;
mod js;
#[cfg(feature = "engine")]
mod plain;
mod reference;
mod rule;
mod syntax;
mod token;
mod verdict;

pub use context::{Cancel, Context, Fields, Limits};
pub use error::{EvalError, RuleError, SyntaxError};
pub use expression::{Expression, MAX_SOURCE};
pub use reference::{Reads, Reference, ReferenceKind};
pub use rule::{Rule, RuleReference};
pub use verdict::{Ruling, Sees, Verdict};
