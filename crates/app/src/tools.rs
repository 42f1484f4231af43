//! What a run of a graph can call: the tools of its servers, and the tools of graphs.

use std::sync::{Arc, Weak};
use std::time::Instant;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::ServerName;
use mcp::{CallOptions, Progress, TraceContext};
use nodes::{Failure, FailureKind, Signal, ToolRef, ToolResult};
use run::StepId;
use runner::{Beneath, ToolCall, Tools};
use serde_json::Value;

use crate::error::Error;
use crate::graph_file::GraphFile;

/// The tools within reach of a graph file.
pub(crate) struct GraphTools {
    /// Weak, since the file keeps its compiled tools, and these keep this.
    pub(crate) file: Weak<GraphFile>,
    /// What the file held when the tool was compiled: a run sees the servers that it began with.
    pub(crate) graph: Arc<graph::Graph>,
}

impl GraphTools {
    fn file(&self) -> Result<Arc<GraphFile>, Failure> {
        self.file.upgrade().ok_or_else(|| Failure::new(FailureKind::Cancelled, "the graph was closed"))
    }
}

impl Tools for GraphTools {
    fn call(&self, call: ToolCall) -> BoxFuture<'static, Result<ToolResult, Failure>> {
        let file = self.file();
        let watched = file.as_ref().ok().and_then(|file| file.servers.watched(&self.graph, &call.server));
        let server = file.and_then(|file| file.servers.get(&self.graph, &call.server).map_err(|error| failure(&error)));
        async move {
            let server = server?;
            let Value::Object(arguments) = Arc::unwrap_or_clone(call.args) else {
                return Err(Failure::new(FailureKind::Schema, format!("the arguments of the tool `{}` are not an object", call.tool)));
            };
            let told = call.progress;
            let progress = move |Progress { progress, total, message }| told(runner::Progress { progress, total, message });
            let trace = call.trace.map(|at| TraceContext { parent: at.parent.to_string(), state: at.state.as_deref().map(str::to_owned) });
            let options = CallOptions { timeout: None, cancel: call.cancel, progress: Some(Arc::new(progress)), trace };
            let began = Instant::now();
            let result = server.call(&call.tool, arguments, options).await;
            if let Some(watched) = watched {
                watched.called(&call.tool, began.elapsed(), error_type(&result));
            }
            let result = result.map_err(|error| of_server(&error))?;
            Ok(ToolResult { content: result.content, structured: result.structured, is_error: result.is_error })
        }
        .boxed()
    }

    fn may_repeat(&self, server: &ServerName, tool: &str) -> BoxFuture<'static, bool> {
        let server = self.file().ok().and_then(|file| file.servers.get(&self.graph, server).ok());
        let tool = tool.to_owned();
        async move {
            let Some(server) = server else { return false };
            let Ok(tools) = server.tools().await else { return false };
            let hints = tools.iter().find(|known| known.name == tool).and_then(|tool| tool.annotations.as_ref());
            let says = |hint: &str| hints.and_then(|hints| hints.get(hint)).and_then(Value::as_bool).unwrap_or(false);
            says("readOnlyHint") || says("idempotentHint")
        }
        .boxed()
    }

    fn emit(&self, signal: Arc<Signal>) -> BoxFuture<'static, Result<(), Failure>> {
        let app = self.file().map(|file| file.app().clone());
        async move {
            app?.tell_event(&signal).await;
            Ok(())
        }
        .boxed()
    }

    fn job(&self, _: StepId, tool: ToolRef) -> BoxFuture<'static, Result<Beneath, Failure>> {
        let file = self.file();
        async move {
            let file = file?;
            let holder = match &tool.file {
                None => file,
                Some(path) => file.neighbour(path).await.map_err(|error| failure(&error))?,
            };
            Ok(holder.job(&tool.tool).map_err(|error| failure(&error))?.into())
        }
        .boxed()
    }
}

pub(crate) fn failure(error: &Error) -> Failure {
    Failure::new(FailureKind::Run, error.in_full())
}

/// What kind of error a call ended with, as the conventions of OpenTelemetry want it: none where it did not.
fn error_type(result: &Result<mcp::CallResult, mcp::Error>) -> Option<String> {
    Some(match result {
        Ok(result) if result.is_error => "tool_error".to_owned(),
        Ok(_) => return None,
        Err(mcp::Error::Refused { code, .. }) => code.to_string(),
        Err(mcp::Error::TimedOut { .. } | mcp::Error::StartTimedOut { .. }) => "timeout".to_owned(),
        Err(mcp::Error::Cancelled { .. }) => "cancelled".to_owned(),
        Err(_) => "server".to_owned(),
    })
}

fn of_server(error: &mcp::Error) -> Failure {
    let kind = match error {
        mcp::Error::Cancelled { .. } => FailureKind::Cancelled,
        mcp::Error::TimedOut { .. } | mcp::Error::StartTimedOut { .. } => FailureKind::Timeout,
        mcp::Error::Refused { .. } | mcp::Error::InputRequired { .. } => FailureKind::Tool,
        _ => FailureKind::Server,
    };
    Failure::new(kind, error.to_string())
}
