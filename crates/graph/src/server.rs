//! A server as the graph file describes it. Knows nothing of how one is started.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Fields, Path, Problem};

/// One entry of `mcpServers`, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerEntry {
    /// Its fields, unknown ones included. Values may hold `${secret:NAME}` and `${env:NAME}`, never the secrets themselves.
    pub fields: Fields,
}

/// How to reach a server, with `${secret:NAME}` and `${env:NAME}` still unresolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A child process that speaks over its standard input and output.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// What is added to the environment.
        env: IndexMap<String, String>,
        /// The folder it runs in; relative to the graph file.
        cwd: Option<PathBuf>,
    },
    /// Streamable HTTP.
    StreamableHttp(Remote),
    /// HTTP with server-sent events, the protocol's older transport.
    Sse(Remote),
}

/// Where a remote server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The address of its MCP endpoint.
    pub url: String,
    /// Headers sent with each request.
    pub headers: IndexMap<String, String>,
}

const KNOWN: [&str; 8] = ["type", "command", "args", "env", "cwd", "url", "headers", "treat"];

impl ServerEntry {
    /// How to reach the server, or what is wrong with the entry. `at` is the entry's own path.
    ///
    /// # Errors
    /// The problems that keep the server from being started.
    pub fn transport(&self, at: &Path) -> Result<Transport, Vec<Problem>> {
        let mut reader = Reader { fields: &self.fields, at, problems: Vec::new() };
        let transport = match self.fields.get("type").map(|kind| kind.as_str().unwrap_or_default()) {
            None if self.fields.contains_key("url") && !self.fields.contains_key("command") => Transport::StreamableHttp(reader.remote()),
            None | Some("stdio") => Transport::Stdio {
                command: reader.required("command", "the program to start, such as `npx`"),
                args: reader.texts("args"),
                env: reader.map("env"),
                cwd: self.fields.get("cwd").and_then(Value::as_str).map(PathBuf::from),
            },
            Some("streamableHttp" | "http" | "streamable-http") => Transport::StreamableHttp(reader.remote()),
            Some("sse") => Transport::Sse(reader.remote()),
            Some(other) => {
                let message = format!("`{other}` is not a type of server");
                reader.fail("type", message, "use `stdio`, `streamableHttp` or `sse`");
                Transport::Sse(Remote { url: String::new(), headers: IndexMap::new() })
            }
        };
        if reader.problems.is_empty() { Ok(transport) } else { Err(reader.problems) }
    }

    /// How a tool of the server is taken in a dry run, where the entry says so: `treat: {delete_file: write, peek: read}`.
    #[must_use]
    pub fn treats(&self, tool: &str) -> Option<Treat> {
        Treat::of(self.fields.get("treat")?.get(tool)?.as_str()?)
    }

    /// Problems of the entry, unknown keys included.
    #[must_use]
    pub fn check(&self, at: &Path) -> Vec<Problem> {
        let mut problems = self.transport(at).err().unwrap_or_default();
        problems.extend(self.check_treat(at));
        for key in self.fields.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
            problems.push(Problem::warning(
                at.clone().key(key),
                format!("`{key}` is not a field of a server; it is kept and has no effect"),
                "remove it, or correct its spelling",
            ));
        }
        problems
    }
}

impl ServerEntry {
    fn check_treat(&self, at: &Path) -> Vec<Problem> {
        let at = at.clone().key("treat");
        let remedy = "write `TOOL: read` or `TOOL: write`";
        match self.fields.get("treat") {
            None => Vec::new(),
            Some(Value::Object(tools)) => {
                let wrong = tools.iter().filter(|(_, treat)| treat.as_str().and_then(Treat::of).is_none());
                wrong
                    .map(|(tool, treat)| Problem::error(at.clone().key(tool), format!("a tool cannot be treated as {treat}"), remedy))
                    .collect()
            }
            Some(_) => vec![Problem::error(at, "`treat` is not a list of tools by name", remedy)],
        }
    }
}

/// How a tool is taken where only what reads may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Treat {
    /// It changes nothing.
    Read,
    /// It may change something.
    Write,
}

impl Treat {
    /// The one that a word names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "read" => Some(Treat::Read),
            "write" => Some(Treat::Write),
            _ => None,
        }
    }
}

struct Reader<'a> {
    fields: &'a Fields,
    at: &'a Path,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn fail(&mut self, field: &str, message: String, remedy: &str) {
        let path = if self.fields.contains_key(field) { self.at.clone().key(field) } else { self.at.clone() };
        self.problems.push(Problem::error(path, message, remedy));
    }

    fn required(&mut self, field: &str, meaning: &str) -> String {
        match self.fields.get(field).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ => {
                self.fail(field, format!("the server has no `{field}`"), &format!("give `{field}`: {meaning}"));
                String::new()
            }
        }
    }

    fn remote(&mut self) -> Remote {
        Remote { url: self.required("url", "the address of its MCP endpoint"), headers: self.map("headers") }
    }

    fn texts(&mut self, field: &str) -> Vec<String> {
        match self.fields.get(field) {
            None => Vec::new(),
            Some(Value::Array(items)) if items.iter().all(is_scalar) => items.iter().map(scalar).collect(),
            Some(_) => {
                self.fail(field, format!("`{field}` is not a list of texts"), "write a list, such as `[\"-y\", \"package\"]`");
                Vec::new()
            }
        }
    }

    fn map(&mut self, field: &str) -> IndexMap<String, String> {
        match self.fields.get(field) {
            None => IndexMap::new(),
            Some(Value::Object(map)) if map.values().all(is_scalar) => {
                map.iter().map(|(key, value)| (key.clone(), scalar(value))).collect()
            }
            Some(_) => {
                self.fail(field, format!("`{field}` is not a mapping of texts"), "write `NAME: value` lines under it");
                IndexMap::new()
            }
        }
    }
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object() && !value.is_null()
}

/// A number or a boolean in `args` or `env` is meant as its text.
fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
