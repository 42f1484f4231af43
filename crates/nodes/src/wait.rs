//! `wait`: lets time pass, for a duration or until a point in time; or waits for an event.

use std::sync::Arc;

use expr::{Context, Expression, Rule};
use graph::{Node, Path};
use jiff::{Span, SpanTotal, Timestamp, Unit};
use serde_json::{Value, json};

use crate::ask::{Ask, Signal, Until};
use crate::failure::{Failure, FailureKind};
use crate::kind::{Compile, Kind, Ports};
use crate::program::{Evaluation, Program, ReadBy};
use crate::site::Site;

#[derive(Debug)]
pub(crate) struct Wait;

#[derive(Debug)]
enum Compiled {
    For(u64),
    Until(Expression, Path),
    Event { event: Arc<str>, filter: Option<Rule> },
}

impl Kind for Wait {
    fn name(&self) -> &'static str {
        "wait"
    }

    fn title(&self) -> &'static str {
        "Wait"
    }

    fn summary(&self) -> &'static str {
        "Lets time pass, or waits for an event"
    }

    fn ports(&self) -> Ports {
        Ports::Next
    }

    fn settings(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "for": {"type": "string", "format": "duration", "examples": ["PT1S"], "description": "An ISO 8601 duration, such as `PT30S` or `P1D`"},
                "until": {"type": "string", "format": "jsonata", "description": "JSONata that gives a timestamp: ISO 8601, or milliseconds since 1970"},
                "event": {
                    "type": "object",
                    "description": "The event that it waits for",
                    "properties": {
                        "type": {"type": "string", "description": "Its type, such as `order.paid`"},
                        "where": {"format": "json-logic", "description": "JSON Logic that must hold; `$event.detail` is what was told with it"}
                    },
                    "required": ["type"]
                },
                "next": {"type": "string", "description": "The node that follows"}
            },
            "required": ["next"]
        })
    }

    fn waits_for_others(&self, node: &Node) -> bool {
        node.fields.contains_key("event")
    }
}

impl Compile for Wait {
    fn compile(&self, site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        if site.field("event").is_some() {
            return Self::event(site);
        }
        let compiled = match (site.field("for"), site.field("until")) {
            (Some(length), None) => Compiled::For(duration(site, "for", length)?),
            (None, Some(_)) => {
                let at = Path::root().key("until");
                Compiled::Until(site.expression(&at)?, at)
            }
            (Some(_), Some(_)) => {
                site.fail(&Path::root().key("until"), "the wait has both `for` and `until`", "keep one of them");
                return None;
            }
            (None, None) => {
                site.fail(
                    &Path::root(),
                    "the wait has neither `for` nor `until` nor `event`",
                    "add `for` with an ISO 8601 duration, such as `PT30S`",
                );
                return None;
            }
        };
        Some(Arc::new(compiled))
    }
}

impl Wait {
    fn event(site: &mut Site<'_>) -> Option<Arc<dyn Program>> {
        let at = Path::root().key("event");
        let node = site.node;
        for other in ["for", "until"].into_iter().filter(|other| node.fields.contains_key(*other)) {
            site.fail(&Path::root().key(other), format!("the wait has both `event` and `{other}`"), "keep one of them");
        }
        let event = site.field("event")?;
        let of_type = event.get("type").and_then(Value::as_str).filter(|of_type| !of_type.is_empty());
        if of_type.is_none() {
            site.fail(&at, "the event has no `type`", "add `type` with the type of the event, such as `order.paid`");
        }
        let filter = match event.get("where") {
            None => None,
            Some(_) => Some(site.rule(&at.key("where"))?),
        };
        Some(Arc::new(Compiled::Event { event: Arc::from(of_type?), filter }))
    }
}

/// A field with an ISO 8601 duration, in milliseconds.
pub(crate) fn duration(site: &mut Site<'_>, name: &str, value: &Value) -> Option<u64> {
    let milliseconds = value.as_str().and_then(milliseconds);
    if milliseconds.is_none() {
        site.fail(
            &Path::root().key(name),
            format!("`{name}` is {value}, which is no duration that can be waited for"),
            "write an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as `PT1M30S`",
        );
    }
    milliseconds
}

/// An ISO 8601 duration in milliseconds, a day being 24 hours; none for years and months, which have no fixed length.
fn milliseconds(text: &str) -> Option<u64> {
    let span: Span = text.strip_prefix('P').and_then(|_| text.parse().ok())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let total = span.total(SpanTotal::from(Unit::Millisecond).days_are_24_hours()).ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (total >= 0.0).then_some(total as u64)
}

impl Program for Compiled {
    fn begin(&self, evaluation: &Evaluation<'_>) -> Result<Ask, Failure> {
        let until = match self {
            Compiled::Event { event, .. } => return Ok(Ask::Hear { event: event.clone() }),
            Compiled::For(milliseconds) => Until::For(*milliseconds),
            Compiled::Until(expression, at) => {
                let value = evaluation.eval(expression, at)?.unwrap_or(Value::Null);
                Until::At(timestamp(&value).ok_or_else(|| {
                    Failure::new(FailureKind::Expression, format!("`until` gave {value}, which is no timestamp"))
                        .with_remedy("let it give ISO 8601 with a time zone, or milliseconds since 1970")
                })?)
            }
        };
        Ok(Ask::Wait { until })
    }

    fn reads(&self) -> Vec<ReadBy<'_>> {
        match self {
            Compiled::For(_) | Compiled::Event { filter: None, .. } => Vec::new(),
            Compiled::Until(expression, _) => vec![ReadBy::Expression(expression)],
            Compiled::Event { filter: Some(rule), .. } => vec![ReadBy::Rule(rule)],
        }
    }

    fn hears(&self, signal: &Signal, evaluation: &Evaluation<'_>) -> Result<bool, Failure> {
        let Compiled::Event { filter: Some(rule), .. } = self else { return Ok(true) };
        let event = Arc::new(json!({"type": signal.event, "detail": signal.detail, "id": signal.id}));
        let context = Hearing { outputs: evaluation.context, event };
        Evaluation { context: &context, ..*evaluation }.decide(rule, &Path::root().key("event").key("where"))
    }
}

/// The context of `where`: the outputs so far, with the event as `$event`.
struct Hearing<'a> {
    outputs: &'a dyn Context,
    event: Arc<Value>,
}

impl Context for Hearing<'_> {
    fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.outputs.get(name)
    }

    fn names(&self) -> Vec<String> {
        self.outputs.names()
    }

    fn binding(&self, name: &str) -> Option<Arc<Value>> {
        if name == "event" { Some(self.event.clone()) } else { self.outputs.binding(name) }
    }

    fn previous(&self, n: usize) -> Option<Arc<Value>> {
        self.outputs.previous(n)
    }

    fn count(&self, id: &str) -> usize {
        self.outputs.count(id)
    }

    fn execution(&self, id: &str, i: i64) -> Option<Arc<Value>> {
        self.outputs.execution(id, i)
    }

    fn executions(&self, id: &str) -> Vec<Arc<Value>> {
        self.outputs.executions(id)
    }

    fn now_ms(&self) -> i64 {
        self.outputs.now_ms()
    }

    fn seed(&self) -> u64 {
        self.outputs.seed()
    }
}

fn timestamp(value: &Value) -> Option<i64> {
    match value {
        #[allow(clippy::cast_possible_truncation)]
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Value::String(text) => text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_says() {
        for (text, expected) in [
            ("PT30S", Some(30_000)),
            ("PT1M30S", Some(90_000)),
            ("P1DT1H", Some(90_000_000)),
            ("P1W", Some(604_800_000)),
            ("PT0.5S", Some(500)),
            ("P1M", None),
            ("P1Y", None),
            ("30s", None),
            ("", None),
            ("-PT1S", None),
        ] {
            assert_eq!(milliseconds(text), expected, "`{text}`");
        }
    }

    #[test]
    fn timestamps_are_text_or_milliseconds() {
        assert_eq!(timestamp(&json!("1970-01-01T00:00:01Z")), Some(1000), "text");
        assert_eq!(timestamp(&json!("1970-01-01T01:00:01+01:00")), Some(1000), "text with a time zone");
        assert_eq!(timestamp(&json!(1500)), Some(1500), "number");
        assert_eq!(timestamp(&json!("tomorrow")), None, "no timestamp");
    }
}
