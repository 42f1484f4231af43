//! The schema of an object as rows of fields that a person can edit, and back. What the rows do not show stays. No views.

use serde_json::{Map, Value, json};

/// A field of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaRow {
    /// Its key.
    pub(crate) name: String,
    /// Its type; none where its schema says more than one word.
    pub(crate) kind: Option<&'static str>,
    /// Whether there must be a value.
    pub(crate) required: bool,
    /// What it means.
    pub(crate) description: String,
}

/// The types to choose from, with the words for them.
pub(crate) const TYPES: [(&str, &str); 6] = [
    ("string", "text"),
    ("number", "number"),
    ("integer", "whole number"),
    ("boolean", "yes or no"),
    ("array", "list"),
    ("object", "object"),
];

/// The rows of a schema; none where it does not describe an object's fields.
pub(crate) fn rows(schema: &Value) -> Option<Vec<SchemaRow>> {
    let fields = schema.as_object()?;
    if fields.get("type").is_some_and(|kind| kind != "object") || fields.contains_key("$ref") {
        return None;
    }
    let none = Map::new();
    let properties = match fields.get("properties") {
        None => &none,
        Some(properties) => properties.as_object()?,
    };
    let required =
        |name: &str| fields.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name));
    let row = |(name, schema): (&String, &Value)| {
        let word = schema.get("type").and_then(Value::as_str);
        SchemaRow {
            name: name.clone(),
            kind: word.and_then(|word| TYPES.iter().find(|(known, _)| *known == word)).map(|(known, _)| *known),
            required: required(name),
            description: schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    };
    Some(properties.iter().map(row).collect())
}

/// A change of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowEdit {
    /// One more field, with a name that is free.
    Add,
    /// The field goes.
    Remove,
    /// Another name; what it says otherwise stays, and so does its place.
    Name(String),
    /// Another type.
    Kind(String),
    /// Whether there must be a value.
    Required(bool),
    /// What it means; empty for nothing.
    Description(String),
}

/// The schema with a row changed; none where nothing comes of it: the name is taken, or the row is not there.
pub(crate) fn edited(schema: &Value, name: &str, edit: RowEdit) -> Option<Value> {
    let mut schema = if schema.is_object() { schema.clone() } else { json!({}) };
    let fields = schema.as_object_mut()?;
    fields.entry("type").or_insert_with(|| "object".into());
    let properties = fields.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
    match edit {
        RowEdit::Add => {
            let numbered = (1usize..).map(|n| if n == 1 { "field".to_owned() } else { format!("field_{n}") });
            let free = numbered.into_iter().find(|name| !properties.contains_key(name))?;
            properties.insert(free, json!({"type": "string"}));
        }
        RowEdit::Remove => {
            properties.shift_remove(name)?;
            require(fields, name, false);
        }
        RowEdit::Name(to) => {
            let to = to.trim();
            if to.is_empty() || properties.contains_key(to) {
                return None;
            }
            let renamed = properties.iter().map(|(key, value)| (if key == name { to.to_owned() } else { key.clone() }, value.clone()));
            *properties = renamed.collect();
            let was_required =
                fields.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name));
            require(fields, name, false);
            require(fields, to, was_required);
        }
        RowEdit::Kind(kind) => {
            let property = properties.get_mut(name)?;
            if !property.is_object() {
                *property = json!({});
            }
            property["type"] = kind.into();
        }
        RowEdit::Required(is_required) => {
            properties.get(name)?;
            require(fields, name, is_required);
        }
        RowEdit::Description(text) => {
            let property = properties.get_mut(name)?;
            if !property.is_object() {
                *property = json!({});
            }
            let property = property.as_object_mut()?;
            if text.is_empty() {
                property.shift_remove("description");
            } else {
                property.insert("description".to_owned(), text.into());
            }
        }
    }
    Some(schema)
}

/// Adds a name to what is required, or takes it out; a list with nothing in it goes.
fn require(fields: &mut Map<String, Value>, name: &str, is_required: bool) {
    let mut names: Vec<Value> = fields.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    names.retain(|known| known != name);
    if is_required {
        names.push(name.into());
    }
    if names.is_empty() {
        fields.shift_remove("required");
    } else {
        fields.insert("required".to_owned(), names.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({"type": "object", "title": "T", "properties": {
            "path": {"type": "string", "minLength": 1, "description": "Where"},
            "how": {"enum": ["a", "b"]},
        }, "required": ["path"]})
    }

    fn check(name: &str, edit: RowEdit, expected: Option<Value>) {
        assert_eq!(edited(&schema(), name, edit.clone()), expected, "after {edit:?} of `{name}`");
    }

    #[test]
    fn rows_show_what_a_schema_says_of_its_fields() {
        let rows = rows(&schema()).unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.kind, row.required, row.description.as_str())).collect();
        assert_eq!(told, [("path", Some("string"), true, "Where"), ("how", None, false, "")]);
        assert_eq!(super::rows(&json!({"type": "string"})), None, "it is no object");
        assert_eq!(super::rows(&json!({})), Some(Vec::new()), "it has no fields yet");
    }

    #[test]
    fn what_a_row_does_not_show_stays() {
        let with = |change: fn(&mut Value)| {
            let mut schema = schema();
            change(&mut schema);
            Some(schema)
        };
        check("path", RowEdit::Kind("integer".to_owned()), with(|schema| schema["properties"]["path"]["type"] = "integer".into()));
        check(
            "path",
            RowEdit::Description(String::new()),
            with(|schema| drop(schema["properties"]["path"].as_object_mut().unwrap().shift_remove("description"))),
        );
        check("path", RowEdit::Required(false), with(|schema| drop(schema.as_object_mut().unwrap().shift_remove("required"))));
        check("how", RowEdit::Required(true), with(|schema| schema["required"] = json!(["path", "how"])));
        check("how", RowEdit::Name("path".to_owned()), None);
        check("none", RowEdit::Remove, None);
    }

    #[test]
    fn a_renamed_field_keeps_its_place_and_stays_required() {
        let renamed = edited(&schema(), "path", RowEdit::Name("folder".to_owned())).unwrap();
        assert_eq!(renamed["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["folder", "how"]);
        assert_eq!(renamed["required"], json!(["folder"]));
        assert_eq!(renamed["properties"]["folder"]["minLength"], json!(1), "the rest of it stays");
    }

    #[test]
    fn fields_are_added_to_nothing_too() {
        let one = edited(&Value::Null, "", RowEdit::Add).unwrap();
        assert_eq!(one, json!({"type": "object", "properties": {"field": {"type": "string"}}}));
        assert_eq!(edited(&one, "", RowEdit::Add).unwrap()["properties"].as_object().unwrap().len(), 2, "with a name of its own");
    }
}
