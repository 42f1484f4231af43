//! Arguments with expressions in them: `{expr: "..."}` at any depth stands for the expression's value.

use std::sync::Arc;

use expr::Expression;
use graph::Path;
use serde_json::{Map, Value};

use crate::failure::{Failure, FailureKind};
use crate::program::Evaluation;
use crate::site::Site;

/// A value to be filled in.
#[derive(Clone, Debug)]
pub enum Template {
    /// A value that holds no expression.
    Literal(Arc<Value>),
    /// An expression, and where it stands in the arguments.
    Expr(Expression, Path),
    /// An object that holds expressions somewhere.
    Object(Vec<(String, Template)>),
    /// A list that holds expressions somewhere.
    List(Vec<Template>),
}

/// A node's `args`, ready to be filled in.
#[derive(Clone, Debug)]
pub(crate) struct Arguments(Template);

impl Arguments {
    /// Reads `args`; a node without them calls with none.
    pub(crate) fn compile(site: &mut Site<'_>) -> Option<Self> {
        let at = Path::root().key("args");
        match site.field("args") {
            None | Some(Value::Null) => Some(Self(Template::Literal(Arc::new(Value::Object(Map::new()))))),
            Some(Value::Object(_)) => site.template(&at).map(Self),
            Some(_) => {
                site.fail(&at, "`args` is not a mapping", "write `name: value` lines under it");
                None
            }
        }
    }

    pub(crate) fn fill(&self, evaluation: &Evaluation<'_>) -> Result<Arc<Value>, Failure> {
        self.0.fill(evaluation).and_then(|args| arguments("the expression in `args`", args))
    }

    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        self.0.expressions()
    }
}

/// Arguments that `who` gave: an object, since nothing else can be sent.
pub(crate) fn arguments(who: &str, args: Arc<Value>) -> Result<Arc<Value>, Failure> {
    if args.is_object() {
        return Ok(args);
    }
    let kind = match &*args {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(Failure::new(FailureKind::Expression, format!("{who} gave {kind} for the arguments, which are an object"))
        .with_remedy("let it give an object of names and values"))
}

impl Template {
    pub(crate) fn compile(site: &mut Site<'_>, at: &Path, value: &Value) -> Option<Self> {
        match value {
            Value::Object(fields) if fields.len() == 1 && fields.get("expr").is_some_and(Value::is_string) => {
                site.expression(&at.clone().key("expr")).map(|expression| Template::Expr(expression, at.clone()))
            }
            Value::Object(fields) => {
                // Every field is compiled before a fault is passed on, so that all faults are said at once.
                let parts: Vec<_> = fields.iter().map(|(key, value)| (key, Self::compile(site, &at.clone().key(key), value))).collect();
                let parts = parts.into_iter().map(|(key, part)| Some((key.clone(), part?))).collect::<Option<Vec<_>>>()?;
                let literal = parts.iter().all(|(_, part)| matches!(part, Template::Literal(_)));
                Some(if literal { Template::Literal(Arc::new(value.clone())) } else { Template::Object(parts) })
            }
            Value::Array(items) => {
                let parts: Vec<_> = items.iter().enumerate().map(|(i, item)| Self::compile(site, &at.clone().index(i), item)).collect();
                let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
                let literal = parts.iter().all(|part| matches!(part, Template::Literal(_)));
                Some(if literal { Template::Literal(Arc::new(value.clone())) } else { Template::List(parts) })
            }
            scalar => Some(Template::Literal(Arc::new(scalar.clone()))),
        }
    }

    /// The value with every expression replaced by its own. A key whose expression gives nothing is left out; in a list it
    /// is `null`.
    ///
    /// # Errors
    /// Where an expression fails.
    pub fn fill(&self, evaluation: &Evaluation<'_>) -> Result<Arc<Value>, Failure> {
        match self {
            Template::Literal(value) => Ok(value.clone()),
            other => Ok(Arc::new(other.fill_part(evaluation)?.unwrap_or(Value::Null))),
        }
    }

    fn fill_part(&self, evaluation: &Evaluation<'_>) -> Result<Option<Value>, Failure> {
        Ok(Some(match self {
            Template::Literal(value) => Value::clone(value),
            Template::Expr(expression, at) => return evaluation.eval(expression, at),
            Template::Object(parts) => {
                let mut fields = Map::with_capacity(parts.len());
                for (key, part) in parts {
                    if let Some(value) = part.fill_part(evaluation)? {
                        fields.insert(key.clone(), value);
                    }
                }
                Value::Object(fields)
            }
            Template::List(parts) => {
                let items: Result<Vec<_>, Failure> =
                    parts.iter().map(|part| Ok(part.fill_part(evaluation)?.unwrap_or(Value::Null))).collect();
                Value::Array(items?)
            }
        }))
    }

    /// The expressions in it.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match self {
            Template::Literal(_) => Vec::new(),
            Template::Expr(expression, _) => vec![expression],
            Template::Object(parts) => parts.iter().flat_map(|(_, part)| part.expressions()).collect(),
            Template::List(parts) => parts.iter().flat_map(Template::expressions).collect(),
        }
    }

    /// The part that is known before the run, for checks against a schema: the value with every expression left out.
    /// None where the whole is an expression.
    #[must_use]
    pub fn known(&self) -> Option<Value> {
        Some(match self {
            Template::Literal(value) => Value::clone(value),
            Template::Expr(..) => return None,
            Template::Object(parts) => Value::Object(parts.iter().filter_map(|(key, part)| Some((key.clone(), part.known()?))).collect()),
            Template::List(parts) => Value::Array(parts.iter().map(|part| part.known().unwrap_or(Value::Null)).collect()),
        })
    }
}
