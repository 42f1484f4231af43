//! The bridge between the page and `app`: a command goes over as its name and JSON, events come back on one ordered
//! channel. Only the commands that take a native window are known here by name.

use app::App;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Code, Command, Event, Failed, PickFile, PickNewFile, SaveFile, SetMenu};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tokio::sync::broadcast::error::RecvError;

use crate::{dialog, menu};

/// Does what the command `name` asks, with the arguments in `body`.
#[tauri::command]
pub(crate) async fn call(shell: AppHandle, app: State<'_, App>, name: String, body: Value) -> Result<Value, Failed> {
    match name.as_str() {
        PickFile::NAME => Ok(json!(dialog::pick(&shell).await.map(|path| path.display().to_string()))),
        PickNewFile::NAME => {
            let PickNewFile { path } = read(&name, body)?;
            Ok(json!(dialog::pick_new(&shell, path.into()).await.map(|path| path.display().to_string())))
        }
        SaveFile::NAME => {
            let SaveFile { name, data } = read(&name, body)?;
            let not_saved = |error: &dyn std::error::Error| failed(format!("the file could not be saved: {error}"));
            let bytes = STANDARD.decode(data).map_err(|error| not_saved(&error))?;
            let Some(path) = dialog::pick_target(&shell, name).await else { return Ok(Value::Null) };
            let shown = path.display().to_string();
            let written = tauri::async_runtime::spawn_blocking(move || std::fs::write(path, bytes)).await;
            written.map_err(|error| not_saved(&error))?.map_err(|error| not_saved(&error))?;
            Ok(json!(shown))
        }
        SetMenu::NAME => {
            let SetMenu { menus } = read(&name, body)?;
            menu::set(&shell, menus).map_err(|error| failed(format!("the menu could not be shown: {error}")))?;
            Ok(Value::Null)
        }
        _ => app.dispatch(&name, body).await,
    }
}

fn read<C: DeserializeOwned>(name: &str, body: Value) -> Result<C, Failed> {
    serde_json::from_value(body).map_err(|error| failed(format!("the body of `{name}` cannot be read: {error}")))
}

fn failed(message: String) -> Failed {
    Failed { code: Code::Failed, message, detail: None }
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
