//! A list of objects as a table. Only the rows in view are on the page.

use graph::Path;
use leptos::html;
use leptos::prelude::*;

use super::{Looking, class_of, marked};
use crate::value::{Table, in_a_line};

/// The height of a row in pixels.
const ROW: usize = 26;
/// How many rows are in view at most, and how many are drawn above and below of them.
const IN_VIEW: usize = 14;
const OVER: usize = 6;
/// The most characters of a text in its cell.
const MOST_CHARACTERS: usize = 80;

/// The table.
#[component]
pub(super) fn TableView(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let table = StoredValue::new(looking.value.with_value(|value| Table::of(value)));
    let len = table.with_value(|table| table.as_ref().map_or(0, Table::len));
    let columns = table.with_value(|table| table.as_ref().map(|table| table.columns().to_vec()).unwrap_or_default());
    let top = RwSignal::new(0_usize);
    let scroller = NodeRef::<html::Div>::new();
    let first = Memo::new(move |_| top.get().saturating_sub(OVER));
    let end = Memo::new(move |_| len.min(top.get() + IN_VIEW + OVER));
    let goal = Memo::new(move |_| looking.goal());
    Effect::new(move |_| {
        let Some(path) = goal.get() else { return };
        let row = table.with_value(|table| table.as_ref().and_then(|table| table.row_of(&path)));
        looking.current.set(path);
        let at = row.map_or(0, |row| i32::try_from(row * ROW).unwrap_or(i32::MAX));
        if let Some(element) = scroller.get_untracked() {
            // The head stays above the rows.
            let (seen, high) = (element.scroll_top(), element.client_height() - 2 * ROW as i32);
            element.set_scroll_top(seen.min(at).max(at - high));
        }
    });
    let row = move |at: usize| {
        let path = table.with_value(|table| table.as_ref().map(|table| table.row(at))).unwrap_or_default();
        let cells = table.with_value(|table| table.as_ref().map(|table| table.columns().to_vec()).unwrap_or_default());
        let cells = cells.into_iter().map(|column| cell(looking, path.clone().key(column), goal)).collect_view();
        view! { <tr aria-rowindex=(at + 2).to_string()><th scope="row">{at}</th>{cells}</tr> }
    };
    let space = |height: usize| view! { <tr role="none" class="value-space" style:height=format!("{height}px")></tr> };
    view! {
        <div
            node_ref=scroller
            class="value-table"
            role="region"
            tabindex="0"
            aria-label=looking.label
            on:scroll=move |_| {
                if let Some(element) = scroller.get_untracked() {
                    top.set(usize::try_from(element.scroll_top()).unwrap_or(0) / ROW);
                }
            }
        >
            <table aria-rowcount=(len + 1).to_string()>
                <thead>
                    <tr aria-rowindex="1">
                        <th scope="col">"#"</th>
                        {columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {move || space(first.get() * ROW)}
                    <For each=move || first.get()..end.get() key=|at| *at let:at>{row(at)}</For>
                    {move || space((len - end.get()) * ROW)}
                </tbody>
            </table>
        </div>
    }
}

fn cell(looking: Looking, path: Path, goal: Memo<Option<Path>>) -> impl IntoView {
    let told = looking.value.with_value(|value| path.find(value).map(|value| (class_of(value), in_a_line(value, MOST_CHARACTERS))));
    let (class, text) = told.unwrap_or_default();
    let (own, found) = (path.clone(), path.clone());
    let is_current = move || looking.current.with(|current| *current == own);
    // What is deeper in a cell is found in it.
    let is_goal = Signal::derive(move || goal.with(|goal| goal.as_ref().is_some_and(|goal| goal.segments().starts_with(found.segments()))));
    view! {
        <td class=class class:current=is_current class:goal=is_goal on:click=move |_| looking.current.set(path.clone())>
            {marked(text, looking, is_goal)}
        </td>
    }
}
