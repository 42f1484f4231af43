//! Evaluates a compiled rule as json-logic-js would. Refuses to give JSON back: what JSON lacks is the caller's to map.

use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::operate::{compare, descend, is_in, substr};
use super::{Loop, Node, Operator};
use crate::clock::Clock;
use crate::held::Held;
use crate::js::{self, Js};
use crate::{Cancel, Context, EvalError, Expression, Limits};

/// A value on its way through a rule.
pub(super) enum Val<'r> {
    Undefined,
    Number(f64),
    Held(Held<'r>),
}

impl Val<'_> {
    pub(super) fn js(&self) -> Js<'_> {
        match self {
            Self::Undefined => Js::Undefined,
            Self::Number(number) => Js::Number(*number),
            Self::Held(held) => held.get().map_or(Js::Undefined, Js::from),
        }
    }

    fn is_truthy(&self) -> bool {
        self.js().is_truthy()
    }

    /// As JSON, where what it lacks is null.
    fn into_json(self) -> Value {
        match self {
            Self::Undefined => Value::Null,
            Self::Number(number) => js::number_to_json(number),
            Self::Held(held) => held.into_value(),
        }
    }

    fn as_array(&self) -> Option<&[Value]> {
        match self.js() {
            Js::Json(Value::Array(items)) => Some(items),
            _ => None,
        }
    }
}

pub(super) fn fresh<'r>(value: impl Into<Value>) -> Val<'r> {
    Val::Held(Held::Fresh(value.into()))
}

/// What `var` looks into.
#[derive(Clone, Copy)]
enum Data<'d> {
    Context,
    Item(&'d Value),
    Reduce { current: &'d Value, accumulator: &'d Val<'d> },
}

/// Evaluates `root` against the context.
pub(super) fn eval<'r>(root: &'r Node, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Val<'r>, EvalError> {
    let clock = Clock::start(limits.time);
    Run { context, limits, cancel, clock, items: Cell::new(0), bytes: Cell::new(0) }.node(root, Data::Context)
}

struct Run<'c> {
    context: &'c dyn Context,
    limits: &'c Limits,
    cancel: &'c Cancel,
    clock: Clock,
    /// Items and bytes made so far.
    items: Cell<usize>,
    bytes: Cell<usize>,
}

impl<'r> Run<'_> {
    fn node(&self, node: &'r Node, data: Data<'_>) -> Result<Val<'r>, EvalError> {
        Ok(match node {
            Node::Literal(value) => Val::Held(Held::Literal(value)),
            Node::Array(items) => {
                self.make_items(items.len())?;
                let items = items.iter().map(|item| Ok(self.node(item, data)?.into_json()));
                fresh(items.collect::<Result<Vec<Value>, EvalError>>()?)
            }
            Node::Expression(expression, default) => match self.expression(expression)? {
                Some(held) => Val::Held(held),
                None => self.default(default.as_deref(), data)?,
            },
            Node::Path(path, default) => self.path(path, default.as_deref(), data)?,
            Node::Computed(path, default) => {
                let path = self.node(path, data)?;
                match path.js() {
                    Js::Undefined | Js::Json(Value::Null) => self.path("", default.as_deref(), data)?,
                    path => self.path(&path.to_text(), default.as_deref(), data)?,
                }
            }
            Node::Missing(operands) => fresh(self.missing(&self.all(operands, data)?, data)?),
            Node::MissingSome(operands) => self.missing_some(&self.all(operands, data)?, data)?,
            Node::If(operands) => {
                for pair in operands.chunks(2) {
                    match pair {
                        [condition, then] if self.node(condition, data)?.is_truthy() => return self.node(then, data),
                        [otherwise] => return self.node(otherwise, data),
                        _ => {}
                    }
                }
                fresh(Value::Null)
            }
            Node::And(operands) => self.first(operands, data, false)?,
            Node::Or(operands) => self.first(operands, data, true)?,
            Node::Loop(kind, list, body, start) => self.a_loop(*kind, list, body, start.as_deref(), data)?,
            Node::Call(operator, operands) => self.call(*operator, operands, data)?,
        })
    }

    fn all(&self, nodes: &'r [Node], data: Data<'_>) -> Result<Vec<Val<'r>>, EvalError> {
        nodes.iter().map(|node| self.node(node, data)).collect()
    }

    /// The first operand whose truth is `truth`, or the last.
    fn first(&self, operands: &'r [Node], data: Data<'_>, truth: bool) -> Result<Val<'r>, EvalError> {
        let mut last = Val::Undefined;
        for operand in operands {
            last = self.node(operand, data)?;
            if last.is_truthy() == truth {
                break;
            }
        }
        Ok(last)
    }

    fn expression(&self, expression: &'r Expression) -> Result<Option<Held<'r>>, EvalError> {
        if let Some(held) = expression.hold(self.context) {
            return Ok(Some(held));
        }
        let limits = Limits { time: self.clock.left()?, ..self.limits.clone() };
        let cause = match expression.run(self.context, &limits, self.cancel) {
            Ok(value) => return Ok(value.map(Held::Fresh)),
            Err(EvalError::Time { .. }) => EvalError::Time { limit: self.limits.time.unwrap_or_default() },
            Err(EvalError::Cancelled) => return Err(EvalError::Cancelled),
            Err(cause) => cause,
        };
        Err(EvalError::Var { expression: expression.source().to_owned(), cause: Box::new(cause) })
    }

    fn default(&self, default: Option<&'r Node>, data: Data<'_>) -> Result<Val<'r>, EvalError> {
        default.map_or_else(|| Ok(fresh(Value::Null)), |default| self.node(default, data))
    }

    fn path(&self, path: &str, default: Option<&'r Node>, data: Data<'_>) -> Result<Val<'r>, EvalError> {
        match self.look(path, data) {
            Val::Undefined => self.default(default, data),
            found => Ok(found),
        }
    }

    /// What stands at a dotted path of `data`.
    fn look(&self, path: &str, data: Data<'_>) -> Val<'r> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        match data {
            Data::Context if path.is_empty() => {
                let names = self.context.names();
                let fields = names.iter().filter_map(|name| Some((name.clone(), (*self.context.get(name)?).clone())));
                fresh(fields.collect::<Map<_, _>>())
            }
            Data::Context => {
                // The text of an expression may begin with its root.
                let path = path.strip_prefix("$.").or_else(|| path.strip_prefix("$$."));
                match path {
                    Some(path) => self.look(path, data),
                    None => self.context.get(first).map_or(Val::Undefined, |root| descend(&root, rest)),
                }
            }
            Data::Item(item) => descend(item, Some(path).filter(|path| !path.is_empty())),
            Data::Reduce { current, accumulator } => match first {
                "" if rest.is_none() => {
                    fresh(Map::from_iter([("current".to_owned(), current.clone()), ("accumulator".to_owned(), json_of(accumulator.js()))]))
                }
                "current" => descend(current, rest),
                "accumulator" => match (accumulator.js(), rest) {
                    (Js::Undefined, _) => Val::Undefined,
                    (Js::Number(number), None) => Val::Number(number),
                    (Js::Number(_), Some(_)) => Val::Undefined,
                    (Js::Json(value), rest) => descend(value, rest),
                },
                _ => Val::Undefined,
            },
        }
    }

    fn missing(&self, operands: &[Val<'_>], data: Data<'_>) -> Result<Vec<Value>, EvalError> {
        let keys: Vec<Value> = match operands.first().and_then(Val::as_array) {
            Some(keys) => keys.to_vec(),
            None => operands.iter().map(|operand| json_of(operand.js())).collect(),
        };
        self.make_items(keys.len())?;
        let is_missing = |key: &Value| {
            let text = if key.is_null() { "".into() } else { Js::from(key).to_text() };
            match self.look(&text, data).js() {
                Js::Undefined | Js::Json(Value::Null) => true,
                Js::Json(Value::String(text)) => text.is_empty(),
                _ => false,
            }
        };
        Ok(keys.into_iter().filter(is_missing).collect())
    }

    fn missing_some(&self, operands: &[Val<'r>], data: Data<'_>) -> Result<Val<'r>, EvalError> {
        let (Some(needed), Some(options)) = (operands.first(), operands.get(1).and_then(Val::as_array)) else {
            let message = "needs a number and a list of names".to_owned();
            return Err(EvalError::Rule { operator: "missing_some".to_owned(), message });
        };
        let missing = self.missing(&operands[1..2], data)?;
        #[expect(clippy::cast_precision_loss, reason = "a count of names")]
        let found = (options.len() - missing.len()) as f64;
        let enough = matches!(Js::Number(found).order(needed.js()), Some(Ordering::Greater | Ordering::Equal));
        Ok(fresh(if enough { Vec::new() } else { missing }))
    }

    fn a_loop(&self, kind: Loop, list: &'r Node, body: &'r Node, start: Option<&'r Node>, data: Data<'_>) -> Result<Val<'r>, EvalError> {
        let list = self.node(list, data)?;
        let Some(items) = list.as_array() else {
            return match kind {
                Loop::Map | Loop::Filter => Ok(fresh(Vec::<Value>::new())),
                Loop::Reduce => self.default(start, data),
                Loop::All | Loop::Some => Ok(fresh(false)),
                Loop::None => Ok(fresh(true)),
            };
        };
        if kind == Loop::Reduce {
            let mut accumulator = self.default(start, data)?;
            for current in items {
                self.check()?;
                accumulator = self.node(body, Data::Reduce { current, accumulator: &accumulator })?;
            }
            return Ok(accumulator);
        }
        let mut made = Vec::new();
        for item in items {
            self.check()?;
            let result = self.node(body, Data::Item(item))?;
            match kind {
                Loop::Map => {
                    self.make_items(1)?;
                    made.push(result.into_json());
                }
                Loop::Filter if result.is_truthy() => made.push(item.clone()),
                Loop::All if !result.is_truthy() => return Ok(fresh(false)),
                Loop::Some if result.is_truthy() => return Ok(fresh(true)),
                Loop::None if result.is_truthy() => return Ok(fresh(false)),
                Loop::Filter | Loop::All | Loop::Some | Loop::None | Loop::Reduce => {}
            }
        }
        Ok(match kind {
            Loop::Map | Loop::Filter | Loop::Reduce => fresh(made),
            // Not so of an empty list.
            Loop::All => fresh(!items.is_empty()),
            Loop::Some => fresh(false),
            Loop::None => fresh(true),
        })
    }

    fn call(&self, operator: Operator, operands: &'r [Node], data: Data<'_>) -> Result<Val<'r>, EvalError> {
        // Two operands, by far the most, need no list.
        if let [left, right] = operands {
            let (left, right) = (self.node(left, data)?, self.node(right, data)?);
            if let Some(truth) = compare(operator, left.js(), right.js()) {
                return Ok(fresh(truth));
            }
            return self.apply(operator, vec![left, right]);
        }
        self.apply(operator, self.all(operands, data)?)
    }

    fn apply(&self, operator: Operator, mut operands: Vec<Val<'r>>) -> Result<Val<'r>, EvalError> {
        let at = |i: usize| operands.get(i).map_or(Js::Undefined, Val::js);
        let numbers = || operands.iter().map(|operand| operand.js().to_number());
        Ok(match operator {
            Operator::Less | Operator::LessOrEqual => {
                let between = matches!(at(2), Js::Undefined) || compare(operator, at(1), at(2)) == Some(true);
                fresh(compare(operator, at(0), at(1)) == Some(true) && between)
            }
            Operator::Equal
            | Operator::StrictlyEqual
            | Operator::NotEqual
            | Operator::StrictlyNotEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => fresh(compare(operator, at(0), at(1)) == Some(true)),
            Operator::Truth => fresh(at(0).is_truthy()),
            Operator::Not => fresh(!at(0).is_truthy()),
            Operator::Log => {
                if operands.is_empty() {
                    Val::Undefined
                } else {
                    operands.swap_remove(0)
                }
            }
            Operator::In => fresh(is_in(at(0), at(1))),
            Operator::Cat => {
                let text = js::join(operands.iter().map(Val::js), "");
                self.make_bytes(text.len())?;
                fresh(text)
            }
            Operator::Substr => {
                let text = substr(at(0), at(1), at(2));
                self.make_bytes(text.len())?;
                fresh(text)
            }
            Operator::Plus => Val::Number(operands.iter().fold(0.0, |sum, operand| sum + operand.js().parse_float())),
            Operator::Times => match operands.len() {
                0 => {
                    let message = "needs at least one operand".to_owned();
                    return Err(EvalError::Rule { operator: operator.name().to_owned(), message });
                }
                1 => operands.swap_remove(0),
                _ => Val::Number(operands.iter().map(|operand| operand.js().parse_float()).product()),
            },
            Operator::Minus => Val::Number(match at(1) {
                Js::Undefined => -at(0).to_number(),
                right => at(0).to_number() - right.to_number(),
            }),
            Operator::Divide => Val::Number(at(0).to_number() / at(1).to_number()),
            Operator::Remainder => Val::Number(at(0).to_number() % at(1).to_number()),
            Operator::Min => {
                Val::Number(numbers().fold(f64::INFINITY, |least, number| if number < least || number.is_nan() { number } else { least }))
            }
            Operator::Max => {
                Val::Number(numbers().fold(f64::NEG_INFINITY, |most, number| if number > most || number.is_nan() { number } else { most }))
            }
            Operator::Merge => {
                let mut merged = Vec::new();
                for operand in operands {
                    self.make_items(operand.as_array().map_or(1, <[Value]>::len))?;
                    match operand.into_json() {
                        Value::Array(items) => merged.extend(items),
                        other => merged.push(other),
                    }
                }
                fresh(merged)
            }
        })
    }

    /// Once for every item of a loop.
    fn check(&self) -> Result<(), EvalError> {
        if self.cancel.is_cancelled() {
            return Err(EvalError::Cancelled);
        }
        self.clock.left().map(drop)
    }

    fn make_items(&self, count: usize) -> Result<(), EvalError> {
        let limit = self.limits.items;
        self.items.set(self.items.get().saturating_add(count));
        if self.items.get() > limit { Err(EvalError::Items { limit }) } else { Ok(()) }
    }

    fn make_bytes(&self, count: usize) -> Result<(), EvalError> {
        let limit = self.limits.bytes;
        self.bytes.set(self.bytes.get().saturating_add(count));
        if self.bytes.get() > limit { Err(EvalError::Bytes { limit }) } else { Ok(()) }
    }
}

fn json_of(value: Js) -> Value {
    match value {
        Js::Undefined => Value::Null,
        Js::Number(number) => js::number_to_json(number),
        Js::Json(value) => value.clone(),
    }
}
