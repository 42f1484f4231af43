//! A JSON Logic rule, compiled once. It decides as json-logic-js does; a `var` outside the body of a loop is JSONata.
//! Refuses to know where the rule stands in a graph.

mod eval;
mod operate;
mod parse;

use std::sync::Arc;

use serde_json::Value;

use crate::{Cancel, Context, EvalError, Expression, Limits, Reads, Reference, RuleError, reference};

/// A compiled rule. Cheap to clone; shared between threads.
#[derive(Clone, Debug)]
pub struct Rule(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    source: Value,
    root: Node,
    references: Vec<RuleReference>,
    reads: Reads,
    history: bool,
}

/// A root name that a rule reads, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleReference {
    /// The JSON pointer of the string, within the rule.
    pub pointer: String,
    /// The place within that string.
    pub reference: Reference,
}

/// A part of a rule.
#[derive(Debug)]
enum Node {
    Literal(Value),
    /// An array whose items are rules.
    Array(Vec<Node>),
    /// `var` where the data is the context.
    Expression(Expression, Option<Box<Node>>),
    /// `var` with a dotted path, in a loop or where the text is no JSONata (`list.0.name`).
    Path(String, Option<Box<Node>>),
    /// `var` whose path is itself computed.
    Computed(Box<Node>, Option<Box<Node>>),
    Missing(Vec<Node>),
    MissingSome(Vec<Node>),
    If(Vec<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// A list, what to do with each item, and for `reduce` what to begin with.
    Loop(Loop, Box<Node>, Box<Node>, Option<Box<Node>>),
    Call(Operator, Vec<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loop {
    Map,
    Filter,
    Reduce,
    All,
    Some,
    None,
}

/// An operator that takes all its operands evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    StrictlyEqual,
    NotEqual,
    StrictlyNotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Truth,
    Not,
    Remainder,
    Log,
    In,
    Cat,
    Substr,
    Plus,
    Times,
    Minus,
    Divide,
    Min,
    Max,
    Merge,
}

impl Rule {
    /// Compiles `rule`.
    ///
    /// # Errors
    /// An operator that JSON Logic does not have, a `var` that is not JSONata, or too deep a nesting; with the place.
    pub fn parse(rule: &Value) -> Result<Self, RuleError> {
        let parsed = parse::parse(rule)?;
        Ok(Self(Arc::new(Compiled {
            source: rule.clone(),
            reads: parsed.reads(),
            root: parsed.root,
            references: parsed.references,
            history: parsed.history,
        })))
    }

    /// The rule that was compiled.
    pub fn source(&self) -> &Value {
        &self.0.source
    }

    /// The root names that the rule reads, and the ids in its history functions, in the order of the rule.
    pub fn references(&self) -> &[RuleReference] {
        &self.0.references
    }

    /// Which root fields an evaluation asks the context for.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// Whether it asks for what nodes gave before.
    pub fn uses_history(&self) -> bool {
        self.0.history
    }

    /// The rule with each reference to `from` renamed to `to`; `None` where it has no such reference.
    pub fn rename(&self, from: &str, to: &str) -> Option<Value> {
        let mut renamed = None;
        let mut done = None;
        for RuleReference { pointer, .. } in self.references().iter().filter(|found| found.reference.name == from) {
            // One string may hold several references, which are renamed at once.
            if done.replace(pointer) == Some(pointer) {
                continue;
            }
            let within: Vec<Reference> =
                self.references().iter().filter(|found| found.pointer == *pointer).map(|found| found.reference.clone()).collect();
            let text = self.0.source.pointer(pointer)?.as_str()?;
            let text = reference::rename(text, &within, from, to)?;
            *renamed.get_or_insert_with(|| self.0.source.clone()).pointer_mut(pointer)? = Value::String(text);
        }
        renamed
    }

    /// Evaluates the rule. What JSON lacks (undefined, `NaN`, an infinity) is null.
    ///
    /// # Errors
    /// A fault of an expression within it, a limit, or `cancel`.
    pub fn eval(&self, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<Value, EvalError> {
        let result = eval::eval(&self.0.root, context, limits, cancel)?;
        Ok(match result.js() {
            crate::js::Js::Undefined => Value::Null,
            crate::js::Js::Number(number) => crate::js::number_to_json(number),
            crate::js::Js::Json(value) => value.clone(),
        })
    }

    /// Evaluates the rule and says whether JSON Logic takes the result for true.
    ///
    /// # Errors
    /// As [`Rule::eval`].
    pub fn decide(&self, context: &dyn Context, limits: &Limits, cancel: &Cancel) -> Result<bool, EvalError> {
        Ok(eval::eval(&self.0.root, context, limits, cancel)?.js().is_truthy())
    }
}
