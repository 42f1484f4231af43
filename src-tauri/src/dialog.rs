//! The system's dialogs for choosing a graph file, and where a file goes. They neither open nor write anything.

use std::path::PathBuf;

use tauri::AppHandle;

use crate::window;

/// Shows the dialog and waits for the choice; none if it was dismissed.
pub(crate) async fn pick(app: &AppHandle) -> Option<PathBuf> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let shell = app.clone();
    // macOS allows a dialog to be made on the main thread only; everywhere it may then be awaited from any.
    let shown = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Open a graph").add_filter("Graphs", &["yaml", "yml"]);
        if let Some(window) = window(&shell) {
            dialog = dialog.set_parent(&window);
        }
        // Who asked may be gone by now; then the dialog closes with the future.
        drop(send.send(dialog.pick_file()));
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "could not show the file dialog");
        return None;
    }
    let dialog = receive.await.ok()?;
    dialog.await.map(|file| file.path().to_owned())
}

/// Shows the dialog for where a file is to be written, and waits for the choice; none if it was dismissed.
pub(crate) async fn choose_target(app: &AppHandle, name: &str) -> Option<PathBuf> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let (shell, name) = (app.clone(), name.to_owned());
    let shown = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Save the drawing").set_file_name(name);
        if let Some(window) = window(&shell) {
            dialog = dialog.set_parent(&window);
        }
        drop(send.send(dialog.save_file()));
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "could not show the file dialog");
        return None;
    }
    let dialog = receive.await.ok()?;
    dialog.await.map(|file| file.path().to_owned())
}
