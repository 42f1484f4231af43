//! What a graph file holds, in the newest shape, whatever shape it was written in.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{NodeId, Path, Problem, ServerEntry, ServerName, ToolName};

/// JSON fields, in the order of the file.
pub type Fields = Map<String, Value>;

/// One graph file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    /// `version`, of the format.
    pub version: String,
    /// `server`: what the graph's tools are offered as.
    pub about: About,
    /// `executionLimits`.
    pub limits: ExecutionLimits,
    /// `mcpServers`, in the order of the file.
    pub servers: IndexMap<ServerName, ServerEntry>,
    /// `tools`, in the order of the file.
    pub tools: Vec<Tool>,
    /// `journal`, and keys that Patchbay does not know, kept.
    pub extra: Fields,
}

/// `server`: the name under which the graph's tools are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its name, for programs.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its name, for people; the name where there is none.
    pub title: Option<String>,
    /// What a model should know of it.
    pub instructions: Option<String>,
    /// Keys that Patchbay does not know, kept.
    pub extra: Fields,
}

/// `executionLimits`: when a run is ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionLimits {
    /// How many nodes a run may execute; 1000 where there is none.
    pub max_node_executions: Option<u64>,
    /// How long it may take, in milliseconds, waits and pauses not counted; 300000 where there is none.
    pub max_execution_time_ms: Option<u64>,
    /// Keys that Patchbay does not know, kept.
    pub extra: Fields,
}

/// One tool: what a client calls, and the nodes that answer. Its JSON is shape E's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub struct Tool {
    /// Its name, unique in the graph.
    pub name: ToolName,
    /// What it does, for people and models.
    pub description: String,
    /// JSON Schema (2020-12) of its arguments, kept whole.
    pub input_schema: Value,
    /// JSON Schema of its result, kept whole.
    pub output_schema: Option<Value>,
    /// Its nodes, in the order of the file. Another version of the tool shares those that are the same in both.
    pub nodes: Vec<Arc<Node>>,
    /// Keys that Patchbay does not know, kept.
    pub extra: Fields,
}

/// One node: its identity, its kind, and everything else as written. Its JSON is shape E's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub struct Node {
    /// Unique in its tool.
    pub id: NodeId,
    /// `type`: the name of its kind.
    pub kind: String,
    /// All its other fields.
    pub fields: Fields,
}

/// The graph's field that says whether its runs are kept.
const JOURNAL: &str = "journal";

impl Graph {
    /// Whether its runs are kept beyond the process: unless it says `journal: off`.
    #[must_use]
    pub fn is_journalled(&self) -> bool {
        self.extra.get(JOURNAL).and_then(Value::as_str) != Some("off")
    }

    /// The tool of this name; the first, where a faulty file has two.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name.as_str() == name)
    }

    /// The position of the tool of this name.
    #[must_use]
    pub fn tool_index(&self, name: &str) -> Option<usize> {
        self.tools.iter().position(|tool| tool.name.as_str() == name)
    }

    /// Reads shape E from JSON. What cannot be read is left out and said; an unknown key is kept and said.
    #[must_use]
    pub fn from_json(value: &Value) -> (Self, Vec<Problem>) {
        Self::from_value(value.clone())
    }

    /// As [`Graph::from_json`], of a value that is not needed afterwards.
    #[must_use]
    pub fn from_value(value: Value) -> (Self, Vec<Problem>) {
        let mut reader = Reader { problems: Vec::new() };
        let graph = reader.graph(value);
        (graph, reader.problems)
    }

    /// The graph as shape E, without fields that have no value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = Fields::new();
        out.insert("version".into(), self.version.clone().into());
        out.insert("server".into(), self.about.to_json());
        if self.limits != ExecutionLimits::default() {
            out.insert("executionLimits".into(), self.limits.to_json());
        }
        if !self.servers.is_empty() {
            let servers = self.servers.iter().map(|(name, entry)| (name.to_string(), Value::Object(entry.fields.clone())));
            out.insert("mcpServers".into(), Value::Object(servers.collect()));
        }
        out.insert("tools".into(), self.tools.iter().map(Tool::to_json).collect());
        out.extend(self.extra.clone());
        Value::Object(out)
    }
}

impl About {
    fn to_json(&self) -> Value {
        let mut out = Fields::new();
        out.insert("name".into(), self.name.clone().into());
        out.insert("version".into(), self.version.clone().into());
        put(&mut out, "title", self.title.as_deref());
        put(&mut out, "instructions", self.instructions.as_deref());
        out.extend(self.extra.clone());
        Value::Object(out)
    }
}

impl ExecutionLimits {
    fn to_json(&self) -> Value {
        let mut out = Fields::new();
        put(&mut out, "maxNodeExecutions", self.max_node_executions);
        put(&mut out, "maxExecutionTimeMs", self.max_execution_time_ms);
        out.extend(self.extra.clone());
        Value::Object(out)
    }
}

impl Tool {
    /// The node of this id; the first, where a faulty file has two.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id.as_str() == id).map(Arc::as_ref)
    }

    /// The position of the node of this id.
    #[must_use]
    pub fn node_index(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.id.as_str() == id)
    }

    /// Reads a tool of shape E.
    ///
    /// # Errors
    /// The problems of what could not be read, with paths from the tool down.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        Self::from_value(value.clone())
    }

    /// As [`Tool::from_json`], of a value that is not needed afterwards: a large tool is not there twice.
    fn from_value(value: Value) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { problems: Vec::new() };
        let tool = reader.tool(value, &Path::root());
        let faults: Vec<_> = reader.problems.into_iter().filter(Problem::is_error).collect();
        tool.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The tool as shape E.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = Fields::new();
        out.insert("name".into(), self.name.as_str().into());
        out.insert("description".into(), self.description.clone().into());
        out.insert("inputSchema".into(), self.input_schema.clone());
        put(&mut out, "outputSchema", self.output_schema.clone());
        out.insert("nodes".into(), self.nodes.iter().map(|node| node.to_json()).collect());
        out.extend(self.extra.clone());
        Value::Object(out)
    }
}

impl Node {
    /// Reads a node of shape E.
    ///
    /// # Errors
    /// The problems of what could not be read, with paths from the node down.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        Self::from_value(value.clone())
    }

    fn from_value(value: Value) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { problems: Vec::new() };
        let node = reader.node(value, &Path::root());
        let faults: Vec<_> = reader.problems.into_iter().filter(Problem::is_error).collect();
        node.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The node as shape E.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut out = Fields::new();
        out.insert("id".into(), self.id.as_str().into());
        out.insert("type".into(), self.kind.clone().into());
        out.extend(self.fields.clone());
        Value::Object(out)
    }
}

/// JSON that is not a tool or a node of shape E.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|problem| format!("{}; {}", problem.message, problem.remedy)).collect::<Vec<_>>().join("; "))]
pub struct NotShapeE(Vec<Problem>);

impl From<Tool> for Value {
    fn from(tool: Tool) -> Self {
        tool.to_json()
    }
}

impl TryFrom<Value> for Tool {
    type Error = NotShapeE;

    fn try_from(json: Value) -> Result<Self, NotShapeE> {
        Self::from_value(json).map_err(NotShapeE)
    }
}

impl From<Node> for Value {
    fn from(node: Node) -> Self {
        node.to_json()
    }
}

impl TryFrom<Value> for Node {
    type Error = NotShapeE;

    fn try_from(json: Value) -> Result<Self, NotShapeE> {
        Self::from_value(json).map_err(NotShapeE)
    }
}

fn put<T: Into<Value>>(out: &mut Fields, key: &str, value: Option<T>) {
    if let Some(value) = value {
        out.insert(key.into(), value.into());
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn graph(&mut self, value: Value) -> Graph {
        let root = Path::root();
        let Some(mut fields) = self.object(value, &root, "a graph file is a mapping") else { return Graph::default() };
        let version = match fields.shift_remove("version") {
            Some(Value::String(version)) => version,
            Some(Value::Number(version)) => {
                self.problems.push(Problem::warning(
                    root.clone().key("version"),
                    format!("`version` is the number {version}"),
                    format!("write it in quotes: `version: \"{version}\"`"),
                ));
                version.to_string()
            }
            _ => {
                self.fail(&root, "the graph has no `version`", "begin the file with `version: \"1.0\"`");
                String::new()
            }
        };
        let about = if let Some(server) = fields.shift_remove("server") {
            self.about(server, &root.clone().key("server"))
        } else {
            self.fail(&root, "the graph has no `server`", "add `server:` with a `name` and a `version`");
            About::default()
        };
        let limits = fields.shift_remove("executionLimits").map(|limits| self.limits(limits, &root.clone().key("executionLimits")));
        let servers = fields.shift_remove("mcpServers").map(|servers| self.servers(servers, &root.clone().key("mcpServers")));
        let tools = if let Some(tools) = fields.shift_remove("tools") {
            self.list(tools, &root.clone().key("tools"), "tools", Self::tool)
        } else {
            self.fail(&root, "the graph has no `tools`", "add `tools:` with at least one tool");
            Vec::new()
        };
        if let Some(journal) = fields.get(JOURNAL).filter(|journal| !["on", "off"].contains(&journal.as_str().unwrap_or_default())) {
            self.fail(&root.clone().key(JOURNAL), format!("`journal` is {journal}"), "write `on`, or `off` to keep runs in memory only");
        }
        let unknown: Fields = fields.iter().filter(|(key, _)| *key != JOURNAL).map(|(k, v)| (k.clone(), v.clone())).collect();
        self.unknown(&unknown, &root, "a graph");
        Graph { version, about, limits: limits.unwrap_or_default(), servers: servers.unwrap_or_default(), tools, extra: fields }
    }

    fn about(&mut self, value: Value, at: &Path) -> About {
        let Some(mut fields) = self.object(value, at, "`server` is a mapping") else { return About::default() };
        let about = About {
            name: self.text(&mut fields, "name", at, "the server"),
            version: self.text(&mut fields, "version", at, "the server"),
            title: self.optional_text(&mut fields, "title", at),
            instructions: self.optional_text(&mut fields, "instructions", at),
            extra: fields,
        };
        self.unknown(&about.extra, at, "`server`");
        about
    }

    fn limits(&mut self, value: Value, at: &Path) -> ExecutionLimits {
        let Some(mut fields) = self.object(value, at, "`executionLimits` is a mapping") else { return ExecutionLimits::default() };
        let mut number = |reader: &mut Self, key: &str| {
            let value = fields.get(key)?;
            let Some(number) = value.as_u64().filter(|number| *number > 0) else {
                reader.fail(&at.clone().key(key), format!("`{key}` is {value}"), "give a whole number above 0");
                return None;
            };
            fields.shift_remove(key);
            Some(number)
        };
        let max_node_executions = number(self, "maxNodeExecutions");
        let max_execution_time_ms = number(self, "maxExecutionTimeMs");
        let known = ["maxNodeExecutions", "maxExecutionTimeMs"];
        let unknown: Fields =
            fields.iter().filter(|(key, _)| !known.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
        self.unknown(&unknown, at, "`executionLimits`");
        ExecutionLimits { max_node_executions, max_execution_time_ms, extra: fields }
    }

    fn servers(&mut self, value: Value, at: &Path) -> IndexMap<ServerName, ServerEntry> {
        let Some(fields) = self.object(value, at, "`mcpServers` is a mapping of servers by name") else { return IndexMap::new() };
        let mut servers = IndexMap::new();
        for (name, entry) in fields {
            let at = at.clone().key(&name);
            if let Some(fields) = self.object(entry, &at, "a server is a mapping") {
                let entry = ServerEntry { fields };
                self.problems.extend(entry.check(&at));
                servers.insert(name.as_str().into(), entry);
            }
        }
        servers
    }

    fn tool(&mut self, value: Value, at: &Path) -> Option<Tool> {
        let mut fields = self.object(value, at, "a tool is a mapping")?;
        let before = self.problems.len();
        let name: ToolName = self.text(&mut fields, "name", at, "the tool").into();
        let description = self.text(&mut fields, "description", at, "the tool");
        let input_schema = fields.shift_remove("inputSchema").unwrap_or_else(|| {
            self.fail(at, "the tool has no `inputSchema`", "add `inputSchema: {type: object}`");
            Value::Object(Fields::new())
        });
        self.schema(&input_schema, &at.clone().key("inputSchema"));
        let output_schema = fields.shift_remove("outputSchema");
        if let Some(schema) = &output_schema {
            self.schema(schema, &at.clone().key("outputSchema"));
        }
        let nodes = if let Some(nodes) = fields.shift_remove("nodes") {
            self.list(nodes, &at.clone().key("nodes"), "nodes", |reader, node, at| reader.node(node, at).map(Arc::new))
        } else {
            self.fail(at, "the tool has no `nodes`", "add `nodes:` with an `entry` and an `exit`");
            Vec::new()
        };
        self.unknown(&fields, at, "a tool");
        for problem in &mut self.problems[before..] {
            problem.tool.get_or_insert_with(|| name.clone());
        }
        Some(Tool { name, description, input_schema, output_schema, nodes, extra: fields })
    }

    fn node(&mut self, value: Value, at: &Path) -> Option<Node> {
        let mut fields = self.object(value, at, "a node is a mapping")?;
        let before = self.problems.len();
        let id: NodeId = self.text(&mut fields, "id", at, "the node").into();
        let kind = self.text(&mut fields, "type", at, "the node");
        for problem in &mut self.problems[before..] {
            problem.node = Some(id.clone());
        }
        Some(Node { id, kind, fields })
    }

    fn schema(&mut self, value: &Value, at: &Path) {
        if !value.is_object() && !value.is_boolean() {
            self.fail(at, "a schema is a mapping", "write a JSON Schema, such as `{type: object}`");
        }
    }

    fn list<T>(&mut self, value: Value, at: &Path, what: &str, read: impl Fn(&mut Self, Value, &Path) -> Option<T>) -> Vec<T> {
        let Value::Array(items) = value else {
            self.fail(at, format!("`{what}` is not a list"), "write each item on its own line after `- `");
            return Vec::new();
        };
        items.into_iter().enumerate().filter_map(|(i, item)| read(self, item, &at.clone().index(i))).collect()
    }

    fn object(&mut self, value: Value, at: &Path, rule: &str) -> Option<Fields> {
        if let Value::Object(fields) = value {
            return Some(fields);
        }
        self.fail(at, format!("{rule}, and this is not one"), "write `key: value` lines");
        None
    }

    fn text(&mut self, fields: &mut Fields, key: &str, at: &Path, whose: &str) -> String {
        match fields.shift_remove(key) {
            Some(Value::String(text)) => text,
            Some(value @ (Value::Number(_) | Value::Bool(_))) => {
                let path = at.clone().key(key);
                self.problems.push(Problem::warning(
                    path,
                    format!("`{key}` is {value}, not a text"),
                    format!("write it in quotes: `{key}: \"{value}\"`"),
                ));
                value.to_string()
            }
            Some(_) => {
                self.fail(&at.clone().key(key), format!("`{key}` is not a text"), format!("write `{key}: some text`"));
                String::new()
            }
            None => {
                self.fail(at, format!("{whose} has no `{key}`"), format!("add `{key}:`"));
                String::new()
            }
        }
    }

    fn optional_text(&mut self, fields: &mut Fields, key: &str, at: &Path) -> Option<String> {
        fields.contains_key(key).then(|| self.text(fields, key, at, "this"))
    }

    fn unknown(&mut self, fields: &Fields, at: &Path, of: &str) {
        for key in fields.keys() {
            self.problems.push(Problem::warning(
                at.clone().key(key),
                format!("`{key}` is not a field of {of}; it is kept and has no effect"),
                "remove it, or correct its spelling",
            ));
        }
    }

    fn fail(&mut self, at: &Path, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(Problem::error(at.clone(), message, remedy));
    }
}
