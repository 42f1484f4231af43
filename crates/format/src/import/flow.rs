//! The file as it is: nodes, ports, connections. Knows nothing of graphs.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Line;
use crate::{Error, SyntaxError};

/// A workflow as it was read.
pub(super) struct Flow {
    pub(super) title: Option<String>,
    pub(super) description: String,
    pub(super) nodes: Vec<Step>,
    pub(super) wires: Vec<Wire>,
    /// What the top of the file holds besides.
    pub(super) kept: Map<String, Value>,
    pub(super) report: Vec<Line>,
}

/// A node of it.
pub(super) struct Step {
    /// The id that it gets.
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) at: Option<(f64, f64)>,
    pub(super) config: Map<String, Value>,
    /// Everything else that it held, its old id among it.
    pub(super) rest: Map<String, Value>,
    pub(super) old_id: String,
    pub(super) title: Option<String>,
}

/// A connection between two nodes, by their positions.
#[derive(Clone)]
pub(super) struct Wire {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The name of the output, in lower case; its number where it has none.
    pub(super) output: String,
    pub(super) whole: Value,
}

impl Flow {
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| SyntaxError {
            line: error.line(),
            column: error.column(),
            message: "this is not JSON".to_owned(),
            remedy: "look for a comma too many, a quote or a bracket that is missing".to_owned(),
        })?;
        let fail = |reason: &str| Error::Import { reason: reason.to_owned() };
        let Value::Object(mut fields) = value else { return Err(fail("it is not an object")) };
        let Some(Value::Array(nodes)) = fields.shift_remove("nodes") else { return Err(fail("it has no list of `nodes`")) };
        let mut flow = Self {
            title: text_of(&mut fields, "name"),
            description: text_of(&mut fields, "description").unwrap_or_default(),
            nodes: Vec::new(),
            wires: Vec::new(),
            kept: Map::new(),
            report: Vec::new(),
        };
        let mut taken = HashSet::new();
        for (i, node) in nodes.into_iter().enumerate() {
            let Value::Object(fields) = node else { return Err(fail(&format!("`nodes[{i}]` is not an object"))) };
            flow.nodes.push(Step::read(fields, i, &mut taken));
        }
        let connections = match fields.shift_remove("connections") {
            Some(Value::Array(connections)) => connections,
            None => Vec::new(),
            Some(_) => return Err(fail("`connections` is not a list")),
        };
        flow.connect(connections);
        flow.kept = fields;
        Ok(flow)
    }

    fn connect(&mut self, connections: Vec<Value>) {
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (i, node) in self.nodes.iter().enumerate() {
            by_id.entry(node.old_id.clone()).or_insert(i);
        }
        for whole in connections {
            let end = |key: &str| whole.get(key).and_then(name).and_then(|id| by_id.get(&id).copied());
            let (Some(from), Some(to)) = (end("from"), end("to")) else {
                self.report.push(Line::new(format!("the connection {whole}"), "dropped: it leads from or to no node of the file"));
                continue;
            };
            let output = whole.get("fromOutput").and_then(|port| self.nodes[from].output(port)).unwrap_or_default();
            self.wires.push(Wire { from, to, output, whole });
        }
    }
}

impl Step {
    fn read(mut fields: Map<String, Value>, i: usize, taken: &mut HashSet<String>) -> Self {
        let old_id = fields.get("id").and_then(name).unwrap_or_else(|| format!("node_{}", i + 1));
        let kind = text_of(&mut fields, "type").unwrap_or_else(|| "unknown".to_owned());
        let number = |key: &str| fields.get(key).and_then(Value::as_f64);
        let at = number("x").zip(number("y"));
        if at.is_some() {
            fields.shift_remove("x");
            fields.shift_remove("y");
        }
        let mut config = match fields.shift_remove("config") {
            Some(Value::Object(config)) => config,
            None => Map::new(),
            Some(other) => Map::from_iter([("config".to_owned(), other)]),
        };
        let title = text_of(&mut config, "name").filter(|title| !title.trim().is_empty());
        let wanted = title.as_deref().map(slug).filter(|slug| !slug.is_empty()).unwrap_or_else(|| slug(&old_id));
        let wanted = if wanted.is_empty() { format!("node_{}", i + 1) } else { wanted };
        let numbered = (2..).map(|n| format!("{wanted}_{n}"));
        let id = std::iter::once(wanted.clone()).chain(numbered).find(|id| taken.insert(id.clone())).unwrap_or(wanted);
        Self { id, kind, at, config, rest: fields, old_id, title }
    }

    /// The name of an output, in lower case: ports are named, or counted from 0.
    fn output(&self, port: &Value) -> Option<String> {
        let listed = |i: usize| {
            let port = self.rest.get("outputs")?.as_array()?.get(i)?;
            name(port).or_else(|| name(port.get("name").or_else(|| port.get("id"))?))
        };
        let text = match port {
            Value::Number(number) => number.as_u64().and_then(|i| usize::try_from(i).ok()).and_then(listed).or_else(|| name(port)),
            _ => name(port),
        };
        text.map(|text| text.to_lowercase())
    }

    /// What a person would call it.
    pub(super) fn told(&self) -> String {
        match &self.title {
            Some(title) => format!("`{title}` ({})", self.kind),
            None => format!("`{}` ({})", self.old_id, self.kind),
        }
    }
}

fn text_of(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    fields.get(key)?.as_str()?;
    fields.shift_remove(key).and_then(|value| value.as_str().map(str::to_owned))
}

/// A name or a number as a name.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A title as a word that expressions can read without quotes.
pub(super) fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    let slug = slug.trim_end_matches('_');
    let is_reserved = matches!(slug, "and" | "or" | "in" | "function" | "true" | "false" | "null");
    if is_reserved || slug.starts_with(|c: char| c.is_ascii_digit()) { format!("n_{slug}") } else { slug.to_owned() }
}
