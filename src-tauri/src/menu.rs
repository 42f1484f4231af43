//! The native menu: made as the page asks for it, since the page knows the actions; what the system does itself is put in here.
//! Of the product's actions it knows neither names nor meanings.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use app::App;
use protocol::{Keys, Menu, MenuItem, NativeItem};
use tauri::menu::{AboutMetadata, IsMenuItem, MenuEvent, MenuItemBuilder, PredefinedMenuItem, Submenu, SubmenuBuilder};
use tauri::{AppHandle, Manager, Wry};

use crate::window;

/// What the ids of items begin with that the shell itself sees to.
const OURS: &str = "shell.";

/// Items of a menu by their ids.
type Items = HashMap<String, tauri::menu::MenuItem<Wry>>;

/// The menu that is shown, and its items by their ids.
#[derive(Default)]
pub(crate) struct Shown(Mutex<(Vec<Menu>, Items)>);

/// The menu until the page has said what it can do: how to leave. It has no keys, since GTK complains of keys that go with a menu.
pub(crate) fn first(app: &AppHandle) -> tauri::Result<()> {
    let file = SubmenuBuilder::new(app, "File").text(format!("{OURS}close"), "Close window").text(format!("{OURS}quit"), "Quit");
    app.set_menu(tauri::menu::Menu::with_items(app, &[&file.build()?])?)?;
    Ok(())
}

/// Shows these menus. Where only what can be chosen is another, the menu stays and its items change.
pub(crate) fn set(app: &AppHandle, menus: Vec<Menu>) -> tauri::Result<()> {
    let shell = app.clone();
    app.run_on_main_thread(move || {
        if let Err(error) = show(&shell, menus) {
            tracing::warn!(%error, "could not show the menu");
        }
    })
}

fn show(app: &AppHandle, menus: Vec<Menu>) -> tauri::Result<()> {
    let shown = app.state::<Shown>();
    let mut shown = shown.0.lock().unwrap_or_else(PoisonError::into_inner);
    if menus.iter().map(shape).eq(shown.0.iter().map(shape)) {
        let items = menus.iter().flat_map(|menu| &menu.items);
        for (item, before) in items.zip(shown.0.iter().flat_map(|menu| &menu.items)) {
            if let (MenuItem::Action { id, is_enabled, .. }, true) = (item, item != before)
                && let Some(item) = shown.1.get(id)
            {
                item.set_enabled(*is_enabled)?;
            }
        }
        shown.0 = menus;
        return Ok(());
    }
    let mut maker = Maker { app, items: Items::new() };
    let bar = tauri::menu::Menu::new(app)?;
    #[cfg(target_os = "macos")]
    bar.append(&maker.of_application()?)?;
    for menu in &menus {
        bar.append(&maker.menu(menu)?)?;
    }
    app.set_menu(bar)?;
    *shown = (menus, maker.items);
    Ok(())
}

/// A menu without what may change while it is shown.
fn shape(menu: &Menu) -> (&str, Vec<MenuItem>) {
    let still = |item: &MenuItem| match item.clone() {
        MenuItem::Action { id, label, keys, .. } => MenuItem::Action { id, label, keys, is_enabled: true },
        other @ (MenuItem::Native(_) | MenuItem::Separator) => other,
    };
    (&menu.title, menu.items.iter().map(still).collect())
}

/// Makes menus, and keeps the items that may change.
struct Maker<'a> {
    app: &'a AppHandle,
    items: Items,
}

impl Maker<'_> {
    fn menu(&mut self, menu: &Menu) -> tauri::Result<Submenu<Wry>> {
        let made = SubmenuBuilder::new(self.app, &menu.title).build()?;
        // A line at the end, or two in a row, would stand where a platform has an item elsewhere.
        let mut has_line = true;
        for item in &menu.items {
            match item {
                MenuItem::Separator if has_line => {}
                MenuItem::Separator => {
                    made.append(&PredefinedMenuItem::separator(self.app)?)?;
                    has_line = true;
                }
                MenuItem::Action { id, label, keys, is_enabled } => {
                    let item = self.item(id, label, keys.as_ref(), *is_enabled)?;
                    made.append(&item)?;
                    self.items.insert(id.clone(), item);
                    has_line = false;
                }
                MenuItem::Native(native) => {
                    if let Some(item) = self.native(*native)? {
                        made.append(item.as_ref())?;
                        has_line = false;
                    }
                }
            }
        }
        Ok(made)
    }

    fn item(&self, id: &str, label: &str, keys: Option<&Keys>, is_enabled: bool) -> tauri::Result<tauri::menu::MenuItem<Wry>> {
        let registered = keys.filter(|keys| is_registered(keys)).map(|keys| keys.name.as_str());
        // Windows shows what follows a tab where keys stand.
        let shown = keys.filter(|keys| cfg!(windows) && !is_registered(keys)).map(|keys| keys.name.replace("CmdOrCtrl", "Ctrl"));
        let label = shown.map_or_else(|| label.to_owned(), |shown| format!("{label}\t{shown}"));
        let make = |keys: Option<&str>| {
            let item = MenuItemBuilder::with_id(id, &label).enabled(is_enabled);
            if let Some(keys) = keys { item.accelerator(keys) } else { item }.build(self.app)
        };
        make(registered).or_else(|error| {
            tracing::debug!(%error, id, "the item has keys that this system does not know");
            make(None)
        })
    }

    /// An item that the shell or the system sees to; none where this platform has it elsewhere.
    fn native(&self, native: NativeItem) -> tauri::Result<Option<Box<dyn IsMenuItem<Wry>>>> {
        let ours = |name: &str, label: &str, keys: &str| {
            let item = MenuItemBuilder::with_id(format!("{OURS}{name}"), label);
            let item = if keys.is_empty() { item } else { item.accelerator(keys) };
            Ok(Some(Box::new(item.build(self.app)?) as Box<dyn IsMenuItem<Wry>>))
        };
        // Where the system has such an item, it reaches texts and page alike; GTK has none.
        let systems = |item: tauri::Result<PredefinedMenuItem<Wry>>| Ok(Some(Box::new(item?) as Box<dyn IsMenuItem<Wry>>));
        let is_gtk = cfg!(target_os = "linux");
        match native {
            NativeItem::Cut if is_gtk => ours("Cut", "Cut", ""),
            NativeItem::Copy if is_gtk => ours("Copy", "Copy", ""),
            NativeItem::Paste if is_gtk => ours("Paste", "Paste", ""),
            NativeItem::Cut => systems(PredefinedMenuItem::cut(self.app, None)),
            NativeItem::Copy => systems(PredefinedMenuItem::copy(self.app, None)),
            NativeItem::Paste => systems(PredefinedMenuItem::paste(self.app, None)),
            NativeItem::Close => ours("close", "Close window", "CmdOrCtrl+W"),
            NativeItem::Quit | NativeItem::About if cfg!(target_os = "macos") => Ok(None),
            NativeItem::Quit => ours("quit", "Quit", "CmdOrCtrl+Q"),
            NativeItem::About => systems(PredefinedMenuItem::about(self.app, Some("About Patchbay"), Some(about(self.app)))),
            NativeItem::Minimize => ours("minimize", "Minimize", ""),
            NativeItem::Maximize => ours("maximize", if cfg!(target_os = "macos") { "Zoom" } else { "Maximize" }, ""),
            NativeItem::FullScreen => ours("full-screen", "Full screen", if cfg!(target_os = "macos") { "Ctrl+Cmd+F" } else { "F11" }),
        }
    }

    /// What macOS has in the menu of the application's name.
    #[cfg(target_os = "macos")]
    fn of_application(&mut self) -> tauri::Result<Submenu<Wry>> {
        let quit = MenuItemBuilder::with_id(format!("{OURS}quit"), "Quit Patchbay").accelerator("CmdOrCtrl+Q").build(self.app)?;
        SubmenuBuilder::new(self.app, "Patchbay")
            .about(Some(about(self.app)))
            .separator()
            .services()
            .separator()
            .hide()
            .hide_others()
            .show_all()
            .separator()
            .item(&quit)
            .build()
    }
}

fn about(app: &AppHandle) -> AboutMetadata<'_> {
    AboutMetadata {
        name: Some("Patchbay".to_owned()),
        version: Some(app.package_info().version.to_string()),
        comments: Some("Workflows of MCP tools, drawn on a canvas".to_owned()),
        license: Some("MIT or Apache-2.0".to_owned()),
        ..AboutMetadata::default()
    }
}

/// Whether the menu takes the keys itself. A key alone is typed into texts; and what the page wants to see first never reached it
/// if the menu took it, but on macOS, where the page is asked before the menu.
fn is_registered(keys: &Keys) -> bool {
    let is_chord = keys.name.starts_with("CmdOrCtrl+");
    let is_function_key = keys.name.len() > 1 && keys.name.starts_with('F') && keys.name[1..].bytes().all(|byte| byte.is_ascii_digit());
    (is_chord || is_function_key) && (!keys.is_of_page || (cfg!(target_os = "macos") && is_chord))
}

/// Does what a chosen item says, or tells the page.
pub(crate) fn on_event(app: &AppHandle, event: MenuEvent) {
    let id = event.id().as_ref();
    let Some(ours) = id.strip_prefix(OURS) else { return app.state::<App>().menu_chosen(id) };
    let Some(window) = window(app) else { return app.exit(0) };
    let done = match ours {
        // With its window the app ends.
        "close" | "quit" => window.close(),
        "minimize" => window.minimize(),
        "maximize" => window.is_maximized().and_then(|is_large| if is_large { window.unmaximize() } else { window.maximize() }),
        "full-screen" => window.is_fullscreen().and_then(|is_full| window.set_fullscreen(!is_full)),
        command => edit(&window, command),
    };
    if let Err(error) = done {
        tracing::warn!(%error, id, "could not do what the menu says");
    }
}

/// Does an editing command in the page, as the keys for it would.
#[cfg(target_os = "linux")]
fn edit(window: &tauri::WebviewWindow, command: &str) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt;
    let command = command.to_owned();
    window.with_webview(move |view| view.inner().execute_editing_command(&command))
}

/// The system's own items do it.
#[cfg(not(target_os = "linux"))]
fn edit(_window: &tauri::WebviewWindow, _command: &str) -> tauri::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_takes_no_key_that_is_typed_into_a_text() {
        let taken = |name: &str, is_of_page: bool| is_registered(&Keys { name: name.to_owned(), is_of_page });
        assert!(taken("CmdOrCtrl+O", false) && taken("F6", false), "those that mean the same everywhere");
        assert!(!taken("Delete", true) && !taken("O", true) && !taken("+", true) && !taken("F2", true), "typed, or the page's");
        assert_eq!(taken("CmdOrCtrl+Z", true), cfg!(target_os = "macos"), "only where the page is asked first");
    }
}
