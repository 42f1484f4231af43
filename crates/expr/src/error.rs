//! What can go wrong with an expression, as sentences for the person who wrote it. Refuses to know which node it was.

use std::time::Duration;

use thiserror::Error;

/// Why a text is not an expression.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// Where it is wrong: bytes from the start of the source. The source's length where something is missing at its end.
    pub offset: usize,
    /// How many bytes are wrong; 0 where something is missing.
    pub length: usize,
    /// JSONata's code of the error, such as `S0203`, where it has one.
    pub code: Option<String>,
}

/// Why a value is not a rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct RuleError {
    /// Where in the rule: a JSON pointer, empty for the whole.
    pub pointer: String,
    /// What is wrong and what would mend it.
    pub message: String,
}

/// Why an evaluation gave no value.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum EvalError {
    /// It ran past [`crate::Limits::time`].
    #[error("the expression ran longer than its limit of {} ms; look for an endless loop, or work on fewer items", .limit.as_millis())]
    Time {
        /// The limit.
        limit: Duration,
    },
    /// It nested deeper than [`crate::Limits::depth`].
    #[error("the expression nested deeper than its limit of {limit} levels; look for a recursion without an end")]
    Depth {
        /// The limit.
        limit: usize,
    },
    /// It made more than [`crate::Limits::items`].
    #[error("the expression made more than its limit of {limit} items; work on fewer at a time")]
    Items {
        /// The limit.
        limit: usize,
    },
    /// It built more than [`crate::Limits::bytes`].
    #[error("the expression built more than its limit of {limit} bytes of text; where it adds to a text step by step, use `$join` once")]
    Bytes {
        /// The limit.
        limit: usize,
    },
    /// Its result is nested deeper than a JSON file may be.
    #[error("the expression's result is nested deeper than {limit} levels, which no JSON reader takes")]
    Nested {
        /// The limit.
        limit: usize,
    },
    /// It was stopped from outside.
    #[error("the expression was stopped")]
    Cancelled,
    /// It called `$error` or failed an `$assert`.
    #[error("{message}")]
    Thrown {
        /// The author's words.
        message: String,
    },
    /// JSONata found a fault while it ran.
    #[error("{message}{}", .code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default())]
    Jsonata {
        /// JSONata's code of the error, such as `T2001`, where it has one.
        code: Option<String>,
        /// What is wrong.
        message: String,
    },
    /// A rule met an operand that it cannot work with.
    #[error("`{operator}` {message}")]
    Rule {
        /// The operator.
        operator: String,
        /// What is wrong.
        message: String,
    },
    /// An expression inside a rule failed.
    #[error("`{expression}` in the rule: {cause}")]
    Var {
        /// The expression's source.
        expression: String,
        /// Why it failed.
        #[source]
        cause: Box<EvalError>,
    },
    /// This build has no engine.
    #[error("expressions are not evaluated here")]
    Absent,
    /// The engine itself failed on this expression: a fault of the engine, and an error of this expression only.
    #[error("the expression engine failed on this expression: {message}; please report it")]
    Engine {
        /// What the engine said.
        message: String,
    },
}
