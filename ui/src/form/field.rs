//! The fields of a form: what a schema says that a person can fill in.

use serde_json::{Map, Value};

/// How deep objects and lists are drawn as fields; what is deeper is typed as JSON.
const DEEPEST: usize = 4;

/// One field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// Its key in the object that holds it; empty for an item of a list.
    pub(crate) name: String,
    /// Its title, where the schema gives one; otherwise its name.
    pub(crate) title: String,
    /// What it means.
    pub(crate) description: Option<String>,
    /// Whether there must be a value.
    pub(crate) required: bool,
    /// The value that is there before anything is typed.
    pub(crate) default: Option<Value>,
    /// What sort of text it is, where the schema says so: `date-time`, `jsonata`, `server`.
    pub(crate) format: Option<String>,
    /// How it is filled in.
    pub(crate) control: Control,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Control {
    /// A line of text.
    Text,
    /// A number, within bounds.
    Number {
        /// Only whole numbers.
        whole: bool,
        /// The least.
        least: Option<f64>,
        /// The greatest.
        most: Option<f64>,
    },
    /// Yes or no.
    Toggle,
    /// One of these values.
    Choice(Vec<Value>),
    /// Fields of its own.
    Object(Vec<Field>),
    /// Any number of items.
    List(Box<Field>),
    /// One of several sorts of values, each with its own control.
    OneOf(Vec<Field>),
    /// Anything, as JSON.
    Json,
}

/// The fields of the object that `schema` describes, in the schema's order. One field without a name, for JSON, where the
/// schema does not say which fields there are.
pub(crate) fn fields(schema: &Value) -> Vec<Field> {
    object_fields(schema, schema, 0).unwrap_or_else(|| {
        let is_open = schema.get("properties").is_none() && (schema.get("$ref").is_some() || schema.get("additionalProperties").is_some());
        let anything = Field {
            name: String::new(),
            title: "Arguments".to_owned(),
            description: Some("An object, as JSON".to_owned()),
            required: false,
            default: None,
            format: None,
            control: Control::Json,
        };
        if is_open { vec![anything] } else { Vec::new() }
    })
}

fn object_fields(schema: &Value, root: &Value, depth: usize) -> Option<Vec<Field>> {
    let properties = schema.get("properties")?.as_object()?;
    let required: Vec<&str> = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    Some(properties.iter().map(|(name, schema)| field(name, schema, required.contains(&name.as_str()), root, depth)).collect())
}

fn field(name: &str, schema: &Value, required: bool, root: &Value, depth: usize) -> Field {
    let schema = resolve(schema, root);
    let words = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
    Field {
        name: name.to_owned(),
        title: words("title").unwrap_or_else(|| name.to_owned()),
        description: words("description"),
        required,
        default: schema.get("default").cloned(),
        format: words("format"),
        control: control(schema, root, depth),
    }
}

/// The field of a value that stands by itself.
pub(crate) fn single(name: &str, schema: &Value, required: bool, root: &Value) -> Field {
    field(name, schema, required, root, 0)
}

fn control(schema: &Value, root: &Value, depth: usize) -> Control {
    if let Some(values) = schema.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
        return Control::Choice(values.clone());
    }
    if let Some(only) = schema.get("const") {
        return Control::Choice(vec![only.clone()]);
    }
    if let Some(alternatives) = alternatives(schema, root, depth) {
        return alternatives;
    }
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let number = |whole| Control::Number { whole, least: bound("minimum"), most: bound("maximum") };
    match only_type(schema) {
        Some("string") => Control::Text,
        Some("number") => number(false),
        Some("integer") => number(true),
        Some("boolean") => Control::Toggle,
        Some("object") if depth < DEEPEST => {
            object_fields(schema, root, depth + 1).filter(|fields| !fields.is_empty()).map_or(Control::Json, Control::Object)
        }
        Some("array") if depth < DEEPEST => match schema.get("items") {
            Some(items @ Value::Object(_)) => Control::List(Box::new(field("", items, true, root, depth + 1))),
            _ => Control::Json,
        },
        _ => Control::Json,
    }
}

/// The control of a schema that names several; that of the only one, where `null` is the other: leaving the field empty says
/// the same.
fn alternatives(schema: &Value, root: &Value, depth: usize) -> Option<Control> {
    if depth >= DEEPEST {
        return None;
    }
    let listed = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array());
    let schemas: Vec<Value> = match (listed, schema.get("type")) {
        (Some(listed), _) => listed.clone(),
        (None, Some(Value::Array(types))) if only_type(schema).is_none() => types.iter().map(|name| of_type(schema, name)).collect(),
        (None, _) => return None,
    };
    let is_null = |schema: &&Value| schema.get("type").and_then(Value::as_str) == Some("null");
    let fields: Vec<Field> = schemas.iter().filter(|schema| !is_null(schema)).map(|schema| alternative(schema, root, depth + 1)).collect();
    match fields.as_slice() {
        [] => None,
        [only] => Some(only.control.clone()),
        _ => Some(Control::OneOf(fields)),
    }
}

/// The schema for one of its types; what it is called is said of the whole.
fn of_type(schema: &Value, name: &Value) -> Value {
    let mut one = schema.clone();
    if let Some(keys) = one.as_object_mut() {
        keys.retain(|key, _| !matches!(key.as_str(), "title" | "description" | "default"));
        keys.insert("type".to_owned(), name.clone());
    }
    one
}

fn alternative(schema: &Value, root: &Value, depth: usize) -> Field {
    let mut field = field("", schema, true, root, depth);
    if field.title.is_empty() {
        field.title = field.control.word().to_owned();
    }
    field
}

/// The one type of a value; with `null` beside it, still that type, since leaving a field empty says the same.
fn only_type(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => None,
    }
}

/// Follows a `$ref` inside the schema, some times; one that leads elsewhere stays, and is filled in as JSON.
fn resolve<'s>(mut schema: &'s Value, root: &'s Value) -> &'s Value {
    for _ in 0..8 {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|at| root.pointer(at.strip_prefix('#')?));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

impl Control {
    /// What it takes, in a word or two.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Control::Text => "a text",
            Control::Number { whole: true, .. } => "a whole number",
            Control::Number { .. } => "a number",
            Control::Toggle => "yes or no",
            Control::Choice(_) => "one of these",
            Control::Object(_) => "fields",
            Control::List(_) => "a list",
            Control::OneOf(_) | Control::Json => "JSON",
        }
    }

    /// Whether a value can be shown in it without loss.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        match self {
            Control::Text => value.is_string(),
            Control::Number { whole, .. } => value.as_f64().is_some_and(|number| !whole || number.fract() == 0.0),
            Control::Toggle => value.is_boolean(),
            Control::Choice(choices) => choices.contains(value),
            Control::Object(fields) => value.as_object().is_some_and(|values| {
                fields.iter().all(|field| values.get(&field.name).map_or(!field.required, |value| field.control.fits(value)))
            }),
            Control::List(item) => value.as_array().is_some_and(|items| items.iter().all(|value| item.control.fits(value))),
            Control::OneOf(fields) => fields.iter().any(|field| field.control.fits(value)),
            Control::Json => true,
        }
    }

    /// The value of a control that was just chosen or added.
    pub(crate) fn blank(&self) -> Value {
        match self {
            Control::Text => Value::from(""),
            Control::Number { least, .. } => least.map_or_else(|| Value::from(0), number_value),
            Control::Toggle => Value::Bool(false),
            Control::Choice(choices) => choices.first().cloned().unwrap_or(Value::Null),
            Control::Object(fields) => {
                let needed = fields.iter().filter(|field| field.required);
                Value::Object(needed.map(|field| (field.name.clone(), field.blank())).collect())
            }
            Control::List(_) => Value::Array(Vec::new()),
            Control::OneOf(fields) => fields.first().map_or(Value::Null, Field::blank),
            Control::Json => Value::Null,
        }
    }
}

/// A bound of a schema as the number that a person would type.
fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

impl Field {
    /// Its value when it was just added: its default, or the blank one of its control.
    pub(crate) fn blank(&self) -> Value {
        self.default.clone().unwrap_or_else(|| self.control.blank())
    }

    /// What is in the field before anything is typed: the default, or the empty value of its control where it must have one.
    pub(crate) fn initial(&self) -> Option<Value> {
        self.default.clone().or_else(|| match &self.control {
            Control::Object(fields) => {
                let initial = fields.iter().filter_map(|field| Some((field.name.clone(), field.initial()?)));
                Some(Value::Object(initial.collect::<Map<_, _>>())).filter(|value| value != &Value::Object(Map::new()))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(schema: Value) -> Field {
        fields(&json!({"type": "object", "properties": {"it": schema}, "required": ["it"]})).remove(0)
    }

    #[test]
    fn each_schema_has_its_control() {
        let text = || Field {
            name: String::new(),
            title: String::new(),
            description: None,
            required: true,
            default: None,
            format: None,
            control: Control::Text,
        };
        let named = |title: &str, control| Field { title: title.to_owned(), control, ..text() };
        let number = |whole, least, most| Control::Number { whole, least, most };
        for (schema, expected) in [
            (json!({"type": "string"}), Control::Text),
            (json!({"type": ["string", "null"]}), Control::Text),
            (
                json!({"type": ["string", "number", "null"]}),
                Control::OneOf(vec![named("a text", Control::Text), named("a number", number(false, None, None))]),
            ),
            (json!({"const": "fixed"}), Control::Choice(vec![json!("fixed")])),
            (json!({"oneOf": [{"type": "boolean"}, {"type": "null"}]}), Control::Toggle),
            (json!({"type": "number", "minimum": 1.5}), number(false, Some(1.5), None)),
            (json!({"type": "integer", "maximum": 9}), number(true, None, Some(9.0))),
            (json!({"type": "boolean"}), Control::Toggle),
            (json!({"enum": ["a", 1, null]}), Control::Choice(vec![json!("a"), json!(1), json!(null)])),
            (json!({"type": "array", "items": {"type": "string"}}), Control::List(Box::new(text()))),
            (json!({"type": "array"}), Control::Json),
            (json!({"type": "object"}), Control::Json),
            (
                json!({"anyOf": [{"enum": ["all", "any"]}, {"type": "string", "title": "Other"}]}),
                Control::OneOf(vec![
                    named("one of these", Control::Choice(vec![json!("all"), json!("any")])),
                    named("Other", Control::Text),
                ]),
            ),
            (json!(true), Control::Json),
        ] {
            assert_eq!(one(schema.clone()).control, expected, "for {schema}");
        }
    }

    #[test]
    fn fields_keep_the_order_and_the_words_of_the_schema() {
        let schema = json!({"properties": {
            "z": {"type": "string", "title": "Zone", "description": "Where"},
            "a": {"type": "object", "properties": {"deep": {"type": "boolean", "default": true}}},
        }, "required": ["a"]});
        let fields = fields(&schema);
        assert_eq!(fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!((fields[0].title.as_str(), fields[0].description.as_deref(), fields[0].required), ("Zone", Some("Where"), false));
        assert!(fields[1].required, "as the schema says");
        assert_eq!(fields[1].initial(), Some(json!({"deep": true})), "a default inside is there from the start");
    }

    #[test]
    fn a_reference_inside_the_schema_is_followed_and_an_endless_one_ends() {
        let schema = json!({"$defs": {"path": {"type": "string"}, "self": {"$ref": "#/$defs/self"}},
            "properties": {"p": {"$ref": "#/$defs/path"}, "s": {"$ref": "#/$defs/self"}, "x": {"$ref": "other.json"}}});
        let controls: Vec<_> = fields(&schema).into_iter().map(|field| field.control).collect();
        assert_eq!(controls, [Control::Text, Control::Json, Control::Json]);
    }

    #[test]
    fn a_schema_that_contains_itself_has_a_form() {
        let schema = json!({"properties": {"child": {"$ref": "#"}}, "type": "object"});
        let mut depth = 0;
        let mut level = fields(&schema);
        while let Some(Field { control: Control::Object(inner), .. }) = level.first().cloned() {
            level = inner;
            depth += 1;
        }
        assert_eq!(depth, DEEPEST, "as deep as a person would fill in");
    }

    #[test]
    fn a_schema_without_fields_asks_for_nothing_unless_it_takes_anything() {
        assert!(fields(&json!({"type": "object"})).is_empty());
        assert_eq!(fields(&json!({"type": "object", "additionalProperties": true}))[0].control, Control::Json);
    }
}
