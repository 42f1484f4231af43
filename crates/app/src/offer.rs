//! Open graph files as MCP tools: what the endpoint offers, and what happens when one of them is called.

mod call;
mod key;
mod question;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use graph::{Tool, ToolName};
use mcp::endpoint::{Again, Answer, Identity, Offer, Request};
use mcp::{CallResult, TraceContext};
use run::Outcome;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Error;
use crate::graph_file::{GraphFile, off_the_runtime};
use crate::runs::{Asked, Begin, Followed, Followers};
use call::{Begun, Caller, State};

/// The tools of some open graph files, offered together.
pub struct Offered {
    app: App,
    files: Vec<Arc<GraphFile>>,
    changed: watch::Receiver<u64>,
    ending: CancellationToken,
}

/// An offered tool: the name that clients see, and where it comes from.
struct Entry<'f> {
    name: String,
    file: &'f Arc<GraphFile>,
    tool: Tool,
}

impl Offered {
    /// Offers the tools of these files. `ending` rings when the program is to end: calls end then, and their runs go on with the
    /// next start where they are kept.
    pub fn new(app: App, files: Vec<Arc<GraphFile>>, ending: CancellationToken) -> Self {
        let (changes, changed) = watch::channel(0);
        let changes = Arc::new(changes);
        for file in &files {
            let (mut of_file, changes) = (file.changes(), changes.clone());
            tokio::spawn(async move {
                while of_file.changed().await.is_ok() {
                    changes.send_modify(|count| *count += 1);
                }
            });
        }
        Self { app, files, changed, ending }
    }

    /// The tools in the order of the files. Where two have one name, the later file's gets the name of its graph before it.
    fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        for file in &self.files {
            let graph = file.graph();
            for tool in &graph.tools {
                let mut name = tool.name.to_string();
                if entries.iter().any(|entry| entry.name == name) {
                    name = format!("{}_{name}", graph.about.name);
                }
                entries.push(Entry { name, file, tool: tool.clone() });
            }
        }
        entries
    }

    async fn run(&self, request: Request) -> Answer {
        let entry = self.entries().into_iter().find(|entry| entry.name == request.tool).map(|entry| (entry.file.clone(), entry.tool.name));
        let Some((file, tool)) = entry else {
            return failed(&format!("there is no tool `{}`", request.tool)).into();
        };
        let began = match request.again {
            None => self.begin(&file, &tool, request.arguments, request.trace.as_ref()),
            Some(again) => self.go_on(again).await,
        };
        match began {
            Ok(begun) => {
                let caller = Caller { progress: request.progress, cancel: request.cancel, client: request.client, asks: request.asks };
                call::follow(&self.app, &self.ending, caller, begun).await.unwrap_or_else(|outcome| answer(&tool, outcome).into())
            }
            Err(error) => failed(&error.in_full()).into(),
        }
    }

    fn begin(&self, file: &GraphFile, tool: &ToolName, arguments: Map<String, Value>, said: Option<&TraceContext>) -> Result<Begun, Error> {
        let followers = Followers::default();
        let turns = followers.join();
        let caller = said.and_then(|said| telemetry::accept(&said.parent, said.state.as_deref()));
        let begin = Begin::whole(Value::Object(arguments)).followed_by(followers).asked_by(Asked { caller, is_client: true });
        let run = self.app.begin(file, tool, begin)?;
        Ok(Begun { state: State::of(run.id), followed: Followed { turns, asks: Vec::new() }, answers: BTreeMap::new() })
    }

    async fn go_on(&self, again: Again) -> Result<Begun, Error> {
        // What is read here is what was sealed here.
        let state: State = serde_json::from_value(again.state).map_err(|source| Error::BadCommand { name: "a call's state", source })?;
        let followed = self.app.follow(state.run).await?;
        Ok(Begun { state, followed, answers: again.answers })
    }
}

impl Offer for Offered {
    fn identity(&self) -> Identity {
        match self.files.as_slice() {
            [only] => {
                let about = only.graph().about.clone();
                let title = about.title.or_else(|| Some(about.name.clone()));
                Identity { name: about.name, title, version: about.version, instructions: about.instructions }
            }
            _ => Identity {
                name: "patchbay".to_owned(),
                title: Some("Patchbay".to_owned()),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                instructions: None,
            },
        }
    }

    fn tools(&self) -> Vec<mcp::Tool> {
        self.entries().into_iter().map(|entry| definition(entry.name, entry.tool)).collect()
    }

    fn call(&self, request: Request) -> BoxFuture<'_, Answer> {
        self.run(request).boxed()
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    fn key(&self) -> BoxFuture<'_, Option<[u8; 32]>> {
        let data = self.app.data().map(Path::to_owned);
        off_the_runtime(move || Some(key::of(data.as_deref()))).boxed()
    }
}

/// The schemas go out whole. MCP wants an object for a structured result, so the schema of another kind of result is not one
/// that a client could use.
fn definition(name: String, tool: Tool) -> mcp::Tool {
    let mut definition = mcp::Tool::new(name, tool.description).with_input(tool.input_schema);
    if let Some(schema) = tool.output_schema.filter(|schema| schema.get("type").is_some_and(|kind| kind == "object")) {
        definition = definition.with_output(schema);
    }
    definition
}

/// What a client sees of a run's end.
fn answer(tool: &ToolName, outcome: Outcome) -> CallResult {
    match outcome {
        Outcome::Done { result } => {
            let text = json!({"type": "text", "text": result.to_string()});
            let structured = result.is_object().then(|| Arc::unwrap_or_clone(result));
            CallResult { content: vec![text], structured, ..CallResult::default() }
        }
        Outcome::Failed { failure } => failed(&format!("the tool `{tool}` failed at {failure}")),
        Outcome::Stopped { .. } => failed(&format!("the tool `{tool}` was stopped")),
    }
}

fn failed(text: &str) -> CallResult {
    CallResult { content: vec![json!({"type": "text", "text": text})], is_error: true, ..CallResult::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falsy_results_come_back_as_they_are() {
        for value in [json!(0), json!(false), json!(""), json!(null), json!([])] {
            let result = answer(&"t".into(), Outcome::Done { result: Arc::new(value.clone()) });
            let text = result.content[0]["text"].as_str().unwrap();
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value, "the text is the value");
            assert_eq!((result.structured, result.is_error), (None, false), "only an object can be structured");
        }
    }

    #[test]
    fn an_object_is_structured_content_and_the_same_as_text() {
        let value = json!({"count": 7});
        let result = answer(&"t".into(), Outcome::Done { result: Arc::new(value.clone()) });
        assert_eq!(result.structured, Some(value), "structured");
        assert_eq!(result.content[0]["text"], r#"{"count":7}"#, "text");
    }

    #[test]
    fn a_failure_is_a_result_that_names_the_node_and_the_cause() {
        let failure = nodes::Failure::new(nodes::FailureKind::Tool, "the tool `list` of the server `files` failed: no such folder");
        let failure = run::RunFailure { node: Some("list_node".into()), failure };
        let result = answer(&"count".into(), Outcome::Failed { failure });
        let text = result.content[0]["text"].as_str().unwrap();
        assert!(result.is_error && text.contains("`list_node`") && text.contains("no such folder"), "{text}");
    }
}
