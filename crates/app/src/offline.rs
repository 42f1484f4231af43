//! Graphs as they are needed where nothing is started: compiled from a text, with every server that they name taken as given.

use std::path::{Path, PathBuf};

use format::Source;
use graph::{Graph, ServerEntry, ToolName};
use nodes::{Failure, FailureKind, ToolRef};
use run::PlanOptions;
use runner::Script;
use serde_json::{Map, Value};

use crate::disk;
use crate::error::Error;
use crate::view::reported;

/// A graph that is played rather than run.
pub(crate) struct Offline {
    source: Source,
    graph: Graph,
    /// The file, or how it is called.
    path: PathBuf,
    /// The folder in which the graphs are that it names; none where they cannot be found.
    folder: Option<PathBuf>,
}

impl Offline {
    /// Reads a graph file.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let folder = path.parent().map(Path::to_owned);
        Self::of(disk::read(path)?, path.to_owned(), folder)
    }

    /// A graph of which only the text is there.
    pub(crate) fn of_text(text: String, name: &str) -> Result<Self, Error> {
        Self::of(text, PathBuf::from(name), None)
    }

    fn of(text: String, path: PathBuf, folder: Option<PathBuf>) -> Result<Self, Error> {
        let source = Source::parse(text).map_err(|error| Error::Syntax { path: path.clone(), error })?;
        let mut graph = source.graph().clone();
        let named = graph.tools.iter().flat_map(|tool| &tool.nodes).filter_map(|node| node.fields.get("server")?.as_str());
        let missing: Vec<String> = named.filter(|server| !graph.servers.contains_key(*server)).map(str::to_owned).collect();
        for server in missing {
            let fields = Map::from_iter([("command".to_owned(), Value::from("none"))]);
            graph.servers.insert(server.as_str().into(), ServerEntry { fields });
        }
        Ok(Self { source, graph, path, folder })
    }

    /// The graph, with the servers that it names.
    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// A tool, ready to be played.
    ///
    /// # Errors
    /// Where the graph has no such tool, or the tool has problems.
    pub(crate) fn script(&self, tool: &ToolName) -> Result<Script, Error> {
        if self.graph.tool(tool.as_str()).is_none() {
            let known = self.graph.tools.iter().map(|tool| tool.name.to_string()).collect();
            return Err(Error::NoTool { path: self.path.clone(), tool: tool.to_string(), known });
        }
        let options = PlanOptions { input_alias: self.source.input_alias() };
        Script::compile(&self.graph, tool, options).map_err(|problems| Error::Problems {
            path: self.path.clone(),
            tool: tool.clone(),
            problems: problems.into_iter().map(|problem| reported(&self.source, problem)).collect(),
        })
    }

    /// The tool of a `call` node: of this graph, or of one beside it.
    ///
    /// # Errors
    /// Where there is none, or it has problems.
    pub(crate) fn called(&self, tool: &ToolRef) -> Result<Script, Failure> {
        let failure = |error: Error| Failure::new(FailureKind::Run, error.in_full());
        match (&tool.file, &self.folder) {
            (None, _) => self.script(&tool.tool).map_err(failure),
            (Some(file), Some(folder)) => Offline::read(&folder.join(file)).and_then(|other| other.script(&tool.tool)).map_err(failure),
            (Some(file), None) => {
                let message = format!("what the tool `{}` of `{file}` answered was not recorded, and that file is not there", tool.tool);
                Err(Failure::new(FailureKind::Run, message))
            }
        }
    }
}
