//! The native menu: what the system expects of every application. The product's own actions live in the window.

use app::App;
use tauri::menu::{Menu, MenuEvent, MenuItemBuilder, SubmenuBuilder};
use tauri::{AppHandle, Manager, Wry};

use crate::{dialog, window};

const OPEN: &str = "open";
const CLOSE: &str = "close";
const QUIT: &str = "quit";

/// File and Edit; on macOS the application's menu before them.
///
/// Undo and redo are left out: as menu items their shortcuts would never reach the canvas, which has its own history.
pub(crate) fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let item = |id, text, keys| MenuItemBuilder::with_id(id, text).accelerator(keys).build(app);
    let file = SubmenuBuilder::new(app, "File")
        .item(&item(OPEN, "Open…", "CmdOrCtrl+O")?)
        .separator()
        .item(&item(CLOSE, "Close", "CmdOrCtrl+W")?)
        .item(&item(QUIT, "Quit", "CmdOrCtrl+Q")?)
        .build()?;
    let edit = SubmenuBuilder::new(app, "Edit").cut().copy().paste().select_all().build()?;
    let menu = Menu::new(app)?;
    #[cfg(target_os = "macos")]
    menu.append(&SubmenuBuilder::new(app, "Patchbay").about(None).separator().hide().hide_others().show_all().build()?)?;
    menu.append_items(&[&file, &edit])?;
    Ok(menu)
}

/// Does what a chosen item says.
pub(crate) fn on_event(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => {
            let shell = app.clone();
            tauri::async_runtime::spawn(async move {
                if let Some(path) = dialog::pick(&shell).await {
                    App::clone(&shell.state::<App>()).open_chosen(&path).await;
                }
            });
        }
        CLOSE => {
            if let Some(Err(error)) = window(app).map(|window| window.close()) {
                tracing::warn!(%error, "could not close the window");
            }
        }
        QUIT => app.exit(0),
        // The predefined items do their work themselves and are reported here too.
        _ => {}
    }
}
