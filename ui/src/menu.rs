//! The window's menu where the shell has one: made of the actions, so that nothing there is called otherwise, does something
//! else, or can be chosen when it means nothing.

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Keys, Menu, MenuItem, NativeItem, SetMenu};
use wasm_bindgen::prelude::*;

use crate::action::{Action, Reach, Shortcut, Typing};
use crate::model::RunState;
use crate::store::Store;

#[wasm_bindgen(raw_module = "./page.js")]
extern "C" {
    fn edit(command: &str);
}

/// What stands in a menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Do(Action),
    Native(NativeItem),
    Line,
}

use Entry::{Do, Line, Native};

/// The menus, from the left. Actions that no menu names stand at the end of [`REST`]: nothing that can be done is left out.
const MENUS: [(&str, &[Entry]); 7] = [
    (
        "File",
        &[
            Do(Action::New),
            Do(Action::Open),
            Do(Action::Import),
            Line,
            Do(Action::Welcome),
            Do(Action::Board),
            Line,
            Do(Action::CloseGraph),
            Native(NativeItem::Close),
            Native(NativeItem::Quit),
        ],
    ),
    (
        "Edit",
        &[
            Do(Action::Undo),
            Do(Action::Redo),
            Line,
            Native(NativeItem::Cut),
            Native(NativeItem::Copy),
            Native(NativeItem::Paste),
            Do(Action::Duplicate),
            Do(Action::Delete),
            Do(Action::SelectAll),
            Line,
            Do(Action::Rename),
            Line,
            Do(Action::Commands),
        ],
    ),
    (
        "View",
        &[
            Do(Action::ShowAdd),
            Do(Action::ShowProblems),
            Do(Action::ShowServers),
            Do(Action::ShowVersions),
            Do(Action::ShowDebugger),
            Do(Action::ShowTests),
            Do(Action::ShowInspector),
            Do(Action::Text),
            Line,
            Do(Action::ZoomIn),
            Do(Action::ZoomOut),
            Do(Action::ZoomReset),
            Do(Action::Fit),
            Do(Action::FitSelection),
            Line,
            Do(Action::Overview),
            Do(Action::EdgeStyle),
            Line,
            Do(Action::ThemeSystem),
            Do(Action::ThemeLight),
            Do(Action::ThemeDark),
            Line,
            Do(Action::NextArea),
            Native(NativeItem::FullScreen),
        ],
    ),
    (
        "Graph",
        &[
            Do(Action::Run),
            Do(Action::DryRun),
            Do(Action::Stop),
            Line,
            Do(Action::RunTests),
            Do(Action::Coverage),
            Line,
            Do(Action::Add),
            Do(Action::Note),
            Do(Action::AddTool),
            Do(Action::RemoveTool),
            Line,
            Do(Action::Frame),
            Do(Action::Splice),
            Do(Action::Tidy),
            Line,
            Do(Action::AlignLeft),
            Do(Action::AlignCenter),
            Do(Action::AlignRight),
            Do(Action::AlignTop),
            Do(Action::AlignMiddle),
            Do(Action::AlignBottom),
            Do(Action::SpreadAcross),
            Do(Action::SpreadDown),
        ],
    ),
    (
        "Debug",
        &[
            Do(Action::Debug),
            Do(Action::StepOver),
            Do(Action::StepInto),
            Do(Action::StepOut),
            Do(Action::GoToHere),
            Line,
            Do(Action::Breakpoint),
        ],
    ),
    ("Window", &[Native(NativeItem::Minimize), Native(NativeItem::Maximize)]),
    ("Help", &[Do(Action::Tour), Do(Action::Keys), Line, Native(NativeItem::About)]),
];

/// The menu that takes the actions which no menu names.
const REST: &str = "Graph";

/// What the system's own items do already.
const NATIVE: [Action; 3] = [Action::Cut, Action::Copy, Action::Paste];

/// Has the shell show the menu, and follow what can be chosen.
pub(crate) fn keep(store: Store) {
    let menus = Memo::new(move |_| store.model.with(|model| model.is_native).then(|| menus(|action| is_enabled(store, action))));
    Effect::new(move |_| {
        let Some(menus) = menus.get() else { return };
        spawn_local(async move {
            if let Err(failed) = store.bridge.call(&SetMenu { menus }).await {
                leptos::logging::warn!("the menu could not be shown: {failed}");
            }
        });
    });
}

/// Does what an item of the menu stands for. What has the keyboard comes first: in a text that keeps its own history, undo means
/// that text.
pub(crate) fn choose(store: Store, id: &str) {
    let Some(action) = Action::ALL.iter().copied().find(|action| name(*action) == id) else { return };
    if store.is_modal() {
        return;
    }
    let of_text = match action {
        Action::Undo => Some("undo"),
        Action::Redo => Some("redo"),
        Action::SelectAll => Some("selectAll"),
        Action::Delete => Some("delete"),
        _ => None,
    };
    match (of_text, crate::app::typing_now()) {
        (Some(command), Some(Typing::Other)) => edit(command),
        (Some(command @ ("selectAll" | "delete")), Some(Typing::Graph)) => edit(command),
        _ => action.perform(store),
    }
}

fn name(action: Action) -> String {
    format!("{action:?}")
}

/// Whether it can be chosen now. Follows the graph, the selection and the run.
fn is_enabled(store: Store, action: Action) -> bool {
    store.graph.track();
    store.stage.chosen.track();
    store.is_held.track();
    let history = |read: fn(&protocol::GraphView) -> bool| store.graph.with(|graph| graph.as_ref().is_some_and(|graph| read(&graph.0)));
    match action {
        // In a text they mean the text's own history, which only the text knows.
        Action::Undo => history(|graph| graph.undo.is_some()) || crate::app::typing_now().is_some(),
        Action::Redo => history(|graph| graph.redo.is_some()) || crate::app::typing_now().is_some(),
        Action::Run => action.is_possible(store) && !store.of_run(RunState::is_active).unwrap_or(false),
        Action::Stop => store.of_run(RunState::is_active).unwrap_or(false),
        Action::SelectAll | Action::Delete => true,
        _ => action.is_possible(store),
    }
}

fn menus(is_enabled: impl Fn(Action) -> bool) -> Vec<Menu> {
    let item = |entry: &Entry| match *entry {
        Do(action) => MenuItem::Action {
            id: name(action),
            label: action.label().to_owned(),
            keys: action.shortcut().map(keys),
            is_enabled: is_enabled(action),
        },
        Native(native) => MenuItem::Native(native),
        Line => MenuItem::Separator,
    };
    let rest = rest();
    let menu = |(title, entries): &(&str, &[Entry])| {
        let more = if *title == REST && !rest.is_empty() { [&[Line], rest.as_slice()].concat() } else { Vec::new() };
        Menu { title: (*title).to_owned(), items: entries.iter().chain(&more).map(item).collect() }
    };
    MENUS.iter().map(menu).collect()
}

/// The actions that no menu names.
fn rest() -> Vec<Entry> {
    let is_named = |action: Action| MENUS.iter().any(|(_, entries)| entries.contains(&Do(action)));
    Action::ALL.iter().copied().filter(|action| !is_named(*action) && !NATIVE.contains(action)).map(Do).collect()
}

fn keys(shortcut: Shortcut) -> Keys {
    let key = if shortcut.key.chars().count() == 1 { shortcut.key.to_uppercase() } else { crate::text::sentence(shortcut.key) };
    let name = [(shortcut.control, "CmdOrCtrl+"), (shortcut.shift, "Shift+")];
    let name: String = name.into_iter().filter(|(is_held, _)| *is_held).map(|(_, name)| name).collect();
    Keys { name: name + &key, is_of_page: shortcut.reach != Reach::Everywhere }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_stands_in_the_menu_once() {
        let menus = menus(|_| true);
        let ids: Vec<&str> = menus
            .iter()
            .flat_map(|menu| &menu.items)
            .filter_map(|item| match item {
                MenuItem::Action { id, .. } => Some(id.as_str()),
                MenuItem::Native(_) | MenuItem::Separator => None,
            })
            .collect();
        for action in Action::ALL.iter().filter(|action| !NATIVE.contains(action)) {
            let times = ids.iter().filter(|id| **id == name(*action)).count();
            assert_eq!(times, 1, "{action:?} can be found, and only in one place");
        }
    }

    #[test]
    fn keys_are_named_as_the_system_names_them() {
        let of = |action: Action| action.shortcut().map(keys).map(|keys| (keys.name, keys.is_of_page));
        assert_eq!(of(Action::Open), Some(("CmdOrCtrl+O".to_owned(), false)));
        assert_eq!(of(Action::Redo), Some(("CmdOrCtrl+Shift+Z".to_owned(), true)), "in a text it is the text's");
        assert_eq!(of(Action::Run), Some(("CmdOrCtrl+Enter".to_owned(), false)));
        assert_eq!(of(Action::Delete), Some(("Delete".to_owned(), true)));
        assert_eq!(of(Action::Note), None);
    }
}
