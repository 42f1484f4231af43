//! The bridge between the page and `app`: a command goes over as its name and JSON, events come back on one ordered
//! channel. Only the two commands that take a native window are known here by name.

use app::App;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Code, Command, Event, Failed, PickFile, SaveFile};
use serde_json::{Value, json};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tokio::sync::broadcast::error::RecvError;

use crate::dialog;

/// Does what the command `name` asks, with the arguments in `body`.
#[tauri::command]
pub(crate) async fn call(shell: AppHandle, app: State<'_, App>, name: String, body: Value) -> Result<Value, Failed> {
    if name == PickFile::NAME {
        let picked = dialog::pick(&shell).await.map(|path| path.display().to_string());
        return Ok(json!(picked));
    }
    if name == SaveFile::NAME {
        let command: SaveFile = serde_json::from_value(body).map_err(|error| failed(&error))?;
        let bytes = STANDARD.decode(command.data).map_err(|error| failed(&error))?;
        let Some(path) = dialog::choose_target(&shell, &command.name).await else { return Ok(Value::Null) };
        let shown = path.display().to_string();
        let written = tauri::async_runtime::spawn_blocking(move || std::fs::write(path, bytes)).await;
        written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        return Ok(json!(shown));
    }
    app.dispatch(&name, body).await
}

/// What kept a file from being saved.
fn failed(error: &dyn std::error::Error) -> Failed {
    Failed { code: Code::Failed, message: format!("the file could not be saved: {error}"), detail: None }
}

/// Sends what happens from now on to `channel`, in its order, until the page is gone.
#[tauri::command]
pub(crate) fn subscribe(app: State<'_, App>, channel: Channel<Event>) {
    let mut events = app.subscribe();
    tauri::async_runtime::spawn(async move {
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(count)) => Event::Missed { count },
                Err(RecvError::Closed) => break,
            };
            if channel.send(event).is_err() {
                break;
            }
        }
    });
}
