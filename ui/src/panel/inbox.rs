//! What runs ask people, in one place: each question can be answered where it stands.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use nodes::Approval;
use protocol::Question;

use super::question::{Asked, Undecided};
use crate::app::use_store;
use crate::clock::when;
use crate::icon::{self, Icon};
use crate::text;

/// How often one looks for what other processes ask, while the panel is open.
const LOOK: Duration = Duration::from_secs(3);

/// The panel.
#[component]
pub(crate) fn InboxPanel() -> impl IntoView {
    let store = use_store();
    store.fetch_questions();
    // A page without timers is told by events alone.
    if let Ok(looks) = set_interval_with_handle(move || store.fetch_questions(), LOOK) {
        on_cleanup(move || looks.clear());
    }
    let has_none = move || store.questions.with(|questions| questions.as_ref().is_some_and(Vec::is_empty));
    view! {
        <div class="side-body inbox">
            <Show when=has_none>
                <p class="side-empty"><Icon path=icon::CHECK />"Nobody is asked anything"</p>
            </Show>
            <ol class="inbox-list">
                <For each=move || store.questions.get().unwrap_or_default() key=|question| (question.run, question.step) let:question>
                    <Row question=question />
                </For>
            </ol>
        </div>
    }
}

#[component]
fn Row(
    /// What is asked.
    question: Question,
) -> impl IntoView {
    let store = use_store();
    let Question { run, step, path, graph, tool, node, is_uncertain, message, schema, approvers, opened_us, deadline_us } = question;
    let of = format!("{node} · {tool} · {}", text::file_name(&path));
    let until = deadline_us.map(|at| format!(" · until {}", when(at)));
    let shown = (path, graph, tool, node);
    let go = move |_| {
        let (path, graph, tool, node) = shown.clone();
        store.go_to_asking(graph, path, &tool, &node);
    };
    let body = match is_uncertain {
        true => view! { <Undecided run=run step=step /> }.into_any(),
        false => {
            let approval = Approval { message, schema: schema.map(Arc::new), timeout_ms: None, approvers };
            view! { <Asked run=run step=step approval=approval /> }.into_any()
        }
    };
    view! {
        <li class="inbox-row">
            <button type="button" class="plain inbox-of" title="Show it on the canvas" on:click=go>{of}</button>
            <p class="muted">{when(opened_us)} {until}</p>
            {body}
        </li>
    }
}
