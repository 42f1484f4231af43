//! A note, a frame or a picture: what it says, its colour.

use ::graph::{Item, ItemContent, ItemId, LayoutEdit};
use leptos::prelude::*;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::markdown::Markdown;

/// The colours that an item may have, by their names in the file.
const COLORS: [&str; 9] = ["gray", "yellow", "orange", "red", "pink", "purple", "blue", "teal", "green"];

/// The panel.
#[component]
pub(crate) fn ItemPanel(
    /// The item.
    id: ItemId,
) -> impl IntoView {
    let store = use_store();
    let own = StoredValue::new(id);
    let item = Memo::new(move |_| {
        let item = store.of_tool(|graph, tool| graph.layout.drawing(tool.name.as_str())?.items.get(&own.get_value()).cloned());
        item.flatten()
    });
    let gesture = StoredValue::new(store.gesture());
    let begin = move || gesture.set_value(store.gesture());
    let change = StoredValue::new(move |what: &str, with: &dyn Fn(&mut ItemContent)| {
        let Some(mut value) = item.get_untracked() else { return };
        with(&mut value.content);
        let Some(tool) = store.of_tool_now() else { return };
        // A background is behind everything else.
        let at = matches!(value.content, ItemContent::Picture { locked: true, .. }).then_some(0);
        let layout = LayoutEdit::SetItem { tool, item: own.get_value(), value: Some(value), at };
        store.change(format!("changed {what}"), None, Some(layout), Some(gesture.get_value()));
    });
    let sort = Memo::new(move |_| item.with(|item| item.as_ref().map(word)));
    let text = move || item.with(|item| item.as_ref().map(said).unwrap_or_default());
    let say = move |said: String| {
        change.with_value(|change| {
            change("the text", &|content| match content {
                ItemContent::Note { text, .. } => text.clone_from(&said),
                ItemContent::Frame { title, .. } => title.clone_from(&said),
                ItemContent::Picture { alt, .. } => alt.clone_from(&said),
            });
        });
    };
    let remove = move |_| {
        if let Some(tool) = store.of_tool_now() {
            let layout = LayoutEdit::SetItem { tool, item: own.get_value(), value: None, at: None };
            store.change(format!("deleted a {}", sort.get_untracked().unwrap_or("note")), None, Some(layout), None);
        }
    };
    let field = move |sort: &'static str| {
        match sort {
        "note" => view! {
            <label class="setting-title" for="item-text">"Text, in Markdown"</label>
            <textarea id="item-text" data-graph-field rows="8" prop:value=text on:focus=move |_| begin() on:input=move |event| say(event_target_value(&event))></textarea>
            <div class="note-preview" aria-label="As it is shown">{move || view! { <Markdown text=text() /> }}</div>
        }
        .into_any(),
        sort => view! {
            <label class="setting-title" for="item-text">{if sort == "frame" { "Title" } else { "What it shows" }}</label>
            <input id="item-text" type="text" data-graph-field autocomplete="off" prop:value=text on:focus=move |_| begin() on:input=move |event| say(event_target_value(&event)) />
        }
        .into_any(),
    }
    };
    let recolor = move |chosen: Option<&'static str>| {
        begin();
        change.with_value(|change| {
            change("the colour", &|content| match content {
                ItemContent::Note { color, .. } | ItemContent::Frame { color, .. } => *color = chosen.map(str::to_owned),
                ItemContent::Picture { .. } => {}
            });
        });
    };
    let is_color = move |color: Option<&'static str>| item.with(|item| item.as_ref().is_some_and(|item| color_of(item) == color));
    let swatch = move |color: Option<&'static str>| {
        let label = color.unwrap_or("plain");
        view! {
            <button
                type="button"
                class="swatch"
                data-color=label
                aria-label=crate::text::sentence(label)
                title=crate::text::sentence(label)
                aria-pressed=move || is_color(color).to_string()
                on:click=move |_| recolor(color)
            ></button>
        }
    };
    let lock = move |event| {
        begin();
        change.with_value(|change| {
            change("the picture", &|content| {
                if let ItemContent::Picture { locked, .. } = content {
                    *locked = event_target_checked(&event);
                }
            });
        });
    };
    let is_locked =
        move || item.with(|item| matches!(item.as_ref().map(|item| &item.content), Some(ItemContent::Picture { locked: true, .. })));
    let lock = StoredValue::new_local(lock);
    view! {
        <section class="panel" aria-label="Item">
            <header class="panel-head node-head">
                <span class="tile plain-tile"><Icon path=icon::NOTE /></span>
                <div><h2 id="inspector-head" tabindex="-1">{move || sort.get().map(crate::text::sentence)}</h2></div>
                <button type="button" class="plain" aria-label="Delete" title="Delete" on:click=remove><Icon path=icon::TRASH /></button>
            </header>
            <div class="settings">
                {move || sort.get().map(field)}
                <Show when=move || sort.get() != Some("picture") fallback=move || view! {
                    <label class="toggle">
                        <input type="checkbox" prop:checked=is_locked on:change=move |event| lock.with_value(|lock| lock(event)) />
                        "Background: stays where it is, behind all else"
                    </label>
                }>
                    <span class="setting-title">"Colour"</span>
                    <div class="swatches" role="group" aria-label="Colour">
                        {swatch(None)}
                        {COLORS.map(|color| swatch(Some(color))).collect_view()}
                    </div>
                </Show>
            </div>
        </section>
    }
}

fn word(item: &Item) -> &'static str {
    match item.content {
        ItemContent::Note { .. } => "note",
        ItemContent::Frame { .. } => "frame",
        ItemContent::Picture { .. } => "picture",
    }
}

fn said(item: &Item) -> String {
    match &item.content {
        ItemContent::Note { text, .. } => text.clone(),
        ItemContent::Frame { title, .. } => title.clone(),
        ItemContent::Picture { alt, .. } => alt.clone(),
    }
}

fn color_of(item: &Item) -> Option<&'static str> {
    match &item.content {
        ItemContent::Note { color, .. } | ItemContent::Frame { color, .. } => {
            COLORS.into_iter().find(|known| color.as_deref() == Some(*known))
        }
        ItemContent::Picture { .. } => None,
    }
}
