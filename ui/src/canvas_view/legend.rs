//! What is compared, and what its signs mean: over the canvas while it shows two versions.

use graph::Fate;
use leptos::prelude::*;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::painter::sign;

/// The legend.
#[component]
pub(super) fn Legend() -> impl IntoView {
    let store = use_store();
    move || {
        store.comparison.get().map(|shown| {
            let signs = shown.counts().map(|(fate, count)| {
                let (sign, word) = sign(fate);
                view! { <li data-fate=name(fate)><span class="fate" aria-hidden="true">{sign}</span>{format!("{count} {word}")}</li> }
            });
            view! {
                <section class="legend" aria-label="Comparison">
                    <p>
                        <strong title=shown.before.title.clone()>{shown.before.title.clone()}</strong>
                        <span aria-hidden="true">"→"</span>
                        <span class="unseen">" compared with "</span>
                        <strong title=shown.after.title.clone()>{shown.after.title.clone()}</strong>
                    </p>
                    <ul>{signs.collect_view()}</ul>
                    <button type="button" class="plain" aria-label="Leave the comparison" title="Leave the comparison (Escape)" on:click=move |_| store.leave_comparison()>
                        <Icon path=icon::CLOSE />
                    </button>
                </section>
            }
        })
    }
}

/// Its name in the style sheet.
pub(crate) fn name(fate: Fate) -> &'static str {
    match fate {
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::Changed => "changed",
    }
}
