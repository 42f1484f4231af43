//! A tool and what comes back from calling one, as the protocol spells them, whole. Knows nothing of sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

/// A tool's full definition. Every key that a server sent is kept, also those that this type does not name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tool {
    /// The name by which it is called.
    pub name: String,
    /// What people see instead of the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, for people and models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    #[serde(default = "any_object")]
    pub input_schema: Map<String, Value>,
    /// The JSON Schema of its structured result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<Map<String, Value>>,
    /// Hints such as `readOnlyHint` and `destructiveHint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map<String, Value>>,
    /// Every other key: `icons`, `execution`, `_meta`, and what later versions add.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Tool {
    /// A tool that takes any object.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            description: Some(description.into()),
            input_schema: any_object(),
            output_schema: None,
            annotations: None,
            rest: Map::new(),
        }
    }

    /// The same tool with this schema for its arguments; a value that is no object leaves it as it was.
    pub fn with_input(mut self, schema: Value) -> Self {
        if let Value::Object(schema) = schema {
            self.input_schema = schema;
        }
        self
    }

    /// The same tool with this schema for its structured result; a value that is no object leaves it as it was.
    pub fn with_output(mut self, schema: Value) -> Self {
        if let Value::Object(schema) = schema {
            self.output_schema = Some(schema);
        }
        self
    }

    /// The same tool, marked as one that changes nothing.
    pub fn read_only(mut self) -> Self {
        self.annotations.get_or_insert_default().insert("readOnlyHint".into(), Value::Bool(true));
        self
    }
}

fn any_object() -> Map<String, Value> {
    Map::from_iter([("type".to_owned(), Value::from("object"))])
}

/// What a call gave back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallResult {
    /// The content items as the server sent them, of whatever type, none dropped.
    pub content: Vec<Value>,
    /// `structuredContent`; `Some(Value::Null)` where the server sent a `null`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured: Option<Value>,
    /// Whether the tool says that it failed.
    pub is_error: bool,
    /// `_meta` of the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Map<String, Value>>,
}

impl CallResult {
    /// Reads the `result` of a `tools/call`. What is missing is taken as empty, since servers vary.
    pub(crate) fn read(mut result: Map<String, Value>) -> Self {
        let content = match result.remove("content") {
            Some(Value::Array(items)) => items,
            Some(Value::Null) | None => Vec::new(),
            Some(item) => vec![item],
        };
        let meta = match result.remove("_meta") {
            Some(Value::Object(meta)) => Some(meta),
            _ => None,
        };
        Self {
            content,
            structured: result.remove("structuredContent"),
            is_error: result.get("isError").and_then(Value::as_bool).unwrap_or(false),
            meta,
        }
    }

    /// A result that is one text.
    pub fn of_text(text: impl Into<String>) -> Self {
        let text: String = text.into();
        let item = Map::from_iter([("type".to_owned(), Value::from("text")), ("text".to_owned(), Value::from(text))]);
        Self { content: vec![Value::Object(item)], ..Self::default() }
    }

    /// A failure, in words for whoever made the call.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::of_text(text) }
    }

    /// A structured result, with the same as JSON text for clients that read only that.
    pub fn of_json(value: Value) -> Self {
        Self { structured: Some(value.clone()), ..Self::of_text(value.to_string()) }
    }

    /// The text items joined by line ends: what a person reads of a failure.
    pub fn text(&self) -> String {
        let texts: Vec<_> = self.content.iter().filter_map(|item| item.get("text")?.as_str()).collect();
        texts.join("\n")
    }
}

/// One step of a call, as the server reports it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// How far it is, in the server's own unit.
    pub progress: f64,
    /// Where it ends, if the server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// What it is doing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Told of each step of a call, in order and before the result. It runs in the reader's task, so it must not block.
pub type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// Where in a trace a call stands, as W3C Trace Context writes it: in `_meta`, under these names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `traceparent`, not checked.
    pub parent: String,
    /// `tracestate`, not checked.
    pub state: Option<String>,
}

/// How one call is made.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// The time limit of the whole call, the start of the server included; the server's own limit when absent.
    pub timeout: Option<Duration>,
    /// Ends the call at once, and tells the server so.
    pub cancel: CancellationToken,
    /// Told of each step.
    pub progress: Option<OnProgress>,
    /// Tells the server to which trace the call belongs.
    pub trace: Option<TraceContext>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("cancelled", &self.cancel.is_cancelled())
            .field("progress", &self.progress.is_some())
            .field("trace", &self.trace)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_definition_goes_through_without_losing_a_key() {
        let definition = json!({
            "name": "t", "title": "T", "description": "d",
            "inputSchema": {"type": "object", "properties": {"a": {"anyOf": [{"enum": [1, "x"]}, {"$ref": "#/$defs/b"}]}}, "$defs": {"b": {}}},
            "outputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true, "vendorHint": 3},
            "icons": [{"src": "data:,"}], "execution": {"taskSupport": "optional"}, "_meta": {"k": [1]}, "later": {"x": null}
        });
        let tool: Tool = serde_json::from_value(definition.clone()).unwrap();
        assert_eq!(serde_json::to_value(&tool).unwrap(), definition, "reading and writing is the identity");
    }

    #[test]
    fn a_result_keeps_falsy_values_and_every_item() {
        for structured in [json!(0), json!(false), json!(""), json!(null), json!({})] {
            let raw = json!({"content": [{"type": "text", "text": ""}, {"type": "later", "x": 1}], "structuredContent": structured});
            let Value::Object(raw) = raw else { unreachable!() };
            let result = CallResult::read(raw);
            assert_eq!(result.structured, Some(structured), "a falsy value is a value");
            assert_eq!(result.content.len(), 2, "no item is dropped, whatever its type");
        }
        assert_eq!(CallResult::read(Map::new()), CallResult::default(), "an empty result has nothing in it");
    }
}
