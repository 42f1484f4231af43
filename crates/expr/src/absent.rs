//! Stands in the engine's place where Patchbay is built without the feature `engine`: expressions are read and renamed, and
//! whoever wants a value is told that there is none to be had.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::expression::Compiled;
use crate::held::{Held, Root};
use crate::reference::Reading;
use crate::token::{Broken, Token};
use crate::{Cancel, Context, EvalError, Limits, SyntaxError};

/// What an expression is kept as for evaluating it: nothing.
pub(crate) struct Program;

impl Program {
    /// Takes what our own reader could read. What is wrong with the rest, and where, only the engine's parser tells.
    pub(crate) fn parse(
        source: &str,
        _tokens: &[Token],
        _broken: Option<Broken>,
        _reading: &Reading,
        is_read: bool,
    ) -> Result<Self, SyntaxError> {
        let wrong = || SyntaxError { message: "this is not JSONata".to_owned(), offset: 0, length: source.len(), code: None };
        is_read.then_some(Self).ok_or_else(wrong)
    }

    #[expect(clippy::unused_self, reason = "the engine's has one to look at")]
    pub(crate) fn plainly(&self, _root: Root<'_>) -> Option<Value> {
        None
    }

    #[expect(clippy::unused_self, reason = "the engine's has one to look at")]
    pub(crate) fn hold<'a>(&'a self, _root: Root<'_>) -> Option<Held<'a>> {
        None
    }
}

/// Gives no value.
pub(crate) fn eval(
    _compiled: &Arc<Compiled>,
    _root: Root<'_>,
    _context: &dyn Context,
    _limits: &Limits,
    _cancel: &Cancel,
) -> Result<Option<Value>, EvalError> {
    Err(EvalError::Absent)
}

/// Stops what is not evaluated here.
#[derive(Clone, Debug, Default)]
pub(crate) struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub(crate) fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
