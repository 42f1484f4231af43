//! The system's dialog for choosing a graph file. It does not open what was chosen.

use std::path::PathBuf;

use tauri::AppHandle;

use crate::window;

/// Shows the dialog and tells `done` what was chosen, nothing if it was dismissed. Returns at once.
pub(crate) fn choose(app: &AppHandle, done: impl FnOnce(Option<PathBuf>) + Send + 'static) {
    let shell = app.clone();
    // macOS allows a dialog to be made on the main thread only; everywhere it may then be awaited from any.
    let shown = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Open a graph").add_filter("Graphs", &["yaml", "yml", "json"]);
        if let Some(window) = window(&shell) {
            dialog = dialog.set_parent(&window);
        }
        let chosen = dialog.pick_file();
        tauri::async_runtime::spawn(async move { done(chosen.await.map(|file| file.path().to_owned())) });
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "could not show the file dialog");
    }
}

/// The dialog for the page: the path chosen, or `null`.
#[tauri::command]
pub(crate) async fn choose_file(app: AppHandle) -> Option<PathBuf> {
    let (send, receive) = tokio::sync::oneshot::channel();
    choose(&app, move |path| {
        // The page may be gone by the time the person has chosen; then there is no one to tell.
        drop(send.send(path));
    });
    receive.await.ok().flatten()
}
