//! Evaluates the plain part of JSONata (paths through objects, arithmetic and comparison of numbers, object
//! constructors) on JSON as it is, since most expressions of a graph are no more than that. Refuses to decide anything
//! doubtful: wherever JSONata has a rule of its own (arrays, missing fields, other types), it gives up, and the engine
//! evaluates the whole.

use std::cmp::Ordering;
use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, UnaryOp};
use serde_json::{Map, Number, Value};

use crate::{Context, convert};

/// An expression that [`Plain::eval`] may be able to evaluate.
#[derive(Debug)]
pub(crate) enum Plain {
    Literal(Value),
    /// A root field and the fields below it; at least one.
    Path(Vec<String>),
    Calculate(BinaryOp, Box<Plain>, Box<Plain>),
    Object(Vec<(String, Plain)>),
    Choose(Box<Plain>, Box<Plain>, Box<Plain>),
}

/// What a path begins in.
#[derive(Clone, Copy)]
pub(crate) enum Root<'a> {
    /// The fields of a context.
    Context(&'a dyn Context),
    /// One value, which an expression is applied to.
    Input(&'a Arc<Value>),
}

/// A value on its way: borrowed literals, fields within their root, or fresh.
pub(crate) enum Held<'a> {
    Literal(&'a Value),
    Field(Arc<Value>, &'a [String]),
    Fresh(Value),
}

impl Held<'_> {
    /// The value itself; `None` only for a field that its root does not have.
    pub(crate) fn get(&self) -> Option<&Value> {
        match self {
            Held::Literal(value) => Some(value),
            Held::Field(root, below) => below.iter().try_fold(&**root, |value, name| value.as_object()?.get(name)),
            Held::Fresh(value) => Some(value),
        }
    }

    pub(crate) fn into_value(self) -> Value {
        match self {
            Held::Fresh(value) => value,
            held => held.get().cloned().unwrap_or_default(),
        }
    }
}

impl Plain {
    /// The plain form of an expression, or `None` where it has none.
    pub(crate) fn of(node: &AstNode) -> Option<Self> {
        Some(match node {
            AstNode::String(text) => Self::Literal(Value::String(text.clone())),
            AstNode::Number(number) => Self::Literal(convert::number_to_json(*number)),
            AstNode::Boolean(truth) => Self::Literal(Value::Bool(*truth)),
            AstNode::Null => Self::Literal(Value::Null),
            AstNode::Name(name) => Self::Path(vec![name.clone()]),
            AstNode::Path { steps } => {
                let mut names = Vec::with_capacity(steps.len());
                for (i, step) in steps.iter().enumerate() {
                    let bare = step.stages.is_empty()
                        && step.focus.is_none()
                        && step.index_var.is_none()
                        && step.ancestor_label.is_none()
                        && !step.is_tuple
                        && !step.inner_tuple;
                    match &step.node {
                        _ if !bare => return None,
                        AstNode::Name(name) => names.push(name.clone()),
                        AstNode::Variable(name) if i == 0 && name.is_empty() => {}
                        AstNode::ParentVariable(name) if i == 0 && name.is_empty() => {}
                        _ => return None,
                    }
                }
                if names.is_empty() {
                    return None;
                }
                Self::Path(names)
            }
            AstNode::Binary { op, lhs, rhs } => {
                use BinaryOp::{Add, Divide, Equal, GreaterThan, GreaterThanOrEqual, LessThan};
                use BinaryOp::{And, LessThanOrEqual, Modulo, Multiply, NotEqual, Or, Subtract};
                match op {
                    Add | Subtract | Multiply | Divide | Modulo | Equal | NotEqual | LessThan | LessThanOrEqual | GreaterThan
                    | GreaterThanOrEqual | And | Or => {}
                    _ => return None,
                }
                Self::Calculate(*op, Box::new(Self::of(lhs)?), Box::new(Self::of(rhs)?))
            }
            AstNode::Unary { op: UnaryOp::Negate, operand } => match &**operand {
                AstNode::Number(number) => Self::Literal(convert::number_to_json(-number)),
                _ => return None,
            },
            AstNode::Object(pairs) => {
                let mut members: Vec<(String, Plain)> = Vec::with_capacity(pairs.len());
                for (name, value) in pairs {
                    let AstNode::String(name) = name else { return None };
                    // A name given twice is an error, which the engine words.
                    if members.iter().any(|(known, _)| known == name) {
                        return None;
                    }
                    members.push((name.clone(), Self::of(value)?));
                }
                Self::Object(members)
            }
            AstNode::Conditional { condition, then_branch, else_branch: Some(else_branch) } => {
                Self::Choose(Box::new(Self::of(condition)?), Box::new(Self::of(then_branch)?), Box::new(Self::of(else_branch)?))
            }
            _ => return None,
        })
    }

    /// The value, or `None` where only the engine can tell.
    pub(crate) fn eval(&self, root: Root<'_>) -> Option<Value> {
        self.hold(root).map(Held::into_value)
    }

    /// The value where it stands, or `None` where only the engine can tell.
    pub(crate) fn hold(&self, root: Root<'_>) -> Option<Held<'_>> {
        Some(match self {
            Self::Literal(value) => Held::Literal(value),
            Self::Path(names) => {
                let held = match root {
                    Root::Context(context) => Held::Field(context.get(names.first()?)?, &names[1..]),
                    Root::Input(input) => Held::Field(Arc::clone(input), names),
                };
                // An array inside what is read is kept as it is; one on the way to it is the engine's to flatten.
                held.get()?;
                held
            }
            Self::Calculate(operator, left, right) => {
                let left = left.hold(root)?;
                let left = left.get()?;
                if let (BinaryOp::And | BinaryOp::Or, Value::Bool(truth)) = (operator, left) {
                    if *truth == (*operator == BinaryOp::Or) {
                        return Some(Held::Fresh(Value::Bool(*truth)));
                    }
                    let right = right.hold(root)?;
                    return match right.get()? {
                        Value::Bool(truth) => Some(Held::Fresh(Value::Bool(*truth))),
                        _ => None,
                    };
                }
                let right = right.hold(root)?;
                Held::Fresh(calculate(*operator, left, right.get()?)?)
            }
            Self::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (name, member) in members {
                    object.insert(name.clone(), member.eval(root)?);
                }
                Held::Fresh(Value::Object(object))
            }
            Self::Choose(condition, then, otherwise) => {
                let truth = condition.hold(root)?.get()?.as_bool()?;
                if truth { then.hold(root)? } else { otherwise.hold(root)? }
            }
        })
    }
}

fn calculate(operator: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    if let (Value::Number(left), Value::Number(right)) = (left, right) {
        return calculate_numbers(operator, left, right);
    }
    let equal = match (left, right) {
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Null, Value::Null) => true,
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => return None,
        _ => false,
    };
    match operator {
        BinaryOp::Equal => Some(Value::Bool(equal)),
        BinaryOp::NotEqual => Some(Value::Bool(!equal)),
        _ => None,
    }
}

fn calculate_numbers(operator: BinaryOp, left: &Number, right: &Number) -> Option<Value> {
    let (left, right) = (left.as_f64()?, right.as_f64()?);
    let order = left.partial_cmp(&right)?;
    let number = match operator {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide => left / right,
        BinaryOp::Modulo => left % right,
        BinaryOp::Equal => return Some(Value::Bool(order == Ordering::Equal)),
        BinaryOp::NotEqual => return Some(Value::Bool(order != Ordering::Equal)),
        BinaryOp::LessThan => return Some(Value::Bool(order == Ordering::Less)),
        BinaryOp::LessThanOrEqual => return Some(Value::Bool(order != Ordering::Greater)),
        BinaryOp::GreaterThan => return Some(Value::Bool(order == Ordering::Greater)),
        BinaryOp::GreaterThanOrEqual => return Some(Value::Bool(order != Ordering::Less)),
        _ => return None,
    };
    number.is_finite().then(|| convert::number_to_json(number))
}
