//! The field in which an expression is written. The one place that another editor would have to replace.

use expr::{Sees, Verdict};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::engine::Answer;
use crate::app::use_store;
use crate::complete::{Completion, complete};
use crate::json::Json;
use crate::panel::Prose;
use crate::text;

/// A field for JSONata, with what is wrong with it, what it gives on the last run's data, and what could come next.
#[component]
pub(crate) fn ExpressionField(
    /// The element's id.
    id: String,
    /// What it is called, for screen readers.
    label: String,
    /// The expression as it stands.
    #[prop(into)]
    text: Signal<String>,
    /// Takes what is typed.
    on_text: Callback<String>,
    /// The person begins to type.
    on_focus: Callback<()>,
    /// What it sees as its root.
    sees: Sees,
) -> impl IntoView {
    let store = use_store();
    let area = NodeRef::<html::Textarea>::new();
    let completion = RwSignal::new(Completion::default());
    let at = RwSignal::new(0usize);
    let has_focus = RwSignal::new(false);
    Effect::new(move |_| {
        // Another run, or more of it: other data.
        store.of_run(|run| (run.id, run.is_active()));
        store.want_data();
    });
    store.engine.want();
    let verdict = Memo::new(move |_| store.data.with(|data| text.with(|text| store.engine.judge(text, &data.outputs, &sees))));
    let names = Memo::new(move |_| {
        let word = |kind: &str| nodes::kind(kind).map_or_else(|| kind.to_owned(), |kind| kind.title().to_owned());
        store
            .of_tool(|_, tool| tool.nodes.iter().map(|node| (node.id.to_string(), word(&node.kind))).collect::<Vec<_>>())
            .unwrap_or_default()
    });
    let look = move |asked: bool| {
        let Some(element) = area.get_untracked() else { return };
        let source = element.value();
        let units = element.selection_start().ok().flatten().unwrap_or_default() as usize;
        let cursor = bytes(&source, units);
        let data = store.data.with_untracked(|data| data.outputs.clone());
        let found = complete(&source, cursor, &names.get_untracked(), &data);
        // Without being asked, only what has begun is completed.
        let wanted = asked || found.from < found.to || source[..cursor].ends_with('.');
        completion.set(if wanted { found } else { Completion::default() });
        at.set(0);
    };
    let put = move |number: usize| {
        let Some(element) = area.get_untracked() else { return };
        let Completion { from, to, suggestions } = completion.get_untracked();
        let Some(chosen) = suggestions.get(number) else { return };
        let source = element.value();
        let (Some(before), Some(after)) = (source.get(..from), source.get(to..)) else { return };
        let cursor = (before.encode_utf16().count() + chosen.text.encode_utf16().count()) as u32;
        let text = format!("{before}{}{after}", chosen.text);
        element.set_value(&text);
        // A place inside the text is never refused.
        element.set_selection_range(cursor, cursor).unwrap_or_default();
        on_text.run(text);
        completion.set(Completion::default());
    };
    let press = move |event: KeyboardEvent| {
        let count = completion.with_untracked(|completion| completion.suggestions.len());
        let is_asked = event.ctrl_key() && event.key() == " ";
        match event.key().as_str() {
            _ if is_asked => look(true),
            _ if count == 0 => return,
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" | "Tab" => put(at.get_untracked()),
            "Escape" => completion.set(Completion::default()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let rows = move || text.with(|text| text.lines().count().clamp(2, 12) as u32);
    let list_id = format!("{id}-list");
    let about_id = format!("{id}-about");
    let option_id = {
        let id = id.clone();
        move |number: usize| format!("{id}-option-{number}")
    };
    let is_listed = move || has_focus.get() && completion.with(|completion| !completion.suggestions.is_empty());
    let active = {
        let option_id = option_id.clone();
        move || is_listed().then(|| option_id(at.get()))
    };
    view! {
        <div class="expression">
            <textarea
                id=id
                class="mono expression-text"
                data-graph-field
                spellcheck="false"
                autocapitalize="off"
                aria-label=label
                aria-haspopup="listbox"
                aria-autocomplete="list"
                aria-controls=list_id.clone()
                aria-activedescendant=active
                aria-describedby=about_id.clone()
                aria-invalid=move || verdict.with(|verdict| matches!(verdict, Answer::Said(Verdict::Wrong { .. }))).to_string()
                rows=rows
                node_ref=area
                prop:value=move || text.get()
                on:focus=move |_| { has_focus.set(true); on_focus.run(()); }
                on:blur=move |_| { has_focus.set(false); completion.set(Completion::default()); }
                on:input=move |event| { on_text.run(event_target_value(&event)); look(false); }
                on:keydown=press
            ></textarea>
            <ul id=list_id class="completion" class:open=is_listed role="listbox" aria-label="What could come next">
                {move || {
                    let option_id = option_id.clone();
                    completion
                        .get()
                        .suggestions
                        .into_iter()
                        .enumerate()
                        .map(move |(number, suggestion)| {
                            view! {
                                <li
                                    id=option_id(number)
                                    role="option"
                                    aria-selected=move || (at.get() == number).to_string()
                                    on:pointerdown=move |event| { event.prevent_default(); put(number); }
                                >
                                    <span class="mono">{suggestion.text}</span>
                                    <span class="muted cut">{suggestion.about}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <div id=about_id class="verdict" aria-live="polite">{move || told(verdict.get())}</div>
        </div>
    }
}

/// A verdict as it is shown under the field.
fn told(verdict: Answer<Verdict>) -> AnyView {
    let verdict = match verdict {
        Answer::Awaited => return ().into_any(),
        Answer::Missing(why) => return view! { <EngineMissing why=why /> }.into_any(),
        Answer::Said(verdict) => verdict,
    };
    match verdict {
        Verdict::Empty | Verdict::Untried => ().into_any(),
        Verdict::Wrong { message, before, marked, after, line } => {
            // Where something is missing, a blank stands for it.
            let marked = if marked.is_empty() { " ".to_owned() } else { marked };
            view! {
                <pre class="wrong-line"><span class="muted">{format!("{line}  ")}</span>{before}<mark>{marked}</mark>{after}</pre>
                <p class="fault"><Prose text=message /></p>
            }
            .into_any()
        }
        Verdict::GivesNothing => view! { <p class="muted gives">"Gives nothing on the last run’s data"</p> }.into_any(),
        Verdict::Gives(value) => view! {
            <p class="muted gives">"On the last run’s data"</p>
            <Json value=value />
        }
        .into_any(),
        Verdict::Fails(message) => view! { <p class="fault"><Prose text=text::sentence(&message) /></p> }.into_any(),
    }
}

/// The place in bytes of a place that the browser counts in units of UTF-16.
fn bytes(source: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in source.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    source.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_the_browsers_units() {
        for (units, expected) in [(0, 0), (1, 2), (3, 6), (4, 7), (9, 7)] {
            assert_eq!(bytes("é😀x", units), expected, "{units} units");
        }
    }
}

/// Says that nothing can be tried here, and lets the person have another go.
#[component]
pub(crate) fn EngineMissing(
    /// Why, in words.
    why: String,
) -> impl IntoView {
    let store = use_store();
    view! {
        <p class="fault"><Prose text=text::sentence(&why) /></p>
        <button type="button" class="small" on:click=move |_| store.engine.want()>"Try again"</button>
    }
}
