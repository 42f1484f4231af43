//! The places of a drawing as a list over the canvas: to go there, to forget them, to keep another.

use leptos::ev;
use leptos::prelude::*;

use crate::action::Action;
use crate::app::{focus, is_mac, use_store};
use crate::icon::{self, Icon};
use crate::store::PLACE_NAME;

/// The button that opens the list, and the list.
#[component]
pub(super) fn PlacesMenu() -> impl IntoView {
    let store = use_store();
    let shown = store.places_shown;
    let toggle = move |_| {
        if shown.get_untracked() {
            shown.set(false);
        } else {
            store.open_places();
        }
    };
    view! {
        <button
            type="button"
            class="plain"
            id="places-button"
            aria-label="Places"
            title=format!("Places ({})", Action::NextPlace.shortcut().map(|key| key.label(is_mac())).unwrap_or_default())
            aria-expanded=move || shown.get().to_string()
            on:click=toggle
        >
            <Icon path=icon::BOOKMARK />
        </button>
        <Show when=move || shown.get()>
            <Places />
        </Show>
    }
}

#[component]
fn Places() -> impl IntoView {
    let store = use_store();
    let name = RwSignal::new(String::new());
    let places = Memo::new(move |_| store.places().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    let leave = move || {
        store.places_shown.set(false);
        focus("places-button");
    };
    let keep = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let wanted = name.get_untracked().trim().to_owned();
        if !wanted.is_empty() {
            store.keep_place(&wanted);
            name.set(String::new());
        }
    };
    let press = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            leave();
        }
    };
    view! {
        <section class="places" aria-label="Places" on:keydown=press>
            <Show
                when=move || !places.with(Vec::is_empty)
                fallback=|| view! { <p class="places-none">"Keep what you look at now, and come back to it with B."</p> }
            >
                <ul>
                    <For each=move || places.get() key=Clone::clone let:place>
                        <PlaceRow name=place />
                    </For>
                </ul>
            </Show>
            <form on:submit=keep>
                <input
                    id=PLACE_NAME
                    type="text"
                    aria-label="Name of this place"
                    placeholder="Name this place"
                    autocomplete="off"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button type="submit" disabled=move || name.with(|name| name.trim().is_empty())>"Keep"</button>
            </form>
        </section>
    }
}

#[component]
fn PlaceRow(
    /// The place.
    name: String,
) -> impl IntoView {
    let store = use_store();
    let (shown, to, gone) = (name.clone(), name.clone(), name.clone());
    view! {
        <li>
            <button type="button" class="plain place" on:click=move |_| store.go_to_place(&to)>
                <Icon path=icon::BOOKMARK />
                <span>{shown}</span>
            </button>
            <button
                type="button"
                class="plain"
                aria-label=format!("Forget {name}")
                title="Forget this place"
                on:click=move |_| store.forget_place(&gone)
            >
                <Icon path=icon::CLOSE />
            </button>
        </li>
    }
}
