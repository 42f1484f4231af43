//! What goes into a tool and comes out of it, checked against its JSON Schema.

use std::sync::OnceLock;

use graph::{Graph, NodeId, Path, Problem, Segment, ToolName};
use jsonschema::{ValidationError, Validator};
use nodes::{Failure, FailureKind};
use run::{Outcome, Run, RunFailure};
use serde_json::Value;

use crate::plain::is_plain;

/// The schemas of a tool.
#[derive(Debug)]
pub struct Schemas {
    input: Schema,
    output: Option<Schema>,
    /// Those of the forms that approvals show.
    forms: Vec<(NodeId, Schema)>,
}

/// A valid schema; compiled when it is first asked, unless that was needed to know that it is valid.
#[derive(Debug)]
struct Schema {
    source: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

/// How many mismatches one error names, and how many characters of each it shows.
const NAMED: usize = 3;
const SHOWN: usize = 300;

impl Schemas {
    /// Reads the schemas of a tool.
    ///
    /// # Errors
    /// Problems where a schema is not one.
    pub fn of(graph: &Graph, tool: &ToolName) -> Result<Self, Vec<Problem>> {
        let Some(position) = graph.tool_index(tool.as_str()) else { return Err(Vec::new()) };
        let holder = &graph.tools[position];
        let at = Path::root().key("tools").index(position);
        let read_at = |schema: &Value, at: Path| {
            Schema::read(schema).map_err(|error| {
                let inner = Path::from_pointer(error.instance_path().as_str(), schema);
                let path = at.join(&inner);
                vec![
                    Problem::error(path, format!("the schema is not valid: {error}"), "correct it; the dialect is JSON Schema 2020-12")
                        .in_tool(tool),
                ]
            })
        };
        let read = |schema: &Value, key: &str| read_at(schema, at.clone().key(key));
        let mut forms = Vec::new();
        for (i, node) in holder.nodes.iter().enumerate().filter(|(_, node)| node.kind == "approval") {
            if let Some(schema) = node.fields.get("schema").filter(|schema| !schema.is_null()) {
                forms.push((node.id.clone(), read_at(schema, at.clone().key("nodes").index(i).key("schema"))?));
            }
        }
        let input = read(&holder.input_schema, "inputSchema")?;
        let output = holder.output_schema.as_ref().map(|schema| read(schema, "outputSchema")).transpose()?;
        Ok(Self { input, output, forms })
    }

    /// Whether arguments fit.
    ///
    /// # Errors
    /// A failure that names what does not.
    pub fn check_input(&self, tool: &ToolName, arguments: &Value) -> Result<(), Failure> {
        self.input.check(arguments, &format!("the arguments do not fit the schema of the tool `{tool}`"))
    }

    /// Whether what a person filled in fits the form of an approval.
    ///
    /// # Errors
    /// A failure that names what does not.
    pub fn check_form(&self, node: &NodeId, values: &Value) -> Result<(), Failure> {
        let Some((_, form)) = self.forms.iter().find(|(of, _)| of == node) else { return Ok(()) };
        form.check(values, &format!("the answer does not fit the form of the node `{node}`"))
    }

    /// Whether a result fits.
    ///
    /// # Errors
    /// A failure that names what does not.
    pub fn check_output(&self, tool: &ToolName, result: &Value) -> Result<(), Failure> {
        let Some(output) = &self.output else { return Ok(()) };
        output.check(result, &format!("the result does not fit the output schema of the tool `{tool}`"))
    }

    /// A result that does not fit the tool's schema is a failure. What a part of the tool gives is another node's.
    pub(crate) fn checked(&self, run: &Run, outcome: Outcome) -> Outcome {
        if run.part().is_whole()
            && let Outcome::Done { result } = &outcome
            && let Err(failure) = self.check_output(&run.plan().tool, result)
        {
            return Outcome::Failed { failure: RunFailure { node: None, failure } };
        }
        outcome
    }
}

impl Schema {
    fn read(source: &Value) -> Result<Self, ValidationError<'static>> {
        let compiled = if is_plain(source) { OnceLock::new() } else { OnceLock::from(Ok(build(source)?)) };
        Ok(Self { source: source.clone(), compiled })
    }

    fn check(&self, value: &Value, what: &str) -> Result<(), Failure> {
        let compiled = self.compiled.get_or_init(|| build(&self.source).map_err(|error| error.to_string()));
        let fault = match compiled {
            Ok(validator) if validator.is_valid(value) => return Ok(()),
            Ok(validator) => faults(validator, value),
            Err(error) => format!("the schema is not valid: {error}"),
        };
        Err(Failure::new(FailureKind::Schema, format!("{what}: {fault}")))
    }
}

fn build(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::draft202012::options().build(schema)
}

fn faults(validator: &Validator, value: &Value) -> String {
    let mut errors = validator.iter_errors(value);
    let named: Vec<String> = errors
        .by_ref()
        .take(NAMED)
        .map(|error| match Path::from_pointer(error.instance_path().as_str(), value).to_string().as_str() {
            "" => short(error.to_string()),
            at => format!("`{at}`: {}", short(error.to_string())),
        })
        .collect();
    let more = errors.count();
    let tail = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{}{tail}", named.join("; "))
}

/// A mismatch quotes the value, which may be megabytes long.
fn short(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How a value does not fit a schema, each fault with its place in the value. What `is_open` says of has no value yet and
/// fits anything; a schema that is not one says nothing.
#[must_use]
pub fn mismatches(schema: &Value, value: &Value, is_open: &dyn Fn(&Value) -> bool) -> Vec<(Path, String)> {
    let Ok(validator) = jsonschema::options().build(schema) else { return Vec::new() };
    let faults = validator.iter_errors(value).map(|error| (Path::from_pointer(error.instance_path().as_str(), value), error.to_string()));
    faults.filter(|(at, _)| !holds_open(value, at, is_open)).collect()
}

/// Whether what is at `at`, or above it, or in it, has no value yet.
fn holds_open(value: &Value, at: &Path, is_open: &dyn Fn(&Value) -> bool) -> bool {
    let mut above = Path::root();
    for segment in at.segments() {
        if above.find(value).is_some_and(is_open) {
            return true;
        }
        above = match segment {
            Segment::Key(key) => above.key(key),
            Segment::Index(index) => above.index(*index),
        };
    }
    // An object's own faults (a missing or unknown key) stand although a part of it is open.
    at.find(value).is_some_and(is_open)
}
