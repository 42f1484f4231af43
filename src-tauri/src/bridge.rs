//! The bridge between the page and `app`: a command goes over as its name and JSON, events come back on one ordered
//! channel. Only the one command that takes a native window is known here by name.

use app::App;
use protocol::{Command, Event, Failed, PickFile};
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
    app.dispatch(&name, body).await
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
