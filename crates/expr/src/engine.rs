//! Runs the JSONata engine within limits. Refuses to let any of its faults past: a panic is an error of one expression.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

use indexmap::IndexMap;
use jsonata_core::ast::AstNode;
pub(crate) use jsonata_core::evaluator::CancelToken;
use jsonata_core::evaluator::{self, Evaluator, EvaluatorError, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::Value;

use crate::clock::Clock;
use crate::expression::Compiled;
use crate::held::{Held, Root};
use crate::host::{self, Answers, Needs};
use crate::plain::Plain;
use crate::reference::{Reading, Reads};
use crate::token::{Broken, Token};
use crate::{Cancel, Context, EvalError, Limits, SyntaxError, convert, fault, guard};

/// What an expression is kept as for evaluating it.
pub(crate) struct Program {
    ast: AstNode,
    plain: Option<Plain>,
    needs: Needs,
}

impl Program {
    /// Parses `source`, which was cut into `tokens` up to where it is `broken`.
    pub(crate) fn parse(
        source: &str,
        tokens: &[Token],
        broken: Option<Broken>,
        reading: &Reading,
        _is_read: bool,
    ) -> Result<Self, SyntaxError> {
        let mut ast = jsonata_core::parser::parse(source).map_err(|error| fault::locate(source, tokens, broken, &error))?;
        if let Some(error) = fault::bad_regex(source, tokens) {
            return Err(error);
        }
        let plain = Plain::of(&ast);
        let needs = Needs::of(reading, guard::guard(&mut ast, &reading.defined));
        Ok(Self { ast, plain, needs })
    }

    /// The value, if it can be had without the engine.
    pub(crate) fn plainly(&self, root: Root<'_>) -> Option<Value> {
        self.plain.as_ref().and_then(|plain| plain.eval(root))
    }

    /// The same where it stands.
    pub(crate) fn hold<'a>(&'a self, root: Root<'_>) -> Option<Held<'a>> {
        self.plain.as_ref()?.hold(root)
    }
}

/// Evaluates `compiled` with `root` as what it sees.
pub(crate) fn eval(
    compiled: &Arc<Compiled>,
    root: Root<'_>,
    context: &dyn Context,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Option<Value>, EvalError> {
    // The engine's own panics have been seen only in number formatting, but it is young: none may reach the caller.
    let run = AssertUnwindSafe(|| run(compiled, root, context, limits, cancel));
    catch_unwind(run).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(EvalError::Engine { message: message.unwrap_or_else(|| "it stopped without a word".to_owned()) })
    })
}

fn run(
    compiled: &Arc<Compiled>,
    root: Root<'_>,
    context: &dyn Context,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<Option<Value>, EvalError> {
    if cancel.is_cancelled() {
        return Err(EvalError::Cancelled);
    }
    let clock = Clock::start(limits.time);
    let data = data(&compiled.reads, root);
    let result = if compiled.program.needs.is_empty() {
        program(compiled).evaluate_with_options(&data, options(limits, clock.left()?, cancel)).map_err(|error| faulted(&error, limits))
    } else {
        with_host(compiled, context, &data, limits, clock, cancel)
    }?;
    if cancel.is_cancelled() {
        return Err(EvalError::Cancelled);
    }
    convert::from_engine(&result, limits)
}

fn data(reads: &Reads, root: Root<'_>) -> JValue {
    let context = match root {
        Root::Input(input) => return convert::shared_to_engine(input),
        Root::Context(context) => context,
    };
    let read = |name: &str| Some((name.to_owned(), convert::shared_to_engine(&context.get(name)?)));
    let members: IndexMap<String, JValue> = match reads {
        Reads::Names(names) => names.iter().filter_map(|name| read(name)).collect(),
        Reads::Whole => context.names().iter().filter_map(|name| read(name)).collect(),
    };
    JValue::object(members)
}

fn options(limits: &Limits, time: Option<Duration>, cancel: &Cancel) -> EvaluatorOptions {
    EvaluatorOptions {
        // The engine counts whole milliseconds and stops after more than so many.
        timeout_ms: time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        cancel: Some(cancel.0.clone()),
        max_stack_depth: Some(limits.depth),
        max_sequence_length: Some(limits.items),
    }
}

/// Evaluates with the functions and variables that come from outside. What a function lacks an answer for is asked of
/// the context, and the evaluation begins anew: the engine's functions must own what they touch, and expressions are
/// pure.
fn with_host(
    compiled: &Compiled,
    context: &dyn Context,
    data: &JValue,
    limits: &Limits,
    clock: Clock,
    cancel: &Cancel,
) -> Result<JValue, EvalError> {
    let answers = Rc::new(RefCell::new(Answers::default()));
    loop {
        let mut bindings = evaluator::Context::new();
        for name in &compiled.program.needs.variables {
            if let Some(value) = context.binding(name) {
                bindings.bind(name.clone(), convert::shared_to_engine(&value));
            }
        }
        let mut evaluator = Evaluator::with_options(bindings, options(limits, clock.left()?, cancel));
        host::register(&mut evaluator, &compiled.program.needs, context, &answers).map_err(|error| faulted(&error, limits))?;
        if compiled.program.needs.guards {
            guard::register(&mut evaluator, limits).map_err(|error| faulted(&error, limits))?;
        }
        let result = evaluator.evaluate(&compiled.program.ast, data);
        let asked = answers.borrow_mut().asked.take();
        match asked {
            Some(question) => answers.borrow_mut().answer(question, context),
            None => return result.map_err(|error| faulted(&error, limits)),
        }
    }
}

thread_local! {
    /// The engine's programs of this thread, by expression: they cannot cross threads.
    static PROGRAMS: RefCell<HashMap<usize, Kept>> = RefCell::default();
}

/// A program and the expression that it was made from. The `Weak` keeps the address, by which it is found, from being
/// given to another expression.
type Kept = (Weak<Compiled>, Rc<jsonata_core::Expression>);

/// Programs of dropped expressions are looked for when there are this many.
const PROGRAMS_KEPT: usize = 256;

fn program(compiled: &Arc<Compiled>) -> Rc<jsonata_core::Expression> {
    let address = Arc::as_ptr(compiled).addr();
    PROGRAMS.with_borrow_mut(|programs| {
        if let Some((_, program)) = programs.get(&address) {
            return Rc::clone(program);
        }
        if programs.len() >= PROGRAMS_KEPT {
            programs.retain(|_, (of, _)| of.strong_count() > 0);
            if programs.len() >= PROGRAMS_KEPT {
                programs.clear();
            }
        }
        let program = Rc::new(jsonata_core::Expression::from_ast(compiled.program.ast.clone()));
        programs.insert(address, (Arc::downgrade(compiled), Rc::clone(&program)));
        program
    })
}

/// The engine's error in our words.
pub(crate) fn faulted(error: &EvaluatorError, limits: &Limits) -> EvalError {
    let text = error.message();
    // The engine wraps the faults of signatures in words of its own.
    let text = text.strip_prefix("Signature validation failed: ").unwrap_or(text);
    let code = evaluator::error_code_prefix(text).map(str::to_owned);
    let message = code.as_ref().map_or(text, |code| &text[code.len() + 1..]).trim().to_owned();
    match code.as_deref() {
        Some("D1012") => EvalError::Time { limit: limits.time.unwrap_or_default() },
        Some("U1003") => EvalError::Cancelled,
        Some("D1011" | "U1001") => EvalError::Depth { limit: limits.depth },
        Some("D2014" | "D2015") => EvalError::Items { limit: limits.items },
        Some(guard::TOO_MUCH) => EvalError::Bytes { limit: limits.bytes },
        Some(guard::REFUSED) => EvalError::Jsonata { code: None, message },
        Some("D3137" | "D3141") => EvalError::Thrown { message },
        _ => EvalError::Jsonata { code, message },
    }
}
