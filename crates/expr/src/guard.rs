//! Puts a guard before each operation that can make much out of little: text put together, text repeated, arrays put
//! into arrays. The engine limits time, depth and sequences, but a dozen doublings within a millisecond would take all
//! memory. Refuses to guard what cannot grow: operations on the input itself that are done once.

use std::cell::Cell;
use std::rc::Rc;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, StepId};
use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions;
use jsonata_core::value::{JValue, with_stack};

use crate::Limits;

/// The code of our own error for what grew past [`crate::Limits::bytes`].
pub(crate) const TOO_MUCH: &str = "U1004";
/// The code of our own error for a format or a text that is refused.
pub(crate) const REFUSED: &str = "U1005";

// Names that no source can write. Each function returns its first argument, or fails.
const TEXT: &str = "guard text";
const ITEMS: &str = "guard items";
const REPLACE: &str = "guard replace";
const WIDTH: &str = "guard width";
const PICTURE: &str = "guard picture";
const SOURCE: &str = "guard source";

/// The longest picture of a number or a date.
const MAX_PICTURE: usize = 500;
/// The widest field that a picture may ask for.
const MAX_FIELD: f64 = 1_000.0;

/// Guards `ast`, in which the variables `defined` are the author's own. Says whether there was anything to guard.
pub(crate) fn guard(ast: &mut AstNode, defined: &[String]) -> bool {
    let mut guard = Guard { found: false, defined };
    guard.node(ast, Place { repeated: false, input: true });
    guard.found
}

/// Where a part of the expression stands.
#[derive(Clone, Copy)]
struct Place {
    /// It may be evaluated more than once.
    repeated: bool,
    /// Its context is a part of the input, not something made.
    input: bool,
}

struct Guard<'a> {
    found: bool,
    defined: &'a [String],
}

impl Guard<'_> {
    fn node(&mut self, node: &mut AstNode, place: Place) {
        let inner = Place { repeated: true, input: false };
        match node {
            AstNode::String(_) | AstNode::Name(_) | AstNode::Number(_) | AstNode::Boolean(_) | AstNode::Null => {}
            AstNode::Undefined | AstNode::Placeholder | AstNode::Regex { .. } | AstNode::ParentVariable(_) => {}
            AstNode::Wildcard | AstNode::Descendant | AstNode::Parent(_) => {}
            AstNode::Variable(name) => {
                if let Some(parameters) = self.parameters(name) {
                    *node = self.lambda(name.clone(), parameters);
                }
            }
            AstNode::Path { steps } => self.path(steps, place),
            AstNode::Binary { op, lhs, rhs } => {
                if *op == BinaryOp::ChainPipe {
                    self.pipe(lhs, rhs, place);
                    return;
                }
                if *op != BinaryOp::ColonEqual {
                    self.node(lhs, place);
                }
                self.node(rhs, place);
                if *op == BinaryOp::Concatenate {
                    self.wrap(TEXT, lhs, Vec::new(), place);
                    self.wrap(TEXT, rhs, Vec::new(), place);
                }
            }
            AstNode::Unary { operand, .. } => self.node(operand, place),
            AstNode::Function { name, args, .. } => {
                if args.contains(&AstNode::Placeholder) && self.parameters(name).is_some() {
                    *node = self.partial(name.clone(), std::mem::take(args));
                    return;
                }
                self.all(args, place);
                self.arguments(name, args, place);
            }
            AstNode::Call { procedure, args } => {
                self.node(procedure, place);
                self.all(args, place);
            }
            AstNode::Lambda { body, .. } => self.node(body, Place { repeated: true, ..place }),
            AstNode::Array(items) | AstNode::ArrayGroup(items) => {
                self.all(items, place);
                // An array written here stays one item, however long; one alone in another makes it no longer.
                let grow = |item: &&mut AstNode| !is_single(item) && !matches!(item, AstNode::Array(_));
                let growing: Vec<&mut AstNode> = items.iter_mut().filter(grow).collect();
                if place.repeated || growing.len() > 1 {
                    growing.into_iter().for_each(|item| self.wrap(ITEMS, item, Vec::new(), place));
                }
            }
            AstNode::Block(parts) => self.all(parts, place),
            AstNode::Object(pairs) => self.pairs(pairs, place),
            AstNode::ObjectTransform { input, pattern } => {
                let input_is = is_input(input, place);
                self.node(input, place);
                self.pairs(pattern, Place { input: input_is, ..inner });
            }
            AstNode::Conditional { condition, then_branch, else_branch } => {
                self.node(condition, place);
                self.node(then_branch, place);
                if let Some(otherwise) = else_branch {
                    self.node(otherwise, place);
                }
            }
            AstNode::FunctionApplication(part) => self.node(part, place),
            AstNode::Sort { input, terms } => {
                let input_is = is_input(input, place);
                self.node(input, place);
                for (term, _) in terms {
                    self.node(term, Place { input: input_is, ..inner });
                }
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, inner);
                self.node(update, inner);
                if let Some(delete) = delete {
                    self.node(delete, inner);
                }
            }
        }
    }

    fn all(&mut self, nodes: &mut [AstNode], place: Place) {
        for node in nodes {
            self.node(node, place);
        }
    }

    fn pairs(&mut self, pairs: &mut [(AstNode, AstNode)], place: Place) {
        for (name, value) in pairs {
            self.node(name, place);
            self.node(value, place);
        }
    }

    fn path(&mut self, steps: &mut [PathStep], place: Place) {
        let mut here = place;
        for (i, step) in steps.iter_mut().enumerate() {
            let input = here.input && is_input_step(&step.node, i == 0);
            self.node(&mut step.node, here);
            // A step that changed is another step: the engine knows steps by their ids.
            step.id = StepId::default();
            here = Place { repeated: true, input };
            for stage in &mut step.stages {
                match stage {
                    Stage::Filter(filter) => self.node(filter, here),
                    Stage::KeepArray | Stage::Index(_) => {}
                }
            }
        }
    }

    /// `left ~> right`: the left side is the first argument of a call on the right.
    fn pipe(&mut self, left: &mut AstNode, right: &mut AstNode, place: Place) {
        self.node(left, place);
        match right {
            AstNode::Function { name, args, .. } if self.parameters(name).is_some() && !args.contains(&AstNode::Placeholder) => {
                self.all(args, place);
                let mut all = vec![std::mem::replace(left, AstNode::Null)];
                all.append(args);
                self.arguments(name, &mut all, place);
                *args = all.split_off(1);
                if let Some(first) = all.pop() {
                    *left = first;
                }
            }
            right => self.node(right, place),
        }
    }

    /// Guards the arguments of a call of the function `name`.
    fn arguments(&mut self, name: &str, args: &mut [AstNode], place: Place) {
        let literal = |node: &AstNode| matches!(node, AstNode::String(_) | AstNode::Number(_));
        match (name, args) {
            ("string" | "base64encode", [value, ..]) => self.wrap(TEXT, value, Vec::new(), place),
            ("join", [list, rest @ ..]) => {
                let separator: Vec<AstNode> = rest.first().cloned().into_iter().collect();
                let place = Place { repeated: place.repeated || !separator.iter().all(literal), ..place };
                self.wrap(TEXT, list, separator, place);
            }
            ("replace", [text, pattern, replacement, ..]) => {
                let others = vec![pattern.clone(), replacement.clone()];
                let place = Place { repeated: place.repeated || !literal(replacement), ..place };
                if let AstNode::Lambda { body, thunk, .. } = replacement {
                    self.wrap(TEXT, body, Vec::new(), Place { repeated: true, input: false });
                    *thunk = false;
                }
                self.wrap(REPLACE, text, others, place);
            }
            ("pad", [_, width, ..] | [width]) => match width {
                AstNode::Number(width) if !place.repeated && width.abs() <= 10_000.0 => {}
                width => self.put(WIDTH, width, Vec::new()),
            },
            ("formatNumber" | "formatInteger" | "fromMillis" | "toMillis" | "parseInteger" | "now", [_, picture, ..] | [picture]) => {
                match picture {
                    AstNode::String(text) if picture_fault(text).is_none() => {}
                    picture => self.put(PICTURE, picture, Vec::new()),
                }
            }
            ("eval", [source, ..]) => self.put(SOURCE, source, Vec::new()),
            _ => {}
        }
    }

    /// How many parameters a guarded function takes.
    fn parameters(&self, name: &str) -> Option<usize> {
        match name {
            name if self.defined.iter().any(|defined| defined == name) => None,
            "string" | "base64encode" | "eval" => Some(1),
            "join" | "pad" | "formatNumber" | "formatInteger" | "fromMillis" | "toMillis" | "parseInteger" => Some(2),
            "replace" => Some(3),
            _ => None,
        }
    }

    /// A lambda in place of a function's name as a value, so that its arguments are guarded too.
    fn lambda(&mut self, name: String, parameters: usize) -> AstNode {
        self.partial(name, vec![AstNode::Placeholder; parameters])
    }

    /// A lambda in place of a call with placeholders.
    fn partial(&mut self, name: String, mut args: Vec<AstNode>) -> AstNode {
        let mut params = Vec::new();
        for arg in args.iter_mut().filter(|arg| **arg == AstNode::Placeholder) {
            let parameter = format!("guard {}", params.len());
            *arg = AstNode::Variable(parameter.clone());
            params.push(parameter);
        }
        let mut body = AstNode::Function { name, args, is_builtin: true };
        self.node(&mut body, Place { repeated: true, input: false });
        AstNode::Lambda { params, body: Box::new(body), signature: None, thunk: false }
    }

    /// Puts the guard `name` around `node` if what it gives may be large.
    fn wrap(&mut self, name: &str, node: &mut AstNode, others: Vec<AstNode>, place: Place) {
        if !is_small(node) && (place.repeated || !is_bounded(node, place)) {
            self.put(name, node, others);
        }
    }

    fn put(&mut self, name: &str, node: &mut AstNode, others: Vec<AstNode>) {
        self.found = true;
        let mut args = vec![std::mem::replace(node, AstNode::Null)];
        args.extend(others);
        *node = AstNode::Function { name: name.to_owned(), args, is_builtin: true };
    }
}

/// Whether `node` gives a part of the input.
fn is_input(node: &AstNode, place: Place) -> bool {
    match node {
        AstNode::Name(_) | AstNode::ParentVariable(_) => place.input,
        AstNode::Variable(name) => place.input && name.is_empty(),
        AstNode::Path { steps } => place.input && steps.iter().enumerate().all(|(i, step)| is_input_step(&step.node, i == 0)),
        AstNode::Sort { input, .. } => is_input(input, place),
        _ => false,
    }
}

fn is_input_step(node: &AstNode, first: bool) -> bool {
    match node {
        AstNode::Name(_) => true,
        AstNode::Variable(name) | AstNode::ParentVariable(name) => first && name.is_empty(),
        _ => false,
    }
}

/// Whether `node` gives one small value: a number, a truth or a literal.
fn is_small(node: &AstNode) -> bool {
    match node {
        AstNode::String(_) | AstNode::Number(_) | AstNode::Boolean(_) | AstNode::Null | AstNode::Undefined => true,
        AstNode::Unary { .. } => true,
        AstNode::Binary { op, .. } => {
            use BinaryOp::{Add, And, Divide, Equal, GreaterThan, GreaterThanOrEqual, In};
            use BinaryOp::{LessThan, LessThanOrEqual, Modulo, Multiply, NotEqual, Or, Subtract};
            matches!(op, Add | Subtract | Multiply | Divide | Modulo | Equal | NotEqual | And | Or | In)
                || matches!(op, LessThan | LessThanOrEqual | GreaterThan | GreaterThanOrEqual)
        }
        AstNode::Function { name, .. } => {
            let of_many = ["count", "sum", "max", "min", "average", "exists", "boolean", "not", "contains", "type"];
            let of_one = ["length", "number", "round", "floor", "ceil", "abs"];
            of_many.iter().chain(&of_one).any(|small| small == name)
        }
        _ => false,
    }
}

/// Whether `node` gives one value, never an array.
fn is_single(node: &AstNode) -> bool {
    match node {
        AstNode::Object(_) | AstNode::Binary { op: BinaryOp::Concatenate, .. } => true,
        AstNode::Function { name, .. } => matches!(name.as_str(), "string" | "join" | "uppercase" | "lowercase" | "trim" | "replace"),
        node => is_small(node),
    }
}

/// Whether `node` gives no more than the input has, or the source.
fn is_bounded(node: &AstNode, place: Place) -> bool {
    match node {
        AstNode::Binary { op: BinaryOp::Concatenate, lhs, rhs } => is_bounded(lhs, place) && is_bounded(rhs, place),
        AstNode::Conditional { then_branch, else_branch, .. } => {
            is_bounded(then_branch, place) && else_branch.as_ref().is_none_or(|otherwise| is_bounded(otherwise, place))
        }
        AstNode::Object(pairs) => pairs.iter().all(|(_, value)| is_bounded(value, place)),
        AstNode::Function { name, args, .. } => match name.as_str() {
            "string" | "uppercase" | "lowercase" | "trim" => args.iter().all(|arg| is_bounded(arg, place)),
            _ => is_small(node),
        },
        node => is_small(node) || is_input(node, place),
    }
}

/// Gives `evaluator` the guards for one evaluation.
pub(crate) fn register(evaluator: &mut Evaluator, limits: &Limits) -> Result<(), EvaluatorError> {
    let left = Cell::new(limits.bytes.saturating_mul(TIMES));
    let purse = Rc::new(Purse { left, bytes: limits.bytes, items: limits.items });
    type Check = fn(&Purse, &[JValue]) -> Result<(), EvaluatorError>;
    let checks: [(&str, Check); 6] = [
        (TEXT, |purse, args| purse.text(args)),
        (ITEMS, |purse, args| match args.first() {
            Some(JValue::Array(items)) => purse.items(items.len()),
            _ => Ok(()),
        }),
        (REPLACE, |purse, args| purse.replace(args)),
        (WIDTH, |purse, args| match args.first().and_then(JValue::as_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
            Some(width) => purse.spend((width.abs() * 4.0) as usize),
            None => Ok(()),
        }),
        (PICTURE, |_, args| match args.first().and_then(JValue::as_str).and_then(picture_fault) {
            Some(fault) => Err(EvaluatorError::EvaluationError(format!("{REFUSED}: {fault}"))),
            None => Ok(()),
        }),
        (SOURCE, |_, args| match args.first().and_then(JValue::as_str) {
            Some(source) => source_check(source),
            None => Ok(()),
        }),
    ];
    for (name, check) in checks {
        let purse = Rc::clone(&purse);
        evaluator.register_fn(name, move |args: &[JValue]| {
            check(&purse, args)?;
            Ok(args.first().cloned().unwrap_or(JValue::Undefined))
        })?;
    }
    Ok(())
}

/// How many times the size of the largest text an evaluation may put together in all: most of what it makes on the way
/// is dropped at once.
const TIMES: usize = 8;

/// What a place in a text costs that is looked for and replaced: the engine replaces all places at once, and cannot be
/// stopped between two.
const PLACE: usize = 16;

/// What one evaluation may still spend.
struct Purse {
    left: Cell<usize>,
    /// The longest text and the longest array.
    bytes: usize,
    items: usize,
}

impl Purse {
    fn spend(&self, bytes: usize) -> Result<(), EvaluatorError> {
        match self.left.get().checked_sub(bytes) {
            Some(left) if bytes <= self.bytes => {
                self.left.set(left);
                Ok(())
            }
            _ => Err(EvaluatorError::EvaluationError(format!("{TOO_MUCH}: too much text"))),
        }
    }

    /// So many items put into another array.
    fn items(&self, count: usize) -> Result<(), EvaluatorError> {
        if count > self.items {
            // In the engine's words for its own sequences.
            return Err(EvaluatorError::EvaluationError("D2015: too many items".to_owned()));
        }
        self.spend(count.saturating_mul(4))
    }

    /// A value to be written as text, and a separator between its items.
    fn text(&self, args: &[JValue]) -> Result<(), EvaluatorError> {
        if let [JValue::Array(items), JValue::String(separator)] = args {
            self.spend(items.len().saturating_mul(separator.len()))?;
        }
        args.first().map_or(Ok(()), |value| self.written(value, 0))
    }

    /// What `value` costs when it is written out, indented. Parts that it shares count each time they are met.
    fn written(&self, value: &JValue, depth: usize) -> Result<(), EvaluatorError> {
        match value {
            JValue::String(text) => self.spend(text.len()),
            JValue::Array(items) => with_stack(|| {
                self.spend(items.len().saturating_mul(8 + 2 * depth))?;
                items.iter().try_for_each(|item| self.written(item, depth + 1))
            }),
            JValue::Object(members) => with_stack(|| {
                members.iter().try_for_each(|(name, member)| {
                    self.spend(name.len() + 8 + 2 * depth)?;
                    self.written(member, depth + 1)
                })
            }),
            _ => Ok(()),
        }
    }

    /// A text, what is looked for in it, and what replaces that.
    fn replace(&self, args: &[JValue]) -> Result<(), EvaluatorError> {
        let [JValue::String(text), pattern, replacement] = args else { return Ok(()) };
        self.spend(text.len())?;
        let JValue::String(replacement) = replacement else { return Ok(()) };
        // As many as there can be, counted only where that would be much.
        let mut places = text.len() + 1;
        if places.saturating_mul(replacement.len() + PLACE) > 1 << 16 {
            places = match pattern {
                JValue::String(pattern) => text.matches(&**pattern).count(),
                JValue::Regex { pattern, flags } => {
                    functions::string::build_regex(pattern, flags).map_or(0, |regex| regex.find_iter(text).count())
                }
                _ => places,
            };
        }
        // `$1` and the like in a replacement stand for up to the whole text.
        let groups = replacement.matches('$').count();
        self.spend(places.saturating_mul(replacement.len() + PLACE))?;
        self.spend(groups.saturating_mul(text.len()))
    }
}

/// Why a picture is refused. The engine would pad to any width, or stop.
fn picture_fault(picture: &str) -> Option<String> {
    if picture.len() > MAX_PICTURE {
        return Some(format!("the picture has {} characters, and {MAX_PICTURE} are the most", picture.len()));
    }
    // In a date's picture a component is `[`, its letter and form, and its widths after a comma.
    let widths = picture.split('[').skip(1).filter_map(|part| part.split(']').next()?.split_once(','));
    let digits = widths.flat_map(|(_, widths)| widths.split(|c: char| !c.is_ascii_digit()));
    let widest = digits.filter_map(|digits| digits.parse::<f64>().ok()).fold(0.0, f64::max);
    (widest > MAX_FIELD).then(|| format!("the picture `{picture}` asks for a field wider than {MAX_FIELD} characters"))
}

/// Text that becomes an expression at run time has no guards, so it may have no need of them.
fn source_check(source: &str) -> Result<(), EvaluatorError> {
    let mut nested = source.len() > crate::MAX_SOURCE || crate::syntax::nests_too_deep(source);
    if let Ok(mut ast) = jsonata_core::parser::parse(if nested { "" } else { source }) {
        let mut guard = Guard { found: false, defined: &[] };
        guard.node(&mut ast, Place { repeated: true, input: false });
        nested |= guard.found;
    }
    if nested {
        let text = "text given to $eval may not put text or arrays together; let the expression itself do it";
        return Err(EvaluatorError::EvaluationError(format!("{REFUSED}: {text}")));
    }
    Ok(())
}
