//! A sentence of the app's: it begins with a capital, and what stands in back-ticks is shown as the value that it is.

use leptos::prelude::*;

use crate::text;

/// The sentence.
#[component]
pub(crate) fn Prose(
    /// What it says.
    text: String,
    /// A class for the style sheet.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let text = text::sentence(&text);
    let piece = |(at, piece): (usize, &str)| {
        let piece = piece.to_owned();
        if at % 2 == 1 { view! { <code>{piece}</code> }.into_any() } else { piece.into_any() }
    };
    view! { <span class=format!("prose {class}")>{text.split('`').enumerate().map(piece).collect_view()}</span> }
}
