//! The bridge between the page and `app`: a command goes over as its name and JSON, events come back on one ordered
//! channel. It knows no command and no event by name.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tauri::State;
use tauri::ipc::Channel;

/// What the page has of the app, kept by Tauri as long as the window lives.
pub(crate) struct Bridge {
    /// The file named on the command line.
    file: Option<PathBuf>,
    /// One for each page that asked; a page that was reloaded leaves a dead one, dropped at the next event.
    listeners: Mutex<Vec<Channel<Value>>>,
}

/// A failure as the page gets it.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
}

impl Bridge {
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self { file, listeners: Mutex::default() }
    }

    /// Tells the page that `file` was chosen.
    pub(crate) fn open(&self, file: PathBuf) {
        self.send(&json!({ "fileChosen": { "path": file } }));
    }

    fn send(&self, event: &Value) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.send(event.clone()).is_ok());
    }
}

/// Runs the command `name` with the arguments in `body`.
#[tauri::command]
pub(crate) async fn call(bridge: State<'_, Bridge>, name: String, body: Value) -> Result<Value, Failure> {
    match name.as_str() {
        "start" => Ok(json!({ "file": bridge.file })),
        _ => Err(Failure {
            code: "unknownCommand",
            message: format!("the app has no command `{name}` (its body was {} bytes)", body.to_string().len()),
        }),
    }
}

/// Sends every later event to `channel`, in order.
#[tauri::command]
pub(crate) fn subscribe(bridge: State<'_, Bridge>, channel: Channel<Value>) {
    bridge.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(channel);
}
