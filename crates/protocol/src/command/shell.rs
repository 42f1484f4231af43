//! Commands about the window itself. Those that need a native window are answered by the desktop shell; elsewhere they mean
//! nothing.

use super::command;
use crate::menu::Menu;
use crate::settings::Settings;

command! {
    /// Lets the person pick a graph file, or a workflow to import, with the system's own dialog; none where they think better
    /// of it, or where there is no native window.
    PickFile, "shell.pickFile" -> Option<String> {}
}

command! {
    /// Writes a file where the person says by the system's own dialog; the reply is where, none where they think better of it, or
    /// where there is no native window.
    SaveFile, "shell.saveFile" -> Option<String> {
        /// What it is to be called, unless the person says otherwise.
        name: String,
        /// Its bytes, in base64.
        data: String,
    }
}

command! {
    /// Lets the person say where a new graph file goes, with the system's own dialog; none as for [`PickFile`].
    PickNewFile, "shell.pickNewFile" -> Option<String> {
        /// The path that is proposed.
        path: String,
    }
}

command! {
    /// Says what the window's menu holds from now on. What a person chooses there comes back as
    /// [`Event::MenuChosen`](crate::Event::MenuChosen).
    SetMenu, "shell.setMenu" -> () {
        /// The menus, from the left.
        menus: Vec<Menu>,
    }
}

command! {
    /// Keeps how the person has set the window up.
    KeepSettings, "settings.keep" -> () {
        /// All of it.
        settings: Settings,
    }
}
