//! The servers of one graph file: made when first needed, kept while their entry stays the same.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use graph::{Graph, ServerEntry, ServerName};
use mcp::{CallOptions, Server, ServerEvent, State};
use protocol::{Event, GraphId, MessageSort, ServerMessage, ServerPhase, ServerTool, ServerView};
use serde_json::Value;
use telemetry::{Telemetry, Watched};

use crate::app::App;
use crate::bus::Bus;
use crate::error::Error;
use crate::launch::EntryLauncher;
use crate::secrets::Secrets;

/// How many lines of standard error the window shows.
const SHOWN_LINES: usize = 50;

/// A call is bounded by its node's `timeoutMs` and its run's limits; this is for what forgets both.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 3600);

/// How long a run may take where its graph does not say, and so a call outside any run.
const DEFAULT_TIME_MS: u64 = 300_000;

/// The servers of one graph file.
pub(crate) struct Servers {
    pub(crate) graph: GraphId,
    pub(crate) folder: PathBuf,
    pub(crate) executable: Arc<Path>,
    pub(crate) secrets: Secrets,
    pub(crate) bus: Bus,
    telemetry: Option<Telemetry>,
    running: Mutex<HashMap<ServerName, (ServerEntry, Server)>>,
}

/// A server after an attempt to start it.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerReport {
    /// Its name in the graph.
    pub name: ServerName,
    /// How it stands.
    pub state: State,
    /// Its tools with their whole definitions.
    pub tools: Vec<mcp::Tool>,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it wrote to standard error.
    pub stderr: Vec<String>,
}

impl Servers {
    pub(crate) fn new(app: &App, graph: GraphId, folder: PathBuf) -> Self {
        let (executable, secrets, bus, telemetry) = (app.executable(), app.secrets(), app.bus(), app.telemetry().cloned());
        Self { graph, folder, executable, secrets, bus, telemetry, running: Mutex::default() }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ServerName, (ServerEntry, Server)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server of this name, as `graph` describes it.
    ///
    /// # Errors
    /// Where the graph has none.
    pub(crate) fn get(&self, graph: &Graph, name: &ServerName) -> Result<Server, Error> {
        let entry = graph.servers.get(name).ok_or_else(|| Error::NoServer(name.clone()))?;
        let mut running = self.running();
        if let Some((known, server)) = running.get(name)
            && known == entry
        {
            return Ok(server.clone());
        }
        let server = self.make(graph, name, entry);
        // A server whose entry has changed ends with its last handle: when the calls that it is in are done.
        running.insert(name.clone(), (entry.clone(), server.clone()));
        Ok(server)
    }

    /// Lets go of servers that the graph no longer has.
    pub(crate) fn retain(&self, graph: &Graph) {
        self.running().retain(|name, (entry, _)| graph.servers.get(name) == Some(entry));
    }

    /// Who tells tracing systems of a server, where they are told.
    pub(crate) fn watched(&self, graph: &Graph, name: &ServerName) -> Option<Watched> {
        Some(Watched::new(self.telemetry.clone()?, self.graph.0, graph, name.clone()))
    }

    fn make(&self, graph: &Graph, name: &ServerName, entry: &ServerEntry) -> Server {
        let launcher = EntryLauncher {
            server: name.clone(),
            entry: entry.clone(),
            folder: self.folder.clone(),
            executable: self.executable.clone(),
            secrets: self.secrets.clone(),
        };
        let options = mcp::Options { call_timeout: Some(LONGEST_CALL), ..mcp::Options::new(name.as_str()) };
        let server = Server::spawn(options, launcher);
        self.forward(name.clone(), &server, self.watched(graph, name));
        server
    }

    /// Passes on what happens at a server, until it has ended for good.
    fn forward(&self, name: ServerName, server: &Server, watched: Option<Watched>) {
        let (mut events, bus, graph) = (server.subscribe(), self.bus.clone(), self.graph);
        tokio::spawn(async move {
            use tokio::sync::broadcast::error::RecvError;
            loop {
                match events.recv().await {
                    Ok(ServerEvent::StateChanged(state)) => {
                        watched.iter().for_each(|watched| watched.changed(&state));
                        bus.tell(|| Event::ServerChanged { graph, server: name.clone(), phase: phase(&state) });
                    }
                    Ok(ServerEvent::Log { level, data, .. }) => bus.tell(|| Event::ServerLog { graph, server: name.clone(), level, data }),
                    Ok(
                        ServerEvent::Stderr { .. } | ServerEvent::Noise { .. } | ServerEvent::ToolsChanged | ServerEvent::Progress { .. },
                    ) => {}
                    Err(RecvError::Lagged(count)) => bus.tell(|| Event::Missed { count }),
                    Err(RecvError::Closed) => break,
                }
            }
        });
    }

    /// The servers as they stand; none is started.
    pub(crate) async fn list(&self, graph: &Graph) -> Vec<ServerView> {
        let mut views = Vec::with_capacity(graph.servers.len());
        for name in graph.servers.keys() {
            let known = self.running().get(name).map(|(_, server)| server.clone());
            views.push(match known {
                None => ServerView { name: name.clone(), phase: ServerPhase::Idle, tools: Vec::new(), stderr: Vec::new() },
                Some(server) => {
                    let state = server.state();
                    let is_ready = matches!(state, State::Ready { .. });
                    let tools = if is_ready { server.tools().await.ok() } else { None };
                    let tools = tools.iter().flat_map(|tools| tools.iter()).map(|tool| tool.name.clone()).collect();
                    let mut stderr = server.stderr();
                    stderr.drain(..stderr.len().saturating_sub(SHOWN_LINES));
                    ServerView { name: name.clone(), phase: phase(&state), tools, stderr }
                }
            });
        }
        views
    }

    /// The last messages between us and a server, those after `number`; none where it was not needed yet. It is not started.
    pub(crate) fn traffic(&self, name: &ServerName, number: u64) -> Vec<ServerMessage> {
        let known = self.running().get(name).map(|(_, server)| server.clone());
        known.map(|server| server.traffic(number).into_iter().map(message).collect()).unwrap_or_default()
    }

    /// The tools of a server, which is started where it does not run.
    ///
    /// # Errors
    /// Where the graph has none such, or it cannot be started.
    pub(crate) async fn tools(&self, graph: &Graph, name: &ServerName) -> Result<Vec<ServerTool>, Error> {
        let tools = self.get(graph, name)?.tools().await?;
        Ok(tools.iter().map(|tool| shown(tool.clone())).collect())
    }

    /// Calls a tool outside any run, within the time that a run of the graph has. The reply is MCP's `CallToolResult`.
    ///
    /// # Errors
    /// Where the graph has no such server, it cannot be started, or it does not answer.
    pub(crate) async fn call(&self, graph: &Graph, name: &ServerName, tool: &str, arguments: Value) -> Result<Value, Error> {
        let Value::Object(arguments) = arguments else { return Err(Error::NotAnObject(tool.to_owned())) };
        let timeout = Duration::from_millis(graph.limits.max_execution_time_ms.unwrap_or(DEFAULT_TIME_MS));
        let options = CallOptions { timeout: Some(timeout), ..CallOptions::default() };
        let result = self.get(graph, name)?.call(tool, arguments, options).await?;
        let mut reply = serde_json::Map::from_iter([("content".to_owned(), Value::Array(result.content))]);
        reply.extend(result.structured.map(|value| ("structuredContent".to_owned(), value)));
        reply.insert("isError".to_owned(), result.is_error.into());
        reply.extend(result.meta.map(|meta| ("_meta".to_owned(), Value::Object(meta))));
        Ok(Value::Object(reply))
    }

    /// Starts every server of the graph, all at once, and tells how each stands.
    pub(crate) async fn start_all(&self, graph: &Graph) -> Vec<ServerReport> {
        let starts = graph.servers.keys().filter_map(|name| Some((name.clone(), self.get(graph, name).ok()?)));
        let reports = starts.map(|(name, server)| async move {
            let tools = server.tools().await;
            let error = tools.as_ref().err().map(ToString::to_string);
            let tools = tools.map(|tools| tools.to_vec()).unwrap_or_default();
            ServerReport { name, state: server.state(), tools, error, stderr: server.stderr() }
        });
        futures::future::join_all(reports).await
    }

    /// Ends every server for good.
    pub(crate) async fn shutdown(&self) {
        let servers: Vec<Server> = self.running().drain().map(|(_, (_, server))| server).collect();
        futures::future::join_all(servers.iter().map(Server::shutdown)).await;
    }
}

fn shown(tool: mcp::Tool) -> ServerTool {
    let hint = |name: &str| tool.annotations.as_ref().and_then(|hints| hints.get(name));
    let reads_only = hint("readOnlyHint").and_then(Value::as_bool).unwrap_or(false);
    // Older servers say the title there.
    let title = tool.title.clone().or_else(|| hint("title")?.as_str().map(str::to_owned));
    ServerTool {
        name: tool.name,
        title,
        description: tool.description,
        input_schema: Value::Object(tool.input_schema),
        output_schema: tool.output_schema.map(Value::Object),
        reads_only,
    }
}

fn message(message: mcp::Message) -> ServerMessage {
    let mcp::Message { number, at_us, way, sort, method, took_us, bytes, body, is_cut } = message;
    let sort = match sort {
        mcp::Sort::Request => MessageSort::Request,
        mcp::Sort::Answer => MessageSort::Answer,
        mcp::Sort::Error => MessageSort::Error,
        mcp::Sort::Notification => MessageSort::Notification,
    };
    ServerMessage { number, at_us, is_ours: way == mcp::Way::Out, sort, method, took_us, bytes, body, is_cut }
}

fn phase(state: &State) -> ServerPhase {
    match state {
        State::Idle => ServerPhase::Idle,
        State::Starting { .. } => ServerPhase::Starting,
        State::Ready { about, .. } => {
            let name = about.title.as_deref().or(about.name.as_deref()).unwrap_or("MCP server");
            let version = about.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
            ServerPhase::Ready { about: format!("{name}{version}, MCP {}", about.protocol_version) }
        }
        State::Backoff { error, .. } => ServerPhase::Waiting { message: error.clone() },
        State::Failed { error } => ServerPhase::Failed { message: error.clone() },
        State::Stopping | State::Stopped => ServerPhase::Stopped,
    }
}
