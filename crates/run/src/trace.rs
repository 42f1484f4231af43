//! Where in a trace something stands that several programs have a part in, as W3C Trace Context writes it. It is passed on here,
//! and not read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Where in a trace a run's caller stands, or a call that a step makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceContext {
    /// `traceparent`: the trace, and the span that is the parent.
    #[serde(rename = "traceparent")]
    pub parent: Arc<str>,
    /// `tracestate`: what tracing systems keep with it.
    #[serde(rename = "tracestate", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Arc<str>>,
}
