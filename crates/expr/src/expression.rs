//! A JSONata expression, parsed once. Refuses to know where it stands in a graph.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::{self, Program};
use crate::held::{Held, Root};
use crate::reference::{self, HISTORY, Reading, ReferenceKind};
use crate::syntax::MAX_NESTING;
use crate::token::Token;
use crate::{Cancel, Context, EvalError, Limits, Reads, Reference, SyntaxError, syntax, token};

/// The longest source in bytes.
pub const MAX_SOURCE: usize = 256 << 10;

/// A parsed JSONata expression. Cheap to clone; shared between threads.
#[derive(Clone)]
pub struct Expression(Arc<Compiled>);

pub(crate) struct Compiled {
    source: String,
    pub(crate) program: Program,
    reading: Reading,
    pub(crate) reads: Reads,
    variables: Vec<String>,
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.0.source).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for Expression {}

impl Expression {
    /// Parses `source`.
    ///
    /// # Errors
    /// Not JSONata, longer than [`MAX_SOURCE`], or nested too deep; with the place.
    pub fn parse(source: &str) -> Result<Self, SyntaxError> {
        if source.len() > MAX_SOURCE {
            return Err(too_long(source));
        }
        let (tokens, broken) = token::cut(source);
        let tree = match broken {
            Some(_) => Err(syntax::Stop::Other),
            None => syntax::read(source, &tokens),
        };
        if let Err(syntax::Stop::Deep(at)) = tree {
            return Err(too_deep(source, &tokens[at..]));
        }
        let is_read = tree.is_ok();
        let reading = tree.map_or_else(|_| Reading::unknown(), |tree| reference::find(source, &tree));
        let program = Program::parse(source, &tokens, broken, &reading, is_read)?;
        let variables = reading.variables();
        Ok(Self(Arc::new(Compiled { source: source.to_owned(), program, reads: reading.reads(), variables, reading })))
    }

    /// The text that was parsed.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The root names that the expression reads, and the ids in its history functions, in the order of the source.
    pub fn references(&self) -> &[Reference] {
        &self.0.reading.references
    }

    /// The variables that the expression uses and does not define, without their `$`: to be bound by the context.
    pub fn variables(&self) -> &[String] {
        &self.0.variables
    }

    /// Which root fields an evaluation asks the context for.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// Whether it asks for what nodes gave before.
    pub fn uses_history(&self) -> bool {
        self.0.reading.free.iter().any(|name| HISTORY.contains(&name.as_str())) || self.0.reading.uses("eval")
    }

    /// The source with each reference to `from` renamed to `to`, everything else byte for byte; `None` where it has no
    /// such reference.
    pub fn rename(&self, from: &str, to: &str) -> Option<String> {
        reference::rename(&self.0.source, self.references(), from, to)
    }

    /// The same for an expression whose root is another value: what it reads of the context is its history and `$context`.
    pub fn rename_outputs(&self, from: &str, to: &str) -> Option<String> {
        let outputs: Vec<Reference> = self.references().iter().filter(|found| found.kind != ReferenceKind::Value).cloned().collect();
        reference::rename(&self.0.source, &outputs, from, to)
    }

    /// Evaluates the expression. `None` is JSONata's undefined.
    ///
    /// # Errors
    /// The expression's own faults, a limit, or `cancel`.
    pub fn eval(&self, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Option<Value>, EvalError> {
        self.eval_from(Root::Context(context), context, limits, cancel)
    }

    /// Evaluates the expression with `input` as its root in place of the context's fields. Variables, history, clock
    /// and seed are still the context's.
    ///
    /// # Errors
    /// As [`Expression::eval`].
    pub fn apply(&self, input: &Arc<Value>, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Option<Value>, EvalError> {
        self.eval_from(Root::Input(input), context, limits, cancel)
    }

    fn eval_from(&self, root: Root<'_>, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Option<Value>, EvalError> {
        match self.0.program.plainly(root) {
            Some(value) => Ok(Some(value)),
            None => engine::eval(&self.0, root, context, limits, cancel),
        }
    }

    /// The value where it stands, if it can be had without the engine.
    pub(crate) fn hold(&self, context: &dyn Context) -> Option<Held<'_>> {
        self.0.program.hold(Root::Context(context))
    }

    /// Evaluates by the engine, whatever [`Expression::hold`] could do.
    pub(crate) fn run(&self, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Option<Value>, EvalError> {
        engine::eval(&self.0, Root::Context(context), context, limits, cancel)
    }
}

fn too_long(source: &str) -> SyntaxError {
    let message = format!("the expression has {} bytes, and {MAX_SOURCE} are the most; work in several nodes", source.len());
    SyntaxError { message, offset: 0, length: source.len(), code: None }
}

fn too_deep(source: &str, rest: &[Token]) -> SyntaxError {
    let span = rest.first().map_or(source.len()..source.len(), |token| token.span.clone());
    let message = format!("the expression nests deeper than {MAX_NESTING} levels here; bind parts to variables first");
    SyntaxError { message, offset: span.start, length: span.len(), code: None }
}
