//! What just happened, in a line over the canvas: it goes by itself, unless something went wrong.

use std::time::Duration;

use leptos::prelude::*;
use protocol::Failed;

use crate::app::use_store;
use crate::icon::{self, Icon};
use crate::model::Sending;
use crate::panel::Prose;

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Toast {
    text: String,
    detail: Option<String>,
    is_error: bool,
}

/// How long a line stays that tells of nothing wrong.
const STAYS: Duration = Duration::from_secs(4);

impl Toast {
    /// Something that is good to know.
    pub(crate) fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), detail: None, is_error: false }
    }

    /// Something went wrong.
    pub(crate) fn error(text: impl Into<String>) -> Self {
        Self { text: text.into(), detail: None, is_error: true }
    }

    /// The app refused something.
    pub(crate) fn failed(what: impl Into<String>, failed: Failed) -> Self {
        let detail = [Some(failed.message), failed.detail].into_iter().flatten().collect::<Vec<_>>().join("\n");
        Self { text: what.into(), detail: Some(detail), is_error: true }
    }

    /// A change was taken back or made again.
    pub(crate) fn stepped(sending: &Sending, label: &str) -> Self {
        let word = match sending {
            Sending::Undo(_) => "Undone",
            Sending::Redo(_) => "Done again",
            Sending::Change(_) => "Done",
        };
        Self::note(format!("{word}: {label}"))
    }
}

/// The line that is there now, if one is.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let store = use_store();
    Effect::new(move |_| {
        let shown = store.toast.get();
        if shown.as_ref().is_some_and(|toast| !toast.is_error) {
            let gone = move || {
                if store.toast.with_untracked(|now| *now == shown) {
                    store.toast.set(None);
                }
            };
            set_timeout(gone, STAYS);
        }
    });
    let live = move |is_error: bool| {
        store.toast.get().filter(|toast| toast.is_error == is_error).map(|toast| {
            view! {
                <div class="toast" class:wrong=is_error>
                    {is_error.then(|| view! { <Icon path=icon::WARNING /> })}
                    <div>
                        <Prose text=toast.text />
                        {toast.detail.map(|detail| view! { <Prose text=detail class="remedy" /> })}
                    </div>
                    <button type="button" class="plain" aria-label="Dismiss" on:click=move |_| store.toast.set(None)>
                        <Icon path=icon::CLOSE />
                    </button>
                </div>
            }
        })
    };
    // Both are always on the page: what comes into them is read out.
    view! {
        <div class="toasts" role="status">{move || live(false)}</div>
        <div class="toasts" role="alert">{move || live(true)}</div>
    }
}
