//! A graph file with all that it refers to as one file. Knows nothing of where files are: who asks for the bundle reads them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use graph::{Edit, Fields, Graph, Node, Path, ServerEntry, ServerName, Tool, ToolName};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Dialect, Error, Line, Source};

/// A graph as one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The text, in shape E, with the comments of the file itself.
    pub text: String,
    /// What was brought in, and under which name.
    pub report: Vec<Line>,
}

/// A file that is told from others by its name, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The same for the same file, however it was found.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// Brings in all that a graph file refers to: the tools of other files that it calls, the servers that these use, and the
/// servers `beside` it that it uses itself. A name that is taken is replaced by a free one, and every reference follows.
/// What looks like a credential in a server from beside the file is left out: a `${secret:...}` stands in its place.
///
/// `read` finds a file by the path that a call names in the file of this name.
///
/// # Errors
/// Where `read` fails, a file cannot be read as a graph, or the text cannot be changed so.
pub fn bundle<E: From<Error>>(
    main: &File,
    beside: &IndexMap<ServerName, ServerEntry>,
    mut read: impl FnMut(&str, &str) -> Result<File, E>,
) -> Result<Bundle, E> {
    let mut source = upgraded(&main.text)?;
    let mut bundler = Bundler {
        main: main.name.clone(),
        beside,
        files: HashMap::from([(main.name.clone(), source.graph().clone())]),
        tools: source.graph().tools.iter().map(|tool| ((main.name.clone(), tool.name.clone()), tool.name.clone())).collect(),
        servers: source.graph().servers.keys().map(|server| ((main.name.clone(), server.clone()), server.clone())).collect(),
        queue: VecDeque::new(),
        whole: source.graph().clone(),
        report: Vec::new(),
    };
    let mut edits = Vec::new();
    for tool in &source.graph().tools {
        for node in &tool.nodes {
            let changed = bundler.follow(&main.name, node, &mut read)?;
            let fields = changed.fields.into_iter().filter(|(key, value)| node.fields.get(key) != Some(value));
            edits.extend(fields.map(|(key, value)| Edit::SetNode {
                tool: tool.name.clone(),
                node: node.id.clone(),
                path: Path::root().key(key),
                value: Some(value),
            }));
        }
    }
    while let Some((file, tool)) = bundler.queue.pop_front() {
        let Some(own) = bundler.files.get(&file).and_then(|graph| graph.tool(tool.as_str())).cloned() else { continue };
        let name = bundler.tools.get(&(file.clone(), tool)).cloned().unwrap_or_else(|| own.name.clone());
        let mut nodes = Vec::with_capacity(own.nodes.len());
        for node in &own.nodes {
            nodes.push(Arc::new(bundler.follow(&file, node, &mut read)?));
        }
        let at = bundler.whole.tools.iter().position(|known| known.name == name).unwrap_or(usize::MAX);
        edits.push(Edit::InsertTool { at, tool: Tool { name, nodes, ..own } });
    }
    let known = source.graph().servers.len();
    let added = bundler.whole.servers.iter().skip(known);
    edits.extend(added.map(|(name, entry)| Edit::SetGraph {
        path: Path::root().key("mcpServers").key(name.as_str()),
        value: Some(Value::Object(entry.fields.clone())),
    }));
    if !edits.is_empty() {
        source.apply(&Edit::batch(edits))?;
    }
    Ok(Bundle { text: source.text().to_owned(), report: bundler.report })
}

fn upgraded(text: &str) -> Result<Source, Error> {
    let source = Source::parse(text.to_owned())?;
    if source.dialect() == Dialect::E {
        return Ok(source);
    }
    Ok(Source::parse(source.upgrade()?)?)
}

struct Bundler<'b> {
    main: String,
    beside: &'b IndexMap<ServerName, ServerEntry>,
    /// Every file that was read.
    files: HashMap<String, Graph>,
    /// The name in the bundle of each tool of each file.
    tools: HashMap<(String, ToolName), ToolName>,
    servers: HashMap<(String, ServerName), ServerName>,
    /// Tools that are named and not yet brought in.
    queue: VecDeque<(String, ToolName)>,
    /// What the bundle holds so far; tools that are only named are there without their nodes.
    whole: Graph,
    report: Vec<Line>,
}

impl Bundler<'_> {
    /// A node of a file as it stands in the bundle.
    fn follow<E: From<Error>>(&mut self, file: &str, node: &Node, read: &mut impl FnMut(&str, &str) -> Result<File, E>) -> Result<Node, E> {
        let mut node = node.clone();
        let text = |field: &str| node.fields.get(field).and_then(Value::as_str).map(str::to_owned);
        if let ("call", Some(called)) = (node.kind.as_str(), text("tool")) {
            if let Some(name) = self.called(file, &called, read)? {
                node.fields.insert("tool".into(), name.as_str().into());
            }
        } else if let ("mcp", Some(server)) = (node.kind.as_str(), text("server"))
            && let Some(name) = self.server(file, &server.as_str().into())
        {
            node.fields.insert("server".into(), name.as_str().into());
        }
        Ok(node)
    }

    /// The name in the bundle of a tool that is called in a file; none where there is no such tool.
    fn called<E: From<Error>>(
        &mut self,
        file: &str,
        called: &str,
        read: &mut impl FnMut(&str, &str) -> Result<File, E>,
    ) -> Result<Option<ToolName>, E> {
        let (path, tool) = called.rsplit_once('#').unwrap_or(("", called));
        let holder = if path.is_empty() {
            file.to_owned()
        } else {
            let found = read(file, path)?;
            if !self.files.contains_key(&found.name) {
                self.files.insert(found.name.clone(), upgraded(&found.text)?.graph().clone());
            }
            found.name
        };
        let key = (holder.clone(), ToolName::from(tool));
        if let Some(name) = self.tools.get(&key) {
            return Ok(Some(name.clone()));
        }
        let Some(own) = self.files.get(&holder).and_then(|graph| graph.tool(tool)) else {
            self.report.push(Line { what: format!("the call of `{called}`"), became: "left as it is: there is no such tool".to_owned() });
            return Ok(None);
        };
        let bare = Tool { nodes: Vec::new(), ..own.clone() };
        let is_taken = |name: &str| self.whole.tool(name).is_some();
        let name = ToolName::from(free(tool, is_taken));
        self.whole.tools.push(Tool { name: name.clone(), ..bare });
        let became = if name.as_str() == tool { "brought in".to_owned() } else { format!("brought in as `{name}`") };
        self.report.push(Line { what: format!("the tool `{tool}` of `{holder}`"), became });
        self.tools.insert(key.clone(), name.clone());
        self.queue.push_back(key);
        Ok(Some(name))
    }

    /// The name in the bundle of a server that is used in a file; none where nobody knows it.
    fn server(&mut self, file: &str, server: &ServerName) -> Option<ServerName> {
        let own = self.files.get(file).and_then(|graph| graph.servers.get(server)).cloned();
        let is_beside = own.is_none();
        // What is beside the files is the same for all of them, and no file's name is empty.
        let key = (if is_beside { String::new() } else { file.to_owned() }, server.clone());
        if let Some(name) = self.servers.get(&key) {
            return Some(name.clone());
        }
        let mut entry = own.or_else(|| self.beside.get(server).cloned())?;
        if is_beside {
            self.hide_credentials(server, &mut entry.fields);
        }
        let name = match self.whole.servers.get(server) {
            Some(known) if *known == entry => server.clone(),
            Some(_) => free(server.as_str(), |name| self.whole.servers.contains_key(name)).into(),
            None => server.clone(),
        };
        if !self.whole.servers.contains_key(&name) {
            let became = if name == *server { "brought in".to_owned() } else { format!("brought in as `{name}`") };
            let from = if is_beside { "beside the file".to_owned() } else { format!("of `{file}`") };
            self.report.push(Line { what: format!("the server `{server}` {from}"), became });
            if *file != self.main && names_a_relative_path(&entry.fields) {
                let what = format!("the paths of the server `{name}`");
                self.report.push(Line { what, became: "left as they are, and taken from the folder of the bundle now".to_owned() });
            }
            self.whole.servers.insert(name.clone(), entry);
        }
        self.servers.insert(key, name.clone());
        Some(name)
    }

    /// Puts the name of a secret in place of each value that looks like one.
    fn hide_credentials(&mut self, server: &ServerName, fields: &mut Fields) {
        for place in ["env", "headers"] {
            for (key, value) in fields.get_mut(place).and_then(Value::as_object_mut).into_iter().flatten() {
                let is_literal = value.as_str().is_some_and(|text| !text.is_empty() && !text.contains("${"));
                if is_literal && is_credential(key) {
                    let word = |text: &str| text.to_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
                    let secret = format!("{}_{}", word(server.as_str()), word(key));
                    *value = format!("${{secret:{secret}}}").into();
                    let what = format!("`{place}.{key}` of the server `{server}`");
                    self.report.push(Line { what, became: format!("left out; store it with `patchbay secret set {secret}`") });
                }
            }
        }
    }
}

fn is_credential(key: &str) -> bool {
    let key = key.to_lowercase();
    ["token", "key", "secret", "pass", "auth", "credential", "cookie"].iter().any(|word| key.contains(word))
}

fn names_a_relative_path(fields: &Fields) -> bool {
    let is_relative = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("./") || text.starts_with("../"));
    let cwd = fields.get("cwd").and_then(Value::as_str);
    let args = fields.get("args").and_then(Value::as_array);
    cwd.is_some_and(|cwd| !cwd.starts_with('/'))
        || fields.get("command").is_some_and(is_relative)
        || args.into_iter().flatten().any(is_relative)
}

fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2usize..).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}
