//! A value where it stands, and what an expression looks into. Refuses to evaluate.

use std::sync::Arc;

use serde_json::Value;

use crate::Context;

/// What a path begins in.
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "for the engine"))]
#[derive(Clone, Copy)]
pub(crate) enum Root<'a> {
    /// The fields of a context.
    Context(&'a dyn Context),
    /// One value, which an expression is applied to.
    Input(&'a Arc<Value>),
}

/// A value on its way: borrowed literals, fields within their root, or fresh.
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "for the engine"))]
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
