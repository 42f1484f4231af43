//! Evaluates the plain part of JSONata (paths through objects, arithmetic and comparison of numbers, object
//! constructors) on JSON as it is, since most expressions of a graph are no more than that. Refuses to decide anything
//! doubtful: wherever JSONata has a rule of its own (arrays, missing fields, other types), it gives up, and the engine
//! evaluates the whole.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use jsonata_core::ast::{AstNode, BinaryOp, UnaryOp};
use serde_json::{Map, Number, Value};

use crate::held::{Held, Root};
use crate::js::number_to_json;

/// An expression that [`Plain::eval`] may be able to evaluate.
#[derive(Debug)]
pub(crate) enum Plain {
    Literal(Value),
    /// A root field and the fields below it; at least one.
    Path(Vec<String>),
    /// What a node gave before, and the fields below it.
    History(Asked, Vec<String>),
    Calculate(BinaryOp, Box<Plain>, Box<Plain>),
    Object(Vec<(String, Plain)>),
    Choose(Box<Plain>, Box<Plain>, Box<Plain>),
}

/// A question about the history whose arguments are literals.
#[derive(Debug)]
pub(crate) enum Asked {
    Previous(usize),
    Count(String),
    Execution(String, i64),
}

impl Asked {
    fn of(function: &str, arguments: &[AstNode]) -> Option<Self> {
        Some(match (function, arguments) {
            ("previousNode", []) => Self::Previous(1),
            ("executionCount", [AstNode::String(id)]) => Self::Count(id.clone()),
            ("nodeExecution", [AstNode::String(id), AstNode::Number(i)]) => Self::Execution(id.clone(), whole(*i)?),
            ("nodeExecution", [AstNode::String(id), AstNode::Unary { op: UnaryOp::Negate, operand }]) => match &**operand {
                AstNode::Number(i) => Self::Execution(id.clone(), whole(-i)?),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// A number that is a whole one, and not too large to be an index.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "checked")]
    (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64)
}

impl Plain {
    /// The plain form of an expression, or `None` where it has none.
    pub(crate) fn of(node: &AstNode) -> Option<Self> {
        Some(match node {
            AstNode::String(text) => Self::Literal(Value::String(text.clone())),
            AstNode::Number(number) => Self::Literal(number_to_json(*number)),
            AstNode::Boolean(truth) => Self::Literal(Value::Bool(*truth)),
            AstNode::Null => Self::Literal(Value::Null),
            AstNode::Name(name) => Self::Path(vec![name.clone()]),
            AstNode::Function { name, args, is_builtin: true } => Self::History(Asked::of(name, args)?, Vec::new()),
            AstNode::Path { steps } => {
                let mut asked = None;
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
                        AstNode::Function { name, args, is_builtin: true } if i == 0 => asked = Some(Asked::of(name, args)?),
                        _ => return None,
                    }
                }
                if let Some(asked) = asked {
                    return Some(Self::History(asked, names));
                }
                if names.is_empty() {
                    return None;
                }
                Self::Path(names)
            }
            AstNode::Binary { op, lhs, rhs } => {
                use BinaryOp::{Add, Divide, Equal, GreaterThan, GreaterThanOrEqual, LessThan};
                use BinaryOp::{And, Concatenate, LessThanOrEqual, Modulo, Multiply, NotEqual, Or, Subtract};
                match op {
                    Add | Subtract | Multiply | Divide | Modulo | Equal | NotEqual | LessThan | LessThanOrEqual | GreaterThan
                    | GreaterThanOrEqual | And | Or | Concatenate => {}
                    _ => return None,
                }
                Self::Calculate(*op, Box::new(Self::of(lhs)?), Box::new(Self::of(rhs)?))
            }
            AstNode::Unary { op: UnaryOp::Negate, operand } => match &**operand {
                AstNode::Number(number) => Self::Literal(number_to_json(-number)),
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
            Self::History(asked, below) => {
                let Root::Context(context) = root else { return None };
                let value = match asked {
                    Asked::Count(id) => return below.is_empty().then(|| Held::Fresh(context.count(id).into())),
                    Asked::Previous(n) => context.previous(*n)?,
                    Asked::Execution(id, i) => context.execution(id, *i)?,
                };
                let held = Held::Field(value, below);
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
    if operator == BinaryOp::Concatenate {
        let (left, right) = (text(left)?, text(right)?);
        return Some(Value::String([left, right].concat()));
    }
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

/// A value as `&` writes it, where that is plain: JSONata rounds fractions to 15 digits.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => {
            number.as_i64().filter(|number| number.unsigned_abs() < 1_000_000_000_000_000).map(|number| number.to_string().into())
        }
        Value::Bool(truth) => Some(if *truth { "true" } else { "false" }.into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
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
    number.is_finite().then(|| number_to_json(number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Cancel, Expression, Fields, Limits};

    /// What the values of the fields `a` and `b` may be.
    fn values() -> Vec<serde_json::Value> {
        let text = r#"[null, true, false, 0, 1, -1, 2.5, 7, 1e300, 0.1, 9007199254740993, 1000000000000000, 123456789012345678,
            "", "a", "1", [], [1], [1, 2], [[1]], {}, {"c": 1}, {"c": {"d": "x"}}, {"c": [{"d": 1}, {"d": 2}]}, {"c": []}]"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_is_evaluated_plainly_is_what_the_engine_gives() {
        let operators = ["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "and", "or", "&"];
        let mut sources: Vec<String> = operators.iter().map(|operator| format!("a {operator} b")).collect();
        let others = ["a", "$.a", "$$.a.c", "a.c.d", "$.missing", "{\"x\": a, \"y\": b.c}", "a ? b : 1", "a = b ? \"same\" : a", "-1 + a"];
        sources.extend(others.map(str::to_owned));
        sources.extend(["{\"x\": a.c + 1, \"y\": b & \"!\"}", "{\"x\": {\"y\": a}}", "`a`.`c`", "a.c & b.c"].map(str::to_owned));
        let mut plain = 0;
        for source in &sources {
            let expression = Expression::parse(source).unwrap();
            for a in values() {
                for b in values() {
                    let context = Fields::new(json!({"a": a, "b": b}));
                    let Some(found) = expression.hold(&context).map(super::Held::into_value) else { continue };
                    plain += 1;
                    let engine = expression.run(&context, &Limits::default(), &Cancel::new());
                    // The engine rounds integers beyond 2^53, which the plain way keeps.
                    let rounds = [&a, &b].iter().any(|value| value.as_i64().is_some_and(|number| number.unsigned_abs() > 1 << 53));
                    let same = engine == Ok(Some(found.clone())) || rounds;
                    assert!(same, "`{source}` of {a} and {b}: plainly {found}, by the engine {engine:?}");
                }
            }
        }
        assert!(plain > 4_000, "many of these have a plain value: {plain}");
    }

    #[test]
    fn whole_numbers_keep_all_their_digits() {
        let expression = Expression::parse("{\"id\": list.id}").unwrap();
        let input = std::sync::Arc::new(json!({"list": {"id": 9_007_199_254_740_993_i64}}));
        let value = expression.apply(&input, &Fields::default(), &Limits::default(), &Cancel::new());
        assert_eq!(value, Ok(Some(json!({"id": 9_007_199_254_740_993_i64}))), "no rounding to 53 bits");
    }
}
