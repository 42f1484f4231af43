//! Why a verb could not be done, and the one way in which any error becomes what the window shows.

use std::error::Error as _;
use std::path::PathBuf;

use graph::{NodeId, ServerName, ToolName};
use nodes::Failure;
use protocol::{Code, Failed, Reported};

/// Why a verb could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read.
    #[error("could not read `{}`", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("could not write `{}`; its old content is still there", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file could not be made.
    #[error("could not make `{}`", .path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A new file would replace one that is there.
    #[error("`{}` is there already; choose another name", .0.display())]
    Exists(PathBuf),
    /// Nothing can be told to tracing systems as it was asked for.
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    /// A name that no graph file can have.
    #[error("`{}` cannot be the name of a graph file; end it in `.yaml`, or in `.patchbay`", .0.display())]
    NotAName(PathBuf),
    /// A workflow, which is imported rather than opened.
    #[error("`{}` is a workflow of another program; import it as a graph", .0.display())]
    IsWorkflow(PathBuf),
    /// No such example.
    #[error("there is no example `{0}`")]
    NoExample(String),
    /// A graph file is not YAML.
    #[error("{}:{}:{}: {}; {}", .path.display(), .error.line, .error.column, .error.message, .error.remedy)]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: format::SyntaxError,
    },
    /// A layout file is not YAML, so that nothing can be put into it.
    #[error("`{}` cannot be changed since it has an error: line {}, column {}: {}; {}", .path.display(), .error.line, .error.column, .error.message, .error.remedy)]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: format::SyntaxError,
    },
    /// What was typed belongs to a text that is too old to be brought together with what there is.
    #[error("the text of `{}` has changed too much since; ask for it anew", .0.display())]
    TooOld(PathBuf),
    /// What a person chose belongs to another state of a conflict.
    #[error("the two versions of `{}` have changed in the meantime; look at them again", .0.display())]
    OtherConflict(PathBuf),
    /// The graph has no such version.
    #[error("the version is no longer kept")]
    VersionGone,
    /// A tool's arguments are not an object.
    #[error("the arguments of the tool `{0}` are not an object")]
    NotAnObject(String),
    /// A file of servers could not be taken.
    #[error("`{}` cannot be taken", .path.display())]
    Servers {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: format::Error,
    },
    /// The tool has problems that keep it from running.
    #[error("the tool `{tool}` of `{}` cannot run: {}", .path.display(), listed(.problems))]
    Problems {
        /// The file.
        path: PathBuf,
        /// The tool.
        tool: ToolName,
        /// The problems.
        problems: Vec<Reported>,
    },
    /// The arguments do not fit, or the run failed before it began.
    #[error("{0}")]
    Failure(Failure),
    /// The graph has no such tool.
    #[error("`{}` has no tool `{tool}`; it has: {}", .path.display(), .known.join(", "))]
    NoTool {
        /// The file.
        path: PathBuf,
        /// The tool that was asked for.
        tool: String,
        /// The tools that it has.
        known: Vec<String>,
    },
    /// The graph has no such server.
    #[error("the graph has no server `{0}`")]
    NoServer(ServerName),
    /// The graph is not open any more.
    #[error("the graph is no longer open")]
    GraphGone,
    /// The run is not kept any more.
    #[error("the run is no longer kept")]
    RunGone,
    /// The tool has not run, so there is no data of a run.
    #[error("the tool `{0}` has not run since Patchbay was started; run it first, or up to a node")]
    NoLastRun(ToolName),
    /// The events of a run are not kept any more.
    #[error("the data of that run of `{0}` is no longer kept; run the tool again first")]
    NoJournal(ToolName),
    /// A run did not take what was said to it.
    #[error(transparent)]
    Refused(#[from] runner::Refused),
    /// A debugger does not do what was asked.
    #[error(transparent)]
    Debug(#[from] runner::Refusal),
    /// A run cannot be forked so.
    #[error(transparent)]
    NoFork(#[from] run::NoFork),
    /// The run has not come to an end, and has not come to the node either.
    #[error("the run of `{0}` goes on and has not come to that node yet; wait for its end")]
    RunGoesOn(ToolName),
    /// A run did not give what a node reads.
    #[error("`{node}` reads {}, which gave nothing in that run; run the tool up to there first", named(.missing))]
    NoData {
        /// The node.
        node: NodeId,
        /// The nodes whose outputs are missing.
        missing: Vec<NodeId>,
    },
    /// What should be the data of a run is not.
    #[error("the data of a run is an object of outputs by node, or what `patchbay run --trace --output json` printed")]
    NotRunData,
    /// The run has no such step.
    #[error("the run has no such step")]
    StepGone,
    /// A server could not be reached.
    #[error(transparent)]
    Mcp(#[from] mcp::Error),
    /// A secret could not be had or kept.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// The file could not be changed so.
    #[error("`{}` cannot be changed so", .path.display())]
    Change {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: format::Error,
    },
    /// Versions of a file could not be merged.
    #[error("`{}` cannot be merged", .path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: format::Error,
    },
    /// A file could not be imported.
    #[error("`{}` cannot be imported", .path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: format::Error,
    },
    /// A file could not be exported.
    #[error("`{}` cannot be exported", .path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: format::Error,
    },
    /// A picture that is not shown, or not kept.
    #[error("`{src}` cannot be a picture here: {reason}")]
    NoPicture {
        /// The file, as it was named.
        src: String,
        /// Why not.
        reason: &'static str,
    },
    /// A file is there that would be overwritten.
    #[error("`{}` is there already; choose another name, or move it away", .0.display())]
    IsThere(PathBuf),
    /// A folder's files could not be served.
    #[error(transparent)]
    Files(mcp::files::FilesServeError),
    /// An edit does not fit the graph.
    #[error(transparent)]
    Edit(#[from] graph::Error),
    /// The file was changed by somebody else in the meantime.
    #[error("`{}` was changed by another program in the meantime; nothing was written: try again", .0.display())]
    ChangedMeanwhile(PathBuf),
    /// An edit's short form could not be read.
    #[error("`{edit}` is not an edit: {reason}")]
    BadEdit {
        /// The edit as typed.
        edit: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// No such command.
    #[error("there is no command `{0}`")]
    NoCommand(String),
    /// A command's body does not fit.
    #[error("the body of `{name}` cannot be read")]
    BadCommand {
        /// The command.
        name: &'static str,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The runs that were kept could not be read or written.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A run could not be kept.
    #[error("runs cannot be kept, and are gone with this process")]
    NotKept {
        /// Why not.
        source: std::sync::Arc<store::Error>,
    },
    /// A run that is not kept.
    #[error("no run {0} is kept; see `patchbay runs list`")]
    NoRun(u64),
    /// The graph that a run ran cannot be compiled any more.
    #[error("run {run} can neither be shown step by step nor go on: the tool `{tool}` of its graph does not compile: {}", listed(.problems))]
    OldGraph {
        /// The run.
        run: u64,
        /// The tool.
        tool: String,
        /// Why not.
        problems: Vec<Reported>,
    },
    /// A file that holds no run.
    #[error("`{}` is not a run as `patchbay runs export` writes it", .path.display())]
    NotARun {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A run that goes on, where one is needed that has ended.
    #[error("run {0} has not ended; a cassette is made of a run that has")]
    NotEnded(u64),
    /// A file that holds no cassette.
    #[error("`{}` cannot be played", .path.display())]
    NotACassette {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: store::CassetteError,
    },
    /// A graph without tests.
    #[error("`{}` has no tests; write some into `{}`, or make one of a run with `patchbay runs test RUN`", .path.display(), .beside.display())]
    NoTests {
        /// The graph.
        path: PathBuf,
        /// Where its tests would be.
        beside: PathBuf,
    },
    /// A case that names no tool, of a graph that has several or none.
    #[error("`{}` has not just one tool; name one with `tool`: {}", .path.display(), .known.join(", "))]
    WhichTool {
        /// The graph.
        path: PathBuf,
        /// Its tools.
        known: Vec<String>,
    },
    /// A run that was stopped, where a test is to be made of it.
    #[error("run {0} was stopped, so there is nothing that it came to; make a test of a run that ended by itself")]
    NothingToTest(u64),
    /// A text that was copied and holds no nodes.
    #[error("what was copied is no node: {0}")]
    NoClip(format::SyntaxError),
    /// A dry run, where a cassette or a test is to be made of it.
    #[error("run {0} was a dry run: what its writes were answered was made up, and proves nothing; run the tool itself")]
    MadeUp(u64),
    /// The platform tells no folder for data.
    #[error("there is no home folder to keep data in; set `HOME`, or name a folder with `--data DIR`")]
    NoHome,
}

fn named(nodes: &[NodeId]) -> String {
    nodes.iter().map(|node| format!("`{node}`")).collect::<Vec<_>>().join(" and ")
}

fn listed(problems: &[Reported]) -> String {
    let line = |reported: &Reported| {
        let at = reported.place.map(|place| format!("line {}: ", place.line)).unwrap_or_default();
        format!("{at}{}; {}", reported.problem.message, reported.problem.remedy)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("; ")
}

impl Error {
    /// The error as the window shows it.
    #[must_use]
    pub fn to_failed(&self) -> Failed {
        let code = match self {
            Error::GraphGone | Error::RunGone | Error::NoRun(_) | Error::StepGone | Error::VersionGone => Code::Gone,
            Error::Failure(_) | Error::NotAnObject(_) => Code::Arguments,
            Error::Problems { .. } => Code::Problems,
            Error::IsWorkflow(_) => Code::Workflow,
            _ => Code::Failed,
        };
        let mut causes = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let detail = Some(causes.join("\n")).filter(|causes| !causes.is_empty());
        Failed { code, message: self.to_string(), detail }
    }

    /// An error of another crate and its causes in one line.
    pub(crate) fn in_full_of(error: &dyn std::error::Error) -> String {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// The error and its causes in one line, for a terminal or a log.
    #[must_use]
    pub fn in_full(&self) -> String {
        let failed = self.to_failed();
        match failed.detail {
            Some(detail) => format!("{}: {}", failed.message, detail.replace('\n', ": ")),
            None => failed.message,
        }
    }
}
