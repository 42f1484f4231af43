//! Between JSON as the rest of the project holds it and as the engine holds it. Refuses to know expressions.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use jsonata_core::value::{JValue, with_stack};
use serde_json::{Map, Value};

use crate::js::number_to_json;
use crate::{EvalError, Limits};

/// The deepest result: what serde_json reads back.
const MAX_RESULT_NESTING: usize = 127;
/// Values below this many members and items are not worth keeping.
const KEPT_FROM: usize = 16;
const KEPT: usize = 32;

thread_local! {
    /// The engine's forms of the larger values that this thread converted last. A form lives as long as its place here
    /// and is used only while the value it was made from lives: the `Weak` keeps the address from being given again.
    static CONVERTED: RefCell<Vec<(Weak<Value>, JValue)>> = const { RefCell::new(Vec::new()) };
}

/// The engine's form of a shared value; large ones are converted once per thread.
pub(crate) fn shared_to_engine(value: &Arc<Value>) -> JValue {
    let large = match &**value {
        Value::Array(items) => items.len() >= KEPT_FROM || items.iter().any(is_container),
        Value::Object(members) => members.len() >= KEPT_FROM || members.values().any(is_container),
        _ => false,
    };
    if !large {
        return to_engine(value);
    }
    let known = CONVERTED
        .with_borrow(|kept| kept.iter().find(|(of, _)| std::ptr::eq(of.as_ptr(), Arc::as_ptr(value))).map(|(_, form)| form.clone()));
    known.unwrap_or_else(|| {
        let form = to_engine(value);
        // Dropped outside the borrow: a form may be deep.
        let _dropped: Vec<_> = CONVERTED.with_borrow_mut(|kept| {
            let dead = kept.extract_if(.., |(of, _)| of.strong_count() == 0).collect();
            if kept.len() >= KEPT {
                kept.remove(0);
            }
            kept.push((Arc::downgrade(value), form.clone()));
            dead
        });
        form
    })
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// The engine's form of a value. Numbers become `f64`, as in JavaScript.
pub(crate) fn to_engine(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(truth) => JValue::Bool(*truth),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => with_stack(|| JValue::array(items.iter().map(to_engine).collect())),
        Value::Object(members) => {
            with_stack(|| JValue::object(members.iter().map(|(name, value)| (name.clone(), to_engine(value))).collect()))
        }
    }
}

/// The JSON form of the engine's result, or `None` for JSONata's undefined, as which a function counts.
///
/// # Errors
/// A result larger than `limits`: the engine shares parts of values, so that a small one may be endless when written out.
pub(crate) fn from_engine(value: &JValue, limits: &Limits) -> Result<Option<Value>, EvalError> {
    Output { items: limits.items, bytes: limits.bytes, nesting: 0, limits }.convert(value)
}

struct Output<'a> {
    items: usize,
    bytes: usize,
    nesting: usize,
    limits: &'a Limits,
}

impl Output<'_> {
    fn convert(&mut self, value: &JValue) -> Result<Option<Value>, EvalError> {
        self.items = self.items.checked_sub(1).ok_or(EvalError::Items { limit: self.limits.items })?;
        Ok(Some(match value {
            JValue::Null => Value::Null,
            JValue::Bool(truth) => Value::Bool(*truth),
            JValue::Number(number) => number_to_json(*number),
            JValue::String(text) => {
                self.spend(text.len())?;
                Value::String(text.to_string())
            }
            JValue::Array(items) => {
                self.enter()?;
                let mut converted = Vec::with_capacity(items.len().min(self.items));
                for item in items.iter() {
                    converted.push(self.convert(item)?.unwrap_or(Value::Null));
                }
                self.nesting -= 1;
                Value::Array(converted)
            }
            JValue::Object(members) => {
                self.enter()?;
                let mut converted = Map::with_capacity(members.len());
                for (name, member) in members.iter() {
                    self.spend(name.len())?;
                    if let Some(member) = self.convert(member)? {
                        converted.insert(name.clone(), member);
                    }
                }
                self.nesting -= 1;
                Value::Object(converted)
            }
            JValue::Undefined | JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => return Ok(None),
        }))
    }

    fn enter(&mut self) -> Result<(), EvalError> {
        self.nesting += 1;
        if self.nesting > MAX_RESULT_NESTING {
            return Err(EvalError::Nested { limit: MAX_RESULT_NESTING });
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), EvalError> {
        self.bytes = self.bytes.checked_sub(bytes).ok_or(EvalError::Bytes { limit: self.limits.bytes })?;
        Ok(())
    }
}
