//! Puts a guard before each operation that can make much out of little: text put together, text repeated, arrays put
//! into arrays. The engine limits time, depth and sequences, but a dozen doublings within a millisecond would take all
//! memory. Refuses to guard what cannot grow: operations on the input itself that are done once.

mod purse;

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage, StepId};

use purse::picture_fault;
pub(crate) use purse::{REFUSED, TOO_MUCH, register};

// Names that no source can write. Each function returns its first argument, or fails.
const TEXT: &str = "guard text";
const ITEMS: &str = "guard items";
const REPLACE: &str = "guard replace";
const WIDTH: &str = "guard width";
const PICTURE: &str = "guard picture";
const SOURCE: &str = "guard source";

/// Guards `ast`, in which the variables `defined` are the author's own. Says whether there was anything to guard.
pub(crate) fn guard(ast: &mut AstNode, defined: &[String]) -> bool {
    let mut guard = Guard { found: false, defined };
    guard.node(ast, Place { repeated: false, input: true });
    guard.found
}

/// Whether an expression that sees anything would need guards.
fn needs_guards(mut ast: AstNode) -> bool {
    let mut guard = Guard { found: false, defined: &[] };
    guard.node(&mut ast, Place { repeated: true, input: false });
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
            // Split into letters, a text becomes fifty times as large.
            ("split", [text, separator, ..]) => {
                let others = vec![separator.clone(), AstNode::String(String::new())];
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
            "join" | "pad" | "split" | "formatNumber" | "formatInteger" | "fromMillis" | "toMillis" | "parseInteger" => Some(2),
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
