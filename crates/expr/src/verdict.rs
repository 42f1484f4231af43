//! What there is to say of an expression or a rule while it is written, as values. Refuses to know how that is found out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an expression sees as its root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sees {
    /// The outputs of all nodes, by name.
    Outputs,
    /// The output of this node.
    OutputOf(String),
    /// Something that is only known while it runs.
    Unknown,
}

/// What there is to say of an expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Nothing is written yet.
    Empty,
    /// It is not an expression, and here is why.
    Wrong {
        /// What is wrong.
        message: String,
        /// The line that it is in, up to where it is wrong.
        before: String,
        /// What is wrong there; empty where something is missing.
        marked: String,
        /// The rest of the line.
        after: String,
        /// The number of the line, from 1.
        line: usize,
    },
    /// It is one; there is no data to try it on, or it reads what is only known while it runs.
    Untried,
    /// It gives this.
    Gives(Value),
    /// It gives JSONata's undefined.
    GivesNothing,
    /// It fails on the data.
    Fails(String),
}

/// What there is to say of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ruling {
    /// There is no data to try it on, or it reads what is only known while it runs.
    Untried,
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It is no rule, or it fails on the data; why, in words.
    Wrong(String),
}
