//! What a person can do besides working on the canvas: each action with its label and its shortcut, one line each.

use ::canvas::{Alignment, Axis};
use leptos::prelude::{Set, Update, WithUntracked};
use protocol::Theme;
use protocol::debug::Go;

use crate::icon;
use crate::side::Side;
use crate::store::Store;

/// Where a shortcut works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anywhere, also while one types.
    Everywhere,
    /// Anywhere but in a text that keeps its own history: a search, an argument.
    Graph,
    /// Where nobody types.
    Page,
    /// While the canvas has the keyboard; the canvas itself does it, or the browser.
    Canvas,
}

/// A key, with Control (on a Mac, Command) and Shift or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortcut {
    /// The key, as the browser names it, in lower case.
    pub(crate) key: &'static str,
    /// Whether Control is held.
    pub(crate) control: bool,
    /// Whether Shift is held.
    pub(crate) shift: bool,
    /// Where it works.
    pub(crate) reach: Reach,
}

const fn everywhere(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { key, control: true, shift: false, reach: Reach::Everywhere })
}

const fn graph(key: &'static str, shift: bool) -> Option<Shortcut> {
    Some(Shortcut { key, control: true, shift, reach: Reach::Graph })
}

const fn page(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { key, control: true, shift: false, reach: Reach::Page })
}

/// A key by itself, where nobody types.
const fn page_plain(key: &'static str, shift: bool) -> Option<Shortcut> {
    Some(Shortcut { key, control: false, shift, reach: Reach::Page })
}

/// A key of the row above the letters: nobody types it.
const fn function(key: &'static str, control: bool, shift: bool) -> Option<Shortcut> {
    Some(Shortcut { key, control, shift, reach: Reach::Everywhere })
}

const fn canvas(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { key, control: false, shift: false, reach: Reach::Canvas })
}

/// A shortcut that the browser has a meaning for itself: it tells the page by an event with the clipboard in it.
const fn clipboard(key: &'static str) -> Option<Shortcut> {
    Some(Shortcut { key, control: true, shift: false, reach: Reach::Canvas })
}

/// What an action needs before it means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    Graph,
    Selection,
    /// Nodes among what is selected.
    Nodes,
    /// A current node.
    Node,
    /// A run that is looked back at.
    Past,
    /// A run that is held.
    Held,
}

/// What there is to know of an action.
struct About {
    label: &'static str,
    /// Other words by which one may look for it.
    words: &'static str,
    icon: &'static str,
    shortcut: Option<Shortcut>,
    needs: Needs,
    perform: fn(Store),
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $label:literal, $words:literal, $icon:expr, $shortcut:expr, $needs:ident, $perform:expr;)+) => {
        /// An action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// Every action, in the order in which they are listed.
            pub(crate) const ALL: &[Action] = &[$(Action::$name),+];

            fn about(self) -> About {
                match self {
                    $(Action::$name => About {
                        label: $label,
                        words: $words,
                        icon: $icon,
                        shortcut: $shortcut,
                        needs: Needs::$needs,
                        perform: $perform,
                    },)+
                }
            }
        }
    };
}

actions! {
    /// Adds a node.
    Add: "Add…", "node insert new palette", icon::PLUS, canvas("tab"), Graph, |store| store.ask_what_to_add();
    /// Runs the tool that is shown.
    Run: "Run", "start execute play", icon::RUN, everywhere("enter"), Graph, |store| store.start_run();
    /// Runs the tool, but holds back what writes.
    DryRun: "Dry run", "start without writing try simulate safe reads only", icon::DRY, function("f8", true, false), Graph, |store| store.start_dry_run();
    /// Runs the tool until the current node has finished.
    RunToHere: "Run up to here", "start until node part", icon::RUN_TO, Some(Shortcut { key: "enter", control: true, shift: true, reach: Reach::Everywhere }), Node, |store| store.run_up_to_here();
    /// Runs the current node alone.
    RunNode: "Run this node alone, on the last data", "start only single node part again", icon::RUN_ONE, function("f8", false, true), Node, |store| store.run_node();
    /// Runs again what the last run did.
    RunAgain: "Run again", "repeat last run same arguments", icon::AGAIN, function("f8", false, false), Graph, |store| store.run_again();
    /// Runs the tests of the graph.
    RunTests: "Run the tests", "test cases check assertions", icon::TESTS, function("f7", false, false), Graph, |store| store.show_and_run_tests();
    /// Shows what the tests walked through, or puts it away.
    Coverage: "Show or hide the coverage of the tests", "walked never reached nodes edges canvas", icon::TESTS, function("f7", false, true), Graph, |store| store.toggle_coverage();
    /// Stops the run that is shown.
    Stop: "Stop", "cancel run", icon::STOP, everywhere("."), Graph, |store| store.stop_run();
    /// Begins a run step by step, lets one go on that is held, and holds one that goes on.
    Debug: "Debug: begin, go on, hold", "step by step start continue resume pause breakpoint", icon::GO_ON, function("f5", false, false), Graph, |store| store.debug();
    /// Lets a run go on to its next step.
    StepOver: "Step over", "debug next step", icon::OVER, function("f10", false, false), Held, |store| store.go(Go::Over);
    /// Lets it go on to the next step, also of a tool that it calls.
    StepInto: "Step into", "debug call next step", icon::INTO, function("f11", false, false), Held, |store| store.go(Go::Into);
    /// Lets it go on to the next step of the run that calls it.
    StepOut: "Step out", "debug call return caller", icon::OUT, function("f11", false, true), Held, |store| store.go(Go::Out);
    /// Lets it go on to the current node.
    GoToHere: "Go on to here", "debug run until cursor node", icon::RUN_TO, function("f10", true, false), Held, |store| store.go_to_here();
    /// Sets a breakpoint on what is selected, or takes it away.
    Breakpoint: "Set or remove a breakpoint", "debug stop hold pause node edge toggle", icon::BREAKPOINT, function("f9", false, false), Selection, |store| store.toggle_breakpoint();
    /// Takes the last change back.
    Undo: "Undo", "back revert", icon::UNDO, graph("z", false), Graph, |store| store.undo();
    /// Makes the last change again that was taken back.
    Redo: "Redo", "again", icon::REDO, graph("z", true), Graph, |store| store.redo();
    /// Opens a file.
    Open: "Open…", "file graph load", icon::OPEN, everywhere("o"), Nothing, |store| store.choose_file();
    /// Makes a new file.
    New: "New graph…", "file create", icon::NEW, None, Nothing, |store| store.ask_new();
    /// Makes a graph of another program's workflow.
    Import: "Import…", "workflow json convert", icon::IMPORT, None, Nothing, |store| store.ask_import();
    /// Closes the graph that is shown.
    CloseGraph: "Close graph", "file shut", icon::CLOSE, None, Graph, |store| store.close_graph();
    /// Shows the welcome page, or goes back to the graph.
    Welcome: "Welcome page", "home start recent examples", icon::HOME, None, Nothing, |store| store.finding.welcome_shown.update(|shown| *shown = !*shown);
    /// Shows all open graphs side by side, or goes back to the one.
    Board: "All open graphs side by side", "board overview several frames servers workspace", icon::BOARD, graph("b", true), Graph, |store| store.toggle_board();
    /// Begins the first tour, or leaves it.
    Tour: "First tour: begin or leave", "help learn tutorial introduction guide", icon::FLAG, None, Nothing, |store| store.toggle_tour();
    /// Lists everything that can be done.
    Commands: "Commands…", "search palette", icon::SEARCH, everywhere("k"), Nothing, |store| store.commands_shown.set(true);
    /// Removes what is selected.
    Delete: "Delete", "remove erase", icon::TRASH, canvas("delete"), Selection, |store| store.delete_selection();
    /// Makes a second one of what is selected.
    Duplicate: "Duplicate", "copy again twice", icon::COPY, page("d"), Selection, |store| store.duplicate_selection();
    /// Copies what is selected, as YAML.
    Copy: "Copy", "clipboard yaml", icon::COPY, clipboard("c"), Selection, |store| store.copy_to_clipboard(false);
    /// Copies what is selected and removes it.
    Cut: "Cut", "clipboard yaml move", icon::COPY, clipboard("x"), Selection, |store| store.copy_to_clipboard(true);
    /// Pastes nodes that are written as YAML.
    Paste: "Paste", "clipboard yaml insert", icon::PASTE, clipboard("v"), Graph, |store| store.paste_from_clipboard();
    /// Selects everything.
    SelectAll: "Select all", "everything nodes", icon::FRAME, page("a"), Graph, |store| store.select_all();
    /// Takes a node out of the way that leads through it.
    Splice: "Take out of its edge", "splice remove keep connection", icon::SPLICE, None, Selection, |store| store.splice_selection();
    /// Makes a tool of its own of what is selected.
    Collapse: "Collapse into a tool…", "extract group call subgraph part", icon::COLLAPSE, None, Nodes, |store| store.ask_to_collapse();
    /// Gives the keyboard to the name of what is selected.
    Rename: "Rename", "id name node tool", icon::PEN, Some(Shortcut { key: "f2", control: false, shift: false, reach: Reach::Page }), Graph, |store| store.rename();
    /// Puts a note on the canvas.
    Note: "Add a note", "text comment markdown", icon::NOTE, None, Graph, |store| store.add(&crate::adding::Choice::Note, &crate::adding::Adding::default());
    /// Puts a picture from a file on the canvas.
    Picture: "Add a picture…", "image file photo floor plan background", icon::PICTURE, None, Graph, |store| store.choose_picture();
    /// Draws a frame around what is selected.
    Frame: "Frame the selection", "group box around", icon::FRAME, page("g"), Selection, |store| store.frame_selection();
    /// Lays out what is selected, or all.
    Tidy: "Tidy up", "layout arrange automatic", icon::TIDY, None, Graph, |store| store.stage.tidy();
    /// Brings the left sides of what is selected in line.
    AlignLeft: "Align left sides", "arrange", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Left);
    /// Brings the middles in line, one above the other.
    AlignCenter: "Align centers", "arrange middle", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Center);
    /// Brings the right sides in line.
    AlignRight: "Align right sides", "arrange", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Right);
    /// Brings the upper sides in line.
    AlignTop: "Align upper sides", "arrange top", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Top);
    /// Brings the middles in line, side by side.
    AlignMiddle: "Align middles", "arrange center", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Middle);
    /// Brings the lower sides in line.
    AlignBottom: "Align lower sides", "arrange bottom", icon::ALIGN, None, Selection, |store| store.stage.align(Alignment::Bottom);
    /// Shares out the room between from left to right.
    SpreadAcross: "Distribute across", "arrange horizontal room space", icon::ALIGN, None, Selection, |store| store.stage.distribute(Axis::Horizontal);
    /// Shares out the room between from top to bottom.
    SpreadDown: "Distribute downwards", "arrange vertical room space", icon::ALIGN, None, Selection, |store| store.stage.distribute(Axis::Vertical);
    /// Adds a tool to the graph.
    AddTool: "Add a tool", "new tool graph", icon::TOOL, None, Graph, |store| store.add_tool();
    /// Removes the tool that is shown.
    RemoveTool: "Remove this tool", "delete tool graph", icon::TRASH, None, Graph, |store| store.remove_tool();
    /// Shows or hides what can be added.
    ShowAdd: "Show or hide the palette", "panel add kinds tools", icon::PLUS, page("b"), Graph, |store| store.toggle_side(Side::Add);
    /// Shows or hides the problems.
    ShowProblems: "Show or hide the problems", "panel errors warnings checks", icon::WARNING, everywhere("m"), Graph, |store| store.toggle_side(Side::Problems);
    /// Shows or hides the servers.
    ShowServers: "Show or hide the servers", "panel mcp stderr restart tools", icon::SERVER, None, Graph, |store| store.toggle_side(Side::Servers);
    /// Shows or hides what people are asked.
    ShowInbox: "Show or hide the questions", "panel inbox approvals approve answer uncertain", icon::INBOX, graph("q", true), Graph, |store| store.toggle_side(Side::Inbox);
    /// Shows or hides the runs that have been.
    ShowRuns: "Show or hide the runs", "panel history past executions search log", icon::RUNS, page("j"), Graph, |store| store.toggle_side(Side::Runs);
    /// Shows or hides the tests.
    ShowTests: "Show or hide the tests", "panel cases coverage passed failed", icon::TESTS, None, Graph, |store| store.toggle_side(Side::Tests);
    /// Shows or hides the debugger.
    ShowDebugger: "Show or hide the debugger", "panel breakpoints watches call stack held", icon::BUG, graph("d", true), Graph, |store| store.toggle_side(Side::Debugger);
    /// Looks back at the last run, step by step.
    WalkThrough: "Walk through the last run", "time travel scrub replay debug history step", icon::RUNS, graph("j", true), Graph, |store| store.walk_through_last();
    /// One moment back in the run that is looked back at.
    PastBack: "One moment back", "time travel scrub step previous run", icon::BACK, page_plain(",", false), Past, |store| store.seek_by(-1);
    /// One moment on.
    PastNext: "One moment on", "time travel scrub step next run", icon::NEXT, page_plain(".", false), Past, |store| store.seek_by(1);
    /// Shows or hides the versions.
    ShowVersions: "Show or hide the versions", "panel history timeline checkpoint restore", icon::HISTORY, None, Graph, |store| store.toggle_side(Side::Versions);
    /// Shows or hides the inspector.
    ShowInspector: "Show or hide the inspector", "panel settings right", icon::PANEL, everywhere("i"), Graph, |store| store.inspector_shown.update(|shown| *shown = !*shown);
    /// Shows the text beside the canvas, or puts it away.
    Text: "Text beside the canvas", "yaml editor source show hide", icon::TEXT, everywhere("e"), Graph, |store| store.toggle_text();
    /// Looks nearer.
    ZoomIn: "Zoom in", "nearer larger", icon::PLUS, canvas("+"), Graph, |store| store.stage.zoom_by(::canvas::ZOOM_STEP);
    /// Looks from further.
    ZoomOut: "Zoom out", "further smaller", icon::MINUS, canvas("-"), Graph, |store| store.stage.zoom_by(1.0 / ::canvas::ZOOM_STEP);
    /// Looks at natural size.
    ZoomReset: "Natural size", "zoom 100 %", icon::FIT, canvas("0"), Graph, |store| store.stage.zoom_to(1.0);
    /// Shows all of the graph.
    Fit: "Show all", "zoom fit whole graph", icon::FIT, canvas("1"), Graph, |store| store.stage.fit();
    /// Shows all that is selected.
    FitSelection: "Show the selection", "zoom fit selected", icon::FIT, canvas("2"), Selection, |store| store.stage.fit_selection();
    /// Keeps the place that one looks at, to come back to.
    KeepPlace: "Keep this place…", "bookmark view", icon::BOOKMARK, None, Graph, |store| store.open_places();
    /// Looks at the next place that was kept.
    NextPlace: "To the next place", "bookmark jump", icon::BOOKMARK, page_plain("b", false), Graph, |store| store.next_place(1);
    /// Looks at the one before.
    PreviousPlace: "To the place before", "bookmark jump", icon::BOOKMARK, page_plain("b", true), Graph, |store| store.next_place(-1);
    /// Saves the drawing as SVG.
    ExportSvg: "Export the drawing as SVG", "save picture vector image", icon::EXPORT, None, Graph, |store| store.export_svg(false);
    /// Saves the drawing as PNG.
    ExportPng: "Export the drawing as PNG", "save picture image", icon::EXPORT, None, Graph, |store| store.export_png(false);
    /// Saves what is selected as SVG.
    ExportSelectionSvg: "Export the selection as SVG", "save picture vector image", icon::EXPORT, None, Selection, |store| store.export_svg(true);
    /// Saves what is selected as PNG.
    ExportSelectionPng: "Export the selection as PNG", "save picture image", icon::EXPORT, None, Selection, |store| store.export_png(true);
    /// Shows or hides the small picture of the whole.
    Overview: "Show or hide the overview", "minimap map", icon::OVERVIEW, canvas("o"), Graph, |store| store.stage.overview.update(|shown| *shown = !*shown);
    /// Draws edges as curves, or upright.
    EdgeStyle: "Curved or upright edges", "orthogonal bezier style lines", icon::STRAIGHT, None, Graph, |store| store.stage.toggle_edge_style();
    /// Has the colours that the system has.
    ThemeSystem: "Colours of the system", "theme dark light appearance", icon::PANEL, None, Nothing, |store| store.finding.theme.set(Theme::System);
    /// Has light colours.
    ThemeLight: "Light colours", "theme day appearance", icon::PANEL, None, Nothing, |store| store.finding.theme.set(Theme::Light);
    /// Has dark colours.
    ThemeDark: "Dark colours", "theme night appearance", icon::PANEL, None, Nothing, |store| store.finding.theme.set(Theme::Dark);
    /// Gives the keyboard to the next area of the page.
    NextArea: "To the next area", "focus keyboard panel tour", icon::KEYS, function("f6", false, false), Nothing, |_| crate::areas::go_to_next();
    /// Shows the keys.
    Keys: "Keyboard", "shortcuts help", icon::KEYS, everywhere("/"), Nothing, |store| store.keys_shown.set(true);
}

/// Other keys for some of them, as other programs have them.
const ALSO: [(Shortcut, Action); 3] = [
    (Shortcut { key: "y", control: true, shift: false, reach: Reach::Graph }, Action::Redo),
    (Shortcut { key: "p", control: true, shift: true, reach: Reach::Everywhere }, Action::Commands),
    (Shortcut { key: "f5", control: false, shift: true, reach: Reach::Everywhere }, Action::Stop),
];

impl Action {
    /// What it is called.
    pub(crate) fn label(self) -> &'static str {
        self.about().label
    }

    /// Other words by which one may look for it.
    pub(crate) fn words(self) -> &'static str {
        self.about().words
    }

    /// Its icon's strokes.
    pub(crate) fn icon(self) -> &'static str {
        self.about().icon
    }

    /// Its shortcut.
    pub(crate) fn shortcut(self) -> Option<Shortcut> {
        self.about().shortcut
    }

    /// What it is called, with its shortcut: for the hint over a button.
    pub(crate) fn title(self, is_mac: bool) -> String {
        match self.shortcut() {
            Some(shortcut) => format!("{} ({})", self.label(), shortcut.label(is_mac)),
            None => self.label().to_owned(),
        }
    }

    /// The action of a key that is not the canvas's own, where the key may mean it: `reach` says what kind of place has the
    /// keyboard.
    pub(crate) fn of_key(key: &str, control: bool, shift: bool, typing: Option<Typing>) -> Option<Action> {
        let key = key.to_lowercase();
        let own = Action::ALL.iter().filter_map(|action| Some((action.shortcut()?, *action)));
        let (shortcut, action) = own.chain(ALSO).find(|(shortcut, _)| {
            // With some keys, Shift is needed to type them at all.
            let shift_fits = shortcut.shift == shift || !shortcut.key.chars().all(char::is_alphanumeric);
            shortcut.reach != Reach::Canvas && shortcut.control == control && shift_fits && shortcut.key == key
        })?;
        let may = match (shortcut.reach, typing) {
            (Reach::Everywhere, _) | (_, None) | (Reach::Graph, Some(Typing::Graph)) => true,
            (Reach::Graph | Reach::Page | Reach::Canvas, Some(_)) => false,
        };
        may.then_some(action)
    }

    /// Whether there is what it needs.
    pub(crate) fn is_possible(self, store: Store) -> bool {
        match self.about().needs {
            Needs::Nothing => true,
            Needs::Graph => store.graph.with_untracked(Option::is_some),
            Needs::Nodes => store.stage.chosen.with_untracked(|chosen| !chosen.nodes.is_empty()),
            Needs::Past => store.is_past(),
            Needs::Held => store.held(|_| ()).is_some(),
            Needs::Node => store.stage.current.with_untracked(Option::is_some),
            Needs::Selection => {
                store.stage.chosen.with_untracked(|chosen| !chosen.nodes.is_empty() || !chosen.items.is_empty() || chosen.edge.is_some())
            }
        }
    }

    /// Does it, where there is what it needs.
    pub(crate) fn perform(self, store: Store) {
        if self.is_possible(store) {
            (self.about().perform)(store);
        }
    }
}

/// What a person types into, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typing {
    /// A field of the graph: what is typed is a change of it.
    Graph,
    /// Any other text.
    Other,
}

impl Shortcut {
    /// The shortcut as it is written on a button or in a list.
    pub(crate) fn label(self, is_mac: bool) -> String {
        let key = if self.key.chars().count() == 1 { self.key.to_uppercase() } else { crate::text::sentence(self.key) };
        match (self.control, self.shift, is_mac) {
            (true, true, true) => format!("⇧⌘{key}"),
            (true, false, true) => format!("⌘{key}"),
            (true, true, false) => format!("Ctrl+Shift+{key}"),
            (true, false, false) => format!("Ctrl+{key}"),
            (false, true, true) => format!("⇧{key}"),
            (false, true, false) => format!("Shift+{key}"),
            (false, false, _) => key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_label_and_no_other_has_its_shortcut() {
        let also: Vec<_> = ALSO.iter().map(|(shortcut, _)| *shortcut).collect();
        for action in Action::ALL {
            assert!(!action.label().is_empty() && !action.words().is_empty(), "{action:?} can be found");
            let Some(own) = action.shortcut() else { continue };
            let same = Action::ALL.iter().filter_map(|other| other.shortcut()).chain(also.clone());
            let same = same.filter(|other| (other.key, other.control, other.shift) == (own.key, own.control, own.shift)).count();
            assert_eq!(same, 1, "{action:?} has its own shortcut");
        }
    }

    #[test]
    fn a_key_finds_its_action_where_it_means_it() {
        let none = None;
        for (key, control, shift, typing, expected) in [
            ("Enter", true, false, Some(Typing::Other), Some(Action::Run)),
            ("O", true, false, none, Some(Action::Open)),
            ("o", false, false, none, None),
            ("+", false, false, none, None),
            ("z", true, false, none, Some(Action::Undo)),
            ("Z", true, true, none, Some(Action::Redo)),
            ("y", true, false, none, Some(Action::Redo)),
            ("z", true, false, Some(Typing::Graph), Some(Action::Undo)),
            ("z", true, false, Some(Typing::Other), None),
            ("a", true, false, Some(Typing::Graph), None),
            ("/", true, true, none, Some(Action::Keys)),
            ("P", true, true, Some(Typing::Other), Some(Action::Commands)),
        ] {
            assert_eq!(Action::of_key(key, control, shift, typing), expected, "`{key}`, control {control}, shift {shift}, {typing:?}");
        }
    }
}
