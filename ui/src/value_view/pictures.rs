//! The pictures in a value.

use leptos::prelude::*;

use super::Looking;
use crate::value::{Picture, pictures};

/// The pictures.
#[component]
pub(super) fn PicturesView(
    /// The value.
    looking: Looking,
) -> impl IntoView {
    let pictures = looking.value.with_value(|value| pictures(value));
    let count = pictures.len();
    let one = move |(at, Picture { src, kind }): (usize, Picture)| {
        let size = RwSignal::new(None::<(u32, u32)>);
        let loaded = move |event: web_sys::Event| {
            let image = event_target::<web_sys::HtmlImageElement>(&event);
            size.set(Some((image.natural_width(), image.natural_height())));
        };
        let told = kind.clone();
        let said = move || size.get().map_or_else(|| told.clone(), |(width, height)| format!("{told}, {width} × {height}"));
        view! {
            <figure>
                <img src=src alt=format!("Picture {} of {count}, {kind}", at + 1) on:load=loaded />
                <figcaption class="muted">{said}</figcaption>
            </figure>
        }
    };
    view! { <div class="value-pictures">{pictures.into_iter().enumerate().map(one).collect_view()}</div> }
}
