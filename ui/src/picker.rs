//! A field to search in, and what was found to pick from: by letters, arrows and Enter, or by the mouse.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::icon::{Icon, KindTile};

/// What stands before a thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Look {
    /// The tile of a kind of node.
    Kind(&'static str),
    /// An icon.
    Icon(&'static str),
}

/// A thing to pick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offered {
    /// What tells it from the others.
    pub(crate) key: String,
    /// What stands before it.
    pub(crate) look: Look,
    /// What it is called.
    pub(crate) title: String,
    /// The letters of the title that the query met.
    pub(crate) met: Vec<usize>,
    /// What it is about, in smaller letters.
    pub(crate) about: String,
    /// What stands at its end: a shortcut, a server.
    pub(crate) end: Option<String>,
}

/// The field and the list.
#[component]
pub(crate) fn Picker(
    /// The id of the field; those of the list and its options begin with it.
    id: &'static str,
    /// What is searched for, for screen readers and in the empty field.
    label: &'static str,
    /// What was typed.
    query: RwSignal<String>,
    /// What was found.
    #[prop(into)]
    offered: Signal<Vec<Offered>>,
    /// Takes the key of what was picked.
    on_pick: Callback<String>,
    /// The person leaves without picking.
    on_leave: Callback<()>,
    /// What is said where nothing was found.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let at = RwSignal::new(0usize);
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        query.track();
        at.set(0);
    });
    Effect::new(move |_| {
        let number = i32::try_from(at.get()).unwrap_or_default();
        if let Some(option) = list.get().and_then(|list| list.children().item(u32::try_from(number).unwrap_or_default())) {
            scroll_near(&option);
        }
    });
    let pick = move || {
        let key = offered.with_untracked(|offered| offered.get(at.get_untracked()).map(|thing| thing.key.clone()));
        if let Some(key) = key {
            on_pick.run(key);
        }
    };
    let press = move |event: KeyboardEvent| {
        let last = offered.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => at.update(|at| *at = if *at == 0 { last } else { *at - 1 }),
            "PageDown" => at.update(|at| *at = (*at + 8).min(last)),
            "PageUp" => at.update(|at| *at = at.saturating_sub(8)),
            "Enter" => pick(),
            "Escape" => on_leave.run(()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let option_id = move |number: usize| format!("{id}-{number}");
    view! {
        <div class="picker-field">
            <input
                id=id
                type="text"
                class="picker-input"
                role="combobox"
                aria-label=label
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls=format!("{id}-list")
                aria-activedescendant=move || offered.with(|offered| !offered.is_empty()).then(|| option_id(at.get()))
                placeholder=label
                autocomplete="off"
                spellcheck="false"
                bind:value=query
                on:keydown=press
            />
        </div>
        <ul id=format!("{id}-list") class="picker-list" role="listbox" aria-label=label node_ref=list>
            {move || {
                offered
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(number, thing)| {
                        let (key, shown_key) = (thing.key.clone(), thing.key.clone());
                        view! {
                            <li
                                id=option_id(number)
                                role="option"
                                class="picker-option"
                                data-key=shown_key
                                aria-selected=move || (at.get() == number).to_string()
                                on:pointermove=move |_| {
                                    if at.get_untracked() != number {
                                        at.set(number);
                                    }
                                }
                                on:click=move |_| on_pick.run(key.clone())
                            >
                                <OfferedLine thing=thing />
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
        <Show when=move || offered.with(Vec::is_empty)>
            <p class="picker-empty muted">"Nothing is found"</p>
        </Show>
        {children.map(|children| children())}
    }
}

/// How a thing looks in a list.
#[component]
pub(crate) fn OfferedLine(
    /// The thing.
    thing: Offered,
) -> impl IntoView {
    let look = match thing.look {
        Look::Kind(kind) => view! { <KindTile kind=kind.to_owned() /> }.into_any(),
        Look::Icon(path) => view! { <span class="tile plain-tile"><Icon path=path /></span> }.into_any(),
    };
    view! {
        {look}
        <span class="picker-words">
            <span class="picker-title cut">{marked(&thing.title, &thing.met)}</span>
            {(!thing.about.is_empty()).then(|| view! { <span class="picker-about cut">{thing.about}</span> })}
        </span>
        {thing.end.map(|end| view! { <span class="picker-end">{end}</span> })}
    }
}

/// A text with the letters that a query met made bold.
fn marked(text: &str, met: &[usize]) -> impl IntoView + use<> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for (number, letter) in text.chars().enumerate() {
        let is_met = met.contains(&number);
        match pieces.last_mut() {
            Some((same, piece)) if *same == is_met => piece.push(letter),
            _ => pieces.push((is_met, letter.to_string())),
        }
    }
    pieces.into_iter().map(|(is_met, piece)| if is_met { view! { <b>{piece}</b> }.into_any() } else { piece.into_any() }).collect_view()
}

/// Brings an element of a list into its view, by as little as needed.
fn scroll_near(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
