//! A value for people: looked at as a tree, a table, a text or pictures, searched, copied with the way that leads to each part.

mod pictures;
mod table;
mod text;
mod tree;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use graph::Path;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use serde_json::Value;

use crate::app::{focus, use_store};
use crate::icon::{self, Icon};
use crate::json::{CopyButton, pretty};
use crate::value::{Way, best_way, expression, find, ranges, ways};
use pictures::PicturesView;
use table::TableView;
use text::TextView;
use tree::TreeView;

/// The most places that are found.
const MOST_FOUND: usize = 1_000;

/// What is known of one value that is shown.
#[derive(Clone, Copy)]
struct Looking {
    /// What its elements’ ids begin with.
    id: StoredValue<String>,
    value: StoredValue<Arc<Value>>,
    /// What the value is called in an expression.
    root: StoredValue<String>,
    label: &'static str,
    way: RwSignal<Way>,
    /// Whether it can be searched.
    is_searched: RwSignal<bool>,
    /// What is searched for.
    sought: RwSignal<String>,
    /// The place that is looked at.
    current: RwSignal<Path>,
    /// Where it was found; in a text the ranges are counted instead.
    found: Memo<Arc<Vec<Path>>>,
    /// Which of what was found is looked at.
    at: RwSignal<usize>,
    /// How often it was found.
    count: RwSignal<usize>,
}

impl Looking {
    /// The place that was found and is looked at.
    fn goal(self) -> Option<Path> {
        self.found.with(|found| found.get(self.at.get()).cloned())
    }

    /// Looks at what was found next, or before.
    fn step(self, is_back: bool) {
        let count = self.count.get_untracked();
        if count > 0 {
            self.at.update(|at| *at = if is_back { *at + count - 1 } else { *at + 1 } % count);
        }
    }

    /// An id of an element of it.
    fn part(self, part: &str) -> String {
        self.id.with_value(|id| format!("{id}-{part}"))
    }

    fn search(self) {
        self.is_searched.set(true);
        let id = self.part("find");
        request_animation_frame(move || focus(&id));
    }

    fn stop_search(self) {
        self.sought.set(String::new());
        self.is_searched.set(false);
    }
}

/// A value.
#[component]
pub(crate) fn ValueView(
    /// The value.
    #[prop(into)]
    value: Arc<Value>,
    /// What it is, in a word.
    label: &'static str,
    /// What it is called in an expression.
    #[prop(into, default = "$".to_owned())]
    root: String,
) -> impl IntoView {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let store = use_store();
    let offered = ways(&value);
    let is_bare = offered.len() == 1;
    let way = RwSignal::new(preferred(best_way(&value), store.value_way.get_untracked().filter(|way| offered.contains(way))));
    let (sought, at, count) = (RwSignal::new(String::new()), RwSignal::new(0), RwSignal::new(0));
    let value = StoredValue::new(value);
    let found = Memo::new(move |_| match way.get() {
        Way::Tree | Way::Table => Arc::new(value.with_value(|value| sought.with(|sought| find(value, sought.trim(), MOST_FOUND)))),
        Way::Text | Way::Picture => Arc::default(),
    });
    Effect::new(move |_| {
        let is_counted_here = matches!(way.get(), Way::Tree | Way::Table);
        let here = found.with(|found| found.len());
        at.set(0);
        if is_counted_here {
            count.set(here);
        }
    });
    let looking = Looking {
        id: StoredValue::new(format!("value-{}", NEXT.fetch_add(1, Ordering::Relaxed))),
        value,
        root: StoredValue::new(root),
        label,
        way,
        is_searched: RwSignal::new(false),
        sought,
        current: RwSignal::new(Path::root()),
        found,
        at,
        count,
    };
    let key = move |event: KeyboardEvent| {
        if (event.ctrl_key() || event.meta_key()) && event.key() == "f" {
            looking.search();
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let copied = move || value.with_value(|value| value.as_str().map_or_else(|| pretty(value), str::to_owned));
    view! {
        <div class="value" class:bare=is_bare on:keydown=key>
            <div class="value-bar">
                <Ways looking=looking offered=offered />
                <span class="spring"></span>
                <button
                    type="button"
                    class="plain"
                    aria-label=format!("Find in {}", label.to_lowercase())
                    title="Find in it (Ctrl+F in it)"
                    aria-expanded=move || looking.is_searched.get().to_string()
                    on:click=move |_| if looking.is_searched.get_untracked() { looking.stop_search() } else { looking.search() }
                >
                    <Icon path=icon::SEARCH />
                </button>
                <CopyButton label="Copy all of it" text=Callback::new(move |()| copied()) />
            </div>
            <Show when=move || looking.is_searched.get()>
                <Search looking=looking />
            </Show>
            {move || match way.get() {
                Way::Tree => view! { <TreeView looking=looking /><Place looking=looking /> }.into_any(),
                Way::Table => view! { <TableView looking=looking /><Place looking=looking /> }.into_any(),
                Way::Text => view! { <TextView looking=looking /> }.into_any(),
                Way::Picture => view! { <PicturesView looking=looking /> }.into_any(),
            }}
        </div>
    }
}

/// The way to look at a value at first: a person who chose the text or the tree wants it of all that is neither a table nor a picture.
fn preferred(best: Way, chosen: Option<Way>) -> Way {
    match (best, chosen) {
        (Way::Tree | Way::Text, Some(chosen @ (Way::Tree | Way::Text))) => chosen,
        _ => best,
    }
}

/// The ways to look at it; nothing where there is only one.
#[component]
fn Ways(
    /// The value.
    looking: Looking,
    /// The ways.
    offered: Vec<Way>,
) -> impl IntoView {
    let store = use_store();
    let way = looking.way;
    let button = move |one: Way| {
        view! {
            <button
                type="button"
                class="small"
                data-way=one.label().to_lowercase()
                aria-pressed=move || (way.get() == one).to_string()
                on:click=move |_| {
                    way.set(one);
                    store.value_way.set(Some(one));
                }
            >
                {one.label()}
            </button>
        }
    };
    (offered.len() > 1).then(|| {
        view! {
            <div class="ways-to-see" role="group" aria-label=format!("How {} is shown", looking.label.to_lowercase())>
                {offered.into_iter().map(button).collect_view()}
            </div>
        }
    })
}

/// The field to search in it.
#[component]
fn Search(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" => looking.step(event.shift_key()),
            "Escape" => looking.stop_search(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let said = move || match (looking.sought.with(|sought| sought.trim().is_empty()), looking.count.get()) {
        (true, _) => String::new(),
        (false, 0) => "nothing".to_owned(),
        (false, count) => format!("{} of {count}{}", looking.at.get() + 1, if count == MOST_FOUND { "+" } else { "" }),
    };
    let button = move |label: &'static str, path: &'static str, is_back: bool| {
        view! {
            <button type="button" class="plain" aria-label=label title=label on:click=move |_| looking.step(is_back)>
                <Icon path=path />
            </button>
        }
    };
    view! {
        <div class="value-search" role="search">
            <input
                id=looking.part("find")
                type="search"
                aria-label=format!("Text to find in {}", looking.label.to_lowercase())
                placeholder="Find"
                autocomplete="off"
                spellcheck="false"
                bind:value=looking.sought
                on:keydown=key
            />
            <span class="muted value-found" role="status">{said}</span>
            {button("The one before (Shift+Enter)", icon::BACK, true)}
            {button("The next (Enter)", icon::NEXT, false)}
        </div>
    }
}

/// Where the part is that is looked at, with what can be copied of it, and a long text whole.
#[component]
fn Place(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let path = Memo::new(move |_| looking.root.with_value(|root| looking.current.with(|path| expression(root, path))));
    let part = move || looking.value.with_value(|value| looking.current.with(|path| path.find(value).cloned()));
    let text = move |value: Value| value.as_str().map_or_else(|| pretty(&value), str::to_owned);
    let long = move || part().and_then(|part| part.as_str().filter(|text| text.len() > LONG || text.contains('\n')).map(short));
    view! {
        <div class="value-place">
            <code class="mono cut" title=move || path.get()>{move || path.get()}</code>
            <CopyButton label="Copy this part" text=Callback::new(move |()| part().map(text).unwrap_or_default()) />
            <CopyButton label="Copy the way to it, as JSONata" path=icon::WAY text=Callback::new(move |()| path.get_untracked()) />
        </div>
        {move || long().map(|text| view! { <pre class="value-long" tabindex="0">{text}</pre> })}
    }
}

/// A text of this many bytes does not fit into its row.
const LONG: usize = 36;

/// The most characters of a text that are shown below a tree.
const MOST_SHOWN: usize = 4_000;

fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text with what is searched for marked in it.
fn marked(text: String, looking: Looking, is_goal: Signal<bool>) -> impl IntoView {
    move || {
        let found = looking.sought.with(|sought| ranges(&text, sought.trim()));
        pieces(&text, &found)
            .map(|(piece, is_found)| match is_found {
                true => view! { <mark class:now=is_goal>{piece.to_owned()}</mark> }.into_any(),
                false => piece.to_owned().into_any(),
            })
            .collect_view()
    }
}

/// A text in pieces, each with whether it was found.
fn pieces<'t>(text: &'t str, found: &[Range<usize>]) -> impl Iterator<Item = (&'t str, bool)> {
    let starts = std::iter::once(0).chain(found.iter().map(|range| range.end));
    let ends = found.iter().map(|range| range.start).chain([text.len()]);
    let between = starts.zip(ends).map(move |(start, end)| (&text[start..end], false));
    let marks = found.iter().map(move |range| (&text[range.clone()], true)).map(Some).chain([None]).collect::<Vec<_>>();
    between.zip(marks).flat_map(|(plain, mark)| [Some(plain), mark]).flatten().filter(|(piece, _)| !piece.is_empty())
}

/// The class of what is no object or list, by which it is coloured.
fn class_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "json-text",
        Value::Number(_) => "json-number",
        Value::Bool(_) | Value::Null => "json-word",
        Value::Object(_) | Value::Array(_) => "json-sign",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_of_a_text_are_all_of_it() {
        let told = |text: &str, sought: &str| {
            let found = ranges(text, sought);
            pieces(text, &found).map(|(piece, is_found)| if is_found { format!("[{piece}]") } else { piece.to_owned() }).collect::<String>()
        };
        assert_eq!(told("Banana", "an"), "B[an][an]a");
        assert_eq!(told("an", "an"), "[an]");
        assert_eq!(told("Banana", ""), "Banana");
        assert_eq!(told("", "x"), "");
    }
}
