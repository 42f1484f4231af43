//! The window's menu, as the page asks the desktop shell for it: the page knows the actions, the shell how a menu is made.

use serde::{Deserialize, Serialize};

/// One menu of the bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Menu {
    /// Its title.
    pub title: String,
    /// What it holds, from the top.
    pub items: Vec<MenuItem>,
}

/// An item of a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MenuItem {
    /// Something that the page does.
    Action {
        /// What is told when it is chosen.
        id: String,
        /// What it is called.
        label: String,
        /// Its keys, such as `CmdOrCtrl+Shift+Z`.
        keys: Option<Keys>,
        /// Whether it can be chosen now.
        is_enabled: bool,
    },
    /// Something that the shell or the system does.
    Native(NativeItem),
    /// A line between two groups.
    Separator,
}

/// The keys of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// How the system names them: `CmdOrCtrl+Shift+Z`.
    pub name: String,
    /// Whether the page wants to see them first, since they mean something else in a text.
    pub is_of_page: bool,
}

/// What the shell does by itself. It leaves out what a platform has elsewhere, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NativeItem {
    /// Cuts what is selected, in a text or on the canvas.
    Cut,
    /// Copies it.
    Copy,
    /// Pastes.
    Paste,
    /// Closes the window.
    Close,
    /// Ends Patchbay.
    Quit,
    /// Makes the window small.
    Minimize,
    /// Makes the window large, or as it was.
    Maximize,
    /// Fills the screen, or no longer.
    FullScreen,
    /// Says which version this is.
    About,
}
