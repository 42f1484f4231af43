//! The tree of a value, by keyboard and pointer. Only the rows in view are on the page.

use graph::Segment;
use leptos::attr::custom::custom_attribute;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::{Looking, class_of, marked};
use crate::icon::{self, Icon};
use crate::value::{Key, Row, Tree, in_a_line};

/// The height of a row, and how far a part is indented, in pixels.
const ROW: usize = 22;
const INDENT: usize = 14;
/// How many rows are in view at most, and how many are drawn above and below of them.
const IN_VIEW: usize = 16;
const OVER: usize = 8;
/// The most characters of a text in its row.
const MOST_CHARACTERS: usize = 200;

/// The tree.
#[component]
pub(super) fn TreeView(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let tree = RwSignal::new(Tree::new(looking.value.get_value()));
    let top = RwSignal::new(0_usize);
    let scroller = NodeRef::<html::Div>::new();
    let current = Memo::new(move |_| tree.with(Tree::current));
    let drawn = Memo::new(move |_| {
        let first = top.get().saturating_sub(OVER);
        (first, tree.with(|tree| tree.rows().len()).min(top.get() + IN_VIEW + OVER))
    });
    let height = move || format!("{}px", tree.with(|tree| tree.rows().len()) * ROW);
    let bring = move || {
        let at = i32::try_from(current.get_untracked() * ROW).unwrap_or(i32::MAX);
        request_animation_frame(move || {
            if let Some(element) = scroller.get_untracked() {
                let (seen, high) = (element.scroll_top(), element.client_height());
                let wanted = seen.min(at).max(at.saturating_add(ROW as i32) - high);
                if wanted != seen {
                    element.set_scroll_top(wanted);
                }
            }
        });
    };
    Effect::new(move |_| {
        let path = tree.with(|tree| tree.rows().get(tree.current()).map(|row| row.path.clone()));
        looking.current.set(path.unwrap_or_default());
    });
    Effect::new(move |_| {
        if let Some(goal) = looking.goal() {
            tree.update(|tree| tree.reveal(&goal));
            bring();
        }
    });
    let press = move |event: KeyboardEvent| {
        let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if let Some(key) = key(&event.key()).filter(|_| is_plain) {
            event.prevent_default();
            event.stop_propagation();
            tree.update(|tree| tree.press(key, IN_VIEW - 2));
            bring();
        }
    };
    let click = move |at: usize| {
        tree.update(|tree| {
            tree.go(at);
            tree.toggle(at);
        });
    };
    let rows = move || {
        let (first, end) = drawn.get();
        tree.with(|tree| {
            let row = |at: usize| tree.rows().get(at).map(|row| (at, row.clone()));
            (first..end).filter_map(row).collect::<Vec<_>>()
        })
    };
    let active = move || {
        let (first, end) = drawn.get();
        Some(current.get()).filter(|at| (first..end).contains(at)).map(|at| looking.part(&format!("row-{at}")))
    };
    view! {
        <div
            node_ref=scroller
            class="value-tree"
            role="tree"
            tabindex="0"
            aria-label=looking.label
            aria-activedescendant=active
            on:keydown=press
            on:scroll=move |_| {
                if let Some(element) = scroller.get_untracked() {
                    top.set(usize::try_from(element.scroll_top()).unwrap_or(0) / ROW);
                }
            }
        >
            <div class="value-rows" role="none" style:height=height>
                <For each=rows key=|(at, row)| (*at, row.path.clone(), row.is_open) let:entry>
                    {
                        let (at, row) = entry;
                        let value = tree.with_untracked(|tree| told(tree.value(at)));
                        view! { <Line looking=looking at=at row=row value=value current=current on_click=Callback::new(move |()| click(at)) /> }
                    }
                </For>
            </div>
        </div>
    }
}

/// What a row says of its value: its class and its text.
type Told = (&'static str, String);

fn told(value: Option<&Value>) -> Told {
    value.map_or(("", String::new()), |value| (class_of(value), in_a_line(value, MOST_CHARACTERS)))
}

/// A row.
#[component]
fn Line(
    /// The value.
    looking: Looking,
    /// Its place among all rows.
    at: usize,
    /// What it is.
    row: Row,
    /// How its value is written.
    value: Told,
    /// The row that has the keyboard.
    current: Memo<usize>,
    /// What a click does.
    on_click: Callback<()>,
) -> impl IntoView {
    let depth = row.depth();
    let path = row.path.clone();
    let is_goal = Signal::derive(move || looking.found.with(|found| found.get(looking.at.get()) == Some(&path)));
    let has_parts = row.parts > 0;
    let name = row.path.segments().last().map(|last| match last {
        Segment::Key(key) => view! { <span class="json-key">{marked(key.clone(), looking, is_goal)}</span> }.into_any(),
        // A number of a list is not what one searches for.
        Segment::Index(index) => view! { <span class="json-sign">{*index}</span> }.into_any(),
    });
    let (class, written) = value;
    let twist = has_parts.then(|| view! { <Icon path=if row.is_open { icon::DOWN } else { icon::RIGHT } /> });
    view! {
        <div
            id=looking.part(&format!("row-{at}"))
            class="value-row"
            role="treeitem"
            aria-posinset=row.place.0.to_string()
            aria-setsize=row.place.1.to_string()
            aria-expanded=has_parts.then(|| row.is_open.to_string())
            aria-selected=move || (current.get() == at).to_string()
            style:top=format!("{}px", at * ROW)
            style:padding-inline-start=format!("{}px", 6 + depth * INDENT)
            on:click=move |_| on_click.run(())
            {..custom_attribute("aria-level", (depth + 1).to_string())}
        >
            <span class="value-twist">{twist}</span>
            {name}
            <span class=class>{marked(written, looking, is_goal)}</span>
        </div>
    }
}

fn key(name: &str) -> Option<Key> {
    Some(match name {
        "ArrowUp" => Key::Up,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "Enter" | " " => Key::Enter,
        _ => return None,
    })
}
