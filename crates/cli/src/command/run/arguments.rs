//! The arguments of a run, from what was typed: each value is read as the tool's schema has it. Whether all together fit the
//! schema is for the run to say.

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Why the arguments cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No `=`.
    #[error("`--arg {0}` has no `=`; write `--arg name=value`")]
    NoValue(String),
    /// The tool has no such argument.
    #[error("the tool `{tool}` has no argument `{name}`; it has: {}", .known.join(", "))]
    Unknown {
        /// The tool.
        tool: String,
        /// The argument.
        name: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// Given more than once.
    #[error("the argument `{0}` is given twice; give it once, a list as `--arg {0}='[1, 2]'`")]
    Twice(String),
    /// A value that should be JSON is not.
    #[error("the argument `{name}` takes JSON ({wanted}), and `{value}` is none")]
    NotJson {
        /// The argument.
        name: String,
        /// The type that the schema wants.
        wanted: String,
        /// What was typed.
        value: String,
        /// Why not.
        source: serde_json::Error,
    },
    /// The whole is not JSON.
    #[error("what `--json` gives is not JSON")]
    Whole(#[source] serde_json::Error),
    /// The whole is not an object.
    #[error("`--json` takes an object, such as '{{\"name\": \"value\"}}'; this is {0}")]
    NoObject(&'static str),
    /// A file with the data of a run could not be read.
    #[error("could not read `{}`", .path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file with the data of a run is not JSON.
    #[error("`{}` is not JSON; `--from` takes what `patchbay run --trace --output json` printed, or an object of outputs by node", .path.display())]
    DataNotJson {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// Standard input could not be read.
    #[error("could not read standard input")]
    Input(#[source] std::io::Error),
}

/// The arguments: `json` (`-` for standard input), and over it each `name=value` of `given`.
pub(super) fn read(tool: &str, schema: &Value, given: &[String], json: Option<&str>) -> Result<Value, Error> {
    let mut arguments = json.map(read_whole).transpose()?.unwrap_or_default();
    let mut seen = Vec::with_capacity(given.len());
    for pair in given {
        let (name, value) = pair.split_once('=').ok_or_else(|| Error::NoValue(pair.clone()))?;
        if seen.contains(&name) {
            return Err(Error::Twice(name.to_owned()));
        }
        seen.push(name);
        arguments.insert(name.to_owned(), read_value(tool, schema, name, value)?);
    }
    Ok(Value::Object(arguments))
}

/// The data of an earlier run, from a file; `-` for standard input.
pub(super) fn read_data(path: &Path) -> Result<Value, Error> {
    let mut text = String::new();
    if path == Path::new("-") {
        stdin().read_to_string(&mut text).map_err(Error::Input)?;
    } else {
        text = std::fs::read_to_string(path).map_err(|source| Error::Data { path: path.to_owned(), source })?;
    }
    serde_json::from_str(&text).map_err(|source| Error::DataNotJson { path: path.to_owned(), source })
}

fn read_whole(json: &str) -> Result<Map<String, Value>, Error> {
    let value = if json == "-" {
        let mut text = String::new();
        stdin().read_to_string(&mut text).map_err(Error::Input)?;
        serde_json::from_str(&text)
    } else {
        serde_json::from_str(json)
    };
    match value.map_err(Error::Whole)? {
        Value::Object(arguments) => Ok(arguments),
        Value::Null => Err(Error::NoObject("null")),
        Value::Bool(_) => Err(Error::NoObject("a boolean")),
        Value::Number(_) => Err(Error::NoObject("a number")),
        Value::String(_) => Err(Error::NoObject("a text")),
        Value::Array(_) => Err(Error::NoObject("a list")),
    }
}

fn read_value(tool: &str, schema: &Value, name: &str, value: &str) -> Result<Value, Error> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let property = properties.and_then(|properties| properties.get(name));
    if let (None, Some(properties)) = (property, properties)
        && !properties.is_empty()
        && schema.get("additionalProperties").is_none_or(|more| more == false)
        && schema.get("patternProperties").is_none()
    {
        return Err(Error::Unknown { tool: tool.to_owned(), name: name.to_owned(), known: properties.keys().cloned().collect() });
    }
    match property.map_or(Form::Either, |property| form(schema, property, 0)) {
        Form::Text => Ok(value.into()),
        Form::Either => Ok(serde_json::from_str(value).unwrap_or_else(|_| value.into())),
        Form::Json => serde_json::from_str(value).map_err(|source| {
            let wanted = property.and_then(|property| property.get("type")).map_or_else(|| "see `patchbay list`".to_owned(), plain);
            Error::NotJson { name: name.to_owned(), wanted, value: value.to_owned(), source }
        }),
    }
}

/// A text without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// How a value is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is.
    Text,
    /// As JSON.
    Json,
    /// As JSON where it is JSON, as it is otherwise: the schema takes both, or does not say.
    Either,
}

/// Schemas may refer to themselves.
const DEEPEST: usize = 16;

fn form(root: &Value, property: &Value, depth: usize) -> Form {
    if depth > DEEPEST {
        return Form::Either;
    }
    if let Some(target) = property.get("$ref").and_then(Value::as_str) {
        let target = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.map_or(Form::Either, |target| form(root, target, depth + 1));
    }
    let of_name = |name: &Value| if name == "string" { Form::Text } else { Form::Json };
    let of_value = |value: &Value| if value.is_string() { Form::Text } else { Form::Json };
    let of_schema = |schema: &Value| form(root, schema, depth + 1);
    let list = |key: &str| property.get(key).and_then(Value::as_array).filter(|list| !list.is_empty());
    match property.get("type") {
        Some(Value::Array(names)) => return common(names.iter().map(of_name)),
        Some(name) => return of_name(name),
        None => {}
    }
    if let Some(value) = property.get("const") {
        return of_value(value);
    }
    if let Some(values) = list("enum") {
        return common(values.iter().map(of_value));
    }
    if let Some(schemas) = list("anyOf").or_else(|| list("oneOf")) {
        return common(schemas.iter().map(of_schema));
    }
    // All of them hold, so the one that says anything says it for all.
    let all = list("allOf").into_iter().flatten().map(of_schema);
    all.into_iter().find(|form| *form != Form::Either).unwrap_or(Form::Either)
}

fn common(mut forms: impl Iterator<Item = Form>) -> Form {
    let first = forms.next().unwrap_or(Form::Either);
    if forms.all(|form| form == first) { first } else { Form::Either }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(property: Value, typed: &str, expected: Value) {
        let schema = json!({
            "properties": {"x": property}, "$defs": {"n": {"type": "number"}, "me": {"$ref": "#/$defs/me"}}
        });
        let read = read("t", &schema, &[format!("x={typed}")], None).unwrap();
        assert_eq!(read["x"], expected, "`{typed}` for {}", schema["properties"]["x"]);
    }

    #[test]
    fn a_value_is_read_as_the_schema_has_it() {
        check(json!({"type": "string"}), "5", json!("5"));
        check(json!({"type": "string"}), "a=b", json!("a=b"));
        check(json!({"type": "string"}), "", json!(""));
        check(json!({"type": "integer"}), "5", json!(5));
        check(json!({"type": "boolean"}), "true", json!(true));
        check(json!({"type": "array"}), "[1, \"a\"]", json!([1, "a"]));
        check(json!({"type": ["string", "null"]}), "null", json!(null));
        check(json!({"type": ["string", "null"]}), "some", json!("some"));
        check(json!({"enum": ["1", "2"]}), "1", json!("1"));
        check(json!({"enum": [1, 2]}), "1", json!(1));
        check(json!({"const": "7"}), "7", json!("7"));
        check(json!({"anyOf": [{"type": "string"}, {"enum": ["9"]}]}), "9", json!("9"));
        check(json!({"oneOf": [{"type": "string"}, {"type": "number"}]}), "9", json!(9));
        check(json!({"allOf": [{"description": "d"}, {"type": "string"}]}), "9", json!("9"));
        check(json!({"$ref": "#/$defs/n"}), "9.5", json!(9.5));
        check(json!({"$ref": "#/$defs/me"}), "9", json!(9));
        check(json!({}), "word", json!("word"));
    }

    fn check_error(schema: Value, given: &[&str], json: Option<&str>, expected: &str) {
        let given: Vec<String> = given.iter().map(|&pair| pair.to_owned()).collect();
        let error = read("t", &schema, &given, json).unwrap_err().to_string();
        assert!(error.contains(expected), "{given:?} {json:?} should say `{expected}`: {error}");
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_would_be_right() {
        let schema = json!({"properties": {"n": {"type": "integer"}}});
        check_error(schema.clone(), &["n"], None, "write `--arg name=value`");
        check_error(schema.clone(), &["n=1", "n=2"], None, "given twice");
        check_error(schema.clone(), &["m=1"], None, "has no argument `m`; it has: n");
        check_error(schema.clone(), &["n=one"], None, "takes JSON (integer), and `one` is none");
        check_error(schema.clone(), &[], Some("{"), "not JSON");
        check_error(schema, &[], Some("[1]"), "this is a list");
    }

    #[test]
    fn single_arguments_lie_over_the_whole_and_open_schemas_take_any_name() {
        let schema = json!({"properties": {"a": {"type": "string"}}, "additionalProperties": true});
        let read = read("t", &schema, &["a=new".into(), "b=1".into()], Some("{\"a\": \"old\", \"c\": 2}")).unwrap();
        assert_eq!(read, json!({"a": "new", "c": 2, "b": 1}), "the single ones win");
    }
}
