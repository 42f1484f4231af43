//! Questions to the person at the client, in the form that elicitation has: an object of plain values. Knows nothing of what is
//! asked, nor of the two ways in which it travels.

use rmcp::model::{
    ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationSchema, PrimitiveSchemaDefinition, ServerRequest,
};
use rmcp::service::{Peer, PeerRequestOptions, RoleServer};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

/// The property that stands for a value which is no object of plain ones.
const VALUE: &str = "value";

/// A question, as a client can put it to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    message: String,
    schema: ElicitationSchema,
    reads: Reads,
}

/// How what was filled in becomes the value that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// It is the value.
    Whole,
    /// It holds the value.
    Value,
    /// It holds the value as JSON text.
    Json,
}

/// What a person did with a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Filled {
    /// They filled it in, or said yes. What it holds is not yet checked: see [`Form::read`].
    Accepted(Map<String, Value>),
    /// They said no.
    Declined,
    /// They said neither, or the client could not ask them.
    Dismissed,
}

/// Asks the person at a client of the older era, while a call of that client goes on. Of use only on the task of that call.
#[derive(Clone, Debug)]
pub struct Asker(Peer<RoleServer>);

impl Form {
    /// A question that asks for a value of this JSON Schema; for a yes or a no where there is none.
    ///
    /// Elicitation knows objects of plain values. Another plain value is asked for as such an object's only one, and what is not
    /// plain is asked for as JSON text. Of a plain value's schema a client sees what elicitation has words for; the rest, such as a
    /// pattern, is for whoever takes the answer to hold.
    #[must_use]
    pub fn new(message: impl Into<String>, schema: Option<&Value>) -> Self {
        let (schema, reads) = match schema {
            None => (ElicitationSchema::new([].into()), Reads::Whole),
            Some(schema) => {
                let whole = object(schema).map(|schema| (schema, Reads::Whole));
                whole.or_else(|| Some((only(schema)?, Reads::Value))).unwrap_or_else(|| (text(schema), Reads::Json))
            }
        };
        Self { message: message.into(), schema, reads }
    }

    /// The same question, with what was wrong with its last answer.
    #[must_use]
    pub fn again(mut self, wrong: &str) -> Self {
        self.message = format!("{}\n\n{wrong}", self.message);
        self
    }

    /// The value that was filled in.
    ///
    /// # Errors
    /// What is wrong with it, for the person.
    pub fn read(&self, mut filled: Map<String, Value>) -> Result<Value, String> {
        match self.reads {
            Reads::Whole => Ok(Value::Object(filled)),
            Reads::Value => filled.remove(VALUE).ok_or_else(|| format!("`{VALUE}` is missing")),
            Reads::Json => match filled.remove(VALUE) {
                Some(Value::String(text)) => serde_json::from_str(&text).map_err(|error| format!("`{VALUE}` is not JSON: {error}")),
                Some(value) => Ok(value),
                None => Err(format!("`{VALUE}` is missing")),
            },
        }
    }

    pub(super) fn request(self) -> ElicitRequest {
        ElicitRequest::new(ElicitRequestParams::FormElicitationParams { meta: None, message: self.message, requested_schema: self.schema })
    }
}

impl Filled {
    /// What came back for a question; none where it is no answer at all.
    pub(super) fn of(answer: Value) -> Option<Self> {
        serde_json::from_value::<ElicitResult>(answer).ok().map(Into::into)
    }
}

impl From<ElicitResult> for Filled {
    fn from(result: ElicitResult) -> Self {
        match result.action {
            ElicitationAction::Accept => Filled::Accepted(match result.content {
                Some(Value::Object(filled)) => filled,
                _ => Map::new(),
            }),
            ElicitationAction::Decline => Filled::Declined,
            _ => Filled::Dismissed,
        }
    }
}

impl Asker {
    pub(super) fn new(peer: Peer<RoleServer>) -> Self {
        Self(peer)
    }

    /// Asks, and waits for the answer, or until the question is `gone`: the client is told so then.
    pub async fn ask(&self, form: Form, gone: CancellationToken) -> Filled {
        let asked = self.0.send_cancellable_request(ServerRequest::ElicitRequest(form.request()), PeerRequestOptions::no_options());
        let mut asked = match asked.await {
            Ok(asked) => asked,
            Err(error) => {
                tracing::debug!(%error, "a client cannot be asked");
                return Filled::Dismissed;
            }
        };
        let answer = tokio::select! {
            answer = &mut asked.rx => answer,
            () = gone.cancelled() => {
                if let Err(error) = asked.cancel(Some("it was answered elsewhere, or is asked no more".to_owned())).await {
                    tracing::debug!(%error, "a client cannot be told that a question is gone");
                }
                return Filled::Dismissed;
            }
        };
        match answer {
            Ok(Ok(rmcp::model::ClientResult::ElicitResult(result))) => result.into(),
            Ok(Ok(_)) | Err(_) => Filled::Dismissed,
            Ok(Err(error)) => {
                tracing::debug!(%error, "a client did not take a question to its person");
                Filled::Dismissed
            }
        }
    }
}

/// A schema of an object as elicitation has it; none where it has more than plain values.
fn object(schema: &Value) -> Option<ElicitationSchema> {
    let Value::Object(mut schema) = schema.clone() else { return None };
    schema.entry("type").or_insert_with(|| "object".into());
    if let Value::Object(properties) = schema.entry("properties").or_insert_with(|| json!({})) {
        properties.values_mut().for_each(say_type);
    }
    // An object that may hold other things than it names is asked for as a whole.
    let is_open = schema["properties"].as_object().is_none_or(Map::is_empty) && schema.len() > 2;
    if is_open { None } else { ElicitationSchema::from_json_schema(schema).ok() }
}

/// A form for one plain value.
fn only(schema: &Value) -> Option<ElicitationSchema> {
    let mut schema = schema.clone();
    say_type(&mut schema);
    let definition: PrimitiveSchemaDefinition = serde_json::from_value(schema).ok()?;
    let mut form = ElicitationSchema::new([(VALUE.to_owned(), definition)].into());
    form.required = Some(vec![VALUE.to_owned()]);
    Some(form)
}

/// A form for a value as JSON text.
fn text(schema: &Value) -> ElicitationSchema {
    let asked = json!({"type": "string", "title": "As JSON", "description": format!("JSON that fits this schema: {schema}")});
    only(&asked).unwrap_or_else(|| ElicitationSchema::new([].into()))
}

/// A choice among texts may leave out that they are texts; elicitation may not.
fn say_type(schema: &mut Value) {
    let Value::Object(schema) = schema else { return };
    let is_choice = schema.get("enum").and_then(Value::as_array).is_some_and(|choices| choices.iter().all(Value::is_string));
    if is_choice {
        schema.entry("type").or_insert_with(|| "string".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a client is sent for a schema, and what becomes of what it sends back.
    #[track_caller]
    fn check(schema: Value, sent: Value, filled: Value, expected: Result<Value, &str>) {
        let form = Form::new("May it?", Some(&schema));
        let request = serde_json::to_value(form.clone().request()).unwrap();
        assert_eq!(request["params"]["requestedSchema"], sent, "what is sent for {schema}");
        let Value::Object(filled) = filled else { panic!("a client sends objects") };
        let read = form.read(filled.clone());
        assert_eq!(read, expected.map_err(str::to_owned), "what {filled:?} becomes");
    }

    #[test]
    fn an_object_of_plain_values_goes_out_as_it_is_without_what_elicitation_has_no_words_for() {
        check(
            json!({"type": "object", "required": ["sum"], "additionalProperties": false, "properties": {
                "sum": {"type": "number", "minimum": 1, "multipleOf": 5},
                "why": {"type": "string", "title": "Why", "maxLength": 80, "pattern": "^x"},
                "soon": {"type": "boolean", "default": true},
                "how": {"enum": ["cash", "card"]}
            }}),
            json!({"type": "object", "required": ["sum"], "properties": {
                "sum": {"type": "number", "minimum": 1.0},
                "why": {"type": "string", "title": "Why", "maxLength": 80},
                "soon": {"type": "boolean", "default": true},
                "how": {"type": "string", "enum": ["cash", "card"]}
            }}),
            json!({"sum": 5}),
            Ok(json!({"sum": 5})),
        );
    }

    #[test]
    fn another_plain_value_is_the_only_one_of_an_object() {
        let sent = json!({"type": "object", "required": ["value"], "properties": {"value": {"type": "integer", "maximum": 9}}});
        check(json!({"type": "integer", "maximum": 9}), sent.clone(), json!({"value": 7}), Ok(json!(7)));
        check(json!({"type": "integer", "maximum": 9}), sent, json!({}), Err("`value` is missing"));
    }

    #[test]
    fn what_is_not_plain_is_asked_for_as_json() {
        for schema in [
            json!({"type": "object", "properties": {"to": {"type": "object"}}}),
            json!({"type": "array", "items": {"type": "number"}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "number"}}}),
        ] {
            let description = format!("JSON that fits this schema: {schema}");
            let sent = json!({"type": "object", "required": ["value"], "properties": {
                "value": {"type": "string", "title": "As JSON", "description": description}
            }});
            check(schema.clone(), sent.clone(), json!({"value": "[1, 2]"}), Ok(json!([1, 2])));
            check(schema, sent, json!({"value": "[1"}), Err("`value` is not JSON: EOF while parsing a list at line 1 column 2"));
        }
    }

    #[test]
    fn a_yes_or_a_no_needs_no_value() {
        let form = Form::new("May it?", None);
        let request = serde_json::to_value(form.clone().request()).unwrap();
        let expected = json!({"mode": "form", "message": "May it?", "requestedSchema": {"type": "object", "properties": {}}});
        assert_eq!(request["params"], expected, "nothing is asked for");
        assert_eq!(form.read(Map::new()), Ok(json!({})), "and nothing is filled in");
    }
}
