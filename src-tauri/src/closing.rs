//! Closing the window: at once where everything is saved; otherwise the person is asked.

use std::sync::atomic::{AtomicBool, Ordering};

use app::App;
use tauri::{AppHandle, CloseRequestApi, Manager};

use crate::{dialog, window};

/// Whether it is being asked, so that a second wish to close does not ask a second time.
#[derive(Default)]
pub(crate) struct Leave(AtomicBool);

/// Somebody wants to close the window. It waits until the files are saved, or the person says that it need not.
pub(crate) fn on_request(shell: &AppHandle, request: &CloseRequestApi) {
    request.prevent_close();
    if shell.state::<Leave>().0.swap(true, Ordering::SeqCst) {
        return;
    }
    let shell = shell.clone();
    tauri::async_runtime::spawn(async move {
        let unsaved = App::clone(&shell.state::<App>()).unsaved().await;
        if !unsaved.is_empty() && !dialog::may_close(&shell, &unsaved).await {
            shell.state::<Leave>().0.store(false, Ordering::SeqCst);
            return;
        }
        let closed = window(&shell).map_or(Ok(()), |window| window.destroy());
        if let Err(error) = closed {
            tracing::warn!(%error, "could not close the window");
            shell.exit(0);
        }
    });
}
