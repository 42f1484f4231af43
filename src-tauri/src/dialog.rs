//! The system's dialogs: which file to open, where a new one goes, whether to close what is not saved. They do nothing with the
//! answer.

use std::future::Future;
use std::path::PathBuf;

use rfd::{AsyncFileDialog, AsyncMessageDialog, MessageButtons, MessageDialogResult, MessageLevel};
use tauri::{AppHandle, WebviewWindow};

use crate::window;

/// The endings of graph files, and of workflows that can be imported.
const GRAPHS: [&str; 3] = ["yaml", "yml", "patchbay"];
const WORKFLOWS: [&str; 1] = ["json"];

/// What a person says who is asked whether to close all the same.
const CLOSE: &str = "Close anyway";
const STAY: &str = "Keep it open";

/// Asks which graph file to open, or which workflow to import; none if the person thinks better of it.
pub(crate) async fn pick(app: &AppHandle) -> Option<PathBuf> {
    let shown = on_main(app, |parent| {
        let all: Vec<&str> = GRAPHS.into_iter().chain(WORKFLOWS).collect();
        let dialog = AsyncFileDialog::new().set_title("Open a graph");
        let dialog = dialog.add_filter("Graphs and workflows", &all).add_filter("Graphs", &GRAPHS).add_filter("Workflows", &WORKFLOWS);
        match parent {
            Some(window) => dialog.set_parent(&window).pick_file(),
            None => dialog.pick_file(),
        }
    });
    shown.await?.await.map(|file| file.path().to_owned())
}

/// Asks where a new graph file goes, with a proposal; none if the person thinks better of it. A name without an ending gets one.
pub(crate) async fn pick_new(app: &AppHandle, proposed: PathBuf) -> Option<PathBuf> {
    let shown = on_main(app, move |parent| {
        let mut dialog = AsyncFileDialog::new().set_title("New graph").add_filter("Graphs", &GRAPHS);
        if let Some(folder) = proposed.parent() {
            if let Err(error) = std::fs::create_dir_all(folder) {
                // The dialog then begins somewhere else.
                tracing::debug!(%error, "the folder for new graphs could not be made");
            }
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = proposed.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        match parent {
            Some(window) => dialog.set_parent(&window).save_file(),
            None => dialog.save_file(),
        }
    });
    let path = shown.await?.await?.path().to_owned();
    Some(if path.extension().is_none() { path.with_extension("yaml") } else { path })
}

/// Asks where a file of this name is to be written; none if the person thinks better of it.
pub(crate) async fn pick_target(app: &AppHandle, name: String) -> Option<PathBuf> {
    let shown = on_main(app, move |parent| {
        let dialog = AsyncFileDialog::new().set_title("Save the drawing").set_file_name(name);
        match parent {
            Some(window) => dialog.set_parent(&window).save_file(),
            None => dialog.save_file(),
        }
    });
    shown.await?.await.map(|file| file.path().to_owned())
}

/// Asks whether to close although these files are not safe on disk, for these reasons.
pub(crate) async fn may_close(app: &AppHandle, unsaved: &[(PathBuf, String)]) -> bool {
    let named = |(path, why): &(PathBuf, String)| format!("{}\n{why}", path.display());
    let listed = unsaved.iter().map(named).collect::<Vec<_>>().join("\n\n");
    let text = format!("Not everything is saved:\n\n{listed}\n\nWhat you changed is kept among the graph's versions all the same.");
    let shown = on_main(app, move |parent| {
        let dialog = AsyncMessageDialog::new().set_level(MessageLevel::Warning).set_title("Patchbay").set_description(text);
        let dialog = dialog.set_buttons(MessageButtons::OkCancelCustom(CLOSE.to_owned(), STAY.to_owned()));
        match parent {
            Some(window) => dialog.set_parent(&window).show(),
            None => dialog.show(),
        }
    });
    let Some(answer) = shown.await else { return true };
    match answer.await {
        MessageDialogResult::Ok | MessageDialogResult::Yes => true,
        MessageDialogResult::Custom(word) => word == CLOSE,
        MessageDialogResult::No | MessageDialogResult::Cancel => false,
    }
}

/// Has a dialog made on the main thread, which macOS allows only there; everywhere it may then be awaited from any. None where
/// it cannot be shown.
async fn on_main<F: Future + Send + 'static>(app: &AppHandle, make: impl FnOnce(Option<WebviewWindow>) -> F + Send + 'static) -> Option<F> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let shell = app.clone();
    // Who asked may be gone by now; then the dialog closes with the future.
    let shown = app.run_on_main_thread(move || drop(send.send(make(window(&shell)))));
    if let Err(error) = shown {
        tracing::warn!(%error, "could not show a dialog");
        return None;
    }
    receive.await.ok()
}
