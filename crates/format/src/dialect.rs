//! The shapes in which graph files were published, as one table. Knows values, not text: `yaml` and `edit` know that.

mod a;
mod b;
mod c;
mod d;
mod e;
mod lift;
mod lower;
mod places;
mod shared;
mod top;

use std::fmt;

use graph::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
pub(crate) use places::Places;
pub(crate) use top::lower as nodes_at_the_top;

/// A published shape of graph files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dialect {
    /// The design document's.
    A,
    /// mcpGraph 0.1.2 to 0.1.18.
    B,
    /// mcpGraph 0.1.20 to 0.1.27.
    C,
    /// mcpGraph 0.1.28 to 0.1.30.
    D,
    /// mcpGraph from 0.1.31 on, and Patchbay.
    E,
}

/// What a shape means, in shape E.
pub(crate) struct Reading {
    /// The file as shape E has it.
    pub(crate) value: Value,
    /// Where each part of it stands in the file.
    pub(crate) places: Places,
    /// What is wrong, at paths of shape E.
    pub(crate) problems: Vec<Problem>,
}

/// How one shape is read and written.
pub(crate) trait Shape: Sync {
    /// The shape's name.
    fn dialect(&self) -> Dialect;

    /// The versions that wrote it.
    fn versions(&self) -> &'static str;

    /// Whether a file looks like this shape. The first in the table that says so is the file's.
    fn fits(&self, file: &Facts) -> bool;

    /// Whether `$.input` is the tool's arguments.
    fn binds_input(&self) -> bool {
        false
    }

    /// The file in shape E.
    fn read(&self, file: Value) -> Reading;

    /// A graph of shape E in this shape. Where the shape has two ways to write a thing, `like` (a file of this shape) says
    /// which one the node of the same id has now.
    fn write(&self, graph: &Value, like: &Value) -> Result<Value, Error>;
}

/// Every shape. E comes last: what fits no other is E.
pub(crate) static DIALECTS: [&dyn Shape; 5] = [&a::A, &b::B, &c::C, &d::D, &e::E];

/// What tells the shapes apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// A tool names its `entryNode`.
    pub(crate) has_entry_node: bool,
    /// `nodes` stand at the top level.
    pub(crate) has_top_nodes: bool,
    /// A condition has a `target`.
    pub(crate) has_target: bool,
    /// An argument is `{expr: ...}`.
    pub(crate) has_expr: bool,
    /// An argument is a text that starts with `$`.
    pub(crate) has_dollar: bool,
}

impl Facts {
    pub(crate) fn of(file: &Value) -> Self {
        let tools = || file.get("tools").and_then(Value::as_array).into_iter().flatten();
        let mut facts = Self {
            has_entry_node: tools().any(|tool| tool.get("entryNode").is_some()),
            has_top_nodes: file.get("nodes").is_some(),
            ..Self::default()
        };
        for node in tools().filter_map(|tool| tool.get("nodes")?.as_array()).flatten() {
            let mut cases = node.get("conditions").and_then(Value::as_array).into_iter().flatten();
            facts.has_target |= cases.any(|case| case.get("target").is_some());
            for value in node.get("args").and_then(Value::as_object).into_iter().flat_map(|args| args.values()) {
                facts.has_dollar |= shared::is_dollar(value);
                facts.has_expr |= shared::holds_expr(value);
            }
        }
        facts
    }
}

impl Dialect {
    pub(crate) fn shape(self) -> &'static dyn Shape {
        DIALECTS[self as usize]
    }

    /// The shape that a file is in.
    pub(crate) fn of(file: &Value) -> Self {
        let facts = Facts::of(file);
        DIALECTS.iter().find(|shape| shape.fits(&facts)).map_or(Dialect::E, |shape| shape.dialect())
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "shape {self:?} ({})", self.shape().versions())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_shape_stands_at_its_own_place_in_the_table() {
        for (i, shape) in DIALECTS.iter().enumerate() {
            assert_eq!(shape.dialect() as usize, i, "{} is found by its number", shape.dialect());
        }
    }

    #[test]
    fn a_file_is_told_by_what_only_its_shape_has() {
        let node = |node: Value| json!({"tools": [{"name": "t", "nodes": [node]}]});
        let table = [
            (json!({"tools": [{"entryNode": "a"}], "nodes": []}), Dialect::A),
            (json!({"tools": [{"name": "t"}], "nodes": []}), Dialect::B),
            (node(json!({"conditions": [{"rule": true, "target": "a"}]})), Dialect::C),
            (node(json!({"conditions": [{"rule": true, "target": "a"}], "args": {"x": "$.a"}})), Dialect::C),
            (node(json!({"conditions": [{"rule": true, "next": "a"}], "args": {"x": "$.a"}})), Dialect::D),
            (node(json!({"args": {"x": "$.a"}})), Dialect::D),
            (node(json!({"args": {"x": {"expr": "a"}, "y": "$5"}})), Dialect::E),
            (node(json!({"args": {"x": [{"deep": {"expr": "a"}}]}})), Dialect::E),
            (node(json!({"conditions": [{"rule": true, "next": "a"}]})), Dialect::E),
            (json!(null), Dialect::E),
            (json!({"tools": 7}), Dialect::E),
        ];
        for (file, dialect) in table {
            assert_eq!(Dialect::of(&file), dialect, "{file}");
        }
    }
}
