//! From what was typed to arguments, or to what is wrong with it, field by field.

use serde_json::{Map, Number, Value};

use super::entries::{Entries, alternative, child};
use super::field::{Control, Field};

/// What is wrong in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The path of the field.
    pub(crate) path: String,
    /// What is wrong, for the person who typed it.
    pub(crate) message: String,
}

/// Why a text is no value of its control.
#[derive(Debug, thiserror::Error)]
enum Misfit {
    #[error("a value is needed here")]
    Missing,
    #[error("`{0}` is not a number")]
    NotANumber(String),
    #[error("`{0}` is not a whole number")]
    NotWhole(String),
    #[error("at least {0}")]
    TooSmall(f64),
    #[error("at most {0}")]
    TooLarge(f64),
    #[error("choose one of the values")]
    NotAChoice,
    #[error("this is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// The arguments that the entries make. Fields left empty are left out. The schema itself is checked by the app: here only
/// what keeps a value from being read.
///
/// # Errors
/// Every fault, in the order of the fields.
pub(crate) fn collect(fields: &[Field], entries: &Entries) -> Result<Value, Vec<Fault>> {
    let mut faults = Vec::new();
    if let [Field { name, control: Control::Json, .. }] = fields
        && name.is_empty()
    {
        let value = read(&fields[0], "", entries, &mut faults).unwrap_or_else(|| Value::Object(Map::new()));
        return if faults.is_empty() { Ok(value) } else { Err(faults) };
    }
    let object = read_object(fields, "", entries, &mut faults);
    if faults.is_empty() { Ok(Value::Object(object)) } else { Err(faults) }
}

fn read_object(fields: &[Field], path: &str, entries: &Entries, faults: &mut Vec<Fault>) -> Map<String, Value> {
    let read = |field: &Field| Some((field.name.clone(), read(field, &child(path, &field.name), entries, faults)?));
    fields.iter().filter_map(read).collect()
}

fn read(field: &Field, path: &str, entries: &Entries, faults: &mut Vec<Fault>) -> Option<Value> {
    let text = entries.text(path);
    match &field.control {
        Control::Object(fields) => {
            let before = faults.len();
            let object = read_object(fields, path, entries, faults);
            if object.is_empty() && !field.required {
                // An object that may be left out, and was: what its fields require does not matter.
                faults.truncate(before);
                return None;
            }
            Some(Value::Object(object))
        }
        Control::List(item) => {
            let length = entries.length(path);
            if length == 0 && !field.required {
                return None;
            }
            Some((0..length).filter_map(|at| read(item, &format!("{path}[{at}]"), entries, faults)).collect())
        }
        Control::OneOf(fields) => {
            let chosen = match text {
                "" if !field.required => return None,
                text => text.parse().unwrap_or(0),
            };
            fields.get(chosen).and_then(|field| read(field, &alternative(path, chosen), entries, faults))
        }
        Control::Toggle => match text {
            "" => field.required.then_some(Value::Bool(false)),
            text => Some(Value::Bool(text == "true")),
        },
        Control::Text | Control::Number { .. } | Control::Choice(_) | Control::Json => {
            let value = if text.trim().is_empty() {
                if field.required { Err(Misfit::Missing) } else { return None }
            } else {
                scalar(&field.control, text)
            };
            value.map_err(|misfit| faults.push(Fault { path: path.to_owned(), message: misfit.to_string() })).ok()
        }
    }
}

/// The value that a text is in a control; what is wrong with it otherwise, for the person who typed it.
///
/// # Errors
/// Where the text is no value of the control.
pub(crate) fn parse(control: &Control, text: &str) -> Result<Value, String> {
    scalar(control, text).map_err(|misfit| misfit.to_string())
}

fn scalar(control: &Control, text: &str) -> Result<Value, Misfit> {
    match control {
        Control::Number { whole, least, most } => number(text.trim(), *whole, *least, *most),
        Control::Choice(choices) => {
            let chosen = text.parse::<usize>().ok().and_then(|at| choices.get(at));
            chosen.cloned().ok_or(Misfit::NotAChoice)
        }
        Control::Json => Ok(serde_json::from_str(text)?),
        Control::Text | Control::Toggle | Control::Object(_) | Control::List(_) | Control::OneOf(_) => Ok(Value::from(text)),
    }
}

fn number(text: &str, whole: bool, least: Option<f64>, most: Option<f64>) -> Result<Value, Misfit> {
    let is_integer = text.parse::<i64>().is_ok();
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
    let value = value.ok_or_else(|| Misfit::NotANumber(text.to_owned()))?;
    if whole && value.fract() != 0.0 {
        return Err(Misfit::NotWhole(text.to_owned()));
    }
    if let Some(least) = least.filter(|least| value < *least) {
        return Err(Misfit::TooSmall(least));
    }
    if let Some(most) = most.filter(|most| value > *most) {
        return Err(Misfit::TooLarge(most));
    }
    let number = if is_integer { text.parse::<i64>().ok().map(Number::from) } else { Number::from_f64(value) };
    number.map(Value::Number).ok_or_else(|| Misfit::NotANumber(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::fields;
    use serde_json::json;

    fn schema() -> Value {
        json!({"type": "object", "required": ["directory", "limits"], "properties": {
            "directory": {"type": "string"},
            "depth": {"type": "integer", "minimum": 0, "maximum": 9, "default": 2},
            "ratio": {"type": "number"},
            "hidden": {"type": "boolean"},
            "order": {"enum": ["name", "size"], "default": "size"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "limits": {"type": "object", "properties": {"bytes": {"type": "integer"}, "unit": {"type": "string", "default": "kB"}}},
            "extra": {},
        }})
    }

    /// `path=text` lines typed over the defaults; the arguments, or the faults a line each.
    fn check(typed: &[(&str, &str)], expected: Result<Value, &[&str]>) {
        let fields = fields(&schema());
        let mut entries = Entries::initial(&fields);
        for (path, text) in typed {
            entries.set(path, *text);
        }
        let found =
            collect(&fields, &entries).map_err(|faults| faults.iter().map(|f| format!("{}: {}", f.path, f.message)).collect::<Vec<_>>());
        assert_eq!(found, expected.map_err(|lines| lines.iter().map(|line| (*line).to_owned()).collect()), "of {typed:?}");
    }

    #[test]
    fn what_is_left_empty_is_left_out_and_defaults_are_there() {
        check(&[("directory", "/tmp")], Ok(json!({"directory": "/tmp", "depth": 2, "order": "size", "limits": {"unit": "kB"}})));
    }

    #[test]
    fn each_control_makes_its_own_type() {
        check(
            &[
                ("directory", "7"),
                ("depth", " 3 "),
                ("ratio", "1e1"),
                ("hidden", "true"),
                ("order", "0"),
                ("extra", "[1, null]"),
                ("limits.bytes", "5"),
            ],
            Ok(
                json!({"directory": "7", "depth": 3, "ratio": 10.0, "hidden": true, "order": "name", "limits": {"bytes": 5, "unit": "kB"}, "extra": [1, null]}),
            ),
        );
        check(&[("directory", "x"), ("depth", ""), ("order", ""), ("limits.unit", "")], Ok(json!({"directory": "x", "limits": {}})));
    }

    #[test]
    fn each_fault_is_told_at_its_field() {
        check(
            &[("depth", "1.5"), ("ratio", "many"), ("limits.bytes", "x"), ("extra", "{")],
            Err(&[
                "directory: a value is needed here",
                "depth: `1.5` is not a whole number",
                "ratio: `many` is not a number",
                "limits.bytes: `x` is not a number",
                "extra: this is not JSON: EOF while parsing an object at line 1 column 1",
            ]),
        );
        check(&[("directory", "x"), ("depth", "10")], Err(&["depth: at most 9"]));
        check(&[("directory", "x"), ("depth", "-1")], Err(&["depth: at least 0"]));
    }

    #[test]
    fn items_of_a_list_come_and_go() {
        let fields = fields(&schema());
        let Control::List(item) = &fields[5].control else { panic!("`tags` is a list") };
        let mut entries = Entries::initial(&fields);
        entries.set("directory", "x");
        for (at, tag) in ["a", "b", "c"].iter().enumerate() {
            entries.push("tags", item);
            entries.set(&format!("tags[{at}]"), *tag);
        }
        entries.remove("tags", 1);
        assert_eq!(collect(&fields, &entries).unwrap()["tags"], json!(["a", "c"]), "the last moved up");
        entries.remove("tags", 1);
        entries.remove("tags", 0);
        assert_eq!(collect(&fields, &entries).unwrap().get("tags"), None, "an empty list that may be left out is");
    }

    #[test]
    fn a_whole_object_may_be_typed_as_json() {
        let fields = fields(&json!({"type": "object", "additionalProperties": true}));
        let mut entries = Entries::initial(&fields);
        assert_eq!(collect(&fields, &entries), Ok(json!({})), "nothing typed is no arguments");
        entries.set("", r#"{"a": 1}"#);
        assert_eq!(collect(&fields, &entries), Ok(json!({"a": 1})));
    }

    #[test]
    fn one_of_several_sorts_of_values_is_filled_in() {
        let policy = json!({"oneOf": [{"enum": ["all", "any"]}, {"type": "object", "properties": {"atLeast": {"type": "integer"}}}], "default": {"atLeast": 2}});
        let fields = fields(&json!({"properties": {"policy": policy}}));
        let mut entries = Entries::initial(&fields);
        assert_eq!(collect(&fields, &entries), Ok(json!({"policy": {"atLeast": 2}})), "the default chooses its sort");
        entries.set("policy", "0");
        entries.set("policy~0", "1");
        assert_eq!(collect(&fields, &entries), Ok(json!({"policy": "any"})));
        entries.set("policy", "");
        assert_eq!(collect(&fields, &entries), Ok(json!({})), "none of them");
    }

    #[test]
    fn an_object_that_was_left_out_asks_for_nothing() {
        let fields = fields(&json!({"properties": {"o": {"type": "object", "required": ["p"], "properties": {"p": {"type": "string"}}}}}));
        assert_eq!(collect(&fields, &Entries::initial(&fields)), Ok(json!({})));
    }
}
