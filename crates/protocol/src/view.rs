//! What the window shows of a graph, a run, a step, a server.

use std::sync::Arc;

use graph::{Document, Edit, Graph, Layout, LayoutEdit, NodeId, Port, Problem, ServerName, ToolName};
use nodes::Failure;
use run::{Outcome, Part, StepId, StepState};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dry::DryCall;
use crate::error::Failed;
use crate::settings::Settings;

/// An open graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GraphId(pub u64);

/// A run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl std::fmt::Display for RunId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// What is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// The open graphs, the one last opened at the end.
    pub graphs: Vec<GraphView>,
    /// Files that were open lately, the latest first.
    pub recent: Vec<RecentFile>,
    /// Whether the shell has native dialogs.
    pub is_native: bool,
    /// Why the file that was to be open from the start is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_opened: Option<NotOpened>,
    /// Where new graphs go unless a person says otherwise; none where there is no home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// How the person has set the window up.
    #[serde(default)]
    pub settings: Settings,
}

/// A file that was open lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecentFile {
    /// Its path, absolute.
    pub path: String,
    /// Whether it is not there now.
    pub is_missing: bool,
}

/// A file that somebody wanted to open and that could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotOpened {
    /// The file as it was named.
    pub path: String,
    /// Why.
    pub failed: Failed,
}

/// A graph that comes with Patchbay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// Its name, which is that of its file too.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// What it shows, in a sentence.
    pub about: String,
    /// The kinds of its nodes, in the order of the file, each once.
    pub kinds: Vec<String>,
}

/// A graph that was made of a workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The graph.
    pub graph: GraphView,
    /// What became of each part of the workflow, in its order.
    pub report: Vec<ImportLine>,
}

/// What became of a part of an imported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// What it was.
    pub what: String,
    /// What it is now.
    pub became: String,
}

/// An open graph as the window shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphView {
    /// Its id while it is open.
    pub id: GraphId,
    /// The file's path, absolute.
    pub path: String,
    /// Its shape, as a sentence for people.
    pub dialect: String,
    /// Its content; the last that could be read.
    pub graph: Arc<Graph>,
    /// Where things stand on its canvas.
    #[serde(default)]
    pub layout: Arc<Layout>,
    /// What is wrong with it.
    pub problems: Vec<Reported>,
    /// Grows with each change of the file or its layout, whoever made it.
    #[serde(default)]
    pub revision: u64,
    /// What undo would take back, as a person calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// What redo would make again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// Why the last change could not be saved; it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsaved: Option<Failed>,
    /// What another program changed at the same time, in the same lines; nothing is saved until a person has chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// What became of an open graph: all that leads from one revision of it to another, so that a change costs what has changed
/// and not what there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphChange {
    /// Its id while it is open.
    pub id: GraphId,
    /// The revision that it leads from. Who has another one asks for the graph anew.
    pub from: u64,
    /// The revision that it leads to.
    pub revision: u64,
    /// Its shape, as a sentence for people.
    pub dialect: String,
    /// What became of its content; none where that is as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph: Option<Delta<Edit, Graph>>,
    /// What became of its layout; none where that is as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Delta<LayoutEdit, Layout>>,
    /// What is wrong with it now; none where that is as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Reported>>,
    /// As in [`GraphView`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    /// As in [`GraphView`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redo: Option<String>,
    /// As in [`GraphView`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsaved: Option<Failed>,
    /// As in [`GraphView`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Delta<E, T> {
    /// It was changed so.
    Edit(E),
    /// It is this now; where no edit leads there.
    Whole(Arc<T>),
}

impl GraphView {
    /// What leads from this view to a later one of the same graph.
    #[must_use]
    pub fn change_to(&self, later: &GraphView) -> GraphChange {
        let is_same = Arc::ptr_eq(&self.graph, &later.graph) || self.graph == later.graph;
        let graph = (!is_same).then(|| {
            let edit = graph::edit_between(&self.graph, &later.graph);
            let mut made = Document::new(Graph::clone(&self.graph));
            // A faulty file may hold two of one name, which no edit tells apart.
            let leads_there = made.apply("", &edit).is_ok() && *made.graph() == *later.graph;
            if leads_there { Delta::Edit(edit) } else { Delta::Whole(later.graph.clone()) }
        });
        let layout = match self.layout.edit_to(&later.layout) {
            Some(LayoutEdit::Batch { edits }) if edits.is_empty() => None,
            Some(edit) => Some(Delta::Edit(edit)),
            None => Some(Delta::Whole(later.layout.clone())),
        };
        GraphChange {
            id: later.id,
            from: self.revision,
            revision: later.revision,
            dialect: later.dialect.clone(),
            graph,
            layout,
            problems: (self.problems != later.problems).then(|| later.problems.clone()),
            undo: later.undo.clone(),
            redo: later.redo.clone(),
            unsaved: later.unsaved.clone(),
            conflict: later.conflict.clone(),
        }
    }

    /// Takes a change in that leads on from here.
    ///
    /// # Errors
    /// Where it leads from another revision, or does not fit; the view is of no use then and has to be asked for anew.
    pub fn take(&mut self, change: GraphChange) -> Result<(), Stale> {
        if change.id != self.id || change.from != self.revision {
            return Err(Stale);
        }
        match change.graph {
            None => {}
            Some(Delta::Whole(graph)) => self.graph = graph,
            Some(Delta::Edit(edit)) => {
                let graph = Arc::make_mut(&mut self.graph);
                let mut document = Document::new(std::mem::take(graph));
                let made = document.apply("", &edit).map(drop);
                *graph = document.into_graph();
                made.map_err(|_| Stale)?;
            }
        }
        match change.layout {
            None => {}
            Some(Delta::Whole(layout)) => self.layout = layout,
            Some(Delta::Edit(edit)) => drop(Arc::make_mut(&mut self.layout).apply(&edit)),
        }
        self.problems = change.problems.unwrap_or_else(|| std::mem::take(&mut self.problems));
        (self.revision, self.dialect) = (change.revision, change.dialect);
        (self.undo, self.redo, self.unsaved, self.conflict) = (change.undo, change.redo, change.unsaved, change.conflict);
        Ok(())
    }
}

/// A change does not lead on from what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

/// A file that was changed here and by another program, where both changes cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The places to choose at, in the order of the file. What only one side changed is not among them and is kept.
    pub hunks: Vec<Hunk>,
}

/// A place that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    /// The first line in the text as it stands here, from 1.
    pub line: usize,
    /// The whole lines that both began with.
    pub base: String,
    /// What they are here.
    pub ours: String,
    /// What they are on disk.
    pub theirs: String,
}

/// Whose lines are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// What was changed here.
    Ours,
    /// What the other program wrote.
    Theirs,
}

/// A version of a graph file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(pub u64);

/// A version of a graph file as the timeline shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    /// Its id, for good.
    pub id: VersionId,
    /// The name that a person gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was made, in microseconds since 1970.
    pub at_us: i64,
    /// The last change in it, as a person calls it.
    pub label: String,
    /// Whether a person asked for it; such a one is kept for good, the others are thinned with age.
    pub is_checkpoint: bool,
}

/// A version with what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionDetail {
    /// The version.
    pub version: VersionView,
    /// The file's text.
    pub text: String,
    /// What the text means.
    pub graph: Arc<Graph>,
    /// Where things stood.
    pub layout: Arc<Layout>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PictureView {
    /// Its media type, such as `image/png`.
    pub media: String,
    /// Its bytes, in base64.
    pub data: String,
}

/// A problem, and where it is in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reported {
    /// What is wrong.
    #[serde(flatten)]
    pub problem: Problem,
    /// Where; none for what is not in this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A place in a file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A part of a text, from its first character to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Where it begins.
    pub from: Place,
    /// Where it ends.
    pub to: Place,
}

/// What a text is, read as a graph file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reading {
    /// A graph, whatever is wrong with it.
    Graph {
        /// The graph.
        graph: Arc<Graph>,
    },
    /// Text that is no YAML, or that no reader should take in.
    Unreadable {
        /// Where.
        at: Place,
        /// What is wrong, in lower case and without a full stop.
        message: String,
        /// What would mend it, likewise.
        remedy: String,
    },
}

/// A run as the window shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// The run.
    pub id: RunId,
    /// The graph.
    pub graph: GraphId,
    /// The tool.
    pub tool: ToolName,
    /// How much of the tool it does.
    #[serde(default)]
    pub part: Part,
    /// When it began, in microseconds since 1970.
    pub started_us: i64,
    /// Its steps, in the order in which they began.
    pub steps: Vec<StepView>,
    /// How it ended; none while it goes on.
    pub outcome: Option<Outcome>,
    /// What it asked for so far, where it is a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry: Option<Vec<DryCall>>,
}

/// A step without its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// Its number in the run.
    pub id: StepId,
    /// The node.
    pub node: NodeId,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// The item of the innermost loop that it belongs to, from 0.
    pub item: Option<u32>,
    /// Where it stands.
    pub state: StepState,
    /// When it began, in microseconds since 1970.
    pub started_us: i64,
    /// How long it took, in microseconds; none while it goes on.
    pub duration_us: Option<u64>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The edge by which its branch or its loop's body began: the node and the port that it leaves. None for a step that is not
    /// the first of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_by: Option<(NodeId, Port)>,
    /// The port that it was left by; none while it goes on, and where nothing followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_by: Option<Port>,
}

/// A step with its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepDetail {
    /// The step.
    pub step: StepView,
    /// What it worked on: arguments, items, or the outputs that it read, by node.
    pub input: Option<Value>,
    /// Its output.
    pub output: Option<Value>,
    /// The run that it has started, where it calls a tool whose runs are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneath: Option<RunId>,
}

/// A graph file's text as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TextView {
    /// The text, what is not saved yet included.
    pub text: String,
    /// The graph's revision that it belongs to.
    pub revision: u64,
}

/// A tool that a server offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTool {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// JSON Schema of its arguments.
    pub input_schema: Value,
    /// JSON Schema of its `structuredContent`.
    pub output_schema: Option<Value>,
    /// Whether it says that it only reads (MCP's `readOnlyHint`).
    pub reads_only: bool,
}

/// A server as the window shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerView {
    /// Its name in the graph.
    pub name: ServerName,
    /// How it stands.
    pub phase: ServerPhase,
    /// The names of its tools, where it is ready.
    pub tools: Vec<String>,
    /// The last lines of its standard error.
    pub stderr: Vec<String>,
}

/// A message between us and a server, with nothing secret in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerMessage {
    /// Its number among all that there were, from 1.
    pub number: u64,
    /// When it went by, in microseconds since 1970.
    pub at_us: i64,
    /// Whether we sent it; otherwise the server did.
    pub is_ours: bool,
    /// What it is.
    pub sort: MessageSort,
    /// Its method; that of the request, for what answers one.
    pub method: Option<String>,
    /// How long the request took that it answers, in microseconds.
    pub took_us: Option<u64>,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// Its parameters, its result or its error; of a long one, as much as was kept.
    pub body: Value,
    /// Whether it was too long to be kept whole.
    pub is_cut: bool,
}

/// What a message is in JSON-RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageSort {
    /// It asks for an answer.
    Request,
    /// It answers a request.
    Answer,
    /// It refuses a request.
    Error,
    /// It only tells something.
    Notification,
}

/// How a server stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "phase")]
pub enum ServerPhase {
    /// It has not been needed yet.
    Idle,
    /// It is being started.
    Starting,
    /// It answers.
    Ready {
        /// Its own name and version.
        about: String,
    },
    /// It is down, and will be tried again.
    Waiting {
        /// What went wrong.
        message: String,
    },
    /// It could not be started.
    Failed {
        /// Why, and what would mend it.
        message: String,
    },
    /// It was ended.
    Stopped,
}
