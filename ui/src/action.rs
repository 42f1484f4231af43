//! What a person can do besides working on the canvas: each action with its label and its shortcut.

use leptos::prelude::Set;

use crate::desk;
use crate::store::Store;

/// An action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Opens a file.
    Open,
    /// Runs the tool that is shown.
    Run,
    /// Stops the run that is shown.
    Stop,
    /// Shows the text beside the canvas, or puts it away.
    Text,
    /// Shows the keys.
    Keys,
    /// Looks nearer.
    ZoomIn,
    /// Looks from further.
    ZoomOut,
    /// Looks at natural size.
    ZoomReset,
    /// Shows all of the graph.
    Fit,
}

/// Where a shortcut works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anywhere, also while one types.
    Everywhere,
    /// While the canvas has the keyboard; the canvas itself does it.
    Canvas,
}

/// A key, with Control (on a Mac, Command) or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortcut {
    /// The key, as the browser names it, in lower case.
    pub(crate) key: &'static str,
    /// How it is shown.
    pub(crate) shown: &'static str,
    /// Whether Control is held.
    pub(crate) control: bool,
    /// Where it works.
    pub(crate) reach: Reach,
}

impl Action {
    /// Every action, in the order in which they are listed.
    pub(crate) const ALL: [Action; 9] = [
        Action::Open,
        Action::Run,
        Action::Stop,
        Action::Text,
        Action::Keys,
        Action::ZoomIn,
        Action::ZoomOut,
        Action::ZoomReset,
        Action::Fit,
    ];

    /// What it is called.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Action::Open => "Open…",
            Action::Run => "Run",
            Action::Stop => "Stop",
            Action::Text => "Text beside the canvas",
            Action::Keys => "Keyboard",
            Action::ZoomIn => "Zoom in",
            Action::ZoomOut => "Zoom out",
            Action::ZoomReset => "Natural size",
            Action::Fit => "Show all",
        }
    }

    /// Its shortcut.
    pub(crate) fn shortcut(self) -> Shortcut {
        let everywhere = |key, shown| Shortcut { key, shown, control: true, reach: Reach::Everywhere };
        let canvas = |key| Shortcut { key, shown: key, control: false, reach: Reach::Canvas };
        match self {
            Action::Open => everywhere("o", "O"),
            Action::Run => everywhere("enter", "Enter"),
            Action::Stop => everywhere(".", "."),
            Action::Text => everywhere("e", "E"),
            Action::Keys => everywhere("/", "/"),
            Action::ZoomIn => canvas("+"),
            Action::ZoomOut => canvas("-"),
            Action::ZoomReset => canvas("0"),
            Action::Fit => canvas("1"),
        }
    }

    /// The action of a key that works everywhere.
    pub(crate) fn of_key(key: &str, control: bool) -> Option<Action> {
        let key = key.to_lowercase();
        Action::ALL.into_iter().find(|action| {
            let shortcut = action.shortcut();
            shortcut.reach == Reach::Everywhere && shortcut.control == control && shortcut.key == key
        })
    }

    /// Does it.
    pub(crate) fn perform(self, store: Store) {
        match self {
            Action::Open => store.choose_file(),
            Action::Run => store.start_run(),
            Action::Stop => store.stop_run(),
            Action::Text => desk::change(store.desk, |desk| desk.has_text = !desk.has_text),
            Action::Keys => store.keys_shown.set(true),
            Action::ZoomIn => store.stage.zoom_by(canvas::ZOOM_STEP),
            Action::ZoomOut => store.stage.zoom_by(1.0 / canvas::ZOOM_STEP),
            Action::ZoomReset => store.stage.zoom_to(1.0),
            Action::Fit => store.stage.fit(),
        }
    }
}

impl Shortcut {
    /// The shortcut as it is written on a button or in a list.
    pub(crate) fn label(self, is_mac: bool) -> String {
        match (self.control, is_mac) {
            (true, true) => format!("⌘{}", self.shown),
            (true, false) => format!("Ctrl+{}", self.shown),
            (false, _) => self.shown.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_label_and_a_shortcut_of_its_own() {
        for action in Action::ALL {
            assert!(!action.label().is_empty(), "{action:?} has a label");
            let same: Vec<_> = Action::ALL.into_iter().filter(|other| other.shortcut() == action.shortcut()).collect();
            assert_eq!(same, [action], "{action:?} has its own shortcut");
        }
    }

    #[test]
    fn a_key_that_works_everywhere_finds_its_action_whatever_its_case() {
        assert_eq!(Action::of_key("Enter", true), Some(Action::Run));
        assert_eq!(Action::of_key("O", true), Some(Action::Open));
        assert_eq!(Action::of_key("o", false), None, "without Control one only types");
        assert_eq!(Action::of_key("+", false), None, "the canvas does that itself");
    }
}
