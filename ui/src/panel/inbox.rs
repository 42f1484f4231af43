//! What runs ask people and wait for, in one place: each question can be answered and each event told where it stands.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use nodes::Approval;
use protocol::{Awaited, Question};

use super::question::{Asked, Signalled, Undecided};
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
    let look = move || {
        store.fetch_questions();
        store.fetch_awaited();
    };
    look();
    // A page without timers is told by events alone.
    if let Ok(looks) = set_interval_with_handle(look, LOOK) {
        on_cleanup(move || looks.clear());
    }
    let awaited = store.awaited;
    let has_none = move || store.questions.with(|questions| questions.as_ref().is_some_and(Vec::is_empty)) && awaited.with(Vec::is_empty);
    view! {
        <div class="side-body inbox">
            <Show when=has_none>
                <p class="side-empty"><Icon path=icon::CHECK />"Nobody is asked anything, and no event is waited for"</p>
            </Show>
            <ol class="inbox-list">
                <For each=move || store.questions.get().unwrap_or_default() key=|question| (question.run, question.step) let:question>
                    <Row question=question />
                </For>
            </ol>
            <Show when=move || awaited.with(|awaited| !awaited.is_empty())>
                <h3 class="small-head inbox-head">"Waiting for an event"</h3>
                <ol class="inbox-list">
                    <For each=move || awaited.get() key=|awaited| (awaited.run, awaited.step) let:awaited>
                        <AwaitedRow awaited=awaited />
                    </For>
                </ol>
            </Show>
        </div>
    }
}

fn until(deadline_us: Option<i64>) -> Option<String> {
    deadline_us.map(|at| format!(" · until {}", when(at)))
}

#[component]
fn AwaitedRow(
    /// What is waited for.
    awaited: Awaited,
) -> impl IntoView {
    let store = use_store();
    let Awaited { run, graph, path, tool, node, event, opened_us, deadline_us, .. } = awaited;
    let of = format!("{node} · {tool} · {}", text::file_name(&path));
    let go = move |_| store.go_to_asking(graph, path.clone(), &tool, run, &node);
    view! {
        <li class="inbox-row">
            <button type="button" class="plain inbox-of" title="Show it on the canvas" on:click=go>{of}</button>
            <p class="muted">{when(opened_us)} {until(deadline_us)}</p>
            <Signalled run=run event=event />
        </li>
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
    let shown = (path, graph, tool, node);
    let go = move |_| {
        let (path, graph, tool, node) = shown.clone();
        store.go_to_asking(graph, path, &tool, run, &node);
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
            <p class="muted">{when(opened_us)} {until(deadline_us)}</p>
            {body}
        </li>
    }
}
