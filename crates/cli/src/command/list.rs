//! `patchbay list FILE`: its tools, as a client sees them.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::args::{List, Output};
use crate::error::Error;
use crate::exit::Exit;
use crate::out::{self, FAINT, STRONG, one_line};

pub(super) fn run(args: &List) -> Result<Exit, Error> {
    let graph = app::read_graph(&args.file)?;
    match args.output {
        Output::Json => {
            let tools = graph.tools.iter().map(|tool| {
                let mut shown = json!({
                    "name": tool.name, "description": tool.description, "inputSchema": tool.input_schema,
                });
                if let Some(schema) = &tool.output_schema {
                    shown["outputSchema"] = schema.clone();
                }
                shown
            });
            out::json(&tools.collect::<Vec<_>>())?;
        }
        Output::Text if graph.tools.is_empty() => out::say(format_args!("{}: no tools", args.file.display())),
        Output::Text => {
            let tools = graph.tools.iter().map(|tool| describe(tool.name.as_str(), &tool.description, &tool.input_schema));
            out::text(tools.collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(Exit::Done)
}

/// A tool and its arguments, a line each.
fn describe(name: &str, description: &str, schema: &Value) -> String {
    let mut text = format!("{STRONG}{}{STRONG:#}  {}\n", one_line(name), one_line(description));
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties: Vec<_> = schema["properties"].as_object().into_iter().flatten().collect();
    let width = properties.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, property) in properties {
        let kind = type_of(property);
        let need = if required.contains(&name.as_str()) { ", required" } else { "" };
        let about = property["description"].as_str().unwrap_or_default();
        let line = format!("  {:width$}  {FAINT}{kind}{need}{FAINT:#}  {}", one_line(name), one_line(about));
        // Writing to a text does not fail.
        let _written = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The type of a property, as short as it can be said.
fn type_of(property: &Value) -> String {
    let choices = |values: &Vec<Value>| values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    match (&property["type"], property["enum"].as_array()) {
        (_, Some(values)) => choices(values),
        (Value::String(name), None) => name.clone(),
        (Value::Array(names), None) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => "any".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_told_with_its_arguments() {
        let schema = json!({
            "type": "object", "required": ["n"],
            "properties": {
                "n": {"type": "integer", "description": "how\nmany"}, "mode": {"enum": ["a", 3]},
                "at": {"type": ["string", "null"]}, "rest": {}
            }
        });
        let shown = anstream::adapter::strip_str(&describe("t", "Does it.", &schema)).to_string();
        let expected = "t  Does it.\n  n     integer, required  how | many\n  mode  \"a\" | 3\n  at    string | null\n  rest  any\n";
        assert_eq!(shown, expected, "name, type and need of each");
    }
}
