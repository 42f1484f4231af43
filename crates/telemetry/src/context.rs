//! W3C Trace Context, read and written. Where it comes from and goes to is not its concern.

use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use run::TraceContext;

/// The two texts as the propagator wants to find them.
struct Texts<'t> {
    parent: &'t str,
    state: Option<&'t str>,
}

impl Extractor for Texts<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => Some(self.parent),
            "tracestate" => self.state,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

/// What a caller says of where it stands; none where that is no trace context.
#[must_use]
pub fn accept(parent: &str, state: Option<&str>) -> Option<TraceContext> {
    read(parent, state).map(|span| write(&span))
}

/// The span that a trace context names.
pub(crate) fn span_of(context: &TraceContext) -> Option<SpanContext> {
    read(&context.parent, context.state.as_deref())
}

fn read(parent: &str, state: Option<&str>) -> Option<SpanContext> {
    let found = TraceContextPropagator::new().extract_with_context(&Context::new(), &Texts { parent, state });
    let span = found.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// A span as a trace context names it.
pub(crate) fn write(span: &SpanContext) -> TraceContext {
    let flags = u8::from(span.is_sampled());
    let state = span.trace_state().header();
    TraceContext {
        parent: format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id()).into(),
        state: (!state.is_empty()).then(|| Arc::from(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(parent: &str, state: Option<&str>, expected: Option<(&str, Option<&str>)>) {
        let accepted = accept(parent, state);
        let told = accepted.as_ref().map(|context| (&*context.parent, context.state.as_deref()));
        assert_eq!(told, expected, "of {parent:?} and {state:?}");
    }

    #[test]
    fn what_is_no_trace_context_is_not_passed_on() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        check(parent, None, Some((parent, None)));
        check(parent, Some("a=1,b=2"), Some((parent, Some("a=1,b=2"))));
        check(parent, Some("no state"), Some((parent, None)));
        check(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
            None,
            Some(("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", None)),
        );
        for wrong in ["", "x", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-01"] {
            check(wrong, None, None);
        }
    }
}
