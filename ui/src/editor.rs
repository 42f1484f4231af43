//! A text that a person edits: with colours, problems and completion where the editor is there, in a plain text area until then
//! and where it never is. Knows nothing of graphs.
//!
//! Tab indents in a page of text, and goes on to the next control in a field. Where it indents, Escape and then Tab leaves.

mod change;
mod module;
mod sync;

use std::ops::Range;

use leptos::html;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlTextAreaElement};

use crate::signal::set_if_new;
use module::{Options, Rich};
use sync::Sync;

pub(crate) use change::{rebase, with_line_feeds};

/// What a text is written in.
#[allow(dead_code, reason = "the fields of the inspector are in the other languages")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    Plain,
    Yaml,
    Json,
    Markdown,
    Jsonata,
}

impl Language {
    /// Its name in `ui/editor`.
    fn name(self) -> &'static str {
        match self {
            Language::Plain => "plain",
            Language::Yaml => "yaml",
            Language::Json => "json",
            Language::Markdown => "markdown",
            Language::Jsonata => "jsonata",
        }
    }
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Severity {
    Error,
    Warning,
}

/// Something wrong in the text, shown at its place. Lines and columns are from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagnostic {
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// Where it ends; none for the rest of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end_column: Option<usize>,
    pub(crate) severity: Severity,
    pub(crate) message: String,
}

impl Diagnostic {
    /// From a place to the end of its line.
    pub(crate) fn at_place(line: usize, column: usize, severity: Severity, message: String) -> Self {
        Self { line, column, end_line: None, end_column: None, severity, message }
    }

    /// At some bytes of `text`.
    #[allow(dead_code, reason = "expressions say their faults by bytes")]
    pub(crate) fn at_bytes(text: &str, bytes: Range<usize>, severity: Severity, message: String) -> Self {
        let ((line, column), end) = (change::place(text, bytes.start), change::place(text, bytes.end));
        let end = (!bytes.is_empty()).then_some(end);
        Self { line, column, end_line: end.map(|end| end.0), end_column: end.map(|end| end.1), severity, message }
    }
}

/// What could stand at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completion {
    /// What is shown, and what is written unless `apply` says otherwise.
    pub(crate) label: String,
    /// A word beside it, such as its type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    /// A sentence on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) info: Option<String>,
    /// What is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) apply: Option<String>,
    /// Whether one would want to complete further behind it.
    pub(crate) goes_on: bool,
}

/// What could stand in place of the text from a byte to the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Completions {
    /// The byte at which what is completed begins.
    pub(crate) from: usize,
    pub(crate) options: Vec<Completion>,
}

/// What is asked for completions: the text, the byte of the cursor, and whether the person asked.
pub(crate) type Asked = (String, usize, bool);

/// The way to an editor's text, for whoever shows it. The same while the editor loads and where it never does.
#[derive(Clone, Copy)]
pub(crate) struct Editor {
    inner: StoredValue<Inner, LocalStorage>,
    /// The line that the cursor is on, from 1, as the person moved it last.
    pub(crate) line: RwSignal<usize>,
    /// Whether it is the real editor, not a plain text area.
    pub(crate) is_rich: RwSignal<bool>,
}

#[derive(Default)]
struct Inner {
    surface: Surface,
    sync: Sync,
    on_change: Option<Callback<String>>,
    /// Runs while a change waits to be told.
    waiting: Option<TimeoutHandle>,
    /// What the editor calls, kept as long as it lives.
    callbacks: Vec<JsValue>,
}

/// Where the text is.
#[derive(Clone, Debug, Default)]
enum Surface {
    /// Not on the page.
    #[default]
    None,
    Plain(HtmlTextAreaElement),
    Rich(Rich),
}

impl Editor {
    pub(crate) fn new() -> Self {
        Self { inner: StoredValue::new_local(Inner::default()), line: RwSignal::new(1), is_rich: RwSignal::new(false) }
    }

    /// The text as it is shown; lines end in a line feed.
    pub(crate) fn text(self) -> String {
        match self.surface() {
            Surface::None => self.inner.try_with_value(|inner| with_line_feeds(inner.sync.outside()).into_owned()).unwrap_or_default(),
            Surface::Plain(area) => area.value(),
            Surface::Rich(rich) => rich.text(),
        }
    }

    /// Takes the text as it is outside. What was typed and not yet told stays; the cursor and what is in view stay too.
    pub(crate) fn take(self, outside: &str) {
        let shown = self.text();
        let next = self.inner.try_update_value(|inner| inner.sync.take(outside, &shown)).flatten();
        self.show(&shown, next);
    }

    /// Takes a text from outside that came of `base`, which outside had before; for who knows what outside has, and when. Gives
    /// the text as it is shown then, with the line ends that it has outside; none where it is not on the page.
    pub(crate) fn take_over(self, base: &str, outside: &str) -> Option<String> {
        if matches!(self.surface(), Surface::None) {
            return None;
        }
        let shown = self.text();
        let next = self.inner.try_update_value(|inner| inner.sync.take_over(base, outside, &shown)).flatten();
        self.show(&shown, next);
        Some(change::with_line_ends_of(outside, &self.text()).into_owned())
    }

    fn show(self, shown: &str, next: Option<String>) {
        let Some(next) = next else { return };
        match self.surface() {
            Surface::None => {}
            Surface::Plain(area) => replace(&area, shown, &next),
            Surface::Rich(rich) => rich.change(&change::changes(shown, &next)),
        }
    }

    /// What was told last was not taken outside.
    pub(crate) fn refused(self) {
        self.inner.try_update_value(|inner| inner.sync.refused());
    }

    /// Tells at once what was typed and waits to be told.
    pub(crate) fn flush(self) {
        let told = self.inner.try_update_value(|inner| {
            if let Some(waiting) = inner.waiting.take() {
                waiting.clear();
            }
            inner.on_change
        });
        let shown = self.text();
        let text = self.inner.try_update_value(|inner| inner.sync.tell(&shown)).flatten();
        if let (Some(Some(on_change)), Some(text)) = (told, text) {
            on_change.run(text);
        }
    }

    /// Whether it has the keyboard.
    pub(crate) fn has_focus(self) -> bool {
        match self.surface() {
            Surface::None => false,
            Surface::Plain(area) => document().active_element().as_ref() == Some(&area),
            Surface::Rich(rich) => rich.has_focus(),
        }
    }

    /// Gives it the keyboard.
    pub(crate) fn focus(self) {
        match self.surface() {
            Surface::None => {}
            // Focus is refused by nothing that is on the page.
            Surface::Plain(area) => area.focus().unwrap_or_default(),
            Surface::Rich(rich) => rich.focus(),
        }
    }

    /// Brings a piece of the text into view and selects it. Lines and columns are from 1, columns in characters.
    pub(crate) fn reveal(self, from: (usize, usize), to: (usize, usize)) {
        match self.surface() {
            Surface::None => {}
            Surface::Plain(area) => {
                let text = area.value();
                let units = |(line, column): (usize, usize)| change::utf16(&text[..change::byte_of(&text, line, column)]) as u32;
                // A range within the text is never refused.
                area.set_selection_range(units(from), units(to)).unwrap_or_default();
                let share = (from.0 - 1) as f64 / text.lines().count().max(1) as f64;
                area.set_scroll_top((f64::from(area.scroll_height()) * share) as i32 - area.client_height() / 3);
            }
            Surface::Rich(rich) => rich.reveal(from.0, from.1, to.0, to.1),
        }
    }

    fn surface(self) -> Surface {
        self.inner.try_with_value(|inner| inner.surface.clone()).unwrap_or_default()
    }

    fn set_surface(self, surface: Surface) {
        self.inner.try_update_value(|inner| inner.surface = surface);
    }

    /// A person changed the text: it is told at once, or after a pause.
    fn typed(self, pause: u32) {
        if pause == 0 {
            return self.flush();
        }
        let wait = std::time::Duration::from_millis(pause.into());
        // Without a timer, as in no browser, it is told at once.
        let Ok(waiting) = set_timeout_with_handle(move || self.flush(), wait) else { return self.flush() };
        self.inner.try_update_value(|inner| inner.waiting.replace(waiting).map(|before| before.clear()));
    }

    /// Takes the real editor in place of the text area, with what was typed meanwhile.
    fn take_rich(self, rich: Rich, pause: u32, completions: Option<Callback<Asked, Option<Completions>>>) {
        let on_change = Closure::<dyn Fn()>::new(move || self.typed(pause)).into_js_value();
        rich.on_change(on_change.unchecked_ref());
        let on_cursor = Closure::<dyn Fn(usize)>::new(move |line| set_if_new(self.line, line));
        let on_cursor = on_cursor.into_js_value();
        rich.on_cursor(on_cursor.unchecked_ref());
        let mut callbacks = vec![on_change, on_cursor];
        if let Some(completions) = completions {
            let complete = Closure::<dyn Fn(String, usize, bool) -> JsValue>::new(move |text, units, is_asked| {
                complete(completions, text, units, is_asked).unwrap_or(JsValue::NULL)
            });
            let complete = complete.into_js_value();
            rich.set_completions(complete.unchecked_ref());
            callbacks.push(complete);
        }
        let had_focus = self.has_focus();
        rich.change(&change::changes(&rich.text(), &self.text()));
        self.inner.try_update_value(|inner| {
            inner.surface = Surface::Rich(rich.clone());
            inner.callbacks = callbacks;
        });
        self.is_rich.set(true);
        if had_focus {
            rich.focus();
        }
    }

    /// Tells what was typed last and leaves the page.
    fn leave(self) {
        self.flush();
        if let Surface::Rich(rich) = self.surface() {
            rich.destroy();
        }
        self.inner.try_update_value(|inner| *inner = Inner::default());
    }
}

fn complete(completions: Callback<Asked, Option<Completions>>, text: String, units: usize, is_asked: bool) -> Option<JsValue> {
    #[derive(Serialize)]
    struct Found {
        from: usize,
        options: Vec<Completion>,
    }
    let byte = change::byte_at(&text, units);
    let found = completions.run((text.clone(), byte, is_asked))?;
    let from = change::utf16(text.get(..found.from)?);
    Some(module::to_js(&Found { from, options: found.options }))
}

/// Replaces a text area's text with the cursor where it was in what stayed.
fn replace(area: &HtmlTextAreaElement, before: &str, after: &str) {
    let moved = |at: usize| {
        change::changes(before, after).iter().rev().fold(at, |at, change| {
            if at <= change.from {
                at
            } else {
                let inserted = change::utf16(&change.insert);
                if at >= change.to { at - (change.to - change.from) + inserted } else { change.from + inserted }
            }
        })
    };
    let selection = |at: Result<Option<u32>, JsValue>| at.ok().flatten().map(|at| moved(at as usize) as u32);
    let (start, end) = (selection(area.selection_start()), selection(area.selection_end()));
    area.set_value(after);
    if let (Some(start), Some(end)) = (start, end) {
        // A range within the text is never refused.
        area.set_selection_range(start, end).unwrap_or_default();
    }
}

/// A text that can be edited.
#[component]
pub(crate) fn TextEditor(
    /// What screen readers call it.
    #[prop(into)]
    label: String,
    /// The text as it is outside; with any line ends.
    #[prop(into)]
    value: Signal<String>,
    /// Told the whole text when a person changed it, with the line ends that it came with.
    #[prop(into)]
    on_change: Callback<String>,
    /// What it is written in.
    #[prop(optional)]
    language: Language,
    /// What is wrong in it.
    #[prop(optional, into)]
    diagnostics: Signal<Vec<Diagnostic>>,
    /// What could stand at the cursor.
    #[prop(optional, into)]
    completions: Option<Callback<Asked, Option<Completions>>>,
    /// A field of a form, as high as its text.
    #[prop(optional)]
    is_field: bool,
    /// How long a person must pause until the change is told, in milliseconds; 0 for at once.
    #[prop(optional)]
    pause: u32,
    /// Whether it can only be read.
    #[prop(optional, into)]
    is_read_only: Signal<bool>,
    /// Shown while it is empty.
    #[prop(optional, into)]
    placeholder: String,
    /// Whether whoever shows it keeps what can be undone.
    #[prop(optional)]
    is_undone_outside: bool,
    /// Where to find the text and move in it.
    #[prop(optional)]
    editor: Option<Editor>,
    /// The id of the element around it.
    #[prop(optional, into)]
    id: String,
    /// The id of what describes it.
    #[prop(optional, into)]
    described_by: Option<String>,
) -> impl IntoView {
    let editor = editor.unwrap_or_else(Editor::new);
    let host = NodeRef::<html::Div>::new();
    let area = NodeRef::<html::Textarea>::new();
    let first = value.get_untracked();
    editor.inner.update_value(|inner| {
        *inner = Inner { sync: Sync::new(first.clone()), on_change: Some(on_change), ..Inner::default() };
    });
    editor.is_rich.set(false);
    // Whether it is still wanted, when it comes.
    let is_here = StoredValue::new(true);
    on_cleanup(move || {
        is_here.try_set_value(false);
        editor.leave();
    });
    let (plain_label, plain_described, plain_placeholder) = (label.clone(), described_by.clone(), placeholder.clone());
    Effect::new(move |begun: Option<bool>| {
        let (Some(parent), false) = (host.get(), begun.unwrap_or(false)) else { return begun.unwrap_or(false) };
        if let Some(area) = area.get_untracked() {
            area.set_value(&with_line_feeds(&first));
            editor.set_surface(Surface::Plain(area));
        }
        let parent: HtmlElement = parent.into();
        let (label, described_by, placeholder) = (label.clone(), described_by.clone(), placeholder.clone());
        spawn_local(async move {
            let text = editor.text();
            let options = Options {
                text: &text,
                language: language.name(),
                label: &label,
                described_by: described_by.as_deref(),
                placeholder: &placeholder,
                is_read_only: is_read_only.get_untracked(),
                is_field,
                history: !is_undone_outside,
            };
            let made = module::create(&parent, &options).await;
            match made {
                Some(rich) if is_here.try_get_value() == Some(true) => editor.take_rich(rich, pause, completions),
                Some(rich) => rich.destroy(),
                None => {}
            }
        });
        true
    });
    Effect::new(move |_| value.with(|value| editor.take(value)));
    Effect::new(move |_| {
        let diagnostics = diagnostics.get();
        if let (true, Surface::Rich(rich)) = (editor.is_rich.get(), editor.surface()) {
            rich.set_diagnostics(&diagnostics);
        }
    });
    Effect::new(move |_| {
        let is_read_only = is_read_only.get();
        if let (true, Surface::Rich(rich)) = (editor.is_rich.get(), editor.surface()) {
            rich.set_read_only(is_read_only);
        }
    });
    let follow_cursor = move |_| {
        if let Surface::Plain(area) = editor.surface() {
            let units = area.selection_start().ok().flatten().unwrap_or_default() as usize;
            let text = area.value();
            set_if_new(editor.line, change::place(&text, change::byte_at(&text, units)).0);
        }
    };
    view! {
        <div class="text-editor" class:is-field=is_field id=id data-rich=move || editor.is_rich.get().to_string() node_ref=host>
            <Show when=move || !editor.is_rich.get()>
                <textarea
                    class="mono"
                    rows=if is_field { "3" } else { "" }
                    spellcheck="false"
                    autocapitalize="off"
                    aria-label=plain_label.clone()
                    aria-describedby=plain_described.clone()
                    placeholder=plain_placeholder.clone()
                    readonly=move || is_read_only.get()
                    node_ref=area
                    on:input=move |_| editor.typed(pause)
                    on:keyup=follow_cursor
                ></textarea>
                <PlainProblems diagnostics=diagnostics />
            </Show>
        </div>
    }
}

/// What is wrong, in words, where the text area cannot show it at its place.
#[component]
fn PlainProblems(
    /// All of it; the first is said.
    diagnostics: Signal<Vec<Diagnostic>>,
) -> impl IntoView {
    let first = move || {
        diagnostics.with(|diagnostics| {
            let first = diagnostics.iter().find(|one| one.severity == Severity::Error).or(diagnostics.first())?;
            Some(format!("line {}, column {}: {}", first.line, first.column, first.message))
        })
    };
    view! { <p class="text-problem" role="status">{first}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_at_bytes_is_at_the_characters_that_they_are() {
        let text = "a: ä\nb: $x\n";
        let at = |bytes: Range<usize>| {
            let one = Diagnostic::at_bytes(text, bytes, Severity::Error, String::new());
            (one.line, one.column, one.end_line.zip(one.end_column))
        };
        assert_eq!(at(9..11), (2, 4, Some((2, 6))), "`$x`");
        assert_eq!(at(3..5), (1, 4, Some((1, 5))), "one character of two bytes");
        assert_eq!(at(6..6), (2, 1, None), "without an end it goes to the end of its line");
    }
}
