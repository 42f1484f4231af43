//! Commands that the desktop shell answers itself, since they need a native window.

use super::command;

command! {
    /// Lets the person pick a graph file with the system's own dialog; none where they think better of it, or where there
    /// is no native window.
    PickFile, "shell.pickFile" -> Option<String> {}
}
