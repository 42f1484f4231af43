//! Commands that the desktop shell answers itself, since they need a native window.

use super::command;

command! {
    /// Lets the person pick a graph file with the system's own dialog; none where they think better of it, or where there
    /// is no native window.
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
