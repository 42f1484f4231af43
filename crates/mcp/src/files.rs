//! A small MCP server of our own: reads the files below one folder, and nothing else. Never writes, never leaves the folder.

mod folder;
mod glob;
mod search;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::endpoint::{Answer, Identity, Offer, Request, ServeError, serve_stdio};
use crate::tool::{CallResult, Tool};
use folder::Folder;

/// Why a file cannot be served. Each names the path as the caller gave it, since that is what the caller can mend.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder to offer is not there, or not a folder.
    #[error("`{}` cannot be offered: {source}", path.display())]
    NoRoot {
        /// The folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The path leads out of the folder.
    #[error("`{path}` is outside of the folder that is offered; give a path below it")]
    Outside {
        /// The path.
        path: String,
    },
    /// The operating system refuses.
    #[error("`{path}` cannot be read: {source}")]
    Io {
        /// The path.
        path: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A folder is needed.
    #[error("`{path}` is not a folder")]
    NotAFolder {
        /// The path.
        path: String,
    },
    /// A file is needed.
    #[error("`{path}` is not a file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// The file has bytes that are no text.
    #[error("`{path}` is not text in UTF-8")]
    NotText {
        /// The path.
        path: String,
    },
    /// The file is too long for one answer.
    #[error("`{path}` has {size} bytes, and at most {limit} are read; ask for its beginning with `head` or its end with `tail`")]
    TooLong {
        /// The path.
        path: String,
        /// Its size, in bytes.
        size: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// The folder has too many entries for one answer.
    #[error("`{path}` has more than {limit} entries; ask for a folder below it")]
    TooMany {
        /// The path.
        path: String,
        /// The limit.
        limit: usize,
    },
    /// An argument is missing, or of another type.
    #[error("the arguments of `{tool}` cannot be read: {source}")]
    Arguments {
        /// The tool.
        tool: String,
        /// What is wrong with them.
        source: serde_json::Error,
    },
    /// `head` and `tail` exclude each other.
    #[error("`head` and `tail` cannot be given together; choose one")]
    HeadAndTail,
}

/// Why the files server ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum FilesServeError {
    /// The folder cannot be offered.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The endpoint broke.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// Serves the files below `root` on standard input and output, until the input is closed.
///
/// # Errors
///
/// If `root` is not a folder that can be read.
pub async fn serve(root: impl AsRef<Path>) -> Result<(), FilesServeError> {
    let files = Arc::new(Files::new(root)?);
    Ok(serve_stdio(files, CancellationToken::new()).await?)
}

/// The tools over one folder.
pub struct Files {
    folder: Arc<Folder>,
    changed: watch::Sender<u64>,
}

impl Files {
    /// Offers the files below `root`.
    ///
    /// # Errors
    ///
    /// If `root` is not a folder that can be read.
    pub fn new(root: impl AsRef<Path>) -> Result<Self, FilesError> {
        Ok(Self { folder: Arc::new(Folder::open(root.as_ref())?), changed: watch::Sender::new(0) })
    }
}

impl Offer for Files {
    fn identity(&self) -> Identity {
        Identity {
            name: "patchbay-files".into(),
            title: Some("Files".into()),
            version: env!("CARGO_PKG_VERSION").into(),
            instructions: Some("Reads files below one folder. Relative paths begin at that folder.".into()),
        }
    }

    fn tools(&self) -> Vec<Tool> {
        TOOLS.iter().map(Kind::definition).collect()
    }

    fn call(&self, request: Request) -> BoxFuture<'_, Answer> {
        let folder = self.folder.clone();
        Box::pin(async move {
            let work = move || {
                let kind = TOOLS.iter().find(|kind| kind.name == request.tool);
                // The endpoint calls only what is offered.
                kind.map_or_else(|| Ok(CallResult::failed("no such tool")), |kind| (kind.call)(&folder, &request))
            };
            let result = match tokio::task::spawn_blocking(work).await {
                Ok(Ok(result)) => result,
                Ok(Err(error)) => CallResult::failed(error.to_string()),
                Err(error) => CallResult::failed(format!("the files server failed: {error}")),
            };
            result.into()
        })
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

type Call = fn(&Folder, &Request) -> Result<CallResult, FilesError>;

/// One tool: what clients see of it, and what it does.
struct Kind {
    name: &'static str,
    description: &'static str,
    properties: fn() -> Value,
    required: &'static [&'static str],
    call: Call,
}

impl Kind {
    fn definition(&self) -> Tool {
        let input = json!({"type": "object", "properties": (self.properties)(), "required": self.required});
        let output = json!({"type": "object", "properties": {"content": {"type": "string"}}, "required": ["content"]});
        Tool::new(self.name, self.description).with_input(input).with_output(output).read_only()
    }
}

const TOOLS: &[Kind] = &[
    Kind {
        name: "list_directory",
        description: "Lists a folder: one line for each entry, `[FILE] name` or `[DIR] name`, sorted by name.",
        properties: || json!({"path": {"type": "string", "description": "The folder"}}),
        required: &["path"],
        call: |folder, request| {
            let At { path } = arguments(request)?;
            let entries = folder.list(&path)?;
            let lines = entries.iter().map(|entry| format!("[{}] {}", if entry.is_folder { "DIR" } else { "FILE" }, entry.name));
            Ok(content(lines.collect::<Vec<_>>().join("\n")))
        },
    },
    Kind {
        name: "read_text_file",
        description: "Reads a text file in UTF-8: all of it, its first lines, or its last.",
        properties: || {
            json!({
                "path": {"type": "string", "description": "The file"},
                "head": {"type": "integer", "minimum": 1, "description": "Only so many lines from the beginning"},
                "tail": {"type": "integer", "minimum": 1, "description": "Only so many lines from the end"}
            })
        },
        required: &["path"],
        call: |folder, request| {
            let Part { path, head, tail } = arguments(request)?;
            Ok(content(match (head, tail) {
                (None, None) => folder.read(&path)?,
                (Some(lines), None) => folder.head(&path, lines)?,
                (None, Some(lines)) => folder.tail(&path, lines)?,
                (Some(_), Some(_)) => return Err(FilesError::HeadAndTail),
            }))
        },
    },
    Kind {
        name: "directory_tree",
        description: "Everything below a folder, as JSON: `name`, `type` (`file` or `directory`), and `children` of a directory.",
        properties: || json!({"path": {"type": "string", "description": "The folder"}}),
        required: &["path"],
        call: |folder, request| {
            let At { path } = arguments(request)?;
            let tree = search::tree(folder, &path, &request.cancel)?;
            Ok(content(serde_json::to_string_pretty(&tree).unwrap_or_default()))
        },
    },
    Kind {
        name: "search_files",
        description: "The files and folders below a folder whose name, or path below it, matches a pattern with `*`, `**` and `?`; one path each line.",
        properties: || {
            json!({
                "path": {"type": "string", "description": "The folder"},
                "pattern": {"type": "string", "description": "Such as `*.rs` or `src/**/*.rs`"}
            })
        },
        required: &["path", "pattern"],
        call: |folder, request| {
            let Search { path, pattern } = arguments(request)?;
            let found = search::find(folder, &path, &pattern, &request.cancel)?;
            Ok(content(if found.is_empty() { "No matches found".to_owned() } else { found.join("\n") }))
        },
    },
    Kind {
        name: "get_file_info",
        description: "Size, times, kind and permissions of a file or folder, one each line.",
        properties: || json!({"path": {"type": "string", "description": "The file or folder"}}),
        required: &["path"],
        call: |folder, request| {
            let At { path } = arguments(request)?;
            Ok(content(folder.about(&path)?))
        },
    },
    Kind {
        name: "list_allowed_directories",
        description: "The folder whose files are offered.",
        properties: || json!({}),
        required: &[],
        call: |folder, _| Ok(content(format!("Allowed directories:\n{}", folder.root().display()))),
    },
];

#[derive(Deserialize)]
struct At {
    path: String,
}

#[derive(Deserialize)]
struct Part {
    path: String,
    head: Option<usize>,
    tail: Option<usize>,
}

#[derive(Deserialize)]
struct Search {
    path: String,
    pattern: String,
}

fn arguments<T: DeserializeOwned>(request: &Request) -> Result<T, FilesError> {
    serde_json::from_value(Value::Object(request.arguments.clone()))
        .map_err(|source| FilesError::Arguments { tool: request.tool.clone(), source })
}

/// One text item, and the same under `content`: what graphs written for the official files server expect.
fn content(text: String) -> CallResult {
    let structured = Value::Object(Map::from_iter([("content".to_owned(), Value::from(text.as_str()))]));
    CallResult { structured: Some(structured), ..CallResult::of_text(text) }
}
