//! The desktop shell: one window, its menu, its dialogs, the ways in which a file comes to it, and the bridge between the page
//! and `app`. It decides nothing about graphs, runs or servers.
#![cfg_attr(test, allow(clippy::unwrap_used))]

use std::path::PathBuf;
use std::sync::Arc;

use app::{App, Secrets};
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;

mod arriving;
mod bridge;
mod closing;
mod dialog;
mod menu;
mod notifying;

/// The one window's label, as the capabilities name it.
const WINDOW: &str = "main";

/// Why the shell could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Tauri could not make the window or its menu.
    #[error("could not open the window: {0}")]
    Window(#[from] tauri::Error),
    /// The argument cannot be made an absolute path.
    #[error("could not find `{path}`: {source}")]
    File {
        /// The argument as it was typed.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder could not be served.
    #[error("{}", .0.in_full())]
    Files(app::Error),
}

/// Sets what GTK and WebKit read from the environment. Call it first in `main`, while there is one thread.
pub fn prepare_process() {
    // Without a GPU, WebKitGTK's default path costs 50 to 100 ms for each change of the whole window, and this one 16 to 18. With
    // a GPU it would turn compositing off, so only a machine without one gets it. A value the user set stays.
    #[cfg(target_os = "linux")]
    if !std::path::Path::new("/dev/dri").exists() && std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        // SAFETY: the caller is the first line of `main`; no other thread exists that could read the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        }
    }
}

/// Opens the window, on `files`, or else on what was last open, and returns when it is closed. Where Patchbay is open already,
/// that window takes the files, and this returns at once.
///
/// # Errors
/// [`Error::File`] if one of `files` cannot be made absolute, [`Error::Window`] if there is no display or the window cannot be made.
pub fn open(files: Vec<PathBuf>) -> Result<(), Error> {
    let absolute = |path: PathBuf| std::path::absolute(&path).map_err(|source| Error::File { path, source });
    let mut files = files.into_iter().map(absolute).collect::<Result<Vec<_>, _>>()?;
    let app = App::new(app::Options {
        data: None,
        runs: app::KeptIn::Data,
        executable: std::env::current_exe().unwrap_or_else(|_| "patchbay-desktop".into()),
        secrets: Secrets::new(None, Arc::new(app::passphrase_of_environment)),
        is_native: true,
        parks: Some(app::LINGERS),
        telemetry: app::telemetry_of_environment(),
    });
    let state = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN;
    let shell = tauri::Builder::default()
        // Before all else: a second start goes no further.
        .plugin(tauri_plugin_single_instance::init(arriving::on_second_start))
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(state).build())
        .manage(app.clone())
        .manage(menu::Shown::default())
        .manage(closing::Leave::default())
        .invoke_handler(tauri::generate_handler![bridge::call, bridge::subscribe])
        .setup(move |shell| {
            let handle = shell.handle();
            menu::first(handle)?;
            shell.on_menu_event(menu::on_event);
            // Before the window, so that the page finds the graph when it first asks.
            let app = App::clone(&shell.state::<App>());
            if files.is_empty() {
                files.extend(app.last_opened());
            }
            for path in &files {
                tauri::async_runtime::block_on(app.open_chosen(path));
            }
            let going_on = App::clone(&app);
            tauri::async_runtime::spawn(async move {
                if let Err(error) = going_on.take_up_runs(&[]).await {
                    tracing::warn!(error = error.in_full(), "runs that were not finished could not be gone on with");
                }
            });
            WebviewWindowBuilder::new(shell, WINDOW, WebviewUrl::default())
                .title("Patchbay")
                .inner_size(1280.0, 800.0)
                .min_inner_size(720.0, 480.0)
                .on_document_title_changed(|window, title| {
                    if let Err(error) = window.set_title(&title) {
                        tracing::warn!(%error, "could not set the window's title");
                    }
                })
                .build()?;
            notifying::start(shell.handle());
            Ok(())
        })
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } => closing::on_request(window.app_handle(), api),
            WindowEvent::DragDrop(dropped) => arriving::on_drop(window.app_handle(), dropped),
            _ => {}
        })
        .build(context())?;
    shell.run(move |_shell, event| match event {
        RunEvent::Exit => tauri::async_runtime::block_on(app.shutdown()),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => arriving::on_opened(_shell, &urls),
        _ => {}
    });
    Ok(())
}

/// Serves a folder's files to an MCP client over the standard streams: what the server command `patchbay mcp files DIR`
/// means when this program is the one that runs the graph.
///
/// # Errors
/// [`Error::Files`] where the folder cannot be served.
pub fn serve_files(folder: PathBuf) -> Result<(), Error> {
    tauri::async_runtime::block_on(app::serve_files(&folder)).map_err(Error::Files)
}

/// The configuration and the pages, as the build script put them together.
#[allow(clippy::unwrap_used, reason = "the generated code parses what it has itself written")]
fn context() -> tauri::Context {
    tauri::tauri_build_context!()
}

/// The one window, while it is there.
fn window(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(WINDOW)
}

/// Brings the window before all others, where the system lets it.
fn bring_to_front(app: &AppHandle) {
    let Some(window) = window(app) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::debug!(%error, "could not bring the window to the front");
        }
    }
}
