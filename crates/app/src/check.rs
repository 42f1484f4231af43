//! What is wrong with a graph file: what can be seen in it, and what its servers say.

use std::path::Path;

use format::Source;
use graph::{Graph, Node, Problem, Tool, ToolName};
use protocol::Reported;
use runner::Schemas;
use serde_json::Value;

use crate::app::App;
use crate::error::Error;
use crate::graph_file::{GraphFile, read_servers, read_source, with_servers};
use crate::view::reported;

/// What is wrong with one file.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The file as it was named.
    pub file: String,
    /// Its shape, as a sentence for people; none where it is not YAML.
    pub dialect: Option<String>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Reported>,
}

impl Finding {
    /// Whether something keeps a tool from running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|reported| reported.problem.is_error())
    }
}

/// Everything that can be seen without asking a server, in the order of the graph.
pub(crate) fn problems(source: &Source, graph: &Graph) -> Vec<Problem> {
    let mut problems = source.problems().to_vec();
    problems.extend(nodes::check(graph, nodes::CheckOptions { input_alias: source.input_alias() }));
    for tool in &graph.tools {
        problems.extend(Schemas::of(graph, &tool.name).err().unwrap_or_default());
    }
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    problems.dedup();
    problems
}

/// Checks a file without opening it.
///
/// # Errors
/// Where a file cannot be read. That it is not YAML is a finding.
pub fn check_file(path: &Path, servers: Option<&Path>) -> Result<Finding, Error> {
    let file = path.display().to_string();
    let extra = servers.map(read_servers).transpose()?.unwrap_or_default();
    match read_source(path) {
        Ok(source) => {
            let graph = with_servers(source.graph(), &extra);
            let problems = problems(&source, &graph).into_iter().map(|problem| reported(&source, problem)).collect();
            Ok(Finding { file, dialect: Some(source.dialect().to_string()), problems })
        }
        Err(Error::Syntax { error, .. }) => {
            let problem = Problem::error(graph::Path::root(), error.message, error.remedy);
            let place = Some(protocol::Place { line: error.line, column: error.column });
            Ok(Finding { file, dialect: None, problems: vec![Reported { problem, place }] })
        }
        Err(other) => Err(other),
    }
}

/// Checks a file and asks its servers: tools that they do not have, arguments that do not fit. Starts the servers.
///
/// # Errors
/// Where a file cannot be read.
pub async fn check_with_servers(app: &App, path: &Path, servers: Option<&Path>) -> Result<Finding, Error> {
    let mut finding = check_file(path, servers)?;
    if finding.dialect.is_some() {
        let file = app.load(path, servers).await?;
        finding.problems.extend(file.ask_servers().await);
    }
    Ok(finding)
}

impl GraphFile {
    /// What the servers say of the graph's calls. Starts them.
    pub async fn ask_servers(&self) -> Vec<Reported> {
        let graph = self.graph();
        let mut found = Vec::new();
        for report in self.servers.start_all(&graph).await {
            let calls = calls_of(&graph, report.name.as_str());
            match &report.error {
                Some(error) => {
                    let at = graph::Path::root().key("mcpServers").key(report.name.as_str());
                    found.push(Problem::warning(
                        at,
                        format!("the server `{}` could not be asked: {error}", report.name),
                        "mend its entry, or start what it needs",
                    ));
                }
                None => found.extend(calls.filter_map(|call| check_call(&call, &report.tools)).flatten()),
            }
        }
        self.located(found)
    }
}

/// A node that calls a server's tool.
struct Call<'g> {
    tool: &'g ToolName,
    node: &'g Node,
    at: graph::Path,
}

fn calls_of<'g>(graph: &'g Graph, server: &'g str) -> impl Iterator<Item = Call<'g>> {
    graph.tools.iter().enumerate().flat_map(move |(i, tool): (usize, &Tool)| {
        let nodes = tool.nodes.iter().enumerate();
        let calls = nodes.filter(move |(_, node)| node.kind == "mcp" && node.fields.get("server").and_then(Value::as_str) == Some(server));
        calls.map(move |(j, node)| Call { tool: &tool.name, node, at: graph::Path::root().key("tools").index(i).key("nodes").index(j) })
    })
}

fn check_call(call: &Call<'_>, tools: &[mcp::Tool]) -> Option<Vec<Problem>> {
    let name = call.node.fields.get("tool")?.as_str()?;
    let place = |problem: Problem| problem.in_tool(call.tool).in_node(&call.node.id);
    let Some(tool) = tools.iter().find(|tool| tool.name == name) else {
        let known: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        let remedy = graph::nearest(name, known.iter().copied())
            .map_or_else(|| format!("it has: {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        return Some(vec![place(Problem::error(call.at.clone().key("tool"), format!("the server has no tool `{name}`"), remedy))]);
    };
    let args = call.node.fields.get("args").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let at = if call.node.fields.contains_key("args") { call.at.clone().key("args") } else { call.at.clone() };
    let faults = runner::mismatches(&Value::Object(tool.input_schema.clone()), &args, &is_expression);
    let faults = faults.into_iter().map(|(inner, message)| {
        let remedy = format!("see the schema of `{name}` with `patchbay servers FILE --output json`");
        place(Problem::error(at.clone().join(&inner), format!("the arguments do not fit the tool `{name}`: {message}"), remedy))
    });
    Some(faults.collect())
}

/// Whether a value is `{expr: ...}`: what it will be is not known before the run.
fn is_expression(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1 && fields.get("expr").is_some_and(Value::is_string))
}
