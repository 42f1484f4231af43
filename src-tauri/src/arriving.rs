//! The ways in which a file comes to the open window: a second start with its path, dropped on the window, opened by the system.

use std::path::{Path, PathBuf};

use app::App;
use tauri::{AppHandle, DragDropEvent, Manager};

use crate::bring_to_front;

/// Somebody started Patchbay again, in `folder`, with these arguments: this window takes the files and comes to the front.
pub(crate) fn on_second_start(shell: &AppHandle, arguments: Vec<String>, folder: String) {
    let files = arguments.into_iter().skip(1).map(|file| Path::new(&folder).join(file));
    open(shell, files.collect());
    bring_to_front(shell);
}

/// Files were dropped on the window.
pub(crate) fn on_drop(shell: &AppHandle, dropped: &DragDropEvent) {
    if let DragDropEvent::Drop { paths, .. } = dropped {
        open(shell, paths.clone());
    }
}

/// Somebody opened files by a double-click; elsewhere than on macOS they come as arguments.
#[cfg(target_os = "macos")]
pub(crate) fn on_opened(shell: &AppHandle, urls: &[tauri::Url]) {
    open(shell, urls.iter().filter_map(|url| url.to_file_path().ok()).collect());
}

/// Opens files, one after the other; the page hears of each, and of why one could not be opened.
fn open(shell: &AppHandle, files: Vec<PathBuf>) {
    let app = App::clone(&shell.state::<App>());
    tauri::async_runtime::spawn(async move {
        for path in files {
            app.open_chosen(&path).await;
        }
    });
}
