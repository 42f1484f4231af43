//! The graph's text beside the canvas. What is typed goes to the app after a pause; what others change comes in at its lines.

mod talk;

use graph::NodeId;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{Failed, FindNode, GetText, GraphId, NodeAtLine, ReadText, Reading, RedoGraph, SetText, Stepped, TextView, UndoGraph};
use web_sys::KeyboardEvent;

use super::prose::Prose;
use super::trouble::Trouble;
use crate::app::use_store;
use crate::desk;
use crate::editor::{Diagnostic, Editor, Language, Severity, TextEditor, rebase};
use crate::icon::{self, Icon};
use crate::store::Store;
use talk::{Ask, Talk};

/// How long a person pauses before what was typed is told, in milliseconds.
const PAUSE: u32 = 150;
/// Letters that follow each other more slowly are steps of undo of their own, in milliseconds.
const SAME_STEP: f64 = 1_500.0;

/// The panel, with the text of the graph that is shown.
#[component]
pub(crate) fn TextPanel() -> impl IntoView {
    let store = use_store();
    let graph = Memo::new(move |_| store.graph.with(|graph| graph.as_ref().map(|graph| graph.0.id)));
    move || {
        graph.get().map(|id| {
            // It outlives the panel, which may be put away while the app has yet to hear of what was typed.
            let text = store.texts.try_update_value(|texts| *texts.entry(id).or_insert_with(|| store.owned(|| Text::new(store, id))));
            text.map(|text| view! { <GraphText text=text /> })
        })
    }
}

/// The text of a graph, as the window has it.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    store: Store,
    graph: GraphId,
    editor: Editor,
    talk: StoredValue<Talk>,
    /// The text as the app had it last; none until it is known.
    value: RwSignal<Option<String>>,
    /// The text as it was typed last, or came from the app since.
    typed: StoredValue<String>,
    /// Why the app did not take what was typed.
    refused: RwSignal<Option<Refused>>,
    /// Why the app does not give the text.
    failed: RwSignal<Option<Failed>>,
    /// The present step of undo, and when it was last added to.
    gesture: StoredValue<(u64, f64)>,
    /// The node that the person went to from here, whose lines need not be shown.
    shown: StoredValue<Option<NodeId>>,
}

/// What was typed and not taken.
#[derive(Clone, Debug, PartialEq)]
struct Refused {
    failed: Failed,
    /// Where, if it is no YAML.
    place: Option<Diagnostic>,
}

impl Text {
    fn new(store: Store, graph: GraphId) -> Self {
        Self {
            store,
            graph,
            editor: Editor::new(),
            talk: StoredValue::new(Talk::default()),
            value: RwSignal::new(None),
            typed: StoredValue::new(String::new()),
            refused: RwSignal::new(None),
            failed: RwSignal::new(None),
            gesture: StoredValue::new((0, 0.0)),
            shown: StoredValue::new(None),
        }
    }

    /// Tells the talk something, and asks what comes of it.
    fn tell(self, tell: impl FnOnce(&mut Talk) -> Option<Ask>) {
        match self.talk.try_update_value(tell).flatten() {
            Some(ask) => spawn_local(self.ask(ask)),
            None => self.store.told(self.graph),
        }
    }

    /// What a person typed is told once the app is not asked for anything else.
    fn type_in(self, typed: String) {
        self.typed.set_value(typed);
        self.tell(Talk::typed);
    }

    async fn ask(self, ask: Ask) {
        let (bridge, graph) = (self.store.bridge, self.graph);
        let revision = match ask {
            Ask::Get => {
                let reply = bridge.call(&GetText { graph }).await;
                self.failed.set(reply.as_ref().err().cloned());
                let base = self.value.get_untracked();
                reply.ok().map(|view| self.take(base.as_deref(), view))
            }
            Ask::Set { base } => {
                let command = SetText { graph, text: self.typed.get_value(), base, gesture: Some(self.present_gesture()) };
                let reply = bridge.call(&command).await;
                self.judge(reply.as_ref().err(), &command.text).await;
                reply.ok().map(|view| self.take(Some(&command.text), view))
            }
            Ask::Undo => self.stepped(bridge.call(&UndoGraph { graph }).await),
            Ask::Redo => self.stepped(bridge.call(&RedoGraph { graph }).await),
        };
        self.tell(|talk| talk.answered(revision));
    }

    /// Shows a text that the app made of `base`, if it had any before; gives its revision. What was typed meanwhile stays.
    fn take(self, base: Option<&str>, view: TextView) -> u64 {
        let TextView { text, revision } = view;
        let typed = base.map(|base| {
            // At once, not with the next effect: what is typed next is typed over this. Put away, the text has no editor, and what
            // was typed last may still wait.
            self.editor.take_over(base, &text).unwrap_or_else(|| self.typed.with_value(|typed| rebase(base, typed, &text)))
        });
        self.typed.set_value(typed.unwrap_or_else(|| text.clone()));
        self.value.set(Some(text));
        revision
    }

    /// Keeps why a text was not taken, and where it is no YAML.
    async fn judge(self, failed: Option<&Failed>, text: &str) {
        let Some(failed) = failed else { return self.refused.set(None) };
        self.editor.refused();
        let place = match self.store.bridge.call(&ReadText { text: text.to_owned() }).await {
            Ok(Reading::Unreadable { at, message, remedy }) => {
                Some(Diagnostic::at_place(at.line, at.column, Severity::Error, format!("{message}; {remedy}")))
            }
            Ok(Reading::Graph { .. }) | Err(_) => None,
        };
        self.refused.set(Some(Refused { failed: failed.clone(), place }));
    }

    fn stepped(self, reply: Result<Option<Stepped>, Failed>) -> Option<u64> {
        self.failed.set(reply.err());
        None
    }

    /// Letters typed one after another are one step of undo.
    fn present_gesture(self) -> u64 {
        let now = js_sys::Date::now();
        let (gesture, last) = self.gesture.get_value();
        // No other gesture of this window begins in the same millisecond.
        let gesture = if now - last < SAME_STEP { gesture } else { now as u64 };
        self.gesture.set_value((gesture, now));
        gesture
    }

    /// Tells at once what was typed last.
    pub(crate) fn flush(self) {
        self.editor.flush();
    }

    /// Whether the app has yet to hear, or to answer, what was typed.
    pub(crate) fn is_untold(self) -> bool {
        self.talk.with_value(Talk::is_busy)
    }

    /// Takes back or makes again, after what was typed last.
    fn step(self, step: Ask) {
        self.editor.flush();
        self.gesture.set_value((0, 0.0));
        self.tell(|talk| talk.step(step));
    }

    /// Brings the lines of the node that was selected on the canvas into view.
    fn reveal(self, node: &NodeId) {
        let is_from_here = self.shown.try_update_value(Option::take).flatten().as_ref() == Some(node);
        let tool = self.store.model.with_untracked(|model| model.tool().map(|tool| tool.name.clone()));
        let (Some(tool), false) = (tool, is_from_here || self.editor.has_focus()) else { return };
        let find = FindNode { text: self.editor.text(), tool, node: node.clone() };
        spawn_local(async move {
            // What was selected meanwhile, or typed, is looked for by itself.
            if let Ok(Some(lines)) = self.store.bridge.call(&find).await
                && self.editor.text() == find.text
                && self.store.stage.current.get_untracked().is_some_and(|(_, node)| node == find.node)
            {
                self.editor.reveal((lines.from.line, lines.from.column), (lines.to.line, lines.to.column));
            }
        });
    }

    /// Selects the node at the cursor on the canvas.
    fn show_on_canvas(self) {
        let at = NodeAtLine { text: self.editor.text(), line: self.editor.line.get_untracked() };
        spawn_local(async move {
            let Ok(Some((tool, node))) = self.store.bridge.call(&at).await else { return };
            self.shown.set_value(Some(node.clone()));
            self.store.show_tool(tool.as_str());
            self.store.stage.select(&node);
        });
    }

    /// What is wrong in the text: that it is no YAML, or else what the checks found.
    fn diagnostics(self) -> Vec<Diagnostic> {
        if let Some(refused) = self.refused.get() {
            return refused.place.into_iter().collect();
        }
        let of_problem = |reported: &protocol::Reported| {
            let place = reported.place?;
            let severity = if reported.problem.is_error() { Severity::Error } else { Severity::Warning };
            let message = format!("{}; {}", reported.problem.message, reported.problem.remedy);
            Some(Diagnostic::at_place(place.line, place.column, severity, message))
        };
        let problems = self.store.graph.with(|graph| {
            let graph = graph.as_ref().filter(|graph| graph.0.id == self.graph)?;
            Some(graph.0.problems.iter().filter_map(of_problem).collect())
        });
        problems.unwrap_or_default()
    }
}

/// The panel of one graph.
#[component]
fn GraphText(
    /// Its text.
    text: Text,
) -> impl IntoView {
    let store = text.store;
    // What is known of it may be of yesterday, so it is shown when it is heard.
    text.value.set(None);
    text.tell(Talk::begin);
    Effect::new(move |_| {
        let revision = store.graph.with(|graph| graph.as_ref().filter(|graph| graph.0.id == text.graph).map(|graph| graph.0.revision));
        if let Some(revision) = revision {
            text.tell(|talk| talk.changed(revision));
        }
    });
    let is_there = Memo::new(move |_| text.value.with(Option::is_some));
    let current = Memo::new(move |_| store.stage.current.get().map(|(_, node)| node));
    Effect::new(move |_| {
        // Once more when the text is there, and when the editor is.
        text.editor.is_rich.track();
        let is_there = is_there.get();
        if let (Some(node), true) = (current.get(), is_there) {
            text.reveal(&node);
        }
    });
    let press = move |event: KeyboardEvent| {
        let step = match (event.key().to_lowercase().as_str(), event.shift_key()) {
            _ if !(event.ctrl_key() || event.meta_key()) || event.alt_key() => return,
            ("z", false) => Ask::Undo,
            ("z", true) | ("y", false) => Ask::Redo,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        text.step(step);
    };
    let diagnostics = Memo::new(move |_| text.diagnostics());
    view! {
        <section class="text-panel" aria-label="Text" on:keydown=press>
            <TextHead text=text />
            <p id="text-help" class="unseen">"Tab indents. Escape and then Tab leaves the text."</p>
            {move || text.failed.get().map(|failed| view! { <Trouble failed=failed /> })}
            <Show when=move || is_there.get()>
                <TextEditor
                    id="graph-text"
                    label="Text of the graph"
                    described_by="text-help".to_owned()
                    language=Language::Yaml
                    value=Signal::derive(move || text.value.get().unwrap_or_default())
                    on_change=move |typed| text.type_in(typed)
                    diagnostics=diagnostics
                    pause=PAUSE
                    is_undone_outside=true
                    editor=text.editor
                />
            </Show>
            <Refusal text=text />
        </section>
    }
}

/// What it is, and what can be done with it.
#[component]
fn TextHead(
    /// The text.
    text: Text,
) -> impl IntoView {
    let desk = text.store.desk;
    let other = move || match desk.with(|desk| desk.side.other()) {
        desk::Side::Right => ("Put it at the right", icon::SIDE_RIGHT),
        desk::Side::Below => ("Put it below", icon::SIDE_BELOW),
    };
    view! {
        <header class="text-head">
            <h2>"Text"</h2>
            <span class="spring"></span>
            <button type="button" class="small" title="Select the node at the cursor" on:click=move |_| text.show_on_canvas()>
                "Show on canvas"
            </button>
            <button
                type="button"
                class="plain"
                aria-label=move || other().0
                title=move || other().0
                on:click=move |_| desk::change(desk, |desk| desk.side = desk.side.other())
            >
                {move || view! { <Icon path=other().1 /> }}
            </button>
            <button
                type="button"
                class="plain"
                aria-label="Close the text"
                on:click=move |_| desk::change(desk, |desk| desk.has_text = false)
            >
                <Icon path=icon::CLOSE />
            </button>
        </header>
    }
}

/// Why what was typed is not in the graph.
#[component]
fn Refusal(
    /// The text.
    text: Text,
) -> impl IntoView {
    let said = move || {
        text.refused.get().map(|refused| match refused.place {
            Some(place) => {
                let line = place.line;
                let go = move |_| {
                    text.editor.reveal((place.line, place.column), (place.line, place.column));
                    text.editor.focus();
                };
                view! {
                    <p class="text-refusal" role="status">
                        <button type="button" class="link" on:click=go>{format!("Line {line}")}</button>
                        <Prose text=format!("{}; the graph stays as it was until the text is mended", place.message) />
                    </p>
                }
                .into_any()
            }
            None => view! { <Trouble failed=refused.failed /> }.into_any(),
        })
    };
    view! { {said} }
}
